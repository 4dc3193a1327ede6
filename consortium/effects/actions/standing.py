"""What an effect stands on, read from the record: its comparison, and all that this uses."""

from collections.abc import Sequence
from decimal import Decimal
from typing import Any, NamedTuple

from consortium.effects.rules.comparisons import Factors, Known
from consortium.effects.rules.confidence import Confidence, Inputs, Quality, confidence_of
from consortium.effects.rules.effects import Validity
from consortium.effects.rules.specificity import lowest
from consortium.effects.rules.timeframes import Answer, Cohort, Factor, Item, Profile, effect_of
from consortium.effects.rules.vocabulary import (
    FactorsBeyond,
    LifeCycleStage,
    LifePhase,
    Specificity,
    Timeframe,
    UncertaintyMethod,
)
from consortium.storage.raw import Connection

# The comparison is locked against more items, the solution against less visibility.
COMPARISON = """
SELECT c.id, c.solution_id, c.reference_scenario_id, c.rebound, c.factors_beyond,
    c.uncertainty_method, s.lifetime_years, r.reference AS scenario, r.remaining_life_years,
    r.legal_cap_kg_co2e, r.geography, r.valid_from, r.valid_to
FROM comparison c JOIN solution s ON s.id = c.solution_id
JOIN reference_scenario r ON r.id = c.reference_scenario_id
WHERE c.id = $1 FOR SHARE OF c, s
"""
ITEMS = """
SELECT i.id, i.position, i.stage, i.specificity, i.phase, i.year_of_life,
    coalesce(i.reference_kg_co2e, i.reference_quantity) AS reference,
    coalesce(i.solution_kg_co2e, i.solution_quantity) AS solution, i.factor_series_id,
    i.reference_uncertainty, i.solution_uncertainty, i.shares_error_with, f.reference AS series,
    i.reference_draws, i.solution_draws
FROM comparison_item i LEFT JOIN factor_series f ON f.id = i.factor_series_id
WHERE i.comparison_id = $1 ORDER BY i.position
"""
POINTS = """
SELECT p.series_id, p.year, p.id, p.value, p.uncertainty FROM factor_point p
WHERE p.series_id IN (SELECT i.factor_series_id FROM comparison_item i WHERE i.comparison_id = $1)
"""


class Stands(NamedTuple):
    """What effects of a comparison are computed from."""

    comparison: Any
    specificity: Specificity
    factors: Factors
    inputs: Inputs

    def answer(self, timeframe: Timeframe, year: int, cohorts: Sequence[Cohort]) -> Answer:
        """What units avoid; raises as `effect_of` does."""
        return effect_of(self.inputs.profile, timeframe, year, cohorts, self.factors)

    def confidence(self, answer: Answer, seed: int) -> Confidence | None:
        """How uncertain that is; None where it is not known."""
        method = UncertaintyMethod(self.comparison["uncertainty_method"])
        return confidence_of(answer, self.inputs, method, seed)

    def valid(self) -> Validity:
        """Where and when the reference scenario holds."""
        row = self.comparison
        return Validity(row["geography"], row["valid_from"], row["valid_to"])


async def stands_of(connection: Connection, comparison: int) -> Stands:
    """What effects of a comparison are computed from; it stays so until the transaction ends."""
    [row] = await connection.fetch(COMPARISON, comparison)
    rows = await connection.fetch(ITEMS, comparison)
    points = await connection.fetch(POINTS, comparison)
    items = [_item(one) for one in rows]
    compared = [item for item in items if (item.reference, item.solution) != (None, None)]
    known = [
        Known(one["series_id"], one["year"], Factor(one["id"], one["value"])) for one in points
    ]
    profile = Profile(
        row["lifetime_years"],
        compared,
        row["rebound"],
        row["remaining_life_years"],
        row["legal_cap_kg_co2e"],
    )
    uncertain: dict[int, Decimal | None] = {one["id"]: one["uncertainty"] for one in points}
    inputs = Inputs(profile, {one["id"]: _quality(one) for one in rows}, uncertain)
    specificity = lowest(item.specificity for item in compared)
    return Stands(row, specificity, Factors(known, FactorsBeyond(row["factors_beyond"])), inputs)


def _item(row: Any) -> Item:  # noqa: ANN401  a row
    return Item(
        row["id"],
        LifeCycleStage(row["stage"]),
        Specificity(row["specificity"]),
        LifePhase(row["phase"]),
        row["year_of_life"],
        row["reference"],
        row["solution"],
        row["factor_series_id"],
    )


def _quality(row: Any) -> Quality:  # noqa: ANN401  a row
    return Quality(
        row["position"],
        row["reference_uncertainty"],
        row["solution_uncertainty"],
        row["shares_error_with"],
        row["series"],
        row["reference_draws"],
        row["solution_draws"],
    )
