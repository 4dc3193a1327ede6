# pyright: basic
"""Tables of what can be computed of a value chain: activities, what they take and what they emit.

An activity is a unit process (ISO 14040): it makes one reference product. A process with several
products is as many activities, each with its share of what the process takes and emits.
"""

from tortoise import fields
from tortoise.fields.db_defaults import Now
from tortoise.indexes import Index
from tortoise.models import Model

from consortium.evidence.models import Citation
from consortium.kernel.visibility import Visibility
from consortium.organisations.models import Organisation
from consortium.storage.fields import IdField, KeyField, NumericField, word_field
from consortium.value_chains.models.chains import ValueChain, ValueChainStage
from consortium.value_chains.rules.vocabulary import ChainVersionStatus


class ChainVersion(Model):
    """A value chain as somebody models it: a draft until it is published, and then never changed.

    A copy of a version is a scenario, or the next edition.
    """

    id = IdField()
    value_chain: fields.ForeignKeyRelation[ValueChain] = fields.ForeignKeyField(
        "consortium.ValueChain", on_delete=fields.RESTRICT, related_name="versions"
    )
    organisation: fields.ForeignKeyRelation[Organisation] = fields.ForeignKeyField(
        "consortium.Organisation", on_delete=fields.RESTRICT, related_name="chain_versions"
    )
    reference: fields.Field[str] = KeyField()
    title = fields.TextField()
    status = word_field(ChainVersionStatus, default=ChainVersionStatus.DRAFT, db_default="DRAFT")
    visibility = word_field(Visibility, default=Visibility.PRIVATE, db_default="PRIVATE")
    copied_from: fields.ForeignKeyNullableRelation["ChainVersion"] = fields.ForeignKeyField(
        "consortium.ChainVersion", null=True, on_delete=fields.RESTRICT, related_name="copies"
    )
    citation: fields.ForeignKeyNullableRelation[Citation] = fields.ForeignKeyField(
        "consortium.Citation", null=True, on_delete=fields.RESTRICT, related_name="chain_versions"
    )
    # Counts the changes.
    version = fields.IntField(default=1, db_default=1)
    recorded_at = fields.DatetimeField(auto_now_add=True, db_default=Now())
    published_on = fields.DateField(null=True)

    class Meta:
        table = "chain_version"
        unique_together = (("organisation_id", "reference"),)
        indexes = (
            Index(fields=("value_chain_id", "id"), name="chain_version_chain_idx"),
            Index(fields=("copied_from_id",), name="chain_version_copied_from_idx"),
        )


class Activity(Model):
    """What makes `output` of a product, in its unit; `share` of the process is this product's."""

    id = IdField()
    chain_version: fields.ForeignKeyRelation[ChainVersion] = fields.ForeignKeyField(
        "consortium.ChainVersion", on_delete=fields.RESTRICT, related_name="activities"
    )
    code: fields.Field[str] = KeyField()
    # Activities with the same one are the products of one process; its own code of a single one.
    process: fields.Field[str] = KeyField()
    name = fields.TextField()
    product = fields.TextField()
    unit = fields.TextField()
    output: fields.Field[object] = NumericField()
    share: fields.Field[object] = NumericField(default=1, db_default=1)
    organisation: fields.ForeignKeyNullableRelation[Organisation] = fields.ForeignKeyField(
        "consortium.Organisation", null=True, on_delete=fields.RESTRICT, related_name="activities"
    )
    stage: fields.ForeignKeyNullableRelation[ValueChainStage] = fields.ForeignKeyField(
        "consortium.ValueChainStage",
        null=True,
        on_delete=fields.RESTRICT,
        related_name="activities",
    )
    geography: fields.Field[str | None] = KeyField(null=True)
    period_start = fields.DateField(null=True)
    period_end = fields.DateField(null=True)
    citation: fields.ForeignKeyNullableRelation[Citation] = fields.ForeignKeyField(
        "consortium.Citation", null=True, on_delete=fields.RESTRICT, related_name="activities"
    )
    # That stands for all that it takes and emits; of whoever keeps footprints.
    footprint_id = fields.BigIntField(null=True)

    class Meta:
        table = "activity"
        unique_together = (("chain_version_id", "code"), ("chain_version_id", "id"))
        indexes = (
            Index(fields=("chain_version_id", "process"), name="activity_process_idx"),
            Index(fields=("organisation_id",), name="activity_organisation_idx"),
            Index(fields=("stage_id",), name="activity_stage_idx"),
            Index(fields=("footprint_id",), name="activity_footprint_idx"),
        )


class ActivityExchange(Model):
    """What an activity takes of another's product, for all that its process makes.

    `amount` is in the unit of the supplier's product, whatever was stated; below 0 it is given.
    """

    id = IdField()
    # That of both activities: the keys are theirs with it.
    chain_version_id = fields.BigIntField()
    consumer_id = fields.BigIntField()
    supplier_id = fields.BigIntField()
    amount: fields.Field[object] = NumericField()
    stated_amount: fields.Field[object] = NumericField()
    stated_unit = fields.TextField()
    # Half the 95 % interval as a fraction of the amount.
    uncertainty: fields.Field[object] = NumericField(null=True)
    # Amounts with the same one err together, in this version and in others.
    error_source: fields.Field[str | None] = KeyField(null=True)
    citation: fields.ForeignKeyNullableRelation[Citation] = fields.ForeignKeyField(
        "consortium.Citation", null=True, on_delete=fields.RESTRICT, related_name="exchanges"
    )

    class Meta:
        table = "activity_exchange"
        indexes = (
            Index(fields=("chain_version_id",), name="activity_exchange_version_idx"),
            Index(fields=("consumer_id", "id"), name="activity_exchange_consumer_idx"),
            Index(fields=("supplier_id", "id"), name="activity_exchange_supplier_idx"),
        )


class ActivityEmission(Model):
    """What a process emits of a gas itself, in kg, for all that it makes; below 0 it takes up."""

    id = IdField()
    # That of the activity: the key is its with it.
    chain_version_id = fields.BigIntField()
    activity_id = fields.BigIntField()
    gas: fields.Field[str] = KeyField()
    mass_kg: fields.Field[object] = NumericField()
    uncertainty: fields.Field[object] = NumericField(null=True)
    error_source: fields.Field[str | None] = KeyField(null=True)

    class Meta:
        table = "activity_emission"
        unique_together = (("activity_id", "gas"),)
        indexes = (Index(fields=("chain_version_id",), name="activity_emission_version_idx"),)
