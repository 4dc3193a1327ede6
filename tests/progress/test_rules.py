"""Which claims count, which days are unknown and what is needed, against slow and obvious ways."""

from collections.abc import Iterable
from datetime import date, timedelta
from decimal import Decimal
from itertools import combinations
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from consortium.progress.rules.counting import Figure, Goal, Judged, judge
from consortium.progress.rules.vocabulary import NotCounted
from consortium.progress.rules.windows import (
    Span,
    missing,
    needed_from,
    path,
    per,
    share,
    years_between,
    years_of,
)

DAY = timedelta(days=1)
FIRST = date(2020, 1, 1)
GIGATONNE = Decimal(10) ** 12


def figure(key: int, starts_on: date, ends_on: date, value: str = "1", **given: Any) -> Figure:
    """A comparable claim of one organisation."""
    about: dict[str, Any] = {"organisation_id": 1, "known_on": date(2026, 1, 1), **given}
    return Figure(key=key, starts_on=starts_on, ends_on=ends_on, value=Decimal(value), **about)


def fiscal(year: int, value: str, **given: Any) -> Figure:
    """A fiscal year to March, keyed by it."""
    return figure(year, date(year - 1, 4, 1), date(year, 3, 31), value, **given)


def test_alibaba_s_vector() -> None:
    """115.455 of 1 500 Mt are 7.697 %; the year to March 2022 is unknown (DOMAIN, section 2)."""
    window = Span(date(2021, 1, 1), date(2035, 12, 31))
    goal = Goal(Decimal("1.5") * GIGATONNE, *window)
    told = [fiscal(2023, "22907"), fiscal(2024, "33340"), fiscal(2025, "59208")]
    on = date(2025, 6, 30)
    counted = [one.figure for one in judge(goal, told, on) if one.reason is None]
    achieved = sum((one.value or Decimal(0) for one in counted), Decimal(0)) * 10**6
    years = years_of(date(2022, 4, 1), window)
    gaps = missing(years, [Span(date(2022, 4, 1), date(2025, 3, 31))], on)

    assert achieved == Decimal("115455e6")
    assert share(achieved, goal.quantity) == Decimal("0.07697")
    assert share(Decimal("22907e6"), goal.quantity) == Decimal("0.015271333333")
    assert per(goal.quantity, years_between(*window)) == Decimal("100e9")
    assert gaps == [
        Span(date(2021, 1, 1), date(2021, 3, 31)),
        Span(date(2021, 4, 1), date(2022, 3, 31)),
    ]
    assert needed_from(years, on) == date(2025, 4, 1)


@pytest.mark.parametrize(
    ("given", "reason"),
    [
        ({"year_on_year": False}, NotCounted.NOT_YEAR_ON_YEAR),
        ({"reason": NotCounted.PROJECTION}, NotCounted.PROJECTION),
        ({"value": None}, NotCounted.RANGE_ONLY),
        ({"category": "Wind"}, NotCounted.OTHER_CATEGORY),
        ({"category": None}, NotCounted.OTHER_CATEGORY),
        ({"methodology": "Own"}, NotCounted.OTHER_METHOD),
        ({"methodology": None}, None),
        ({"starts_on": date(2020, 12, 31)}, NotCounted.OUTSIDE_WINDOW),
        ({"ends_on": date(2036, 1, 1)}, NotCounted.OUTSIDE_WINDOW),
        ({"ends_on": date(2025, 7, 1)}, NotCounted.NOT_OVER),
        ({"ends_on": date(2025, 6, 30)}, None),
    ],
)
def test_what_is_not_comparable(given: dict[str, Any], reason: NotCounted | None) -> None:
    """Each claim that does not count says why."""
    goal = Goal(Decimal(9), date(2021, 1, 1), date(2035, 12, 31), "Cloud", "WBCSD")
    one = figure(1, date(2024, 7, 1), date(2025, 6, 30), category="Cloud", methodology="WBCSD")

    assert judge(goal, [one._replace(**given)], date(2025, 6, 30))[0].reason is reason


def test_a_change_of_method_makes_earlier_years_incomparable() -> None:
    """Only what was made by the last method counts; a claim that counts not changes nothing."""
    goal = Goal(Decimal(9), None, date(2035, 12, 31))
    on = date(2026, 1, 1)
    years = [fiscal(2022, "1"), fiscal(2023, "2", changes_method=True), fiscal(2024, "4")]
    doubted = years[1]._replace(reason=NotCounted.QUARANTINED)

    assert [one.reason for one in judge(goal, years, on)] == [
        NotCounted.EARLIER_METHOD,
        None,
        None,
    ]
    assert [one.reason for one in judge(goal, [years[0], doubted, years[2]], on)] == [
        None,
        NotCounted.QUARANTINED,
        None,
    ]


def test_of_one_period_what_was_known_last_counts() -> None:
    """The other names the one that does."""
    goal = Goal(Decimal(9), None, date(2035, 12, 31))
    earlier = fiscal(2022, "1")._replace(key=1)
    later = fiscal(2022, "2", known_on=date(2026, 2, 1))._replace(key=2)

    assert judge(goal, [earlier, later], date(2026, 3, 1)) == [
        Judged(earlier, NotCounted.PERIOD_OVERLAPS, 2),
        Judged(later, None),
    ]


def test_a_straight_path_of_two_years_and_a_half() -> None:
    """Each year needs what its days are of a year: 184, 365 and 365 of 914 here."""
    steps = path(
        Decimal(914), years_of(date(2020, 1, 1), Span(date(2020, 7, 1), date(2022, 12, 31)))
    )

    assert [one.span.starts_on.year for one in steps] == [2020, 2021, 2022]
    assert [int(one.needed) for one in steps] == [184, 365, 365]
    assert [one.needed_by_then for one in steps] == list(map(Decimal, (184, 549, 914)))


days = st.integers(0, 2500).map(lambda n: FIRST + timedelta(days=n))


@st.composite
def spans(draw: st.DrawFn) -> Span:
    """Up to seven years."""
    first, last = sorted((draw(days), draw(days)))
    return Span(first, last)


@st.composite
def figures(draw: st.DrawFn) -> list[Figure]:
    """Claims of two organisations whose periods touch, meet and overlap."""
    found: list[Figure] = []
    for key in range(draw(st.integers(0, 7))):
        begun = date(2020, 1, 1) + timedelta(
            days=draw(st.sampled_from([0, 182, 365, 366, 731, 1096]))
        )
        ended = begun + timedelta(days=draw(st.sampled_from([349, 364, 365, 379])))
        found.append(
            Figure(
                key=key,
                organisation_id=draw(st.sampled_from([1, 2])),
                starts_on=begun,
                ends_on=ended,
                value=Decimal(draw(st.integers(-5, 50))),
                known_on=draw(st.sampled_from([date(2024, 1, 1), date(2025, 1, 1)])),
                category=draw(st.sampled_from([None, "wind"])),
                changes_method=draw(st.integers(0, 9)) == 0,
                reason=draw(st.sampled_from([None, None, None, NotCounted.PART_OF_TOTAL])),
            )
        )
    return found


goals = st.builds(
    Goal,
    st.just(Decimal(100)),
    st.sampled_from([None, date(2020, 1, 1), date(2021, 1, 1)]),
    st.sampled_from([date(2021, 12, 31), date(2024, 12, 31)]),
    st.sampled_from([None, None, "wind"]),
)


@settings(max_examples=300, deadline=None)
@given(figures(), goals, days)
def test_no_day_of_an_organisation_counts_twice(facts: list[Figure], goal: Goal, on: date) -> None:
    """As many claims count as can without telling of a day twice; the order they come in is none.

    The reference tries all choices of those that could count alone.
    """
    judged = judge(goal, facts, on)

    assert {one.figure.key: one for one in judge(goal, facts[::-1], on)} == {
        one.figure.key: one for one in judged
    }
    for organisation in (1, 2):
        mine = [one for one in judged if one.figure.organisation_id == organisation]
        counted = [one.figure for one in mine if one.reason is None]
        could = [one.figure for one in mine if one.reason in {None, NotCounted.PERIOD_OVERLAPS}]
        most = max(
            size
            for size in range(len(could) + 1)
            for chosen in combinations(could, size)
            if apart(chosen)
        )
        assert apart(counted)
        assert len(counted) == most
        for one in mine:
            because = next((c for c in counted if c.key == one.because), None)
            assert (one.reason is NotCounted.PERIOD_OVERLAPS) == (because is not None)
            assert because is None or not apart((because, one.figure))


def apart(chosen: Iterable[Figure]) -> bool:
    """Whether no day is in two of the periods."""
    seen: set[date] = set()
    for one in chosen:
        assert one.starts_on is not None
        assert one.ends_on is not None
        told = set(every_day(Span(one.starts_on, one.ends_on)))
        if seen & told:
            return False
        seen |= told
    return True


def every_day(span: Span) -> list[date]:
    """Each day of a span."""
    return [
        span.starts_on + timedelta(days=n) for n in range((span.ends_on - span.starts_on).days + 1)
    ]


@settings(max_examples=200, deadline=None)
@given(figures(), goals, days)
def test_what_counts_is_over_and_within(facts: list[Figure], goal: Goal, on: date) -> None:
    """A claim that counts is comparable, within the window and over."""
    for one in judge(goal, facts, on):
        if one.reason is not None:
            continue
        told = one.figure
        assert told.reason is None
        assert told.year_on_year
        assert goal.category in {None, told.category}
        assert told.starts_on is not None
        assert told.ends_on is not None
        assert goal.starts_on is None or goal.starts_on <= told.starts_on
        assert told.ends_on <= min(goal.ends_on, on)


@settings(max_examples=200, deadline=None)
@given(spans(), days, st.lists(spans(), max_size=4), days)
def test_missing_days_are_those_that_nobody_tells_of(
    window: Span, anchor: date, told: list[Span], on: date
) -> None:
    """Day by day: every day of a year that is over is told of or missing, and never both."""
    years = years_of(anchor, window)
    over = {day for year in years if year.ends_on <= on for day in every_day(year)}
    known = {day for one in told for day in every_day(one)}
    gaps = missing(years, told, on)
    unknown = [day for gap in gaps for day in every_day(gap)]

    assert [day for year in years for day in every_day(year)] == every_day(window)
    assert sorted(unknown) == unknown
    assert len(set(unknown)) == len(unknown)
    assert set(unknown) == over - known


@settings(max_examples=200, deadline=None)
@given(spans(), days, st.integers(1, 10**15))
def test_a_path_arrives_at_its_target(window: Span, anchor: date, quantity: int) -> None:
    """Steps add up to the target exactly, and each has what the days until then come to."""
    steps = path(Decimal(quantity), years_of(anchor, window))
    so_far = Decimal(0)
    for step in steps:
        so_far += step.needed
        assert step.needed_by_then == so_far
        assert step.needed >= 0

    assert so_far == quantity


@settings(max_examples=200, deadline=None)
@given(days, st.integers(0, 40), st.integers(0, 364))
def test_years_are_counted_from_the_first_day(first: date, whole: int, more: int) -> None:
    """Whole years end on the day before the anniversary; a part is less than a year."""
    try:
        behind = first.replace(year=first.year + whole)
    except ValueError:
        behind = date(first.year + whole, 2, 28)
    years = years_between(first, behind + timedelta(days=more) - DAY)

    assert whole <= years < whole + 1
    assert (years == whole) == (more == 0)
