"""Connections to PostgreSQL: their types, and the pool of planned reads."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

import asyncpg

if TYPE_CHECKING:
    from asyncpg.pool import PoolConnectionProxy

    Connection = asyncpg.Connection[asyncpg.Record]
    Pool = asyncpg.Pool[asyncpg.Record]
    Borrowed = PoolConnectionProxy[asyncpg.Record]
    PoolConnection = Connection | Borrowed
else:
    # asyncpg's classes take a type argument in its stubs only.
    Connection = Borrowed = PoolConnection = asyncpg.Connection
    Pool = asyncpg.Pool

# Just-in-time compilation costs more than these statements take.
SERVER_SETTINGS = {
    "jit": "off",
    "application_name": "consortium",
    "TimeZone": "UTC",
    "random_page_cost": "1.1",
}


class ReadConnection(Connection):
    """A connection of the read pool. Nothing sets session state on it but `SET LOCAL`."""

    def get_reset_query(self) -> str:
        """No RESET when it returns to the pool: a round trip for nothing."""
        return ""


# Larger statements are made anew each time: each connection keeps its own, with their plans.
_KEPT_STATEMENT_BYTES = 131_072

# asyncpg asks the server about an array's type when it first meets one; better before any request.
_ARRAYS = (
    "SELECT $1::boolean[], $2::integer[], $3::bigint[], $4::numeric[], $5::text[], $6::date[],"
    " $7::timestamptz[]"
)


async def _prepare(connection: PoolConnection) -> None:
    """Hand json over as the bytes PostgreSQL made, and know every type that is bound."""
    await connection.set_type_codec(
        "json", schema="pg_catalog", encoder=bytes, decoder=bytes, format="binary"
    )
    await connection.prepare(_ARRAYS)


@asynccontextmanager
async def own_connection(dsn: str) -> AsyncGenerator[Connection]:
    """A connection like those of the pool, for what holds one long: the pool has few to spare."""
    connection = await asyncpg.connect(
        dsn, connection_class=ReadConnection, server_settings=SERVER_SETTINGS
    )
    try:
        await _prepare(connection)
        yield connection
    finally:
        await connection.close()


@asynccontextmanager
async def open_read_pool(
    dsn: str, *, min_size: int, max_size: int, statement_seconds: float = 0
) -> AsyncGenerator[Pool]:
    """A pool whose statements are cached and whose json is bytes.

    PostgreSQL cancels a statement that runs longer than `statement_seconds`; 0 lets it run.
    """
    timeout = {"statement_timeout": str(round(statement_seconds * 1000))}
    pool = asyncpg.create_pool(
        dsn,
        min_size=min_size,
        max_size=max_size,
        init=_prepare,
        connection_class=ReadConnection,
        server_settings=SERVER_SETTINGS | timeout,
        statement_cache_size=500,
        max_cacheable_statement_size=_KEPT_STATEMENT_BYTES,
        max_cached_statement_lifetime=0,
    )
    async with pool:
        yield pool
