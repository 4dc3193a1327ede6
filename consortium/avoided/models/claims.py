# pyright: basic
"""Table of claims and what they are linked to. All masses in kg CO2e."""

from tortoise import fields
from tortoise.contrib.postgres.fields import TSVectorField
from tortoise.contrib.postgres.indexes import GinIndex
from tortoise.fields.db_defaults import Now
from tortoise.indexes import Index
from tortoise.models import Model

from consortium.avoided.rules.vocabulary import Basis, Bound, ClaimKind, RecordType
from consortium.evidence.models import Citation
from consortium.initiatives.models import Initiative
from consortium.kernel.visibility import Visibility
from consortium.organisations.models import Organisation
from consortium.storage.fields import IdField, KeyField, NumericField, word_field
from consortium.value_chains.models import ValueChain


class AvoidedClaim(Model):
    """An organisation's statement of what others avoided through it, with its source."""

    id = IdField()
    reference: fields.Field[str] = KeyField(unique=True)
    organisation: fields.ForeignKeyRelation[Organisation] = fields.ForeignKeyField(
        "consortium.Organisation", on_delete=fields.RESTRICT, related_name="claims"
    )
    basis = word_field(Basis, default=Basis.DISCLOSED, db_default="DISCLOSED")
    kind = word_field(ClaimKind)
    record_type = word_field(RecordType)
    fiscal_label: fields.Field[str] = KeyField(default="", db_default="")
    period_start = fields.DateField(null=True)
    period_end = fields.DateField(null=True)
    year = fields.IntField(null=True)
    value_kg_co2e: fields.Field[object] = NumericField(null=True)
    low_kg_co2e: fields.Field[object] = NumericField(null=True)
    high_kg_co2e: fields.Field[object] = NumericField(null=True)
    bound = word_field(Bound, default=Bound.EXACT, db_default="EXACT")
    qualifier = fields.TextField(default="", db_default="")
    as_published = fields.TextField(default="", db_default="")
    category: fields.Field[str | None] = KeyField(null=True)
    methodology = fields.TextField(null=True)
    part_of: fields.ForeignKeyNullableRelation["AvoidedClaim"] = fields.ForeignKeyField(
        "consortium.AvoidedClaim", null=True, on_delete=fields.RESTRICT, related_name="parts"
    )
    supersedes: fields.ForeignKeyNullableRelation["AvoidedClaim"] = fields.ForeignKeyField(
        "consortium.AvoidedClaim", null=True, on_delete=fields.RESTRICT, related_name="restated_by"
    )
    method_change_from: fields.ForeignKeyNullableRelation["AvoidedClaim"] = fields.ForeignKeyField(
        "consortium.AvoidedClaim", null=True, on_delete=fields.RESTRICT, related_name="continued_by"
    )
    series: fields.Field[str | None] = KeyField(null=True)
    verifier = fields.TextField(null=True)
    separate_from_parent = fields.BooleanField(default=False, db_default=False)
    quarantined = fields.BooleanField(default=False, db_default=False)
    quality = fields.TextField(default="", db_default="")
    notes = fields.TextField(default="", db_default="")
    published_on = fields.DateField(null=True)
    published_as = fields.TextField(default="", db_default="")
    known_on = fields.DateField()
    parts_kg_co2e: fields.Field[object] = NumericField(null=True)
    parts_difference_kg_co2e: fields.Field[object] = NumericField(null=True)
    visibility = word_field(Visibility, default=Visibility.PUBLIC, db_default="PUBLIC")
    citation: fields.ForeignKeyNullableRelation[Citation] = fields.ForeignKeyField(
        "consortium.Citation", null=True, on_delete=fields.RESTRICT, related_name="claims"
    )
    search_text = fields.TextField()
    search = TSVectorField(source_fields=("search_text",), config="simple", null=True)
    recorded_at = fields.DatetimeField(auto_now_add=True, db_default=Now())

    class Meta:
        table = "avoided_claim"
        indexes = (
            Index(
                fields=("organisation_id", "period_end", "id"),
                name="avoided_claim_organisation_idx",
            ),
            Index(fields=("part_of_id",), name="avoided_claim_part_of_idx"),
            Index(fields=("supersedes_id",), name="avoided_claim_supersedes_idx"),
            Index(fields=("method_change_from_id",), name="avoided_claim_method_change_idx"),
            Index(fields=("kind", "year", "id"), name="avoided_claim_kind_year_idx"),
            Index(fields=("series",), name="avoided_claim_series_idx"),
            GinIndex(fields=("search",), name="avoided_claim_search_idx"),
        )


class AvoidedClaimInitiative(Model):
    """A claim that names a shared initiative."""

    id = IdField()
    claim: fields.ForeignKeyRelation[AvoidedClaim] = fields.ForeignKeyField(
        "consortium.AvoidedClaim", on_delete=fields.CASCADE, related_name="initiative_links"
    )
    initiative: fields.ForeignKeyRelation[Initiative] = fields.ForeignKeyField(
        "consortium.Initiative", on_delete=fields.CASCADE, related_name="claim_links"
    )

    class Meta:
        table = "avoided_claim_initiative"
        unique_together = (("claim_id", "initiative_id"),)
        indexes = (
            Index(fields=("initiative_id",), name="avoided_claim_initiative_initiative_idx"),
        )


class AvoidedClaimValueChain(Model):
    """A claim whose solution acts on a value chain."""

    id = IdField()
    claim: fields.ForeignKeyRelation[AvoidedClaim] = fields.ForeignKeyField(
        "consortium.AvoidedClaim", on_delete=fields.CASCADE, related_name="value_chain_links"
    )
    value_chain: fields.ForeignKeyRelation[ValueChain] = fields.ForeignKeyField(
        "consortium.ValueChain", on_delete=fields.CASCADE, related_name="claim_links"
    )

    class Meta:
        table = "avoided_claim_value_chain"
        unique_together = (("claim_id", "value_chain_id"),)
        indexes = (Index(fields=("value_chain_id",), name="avoided_claim_value_chain_chain_idx"),)
