"""Which rows refer to an organisation: found in the database's own catalogue."""

from collections.abc import Sequence
from typing import NamedTuple

import asyncpg

from consortium.reorganisations.rules.merges import WITHOUT_KEY
from consortium.storage.raw import Connection

# Columns of foreign keys to the id of an organisation, of whichever feature.
FOREIGN_KEYS = """
SELECT DISTINCT c.conrelid::regclass::text AS table, a.attname::text AS column
FROM pg_constraint c
CROSS JOIN unnest(c.conkey, c.confkey) AS pair(own, other)
JOIN pg_attribute a ON a.attrelid = c.conrelid AND a.attnum = pair.own
JOIN pg_attribute o ON o.attrelid = c.confrelid AND o.attnum = pair.other
WHERE c.contype = 'f' AND c.confrelid = 'organisation'::regclass AND c.conparentid = 0
    AND o.attname = 'id'
ORDER BY 1, 2
"""
# The database says no to this row there: it is of the same key as another, it may not be changed,
# or a trigger refuses it.
REFUSED = (
    asyncpg.IntegrityConstraintViolationError,
    asyncpg.InsufficientPrivilegeError,
    asyncpg.RaiseError,
)


class Reference(NamedTuple):
    """A column that names organisations; both as SQL spells them."""

    table: str
    column: str


async def references(connection: Connection) -> list[Reference]:
    """Every column that refers to organisations."""
    found = [Reference(*row) for row in await connection.fetch(FOREIGN_KEYS)]
    return found + [Reference(*one) for one in WITHOUT_KEY]


async def move(
    connection: Connection, where: Reference, old: int, new: int
) -> tuple[list[int], list[int]]:
    """Let rows refer to another organisation; those that do now, and those that cannot."""
    select = f'SELECT id FROM {where.table} WHERE "{where.column}" = $1 ORDER BY id'  # noqa: S608
    rows = [row[0] for row in await connection.fetch(select, old)]
    moved: list[int] = []
    stayed: list[int] = []
    waiting = [rows] if rows else []
    while waiting:
        some = waiting.pop()
        if await _moves(connection, where, some, new):
            moved += some
        elif len(some) == 1:
            stayed += some
        else:
            half = len(some) // 2
            waiting += [some[half:], some[:half]]
    return moved, stayed


async def _moves(connection: Connection, where: Reference, rows: Sequence[int], new: int) -> bool:
    """Whether the rows could be changed, all of them or none."""
    update = f'UPDATE {where.table} SET "{where.column}" = $1 WHERE id = ANY ($2)'  # noqa: S608
    try:
        async with connection.transaction():
            await connection.execute(update, new, rows)
    except REFUSED:
        return False
    return True
