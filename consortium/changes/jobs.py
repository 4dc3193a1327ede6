"""Hear of changes as they are committed, whichever process made them, and miss none.

A notification says only that there is something to read. What is read are the changes that this
snapshot of the database shows and the last one did not: so a transaction that commits late is told
late, and none is skipped, whatever the order of its numbers (PostgreSQL, section 9.27.5,
"Transaction ID and Snapshot Information Functions").
"""

import asyncio
from collections.abc import AsyncGenerator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass

import asyncpg

from consortium.storage.connections import SERVER_SETTINGS, Connection
from consortium.storage.contact import CONNECT_SECONDS

CHANNEL = "row_change"

# A table's name -> the rows of it that have changed since.
Changed = Mapping[str, frozenset[int]]

_NOW = "SELECT pg_current_snapshot()::text"
_SINCE = """
SELECT pg_current_snapshot()::text AS position, c.subject, c.row_ids
FROM (SELECT $1::text::pg_snapshot AS snapshot) last LEFT JOIN row_change c
    ON c.transaction_id >= pg_snapshot_xmin($1::text::pg_snapshot)
    AND NOT pg_visible_in_snapshot(c.transaction_id, last.snapshot)
"""


@dataclass(slots=True)
class Ear:
    """A connection that hears of changes, and how far they were read."""

    connection: Connection
    position: str

    async def changes(self) -> Changed:
        """What has changed since the last time."""
        rows = await self.connection.fetch(_SINCE, self.position)
        found: dict[str, set[int]] = {}
        for row in rows:
            if row["subject"] is not None:
                found.setdefault(row["subject"], set()).update(row["row_ids"])
        self.position = rows[0]["position"]
        return {subject: frozenset(ids) for subject, ids in found.items()}


@asynccontextmanager
async def listening(
    dsn: str, woken: Callable[[], None], since: str | None = None
) -> AsyncGenerator[Ear]:
    """Listen on a connection of its own; `woken` is called when there is something to read.

    `since` is where another connection, which was lost, had come to. `dsn` leads past any pooler,
    which would keep notifications to itself.
    """

    def heard(*_: object) -> None:
        woken()

    connection = await asyncpg.connect(
        dsn, timeout=CONNECT_SECONDS, server_settings=SERVER_SETTINGS
    )
    try:
        connection.add_termination_listener(heard)
        await connection.add_listener(CHANNEL, heard)
        position = since or await connection.fetchval(_NOW)
        yield Ear(connection, position)
    finally:
        # A connection that was lost cannot be closed in good order.
        async with asyncio.timeout(CONNECT_SECONDS):
            await connection.close()
