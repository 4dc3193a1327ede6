"""What units avoid: worked numbers of DOMAIN, section 2, and laws against a slow reference."""

from decimal import Decimal
from fractions import Fraction
from math import ceil, floor

import pytest
from hypothesis import given
from hypothesis import strategies as st

from consortium.effects.rules.timeframes import (
    Cohort,
    CohortBeyondLifetime,
    CohortOutsidePeriod,
    CohortsMissing,
    EffectTooLarge,
    Factor,
    Item,
    Profile,
    UnitsInvalid,
    effect_of,
)
from consortium.effects.rules.vocabulary import (
    EffectLineKind,
    LifeCycleStage,
    LifePhase,
    Specificity,
    Timeframe,
)

FORWARD, YEARLY = Timeframe.FORWARD_LOOKING, Timeframe.YEAR_ON_YEAR
USE, MADE = LifeCycleStage.USE, LifeCycleStage.MANUFACTURING
END = LifeCycleStage.END_OF_LIFE
OF = Specificity.SPECIFIC


def no_factor(series: int, year: int) -> Factor:
    """Nothing here is a quantity."""
    raise AssertionError((series, year))


def used(reference: str, solution: str) -> Item:
    """What use emits each year."""
    return Item(1, USE, OF, reference=Decimal(reference), solution=Decimal(solution))


def one_year(profile: Profile, units: str = "1") -> Decimal:
    """What units sold in a year avoid in it."""
    return effect_of(profile, YEARLY, 2026, [Cohort(2026, Decimal(units))], no_factor).avoided


@pytest.mark.parametrize(
    ("reference", "solution", "rebound", "avoided"),
    [("200", "120", "0.1", "68"), ("200", "120", "0", "80"), ("900", "950", "0", "-50")],
)
def test_worked_numbers(reference: str, solution: str, rebound: str, avoided: str) -> None:
    """More use multiplies what the solution's use emits; what is negative stays so."""
    profile = Profile(Decimal(1), [used(reference, solution)], Decimal(rebound))

    assert one_year(profile) == Decimal(avoided)


def test_a_day_of_the_carbon_trust() -> None:
    """500 against 400 kWh a day at 0.43 kg/kWh: exactly 43 kg, not the 0.05 t that it prints."""
    kwh = Item(1, USE, OF, reference=Decimal(500), solution=Decimal(400), series=7)
    found = effect_of(
        Profile(Decimal(1), [kwh]),
        YEARLY,
        2026,
        [Cohort(2026, Decimal(1))],
        lambda series, year: Factor(series * 10_000 + year, Decimal("0.43")),
    )

    assert found.avoided == 43
    assert [line.factor for line in found.lines] == [72026]


def test_the_law_caps_the_reference() -> None:
    """A reference of 200 kg a year where 150 are allowed counts 150, in a line of its own."""
    profile = Profile(Decimal(2), [used("200", "120")], legal_cap=Decimal(150))
    found = effect_of(profile, FORWARD, 2026, [Cohort(2026, Decimal(10))], no_factor)

    assert found.avoided == 600
    caps = [line for line in found.lines if line.kind is EffectLineKind.LEGAL_CAP]
    assert [(line.year_of_life, line.reference) for line in caps] == [
        (0, Decimal(-500)),
        (1, Decimal(-500)),
    ]
    assert one_year(profile._replace(legal_cap=Decimal(250))) == 80


def test_an_early_replacement_has_two_references() -> None:
    """The old system for its remaining 2.5 years, then the alternative: of 5 years at 300 and 200.

    The alternative is bought once the old system would have broken, in the third year.
    """
    old = Item(1, USE, OF, LifePhase.REMAINING_LIFE, reference=Decimal(300))
    new = Item(2, USE, OF, LifePhase.AFTERWARDS, reference=Decimal(200))
    bought = Item(3, MADE, OF, LifePhase.AFTERWARDS, reference=Decimal(40))
    solution = Item(4, USE, OF, solution=Decimal(100))
    profile = Profile(Decimal(5), [old, new, bought, solution], remaining_life_years=Decimal("2.5"))
    found = effect_of(profile, FORWARD, 2026, [Cohort(2026, Decimal(1))], no_factor)

    assert found.reference == Decimal("2.5") * 300 + Decimal("2.5") * 200 + 40
    assert found.solution == 500
    assert [line.year_of_life for line in found.lines if line.item == 3] == [2]


def test_retired_units_avoid_nothing_more() -> None:
    """Of 10 units 4 are retired: 6 are in use."""
    profile = Profile(Decimal(5), [used("20", "10")])
    cohort = Cohort(2024, Decimal(10), Decimal(4))

    assert effect_of(profile, YEARLY, 2026, [cohort], no_factor).avoided == 60


@pytest.mark.parametrize(
    ("timeframe", "cohorts", "error"),
    [
        (FORWARD, [], CohortsMissing),
        (YEARLY, [Cohort(2026, Decimal(1)), Cohort(2026, Decimal(2))], CohortsMissing),
        (FORWARD, [Cohort(2025, Decimal(1))], CohortOutsidePeriod),
        (YEARLY, [Cohort(2027, Decimal(1))], CohortOutsidePeriod),
        (YEARLY, [Cohort(2023, Decimal(1))], CohortBeyondLifetime),
        (YEARLY, [Cohort(2026, Decimal(1), Decimal(2))], UnitsInvalid),
        (YEARLY, [Cohort(2026, Decimal(-1))], UnitsInvalid),
        (FORWARD, [Cohort(2026, Decimal(2), Decimal(1))], UnitsInvalid),
    ],
)
def test_units_that_cannot_be(
    timeframe: Timeframe, cohorts: list[Cohort], error: type[Exception]
) -> None:
    """Units outside the period, dead ones, and fewer than none are refused."""
    with pytest.raises(error):
        effect_of(Profile(Decimal("2.5"), [used("2", "1")]), timeframe, 2026, cohorts, no_factor)


def test_an_explanation_has_an_end() -> None:
    """500 items over 100 years would be 50 000 lines."""
    items = [used("2", "1") for _ in range(500)]

    with pytest.raises(EffectTooLarge):
        effect_of(
            Profile(Decimal(100), items), FORWARD, 2026, [Cohort(2026, Decimal(1))], no_factor
        )


masses = st.decimals(-10_000, 10_000, places=3)
counts = st.decimals(0, 100_000, places=2)
lifetimes = st.decimals("0.1", 8, places=1)


@st.composite
def profiles(draw: st.DrawFn) -> Profile:
    """Profiles of constant emissions, with rebound, caps and early replacements."""
    lifetime = draw(lifetimes)
    early = draw(st.booleans()) and lifetime > Decimal("0.1")
    turn = draw(st.decimals("0.1", lifetime - Decimal("0.1"), places=1)) if early else None
    phases = [LifePhase.REMAINING_LIFE, LifePhase.AFTERWARDS] if early else [LifePhase.WHOLE_LIFE]
    years = st.none() | st.integers(0, ceil(lifetime) - 1)

    def item(at: int) -> Item:
        phase = draw(st.sampled_from(phases))
        solution = draw(masses) if phase is LifePhase.WHOLE_LIFE else None
        stage = draw(st.sampled_from(list(LifeCycleStage)))
        return Item(at, stage, OF, phase, draw(years), draw(masses), solution)

    items = [item(at) for at in range(draw(st.integers(1, 5)))]
    rebound = draw(st.decimals(0, 1, places=2))
    return Profile(lifetime, items, rebound, turn, draw(st.none() | st.decimals(0, 5000, places=2)))


@given(profiles(), counts, st.integers(2000, 2030))
def test_a_life_year_by_year_is_the_life_at_once(
    profile: Profile, units: Decimal, sold: int
) -> None:
    """With constant factors, the sum over all years in use is what is forward-looking."""
    cohort = Cohort(sold, units)
    forward = effect_of(profile, FORWARD, sold, [cohort], no_factor)
    years = [
        effect_of(profile, YEARLY, sold + t, [cohort], no_factor)
        for t in range(ceil(profile.lifetime_years))
    ]

    assert sum((Fraction(one.avoided) for one in years), Fraction(0)) == Fraction(forward.avoided)
    assert [line for one in years for line in one.lines] == forward.lines


@given(profiles(), counts, st.data())
def test_units_retired_early_avoid_what_their_years_in_use_avoid(
    profile: Profile, units: Decimal, data: st.DataObject
) -> None:
    """Some are retired after some years: all count until then, and the others to their end.

    So the sum of the years is what the others avoid over their whole life, forward-looking, and
    what the retired ones avoid in their years in use; nothing of these is counted afterwards.
    """
    retired = data.draw(st.decimals(0, units, places=2))
    ages = range(ceil(profile.lifetime_years))
    leaves = data.draw(st.integers(0, len(ages)))

    def avoided(
        timeframe: Timeframe, year: int, of: Decimal, gone: Decimal = Decimal(0)
    ) -> Fraction:
        return Fraction(
            effect_of(profile, timeframe, year, [Cohort(2026, of, gone)], no_factor).avoided
        )

    years = [
        avoided(YEARLY, 2026 + age, units, retired if age >= leaves else Decimal(0)) for age in ages
    ]
    survivors = avoided(FORWARD, 2026, units - retired)
    early = [avoided(YEARLY, 2026 + age, retired) for age in ages if age < leaves]

    assert sum(years, Fraction(0)) == survivors + sum(early, Fraction(0))


@given(profiles(), st.permutations(range(5)), counts)
def test_the_order_of_items_does_not_matter(
    profile: Profile, order: list[int], units: Decimal
) -> None:
    """The same items in any order avoid the same."""
    mixed = [profile.items[at] for at in order if at < len(profile.items)]
    cohort = Cohort(2026, units)
    one = effect_of(profile, FORWARD, 2026, [cohort], no_factor)
    other = effect_of(profile._replace(items=mixed), FORWARD, 2026, [cohort], no_factor)

    assert one[:3] == other[:3]


@given(profiles(), counts)
def test_equal_to_the_slow_reference(profile: Profile, units: Decimal) -> None:
    """Fractions, unit by unit and year by year, as a reader of the guidance would add them up."""
    found = effect_of(profile, FORWARD, 2026, [Cohort(2026, units)], no_factor)
    reference, solution = slowly(profile)

    assert Fraction(found.reference) == reference * Fraction(units)
    assert Fraction(found.solution) == solution * Fraction(units)
    assert found.avoided == found.reference - found.solution


def slowly(profile: Profile) -> tuple[Fraction, Fraction]:
    """What one unit's life emits on both sides."""
    life, turn = Fraction(profile.lifetime_years), Fraction(profile.remaining_life_years or 0)
    spans = {
        LifePhase.WHOLE_LIFE: (Fraction(0), life),
        LifePhase.REMAINING_LIFE: (Fraction(0), turn),
        LifePhase.AFTERWARDS: (turn, life),
    }
    reference = solution = Fraction(0)
    for t in range(ceil(life)):
        use_of_reference = use_of_solution = Fraction(0)
        for item in profile.items:
            start, end = spans[item.phase]
            if item.year_of_life is not None:
                part = Fraction(item.year_of_life == t)
            elif item.stage in {USE, LifeCycleStage.MAINTENANCE}:
                part = max(Fraction(0), min(end, Fraction(t + 1)) - max(start, Fraction(t)))
            elif item.stage is END:
                part = Fraction(t == ceil(end) - 1)
            else:
                part = Fraction(t == floor(start))
            mine, its = Fraction(item.reference or 0) * part, Fraction(item.solution or 0) * part
            reference, solution = reference + mine, solution + its
            if item.stage is USE:
                use_of_reference, use_of_solution = use_of_reference + mine, use_of_solution + its
        solution += use_of_solution * Fraction(profile.rebound)
        if profile.legal_cap is not None:
            allowed = Fraction(profile.legal_cap) * min(Fraction(1), life - t)
            reference -= max(Fraction(0), use_of_reference - allowed)
    return reference, solution
