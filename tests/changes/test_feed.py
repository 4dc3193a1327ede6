"""What has changed is told once it is committed, in whatever order, and nothing else is."""

import asyncio
from collections.abc import AsyncGenerator
from datetime import UTC, datetime, timedelta

import asyncpg
import pytest

from consortium.changes.actions import KEPT, forget_changes
from consortium.changes.jobs import Ear, listening
from consortium.storage.database import Database
from schema.root import GRAPHQL_SCHEMA
from schema.subscriptions import follows_of
from tests.factories import create_membership, create_organisation
from tests.factories.chains import create_activity, create_exchange, create_version

WATCHED = """
SELECT split_part(encode(t.tgargs, 'escape'), '\\000', 1) AS subject,
    t.tgrelid::regclass::text AS watched, array_agg(t.tgname::text ORDER BY t.tgname) AS names
FROM pg_trigger t WHERE t.tgfoid = 'row_change_capture'::regproc GROUP BY 1, 2
"""


@pytest.fixture
def woken() -> asyncio.Event:
    """Set by a notification."""
    return asyncio.Event()


@pytest.fixture
async def ear(database: Database, woken: asyncio.Event) -> AsyncGenerator[Ear]:
    """Somebody who listens."""
    async with listening(database.dsn, woken.set) as opened:
        yield opened


async def test_every_table_that_is_followed_is_watched(database: Database) -> None:
    """Of what subscriptions follow, every way to write is watched."""
    kind = GRAPHQL_SCHEMA.subscription_type
    assert kind is not None
    followed = {follows_of(field) for field in kind.fields.values()}
    subjects = {subject for one in followed if one is not None for subject in one.subjects}
    rows = await database.pool.fetch(WATCHED)
    ways = ["row_change_delete", "row_change_insert", "row_change_update"]

    assert {row["subject"] for row in rows} >= subjects
    assert [row["watched"] for row in rows if row["names"] != ways] == []


async def test_what_is_written_is_told_once(
    database: Database, ear: Ear, woken: asyncio.Event
) -> None:
    """Inserts, changes and removals, by the numbers of the rows; a change of nothing is none."""
    pool = database.pool
    organisation = await create_organisation(pool, name="Somebody")
    membership = await create_membership(pool, organisation)
    async with asyncio.timeout(5):
        await woken.wait()
    profile = {"profile_total": frozenset[int]()}

    assert await ear.changes() == {"membership": {membership}} | profile
    assert await ear.changes() == {}
    await pool.execute("UPDATE membership SET notes = 'as before' WHERE id = $1", membership)
    assert await ear.changes() == {"membership": {membership}}
    await pool.execute("UPDATE membership SET notes = notes")
    assert await ear.changes() == {}
    await pool.execute("DELETE FROM membership WHERE id = $1", membership)
    assert await ear.changes() == {"membership": {membership}} | profile


async def test_a_part_tells_of_its_whole(database: Database, ear: Ear) -> None:
    """What is in a version of a value chain changes that version."""
    pool = database.pool
    owner = await create_organisation(pool, name="Somebody")
    version = await create_version(pool, owner)
    assert await ear.changes() == {"chain_version": {version}}
    one, other = [await create_activity(pool, version, code) for code in ("one", "other")]
    assert await ear.changes() == {"chain_version": {version}}
    await create_exchange(pool, version, one, other, 2)
    assert await ear.changes() == {"chain_version": {version}}


async def test_who_commits_late_is_told_late(database: Database, ear: Ear) -> None:
    """A transaction that began first and ends last is not skipped, nor told before its end."""
    owner = await create_organisation(database.pool, name="Somebody")
    connection = await asyncpg.connect(database.dsn)
    try:
        open_ = connection.transaction()
        await open_.start()
        late = await create_version(connection, owner)
        early = await create_version(database.pool, owner)
        assert await ear.changes() == {"chain_version": {early}}
        assert await ear.changes() == {}
        await open_.commit()
        assert await ear.changes() == {"chain_version": {late}}

        undone = connection.transaction()
        await undone.start()
        await connection.execute("DELETE FROM chain_version")
        await undone.rollback()
        assert await ear.changes() == {}
    finally:
        await connection.close()


async def test_another_connection_goes_on_where_the_first_was_lost(database: Database) -> None:
    """Nothing that was committed in between is missed."""
    async with listening(database.dsn, lambda: None) as first:
        position = first.position
    organisation = await create_organisation(database.pool, name="Somebody")
    membership = await create_membership(database.pool, organisation)

    async with listening(database.dsn, lambda: None, position) as second:
        assert (await second.changes())["membership"] == {membership}


async def test_what_changed_long_ago_is_forgotten(database: Database) -> None:
    """After an hour; what is younger stays."""
    pool = database.pool
    now = datetime.now(UTC)
    for at in (now - KEPT - timedelta(minutes=1), now - KEPT + timedelta(minutes=1)):
        await pool.execute(
            "INSERT INTO row_change (at, transaction_id, subject, row_ids)"
            " VALUES ($1, pg_current_xact_id(), 'effect', '{1}')",
            at,
        )
    await forget_changes(now)

    assert await pool.fetchval("SELECT count(*) FROM row_change WHERE subject = 'effect'") == 1
