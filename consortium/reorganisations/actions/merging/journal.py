"""The journal of a merge: what each row was before it and after it."""

from collections.abc import Mapping, Sequence

from consortium.reorganisations.actions.merging.references import Reference
from consortium.storage.raw import Connection

MOVED = """
INSERT INTO organisation_merge_change (merge_id, row_table, row_id, before, after)
SELECT $1, $2, moved.id, jsonb_build_object($3::text, $4::bigint),
    jsonb_build_object($3::text, $5::bigint)
FROM unnest($6::bigint[]) WITH ORDINALITY AS moved(id, at) ORDER BY moved.at
"""
WHOLE = """
INSERT INTO organisation_merge_change (merge_id, row_table, row_id, before, after)
SELECT $1, $2, r.id, r.before::jsonb, r.after::jsonb
FROM unnest($3::bigint[], $4::text[], $5::text[]) AS r(id, before, after)
"""

# Row id -> its columns as JSON.
Rows = Mapping[int, str]


class Journal:
    """What one merge notes."""

    def __init__(self, connection: Connection, merge_id: int) -> None:
        self._connection, self.merge_id = connection, merge_id

    async def moved(self, where: Reference, rows: Sequence[int], before: int, after: int) -> None:
        """Rows whose column was changed; with both the same, rows that stayed."""
        if rows:
            about = (where.table, where.column, before, after, list(rows))
            await self._connection.execute(MOVED, self.merge_id, *about)

    async def changed(self, table: str, before: Rows, after: Rows) -> None:
        """Rows, or some of their columns, before and after; missing where the row was."""
        ids = sorted({*before, *after})
        texts = [[rows.get(one) for one in ids] for rows in (before, after)]
        if ids:
            await self._connection.execute(WHOLE, self.merge_id, table, ids, *texts)
