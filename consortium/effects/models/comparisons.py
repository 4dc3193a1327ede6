# pyright: basic
"""Tables of comparisons per unit, and of the dated factors that they use."""

from tortoise import fields
from tortoise.fields.db_defaults import Now
from tortoise.indexes import Index
from tortoise.models import Model

from consortium.effects.models.solutions import ReferenceScenario, Solution
from consortium.effects.rules.vocabulary import (
    Accounting,
    FactorsBeyond,
    LifeCycleStage,
    LifePhase,
    Specificity,
    UncertaintyMethod,
)
from consortium.evidence.models import Citation
from consortium.kernel.gases import GwpSet
from consortium.organisations.models import Organisation
from consortium.storage.fields import (
    DoubleArrayField,
    IdField,
    KeyField,
    NumericField,
    word_field,
)
from consortium.value_chains.models import Activity


class FactorSeries(Model):
    """An emission factor year by year, in kg CO2e per `unit`. A correction is a new edition."""

    id = IdField()
    reference: fields.Field[str] = KeyField()
    edition = fields.IntField()
    organisation: fields.ForeignKeyRelation[Organisation] = fields.ForeignKeyField(
        "consortium.Organisation", on_delete=fields.RESTRICT, related_name="factor_series"
    )
    name = fields.TextField()
    unit = fields.TextField()
    geography: fields.Field[str] = KeyField()
    gwp_set = word_field(GwpSet)
    citation: fields.ForeignKeyNullableRelation[Citation] = fields.ForeignKeyField(
        "consortium.Citation", null=True, on_delete=fields.RESTRICT, related_name="factor_series"
    )
    recorded_at = fields.DatetimeField(auto_now_add=True, db_default=Now())

    class Meta:
        table = "factor_series"
        unique_together = (("reference", "edition"),)
        indexes = (Index(fields=("organisation_id",), name="factor_series_organisation_idx"),)


class FactorPoint(Model):
    """The factor of one year; `uncertainty` is half the 95 % interval as a fraction of it."""

    id = IdField()
    series: fields.ForeignKeyRelation[FactorSeries] = fields.ForeignKeyField(
        "consortium.FactorSeries", on_delete=fields.RESTRICT, related_name="points"
    )
    year = fields.IntField()
    # Kilograms of CO2 equivalents per unit of the series.
    value: fields.Field[object] = NumericField()
    uncertainty: fields.Field[object] = NumericField(null=True)

    class Meta:
        table = "factor_point"
        unique_together = (("series_id", "year"),)


class Comparison(Model):
    """Life-cycle emissions of one unit of a solution and of its reference.

    Editions of a comparison follow one another within solution and scenario's reference.
    """

    id = IdField()
    solution: fields.ForeignKeyRelation[Solution] = fields.ForeignKeyField(
        "consortium.Solution", on_delete=fields.RESTRICT, related_name="comparisons"
    )
    reference_scenario: fields.ForeignKeyRelation[ReferenceScenario] = fields.ForeignKeyField(
        "consortium.ReferenceScenario", on_delete=fields.RESTRICT, related_name="comparisons"
    )
    reference: fields.Field[str] = KeyField()
    edition = fields.IntField()
    accounting = word_field(Accounting)
    gwp_set = word_field(GwpSet)
    boundary = fields.TextField()
    base_year = fields.IntField()
    # More use of the solution than of the reference, as a fraction; 0 where there is none.
    rebound: fields.Field[object] = NumericField()
    rebound_reason = fields.TextField()
    factors_beyond = word_field(FactorsBeyond)
    uncertainty_method = word_field(
        UncertaintyMethod, default=UncertaintyMethod.MONTE_CARLO, db_default="MONTE_CARLO"
    )
    recorded_at = fields.DatetimeField(auto_now_add=True, db_default=Now())

    class Meta:
        table = "comparison"
        unique_together = (("solution_id", "reference", "edition"),)
        indexes = (Index(fields=("reference_scenario_id",), name="comparison_scenario_idx"),)


class ComparisonItem(Model):
    """What one unit emits at a stage, on one side or on both: in kg, or a quantity by a factor.

    A mass was entered, or is what a demand on a published version of a value chain emits: then the
    activity and the amount of its product are kept. A stage that is equal on both sides may be left
    out: `equal_because` says why, and there are no amounts.
    """

    id = IdField()
    comparison: fields.ForeignKeyRelation[Comparison] = fields.ForeignKeyField(
        "consortium.Comparison", on_delete=fields.RESTRICT, related_name="items"
    )
    position = fields.IntField()
    stage = word_field(LifeCycleStage)
    name = fields.TextField()
    phase = word_field(LifePhase, default=LifePhase.WHOLE_LIFE, db_default="WHOLE_LIFE")
    # From 0; blank: each year of use and of maintenance, once for any other stage.
    year_of_life = fields.IntField(null=True)
    reference_kg_co2e: fields.Field[object] = NumericField(null=True)
    solution_kg_co2e: fields.Field[object] = NumericField(null=True)
    reference_activity: fields.ForeignKeyNullableRelation[Activity] = fields.ForeignKeyField(
        "consortium.Activity", null=True, on_delete=fields.RESTRICT, related_name="reference_items"
    )
    solution_activity: fields.ForeignKeyNullableRelation[Activity] = fields.ForeignKeyField(
        "consortium.Activity", null=True, on_delete=fields.RESTRICT, related_name="solution_items"
    )
    # In the unit of the activity's product.
    reference_demand: fields.Field[object] = NumericField(null=True)
    solution_demand: fields.Field[object] = NumericField(null=True)
    factor_series: fields.ForeignKeyNullableRelation[FactorSeries] = fields.ForeignKeyField(
        "consortium.FactorSeries",
        null=True,
        on_delete=fields.RESTRICT,
        related_name="comparison_items",
    )
    # In units of the factor series.
    reference_quantity: fields.Field[object] = NumericField(null=True)
    solution_quantity: fields.Field[object] = NumericField(null=True)
    equal_because = fields.TextField(default="", db_default="")
    # Half the 95 % interval as a fraction of the amount.
    reference_uncertainty: fields.Field[object] = NumericField(null=True)
    solution_uncertainty: fields.Field[object] = NumericField(null=True)
    # Of a demand: the mass in each draw as a part of it. Draws of all demands go together.
    reference_draws: fields.Field[list[float] | None] = DoubleArrayField(null=True)
    solution_draws: fields.Field[list[float] | None] = DoubleArrayField(null=True)
    # Items with the same key share one source of error.
    shares_error_with: fields.Field[str | None] = KeyField(null=True)
    specificity = word_field(Specificity)
    citation: fields.ForeignKeyNullableRelation[Citation] = fields.ForeignKeyField(
        "consortium.Citation", null=True, on_delete=fields.RESTRICT, related_name="comparison_items"
    )

    class Meta:
        table = "comparison_item"
        unique_together = (("comparison_id", "position"),)
        indexes = (
            Index(fields=("factor_series_id",), name="comparison_item_series_idx"),
            Index(fields=("reference_activity_id",), name="comparison_item_reference_idx"),
            Index(fields=("solution_activity_id",), name="comparison_item_solution_idx"),
        )
