"""Merge the record of an organisation that was recorded twice into the other one."""

from datetime import date
from typing import NamedTuple

from consortium.audit.actions import audited
from consortium.avoided.actions import refresh
from consortium.kernel.principal import Principal
from consortium.organisations.actions.parentage import check_no_ring
from consortium.reorganisations.actions.checks import opened
from consortium.reorganisations.actions.merging.journal import Journal
from consortium.reorganisations.actions.merging.memberships import join
from consortium.reorganisations.actions.merging.organisations import close, note_sizeless
from consortium.reorganisations.actions.merging.references import move, references
from consortium.reorganisations.rules.merges import Becomes, MergesItself, becomes
from consortium.storage.raw import Connection

BEGIN = """
INSERT INTO organisation_merge (duplicate_id, survivor_id, reason) VALUES ($1, $2, $3) RETURNING id
"""


class MergeOrganisations(NamedTuple):
    """The record that goes, and the one that it becomes part of."""

    duplicate: int
    into: int
    reason: str = ""


async def merge_organisations(by: Principal, command: MergeOrganisations, today: date) -> int:
    """Let everything that refers to the duplicate refer to the other one; returns the merge's id.

    A row that the database refuses there stays with the duplicate, whose record is kept, points to
    the other one and is in no list. Memberships are joined day by day. Each row that was changed is
    noted with what it was: see `unmerge_organisations`.

    Raises:
        NotFound: there is no such organisation.
        PermissionDenied: the caller does not manage organisations.
        MergesItself, AlreadyMerged, MembershipsDisagree: as they say.
        ParentageConflict: it would control itself.
    """
    duplicate, survivor, reason = command
    note = f"org_{duplicate} into org_{survivor}"
    async with audited(by, "organisation:merge", organisation_id=survivor, note=note) as open_:
        records = await opened(open_, by, today, duplicate, survivor)
        if duplicate == survivor:
            raise MergesItself().at("into")
        merge_id: int = await open_.fetchval(BEGIN, duplicate, survivor, reason)
        journal = Journal(open_, merge_id)
        await note_sizeless(open_, journal, duplicate, survivor)
        await _hand_over(open_, journal, duplicate, survivor)
        await join(open_, journal, duplicate, survivor)
        await close(open_, journal, records[duplicate], records[survivor])
        await check_no_ring(open_, survivor)
        await refresh([duplicate, survivor], today=today)
    return merge_id


async def _hand_over(connection: Connection, journal: Journal, old: int, new: int) -> None:
    for where in await references(connection):
        if becomes(where.table) is Becomes.MOVED:
            moved, stayed = await move(connection, where, old, new)
            await journal.moved(where, moved, old, new)
            await journal.moved(where, stayed, old, old)
