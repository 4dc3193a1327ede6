# pyright: basic
"""Tables of effects: what units of a solution avoid, and how that is explained."""

from tortoise import fields
from tortoise.fields.db_defaults import Now
from tortoise.indexes import Index
from tortoise.models import Model

from consortium.effects.models.comparisons import Comparison, ComparisonItem, FactorPoint
from consortium.effects.models.solutions import ReferenceScenario, Solution
from consortium.effects.rules.vocabulary import (
    EffectLineKind,
    LifeCycleStage,
    Specificity,
    Timeframe,
    UncertaintyMethod,
)
from consortium.initiatives.models import Initiative
from consortium.kernel.visibility import Visibility
from consortium.storage.fields import IdField, KeyField, NumericField, word_field
from consortium.value_chains.models import ValueChain


class Effect(Model):
    """What units of a solution avoid in one chain, place, period and timeframe: recorded once.

    The results are those of its lines, written by the transaction that changes its units.
    """

    id = IdField()
    # Its own within the solution.
    reference: fields.Field[str] = KeyField()
    solution: fields.ForeignKeyRelation[Solution] = fields.ForeignKeyField(
        "consortium.Solution", on_delete=fields.RESTRICT, related_name="effects"
    )
    # As of its solution, filled in by a trigger.
    organisation_id = fields.BigIntField()
    value_chain: fields.ForeignKeyNullableRelation[ValueChain] = fields.ForeignKeyField(
        "consortium.ValueChain", null=True, on_delete=fields.RESTRICT, related_name="effects"
    )
    reference_scenario: fields.ForeignKeyRelation[ReferenceScenario] = fields.ForeignKeyField(
        "consortium.ReferenceScenario", on_delete=fields.RESTRICT, related_name="effects"
    )
    comparison: fields.ForeignKeyRelation[Comparison] = fields.ForeignKeyField(
        "consortium.Comparison", on_delete=fields.RESTRICT, related_name="effects"
    )
    geography: fields.Field[str] = KeyField()
    period_start = fields.DateField()
    period_end = fields.DateField()
    timeframe = word_field(Timeframe)
    reference_kg_co2e: fields.Field[object] = NumericField()
    solution_kg_co2e: fields.Field[object] = NumericField()
    avoided_kg_co2e: fields.Field[object] = NumericField()
    # Half the 95 % interval as a fraction of what is avoided; blank: not known, or 0 is avoided.
    uncertainty: fields.Field[object] = NumericField(null=True)
    # The interval, and how it was found; all blank: not known.
    low_kg_co2e: fields.Field[object] = NumericField(null=True)
    high_kg_co2e: fields.Field[object] = NumericField(null=True)
    uncertainty_method = word_field(UncertaintyMethod, null=True)
    uncertainty_seed = fields.IntField(null=True)
    specificity = word_field(Specificity)
    visibility = word_field(Visibility, default=Visibility.PRIVATE, db_default="PRIVATE")
    # The part that is shared out among its parties, kept by what they agree on.
    allocated_share: fields.Field[object] = NumericField(default=0, db_default=0)
    # The part that lies in other effects, kept by what reviewers decide about overlaps.
    deducted_share: fields.Field[object] = NumericField(default=0, db_default=0)
    # The effect that it takes the place of, and the first one of them all.
    restates: fields.ForeignKeyNullableRelation["Effect"] = fields.ForeignKeyField(
        "consortium.Effect", null=True, on_delete=fields.RESTRICT, related_name="restated_by"
    )
    original: fields.ForeignKeyNullableRelation["Effect"] = fields.ForeignKeyField(
        "consortium.Effect", null=True, on_delete=fields.RESTRICT, related_name="restatements"
    )
    # Another effect has taken its place: of its units that one tells.
    superseded = fields.BooleanField(default=False, db_default=False)
    version = fields.IntField(default=1, db_default=1)
    computed_at = fields.DatetimeField(auto_now_add=True, db_default=Now())
    recorded_at = fields.DatetimeField(auto_now_add=True, db_default=Now())

    class Meta:
        table = "effect"
        unique_together = (("solution_id", "reference"),)
        indexes = (
            Index(fields=("organisation_id", "id"), name="effect_owner_idx"),
            Index(fields=("value_chain_id", "id"), name="effect_chain_idx"),
            Index(fields=("reference_scenario_id",), name="effect_scenario_idx"),
            Index(fields=("comparison_id",), name="effect_comparison_idx"),
            Index(fields=("original_id",), name="effect_original_idx"),
            Index(fields=("restates_id",), name="effect_restates_idx"),
        )


class EffectInitiative(Model):
    """A shared initiative under which an effect was achieved."""

    id = IdField()
    effect: fields.ForeignKeyRelation[Effect] = fields.ForeignKeyField(
        "consortium.Effect", on_delete=fields.CASCADE, related_name="initiative_links"
    )
    initiative: fields.ForeignKeyRelation[Initiative] = fields.ForeignKeyField(
        "consortium.Initiative", on_delete=fields.RESTRICT, related_name="effect_links"
    )

    class Meta:
        table = "effect_initiative"
        unique_together = (("effect_id", "initiative_id"),)
        indexes = (Index(fields=("initiative_id",), name="effect_initiative_initiative_idx"),)


class EffectCohort(Model):
    """Units that were sold in one year; `retired` of them are not in use any more.

    A trigger fills in, from the effect, what tells whether other effects count the same units.
    """

    id = IdField()
    effect: fields.ForeignKeyRelation[Effect] = fields.ForeignKeyField(
        "consortium.Effect", on_delete=fields.CASCADE, related_name="cohorts"
    )
    sold_year = fields.IntField()
    units: fields.Field[object] = NumericField()
    retired: fields.Field[object] = NumericField(default=0, db_default=0)
    solution_id = fields.BigIntField()
    value_chain_id = fields.BigIntField(null=True)
    scenario: fields.Field[str] = KeyField()
    geography: fields.Field[str] = KeyField()
    # The days in which the units' emissions count: of a whole life, all.
    counts_from = fields.DateField(null=True)
    counts_to = fields.DateField(null=True)
    # As of its effect: then others may count the units.
    superseded = fields.BooleanField(default=False, db_default=False)

    class Meta:
        table = "effect_cohort"
        unique_together = (("effect_id", "sold_year"),)


class EffectLine(Model):
    """A line of the explanation: units of a cohort, in one year of their life, at one stage."""

    id = IdField()
    effect: fields.ForeignKeyRelation[Effect] = fields.ForeignKeyField(
        "consortium.Effect", on_delete=fields.CASCADE, related_name="lines"
    )
    position = fields.IntField()
    kind = word_field(EffectLineKind)
    # Of a rebound and of a cap there is none.
    item: fields.ForeignKeyNullableRelation[ComparisonItem] = fields.ForeignKeyField(
        "consortium.ComparisonItem", null=True, on_delete=fields.RESTRICT, related_name="lines"
    )
    stage = word_field(LifeCycleStage)
    sold_year = fields.IntField()
    year_of_life = fields.IntField()
    units: fields.Field[object] = NumericField()
    # The part of the year that counts: less than 1 where a life or a phase ends within it.
    part_of_year: fields.Field[object] = NumericField()
    factor_point: fields.ForeignKeyNullableRelation[FactorPoint] = fields.ForeignKeyField(
        "consortium.FactorPoint", null=True, on_delete=fields.RESTRICT, related_name="lines"
    )
    reference_kg_co2e: fields.Field[object] = NumericField()
    solution_kg_co2e: fields.Field[object] = NumericField()

    class Meta:
        table = "effect_line"
        unique_together = (("effect_id", "position"),)
        indexes = (
            Index(fields=("item_id",), name="effect_line_item_idx"),
            Index(fields=("factor_point_id",), name="effect_line_factor_idx"),
        )
