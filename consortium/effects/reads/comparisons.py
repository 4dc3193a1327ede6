"""What can be read of comparisons, with their solutions; of factor series: everyone may."""

from consortium.effects.models import Comparison, ComparisonItem, FactorPoint, FactorSeries
from consortium.effects.reads.solutions import REFERENCE_SCENARIOS, SOLUTIONS
from consortium.effects.reads.visible import below, with_solution
from consortium.effects.rules.vocabulary import ComparisonOrigin
from consortium.evidence.reads import CITATIONS
from consortium.organisations.reads import ORGANISATIONS
from consortium.query.source import Column, Embedded, Field, Many, One, Source, everyone
from consortium.query.sqltypes import SqlType
from consortium.query.tables import columns
from consortium.value_chains.reads import ACTIVITIES


def emissions(*, nullable: bool) -> dict[str, Field]:
    """Both sides' emissions: `reference` and `solution` are the sides themselves."""
    return {
        f"{side}_emissions": Column(
            f"{{t}}.{side}_kg_co2e", SqlType.NUMERIC, nullable=nullable, mass=True
        )
        for side in ("reference", "solution")
    }


def demands() -> dict[str, Field]:
    """Both sides' demands on value chains; of an activity that is not to be seen nothing is told.

    Its amount and what that emits are the comparison's, and seen with it.
    """
    return {
        f"{side}_demand": Embedded(
            {
                "activity": One(ACTIVITIES, f"{{u}}.id = {{t}}.{side}_activity_id"),
                "amount": Column(f"{{t}}.{side}_demand", SqlType.NUMERIC, nullable=False),
            },
            present=f"{{t}}.{side}_activity_id IS NOT NULL",
        )
        for side in ("reference", "solution")
    }


# What is computed of a chain is told by its items.
_ORIGIN = f"""
CASE WHEN EXISTS (SELECT FROM comparison_item computed WHERE computed.comparison_id = {{t}}.id
    AND num_nonnulls(computed.reference_activity_id, computed.solution_activity_id) > 0)
THEN '{ComparisonOrigin.FROM_VALUE_CHAIN}' ELSE '{ComparisonOrigin.ENTERED}' END
"""

FACTOR_SERIES = Source(
    name="factor_series",
    table="factor_series",
    prefix="series",
    visible_to=everyone,
    fields=columns(
        FactorSeries,
        "series",
        ("reference", "edition", "name", "unit", "geography", "gwp_set", "recorded_at"),
    )
    | {
        "organisation": One(ORGANISATIONS, "{u}.id = {t}.organisation_id"),
        "source": One(CITATIONS, "{u}.id = {t}.citation_id"),
    },
    filters=("id", "reference", "edition", "name", "unit", "geography", "gwp_set", "organisation"),
    orders={"reference": ("reference",), "edition": ("edition",)},
)

FACTOR_POINTS = Source(
    name="factor_point",
    table="factor_point",
    visible_to=everyone,
    fields=columns(FactorPoint, None, ("year", "value", "uncertainty"))
    | {"series": One(FACTOR_SERIES, "{u}.id = {t}.series_id")},
    filters=("year", "value"),
    default_order=(("year", False),),
)

COMPARISONS = Source(
    name="comparison",
    table="comparison",
    prefix="comparison",
    visible_to=with_solution,
    fields=columns(
        Comparison,
        "comparison",
        (
            "reference",
            "edition",
            "accounting",
            "gwp_set",
            "boundary",
            "base_year",
            "rebound",
            "rebound_reason",
            "factors_beyond",
            "uncertainty_method",
            "recorded_at",
        ),
    )
    | {
        "origin": Column(_ORIGIN.strip(), nullable=False, enum=ComparisonOrigin),
        "solution": One(SOLUTIONS, "{u}.id = {t}.solution_id"),
        "reference_scenario": One(REFERENCE_SCENARIOS, "{u}.id = {t}.reference_scenario_id"),
    },
    filters=(
        "id",
        "reference",
        "edition",
        "accounting",
        "gwp_set",
        "base_year",
        "rebound",
        "solution",
        "reference_scenario",
    ),
    orders={"edition": ("edition",), "base_year": ("base_year",)},
)

COMPARISON_ITEMS = Source(
    name="comparison_item",
    table="comparison_item",
    visible_to=below(with_solution, "comparison", "comparison_id"),
    fields=columns(
        ComparisonItem,
        None,
        (
            "position",
            "stage",
            "name",
            "phase",
            "year_of_life",
            "reference_quantity",
            "solution_quantity",
            "equal_because",
            "reference_uncertainty",
            "solution_uncertainty",
            "shares_error_with",
            "specificity",
        ),
    )
    | emissions(nullable=True)
    | demands()
    | {
        "factor_series": One(FACTOR_SERIES, "{u}.id = {t}.factor_series_id"),
        "source": One(CITATIONS, "{u}.id = {t}.citation_id"),
    },
    filters=("stage", "specificity"),
    default_order=(("position", False),),
)

FACTOR_SERIES.relate(points=Many(FACTOR_POINTS, "{u}.series_id = {t}.id"))
COMPARISONS.relate(items=Many(COMPARISON_ITEMS, "{u}.comparison_id = {t}.id"))
SOLUTIONS.relate(comparisons=Many(COMPARISONS, "{u}.solution_id = {t}.id"))
