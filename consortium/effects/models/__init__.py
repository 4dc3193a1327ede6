# pyright: basic
"""Tables of solutions, references, comparisons and effects. All masses in kg CO2e."""

from consortium.effects.models.comparisons import (
    Comparison,
    ComparisonItem,
    FactorPoint,
    FactorSeries,
)
from consortium.effects.models.effects import (
    Effect,
    EffectCohort,
    EffectInitiative,
    EffectLine,
)
from consortium.effects.models.overlaps import EffectOverlapDecision
from consortium.effects.models.shares import (
    EffectAllocation,
    EffectContribution,
)
from consortium.effects.models.solutions import (
    ReferenceScenario,
    Solution,
    SolutionPart,
    SolutionRole,
    SolutionSideEffect,
)

__all__ = [
    "EXTRA_CONSTRAINTS",
    "RIGHTS",
    "UNWATCHED",
    "Comparison",
    "ComparisonItem",
    "Effect",
    "EffectAllocation",
    "EffectCohort",
    "EffectContribution",
    "EffectInitiative",
    "EffectLine",
    "EffectOverlapDecision",
    "FactorPoint",
    "FactorSeries",
    "ReferenceScenario",
    "Solution",
    "SolutionPart",
    "SolutionRole",
    "SolutionSideEffect",
]

EXTRA_CONSTRAINTS = (
    "solution_named",
    "solution_lifetime_possible",
    "solution_fossil_use_explained",
    "solution_part_of_another",
    "solution_role_key",
    "solution_role_explained",
    "solution_role_stage_of_chain",
    "solution_side_effect_explained",
    "reference_scenario_basis_allowed",
    "reference_scenario_reason_given",
    "reference_scenario_path_given",
    "reference_scenario_remaining_life",
    "reference_scenario_legal_cap",
    "reference_scenario_dates_ordered",
    "reference_scenario_of_solution",
    "factor_series_named",
    "factor_point_possible",
    "comparison_rebound_stated",
    "comparison_of_solution",
    "comparison_reference_of_solution",
    "comparison_item_amounts",
    "comparison_item_possible",
    "comparison_item_phase",
    "comparison_item_demand",
    "solution_owner",
    "effect_owner",
    "effect_comparison_of_solution",
    "effect_period_a_year",
    "effect_difference",
    "effect_share_possible",
    "effect_interval_known",
    "effect_deducted_share_possible",
    "effect_restates_whole",
    "effect_cohort_units_possible",
    "effect_cohort_counted_once",
    "effect_line_finite",
    "effect_allocation_remainder_range",
    "effect_contribution_party",
    "effect_contribution_share_range",
    "effect_contribution_joint_member",
    "effect_contribution_answered",
    "effect_overlap_decision_ordered",
    "effect_overlap_decision_explained",
    "effect_overlap_decision_deducts",
    "effect_overlap_decision_superseded",
)

# What an effect stands on is never overwritten: a change is a new edition. Rows are locked, which
# takes the right to update; that nothing is, a trigger sees to.
_KEPT = "SELECT, INSERT, UPDATE"

RIGHTS = {
    "reference_scenario": _KEPT,
    "factor_series": _KEPT,
    "factor_point": _KEPT,
    "comparison": _KEPT,
    "comparison_item": _KEPT,
    "effect_overlap_decision": _KEPT,
}

UNWATCHED = {"effect_line": "computed from the comparison and the units"}
