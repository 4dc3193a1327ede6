"""Draft a version, and correct what it says of itself."""

from datetime import date
from typing import NamedTuple

from consortium.audit.actions import audited
from consortium.evidence.actions import Citations
from consortium.guidance.actions.rows import (
    Locked,
    add_gate,
    draft,
    gates_of,
    locked,
    require_management,
)
from consortium.guidance.reads import VERSIONS
from consortium.guidance.rules import (
    KEPT,
    TITLE_MAX,
    GuidanceReferenceTaken,
    GuidanceStatus,
    Head,
    Kept,
    check_replaced,
    checked_head,
    checked_text,
    kept,
)
from consortium.kernel.principal import Principal
from consortium.query.visible import require_visible
from consortium.storage.raw import Connection

KNOWN = "SELECT id FROM guidance_version WHERE reference = $1"
# It goes forward only: what was published is so for good, without a lock.
STATUS = "SELECT status FROM guidance_version WHERE id = $1"
INSERT = """
INSERT INTO guidance_version
    (reference, title, publisher, edition, issued_on, replaces_id, citation_id)
VALUES ($1, $2, $3, $4, $5, $6, $7) RETURNING id
"""
UPDATE = """
UPDATE guidance_version SET reference = $2, title = $3, publisher = $4, edition = $5,
    issued_on = $6, replaces_id = $7, citation_id = $8, version = version + 1
WHERE id = $1
"""
SOURCE = "SELECT coalesce(url, ''), coalesce(title, '') FROM citation WHERE id = $1"
URL_MAX = 2_000
NOTHING = Head("", "", "")


class CreateGuidanceVersion(NamedTuple):
    """A draft; what is not given is as in the version that it is a copy of, gates and all."""

    reference: str
    title: str | Kept | None = KEPT
    publisher: str | Kept | None = KEPT
    edition: str | Kept | None = KEPT
    issued_on: date | Kept | None = KEPT
    source_url: str | Kept | None = KEPT
    source_title: str | Kept | None = KEPT
    replaces: int | None = None
    copy_of: int | None = None


class UpdateGuidanceVersion(NamedTuple):
    """What a draft says of itself; what is not given stays, null clears it."""

    guidance_version: int
    version: int
    reference: str | Kept | None = KEPT
    title: str | Kept | None = KEPT
    publisher: str | Kept | None = KEPT
    edition: str | Kept | None = KEPT
    issued_on: date | Kept | None = KEPT
    source_url: str | Kept | None = KEPT
    source_title: str | Kept | None = KEPT
    replaces: int | Kept | None = KEPT


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
        head = _head(command, NOTHING if model is None else model.head)
        await _check_free(open_, head.reference, None)
        if command.replaces is not None:
            await _check_replaced(open_, command.replaces, by, today)
        citation = await _citation(open_, command, None if model is None else model.citation)
        key: int = await open_.fetchval(INSERT, *head, command.replaces, citation)
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
        now: Locked = await draft(open_, command.guidance_version, command.version, by, today)
        head = _head(command, now.head)
        await _check_free(open_, head.reference, now.id)
        replaces = kept(command.replaces, now.replaces)
        if replaces is not None and replaces != now.replaces:
            await _check_replaced(open_, replaces, by, today)
        citation = await _citation(open_, command, now.citation)
        await open_.execute(UPDATE, now.id, *head, replaces, citation)
    return now.id


def _head(command: CreateGuidanceVersion | UpdateGuidanceVersion, now: Head) -> Head:
    return checked_head(
        Head(
            kept(command.reference, now.reference) or "",
            kept(command.title, now.title) or "",
            kept(command.publisher, now.publisher) or "",
            kept(command.edition, now.edition) or "",
            kept(command.issued_on, now.issued_on),
        )
    )


async def _check_free(connection: Connection, reference: str, own: int | None) -> None:
    if await connection.fetchval(KNOWN, reference) not in {None, own}:
        raise GuidanceReferenceTaken().at("reference")


async def _check_replaced(connection: Connection, key: int, by: Principal, today: date) -> None:
    await require_visible(connection, VERSIONS, key, by, today)
    check_replaced(GuidanceStatus(await connection.fetchval(STATUS, key)))


async def _citation(
    connection: Connection,
    command: CreateGuidanceVersion | UpdateGuidanceVersion,
    now: int | None,
) -> int | None:
    """The source that is given, or else the one that there is."""
    row = None if now is None else await connection.fetchrow(SOURCE, now)
    url, title = ("", "") if row is None else tuple(row)
    return await Citations(connection).of(
        checked_text(kept(command.source_url, url), "sourceUrl", URL_MAX, blank=True),
        checked_text(kept(command.source_title, title), "sourceTitle", TITLE_MAX, blank=True),
    )
