"""Applications in the database, and who they may be already."""

from datetime import date

import asyncpg
import pytest

from consortium.membership.rules.transitions import ApplicationStage, possible_pairs
from tests.factories import create_alias, create_organisation
from tests.factories.applications import PATHS, create_application, create_review
from tests.factories.rows import insert
from tests.membership.office import LEI, Office


@pytest.mark.parametrize("before", PATHS)
async def test_the_database_refuses_stages_that_cannot_follow(desk: Office, before: str) -> None:
    """By plain SQL, from every stage to every other: what the rules' table has, and no more."""
    possible = {pair.after for pair in possible_pairs() if pair.before == before}
    async with desk.database.pool.acquire() as connection:
        organisation = await create_organisation(connection)
        row = await create_application(connection, stage=before, organisation_id=organisation)
        for after in set(ApplicationStage) - {before}:
            transaction = connection.transaction()
            await transaction.start()
            try:
                await connection.execute(
                    "UPDATE membership_application SET stage = $2 WHERE id = $1", row, after.value
                )
                done = True
            except asyncpg.CheckViolationError:
                done = False
            await transaction.rollback()

            assert done == (after in possible), after


@pytest.mark.parametrize("stage", [one for one in ApplicationStage if one != "SUBMITTED"])
async def test_an_application_begins_as_submitted(desk: Office, stage: ApplicationStage) -> None:
    with pytest.raises(asyncpg.CheckViolationError):
        await insert(
            desk.database.pool,
            "membership_application",
            reference="A",
            stage=stage.value,
            name="A",
            name_key="a",
            country="DE",
            contact_name="A",
            contact_email="a@a.example",
            key_sha256="a",
            submitted_on=date(2026, 1, 1),
        )


@pytest.mark.parametrize("table", ["application_step", "application_note", "application_vote"])
async def test_what_was_decided_said_and_voted_stays(
    desk: Office, owner_dsn: str, table: str
) -> None:
    application = await create_application(desk.database.pool)
    assert desk.ana.account_id is not None
    await create_review(desk.database.pool, application, desk.ana.account_id)
    connection = await asyncpg.connect(owner_dsn)
    try:
        count = await connection.fetchval(f"SELECT count(*) FROM {table}")  # noqa: S608
        for change in (f"DELETE FROM {table}", f"UPDATE {table} SET id = id", f"TRUNCATE {table}"):  # noqa: S608
            with pytest.raises(asyncpg.InsufficientPrivilegeError):
                await connection.execute(change)
        assert await connection.fetchval(f"SELECT count(*) FROM {table}") == count > 0  # noqa: S608
    finally:
        await connection.close()


async def test_possible_duplicates(desk: Office) -> None:
    """By name, alias, domain and LEI, among organisations and open applications, in one place."""
    async with desk.database.pool.acquire() as connection:
        known = await create_organisation(connection, name="Wind Power Holding AG", lei=LEI)
        await create_alias(connection, known, "Windy")
        other = await create_organisation(connection, name="Something else")
        await insert(
            connection, "verified_domain", organisation_id=other, domain="windpower.example"
        )
        await create_application(connection, reference="open", name="WIND POWER")
        await create_application(connection, reference="over", name="Wind Power", stage="REJECTED")
    application, _ = await desk.applied(
        name="Wind-Power Ltd", aliases=["windy"], lei=LEI, domain="windpower.example"
    )
    data = await desk.data(
        """query ($id: ID!) { node(id: $id) { ... on Application { possibleDuplicates {
             reasons organisation { name } application { reference } } } } }""",
        desk.ana,
        id=application,
    )

    assert data["node"]["possibleDuplicates"] == [
        {
            "reasons": ["LEI", "NAME"],
            "organisation": {"name": "Wind Power Holding AG"},
            "application": None,
        },
        {"reasons": ["DOMAIN"], "organisation": {"name": "Something else"}, "application": None},
        {
            "reasons": ["SIMILAR_NAME"],
            "organisation": None,
            "application": {"reference": "open"},
        },
    ]


async def test_an_applicant_sees_its_own_application_alone(desk: Office) -> None:
    """No notes, votes and conflicts; with another key nothing at all."""
    application, key = await desk.applied()
    await desk.reviews("reviewApplication", application)
    await desk.reviews("askApplicant", application, question="Who owns you?", until="2026-12-01")
    query = """query ($key: String!) { myApplication(key: $key) { stage asked askedUntil } }"""
    mine = await desk.data(query, desk.admin, key=key)
    answered = await desk.done("answerApplication", key=key, answer="Ourselves")
    rejected = await desk.reviews("rejectApplication", application, reason="No figures")
    after = await desk.data(
        "query ($key: String!) { myApplication(key: $key) { stage asked rejectedBecause } }",
        desk.admin,
        key=key,
    )

    assert mine["myApplication"] == {
        "stage": "MORE_ASKED",
        "asked": "Who owns you?",
        "askedUntil": "2026-12-01",
    }
    assert (answered["stage"], rejected["stage"]) == ("IN_REVIEW", "REJECTED")
    assert after["myApplication"] == {
        "stage": "REJECTED",
        "asked": None,
        "rejectedBecause": "No figures",
    }
    assert (await desk.data(query, desk.ana, key=f"{key}x"))["myApplication"] is None


async def test_the_key_is_kept_nowhere(desk: Office) -> None:
    """Neither in its table nor in a mail nor in the trail."""
    _, key = await desk.applied()
    tables = ("membership_application", "outbox_mail", "audit_entry", "audit_change")
    async with desk.database.pool.acquire() as connection:
        rows = [
            str(row)
            for table in tables
            for row in await connection.fetch(f"SELECT t::text FROM {table} t")  # noqa: S608
        ]
        trail = str(await connection.fetch("SELECT before, after FROM audit_change"))

    assert rows
    assert not any(key in row for row in rows)
    # Nor does the trail, which is never erased, hold the contact.
    assert "nora" not in trail.lower()
