# pyright: basic
"""Tables of solutions and of the scenarios that they are compared with."""

from tortoise import fields
from tortoise.fields.db_defaults import Now
from tortoise.indexes import Index
from tortoise.models import Model

from consortium.effects.rules.vocabulary import (
    ChainRole,
    EnvironmentalObjective,
    Finding,
    ReferenceBasis,
    Situation,
)
from consortium.evidence.models import Citation
from consortium.kernel.visibility import Visibility
from consortium.organisations.models import Organisation
from consortium.storage.fields import IdField, KeyField, NumericField, word_field
from consortium.value_chains.models import ValueChain, ValueChainStage


class Solution(Model):
    """A product, service or system of an organisation, and the function that it serves.

    `unit` is what is counted of it; `lifetime_years` how long one of them serves.
    """

    id = IdField()
    # Of others' private solutions nothing is told: it is its owner's own.
    reference: fields.Field[str] = KeyField()
    organisation: fields.ForeignKeyRelation[Organisation] = fields.ForeignKeyField(
        "consortium.Organisation", on_delete=fields.RESTRICT, related_name="solutions"
    )
    name = fields.TextField()
    description = fields.TextField(default="", db_default="")
    category = fields.TextField()
    function = fields.TextField()
    functional_unit = fields.TextField()
    unit = fields.TextField()
    lifetime_years: fields.Field[object] = NumericField()
    # Whether it is applied to exploring, extracting, producing, distributing or selling fossil
    # fuels; blank: not answered.
    fossil_use = fields.BooleanField(null=True)
    fossil_reason = fields.TextField(default="", db_default="")
    visibility = word_field(Visibility, default=Visibility.PRIVATE, db_default="PRIVATE")
    # Grows with each change, so that of two who change it at once one is told.
    version = fields.IntField(default=1, db_default=1)
    recorded_at = fields.DatetimeField(auto_now_add=True, db_default=Now())

    class Meta:
        table = "solution"
        unique_together = (("organisation_id", "reference"),)


class SolutionPart(Model):
    """A solution that contains another one."""

    id = IdField()
    containing: fields.ForeignKeyRelation[Solution] = fields.ForeignKeyField(
        "consortium.Solution", on_delete=fields.RESTRICT, related_name="parts"
    )
    contained: fields.ForeignKeyRelation[Solution] = fields.ForeignKeyField(
        "consortium.Solution", on_delete=fields.RESTRICT, related_name="part_of"
    )

    class Meta:
        table = "solution_part"
        unique_together = (("containing_id", "contained_id"),)
        indexes = (Index(fields=("contained_id",), name="solution_part_contained_idx"),)


class SolutionRole(Model):
    """What a solution is in a value chain, or in one stage of it."""

    id = IdField()
    solution: fields.ForeignKeyRelation[Solution] = fields.ForeignKeyField(
        "consortium.Solution", on_delete=fields.RESTRICT, related_name="roles"
    )
    value_chain: fields.ForeignKeyRelation[ValueChain] = fields.ForeignKeyField(
        "consortium.ValueChain", on_delete=fields.RESTRICT, related_name="solutions"
    )
    stage: fields.ForeignKeyNullableRelation[ValueChainStage] = fields.ForeignKeyField(
        "consortium.ValueChainStage", null=True, on_delete=fields.RESTRICT, related_name="solutions"
    )
    role = word_field(ChainRole)
    explanation = fields.TextField()

    class Meta:
        table = "solution_role"
        indexes = (
            Index(fields=("value_chain_id",), name="solution_role_chain_idx"),
            Index(fields=("stage_id",), name="solution_role_stage_idx"),
        )


class SolutionSideEffect(Model):
    """What was found of a solution's effect on an environmental objective; the last one counts."""

    id = IdField()
    solution: fields.ForeignKeyRelation[Solution] = fields.ForeignKeyField(
        "consortium.Solution", on_delete=fields.RESTRICT, related_name="side_effects"
    )
    objective = word_field(EnvironmentalObjective)
    finding = word_field(Finding)
    explanation = fields.TextField()
    citation: fields.ForeignKeyNullableRelation[Citation] = fields.ForeignKeyField(
        "consortium.Citation", null=True, on_delete=fields.RESTRICT, related_name="side_effects"
    )
    version = fields.IntField(default=1, db_default=1)

    class Meta:
        table = "solution_side_effect"
        unique_together = (("solution_id", "objective"),)


class ReferenceScenario(Model):
    """What would be without the solution. A changed one is a new edition, never overwritten.

    Editions of one reference are one scenario; `reference` names it within its solution.
    """

    id = IdField()
    solution: fields.ForeignKeyRelation[Solution] = fields.ForeignKeyField(
        "consortium.Solution", on_delete=fields.RESTRICT, related_name="reference_scenarios"
    )
    reference: fields.Field[str] = KeyField()
    edition = fields.IntField()
    situation = word_field(Situation, max_length=30)
    basis = word_field(ReferenceBasis, max_length=30)
    # The answers that led to the situation, in their order, separated by spaces.
    path = fields.TextField()
    reason = fields.TextField()
    description = fields.TextField()
    remaining_life_years: fields.Field[object] = NumericField(null=True)
    legal_minimum = fields.TextField(default="", db_default="")
    legal_citation: fields.ForeignKeyNullableRelation[Citation] = fields.ForeignKeyField(
        "consortium.Citation", null=True, on_delete=fields.RESTRICT, related_name="legal_minima"
    )
    # The most that the law lets one unit's use emit in a year.
    legal_cap_kg_co2e: fields.Field[object] = NumericField(null=True)
    geography: fields.Field[str] = KeyField()
    valid_from = fields.DateField(null=True)
    valid_to = fields.DateField(null=True)
    citation: fields.ForeignKeyNullableRelation[Citation] = fields.ForeignKeyField(
        "consortium.Citation",
        null=True,
        on_delete=fields.RESTRICT,
        related_name="reference_scenarios",
    )
    recorded_at = fields.DatetimeField(auto_now_add=True, db_default=Now())

    class Meta:
        table = "reference_scenario"
        unique_together = (("solution_id", "reference", "edition"),)
