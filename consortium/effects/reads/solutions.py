"""What can be read of solutions and of their reference scenarios."""

from consortium.effects.models import (
    ReferenceScenario,
    Solution,
    SolutionRole,
    SolutionSideEffect,
)
from consortium.effects.reads.visible import solution_visible_to, with_solution
from consortium.evidence.reads import CITATIONS
from consortium.organisations.reads import ORGANISATIONS
from consortium.query.source import Link, Many, One, Source, linked
from consortium.query.tables import columns
from consortium.value_chains.reads import STAGES, VALUE_CHAINS

SOLUTIONS = Source(
    name="solution",
    table="solution",
    prefix="solution",
    visible_to=solution_visible_to,
    fields=columns(
        Solution,
        "solution",
        (
            "reference",
            "name",
            "description",
            "category",
            "function",
            "functional_unit",
            "unit",
            "lifetime_years",
            "fossil_use",
            "fossil_reason",
            "visibility",
            "version",
            "recorded_at",
        ),
    )
    | {"organisation": One(ORGANISATIONS, "{u}.id = {t}.organisation_id")},
    filters=(
        "id",
        "reference",
        "name",
        "category",
        "lifetime_years",
        "fossil_use",
        "visibility",
        "organisation",
    ),
    orders={"reference": ("reference",), "lifetime_years": ("lifetime_years",)},
)

SOLUTION_ROLES = Source(
    name="solution_role",
    table="solution_role",
    visible_to=with_solution,
    fields=columns(SolutionRole, None, ("role", "explanation"))
    | {
        "solution": One(SOLUTIONS, "{u}.id = {t}.solution_id"),
        "value_chain": One(VALUE_CHAINS, "{u}.id = {t}.value_chain_id"),
        "stage": One(STAGES, "{u}.id = {t}.stage_id"),
    },
    filters=("role", "value_chain", "stage"),
)

SIDE_EFFECTS = Source(
    name="solution_side_effect",
    table="solution_side_effect",
    visible_to=with_solution,
    fields=columns(SolutionSideEffect, None, ("objective", "finding", "explanation", "version"))
    | {"source": One(CITATIONS, "{u}.id = {t}.citation_id")},
    filters=("objective", "finding"),
)

REFERENCE_SCENARIOS = Source(
    name="reference_scenario",
    table="reference_scenario",
    prefix="scenario",
    visible_to=with_solution,
    fields=columns(
        ReferenceScenario,
        "scenario",
        (
            "reference",
            "edition",
            "situation",
            "basis",
            "path",
            "reason",
            "description",
            "remaining_life_years",
            "legal_minimum",
            "legal_cap_kg_co2e",
            "geography",
            "valid_from",
            "valid_to",
            "recorded_at",
        ),
    )
    | {
        "solution": One(SOLUTIONS, "{u}.id = {t}.solution_id"),
        "legal_source": One(CITATIONS, "{u}.id = {t}.legal_citation_id"),
        "source": One(CITATIONS, "{u}.id = {t}.citation_id"),
    },
    filters=("id", "reference", "edition", "situation", "basis", "geography", "solution"),
    orders={"edition": ("edition",)},
)

SOLUTIONS.relate(
    parts=linked(SOLUTIONS, Link("solution_part", "containing_id", "contained_id")),
    part_of=linked(SOLUTIONS, Link("solution_part", "contained_id", "containing_id")),
    roles=Many(SOLUTION_ROLES, "{u}.solution_id = {t}.id"),
    side_effects=Many(SIDE_EFFECTS, "{u}.solution_id = {t}.id"),
    reference_scenarios=Many(REFERENCE_SCENARIOS, "{u}.solution_id = {t}.id"),
)
ORGANISATIONS.relate(solutions=Many(SOLUTIONS, "{u}.organisation_id = {t}.id"))
