"""What solutions, references, comparisons and effects hold."""

from collections.abc import Mapping
from typing import Any

from tests.oracle.asking import Ask
from tests.oracle.kinds import (
    KINDS,
    SOURCE,
    Kind,
    Read,
    Relation,
    blank,
    down,
    global_id,
    linked,
    masses,
    plain,
    up,
)
from tests.oracle.plain import mass
from tests.oracle.world import Row


def _sides() -> dict[str, Read]:
    return {
        "referenceEmissions": lambda _, row: mass(row["reference_kg_co2e"]),
        "solutionEmissions": lambda _, row: mass(row["solution_kg_co2e"]),
    }


def _orders(*columns: str) -> dict[str, Read]:
    return {column.upper(): lambda _, row, name=column: row[name] for column in columns}  # type: ignore[misc]


def _source_of_item(ask: Ask, row: Row, _: Mapping[str, Any]) -> list[Row]:
    item = ask.world.get("ComparisonItem", row["item_id"])
    found = item and ask.world.get("Source", item["citation_id"])
    return [found] if found else []


def _sign_open(_: Ask, row: Row) -> bool | None:
    """Whether 0 lies in the interval; its ends do."""
    if row["low_kg_co2e"] is None:
        return None
    return bool(row["low_kg_co2e"] <= 0 <= row["high_kg_co2e"])


def _origin(ask: Ask, row: Row) -> str:
    """From a chain where an item has a demand."""
    items = ask.world.having("ComparisonItem", "comparison_id", row.id)
    named = [one[f"{side}_activity_id"] for one in items for side in ("reference", "solution")]
    return "ENTERED" if set(named) <= {None} else "FROM_VALUE_CHAIN"


def _demand(side: str) -> Relation:
    """What a side was computed of, whether or not the activity is to be seen."""

    def found(_: Ask, row: Row, __: Mapping[str, Any]) -> list[Row]:
        activity, amount = row[f"{side}_activity_id"], row[f"{side}_demand"]
        if activity is None:
            return []
        return [Row("ComparisonDemand", {"activity_id": activity, "amount": amount})]

    return found


SOLUTION = up("Solution", "solution_id")

KINDS |= {
    "Solution": Kind(
        global_id("solution")
        | plain("reference", "name", "category", "function", "functional_unit", "unit")
        | plain("lifetime_years", "fossil_use", "visibility", "version", "recorded_at")
        | blank("description", "fossil_reason"),
        {"organisation": up("Organisation", "organisation_id")},
        {
            "parts": linked("SolutionPart", "containing_id", "Solution", "contained_id"),
            "partOf": linked("SolutionPart", "contained_id", "Solution", "containing_id"),
            "roles": down("SolutionRole", "solution_id"),
            "sideEffects": down("SolutionSideEffect", "solution_id"),
            "referenceScenarios": down("ReferenceScenario", "solution_id"),
            "comparisons": down("Comparison", "solution_id"),
            "effects": down("Effect", "solution_id"),
        },
        _orders("reference", "lifetime_years"),
    ),
    "SolutionRole": Kind(
        plain("role", "explanation"),
        {
            "solution": SOLUTION,
            "valueChain": up("ValueChain", "value_chain_id"),
            "stage": up("ValueChainStage", "stage_id"),
        },
    ),
    "SolutionSideEffect": Kind(
        plain("objective", "finding", "explanation", "version"), {"source": SOURCE}
    ),
    "ReferenceScenario": Kind(
        global_id("scenario")
        | plain("reference", "edition", "situation", "basis", "path", "reason", "description")
        | plain("remaining_life_years", "geography", "valid_from", "valid_to", "recorded_at")
        | blank("legal_minimum")
        | masses("legal_cap"),
        {
            "solution": SOLUTION,
            "legalSource": up("Source", "legal_citation_id"),
            "source": SOURCE,
        },
        orders=_orders("edition"),
    ),
    "FactorSeries": Kind(
        global_id("series")
        | plain("reference", "edition", "name", "unit", "geography", "gwp_set", "recorded_at"),
        {"organisation": up("Organisation", "organisation_id"), "source": SOURCE},
        {"points": down("FactorPoint", "series_id")},
        _orders("reference", "edition"),
    ),
    "FactorPoint": Kind(
        plain("year", "value", "uncertainty"),
        {"series": up("FactorSeries", "series_id")},
        orders=_orders("year"),
        default_order=("YEAR",),
    ),
    "Comparison": Kind(
        global_id("comparison")
        | plain("reference", "edition", "accounting", "gwp_set", "boundary", "base_year")
        | plain("rebound", "rebound_reason", "factors_beyond", "uncertainty_method", "recorded_at")
        | {"origin": _origin},
        {
            "solution": SOLUTION,
            "referenceScenario": up("ReferenceScenario", "reference_scenario_id"),
        },
        {"items": down("ComparisonItem", "comparison_id")},
        _orders("edition", "base_year"),
    ),
    "ComparisonItem": Kind(
        plain("position", "stage", "name", "phase", "year_of_life", "reference_quantity")
        | plain("solution_quantity", "reference_uncertainty", "solution_uncertainty")
        | plain("shares_error_with", "specificity")
        | blank("equal_because")
        | _sides(),
        {
            "factorSeries": up("FactorSeries", "factor_series_id"),
            "source": SOURCE,
            "referenceDemand": _demand("reference"),
            "solutionDemand": _demand("solution"),
        },
        orders=_orders("position"),
        default_order=("POSITION",),
    ),
    "ComparisonDemand": Kind(plain("amount"), {"activity": up("Activity", "activity_id")}),
    "Effect": Kind(
        global_id("effect")
        | plain("reference", "geography", "period_start", "period_end", "timeframe", "uncertainty")
        | plain("specificity", "visibility", "superseded", "version", "computed_at")
        | plain("recorded_at", "uncertainty_method", "uncertainty_seed")
        | masses("avoided", "low", "high")
        | {"signNotEstablished": _sign_open}
        | _sides(),
        {
            "solution": SOLUTION,
            "valueChain": up("ValueChain", "value_chain_id"),
            "referenceScenario": up("ReferenceScenario", "reference_scenario_id"),
            "comparison": up("Comparison", "comparison_id"),
            "restates": up("Effect", "restates_id"),
            "restatedBy": down("Effect", "restates_id"),
        },
        {
            "assessedClaims": down("AssessedClaim", "effect_id"),
            "cohorts": down("EffectCohort", "effect_id"),
            "explanation": down("EffectLine", "effect_id"),
            "allocations": down("Allocation", "effect_id"),
            "initiatives": linked("EffectInitiative", "effect_id", "Initiative", "initiative_id"),
        },
        {
            "PERIOD_END": lambda _, row: row["period_end"],
            "AVOIDED": lambda _, row: row["avoided_kg_co2e"],
        },
    ),
    "EffectCohort": Kind(
        plain("sold_year", "units", "retired"),
        orders=_orders("sold_year"),
        default_order=("SOLD_YEAR",),
    ),
    "EffectLine": Kind(
        plain("position", "kind", "stage", "sold_year", "year_of_life", "units", "part_of_year")
        | _sides(),
        {
            "item": up("ComparisonItem", "item_id"),
            "factor": up("FactorPoint", "factor_point_id"),
            "source": _source_of_item,
        },
        orders=_orders("position"),
        default_order=("POSITION",),
    ),
}
