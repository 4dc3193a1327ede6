# pyright: basic
"""How each claim stands in the sums, and the sums. Derived, in the transaction that writes."""

from tortoise import fields
from tortoise.contrib.postgres.indexes import GinIndex
from tortoise.indexes import Index
from tortoise.models import Model

from consortium.avoided.models.claims import AvoidedClaim
from consortium.avoided.rules.vocabulary import Basis, Bound, ClaimKind, LeftOutReason
from consortium.storage.fields import IdArrayField, IdField, KeyField, NumericField, word_field


class AvoidedStanding(Model):
    """One outcome for one claim, one class of readers and one interval of knowledge.

    A reason means that it is left out; see `consortium.avoided.rules.standings`. Only the claim
    is a foreign key: the rest is copied from rows that hold theirs, a million at a time.
    """

    id = IdField()
    claim: fields.ForeignKeyRelation[AvoidedClaim] = fields.ForeignKeyField(
        "consortium.AvoidedClaim", on_delete=fields.CASCADE, related_name="standings"
    )
    organisation_id = fields.BigIntField()
    group_id = fields.BigIntField()
    sector: fields.Field[str | None] = KeyField(null=True)
    country = fields.CharField(max_length=2, null=True)
    category: fields.Field[str | None] = KeyField(null=True)
    kind = word_field(ClaimKind)
    basis = word_field(Basis)
    since = fields.DateField(null=True)
    series_key: fields.Field[str] = KeyField(default="", db_default="")
    year = fields.IntField(null=True)
    fiscal_label: fields.Field[str] = KeyField(default="", db_default="")
    verified = fields.BooleanField()
    reason = word_field(LeftOutReason, max_length=40, null=True)
    because_id = fields.BigIntField(null=True)
    view = fields.SmallIntField()
    divides = fields.IntField()
    not_broken_down = fields.BooleanField()
    shadowed_by: fields.Field[list[int] | None] = IdArrayField(null=True)
    audience = fields.SmallIntField()
    value_kg_co2e: fields.Field[object] = NumericField(null=True)
    low_kg_co2e: fields.Field[object] = NumericField(null=True)
    high_kg_co2e: fields.Field[object] = NumericField(null=True)
    bound = word_field(Bound)
    known_from = fields.DateField()
    known_to = fields.DateField(null=True)
    counts_now = fields.BooleanField()

    class Meta:
        table = "avoided_standing"
        indexes = (
            Index(fields=("claim_id",), name="avoided_standing_claim_idx"),
            Index(
                fields=("organisation_id", "kind", "year", "id"), name="avoided_standing_member_idx"
            ),
            Index(fields=("category",), name="avoided_standing_category_idx"),
            Index(fields=("group_id",), name="avoided_standing_group_idx"),
            GinIndex(fields=("shadowed_by",), name="avoided_standing_shadowed_idx"),
        )


class AvoidedTotal(Model):
    """A sum that is kept ready: what counts now, by one of the usual groupings.

    For everyone of the audience where `owner_id` is 0; else what the view of that organisation
    adds to it and takes away.
    """

    id = IdField()
    grouping = fields.IntField()
    kind = word_field(ClaimKind)
    since = fields.DateField(null=True)
    series_key: fields.Field[str] = KeyField()
    year = fields.IntField(null=True)
    fiscal_label: fields.Field[str | None] = KeyField(null=True)
    organisation_id = fields.BigIntField(null=True)
    group_id = fields.BigIntField(null=True)
    sector: fields.Field[str | None] = KeyField(null=True)
    country = fields.CharField(max_length=2, null=True)
    category: fields.Field[str | None] = KeyField(null=True)
    not_broken_down = fields.BooleanField()
    initiative_id = fields.BigIntField(null=True)
    value_chain_id = fields.BigIntField(null=True)
    verified = fields.BooleanField(null=True)
    audience = fields.SmallIntField()
    claims = fields.BigIntField()
    value_kg_co2e: fields.Field[object] = NumericField()
    value_count = fields.BigIntField()
    low_kg_co2e: fields.Field[object] = NumericField()
    low_count = fields.BigIntField()
    high_kg_co2e: fields.Field[object] = NumericField()
    high_count = fields.BigIntField()
    verified_kg_co2e: fields.Field[object] = NumericField()
    at_least = fields.BigIntField()
    approximate = fields.BigIntField()
    owner_id = fields.BigIntField(default=0, db_default=0)

    class Meta:
        table = "avoided_total"


class AvoidedTotalState(Model):
    """The days on which the kept sums are right: from the last change to the next known one."""

    id = IdField()
    valid_from = fields.DateField()
    valid_until = fields.DateField(null=True)

    class Meta:
        table = "avoided_total_state"


class AvoidedStale(Model):
    """Organisations whose group changed and whose standings were not recomputed yet."""

    id = IdField()
    organisation_id = fields.BigIntField()

    class Meta:
        table = "avoided_stale"
