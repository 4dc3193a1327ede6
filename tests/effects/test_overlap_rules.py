"""When two effects see the same tonne."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from consortium.effects.rules.overlaps import (
    ALLOWED,
    NoOverlap,
    OverlapDecision,
    OverlapDecisionInvalid,
    OverlapKind,
    Scope,
    check_decision,
    overlap,
    places_meet,
)
from consortium.kernel.codes import COUNTRIES
from consortium.kernel.regions import REGIONS, Region

BLADE, TURBINE = 1, 2
FORWARD, YEARLY = "FORWARD_LOOKING", "YEAR_ON_YEAR"

TURBINES = Scope(
    effect=1,
    solution=TURBINE,
    wholes=frozenset(),
    value_chain=7,
    geography="DE",
    period_start=date(2025, 1, 1),
    period_end=date(2025, 12, 31),
    timeframe=FORWARD,
    sold_years=frozenset({2025}),
)
BLADES = replace(TURBINES, effect=2, solution=BLADE, wholes=frozenset({TURBINE}))


def test_a_part_overlaps_its_whole() -> None:
    """The blades' tonne lies in the turbines'."""
    assert overlap(BLADES, TURBINES) is OverlapKind.PART_AND_WHOLE


def test_one_solution_recorded_twice_overlaps() -> None:
    """A second effect of the same turbines, for the region that the country lies in."""
    again = replace(TURBINES, effect=3, geography="EUROPE")

    assert overlap(again, TURBINES) is OverlapKind.SAME_SOLUTION


@pytest.mark.parametrize(
    "apart",
    [
        {"value_chain": 8},
        {"value_chain": None},
        {"geography": "FR"},
        {"geography": "ASIA"},
        {"period_start": date(2026, 1, 1), "period_end": date(2026, 12, 31)},
        {"sold_years": frozenset({2024})},
        {"sold_years": frozenset[int]()},
        {"wholes": frozenset({99})},
    ],
)
def test_what_is_apart_in_one_thing_does_not_overlap(apart: Mapping[str, object]) -> None:
    """Chain, place, period, units, solution: all must meet."""
    assert overlap(replace(BLADES, **apart), TURBINES) is None  # type: ignore[arg-type]


def test_periods_that_share_a_day_meet() -> None:
    """Both ends are included."""
    next_year = {"period_start": date(2025, 12, 31), "period_end": date(2026, 12, 30)}

    assert overlap(replace(BLADES, **next_year), TURBINES) is not None  # type: ignore[arg-type]


def test_units_in_both_timeframes_overlap_whatever_the_period() -> None:
    """The units of 2025 in use in 2030 are in their forward-looking effect already."""
    used = replace(
        TURBINES,
        effect=4,
        timeframe=YEARLY,
        period_start=date(2030, 1, 1),
        period_end=date(2030, 12, 31),
        sold_years=frozenset({2024, 2025}),
    )

    assert overlap(used, TURBINES) is OverlapKind.BOTH_TIMEFRAMES
    assert overlap(replace(used, sold_years=frozenset({2024})), TURBINES) is None


def test_an_effect_does_not_overlap_itself() -> None:
    """There is nothing to decide about one effect."""
    assert overlap(TURBINES, TURBINES) is None


def test_effects_of_different_timeframes_are_neither_merged_nor_attributed() -> None:
    """They are never added; the refusal lists what can be decided."""
    for decision in (OverlapDecision.MERGE, OverlapDecision.ATTRIBUTE):
        with pytest.raises(OverlapDecisionInvalid) as refused:
            check_decision(OverlapKind.BOTH_TIMEFRAMES, decision)
        assert "BLOCK, SEPARATE" in refused.value.message
        assert refused.value.path == ("decision",)
    with pytest.raises(NoOverlap):
        check_decision(None, OverlapDecision.BLOCK)
    for kind, allowed in ALLOWED.items():
        for decision in allowed:
            check_decision(kind, decision)


places = st.sampled_from(["GLOBAL", "EUROPE", "ASIA", "DE", "FR", "CN", "AQ", "TW"])

# Which solution is directly part of which: of six, without a ring.
part_of = st.frozensets(
    st.tuples(st.integers(0, 5), st.integers(0, 5)).filter(lambda pair: pair[0] < pair[1]),
    max_size=6,
)


def wholes_of(solution: int, parts: frozenset[tuple[int, int]]) -> frozenset[int]:
    """All that contain it, found by asking again and again."""
    found: frozenset[int] = frozenset()
    while True:
        more = found | {big for small, big in parts if small == solution or small in found}
        if more == found:
            return found
        found = more


@st.composite
def worlds(draw: st.DrawFn) -> tuple[frozenset[tuple[int, int]], Scope, Scope]:
    parts = draw(part_of)

    def scope(effect: int) -> Scope:
        solution = draw(st.integers(0, 5))
        start = date(2025, 1, 1) + timedelta(days=draw(st.integers(0, 9)))
        return Scope(
            effect,
            solution,
            wholes_of(solution, parts),
            draw(st.sampled_from([None, 7])),
            draw(places),
            start,
            start + timedelta(days=draw(st.integers(0, 9))),
            draw(st.sampled_from([FORWARD, YEARLY])),
            draw(st.frozensets(st.integers(2024, 2026), max_size=2)),
        )

    return parts, scope(1), scope(2)


@given(worlds())
def test_overlap_is_symmetric(world: tuple[object, Scope, Scope]) -> None:
    """Whichever effect is named first."""
    _, one, other = world

    assert overlap(one, other) is overlap(other, one)
    assert overlap(one, one) is None


@given(worlds())
@example((frozenset({(BLADE, TURBINE)}), BLADES, TURBINES))
def test_overlap_equals_a_slow_reference(
    world: tuple[frozenset[tuple[int, int]], Scope, Scope],
) -> None:
    """By listing the days, countries, years and chains of parts of both."""
    parts, one, other = world
    within = one.solution in wholes_of(other.solution, parts)
    contains = other.solution in wholes_of(one.solution, parts)
    same = one.solution == other.solution
    units = {(y, c) for y in one.sold_years for c in countries(one.geography)} & {
        (y, c) for y in other.sold_years for c in countries(other.geography)
    }
    expected = None
    if one.value_chain == other.value_chain and (same or within or contains) and units:
        if one.timeframe != other.timeframe:
            expected = OverlapKind.BOTH_TIMEFRAMES
        elif days(one) & days(other):
            expected = OverlapKind.SAME_SOLUTION if same else OverlapKind.PART_AND_WHOLE

    assert overlap(one, other) is expected


def countries(place: str) -> set[str]:
    if place == "GLOBAL":
        return set(COUNTRIES)
    if place in set(Region):
        return {country for country, region in REGIONS.items() if region == place}
    return {place}


def days(scope: Scope) -> set[date]:
    length = (scope.period_end - scope.period_start).days
    return {scope.period_start + timedelta(days=n) for n in range(length + 1)}


def test_places_meet_where_one_contains_the_other() -> None:
    """Two countries of a region do not; a place that no region has lies in the world alone."""
    assert places_meet("DE", "EUROPE")
    assert places_meet("GLOBAL", "AQ")
    assert not places_meet("DE", "FR")
    assert not places_meet("EUROPE", "AQ")
    assert not places_meet("EUROPE", "ASIA")
