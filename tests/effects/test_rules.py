"""The tree of references, what a comparison must hold, and where an effect may be."""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from consortium.effects.rules.comparisons import (
    AmountsInvalid,
    Factors,
    FactorsInvalid,
    GivenItem,
    GwpSetsMixed,
    ItemsInvalid,
    Known,
    PhaseInvalid,
    Point,
    StageMissing,
    check_items,
    check_points,
)
from consortium.effects.rules.effects import lies_in
from consortium.effects.rules.references import (
    BasisNotAllowed,
    LegalCapInvalid,
    PathUnknown,
    RemainingLifeInvalid,
    Scenario,
    ValidityReversed,
    allowed_bases,
    checked_scenario,
    situation_of,
)
from consortium.effects.rules.specificity import lowest
from consortium.effects.rules.texts import TextMissing
from consortium.effects.rules.timeframes import Factor, FactorMissing
from consortium.effects.rules.vocabulary import (
    FactorsBeyond,
    LifeCycleStage,
    LifePhase,
    ReferenceBasis,
    ReferenceStep,
    Situation,
    Specificity,
)
from consortium.kernel.gases import GwpSet
from consortium.kernel.places import GeographyUnknown

NEW = Scenario(
    [ReferenceStep.NOTHING_IN_PLACE],
    ReferenceBasis.MARKET_AVERAGE,
    " There was none. ",
    "The average.",
    "GLOBAL",
)
EARLY = NEW._replace(
    path=[
        ReferenceStep.SYSTEM_IN_PLACE,
        ReferenceStep.SYSTEM_REPLACED,
        ReferenceStep.BEFORE_END_OF_LIFE,
    ],
    basis=ReferenceBasis.AVERAGE_ALTERNATIVE,
    remaining_life_years=Decimal(4),
)
OF = Specificity.SPECIFIC


@pytest.mark.parametrize(
    ("path", "situation", "bases"),
    [
        ("NOTHING_IN_PLACE", "NEW_DEMAND", "MARKET_AVERAGE MOST_LIKELY_ALTERNATIVE"),
        ("SYSTEM_IN_PLACE SYSTEM_KEPT", "IMPROVEMENT", "SYSTEM_BEFORE_CHANGE"),
        (
            "SYSTEM_IN_PLACE SYSTEM_REPLACED AT_END_OF_LIFE",
            "END_OF_LIFE_REPLACEMENT",
            "AVERAGE_ALTERNATIVE",
        ),
        (
            "SYSTEM_IN_PLACE SYSTEM_REPLACED BEFORE_END_OF_LIFE",
            "EARLY_REPLACEMENT",
            "AVERAGE_ALTERNATIVE",
        ),
    ],
)
def test_the_tree_decides(path: str, situation: str, bases: str) -> None:
    """DOMAIN, section 2: each way leads to one situation; the best technology fits all."""
    found = situation_of([ReferenceStep(one) for one in path.split()])

    assert found == situation
    assert allowed_bases(found) == (*bases.split(), "BEST_AVAILABLE_TECHNOLOGY")


@pytest.mark.parametrize(
    ("given", "error", "path"),
    [
        (NEW._replace(path=[]), PathUnknown, "path"),
        (NEW._replace(path=[ReferenceStep.SYSTEM_IN_PLACE]), PathUnknown, "path"),
        (NEW._replace(basis=ReferenceBasis.SYSTEM_BEFORE_CHANGE), BasisNotAllowed, "basis"),
        (NEW._replace(reason="  "), TextMissing, "reason"),
        (NEW._replace(geography="Mars"), GeographyUnknown, "geography"),
        (NEW._replace(remaining_life_years=Decimal(2)), RemainingLifeInvalid, "remainingLifeYears"),
        (EARLY._replace(remaining_life_years=None), RemainingLifeInvalid, "remainingLifeYears"),
        (
            EARLY._replace(remaining_life_years=Decimal(10)),
            RemainingLifeInvalid,
            "remainingLifeYears",
        ),
        (NEW._replace(legal_cap_kg_co2e=Decimal(1)), LegalCapInvalid, "legalCapKgCo2e"),
        (
            NEW._replace(valid_from=date(2026, 1, 2), valid_to=date(2026, 1, 1)),
            ValidityReversed,
            "validTo",
        ),
    ],
)
def test_scenarios_that_cannot_be(given: Scenario, error: type[Exception], path: str) -> None:
    """The error names the field."""
    with pytest.raises(error) as told:
        checked_scenario(given, Decimal(10))

    assert getattr(told.value, "path", ()) == (path,)


def test_scenarios_that_can_be() -> None:
    """The situation follows from the answers, and texts are trimmed."""
    assert checked_scenario(NEW, Decimal(10)) == (
        Situation.NEW_DEMAND,
        NEW._replace(reason="There was none."),
    )
    assert checked_scenario(EARLY, Decimal(10))[0] is Situation.EARLY_REPLACEMENT


def items(**given: Any) -> list[GivenItem]:
    """Use with amounts, all else equal."""
    amounts = {"reference_kg_co2e": Decimal(2), "solution_kg_co2e": Decimal(1)} | given
    return [GivenItem(LifeCycleStage.USE, OF, "use", **amounts)] + [
        GivenItem(stage, OF, stage, equal_because="The same.")
        for stage in LifeCycleStage
        if stage is not LifeCycleStage.USE
    ]


NOTHING: dict[str, Any] = {"reference_kg_co2e": None, "solution_kg_co2e": None}
BY_FACTOR = {**NOTHING, "reference_quantity": Decimal(1), "has_series": True}


@pytest.mark.parametrize(
    ("given", "error"),
    [
        ([], ItemsInvalid),
        (items()[1:], ItemsInvalid),
        (items()[:-1], StageMissing),
        ([*items(), GivenItem(LifeCycleStage.USE, OF, "x", equal_because="y")], StageMissing),
        (items(**NOTHING), AmountsInvalid),
        (items(has_series=True), AmountsInvalid),
        (items(reference_quantity=Decimal(1)), AmountsInvalid),
        (items(**BY_FACTOR | {"has_series": False}), AmountsInvalid),
        (items(year_of_life=10), AmountsInvalid),
        (items(reference_uncertainty=Decimal("-0.1")), AmountsInvalid),
        (items(**BY_FACTOR, gwp_set=GwpSet.AR5), GwpSetsMixed),
        (items(phase=LifePhase.REMAINING_LIFE, solution_kg_co2e=None), PhaseInvalid),
    ],
)
def test_items_that_make_no_comparison(given: Sequence[GivenItem], error: type[Exception]) -> None:
    """Nothing is left out in silence, and no item is two things at once."""
    with pytest.raises(error):
        check_items(given, GwpSet.AR6, Decimal(10), None)


def test_an_early_replacement_s_reference_has_both_phases() -> None:
    """The old system, and the alternative afterwards; the solution has no phases."""
    old, new = (
        GivenItem(LifeCycleStage.USE, OF, "use", phase, reference_kg_co2e=Decimal(2))
        for phase in (LifePhase.REMAINING_LIFE, LifePhase.AFTERWARDS)
    )
    solution = items(reference_kg_co2e=None)
    check_items([*solution, old, new], GwpSet.AR6, Decimal(10), Decimal(4))

    for wrong in (
        [*solution, old],
        items(),
        [*solution, old, new._replace(solution_kg_co2e=Decimal(1))],
    ):
        with pytest.raises(PhaseInvalid):
            check_items(wrong, GwpSet.AR6, Decimal(10), Decimal(4))


def test_factors_beyond_the_last_are_declared_or_missing() -> None:
    """Before the first and in gaps there is none in any case."""
    known = [Known(1, 2024, Factor(7, Decimal(5))), Known(1, 2026, Factor(8, Decimal(4)))]
    constant = Factors(known, FactorsBeyond.DECLARED_CONSTANT)
    refused = Factors(known, FactorsBeyond.REFUSED)

    assert constant(1, 2040) == Factor(8, Decimal(4))
    assert refused(1, 2024) == Factor(7, Decimal(5))
    for factors, year in ((refused, 2027), (constant, 2025), (constant, 2023)):
        with pytest.raises(FactorMissing, match=str(year)):
            factors(1, year)


@pytest.mark.parametrize(
    "points",
    [
        [],
        [Point(2026, Decimal(1)), Point(2026, Decimal(2))],
        [Point(1899, Decimal(1))],
        [Point(2026, Decimal(1), Decimal(-1))],
    ],
)
def test_series_that_cannot_be(points: list[Point]) -> None:
    """One value a year, in years that can be."""
    with pytest.raises(FactorsInvalid):
        check_points(points)


def test_the_least_specific_counts() -> None:
    """A sum is as specific as its least specific item."""
    assert lowest(Specificity) is Specificity.GLOBAL_AVERAGE
    assert lowest([Specificity.SPECIFIC, Specificity.REGIONAL]) is Specificity.REGIONAL


def test_places_lie_in_places() -> None:
    """A country in its region and in the world, and nothing else."""
    inside = [("DE", "EUROPE"), ("DE", "DE"), ("DE", "GLOBAL"), ("EUROPE", "GLOBAL")]
    outside = [("DE", "ASIA"), ("EUROPE", "DE"), ("GLOBAL", "DE"), ("AQ", "EUROPE")]

    assert [lies_in(*pair) for pair in inside] == [True] * 4
    assert [lies_in(*pair) for pair in outside] == [False] * 4
