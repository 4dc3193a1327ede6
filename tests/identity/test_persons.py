"""All that is held of a person can be taken along, and forgotten."""

import asyncio
import os
import sys
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import asyncpg
import orjson
import pytest

from consortium.audit.actions import audited
from consortium.identity.actions.persons import PersonUnknown, erase_person, export_person
from consortium.identity.rules.authority import LastAdministrator
from consortium.kernel.principal import ANONYMOUS, Permission, Principal, Rights
from consortium.storage.database import Database
from schema.planner.execution import Executor, Request
from tests.factories import (
    create_assignment,
    create_delegacy,
    create_dues_year,
    create_entry,
    create_group,
    create_guidance,
    create_invoice,
    create_meeting,
    create_membership,
    create_organisation,
)
from tests.factories.applications import (
    create_application,
    create_decision,
    create_review,
    create_terms,
)
from tests.factories.assessment import create_assessed_claim
from tests.factories.rows import insert, number
from tests.factories.shares import create_shared_effect
from tests.served import TODAY

NAME, ADDRESS = "Ann Lee-Smith", "ann.lee@example.org"

REFERRING = """
SELECT c.conrelid::regclass::text, a.attname::text
  FROM pg_constraint c JOIN pg_attribute a ON a.attrelid = c.conrelid AND a.attnum = c.conkey[1]
 WHERE c.contype = 'f' AND c.confrelid = 'account'::regclass
"""


@dataclass(frozen=True)
class World:
    """Ann has everything that a person can have; Ben administers the same organisation."""

    ann: int
    ben: int
    organisation: int


async def create_account(connection: Any, **values: Any) -> int:
    """A person."""
    plain = {"subject": f"sub-{number()}", "email": f"p{number()}@example.org", "name": "P"}
    return await insert(connection, "account", **{**plain, **values})


async def create_role(connection: Any, account: int, organisation: int, role: str) -> int:
    """A role of a person."""
    return await insert(
        connection, "role_grant", account_id=account, organisation_id=organisation, role=role
    )


@pytest.fixture
async def world(database: Database) -> World:
    """Rows in every table that refers to an account."""
    organisation = await create_organisation(database.pool, name="Members Ltd")
    async with audited(ANONYMOUS, "world:make") as connection:
        ann = await create_account(
            connection,
            subject="sub-ann",
            email=ADDRESS,
            name=NAME,
            password_hash="argon2-of-ann",  # noqa: S106  no secret
            totp_secret_sealed="sealed-of-ann",  # noqa: S106  no secret
        )
        ben = await create_account(connection, subject="sub-ben")
        for account in (ann, ben):
            await create_role(connection, account, organisation, "ORGANISATION_ADMIN")
        await _possessions(connection, ann, organisation)
        await _said(connection, ann, organisation)
        await _booked(connection, ann, organisation)
        await _assessed(connection, ann, organisation)
    by = Principal(account_id=ann, organisation_id=organisation)
    async with audited(by, "organisations:note", organisation_id=organisation) as connection:
        await connection.execute("UPDATE organisation SET notes = 'n'")
    return World(ann, ben, organisation)


async def _booked(connection: Any, account: int, organisation: int) -> None:
    """Dues that the person assigned and booked."""
    tier = await create_dues_year(connection)
    await create_assignment(connection, organisation, tier, account_id=account)
    invoice = await create_invoice(connection, organisation, tier)
    await create_entry(connection, invoice, account_id=account)


async def _assessed(connection: Any, account: int, organisation: int) -> None:
    """A claim that the person drafted and reviewed, a file of effects, and what was decided."""
    effects = [await create_shared_effect(connection, organisation) for _ in range(2)]
    guidance = await create_guidance(connection, "PUBLISHED")
    await create_assessed_claim(connection, organisation, effects[0], guidance, account_id=account)
    document = await insert(
        connection, "document", name="in.csv", media_type="text/csv", size_bytes=1, sha256="a" * 64
    )
    sent = {"organisation_id": organisation, "document_id": document, "account_id": account}
    await insert(connection, "staged_import", **sent, row_count=0, fault_count=0)
    asked = {"organisation_id": organisation, "account_id": account}
    await insert(connection, "bulk_upload", **asked, digest="b" * 64, size_bytes=1)
    said = {"kind": "QUERY", "document": "{ claims { nodes { id } } }", "permissions": []}
    await insert(connection, "bulk_operation", **asked, **said, is_member=True)
    await insert(
        connection,
        "effect_overlap_decision",
        number=1,
        earlier_id=effects[0],
        later_id=effects[1],
        kind="SAME_SOLUTION",
        decision="SEPARATE",
        reason="Other units.",
        account_id=account,
        decided_on=TODAY,
        earlier_computed_at=datetime(2026, 1, 1, tzinfo=UTC),
        later_computed_at=datetime(2026, 1, 1, tzinfo=UTC),
    )


async def _work(connection: Any, account: int, organisation: int) -> None:
    """A decision about a membership, and an office in which a meeting was attended."""
    await create_membership(connection, organisation)
    await insert(
        connection,
        "membership_decision",
        organisation_id=organisation,
        step="JOIN",
        after="MEMBER",
        effective_on=TODAY,
        account_id=account,
    )
    group = await create_group(connection)
    office = await create_delegacy(connection, group, organisation, account)
    meeting = await create_meeting(connection, group, TODAY)
    await insert(
        connection, "attendance", meeting_id=meeting, delegacy_id=office, presence="PRESENT"
    )


async def _possessions(connection: Any, account: int, organisation: int) -> None:
    await _work(connection, account, organisation)
    now = await connection.fetchval("SELECT now()")
    client = await insert(
        connection,
        "oauth_client",
        client_id="cli",
        name="Query page",
        kind="PUBLIC",
        auth_method="NONE",
        scopes="",
    )
    session = await insert(
        connection,
        "session",
        account_id=account,
        token_sha256="token-of-ann",  # noqa: S106  no secret
        authenticated_at=now,
        methods="pwd",
        last_seen_at=now,
        expires_at=now,
        address="192.0.2.7",
        user_agent=f"Browser of {NAME}",
    )
    await insert(connection, "recovery_code", account_id=account, code_sha256="code-of-ann")
    for owner in (account, None):
        await insert(
            connection,
            "single_use_link",
            purpose="PASSWORD_RESET",
            token_sha256=f"link-{owner}",
            email=ADDRESS,
            account_id=owner,
            expires_at=now,
        )
    provider = await insert(
        connection,
        "identity_provider",
        organisation_id=organisation,
        name="Login",
        issuer="https://id.example",
        client_id="c",
    )
    await insert(
        connection,
        "federated_identity",
        account_id=account,
        provider_id=provider,
        subject=ADDRESS,
    )
    grant = await insert(
        connection,
        "oauth_grant",
        client_id=client,
        account_id=account,
        organisation_id=organisation,
        session_id=session,
        scope="figures:read",
        resource="https://api.example",
    )
    await insert(
        connection,
        "refresh_token",
        grant_id=grant,
        token_sha256="refresh-of-ann",  # noqa: S106  no secret
        expires_at=now,
    )
    await insert(
        connection,
        "authorization_code",
        grant_id=grant,
        code_sha256="acode-of-ann",
        redirect_uri="https://c.example/cb",
        code_challenge="x",
        authenticated_at=now,
        methods="pwd",
        expires_at=now,
    )
    await insert(connection, "consent", account_id=account, client_id=client, scope="figures:read")


async def _said(connection: Any, account: int, organisation: int) -> None:
    """An application of the person's, which it reviewed as well."""
    application = await create_application(connection, contact_name=NAME, contact_email=ADDRESS)
    await create_review(connection, application, account)
    await create_decision(connection, organisation, account_id=account)
    by = {"application_id": application, "account_id": account}
    await insert(connection, "application_conflict", reason="It is mine", **by)
    step = {"step": "REVIEW", "before": "SUBMITTED", "after": "IN_REVIEW", "taken_on": TODAY}
    await insert(connection, "application_step", **by, **step)
    await insert(
        connection,
        "terms_acceptance",
        application_id=application,
        terms_id=await create_terms(connection, account_id=account),
        signatory_name=NAME,
        signatory_title="Director",
        accepted_on=TODAY,
    )


async def found_in(database: Database, *words: str) -> list[str]:
    """The tables that hold one of the words, in any column."""
    rows = await database.pool.fetch(
        "SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace"
        " AND relkind IN ('r', 'p') ORDER BY 1"
    )
    found: list[str] = []
    for (table,) in rows:
        count = f"SELECT count(*) FROM {table} t WHERE t::text ILIKE ANY ($1)"  # noqa: S608
        if await database.pool.fetchval(count, [f"%{word}%" for word in words]):
            found.append(table)
    return found


async def state(database: Database) -> dict[str, Any]:
    """Every row of what erasure touches."""
    tables = ("account", "role_grant", "session", "oauth_grant", "consent", "audit_entry")
    return {
        table: await database.pool.fetchval(
            f"SELECT json_agg(t ORDER BY t.id)::text FROM {table} t"  # noqa: S608
        )
        for table in tables
    }


async def test_export_holds_every_row_that_refers_to_the_person(
    database: Database, world: World
) -> None:
    """Each table with a reference to an account is in it, and has rows in this world."""
    export = await export_person(world.ann)

    tables = {row[0] for row in await database.pool.fetch(REFERRING)}
    assert tables
    assert {table for table in tables if not export.get(table)} == set()
    assert export["account"]["email"] == ADDRESS
    assert (len(export["refresh_token"]), len(export["authorization_code"])) == (1, 1)
    assert [row["presence"] for row in export["attendance"]] == ["PRESENT"]
    # One of them names the person by the address alone.
    assert len(export["single_use_link"]) == 2
    assert [entry["action"] for entry in export["audit_entry"]] == ["organisations:note"]
    assert export["audit_entry"][0]["rows"] == {"organisation": 1}
    assert export["names"]["organisation"] == {str(world.organisation): "Members Ltd"}
    assert export["names"]["oauth_client"][str(export["consent"][0]["client_id"])] == "Query page"


async def test_export_holds_no_secret_and_nobody_else(world: World) -> None:
    """Hashes and sealed values stay here; another person's rows too; all of it is JSON."""
    text = orjson.dumps(await export_person(world.ann)).decode()

    assert [word for word in ("-of-ann", "sub-ben") if word in text] == []
    assert [row["account_id"] for row in (await export_person(world.ann))["role_grant"]] == [
        world.ann
    ]


async def test_erased_person_is_found_nowhere(database: Database, world: World) -> None:
    """Neither name nor address is left in any column of any table, the audit trail included."""
    words = (NAME, ADDRESS, "-of-ann", "192.0.2.7")
    before = await found_in(database, *words)
    await erase_person(ANONYMOUS, world.ann)

    assert before == [
        "account",
        "authorization_code",
        "federated_identity",
        "membership_application",
        "recovery_code",
        "refresh_token",
        "session",
        "single_use_link",
        "terms_acceptance",
    ]
    assert await found_in(database, *words) == []


async def test_trail_keeps_the_pseudonym(database: Database, world: World) -> None:
    """What the person did stays theirs, under the subject; the erasure is an entry itself."""
    await erase_person(Principal(account_id=world.ben), world.ann)
    auditor = Principal(Rights(permissions=frozenset({Permission.AUDIT_READ_ALL})))
    query = "{ auditEntries { nodes { action actor { subject name } } } }"
    answer = await Executor.over(database.pool).run(Request(query, {}), auditor, TODAY)

    assert orjson.loads(answer)["data"]["auditEntries"]["nodes"][:2] == [
        {"action": "person:erase", "actor": {"subject": "sub-ben", "name": "P"}},
        {"action": "organisations:note", "actor": {"subject": "sub-ann", "name": None}},
    ]


async def test_grants_are_revoked_and_figures_stay(database: Database, world: World) -> None:
    """Tokens end, the grant's record stays, and so does what the person entered."""
    await erase_person(ANONYMOUS, world.ann)

    grant = await database.pool.fetchrow("SELECT revoked_at, session_id FROM oauth_grant")
    assert grant is not None
    assert grant["revoked_at"] is not None
    assert await database.pool.fetchval("SELECT count(*) FROM refresh_token") == 0
    assert await database.pool.fetchval("SELECT notes FROM organisation") == "n"


async def test_same_address_may_come_back_as_someone_new(database: Database, world: World) -> None:
    """Another account with the address is another person, who has nothing of the first."""
    await erase_person(ANONYMOUS, world.ann)
    again = await create_account(database.pool, email=ADDRESS, name=NAME)
    export = await export_person(again)

    assert again != world.ann
    assert (export["audit_entry"], export["role_grant"], export["oauth_grant"]) == ([], [], [])


@pytest.mark.parametrize("again", [True, False])
async def test_unknown_person_is_told(database: Database, world: World, again: bool) -> None:
    """Nobody is erased twice, and nobody who is not there."""
    if again:
        await erase_person(ANONYMOUS, world.ann)
    before = await state(database)
    with pytest.raises(PersonUnknown):
        await erase_person(ANONYMOUS, world.ann if again else 999)

    assert await state(database) == before


@pytest.mark.usefixtures("database")
async def test_unknown_person_has_no_export() -> None:
    """An export of nobody is an error and no empty document."""
    with pytest.raises(PersonUnknown):
        await export_person(999)


@pytest.mark.parametrize("other", ["none", "disabled", "of another organisation"])
async def test_last_administrator_stays(database: Database, world: World, other: str) -> None:
    """Whoever alone administers an organisation is not erased, and nothing changes."""
    statement = {
        "none": "DELETE FROM role_grant WHERE account_id = $1",
        "disabled": "UPDATE account SET disabled_at = now() WHERE id = $1",
        "of another organisation": "UPDATE role_grant SET organisation_id ="
        " (SELECT max(id) FROM organisation) WHERE account_id = $1",
    }[other]
    await create_organisation(database.pool, name="Other Ltd")
    await database.pool.execute(statement, world.ben)
    before = await state(database)
    with pytest.raises(LastAdministrator, match="Members Ltd"):
        await erase_person(ANONYMOUS, world.ann)

    assert await state(database) == before


async def test_last_of_the_secretariat_stays(database: Database, world: World) -> None:
    """The secretariat is one, wherever its people have the role."""
    await create_role(database.pool, world.ann, world.organisation, "SECRETARIAT")
    with pytest.raises(LastAdministrator, match="secretariat"):
        await erase_person(ANONYMOUS, world.ann)
    other = await create_organisation(database.pool, name="Other Ltd")
    await create_role(database.pool, world.ben, other, "SECRETARIAT")
    await erase_person(ANONYMOUS, world.ann)

    assert await database.pool.fetchval("SELECT count(*) FROM role_grant") == 2


async def test_of_the_last_two_who_leave_at_once_one_stays(
    database: Database, world: World
) -> None:
    """Two erasures at the same moment do not leave an organisation without anybody."""
    done = await asyncio.gather(
        erase_person(ANONYMOUS, world.ann),
        erase_person(ANONYMOUS, world.ben),
        return_exceptions=True,
    )

    assert sorted(type(one).__name__ for one in done) == ["LastAdministrator", "NoneType"]
    assert await database.pool.fetchval("SELECT count(*) FROM role_grant") == 1


@pytest.mark.parametrize(
    "column", ["email = 'a@example.org'", "name = 'A'", "password_hash = 'x'", "totp_last_step = 1"]
)
async def test_erased_account_stays_blank(database: Database, world: World, column: str) -> None:
    """The database refuses to write anything personal on an erased account."""
    await erase_person(ANONYMOUS, world.ann)
    with pytest.raises(asyncpg.CheckViolationError, match="account_erased_is_blank"):
        await database.pool.execute(
            f"UPDATE account SET {column} WHERE id = $1",  # noqa: S608
            world.ann,
        )


@pytest.mark.usefixtures("world")
async def test_persons_are_served_at_the_command_line(database: Database, dsn: str) -> None:
    """Found by address or subject; exported as JSON, erased when confirmed, and then unknown."""
    exported = await command(dsn, "export", ADDRESS.title())
    unsure = await command(dsn, "erase", "sub-ann", said=b"n\n")
    still = await found_in(database, NAME)
    erased = await command(dsn, "erase", "sub-ann", "--yes")
    again = await command(dsn, "export", ADDRESS)

    assert orjson.loads(exported[1])["account"]["name"] == NAME
    assert unsure[0] == 1
    assert still != []
    assert erased[:2] == (0, b"Erased.\n")
    assert await found_in(database, NAME) == []
    assert again == (1, b"", b"consortium: There is no such person.\n")


async def command(dsn: str, *arguments: str, said: bytes = b"") -> tuple[int | None, bytes, bytes]:
    """`consortium person` to its end: code, answer, complaint."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "consortium", "person", *arguments),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
        env={**os.environ, "CONSORTIUM_DATABASE_URL": dsn},
    )
    answer, complaint = await process.communicate(said)
    return process.returncode, answer, complaint
