"""Connections at hand: passed on, never lost, replaced when they break."""

import asyncio

import asyncpg
import pytest

from consortium.storage.database import Database
from consortium.storage.reads import Reads


async def test_more_statements_than_connections_all_run(database: Database) -> None:
    """They wait in line; none is lost and no more connections are used than allowed."""
    reads = Reads(database.pool, 2)

    sql = "SELECT pg_sleep(0.002) IS NOT NULL, pg_backend_pid()"
    await asyncio.gather(*(reads.fetchval(sql) for _ in range(50)))
    backends = await asyncio.gather(
        *(
            reads.fetchval("SELECT pg_backend_pid() + 0 * length(pg_sleep(0.01)::text)")
            for _ in "ab" * 10
        )
    )

    assert len(set(backends)) == 2
    await reads.close()


async def test_a_failed_statement_frees_its_place(database: Database) -> None:
    """An error, a time-out and a broken connection each leave room for the next statement."""
    reads = Reads(database.pool, 1)

    with pytest.raises(asyncpg.DivisionByZeroError):
        await reads.fetchval("SELECT 1 / 0")
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0.05):
            await reads.fetchval("SELECT pg_sleep(5)")
    backend = await reads.fetchval("SELECT pg_backend_pid()")
    await database.pool.execute("SELECT pg_terminate_backend($1)", backend)
    broken = (asyncpg.PostgresError, asyncpg.InterfaceError, asyncpg.InternalClientError, OSError)
    with pytest.raises(broken):
        await reads.fetchval("SELECT 1")

    assert await asyncio.wait_for(reads.fetchval("SELECT 1"), 5) == 1
    await reads.close()


async def test_one_who_stops_waiting_keeps_nothing(database: Database) -> None:
    """A statement cancelled in line, or at the very moment of its turn, passes the turn on."""
    reads = Reads(database.pool, 1)
    first = asyncio.create_task(reads.fetchval("SELECT pg_sleep(0.1)"))
    await asyncio.sleep(0.02)
    waiting = [asyncio.create_task(reads.fetchval("SELECT 1")) for _ in range(3)]
    await asyncio.sleep(0)
    waiting[0].cancel()
    first.add_done_callback(lambda _: waiting[1].cancel())

    results = await asyncio.wait_for(
        asyncio.gather(first, *waiting, return_exceptions=True), timeout=5
    )

    assert isinstance(results[1], asyncio.CancelledError)
    assert results[3] == 1
    assert await asyncio.wait_for(reads.fetchval("SELECT 2"), 5) == 2
    await reads.close()
