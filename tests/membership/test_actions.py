"""Memberships keep their history."""

from datetime import date

import pytest

from consortium.membership.actions.memberships import (
    MembershipFacts,
    MembershipOverlaps,
    record_membership,
)
from consortium.membership.imports import starts_on
from consortium.membership.rules.transitions import MembershipStatus
from consortium.storage.database import Database, transaction
from consortium.storage.raw import raw
from tests.factories.organisations import create_organisation

HISTORY = "SELECT status, starts_on, ends_on FROM membership ORDER BY starts_on NULLS FIRST"
MEMBER, FORMER = MembershipStatus.MEMBER, MembershipStatus.FORMER


async def record(*facts: MembershipFacts) -> list[str]:
    """Record memberships one after the other."""
    async with transaction() as client:
        return [await record_membership(raw(client), one) for one in facts]


async def test_a_new_status_ends_the_one_before(database: Database) -> None:
    """The row of the earlier status stays, and ends the day before."""
    organisation = await create_organisation(database.pool)

    outcomes = await record(
        MembershipFacts(organisation, MEMBER, date(2020, 10, 1)),
        MembershipFacts(organisation, FORMER, date(2022, 1, 1)),
        MembershipFacts(organisation, FORMER, date(2022, 1, 1)),
    )

    assert outcomes == ["created", "updated", "unchanged"]
    assert [tuple(row) for row in await database.pool.fetch(HISTORY)] == [
        ("MEMBER", date(2020, 10, 1), date(2021, 12, 31)),
        ("FORMER", date(2022, 1, 1), None),
    ]


async def test_a_status_for_a_period_that_has_one_is_refused(database: Database) -> None:
    """Neither the past nor an unknown past is overwritten."""
    organisation = await create_organisation(database.pool)
    await record(MembershipFacts(organisation, MEMBER, date(2020, 10, 1)))

    for begins in (date(2019, 1, 1), None):
        with pytest.raises(MembershipOverlaps):
            await record(MembershipFacts(organisation, FORMER, begins))

    assert [tuple(row) for row in await database.pool.fetch(HISTORY)] == [
        ("MEMBER", date(2020, 10, 1), None)
    ]


@pytest.mark.parametrize(
    ("evidence", "day"),
    [
        ("2020-10", date(2020, 10, 1)),
        ("2023-11-27", date(2023, 11, 27)),
        ("undated", None),
        ("historical, undated", None),
        ("undated (c.2024)", None),
        ("", None),
    ],
)
def test_evidence_speaks_from_its_first_day(evidence: str, day: date | None) -> None:
    """A month begins on its first day; what is undated has no known beginning."""
    assert starts_on(evidence) == day
