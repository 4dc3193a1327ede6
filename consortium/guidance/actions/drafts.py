"""Draft a version, and correct what it says of itself."""

from datetime import date
from typing import NamedTuple

from consortium.audit.actions import audited
from consortium.evidence.actions import Citations
from consortium.guidance.actions.rows import (
    Locked,
    add_gate,
    add_version,
    change_version,
    draft,
    gates_of,
    locked,
    require_management,
)
from consortium.guidance.reads import VERSIONS
from consortium.guidance.rules import (
    TITLE_MAX,
    GuidanceFact,
    GuidanceReferenceTaken,
    GuidanceStatus,
    Head,
    check_replaced,
    checked_head,
    checked_text,
)
from consortium.kernel.principal import Principal
from consortium.query.visible import require_visible
from consortium.storage.raw import Connection

KNOWN = "SELECT id FROM guidance_version WHERE reference = $1"
# It goes forward only: what was published is so for good, without a lock.
STATUS = "SELECT status FROM guidance_version WHERE id = $1"
SOURCE = "SELECT coalesce(url, ''), coalesce(title, '') FROM citation WHERE id = $1"
URL_MAX = 2_000
NOTHING = Head("", "", "")


class CreateGuidanceVersion(NamedTuple):
    """A draft; what is not given is as in the version that it is a copy of, gates and all."""

    reference: str
    title: str | None = None
    publisher: str | None = None
    edition: str | None = None
    issued_on: date | None = None
    source_url: str | None = None
    source_title: str | None = None
    replaces: int | None = None
    copy_of: int | None = None


class UpdateGuidanceVersion(NamedTuple):
    """What a draft says of itself; what is neither given nor cleared stays."""

    guidance_version: int
    version: int
    reference: str | None = None
    title: str | None = None
    publisher: str | None = None
    edition: str | None = None
    issued_on: date | None = None
    source_url: str | None = None
    source_title: str | None = None
    replaces: int | None = None
    clear: tuple[GuidanceFact, ...] = ()


class _Said(NamedTuple):
    """All that a version says of itself: its head, the version it replaces, its source."""

    head: Head
    replaces: int | None = None
    source: tuple[str, str] = ("", "")


async def create_guidance_version(
    by: Principal, command: CreateGuidanceVersion, today: date
) -> int:
    """Draft a version, from nothing or as a copy; returns its id.

    Raises:
        PermissionDenied: the caller manages no guidance.
        NotFound: there is no such version to replace or to copy.
        GuidanceReferenceInvalid, GuidanceReferenceTaken, GuidanceTextInvalid,
        GuidanceReplacesDraft: as they say.
    """
    async with audited(by, "guidance-version:create", note=command.reference[:100]) as open_:
        require_management(by)
        model = None
        if command.copy_of is not None:
            await require_visible(open_, VERSIONS, command.copy_of, by, today)
            model = await locked(open_, command.copy_of)
        said = _with(await _said(open_, model), command)
        await _check_free(open_, said.head.reference, None)
        if command.replaces is not None:
            await _check_replaced(open_, command.replaces, by, today)
        citation = await Citations(open_).of(*said.source)
        key = await add_version(open_, said.head, command.replaces, citation)
        if model is not None:
            for position, gate in enumerate(await gates_of(open_, model.id), 1):
                await add_gate(open_, key, position, gate)
    return key


async def update_guidance_version(
    by: Principal, command: UpdateGuidanceVersion, today: date
) -> int:
    """Correct what a draft says of itself; returns its id.

    Raises:
        NotFound: there is no such version that the caller may see, or none to replace.
        PermissionDenied: the caller manages no guidance.
        ChangedMeanwhile: somebody else changed it.
        GuidancePublished, GuidanceReferenceInvalid, GuidanceReferenceTaken, GuidanceTextInvalid,
        GuidanceReplacesDraft: as they say.
    """
    async with audited(by, "guidance-version:update") as open_:
        now = await draft(open_, command.guidance_version, command.version, by, today)
        said = _with(_without(await _said(open_, now), command.clear), command)
        await _check_free(open_, said.head.reference, now.id)
        if command.replaces is not None:
            await _check_replaced(open_, command.replaces, by, today)
        citation = await Citations(open_).of(*said.source)
        await change_version(open_, now.id, said.head, said.replaces, citation)
    return now.id


async def _said(connection: Connection, version: Locked | None) -> _Said:
    """What a version says of itself; without one, nothing."""
    if version is None:
        return _Said(NOTHING)
    row = await connection.fetchrow(SOURCE, version.citation)
    return _Said(version.head, version.replaces, ("", "") if row is None else (row[0], row[1]))


def _without(said: _Said, clear: tuple[GuidanceFact, ...]) -> _Said:
    head = said.head
    if GuidanceFact.EDITION in clear:
        head = head._replace(edition="")
    if GuidanceFact.ISSUED_ON in clear:
        head = head._replace(issued_on=None)
    return _Said(
        head,
        None if GuidanceFact.REPLACES in clear else said.replaces,
        ("", "") if GuidanceFact.SOURCE in clear else said.source,
    )


def _with(said: _Said, command: CreateGuidanceVersion | UpdateGuidanceVersion) -> _Said:
    """With what is given in place of what was said, checked."""
    given = {name: getattr(command, name) for name in Head._fields}
    url, title = said.source
    return _Said(
        checked_head(
            said.head._replace(**{name: one for name, one in given.items() if one is not None})
        ),
        said.replaces if command.replaces is None else command.replaces,
        (
            checked_text(_or(command.source_url, url), "sourceUrl", URL_MAX, blank=True),
            checked_text(_or(command.source_title, title), "sourceTitle", TITLE_MAX, blank=True),
        ),
    )


def _or(given: str | None, now: str) -> str:
    return now if given is None else given


async def _check_free(connection: Connection, reference: str, own: int | None) -> None:
    if await connection.fetchval(KNOWN, reference) not in {None, own}:
        raise GuidanceReferenceTaken().at("reference")


async def _check_replaced(connection: Connection, key: int, by: Principal, today: date) -> None:
    await require_visible(connection, VERSIONS, key, by, today)
    check_replaced(GuidanceStatus(await connection.fetchval(STATUS, key)))
