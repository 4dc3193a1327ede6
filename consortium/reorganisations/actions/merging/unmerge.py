"""Undo a merge: every row that it changed is what it was before."""

from datetime import date
from typing import NamedTuple

import orjson

from consortium.audit.actions import audited
from consortium.avoided.actions import refresh
from consortium.kernel.principal import Principal
from consortium.organisations.actions.parentage import check_no_ring
from consortium.query.visible import require_visible
from consortium.reorganisations.actions.merging.memberships import part
from consortium.reorganisations.actions.merging.organisations import reopen
from consortium.reorganisations.actions.merging.references import REFUSED, Reference
from consortium.reorganisations.actions.records import (
    Record,
    lock_all,
    lock_records,
    require_standing,
)
from consortium.reorganisations.reads.merges import MERGES
from consortium.reorganisations.rules.merges import MergeChangedSince, MergeUndone
from consortium.storage.database import transaction
from consortium.storage.raw import Connection, raw

ENDS = "SELECT duplicate_id, survivor_id FROM organisation_merge WHERE id = $1"
KEPT = "SELECT undone_at FROM organisation_merge WHERE id = $1 FOR UPDATE"
UNDONE = "UPDATE organisation_merge SET undone_at = now() WHERE id = $1"
# Rows that moved, by the column that was changed; not the two records themselves.
MOVED = """
SELECT c.row_table, k.name, array_agg(c.row_id ORDER BY c.row_id) AS rows,
    (c.before ->> k.name)::bigint AS old, (c.after ->> k.name)::bigint AS new
FROM organisation_merge_change c CROSS JOIN LATERAL jsonb_object_keys(c.after) AS k(name)
WHERE c.merge_id = $1 AND c.before <> c.after AND c.row_table <> 'membership'
    AND NOT (c.row_table = 'organisation' AND c.row_id = ANY ($2))
GROUP BY 1, 2, 4, 5 ORDER BY 1, 2
"""
OWN = """
SELECT row_id, before::text, after::text FROM organisation_merge_change
WHERE merge_id = $1 AND row_table = 'organisation' AND row_id = ANY ($2) ORDER BY id DESC
"""
# So many rows that stand in the way are told by number.
TOLD_MAX = 10
REMOVE_ALIAS = """
DELETE FROM organisation_alias a USING organisation_merge_change c
WHERE c.merge_id = $1 AND c.row_table = 'organisation_alias' AND c.before IS NULL
    AND a.id = c.row_id AND to_jsonb(a) = c.after
"""
CHANGED_ALIAS = """
SELECT a.name FROM organisation_alias a JOIN organisation_merge_change c
    ON c.row_table = 'organisation_alias' AND c.row_id = a.id AND c.before IS NULL
WHERE c.merge_id = $1
"""


class UnmergeOrganisations(NamedTuple):
    """The merge to undo."""

    merge: int


async def unmerge_organisations(by: Principal, command: UnmergeOrganisations, today: date) -> int:
    """Give the duplicate back what was its own; returns the merge's id.

    What was added to the survivor since stays there; what was taken away since stays away. Only
    what somebody has changed in the very place that the merge changed stands in the way.

    Raises:
        NotFound: there is no such merge that the caller may see.
        MergeUndone: it was undone before.
        AlreadyMerged: the survivor was merged into another since; that is to be undone first.
        MergeChangedSince: naming what stands in the way; nothing is changed then.
    """
    merge = command.merge
    # The entry names the survivor, which is known once the merge is.
    async with transaction() as client:
        await require_visible(raw(client), MERGES, merge, by, today)
        [(duplicate, survivor)] = await raw(client).fetch(ENDS, merge)
        note = f"merge_{merge}"
        async with audited(
            by, "organisation:unmerge", organisation_id=survivor, note=note
        ) as open_:
            await lock_all(open_, (duplicate, survivor))
            if await open_.fetchval(KEPT, merge) is not None:
                raise MergeUndone
            records = await lock_records(open_, duplicate, survivor)
            require_standing(records[survivor])
            await _undo(open_, merge, records, (duplicate, survivor))
            await open_.execute(UNDONE, merge)
            for one in (duplicate, survivor):
                await check_no_ring(open_, one)
            await refresh([duplicate, survivor], today=today)
    return merge


async def _undo(
    connection: Connection, merge: int, records: dict[int, Record], ends: tuple[int, int]
) -> None:
    """Put everything back, or raise MergeChangedSince, which undoes all that was put back."""
    await connection.execute(REMOVE_ALIAS, merge)
    changed = await connection.fetch(CHANGED_ALIAS, merge)
    obstacles = [f"the alias {row[0]!r}" for row in changed]
    for table, column, rows, old, new in await connection.fetch(MOVED, merge, list(ends)):
        obstacles += await _back(connection, Reference(table, column), rows, old, new)
    obstacles += await _reopen(connection, merge, records)
    # Last, once there is a record to take them: memberships are written anew.
    if not obstacles and not await part(connection, merge, ends):
        obstacles.append("the membership")
    if obstacles:
        raise MergeChangedSince(
            f"Since the merge somebody has changed {'; '.join(obstacles)}: put that back first."
        )


async def _back(
    connection: Connection, where: Reference, rows: list[int], old: int, new: int
) -> list[str]:
    """Let rows refer to the duplicate again; in words what refers to something else by now."""
    words = where.table.strip('"').replace("_", " ")
    select = f'SELECT id FROM {where.table} WHERE id = ANY ($1) AND "{where.column}" <> $2'  # noqa: S608
    elsewhere = [str(row[0]) for row in await connection.fetch(select, rows, new)]
    if elsewhere:
        return [f"{words} {', '.join(elsewhere[:TOLD_MAX])}"]
    update = f'UPDATE {where.table} SET "{where.column}" = $1 WHERE id = ANY ($2)'  # noqa: S608
    try:
        async with connection.transaction():
            await connection.execute(update, old, rows)
    except REFUSED:
        return [f"what {words} of the duplicate there is"]
    return []


async def _reopen(connection: Connection, merge: int, records: dict[int, Record]) -> list[str]:
    """Both records as they were, the survivor's first: it gives names and LEI free."""
    obstacles: list[str] = []
    for key, before, after in await connection.fetch(OWN, merge, list(records)):
        record = records[key]
        try:
            async with connection.transaction():
                changed = await reopen(
                    connection, record, orjson.loads(before), orjson.loads(after)
                )
        except REFUSED:
            changed = ["name or LEI, which another organisation has now"]
        obstacles += [f"{record.name}'s {one.replace('_', ' ')}" for one in changed]
    return obstacles
