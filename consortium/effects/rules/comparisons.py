"""What a comparison must hold: every stage, both sides alike, factors of one GWP set."""

from collections.abc import Iterable, Sequence
from decimal import Decimal
from typing import NamedTuple

from consortium.effects.rules.texts import checked_statement
from consortium.effects.rules.timeframes import Factor, FactorMissing, years_of_life
from consortium.effects.rules.vocabulary import (
    FactorsBeyond,
    LifeCycleStage,
    LifePhase,
    Specificity,
)
from consortium.kernel.errors import BadInput, DomainError
from consortium.kernel.gases import GwpSet
from consortium.kernel.wording import check_wording

ITEMS_MAX = 500
POINTS_MAX = 300


class ReboundInvalid(BadInput):
    """Rebound is a fraction of 0 or more, always with a reason, also of 0."""

    code = "REBOUND_INVALID"
    constraint = "comparison_rebound_stated"


class ItemsInvalid(BadInput):
    """A comparison has 1 to 500 items, with amounts on at least one of them."""

    code = "COMPARISON_ITEMS_INVALID"


class StageMissing(BadInput):
    """Every stage has items, or is left out because it is equal on both sides, in words."""

    code = "STAGE_MISSING"


class AmountsInvalid(BadInput):
    """An item has masses, or quantities with a factor series, or is equal on both sides: one way.

    A mass is given, or computed of a demand on a value chain.
    Uncertainties are 0 or more, and a year of life is one within the lifetime.
    """

    code = "ITEM_AMOUNTS_INVALID"
    constraint = "comparison_item_amounts"


class ItemDemandInvalid(BadInput):
    """A demand is an amount that is not 0, in the place of a mass; its error is the chain's.

    Leave out mass and uncertainty of that side, and what the item's error is shared with.
    """

    code = "ITEM_DEMAND_INVALID"
    constraint = "comparison_item_demand"


class PhaseInvalid(BadInput):
    """Only the reference of an early replacement has phases, and it has both of them."""

    code = "ITEM_PHASE_INVALID"
    constraint = "comparison_item_phase"


class GwpSetsMixed(BadInput):
    """Factors of another GWP set than the comparison's cannot be used: sets are never mixed."""

    code = "GWP_SETS_MIXED"


class FactorsInvalid(BadInput):
    """A series has 1 to 300 values, one a year from 1900 to 2200, uncertainties of 0 or more."""

    code = "FACTORS_INVALID"
    constraint = "factor_point_possible"


class EditionInUse(DomainError):
    """Effects stand on this edition, which therefore stays as it is: make a new one."""

    code = "EDITION_IN_USE"
    constraint = "comparison_item_kept"


class GivenItem(NamedTuple):
    """An item as it is entered; `gwp_set` is that of its factor series.

    Demands are amounts of the products of activities.
    """

    stage: LifeCycleStage
    specificity: Specificity
    name: str
    phase: LifePhase = LifePhase.WHOLE_LIFE
    year_of_life: int | None = None
    reference_kg_co2e: Decimal | None = None
    solution_kg_co2e: Decimal | None = None
    reference_quantity: Decimal | None = None
    solution_quantity: Decimal | None = None
    has_series: bool = False
    gwp_set: GwpSet | None = None
    equal_because: str = ""
    reference_uncertainty: Decimal | None = None
    solution_uncertainty: Decimal | None = None
    shares_error_with: str | None = None
    reference_demand: Decimal | None = None
    solution_demand: Decimal | None = None


class Point(NamedTuple):
    """A value of a series: kg CO2e per unit, half its 95 % interval as a fraction."""

    year: int
    value: Decimal
    uncertainty: Decimal | None = None


def checked_rebound(rebound: Decimal, reason: str) -> str:
    """The reason without blanks around it. Raises ReboundInvalid, WordingMisleading."""
    told = reason.strip()
    if rebound < 0 or not told:
        raise ReboundInvalid().at("rebound")
    check_wording(told, "reboundReason")
    return told


def check_points(points: Sequence[Point]) -> None:
    """Refuse values of a series that cannot be. Raises FactorsInvalid."""
    years = {point.year for point in points}
    possible = all(1900 <= point.year <= 2200 and (point.uncertainty or 0) >= 0 for point in points)
    if not 0 < len(points) <= POINTS_MAX or len(years) < len(points) or not possible:
        raise FactorsInvalid().at("points")


def check_items(
    items: Sequence[GivenItem],
    gwp_set: GwpSet,
    lifetime_years: Decimal,
    remaining_life_years: Decimal | None,
) -> None:
    """Refuse items that do not make a comparison.

    Raises:
        ItemsInvalid, StageMissing, PhaseInvalid: of all together.
        AmountsInvalid, ItemDemandInvalid, GwpSetsMixed, TextMissing, WordingMisleading: of one,
            with its place.
    """
    compares = any(not item.equal_because.strip() for item in items)
    if not compares or len(items) > ITEMS_MAX:
        raise ItemsInvalid().at("items")
    for at, item in enumerate(items):
        _check_item(item, gwp_set, lifetime_years, ("items", str(at)))
    _check_stages(items)
    _check_phases(items, early=remaining_life_years is not None)


def _check_item(
    item: GivenItem, gwp_set: GwpSet, lifetime_years: Decimal, path: tuple[str, ...]
) -> None:
    checked_statement(item.name, *path, "name")
    check_wording(item.equal_because, *path, "equalBecause")
    if not _one_way(item):
        raise AmountsInvalid().at(*path)
    _check_demands(item, path)
    if item.year_of_life is not None and not 0 <= item.year_of_life < years_of_life(lifetime_years):
        raise AmountsInvalid(
            f"Years of life are counted from 0 to {years_of_life(lifetime_years) - 1}."
        ).at(*path, "yearOfLife")
    if min(item.reference_uncertainty or 0, item.solution_uncertainty or 0) < 0:
        raise AmountsInvalid("An uncertainty is 0 or more.").at(*path)
    if item.gwp_set not in {None, gwp_set}:
        raise GwpSetsMixed(
            f"The factor series is in {item.gwp_set} and the comparison in {gwp_set}: GWP sets are"
            " never mixed."
        ).at(*path, "factorSeries")


def _one_way(item: GivenItem) -> bool:
    """Whether amounts are given in exactly one of the ways."""
    sides = (item.reference_kg_co2e, item.solution_kg_co2e)
    masses = (*sides, item.reference_demand, item.solution_demand) != (None,) * 4
    quantities = (item.reference_quantity, item.solution_quantity) != (None, None)
    ways = [masses, quantities, bool(item.equal_because.strip())]
    return ways.count(True) == 1 and quantities == item.has_series


def _check_demands(item: GivenItem, path: tuple[str, ...]) -> None:
    demands = (
        ("reference", item.reference_demand, item.reference_kg_co2e, item.reference_uncertainty),
        ("solution", item.solution_demand, item.solution_kg_co2e, item.solution_uncertainty),
    )
    for side, amount, mass, uncertainty in demands:
        if amount is None:
            continue
        if not amount.is_finite() or amount == 0:
            message = "The amount of a demand is a finite number that is not 0."
            raise ItemDemandInvalid(message).at(*path, f"{side}Demand", "amount")
        if (mass, uncertainty, item.shares_error_with) != (None, None, None):
            raise ItemDemandInvalid().at(*path, f"{side}Demand")


def _check_stages(items: Sequence[GivenItem]) -> None:
    equal = {item.stage for item in items if item.equal_because.strip()}
    compared = {item.stage for item in items if not item.equal_because.strip()}
    missing = [stage for stage in LifeCycleStage if stage not in equal | compared]
    if missing:
        raise StageMissing(
            f"Nothing is said of {', '.join(missing)}: give amounts, or `equalBecause` where both"
            " sides are equal."
        ).at("items")
    if equal & compared:
        raise StageMissing(
            f"{', '.join(sorted(equal & compared))} is left out as equal, and has amounts too."
        ).at("items")


def _check_phases(items: Sequence[GivenItem], *, early: bool) -> None:
    wanted = {LifePhase.REMAINING_LIFE, LifePhase.AFTERWARDS} if early else {LifePhase.WHOLE_LIFE}
    sides = [(item.phase, _has_reference(item), _has_solution(item)) for item in items]
    references = {phase for phase, reference, _ in sides if reference}
    if not references <= wanted or (early and references != wanted):
        raise PhaseInvalid(
            "The reference of an early replacement is the old system for its REMAINING_LIFE, and"
            " the alternative AFTERWARDS: give both."
            if early
            else "The reference holds for the WHOLE_LIFE: nothing is replaced before its time."
        ).at("items")
    if any(solution and phase is not LifePhase.WHOLE_LIFE for phase, _, solution in sides):
        raise PhaseInvalid("What the solution emits holds for its WHOLE_LIFE.").at("items")


def _has_reference(item: GivenItem) -> bool:
    given = (item.reference_kg_co2e, item.reference_quantity, item.reference_demand)
    return given != (None, None, None)


def _has_solution(item: GivenItem) -> bool:
    given = (item.solution_kg_co2e, item.solution_quantity, item.solution_demand)
    return given != (None, None, None)


class Known(NamedTuple):
    """A value that is known: its series and its year."""

    series: int
    year: int
    factor: Factor


class Factors:
    """The factors of a comparison: by series and calendar year."""

    def __init__(self, known: Iterable[Known], beyond: FactorsBeyond) -> None:
        self._known = {(one.series, one.year): one.factor for one in known}
        self._last: dict[int, int] = {}
        for series, year in self._known:
            self._last[series] = max(year, self._last.get(series, year))
        self._beyond = beyond

    def __call__(self, series: int, year: int) -> Factor:
        """The factor of a year. Raises FactorMissing, where it is not declared constant."""
        last = self._last[series]
        constant = self._beyond is FactorsBeyond.DECLARED_CONSTANT
        found = self._known.get((series, last if constant and year > last else year))
        if found is None:
            raise FactorMissing(
                f"A factor series has no value for {year}; its last one is of {last}. Add the year"
                " in a new edition, or declare factors constant behind the last one."
            )
        return found
