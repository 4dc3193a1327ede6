"""Taking steps in the database, which refuses what the rules' table does not have."""

from datetime import date

import asyncpg
import pytest

from consortium.kernel.principal import ANONYMOUS
from consortium.membership.actions.statuses import TakeStep, spans_of, take_step
from consortium.membership.rules.timeline import Span
from consortium.membership.rules.transitions import (
    MembershipStatus,
    Step,
    StepNotPossible,
    possible_pairs,
)
from consortium.storage.database import transaction
from consortium.storage.raw import raw
from tests.factories import create_membership, create_organisation

pytestmark = pytest.mark.usefixtures("database")

Is = MembershipStatus
TODAY = date(2026, 3, 1)


async def test_the_database_holds_the_rules_own_table() -> None:
    async with transaction() as client:
        rows = await raw(client).fetch("SELECT subject, before, after FROM membership_transition")

    assert {tuple(row) for row in rows} == set(possible_pairs())


async def test_steps_change_the_days_and_are_kept_as_decisions() -> None:
    async with transaction() as client:
        connection = raw(client)
        company = await create_organisation(connection)
        for step, today in (
            (Step.JOIN, TODAY),
            (Step.SUSPEND, date(2026, 4, 1)),
            (Step.REINSTATE, date(2026, 5, 1)),
        ):
            command = TakeStep(company, step, f"because of {step}")
            await take_step(connection, ANONYMOUS, command, today)
        spans = await spans_of(connection, company)
        decisions = await connection.fetch(
            "SELECT step, before, after, effective_on, reason FROM membership_decision ORDER BY id"
        )

    assert spans == (
        Span(Is.MEMBER, TODAY, date(2026, 3, 31)),
        Span(Is.SUSPENDED, date(2026, 4, 1), date(2026, 4, 30)),
        Span(Is.MEMBER, date(2026, 5, 1)),
    )
    assert [tuple(row) for row in decisions] == [
        ("JOIN", None, "MEMBER", TODAY, "because of JOIN"),
        ("SUSPEND", "MEMBER", "SUSPENDED", date(2026, 4, 1), "because of SUSPEND"),
        ("REINSTATE", "SUSPENDED", "MEMBER", date(2026, 5, 1), "because of REINSTATE"),
    ]


async def test_another_status_is_refused_by_the_database() -> None:
    async with transaction() as client:
        company = await create_organisation(raw(client))
        await create_membership(raw(client), company, ends_on=TODAY)

    with pytest.raises(StepNotPossible):
        async with transaction() as client:
            await create_membership(
                raw(client), company, status="UNDER_APPEAL", starts_on=date(2026, 3, 2)
            )
    async with transaction() as client:
        assert len(await spans_of(raw(client), company)) == 1


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE membership_decision SET reason = 'another'",
        "DELETE FROM membership_decision",
        "TRUNCATE membership_decision CASCADE",
    ],
)
async def test_decisions_stay(owner_dsn: str, change: str) -> None:
    async with transaction() as client:
        company = await create_organisation(raw(client))
        await take_step(raw(client), ANONYMOUS, TakeStep(company, Step.JOIN, "welcome"), TODAY)

    connection = await asyncpg.connect(owner_dsn)
    try:
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await connection.execute(change)
        assert await connection.fetchval("SELECT reason FROM membership_decision") == "welcome"
    finally:
        await connection.close()
