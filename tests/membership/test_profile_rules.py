"""How sums up to a day are found, and which period a year to a day is."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from consortium.kernel.codes import COUNTRIES
from consortium.kernel.periods import PeriodReversed
from consortium.kernel.regions import REGIONS, Region
from consortium.membership.rules.profile import (
    nodes_before,
    nodes_to,
    period_to,
    year_to,
)

DAYS = st.dates()


def _holds(node: int, day: date) -> bool:
    """A node of the tree holds as many days as its lowest bit says, the last being its number."""
    return node - (node & -node) < day.toordinal() <= node


@given(DAYS, DAYS)
def test_the_nodes_to_a_day_hold_each_day_before_once_and_none_after(
    until: date, day: date
) -> None:
    holding = [node for node in nodes_to(until) if _holds(node, day)]

    assert len(holding) == (day <= until)


@given(DAYS)
def test_before_a_day_is_to_the_day_before(day: date) -> None:
    expected = [] if day == date.min else nodes_to(day - timedelta(days=1))

    assert nodes_before(day) == expected


@pytest.mark.parametrize(
    ("until", "since"),
    [
        (date(2023, 11, 27), date(2022, 11, 28)),
        (date(2023, 12, 31), date(2023, 1, 1)),
        (date(2024, 2, 29), date(2023, 3, 1)),
        (date(2024, 2, 28), date(2023, 3, 1)),
        (date(2025, 2, 28), date(2024, 3, 1)),
        (date.min, date.min),
    ],
)
def test_a_year_to_a_day_begins_the_day_after_a_year_before(until: date, since: date) -> None:
    assert year_to(until) == since


def test_a_period_does_not_begin_after_its_end() -> None:
    day = date(2024, 5, 1)
    assert period_to(day, day) == day
    with pytest.raises(PeriodReversed, match="2024-05-02"):
        period_to(day + timedelta(days=1), day)


def test_every_country_but_two_has_a_region_of_m49() -> None:
    """M49 gives Antarctica none and does not list Taiwan."""
    assert COUNTRIES - REGIONS.keys() == {"AQ", "TW"}
    assert REGIONS.keys() <= COUNTRIES
    counted = {region: list(REGIONS.values()).count(region) for region in Region}
    # As the UN counts its countries and areas.
    assert counted == {"AFRICA": 60, "AMERICAS": 57, "ASIA": 50, "EUROPE": 51, "OCEANIA": 29}
