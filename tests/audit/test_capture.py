"""The database enters every change into the audit trail, by itself."""

from typing import Any

import asyncpg
import orjson
import pytest

from consortium.audit.actions import audited
from consortium.kernel.principal import Principal
from consortium.storage.database import Database
from consortium.storage.trail import trail_faults
from tests.factories import create_claim, create_organisation

ENTRIES = "SELECT action, account_id, note FROM audit_entry ORDER BY id"
HIDDEN = "[withheld]"


async def changes(database: Database, table: str) -> list[tuple[Any, Any]]:
    """What the trail holds of a table, in order: before and after."""
    rows = await database.pool.fetch(
        "SELECT before, after FROM audit_change WHERE row_table = $1 ORDER BY id", table
    )
    return [(row[0] and orjson.loads(row[0]), row[1] and orjson.loads(row[1])) for row in rows]


async def test_every_table_is_watched_or_exempt(owner_dsn: str) -> None:
    """Each table is entered, or listed with a reason; no secret column shows its values."""
    connection = await asyncpg.connect(owner_dsn)
    faults = await trail_faults(connection)
    await connection.close()

    assert faults == []


async def test_new_table_and_secret_are_noticed(owner_dsn: str) -> None:
    """A table that nobody watches, a secret that would show and a trigger gone are each named."""
    connection = await asyncpg.connect(owner_dsn)
    await connection.execute("CREATE TABLE forgotten (id bigint)")
    await connection.execute("ALTER TABLE oauth_client ADD COLUMN key_sealed text")
    await connection.execute("DROP TRIGGER audit_delete ON membership")
    await connection.execute("ALTER TABLE audit_entry DISABLE TRIGGER USER")
    faults = await trail_faults(connection)
    await connection.close()

    assert faults == [
        "the audit trail can be changed: its triggers are gone",
        "forgotten: its changes do not enter the audit trail",
        "membership: its changes do not enter the audit trail",
        "oauth_client.key_sealed: its values enter the audit trail",
    ]


async def test_change_of_an_action_names_its_actor(database: Database) -> None:
    """What an action changes is entered under it: new rows whole, changed rows by what differs."""
    by = Principal(account_id=7, client_id=3, organisation_id=5)
    async with audited(by, "organisations:record", organisation_id=9, note="n") as connection:
        key = await create_organisation(connection, name="Alpha", country="CN")
    async with audited(by, "organisations:rename") as connection:
        await connection.execute("UPDATE organisation SET country = 'DE' WHERE id = $1", key)

    entries = await database.pool.fetch("SELECT * FROM audit_entry ORDER BY id")
    created, changed = await changes(database, "organisation")

    assert [tuple(row.values())[2:] for row in entries] == [
        ("organisations:record", 7, 3, 5, 9, "n"),
        ("organisations:rename", 7, 3, 5, None, ""),
    ]
    assert created[0] is None
    assert (created[1]["id"], created[1]["name"], created[1]["country"]) == (key, "Alpha", "CN")
    assert changed == ({"country": "CN"}, {"country": "DE"})


async def test_change_without_an_action_names_the_role(database: Database) -> None:
    """Plain SQL gets an entry of its own, one for each transaction."""
    async with database.pool.acquire() as connection:
        async with connection.transaction():
            await create_organisation(connection, name="One")
            await create_organisation(connection, name="Two")
        await connection.execute("DELETE FROM organisation WHERE name = 'One'")

    entries = [tuple(row) for row in await database.pool.fetch(ENTRIES)]
    before, after = (await changes(database, "organisation"))[-1]

    role = await database.pool.fetchval("SELECT session_user::text")
    assert entries == [("sql:change", None, f"database role {role}")] * 2
    assert (before["name"], after) == ("One", None)


async def test_entry_of_another_transaction_is_not_believed(database: Database) -> None:
    """Nobody adds to what another has done by naming their entry."""
    async with audited(Principal(account_id=7), "organisations:record") as connection:
        await create_organisation(connection, name="One")
    async with database.pool.acquire() as other:
        entry = await other.fetchval("SELECT max(id)::text FROM audit_entry")
        for named in (entry, "none", ""):
            async with other.transaction():
                await other.execute("SELECT set_config('consortium.audit_entry', $1, true)", named)
                await create_organisation(other, name=f"Two {named}")

    entries = await database.pool.fetch(ENTRIES)
    sizes = "SELECT array_agg(n) FROM (SELECT count(*) n FROM audit_change GROUP BY entry_id) s"
    assert [row["account_id"] for row in entries] == [7, None, None, None]
    assert await database.pool.fetchval(sizes) == [1, 1, 1, 1]


async def test_inner_action_hands_back_to_the_outer(database: Database) -> None:
    """After an action within an action, changes are the outer one's again."""
    async with audited(Principal(account_id=1), "a:outer") as outer:
        async with audited(Principal(account_id=2), "a:inner") as inner:
            await create_organisation(inner, name="Inner")
        await create_organisation(outer, name="Outer")

    rows = await database.pool.fetch(
        "SELECT e.action, c.after ->> 'name' FROM audit_change c JOIN audit_entry e"
        " ON e.id = c.entry_id ORDER BY c.id"
    )
    assert [tuple(row) for row in rows] == [("a:inner", "Inner"), ("a:outer", "Outer")]


async def test_failed_action_leaves_no_entry(database: Database) -> None:
    """What did not happen is not in the trail."""

    async def failing() -> None:
        async with audited(Principal(account_id=9), "a:fails") as connection:
            await create_organisation(connection, name="Zero")
            raise RuntimeError("stop")

    with pytest.raises(RuntimeError, match="stop"):
        await failing()

    assert await database.pool.fetch(ENTRIES) == []
    assert await changes(database, "organisation") == []


async def test_secret_and_personal_values_never_enter(database: Database) -> None:
    """A secret is shown as there, or as changed; its value is in no row of the trail."""
    for statement in (
        """INSERT INTO account (subject, email, name, password_hash)
            VALUES ('s', 'ann@example.org', 'Ann', 'hash-1')""",
        "UPDATE account SET password_hash = 'hash-2', name = 'Anna'",
        "UPDATE account SET totp_last_step = 4",
        "UPDATE account SET email = NULL, name = ''",
        "DELETE FROM account",
    ):
        await database.pool.execute(statement)

    created, changed, blanked, removed = await changes(database, "account")
    secrets = {"email": HIDDEN, "name": HIDDEN, "password_hash": HIDDEN}
    assert created[1] == secrets | {
        "id": created[1]["id"],
        "created_at": created[1]["created_at"],
        "subject": "s",
    }
    assert changed == ({"password_hash": HIDDEN, "name": HIDDEN},) * 2
    assert blanked == ({"email": HIDDEN, "name": HIDDEN}, {"email": None, "name": ""})
    assert removed[0]["password_hash"] == HIDDEN
    text = await database.pool.fetchval("SELECT string_agg(c::text, '') FROM audit_change c")
    assert [word for word in ("Ann", "hash-", "example.org") if word in text] == []


async def test_copies_and_upserts_are_entered(database: Database) -> None:
    """COPY enters each row; an upsert its new rows as new and the others as changed."""
    organisation = await create_organisation(database.pool, name="One")
    async with database.pool.acquire() as connection:
        await connection.copy_records_to_table(
            "verified_domain",
            records=[(organisation, "a"), (organisation, "b")],
            columns=("organisation_id", "domain"),
        )
    await database.pool.execute(
        "INSERT INTO verified_domain (organisation_id, domain) VALUES ($1, 'a'), ($1, 'c')"
        " ON CONFLICT (domain) DO UPDATE SET domain = 'z'",
        organisation,
    )

    found = [
        (before and before["domain"], after["domain"])
        for before, after in await changes(database, "verified_domain")
    ]
    assert sorted(found, key=str) == [("a", "z"), (None, "a"), (None, "b"), (None, "c")]


async def test_cascades_new_ids_and_truncation_are_entered(
    database: Database, owner_dsn: str
) -> None:
    """Rows that go with another, ids that change, and a table that is emptied show as such."""
    await create_organisation(database.pool, name="One")
    for statement in (
        "INSERT INTO account (subject) VALUES ('s')",
        "INSERT INTO recovery_code (account_id, code_sha256) SELECT id, 'x' FROM account",
        "DELETE FROM account",
        """INSERT INTO verified_domain (id, organisation_id, domain)
            SELECT 2, id, 'b' FROM organisation""",
        "UPDATE verified_domain SET id = 12",
    ):
        await database.pool.execute(statement)
    owner = await asyncpg.connect(owner_dsn)
    await owner.execute("TRUNCATE verified_domain")
    await owner.close()

    async def ids(table: str) -> list[tuple[Any, Any]]:
        found = await changes(database, table)
        return [(before and before["id"], after and after["id"]) for before, after in found]

    domains = await ids("verified_domain")
    assert [before is None for before, _ in await ids("recovery_code")] == [True, False]
    assert domains[0] == (None, 2)
    assert set(domains[1:3]) == {(2, None), (None, 12)}
    assert domains[3:] == [(12, None)]


async def test_change_of_nothing_is_not_entered(database: Database) -> None:
    """A row that stays as it was, and sums that are derived from others, enter nothing."""
    organisation = await create_organisation(database.pool, name="One")
    await create_claim(database.pool, organisation)
    entries = await database.pool.fetchval("SELECT count(*) FROM audit_entry")
    await database.pool.execute("UPDATE organisation SET name = name")
    await database.pool.execute("DELETE FROM organisation WHERE name = 'Nobody'")
    await database.pool.execute("UPDATE avoided_claim SET parts_kg_co2e = 7")

    assert len(await changes(database, "organisation")) == 1
    assert len(await changes(database, "avoided_claim")) == 1
    assert await database.pool.fetchval("SELECT count(*) FROM audit_entry") == entries


@pytest.mark.parametrize("table", ["audit_entry", "audit_change"])
@pytest.mark.parametrize(
    "statement", ["UPDATE {} SET id = id", "DELETE FROM {}", "TRUNCATE {} CASCADE"]
)
@pytest.mark.parametrize("who", ["owner", "application"])
async def test_trail_is_append_only(
    database: Database, owner_dsn: str, table: str, statement: str, who: str
) -> None:
    """Neither the application's role nor the owner of the tables changes or removes an entry."""
    await create_organisation(database.pool, name="One")
    everything = (
        "SELECT (SELECT json_agg(e) FROM audit_entry e)::text,"
        " (SELECT json_agg(c) FROM audit_change c)::text"
    )
    before = await database.pool.fetchrow(everything)
    connection = await asyncpg.connect(owner_dsn if who == "owner" else database.dsn)
    why = "append-only" if who == "owner" else "permission denied"
    with pytest.raises(asyncpg.InsufficientPrivilegeError, match=why):
        await connection.execute(statement.format(table))
    await connection.close()

    assert await database.pool.fetchrow(everything) == before


@pytest.mark.parametrize(
    "statement",
    [
        "INSERT INTO audit_change (entry_id, row_table, row_id) SELECT id, 'x', 1 FROM audit_entry",
        "ALTER TABLE audit_entry DISABLE TRIGGER ALL",
        "DROP TRIGGER audit_insert ON organisation",
        "SET session_replication_role = replica",
        "CREATE TABLE public.mine (id bigint)",
        "DROP TABLE organisation",
        "TRUNCATE organisation CASCADE",
        # A table of its own, to be entered under another's name.
        "CREATE TEMP TABLE organisation (id bigint); SELECT audit_watch('pg_temp.organisation')",
        "DELETE FROM tortoise_migrations",
    ],
)
async def test_application_cannot_get_round_the_trail(database: Database, statement: str) -> None:
    """The application's role forges no change, switches nothing off and makes nothing."""
    await create_organisation(database.pool, name="One")
    connection = await asyncpg.connect(database.dsn)
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        await connection.execute(statement)
    await connection.close()

    assert await database.pool.fetchval("SELECT count(*) FROM audit_change") == 1
    assert await database.pool.fetchval("SELECT count(*) FROM public.organisation") == 1


async def test_time_of_an_entry_is_its_transactions(database: Database) -> None:
    """Nobody dates an entry back."""
    await database.pool.execute("INSERT INTO audit_entry (at, action) VALUES ('2020-01-01', 'a:b')")

    assert await database.pool.fetchval("SELECT at > now() - interval '1 hour' FROM audit_entry")
