"""What units of a solution avoid: line by line, exactly, in either timeframe.

One unit's life is cut into years t = 0, 1, ... from the year in which it is sold; the last year is
the part that is left of the lifetime (of 12.5 years, the 13th counts half). Nothing is rounded, and
what is negative stays so.

Source of the timeframes: WBCSD, Guidance on avoided emissions (2023): forward-looking over the
whole life of the units sold in the period, year-on-year over the units in use in it.
"""

from collections.abc import Callable, Iterator, Sequence
from decimal import MAX_PREC, Context, Decimal
from math import ceil, floor
from typing import NamedTuple

from consortium.effects.rules.vocabulary import (
    EffectLineKind,
    LifeCycleStage,
    LifePhase,
    Specificity,
    Timeframe,
)
from consortium.kernel.errors import BadInput
from consortium.kernel.quantities import exact_difference, exact_sum

_EXACT = Context(prec=MAX_PREC)
_ZERO, _ONE = Decimal(0), Decimal(1)

# What is emitted each year, unless an item names the year.
YEARLY = frozenset({LifeCycleStage.USE, LifeCycleStage.MAINTENANCE})
LINES_MAX = 20_000
COHORTS_MAX = 100


class CohortsMissing(BadInput):
    """An effect has 1 to 100 cohorts, each of another year."""

    code = "COHORTS_MISSING"


class CohortOutsidePeriod(BadInput):
    """Forward-looking counts units sold in the period's year; year-on-year, those sold by then."""

    code = "COHORT_OUTSIDE_PERIOD"


class CohortBeyondLifetime(BadInput):
    """These units are older than the solution's lifetime: their life is over."""

    code = "COHORT_BEYOND_LIFETIME"


class UnitsInvalid(BadInput):
    """Units are 0 or more, and no more of them are retired than were sold."""

    code = "UNITS_INVALID"
    constraint = "effect_cohort_units_possible"


class FactorMissing(BadInput):
    """A factor series has no value for a year that the comparison needs."""

    code = "FACTOR_YEAR_MISSING"


class EffectTooLarge(BadInput):
    """The explanation would have more than 20000 lines: merge items, or split the cohorts."""

    code = "EFFECT_TOO_LARGE"


class Factor(NamedTuple):
    """The factor of a year: its row, and kg CO2e per unit of the series."""

    id: int
    value: Decimal


# The factor of a series in a calendar year; raises FactorMissing.
FactorOf = Callable[[int, int], Factor]


class Item(NamedTuple):
    """What one unit emits: kg CO2e, or quantities by a factor series; None is not on that side."""

    id: int
    stage: LifeCycleStage
    specificity: Specificity
    phase: LifePhase = LifePhase.WHOLE_LIFE
    year_of_life: int | None = None
    reference: Decimal | None = None
    solution: Decimal | None = None
    series: int | None = None


class Profile(NamedTuple):
    """One unit's life on both sides; the cap in kg CO2e of use a year, rebound as a fraction."""

    lifetime_years: Decimal
    items: Sequence[Item]
    rebound: Decimal = _ZERO
    remaining_life_years: Decimal | None = None
    legal_cap: Decimal | None = None


class Cohort(NamedTuple):
    """Units sold in a year, and how many of them are not in use any more."""

    sold_year: int
    units: Decimal
    retired: Decimal = _ZERO


class Line(NamedTuple):
    """A line of the explanation; masses in kg CO2e of all units together."""

    kind: EffectLineKind
    item: int | None
    stage: LifeCycleStage
    sold_year: int
    year_of_life: int
    units: Decimal
    part_of_year: Decimal
    factor: int | None
    reference: Decimal
    solution: Decimal


class Answer(NamedTuple):
    """What is avoided, in kg CO2e, and the lines that it is the sum of."""

    reference: Decimal
    solution: Decimal
    avoided: Decimal
    lines: list[Line]


def years_of_life(lifetime_years: Decimal) -> int:
    """The number of years that a life touches, the last of them perhaps in part."""
    return ceil(lifetime_years)


def effect_of(
    profile: Profile,
    timeframe: Timeframe,
    year: int,
    cohorts: Sequence[Cohort],
    factor: FactorOf,
) -> Answer:
    """What the cohorts avoid in the year (year-on-year) or over their lives (forward-looking).

    Raises:
        CohortsMissing, CohortOutsidePeriod, CohortBeyondLifetime, UnitsInvalid: of the cohorts.
        FactorMissing, EffectTooLarge: of the comparison.
    """
    check_cohorts(profile, timeframe, year, cohorts)
    lines: list[Line] = []
    for cohort in sorted(cohorts):
        age = year - cohort.sold_year
        forward = timeframe is Timeframe.FORWARD_LOOKING
        ages = range(years_of_life(profile.lifetime_years)) if forward else range(age, age + 1)
        for t in ages:
            lines += lines_of(profile, cohort, t, factor)
            if len(lines) > LINES_MAX:
                raise EffectTooLarge
    reference = exact_sum(line.reference for line in lines)
    solution = exact_sum(line.solution for line in lines)
    return Answer(reference, solution, exact_difference(reference, solution), lines)


def check_cohorts(
    profile: Profile, timeframe: Timeframe, year: int, cohorts: Sequence[Cohort]
) -> None:
    """Refuse cohorts that do not fit the timeframe and the year; see `effect_of`."""
    if not 0 < len(cohorts) <= COHORTS_MAX or len({one.sold_year for one in cohorts}) < len(
        cohorts
    ):
        raise CohortsMissing().at("cohorts")
    for at, cohort in enumerate(cohorts):
        _check_cohort(profile, timeframe, year, cohort, ("cohorts", str(at)))


def _check_cohort(
    profile: Profile, timeframe: Timeframe, year: int, cohort: Cohort, path: tuple[str, ...]
) -> None:
    sold, units, retired = cohort
    if not 0 <= retired <= units:
        raise UnitsInvalid().at(*path, "retired")
    if timeframe is Timeframe.FORWARD_LOOKING:
        if sold != year:
            raise CohortOutsidePeriod(
                f"Forward-looking counts what is sold in {year}, not in {sold}."
            ).at(*path, "soldYear")
        if retired:
            raise UnitsInvalid("Of units that are counted for their whole life none retired.").at(
                *path, "retired"
            )
    elif sold > year:
        raise CohortOutsidePeriod(f"Units sold in {sold} were not in use in {year}.").at(
            *path, "soldYear"
        )
    elif year - sold >= years_of_life(profile.lifetime_years):
        raise CohortBeyondLifetime(
            f"Units sold in {sold} last {profile.lifetime_years:f} years: in {year} their life is"
            " over."
        ).at(*path, "soldYear")


def lines_of(profile: Profile, cohort: Cohort, t: int, factor: FactorOf) -> list[Line]:
    """What the cohort's units in use emit in their year of life `t`, on both sides."""
    units = exact_difference(cohort.units, cohort.retired)
    items = [
        line
        for item in profile.items
        if (line := _item_line(profile, item, cohort.sold_year, t, units, factor)) is not None
    ]
    return [*items, *_rebound(profile, items), *_capped(profile, items, t)]


def _item_line(
    profile: Profile, item: Item, sold_year: int, t: int, units: Decimal, factor: FactorOf
) -> Line | None:
    part = part_of_year(profile, item, t)
    if not part:
        return None
    by = None if item.series is None else factor(item.series, sold_year + t)
    times = exact_product(units, part, _ONE if by is None else by.value)
    return Line(
        EffectLineKind.ITEM,
        item.id,
        item.stage,
        sold_year,
        t,
        units,
        part,
        None if by is None else by.id,
        _ZERO if item.reference is None else exact_product(times, item.reference),
        _ZERO if item.solution is None else exact_product(times, item.solution),
    )


def part_of_year(profile: Profile, item: Item, t: int) -> Decimal:
    """The part of the year of life `t` for which an item counts; 1 where it occurs once.

    An item with a year occurs in it, whole. Use and maintenance go on through their phase, and end
    within a year where it does. Other stages occur once: at its start, and the end of life at its
    end.
    """
    start, end = bounds(profile, item.phase)
    if item.year_of_life is not None:
        return _ONE if item.year_of_life == t else _ZERO
    if item.stage in YEARLY:
        return max(_ZERO, exact_difference(min(end, Decimal(t + 1)), max(start, Decimal(t))))
    once = ceil(end) - 1 if item.stage is LifeCycleStage.END_OF_LIFE else floor(start)
    return _ONE if once == t else _ZERO


def bounds(profile: Profile, phase: LifePhase) -> tuple[Decimal, Decimal]:
    """When a phase starts and ends, in years of life."""
    turn = profile.remaining_life_years
    if phase is LifePhase.WHOLE_LIFE or turn is None:
        return _ZERO, profile.lifetime_years
    return (_ZERO, turn) if phase is LifePhase.REMAINING_LIFE else (turn, profile.lifetime_years)


def _rebound(profile: Profile, items: Sequence[Line]) -> Iterator[Line]:
    """More use of the solution: the same emissions again, by the fraction."""
    used = [line for line in items if line.stage is LifeCycleStage.USE and line.solution]
    if profile.rebound and used:
        more = exact_product(exact_sum(line.solution for line in used), profile.rebound)
        yield _adjustment(EffectLineKind.REBOUND, used[0], _ZERO, more)


def _capped(profile: Profile, items: Sequence[Line], t: int) -> Iterator[Line]:
    """The law: in a year, the reference's use emits no more than a unit may."""
    used = [line for line in items if line.stage is LifeCycleStage.USE and line.reference]
    if profile.legal_cap is None or not used:
        return
    allowed = allowed_by_law(profile, profile.legal_cap, used[0].units, t)
    emitted = exact_sum(line.reference for line in used)
    if emitted > allowed:
        yield _adjustment(
            EffectLineKind.LEGAL_CAP, used[0], exact_difference(allowed, emitted), _ZERO
        )


def allowed_by_law(profile: Profile, cap: Decimal, units: Decimal, t: int) -> Decimal:
    """The most that the use of so many units may emit in their year of life `t`."""
    return exact_product(
        cap, units, min(_ONE, exact_difference(profile.lifetime_years, Decimal(t)))
    )


def _adjustment(kind: EffectLineKind, like: Line, reference: Decimal, solution: Decimal) -> Line:
    return like._replace(
        kind=kind, item=None, factor=None, part_of_year=_ONE, reference=reference, solution=solution
    )


def exact_product(*values: Decimal) -> Decimal:
    """The product, to its last digit."""
    product = _ONE
    for value in values:
        product = _EXACT.multiply(product, value)
    return product
