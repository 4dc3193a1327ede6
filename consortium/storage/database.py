"""The open database: connections for planned reads, Tortoise's own for actions."""

from collections.abc import AsyncGenerator, Generator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from typing import Any

from tortoise.backends.base.client import TransactionalDBClient
from tortoise.context import TortoiseContext
from tortoise.transactions import in_transaction

from consortium.storage.connections import SERVER_SETTINGS, Pool, open_read_pool
from consortium.storage.contact import check_schema, connected
from consortium.storage.reads import InUse, Reads
from consortium.storage.violations import told_violations

# The one Tortoise app; its migrations are the top-level package of that name.
APP = "consortium"
MIGRATIONS = "migrations"

# Every feature that has tables, in the order in which they may refer to each other.
MODELS = (
    "consortium.audit.models",
    "consortium.changes.models",
    "consortium.outbox.models",
    "consortium.evidence.models",
    "consortium.trusted_documents.models",
    "consortium.organisations.models",
    "consortium.identity.models",
    "consortium.membership.models",
    "consortium.value_chains.models",
    "consortium.footprints.models",
    "consortium.inventory.models",
    "consortium.initiatives.models",
    "consortium.guidance.models",
    "consortium.effects.models",
    "consortium.avoided.models",
    "consortium.assessment.models",
    "consortium.progress.models",
    "consortium.staging.models",
    "consortium.reorganisations.models",
    "consortium.bulk.models",
    "consortium.webhooks.models",
    "consortium.exchange.models",
)


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


@dataclass(frozen=True, slots=True)
class Database:
    """Both ways to the database, open."""

    dsn: str
    reads: Reads
    pool: Pool
    context: TortoiseContext

    @classmethod
    @asynccontextmanager
    async def open(
        cls,
        dsn: str,
        *,
        min_size: int = 1,
        max_size: int = 10,
        write_size: int = 5,
        statement_seconds: float = 0,
    ) -> AsyncGenerator["Database"]:
        """Open both, and close both at the end. Tortoise's context is active inside.

        Raises:
            StorageError: the database cannot be reached, or its tables do not fit this program.
        """
        async with connected(dsn) as connection:
            await check_schema(connection)
        async with (
            # One more than reads may hold, so that the pool always has one for anything else.
            open_read_pool(
                dsn,
                min_size=min_size,
                max_size=max_size + 1,
                statement_seconds=statement_seconds,
            ) as pool,
            TortoiseContext() as context,
        ):
            reads = Reads(pool, max_size)
            await context.init(tortoise_config(dsn, max_size=write_size))
            try:
                yield cls(dsn, reads, pool, context)
            finally:
                await reads.close()

    @property
    def writes_in_use(self) -> InUse:
        """How busy Tortoise's connections are; how many transactions wait it does not tell."""
        # It opens its pool with the first statement.
        pool: Pool | None = getattr(self.context.connections.get("default"), "_pool")  # noqa: B009
        if pool is None:
            return InUse(0, 0)
        return InUse(pool.get_size() - pool.get_idle_size(), pool.get_idle_size())

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
    """One transaction on Tortoise's connection; models used inside take part in it.

    A constraint that is violated is told as the DomainError that names it.
    """
    with told_violations():
        async with in_transaction("default") as client:
            yield client
