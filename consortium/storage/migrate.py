"""Migrations: applied one by one, each whole or not at all, by one node at a time."""

from collections.abc import Callable
from typing import Any

from asyncpg import PostgresError
from tortoise.context import TortoiseContext
from tortoise.exceptions import BaseORMException
from tortoise.migrations.executor import MigrationExecutor, MigrationTarget
from tortoise.migrations.recorder import MigrationRecorder
from tortoise.migrations.schema_editor import AsyncpgSchemaEditor
from tortoise.transactions import in_transaction

from consortium.storage.contact import connected, pending_migrations
from consortium.storage.database import APP, tortoise_config
from consortium.storage.errors import MigrationFailed
from consortium.storage.rights import grant_application, role_of

# Any number, as long as every node takes the same: the letters "cons".
LOCK_KEY = 0x636F6E73

Progress = Callable[[str], None]


async def migrate(
    dsn: str, progress: Progress = lambda _: None, application_dsn: str | None = None
) -> list[str]:
    """Bring the database's tables up to this program; returns the names of what was applied.

    The role of `application_dsn`, where it is another one, is given its rights to the tables.

    Raises:
        MigrationFailed: the first that failed; those before it stay applied.
        StorageError: the database cannot be used.
    """
    application = application_dsn and await role_of(application_dsn)
    async with connected(dsn) as connection:
        if not (application or await pending_migrations(connection)):
            return []
        # Held by the session, so a node that dies lets go of it.
        await connection.execute("SELECT pg_advisory_lock($1)", LOCK_KEY)
        pending = await pending_migrations(connection)
        if pending:
            await _apply_all(dsn, pending, progress)
        if application:
            await grant_application(connection, application)
        return pending


async def _apply_all(dsn: str, pending: list[str], progress: Progress) -> None:
    async with TortoiseContext() as context:
        config = tortoise_config(dsn, max_size=1)
        await context.init(config)
        await _make_record(context)
        for name in pending:
            progress(name)
            await _apply(name, config["apps"])


async def _make_record(context: TortoiseContext) -> None:
    """The table of what was applied; Tortoise's executor reads it before it makes it."""
    client = context.db()
    recorder: Any = MigrationRecorder(client)
    await recorder.ensure_schema(AsyncpgSchemaEditor(client, atomic=False))


async def _apply(name: str, apps: dict[str, Any]) -> None:
    """Apply one migration and record it, both in one transaction.

    Tortoise by itself records it after the commit: a crash in between would leave a migration
    that can never be applied.
    """
    try:
        async with in_transaction("default") as client:
            executor = MigrationExecutor(client, apps)
            await executor.migrate([MigrationTarget(APP, name)], direction="forward")
    except (BaseORMException, PostgresError) as error:
        raise MigrationFailed(f"Migration {name} cannot be applied: {error}") from error
