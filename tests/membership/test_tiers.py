"""Tiers of a year: whole bands with prices, and the tier of a revenue."""

from datetime import date
from decimal import Decimal
from typing import Any

import asyncpg
import pytest
from hypothesis import given
from hypothesis import strategies as st

from consortium.identity.rules.roles import Role
from consortium.kernel.errors import ChangedMeanwhile, DomainError, PermissionDenied
from consortium.kernel.money import AmountInvalid
from consortium.membership.actions.invoices import IssueInvoices, issue_invoices
from consortium.membership.actions.tiers import AssignTier, SetTiers, assign_tier, set_tiers
from consortium.membership.rules.tiers import (
    ReasonMissing,
    Revenue,
    Terms,
    TierAssigned,
    TierOfAnotherYear,
    TierSeatsInvalid,
    TiersInvoiced,
    TiersLeaveGap,
    TiersMissing,
    TiersOverlap,
    TierWithoutPrice,
    Unplaced,
    YearInvalid,
    YearUnknown,
    checked_tiers,
    placed,
)
from consortium.storage.database import Database, transaction
from consortium.storage.raw import raw
from tests.factories import create_membership, create_organisation
from tests.people import acting, rows_of

TODAY = date(2026, 1, 15)
DUE = date(2026, 3, 1)
MILLION = Decimal(10) ** 6
SMALL = Terms("Small", Decimal(0), 10 * MILLION, Decimal(1000), 3)
LARGE = Terms("Large", 10 * MILLION, None, Decimal(5000))
SECRETARY = acting(Role.SECRETARIAT)
TABLES = ("dues_year", "tier", "tier_assignment", "invoice")


def no_rates(_currency: str, _year: int) -> Decimal | None:
    return None


def tiers_of(*tiers: Terms, version: int = 0, year: int = 2026) -> SetTiers:
    return SetTiers(year, version, "USD", "EUR", tiers)


@pytest.mark.parametrize(
    ("tiers", "error"),
    [
        ((), TiersMissing),
        ((SMALL, LARGE._replace(name="small")), TiersMissing),
        ((SMALL._replace(name=" "), LARGE), TiersMissing),
        ((SMALL._replace(price=None), LARGE), TierWithoutPrice),
        ((SMALL._replace(price=Decimal(0)), LARGE), AmountInvalid),
        ((SMALL._replace(price=Decimal(-1)), LARGE), AmountInvalid),
        ((SMALL._replace(price=Decimal("0.001")), LARGE), AmountInvalid),
        ((SMALL._replace(seats=0), LARGE), TierSeatsInvalid),
        ((SMALL, LARGE._replace(revenue_from=9 * MILLION)), TiersOverlap),
        ((SMALL._replace(revenue_to=None), LARGE), TiersOverlap),
        ((SMALL._replace(revenue_to=Decimal(0)), LARGE), TiersOverlap),
        ((SMALL, LARGE._replace(revenue_from=11 * MILLION)), TiersLeaveGap),
        ((SMALL._replace(revenue_from=Decimal(1)), LARGE), TiersLeaveGap),
        ((SMALL, LARGE._replace(revenue_to=20 * MILLION)), TiersLeaveGap),
        ((SMALL._replace(revenue_from=Decimal(-1)), LARGE), TiersLeaveGap),
    ],
)
def test_tiers_that_do_not_fit_are_refused(
    tiers: tuple[Terms, ...], error: type[DomainError]
) -> None:
    with pytest.raises(error):
        checked_tiers(tiers, "EUR")


@given(
    st.lists(st.integers(1, 10**12), unique=True, max_size=8).map(sorted),
    st.integers(0, 2 * 10**12),
    st.randoms(use_true_random=False),
)
def test_every_revenue_has_exactly_one_tier(ends: list[int], revenue: int, order: Any) -> None:
    """Bands without gap and overlap: one tier holds any revenue, lower end included."""
    edges = [0, *ends]
    tiers = [
        Terms(f"T{start}", Decimal(start), None if end is None else Decimal(end), Decimal(1))
        for start, end in zip(edges, [*ends, None], strict=True)
    ]
    order.shuffle(tiers)

    found = placed(
        Revenue(Decimal(revenue), "USD", 2025), checked_tiers(tiers, "EUR"), "USD", no_rates
    )

    assert found == f"T{max(edge for edge in edges if edge <= revenue)}"


def test_a_revenue_in_another_currency_is_converted_or_left_to_the_secretariat() -> None:
    """At the average rates of its year, through the dollar; nothing is guessed."""
    rates = {("JPY", 2024): Decimal(150), ("EUR", 2024): Decimal("0.9")}

    def per_usd(currency: str, year: int) -> Decimal | None:
        return rates.get((currency, year))

    def found(revenue: Revenue, currency: str = "USD") -> str:
        return placed(revenue, (SMALL, LARGE), currency, per_usd)

    assert found(Revenue(Decimal(1_500_000_000), "JPY", 2024)) == "Large"
    assert found(Revenue(Decimal(1_499_999_999), "JPY", 2024)) == "Small"
    assert found(Revenue(Decimal(1_666_666_667), "JPY", 2024), "EUR") == "Large"
    assert found(Revenue(Decimal(1_500_000_000), "JPY", 2023)) == Unplaced.RATE_UNKNOWN
    assert found(Revenue(Decimal(1_500_000_000), "JPY", None)) == Unplaced.RATE_UNKNOWN
    assert found(Revenue(None, None, None)) == Unplaced.REVENUE_UNKNOWN


async def test_tiers_are_set_as_a_whole_and_keep_their_rows(database: Database) -> None:
    await set_tiers(SECRETARY, tiers_of(LARGE, SMALL), TODAY)
    first = await database.pool.fetch("SELECT id, name FROM tier ORDER BY revenue_from")
    medium = Terms("Medium", 5 * MILLION, 10 * MILLION, Decimal(2000))
    cut = SMALL._replace(revenue_to=5 * MILLION)
    await set_tiers(SECRETARY, tiers_of(cut, medium, LARGE, version=1), TODAY)
    second = await database.pool.fetch(
        "SELECT name, revenue_from, revenue_to, price, seats FROM tier ORDER BY revenue_from"
    )
    ids = await database.pool.fetch(
        "SELECT id, name FROM tier WHERE name <> 'Medium' ORDER BY revenue_from"
    )

    assert [row["name"] for row in first] == ["Small", "Large"]
    assert [tuple(row) for row in second] == [cut, medium, LARGE]
    assert ids == first


async def test_a_second_secretary_hears_of_the_first_ones_change(database: Database) -> None:
    await set_tiers(SECRETARY, tiers_of(SMALL, LARGE), TODAY)
    before = await rows_of(database, *TABLES)

    with pytest.raises(ChangedMeanwhile, match="you saw version 0, it is 1 now"):
        await set_tiers(SECRETARY, tiers_of(LARGE._replace(revenue_from=Decimal(0))), TODAY)
    assert await rows_of(database, *TABLES) == before


@pytest.mark.parametrize(
    ("command", "error"),
    [
        (tiers_of(SMALL, year=1999), YearInvalid),
        (tiers_of(SMALL._replace(price=None), LARGE), TierWithoutPrice),
    ],
)
async def test_nothing_is_left_of_tiers_that_are_refused(
    database: Database, command: SetTiers, error: type[DomainError]
) -> None:
    with pytest.raises(error):
        await set_tiers(SECRETARY, command, TODAY)
    assert await rows_of(database, *TABLES, "audit_entry") == [[], [], [], [], []]


async def test_what_was_invoiced_stays(database: Database) -> None:
    """Tiers with invoices keep name, band and price; others, and seats, may change."""
    async with transaction() as client:
        company = await create_organisation(
            raw(client), revenue_amount=20 * MILLION, revenue_currency="USD"
        )
        await create_membership(raw(client), company)
    await set_tiers(SECRETARY, tiers_of(SMALL, LARGE), TODAY)
    await issue_invoices(SECRETARY, IssueInvoices(2026, DUE), TODAY)
    before = await rows_of(database, *TABLES)

    for change in (
        tiers_of(SMALL, LARGE._replace(price=Decimal(6000)), version=1),
        tiers_of(SMALL, LARGE._replace(name="Big"), version=1),
        tiers_of(
            SMALL._replace(revenue_to=MILLION), LARGE._replace(revenue_from=MILLION), version=1
        ),
        tiers_of(SMALL, LARGE, version=1)._replace(currency="USD"),
        tiers_of(SMALL, LARGE, version=1)._replace(revenue_currency="EUR"),
    ):
        with pytest.raises(TiersInvoiced):
            await set_tiers(SECRETARY, change, TODAY)
        assert await rows_of(database, *TABLES) == before
    cheaper = SMALL._replace(price=Decimal(900))
    await set_tiers(SECRETARY, tiers_of(cheaper, LARGE._replace(seats=9), version=1), TODAY)
    assert await database.pool.fetchval("SELECT seats FROM tier WHERE name = 'Large'") == 9


async def test_a_tier_is_assigned_with_a_reason(database: Database) -> None:
    async with transaction() as client:
        company = await create_organisation(raw(client))
    await set_tiers(SECRETARY, tiers_of(SMALL, LARGE), TODAY)
    await set_tiers(SECRETARY, tiers_of(SMALL, LARGE, year=2027), TODAY)
    ids = await database.pool.fetch("SELECT id FROM tier ORDER BY year, revenue_from")
    small, large, next_year = (row["id"] for row in ids[:3])
    command = AssignTier(company, 2026, small, " As last year ", 0)

    for wrong, error in (
        (command._replace(reason="  "), ReasonMissing),
        (command._replace(year=2030), YearUnknown),
        (command._replace(tier=next_year), TierOfAnotherYear),
    ):
        with pytest.raises(error):
            await assign_tier(SECRETARY, wrong, TODAY)
    with pytest.raises(PermissionDenied):
        await assign_tier(acting(Role.ORGANISATION_ADMIN), command, TODAY)
    await assign_tier(SECRETARY, command, TODAY)
    with pytest.raises(ChangedMeanwhile):
        await assign_tier(SECRETARY, command, TODAY)
    await assign_tier(SECRETARY, AssignTier(company, 2026, large, "It grew", 1), TODAY)

    rows = await database.pool.fetch("SELECT tier_id, reason, version FROM tier_assignment")
    assert [tuple(row) for row in rows] == [(large, "It grew", 2)]
    with pytest.raises(TierAssigned):
        await set_tiers(SECRETARY, tiers_of(SMALL._replace(revenue_to=None), version=1), TODAY)


@pytest.mark.parametrize(
    ("change", "constraint"),
    [
        ("UPDATE tier SET revenue_from = 9 WHERE revenue_from > 0", "tier_bands_apart"),
        ("UPDATE tier SET revenue_from = 20000000 WHERE revenue_from > 0", "tier_bands_whole"),
        ("DELETE FROM tier WHERE revenue_from > 0", "tier_bands_whole"),
        ("UPDATE tier SET price = 0", "tier_price_positive"),
        ("UPDATE tier SET year = 2030", "tier_of_year"),
    ],
)
@pytest.mark.usefixtures("database")
async def test_the_database_refuses_other_bands(
    owner_dsn: str, change: str, constraint: str
) -> None:
    await set_tiers(SECRETARY, tiers_of(SMALL, LARGE), TODAY)
    connection = await asyncpg.connect(owner_dsn)
    try:
        with pytest.raises(asyncpg.IntegrityConstraintViolationError) as caught:
            await connection.execute(change)
    finally:
        await connection.close()
    assert caught.value.constraint_name == constraint
