"""The open database: one pool for planned reads, Tortoise's own connections for actions."""

from collections.abc import AsyncGenerator, Generator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import asyncpg
from tortoise.backends.base.client import TransactionalDBClient
from tortoise.context import TortoiseContext
from tortoise.transactions import in_transaction

from consortium.storage.contact import check_schema, connected

if TYPE_CHECKING:
    from asyncpg.pool import PoolConnectionProxy

    Connection = asyncpg.Connection[asyncpg.Record]
    Pool = asyncpg.Pool[asyncpg.Record]
else:
    # asyncpg's classes take a type argument in its stubs only.
    Connection = asyncpg.Connection
    Pool = asyncpg.Pool

# The one Tortoise app; its migrations are the top-level package of that name.
APP = "consortium"
MIGRATIONS = "migrations"

# Every feature that has tables, in the order in which they may refer to each other.
MODELS = (
    "consortium.evidence.models",
    "consortium.organisations.models",
    "consortium.membership.models",
    "consortium.value_chains.models",
    "consortium.inventory.models",
    "consortium.initiatives.models",
    "consortium.avoided.models",
)

# Just-in-time compilation costs more than these statements take.
SERVER_SETTINGS = {"jit": "off", "application_name": "consortium", "TimeZone": "UTC"}


def tortoise_config(dsn: str, *, min_size: int = 1, max_size: int = 5) -> dict[str, Any]:
    """Tortoise's configuration: one connection ("default"), one app ("consortium")."""
    credentials = {
        "dsn": dsn,
        "minsize": min_size,
        "maxsize": max_size,
        "server_settings": SERVER_SETTINGS,
    }
    return {
        "connections": {
            "default": {
                "engine": "consortium.storage.tortoise_asyncpg",
                "credentials": credentials,
            }
        },
        "apps": {
            APP: {
                "models": list(MODELS),
                "default_connection": "default",
                "migrations": MIGRATIONS,
            }
        },
        "use_tz": True,
        "timezone": "UTC",
    }


class ReadConnection(Connection):
    """A connection of the read pool. Nothing sets session state on it but `SET LOCAL`."""

    def get_reset_query(self) -> str:
        """No RESET when it returns to the pool: a round trip for nothing."""
        return ""


async def _prepare(connection: "Connection | PoolConnectionProxy[asyncpg.Record]") -> None:
    """Hand json over as the bytes PostgreSQL made."""
    await connection.set_type_codec(
        "json", schema="pg_catalog", encoder=bytes, decoder=bytes, format="binary"
    )


@asynccontextmanager
async def open_read_pool(dsn: str, *, min_size: int, max_size: int) -> AsyncGenerator[Pool]:
    """A pool whose statements are cached whatever their size and whose json is bytes."""
    pool = asyncpg.create_pool(
        dsn,
        min_size=min_size,
        max_size=max_size,
        init=_prepare,
        connection_class=ReadConnection,
        server_settings=SERVER_SETTINGS,
        statement_cache_size=500,
        max_cacheable_statement_size=0,
        max_cached_statement_lifetime=0,
    )
    async with pool:
        yield pool


@dataclass(frozen=True, slots=True)
class Database:
    """Both ways to the database, open."""

    dsn: str
    pool: Pool
    context: TortoiseContext

    @classmethod
    @asynccontextmanager
    async def open(
        cls, dsn: str, *, min_size: int = 1, max_size: int = 10, write_size: int = 5
    ) -> AsyncGenerator["Database"]:
        """Open both, and close both at the end. Tortoise's context is active inside.

        Raises:
            StorageError: the database cannot be reached, or its tables do not fit this program.
        """
        async with connected(dsn) as connection:
            await check_schema(connection)
        async with (
            open_read_pool(dsn, min_size=min_size, max_size=max_size) as pool,
            TortoiseContext() as context,
        ):
            await context.init(tortoise_config(dsn, max_size=write_size))
            yield cls(dsn, pool, context)

    @contextmanager
    def active(self) -> Generator[None]:
        """Make Tortoise's models use this database in the current task.

        A request runs in another task than the one that opened the database, and Tortoise's
        context belongs to a task.
        """
        # A second context object over the same connections, since an entered one keeps its
        # reset token in itself and several tasks enter at once.
        entered = TortoiseContext()
        entered.__dict__.update(self.context.__dict__, _token=None)
        with entered:
            yield


@asynccontextmanager
async def transaction() -> AsyncGenerator[TransactionalDBClient]:
    """One transaction on Tortoise's connection; models used inside take part in it."""
    async with in_transaction("default") as client:
        yield client
