"""Migrations: applied one by one, each whole or not at all, by one node at a time."""

from collections.abc import Callable
from functools import cached_property
from typing import Any

from asyncpg import PostgresError
from tortoise.connection import ConnectionHandler
from tortoise.context import TortoiseContext
from tortoise.exceptions import BaseORMException
from tortoise.migrations.loader import MigrationLoader
from tortoise.migrations.migration import Migration
from tortoise.migrations.recorder import MigrationRecorder
from tortoise.migrations.schema_editor import AsyncpgSchemaEditor
from tortoise.migrations.schema_generator.state import ModelState, State
from tortoise.migrations.schema_generator.state_apps import StateApps
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
    """Walk all migrations once: those already applied only tell what the models were."""
    async with TortoiseContext() as context:
        config = tortoise_config(dsn, max_size=1)
        await context.init(config)
        recorder: Any = MigrationRecorder(context.db())
        await recorder.ensure_schema(AsyncpgSchemaEditor(context.db(), atomic=False))
        # Without connections the models of each step are not made ready for queries, which would
        # take most of the time.
        state = _Steps({}, StateApps({APP: "default"}, ConnectionHandler()))
        for migration in await _in_order(recorder, config["apps"]):
            if migration.name in pending:
                progress(migration.name)
                await _apply(migration, state)
            else:
                await migration.apply(state, dry_run=True)


class _Steps(State):
    """What the models are after each step."""

    def clone(self) -> State:
        """What they are now, kept while the next step changes them."""
        return _Before({key: model.clone() for key, model in self.models.items()}, self.apps)


class _Before(State):
    """What the models were before a step.

    Tortoise makes their classes anew for each step, which took most of a migration's time, and few
    steps ask for them: here they are made when they are first asked for.
    """

    def __init__(self, models: dict[tuple[str, str], ModelState], apps: StateApps) -> None:
        self.models = models
        self._later = apps

    @cached_property
    def apps(self) -> StateApps:  # type: ignore[override]  # a field that is filled late
        """Their classes."""
        return self._later.clone(model_states=self.models)


async def _in_order(recorder: MigrationRecorder, apps: dict[str, Any]) -> list[Migration]:
    loader = MigrationLoader(apps, recorder, load=False)
    await loader.build_graph()
    graph = loader.graph
    (last,) = graph.leaf_nodes(APP)
    return [step for key in graph.forwards_plan(last) if (step := graph.nodes[key])]


async def _apply(migration: Migration, state: State) -> None:
    """Apply one migration and record it, both in one transaction.

    Tortoise's own executor records it after the commit: a crash in between would leave a
    migration that can never be applied.
    """
    try:
        async with in_transaction("default") as client:
            editor = AsyncpgSchemaEditor(client, atomic=False)
            await migration.apply(state, schema_editor=editor)
            recorder: Any = MigrationRecorder(client)
            await recorder.record_applied(APP, migration.name)
    except (BaseORMException, PostgresError) as error:
        raise MigrationFailed(f"Migration {migration.name} cannot be applied: {error}") from error
