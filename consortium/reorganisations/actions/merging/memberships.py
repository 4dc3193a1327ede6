"""The membership of two records as one, and apart again."""

from collections.abc import Sequence
from datetime import date
from typing import Any

import orjson

from consortium.membership.rules.timeline import Span
from consortium.membership.rules.transitions import MembershipStatus
from consortium.reorganisations.actions.merging.journal import Journal, Rows
from consortium.reorganisations.rules.memberships import Held, joined
from consortium.storage.raw import Connection

TABLE = "membership"
HELD = """
SELECT m.id, to_jsonb(m)::text FROM membership m WHERE m.organisation_id = ANY ($1) ORDER BY m.id
"""
NEW_ID = "SELECT nextval(pg_get_serial_sequence('membership', 'id'))"
REMOVE = "DELETE FROM membership WHERE organisation_id = ANY ($1)"
# One statement for all, since each status must be one that can follow the one before it.
WRITE = """
INSERT INTO membership SELECT r.* FROM unnest($1::text[]) AS given(columns)
CROSS JOIN LATERAL jsonb_populate_record(NULL::membership, given.columns::jsonb) r
"""
# Whether the rows are those that the merge left, whatever the settings of who reads them.
DIFFERENT = """
WITH noted AS (
    SELECT r.* FROM organisation_merge_change c
    CROSS JOIN LATERAL jsonb_populate_record(NULL::membership, c.after) r
    WHERE c.merge_id = $1 AND c.row_table = 'membership' AND c.after IS NOT NULL
),
kept AS (SELECT m.* FROM membership m WHERE m.organisation_id = ANY ($2))
SELECT EXISTS ((TABLE noted EXCEPT TABLE kept) UNION ALL (TABLE kept EXCEPT TABLE noted))
"""
BEFORE = """
SELECT c.before::text FROM organisation_merge_change c
WHERE c.merge_id = $1 AND c.row_table = 'membership' AND c.before IS NOT NULL ORDER BY c.id
"""
NOTED = """
SELECT EXISTS (SELECT FROM organisation_merge_change WHERE merge_id = $1 AND row_table = $2)
"""


async def join(connection: Connection, journal: Journal, duplicate: int, survivor: int) -> None:
    """Give the survivor both memberships as one. Raises MembershipsDisagree."""
    of_duplicate = await _rows(connection, [duplicate])
    if not of_duplicate:
        return
    of_survivor = await _rows(connection, [survivor])
    before = {**of_duplicate, **of_survivor}
    held = joined(_held(of_survivor), _held(of_duplicate))
    after = [await _written(connection, one, before, survivor) for one in held]
    await connection.execute(REMOVE, [duplicate, survivor])
    await connection.execute(WRITE, after)
    await journal.changed(TABLE, before, await _rows(connection, [survivor]))


async def part(connection: Connection, merge_id: int, organisations: Sequence[int]) -> bool:
    """Give each record its own memberships back; False where they were changed since."""
    if not await connection.fetchval(NOTED, merge_id, TABLE):
        return True
    if await connection.fetchval(DIFFERENT, merge_id, list(organisations)):
        return False
    before = [row[0] for row in await connection.fetch(BEFORE, merge_id)]
    await connection.execute(REMOVE, list(organisations))
    await connection.execute(WRITE, before)
    return True


async def _rows(connection: Connection, organisations: Sequence[int]) -> Rows:
    rows = await connection.fetch(HELD, list(organisations))
    return {row[0]: row[1] for row in rows}


def _held(rows: Rows) -> list[Held]:
    return [Held(key, key, _span(orjson.loads(text))) for key, text in rows.items()]


def _span(columns: dict[str, Any]) -> Span:
    starts, ends = columns["starts_on"], columns["ends_on"]
    return Span(
        MembershipStatus(columns["status"]),
        None if starts is None else date.fromisoformat(starts),
        None if ends is None else date.fromisoformat(ends),
    )


async def _written(connection: Connection, held: Held, before: Rows, organisation: int) -> str:
    """The columns of a row: those of the row it comes from, with its own days."""
    columns = orjson.loads(before[held.source_id])
    columns["id"] = await connection.fetchval(NEW_ID) if held.row_id is None else held.row_id
    columns["organisation_id"] = organisation
    columns["starts_on"], columns["ends_on"] = held.span.starts_on, held.span.ends_on
    return orjson.dumps(columns).decode()
