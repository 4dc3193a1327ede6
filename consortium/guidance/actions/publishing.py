"""Publish a version, from when on it never changes; and retire it."""

from datetime import date
from typing import NamedTuple

from consortium.audit.actions import audited
from consortium.guidance.actions.rows import draft, gates_of, managed
from consortium.guidance.rules import REASON_MAX, check_complete, check_retirable, checked_text
from consortium.kernel.principal import Principal

PUBLISH = """
UPDATE guidance_version SET status = 'PUBLISHED', published_on = $2, version = version + 1
WHERE id = $1
"""
RETIRE = """
UPDATE guidance_version
SET status = 'RETIRED', retired_on = $2, retired_because = $3, version = version + 1
WHERE id = $1
"""


class PublishGuidanceVersion(NamedTuple):
    """The draft to publish, as the caller saw it."""

    guidance_version: int
    version: int


class RetireGuidanceVersion(NamedTuple):
    """The version under which no new claim is to be made, and why."""

    guidance_version: int
    version: int
    reason: str


async def publish_guidance_version(
    by: Principal, command: PublishGuidanceVersion, today: date
) -> int:
    """Publish a draft for everyone; returns its id.

    Raises:
        NotFound: there is no such version that the caller may see.
        PermissionDenied: the caller manages no guidance.
        ChangedMeanwhile: somebody else changed it.
        GuidancePublished, GuidanceIncomplete: as they say.
    """
    async with audited(by, "guidance-version:publish") as open_:
        now = await draft(open_, command.guidance_version, command.version, by, today)
        check_complete([(one.key, len(one.criteria)) for one in await gates_of(open_, now.id)])
        await open_.execute(PUBLISH, now.id, today)
    return now.id


async def retire_guidance_version(
    by: Principal, command: RetireGuidanceVersion, today: date
) -> int:
    """Retire a published version; claims keep naming it, and it stays readable. Returns its id.

    Raises:
        NotFound: there is no such version that the caller may see.
        PermissionDenied: the caller manages no guidance.
        ChangedMeanwhile: somebody else changed it.
        GuidanceNotPublished, GuidanceTextInvalid: as they say.
    """
    async with audited(by, "guidance-version:retire") as open_:
        now = await managed(open_, command.guidance_version, command.version, by, today)
        check_retirable(now.status)
        reason = checked_text(command.reason, "reason", REASON_MAX)
        await open_.execute(RETIRE, now.id, today, reason)
    return now.id
