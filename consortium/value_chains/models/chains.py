# pyright: basic
"""Tables of value chains, their stages and who takes part in them."""

from tortoise import fields
from tortoise.indexes import Index
from tortoise.models import Model

from consortium.evidence.models import Citation
from consortium.organisations.models import Organisation
from consortium.storage.fields import IdField, KeyField


class ValueChain(Model):
    """A chain of activities that ends in a product or service."""

    id = IdField()
    name = fields.TextField()
    name_key: fields.Field[str] = KeyField(unique=True)
    description = fields.TextField(default="", db_default="")
    citation: fields.ForeignKeyNullableRelation[Citation] = fields.ForeignKeyField(
        "consortium.Citation", null=True, on_delete=fields.RESTRICT, related_name="value_chains"
    )

    class Meta:
        table = "value_chain"


class ValueChainStage(Model):
    """A step of a chain; `downstream` is the step that it supplies, none for the last."""

    id = IdField()
    value_chain: fields.ForeignKeyRelation[ValueChain] = fields.ForeignKeyField(
        "consortium.ValueChain", on_delete=fields.CASCADE, related_name="stages"
    )
    name = fields.TextField()
    name_key: fields.Field[str] = KeyField()
    position = fields.IntField()
    downstream: fields.ForeignKeyNullableRelation["ValueChainStage"] = fields.ForeignKeyField(
        "consortium.ValueChainStage", null=True, on_delete=fields.NO_ACTION, related_name="upstream"
    )

    class Meta:
        table = "value_chain_stage"
        unique_together = (("value_chain_id", "name"),)
        indexes = (
            Index(fields=("value_chain_id", "position", "id"), name="value_chain_stage_chain_idx"),
            Index(fields=("downstream_id",), name="value_chain_stage_downstream_idx"),
        )


class ValueChainParticipant(Model):
    """An organisation in a stage, in one role."""

    id = IdField()
    stage: fields.ForeignKeyRelation[ValueChainStage] = fields.ForeignKeyField(
        "consortium.ValueChainStage", on_delete=fields.CASCADE, related_name="participants"
    )
    organisation: fields.ForeignKeyRelation[Organisation] = fields.ForeignKeyField(
        "consortium.Organisation", on_delete=fields.RESTRICT, related_name="stages"
    )
    role = fields.TextField(default="", db_default="")
    starts_on = fields.DateField(null=True)
    ends_on = fields.DateField(null=True)

    class Meta:
        table = "value_chain_participant"
        unique_together = (("stage_id", "organisation_id", "role"),)
        indexes = (
            Index(fields=("organisation_id",), name="value_chain_participant_organisation_idx"),
        )
