"""Claim again what was claimed before, with other figures or under another guidance."""

from datetime import date
from typing import NamedTuple

from consortium.assessment.actions.drafts import (
    EFFECT,
    Draft,
    Says,
    check_guidance,
    drafted,
)
from consortium.assessment.actions.rows import Claim, own
from consortium.assessment.rules.claims import (
    ClaimEffectNotRestated,
    ClaimEffectSuperseded,
    ClaimNeverPublished,
    ClaimRestatedAlready,
    GuidanceSame,
)
from consortium.assessment.rules.statuses import ONCE_PUBLISHED
from consortium.audit.actions import audited
from consortium.guidance.reads import VERSIONS
from consortium.kernel.principal import Permission, Principal
from consortium.query.visible import require_visible
from consortium.storage.raw import Connection

# The newest of the effects that restate one, from one to the next.
NEWEST = """
WITH RECURSIVE later (id) AS (
    SELECT e.id FROM effect e WHERE e.restates_id = $1
    UNION
    SELECT e.id FROM effect e JOIN later l ON e.restates_id = l.id
)
SELECT max(id) FROM later
"""
RESTATED = """
SELECT EXISTS (SELECT FROM assessed_claim
    WHERE restates_id = $1 AND status NOT IN ('REJECTED', 'DISCARDED'))
"""


class RestateClaim(NamedTuple):
    """A once published claim, to be made on the newest effect that restates its own.

    Under the same guidance, and with the same statement, unless told.
    """

    claim: int
    version: int
    reference: str
    statement: str | None = None
    guidance_version: int | None = None


class ReassessClaim(NamedTuple):
    """A once published claim, to be made on the same effect under another guidance."""

    claim: int
    version: int
    reference: str
    guidance_version: int
    statement: str | None = None


async def restate_claim(by: Principal, command: RestateClaim, today: date) -> int:
    """Draft a claim on the effect that restates this one's; returns the draft's id.

    The old claim stays published until the new one is.

    Raises:
        NotFound, PermissionDenied, ChangedMeanwhile: as of the claim.
        ClaimNeverPublished, ClaimRestatedAlready, ClaimEffectNotRestated: as they say.
        ClaimExists, GuidanceNotInUse, BadInput: as of a draft.
    """
    async with audited(by, "claim:restate", organisation_id=by.organisation_id) as open_:
        claim = await _published(open_, by, command.claim, command.version, today)
        guidance = command.guidance_version
        if guidance is not None:
            await require_visible(open_, VERSIONS, guidance, by, today)
        effect = await open_.fetchval(NEWEST, claim.effect_id)
        if effect is None:
            raise ClaimEffectNotRestated(
                "Nobody restated the effect of this claim: its owner does so first, by"
                " restateEffect."
            ).at("claim")
        return await _drafted_again(
            open_,
            by,
            Draft(claim.organisation_id, effect, guidance or claim.guidance_version_id, claim.id),
            Says(command.reference, command.statement or claim.statement),
            today,
        )


async def reassess_claim(by: Principal, command: ReassessClaim, today: date) -> int:
    """Draft a claim on the same effect under another guidance; returns the draft's id.

    The old claim stays published until the new one is.

    Raises:
        NotFound, PermissionDenied, ChangedMeanwhile: as of the claim or the guidance.
        ClaimNeverPublished, ClaimRestatedAlready, GuidanceSame: as they say.
        ClaimEffectSuperseded: the effect was restated, and so is the claim then.
        ClaimExists, GuidanceNotInUse, BadInput: as of a draft.
    """
    async with audited(by, "claim:reassess", organisation_id=by.organisation_id) as open_:
        claim = await _published(open_, by, command.claim, command.version, today)
        await require_visible(open_, VERSIONS, command.guidance_version, by, today)
        if command.guidance_version == claim.guidance_version_id:
            raise GuidanceSame().at("guidanceVersion")
        return await _drafted_again(
            open_,
            by,
            Draft(claim.organisation_id, claim.effect_id, command.guidance_version, claim.id),
            Says(command.reference, command.statement or claim.statement),
            today,
        )


async def _published(
    open_: Connection, by: Principal, claim: int, version: int, today: date
) -> Claim:
    found = await own(open_, by, claim, version, today, Permission.FIGURES_WRITE)
    if found.status not in ONCE_PUBLISHED:
        raise ClaimNeverPublished(
            f"The claim is {found.status}: only one that is or was published, and not restated,"
            " can be restated."
        )
    if await open_.fetchval(RESTATED, claim):
        raise ClaimRestatedAlready
    return found


async def _drafted_again(
    open_: Connection, by: Principal, draft: Draft, says: Says, today: date
) -> int:
    [effect] = await open_.fetch(EFFECT, draft.effect)
    if effect["superseded"]:
        raise ClaimEffectSuperseded
    await check_guidance(open_, draft.guidance_version)
    return await drafted(open_, by, draft, says, today)
