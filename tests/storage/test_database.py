"""The open database."""

import asyncio
import contextvars
from typing import Any
from urllib.parse import urlsplit
from uuid import uuid4

import asyncpg
import pytest

from consortium.evidence.models import Citation
from consortium.storage.contact import known_migrations
from consortium.storage.database import Database, transaction
from consortium.storage.drift import catalogue_drift, unwritten_migrations
from consortium.storage.errors import (
    DatabaseLoginRefused,
    DatabaseMissing,
    DatabaseUnreachable,
    DatabaseUrlInvalid,
    RightsMissing,
    SchemaTooNew,
    SchemaTooOld,
    StorageError,
)
from consortium.storage.migrate import migrate


async def test_json_arrives_as_it_was_made(database: Database) -> None:
    """The read pool hands the bytes of a json value over untouched, spaces included."""
    assert await database.pool.fetchval("SELECT '{\"a\" :  1.50}'::json") == b'{"a" :  1.50}'


async def test_read_connections_have_no_just_in_time_compiler(database: Database) -> None:
    """Every read connection has jit off and reads times in UTC."""
    assert await database.pool.fetchval("SHOW jit") == "off"
    assert await database.pool.fetchval("SHOW TimeZone") == "UTC"


async def test_failed_transaction_leaves_nothing(database: Database) -> None:
    """What a transaction wrote is gone when its block raises."""

    async def broken() -> None:
        async with transaction():
            await Citation.create(url="https://example.org/a", title="A")
            raise RuntimeError("stop")

    with pytest.raises(RuntimeError, match="stop"):
        await broken()

    assert await database.pool.fetchval("SELECT count(*) FROM citation") == 0


async def test_transaction_is_seen_after_its_end(database: Database) -> None:
    """What a transaction wrote is read by the pool once the block has ended, and not before."""
    async with transaction():
        await Citation.create(url="https://example.org/a", title="A")
        before = await database.pool.fetchval("SELECT count(*) FROM citation")

    assert [before, await database.pool.fetchval("SELECT count(*) FROM citation")] == [0, 1]


async def test_other_tasks_enter_the_database(database: Database) -> None:
    """A task with a context of its own uses the models inside `active()`, several at once."""

    async def count() -> int:
        with database.active():
            await asyncio.sleep(0)
            return await Citation.all().count()

    loop = asyncio.get_running_loop()
    tasks = [loop.create_task(count(), context=contextvars.Context()) for _ in range(5)]

    assert await asyncio.gather(*tasks) == [0] * 5


async def test_migrating_twice_changes_nothing(empty_dsn: str) -> None:
    """The first run applies every migration in order, the second none."""
    assert [await migrate(empty_dsn), await migrate(empty_dsn)] == [known_migrations(), []]


async def test_nodes_migrate_one_at_a_time(empty_dsn: str) -> None:
    """Nodes that start together apply each migration once."""
    applied = await asyncio.gather(*(migrate(empty_dsn) for _ in range(3)))

    async with Database.open(empty_dsn) as database:
        recorded = await database.pool.fetch("SELECT name FROM tortoise_migrations ORDER BY 1")
    assert [row["name"] for row in recorded] == known_migrations()
    assert known_migrations() in applied


async def test_unmigrated_database_is_refused(empty_dsn: str) -> None:
    """A database that lacks migrations is not opened, and the message names the remedy."""
    with pytest.raises(SchemaTooOld, match="consortium migrate"):
        async with Database.open(empty_dsn):
            pass


async def test_database_of_a_newer_program_is_refused(owner_dsn: str) -> None:
    """A database with a migration that this program does not know is not opened or migrated."""
    connection = await asyncpg.connect(owner_dsn)
    await connection.execute(
        "INSERT INTO tortoise_migrations (app, name, applied_at)"
        " VALUES ('consortium', '9999_later', now())"
    )
    await connection.close()

    with pytest.raises(SchemaTooNew, match="9999_later"):
        await migrate(owner_dsn)


@pytest.mark.parametrize(
    ("dsn", "error"),
    [
        ("nonsense", DatabaseUrlInvalid),
        ("postgresql://localhost:port/x", DatabaseUrlInvalid),
        ("postgresql://a:secret@localhost:1/x", DatabaseUnreachable),
        ("postgresql://a:secret@no-such-host.invalid/x", DatabaseUnreachable),
        ("postgresql://x@/x?host=%2Fnowhere", DatabaseUnreachable),
    ],
)
async def test_wrong_address_is_one_sentence(dsn: str, error: type[StorageError]) -> None:
    """An address that leads nowhere is told without its password."""
    with pytest.raises(error) as caught:
        await migrate(dsn)

    assert "secret" not in str(caught.value)
    assert "\n" not in str(caught.value)


async def test_unknown_database_and_user_are_told_apart(owner_dsn: str) -> None:
    """A database that is not there and a role that may not enter have errors of their own."""
    with pytest.raises(DatabaseMissing):
        await migrate(owner_dsn.replace("/consortium_", "/other_"))
    with pytest.raises(DatabaseLoginRefused):
        await migrate(owner_dsn.replace("//consortium@", "//stranger@"))


async def test_models_and_migrations_agree(dsn: str) -> None:
    """No model change lacks its migration, and the catalogue holds exactly what models say."""
    connection = await asyncpg.connect(dsn)
    differences = [*await unwritten_migrations(), *await catalogue_drift(connection)]
    await connection.close()

    assert differences == []


async def test_drift_is_found(owner_dsn: str) -> None:
    """A column, a key and a constraint that only one side has are each named."""
    connection = await asyncpg.connect(owner_dsn)
    await connection.execute("ALTER TABLE citation ADD COLUMN extra int")
    await connection.execute("ALTER TABLE organisation DROP CONSTRAINT organisation_revenue_whole")
    await connection.execute("ALTER TABLE membership ALTER COLUMN status DROP NOT NULL")
    differences = await catalogue_drift(connection)
    await connection.close()

    assert "citation: no model has the column extra integer null" in differences
    assert "the database lacks the constraint organisation_revenue_whole" in differences
    assert any("status character varying(20) not null" in line for line in differences)


async def test_role_without_rights_is_told(owner_dsn: str, server: Any) -> None:
    """A role that was given nothing hears what to do; after a migration in its name it may work."""
    name = f"stranger_{uuid4().hex[:8]}"
    admin = await asyncpg.connect(server.admin_dsn)
    await admin.execute(f"CREATE ROLE {name} LOGIN")
    stranger = server.dsn(urlsplit(owner_dsn).path[1:], name)
    try:
        with pytest.raises(RightsMissing, match="CONSORTIUM_DIRECT_DATABASE_URL"):
            async with Database.open(stranger):
                pass
        await migrate(owner_dsn, application_dsn=stranger)
        async with Database.open(stranger) as database:
            assert await database.pool.fetchval("SELECT count(*) FROM citation") == 0
    finally:
        owner = await asyncpg.connect(
            server.admin_dsn.replace("/postgres?", f"{urlsplit(owner_dsn).path}?")
        )
        await owner.execute(f"DROP OWNED BY {name}; DROP ROLE {name}")
        await owner.close()
        await admin.close()
