# pyright: basic
"""Tables of initiatives, their participants and targets, and the chains they act on."""

from tortoise import fields
from tortoise.contrib.postgres.fields import TSVectorField
from tortoise.contrib.postgres.indexes import GinIndex
from tortoise.indexes import Index
from tortoise.models import Model

from consortium.evidence.models import Citation
from consortium.initiatives.rules import InitiativeRole
from consortium.organisations.models import Organisation
from consortium.storage.fields import IdField, KeyField, NumericField, word_field
from consortium.value_chains.models import ValueChain, ValueChainStage

EXTRA_CONSTRAINTS = (
    "initiative_participant_dates_ordered",
    "initiative_participant_key",
    "initiative_target_finite",
    "value_chain_initiative_key",
)


class Initiative(Model):
    """A piece of work that several organisations share."""

    id = IdField()
    name = fields.TextField()
    name_key: fields.Field[str] = KeyField(unique=True)
    convenor = fields.TextField(null=True)
    start_year = fields.IntField(null=True)
    description = fields.TextField(default="", db_default="")
    facts = fields.TextField(default="", db_default="")
    participants_as_published = fields.TextField(default="", db_default="")
    participants_as_of = fields.TextField(default="", db_default="")
    citation: fields.ForeignKeyNullableRelation[Citation] = fields.ForeignKeyField(
        "consortium.Citation", null=True, on_delete=fields.RESTRICT, related_name="initiatives"
    )
    search_text = fields.TextField()
    search = TSVectorField(source_fields=("search_text",), config="simple", null=True)

    class Meta:
        table = "initiative"
        indexes = (GinIndex(fields=("search",), name="initiative_search_idx"),)


class InitiativeParticipant(Model):
    """A named participant; `organisation` is blank when the name matches none."""

    id = IdField()
    initiative: fields.ForeignKeyRelation[Initiative] = fields.ForeignKeyField(
        "consortium.Initiative", on_delete=fields.CASCADE, related_name="participants"
    )
    organisation: fields.ForeignKeyNullableRelation[Organisation] = fields.ForeignKeyField(
        "consortium.Organisation", null=True, on_delete=fields.RESTRICT, related_name="initiatives"
    )
    name = fields.TextField()
    name_key: fields.Field[str] = KeyField()
    role = word_field(InitiativeRole, default=InitiativeRole.PARTICIPANT, db_default="PARTICIPANT")
    as_of = fields.TextField(default="", db_default="")
    starts_on = fields.DateField(null=True)
    ends_on = fields.DateField(null=True)

    class Meta:
        table = "initiative_participant"
        indexes = (
            Index(fields=("organisation_id",), name="initiative_participant_organisation_idx"),
        )


class InitiativeTarget(Model):
    """What an initiative wants to reach; the mass in kg CO2e where one is stated."""

    id = IdField()
    initiative: fields.ForeignKeyRelation[Initiative] = fields.ForeignKeyField(
        "consortium.Initiative", on_delete=fields.CASCADE, related_name="targets"
    )
    description = fields.TextField()
    target_year = fields.IntField(null=True)
    quantity_kg_co2e: fields.Field[object] = NumericField(null=True)
    citation: fields.ForeignKeyNullableRelation[Citation] = fields.ForeignKeyField(
        "consortium.Citation", null=True, on_delete=fields.RESTRICT, related_name="targets"
    )

    class Meta:
        table = "initiative_target"
        unique_together = (("initiative_id", "description"),)


class ValueChainInitiative(Model):
    """An initiative that acts on a chain, on one of its stages where that is known."""

    id = IdField()
    value_chain: fields.ForeignKeyRelation[ValueChain] = fields.ForeignKeyField(
        "consortium.ValueChain", on_delete=fields.CASCADE, related_name="initiatives"
    )
    initiative: fields.ForeignKeyRelation[Initiative] = fields.ForeignKeyField(
        "consortium.Initiative", on_delete=fields.CASCADE, related_name="value_chains"
    )
    stage: fields.ForeignKeyNullableRelation[ValueChainStage] = fields.ForeignKeyField(
        "consortium.ValueChainStage",
        null=True,
        on_delete=fields.CASCADE,
        related_name="initiatives",
    )
    note = fields.TextField(default="", db_default="")

    class Meta:
        table = "value_chain_initiative"
        indexes = (
            Index(fields=("initiative_id",), name="value_chain_initiative_initiative_idx"),
            Index(fields=("stage_id",), name="value_chain_initiative_stage_idx"),
        )
