"""Periods: the year they belong to, partial dates, overlap and cover."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from consortium.kernel.periods import (
    PartialDate,
    Precision,
    covers,
    holds_on,
    year_of,
)

DAYS = st.dates(date(1990, 1, 1), date(2060, 1, 1))


@pytest.mark.parametrize(
    ("start", "end", "year"),
    [
        ("2022-04-01", "2023-03-31", 2022),  # Alibaba FY2023
        ("2023-10-01", "2024-09-30", 2024),  # Siemens FY2024
        ("2021-01-01", "2021-12-31", 2021),
        ("2020-07-02", "2021-07-01", 2020),  # 183 days of 2020, 182 of 2021
        ("2021-07-03", "2022-07-01", 2022),  # a tie, 182 and 182: the year it ends
        ("2021-01-01", "2021-12-16", 2021),  # 350 days
        ("2021-01-01", "2021-12-15", None),  # 349 days
        ("2021-01-01", "2022-01-15", 2021),  # 380 days
        ("2021-01-01", "2022-01-16", None),  # 381 days
        ("2019-12-28", "2021-01-05", 2020),  # three years, one of them whole
    ],
)
def test_a_period_of_about_a_year_has_the_year_of_most_of_its_days(
    start: str, end: str, year: int | None
) -> None:
    """350 to 380 days belong to the year that holds most of them; other lengths to none."""
    assert year_of(date.fromisoformat(start), date.fromisoformat(end)) == year


def test_a_period_without_both_ends_has_no_year() -> None:
    """An unknown end leaves the length, and so the year, unknown."""
    assert year_of(None, date(2021, 12, 31)) is None
    assert year_of(date(2021, 1, 1), None) is None


@given(DAYS, st.integers(0, 800))
def test_the_year_is_that_of_a_count_day_by_day(start: date, length: int) -> None:
    """The rule gives what counting every single day gives."""
    days = [start + timedelta(days=n) for n in range(length + 1)]
    years = sorted({day.year for day in days})
    counted = max(years, key=lambda y: (sum(day.year == y for day in days), y))

    expected = counted if 350 <= len(days) <= 380 else None

    assert year_of(days[0], days[-1]) == expected


@pytest.mark.parametrize(
    ("text", "first", "last", "precision"),
    [
        ("2021", date(2021, 1, 1), date(2021, 12, 31), Precision.YEAR),
        ("2024-02", date(2024, 2, 1), date(2024, 2, 29), Precision.MONTH),
        ("2023-07-24", date(2023, 7, 24), date(2023, 7, 24), Precision.DAY),
    ],
)
def test_a_partial_date_means_its_first_to_its_last_day(
    text: str, first: date, last: date, precision: Precision
) -> None:
    """What is not given may be any day."""
    assert PartialDate.parse(text) == PartialDate(first, last, precision)


@pytest.mark.parametrize(
    "text", ["", "21", "2021-13", "2021-02-30", "2021/02", "2021-2", "2021-02-03T00", "c.2021"]
)
def test_what_is_no_date_is_refused(text: str) -> None:
    """Only YYYY, YYYY-MM and YYYY-MM-DD are dates."""
    with pytest.raises(ValueError, match=r"date|day|month"):
        PartialDate.parse(text or "no date")


@given(DAYS, st.integers(0, 50), DAYS, st.integers(0, 50))
def test_cover_is_that_of_sets_of_days(one: date, one_days: int, two: date, two_days: int) -> None:
    """A period covers another when it holds its every day."""
    first = {one + timedelta(days=n) for n in range(one_days + 1)}
    second = {two + timedelta(days=n) for n in range(two_days + 1)}
    ends = (min(first), max(first), min(second), max(second))

    assert covers(*ends) == (second <= first)


def test_unknown_ends_never_cover() -> None:
    """What is not known is no proof that anything is covered."""
    day = date(2021, 1, 1)

    assert not covers(None, None, day, day)
    assert not covers(day, day, None, day)


def test_a_fact_holds_on_its_first_and_last_day() -> None:
    """Both days are included, and an open side has no end."""
    first, last = date(2021, 3, 1), date(2021, 3, 31)

    assert holds_on(first, first, last)
    assert holds_on(last, first, last)
    assert holds_on(last, first, None)
    assert not holds_on(date(2021, 4, 1), first, last)
    assert not holds_on(date(2021, 2, 28), first, None)
