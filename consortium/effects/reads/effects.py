"""What can be read of effects: each by its own visibility and its solution's."""

from consortium.effects.models import Effect, EffectCohort, EffectLine
from consortium.effects.reads.comparisons import (
    COMPARISON_ITEMS,
    COMPARISONS,
    FACTOR_POINTS,
    emissions,
)
from consortium.effects.reads.solutions import REFERENCE_SCENARIOS, SOLUTIONS
from consortium.effects.reads.visible import below, effect_visible_to
from consortium.evidence.reads import CITATIONS
from consortium.initiatives.reads import INITIATIVES
from consortium.query.source import Column, Link, Many, One, Source, linked
from consortium.query.sqltypes import SqlType
from consortium.query.tables import columns
from consortium.value_chains.reads import VALUE_CHAINS

NAMED_INITIATIVES = Link("effect_initiative", "effect_id", "initiative_id")

EFFECTS = Source(
    name="effect",
    table="effect",
    prefix="effect",
    visible_to=effect_visible_to,
    fields=columns(
        Effect,
        "effect",
        (
            "reference",
            "geography",
            "period_start",
            "period_end",
            "timeframe",
            "avoided_kg_co2e",
            "uncertainty",
            "low_kg_co2e",
            "high_kg_co2e",
            "uncertainty_method",
            "uncertainty_seed",
            "specificity",
            "visibility",
            "superseded",
            "version",
            "computed_at",
            "recorded_at",
        ),
    )
    | emissions(nullable=False)
    | {
        "sign_not_established": Column(
            "({t}.low_kg_co2e <= 0 AND {t}.high_kg_co2e >= 0)", SqlType.BOOLEAN
        ),
        "solution": One(SOLUTIONS, "{u}.id = {t}.solution_id"),
        "value_chain": One(VALUE_CHAINS, "{u}.id = {t}.value_chain_id"),
        "reference_scenario": One(REFERENCE_SCENARIOS, "{u}.id = {t}.reference_scenario_id"),
        "comparison": One(COMPARISONS, "{u}.id = {t}.comparison_id"),
        "initiatives": linked(INITIATIVES, NAMED_INITIATIVES),
    },
    filters=(
        "id",
        "reference",
        "geography",
        "period_start",
        "period_end",
        "timeframe",
        "avoided",
        "specificity",
        "visibility",
        "solution",
        "value_chain",
        "reference_scenario",
        "comparison",
        "initiatives",
    ),
    orders={"period_end": ("period_end",), "avoided": ("avoided",)},
)

COHORTS = Source(
    name="effect_cohort",
    table="effect_cohort",
    visible_to=below(effect_visible_to, "effect", "effect_id"),
    fields=columns(EffectCohort, None, ("sold_year", "units", "retired")),
    filters=("sold_year", "units"),
    default_order=(("sold_year", False),),
)

LINES = Source(
    name="effect_line",
    table="effect_line",
    visible_to=below(effect_visible_to, "effect", "effect_id"),
    fields=columns(
        EffectLine,
        None,
        ("position", "kind", "stage", "sold_year", "year_of_life", "units", "part_of_year"),
    )
    | emissions(nullable=False)
    | {
        "item": One(COMPARISON_ITEMS, "{u}.id = {t}.item_id"),
        "factor": One(FACTOR_POINTS, "{u}.id = {t}.factor_point_id"),
        "source": One(
            CITATIONS,
            "{u}.id = (SELECT cited.citation_id FROM comparison_item cited"
            " WHERE cited.id = {t}.item_id)",
        ),
    },
    filters=("kind", "stage", "sold_year", "year_of_life"),
    default_order=(("position", False),),
)

EFFECTS.relate(
    cohorts=Many(COHORTS, "{u}.effect_id = {t}.id"),
    explanation=Many(LINES, "{u}.effect_id = {t}.id"),
    restates=One(EFFECTS, "{u}.id = {t}.restates_id"),
    restated_by=One(EFFECTS, "{u}.restates_id = {t}.id"),
)
SOLUTIONS.relate(effects=Many(EFFECTS, "{u}.solution_id = {t}.id"))
