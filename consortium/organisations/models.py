# pyright: basic
"""Tables of organisations, their aliases and the dated relations between them."""

from tortoise import fields
from tortoise.contrib.postgres.fields import TSVectorField
from tortoise.contrib.postgres.indexes import GinIndex
from tortoise.fields.db_defaults import Now
from tortoise.indexes import Index
from tortoise.models import Model

from consortium.evidence.models import Citation
from consortium.organisations.rules import ParentageRelation
from consortium.storage.fields import IdField, KeyField, NumericField, word_field

EXTRA_CONSTRAINTS = (
    "organisation_revenue_whole",
    "organisation_sizes_positive",
    "organisation_period_dates_ordered",
    "organisation_period_one_at_a_time",
    "parentage_not_itself",
    "parentage_equity_share_range",
    "parentage_dates_ordered",
    "parentage_one_controller",
)


class Organisation(Model):
    """A company or another organisation; sizes are as last published, blank when not found."""

    id = IdField()
    name = fields.TextField()
    name_key: fields.Field[str] = KeyField(unique=True)
    country = fields.CharField(max_length=2, null=True)
    sector: fields.Field[str | None] = KeyField(null=True)
    lei = fields.CharField(max_length=20, null=True, unique=True)
    revenue_amount = fields.DecimalField(max_digits=24, decimal_places=4, null=True)
    revenue_currency = fields.CharField(max_length=3, null=True)
    revenue_year = fields.IntField(null=True)
    employees = fields.BigIntField(null=True)
    employees_year = fields.IntField(null=True)
    size_citation: fields.ForeignKeyNullableRelation[Citation] = fields.ForeignKeyField(
        "consortium.Citation", null=True, on_delete=fields.RESTRICT, related_name="sized"
    )
    citation: fields.ForeignKeyNullableRelation[Citation] = fields.ForeignKeyField(
        "consortium.Citation", null=True, on_delete=fields.RESTRICT, related_name="organisations"
    )
    notes = fields.TextField(default="", db_default="")
    # Recorded twice: the organisation that it is one and the same with, which holds its rows now.
    merged_into: fields.ForeignKeyNullableRelation["Organisation"] = fields.ForeignKeyField(
        "consortium.Organisation", null=True, on_delete=fields.RESTRICT, related_name="merged"
    )
    search_text = fields.TextField()
    search = TSVectorField(source_fields=("search_text",), config="simple", null=True)
    recorded_at = fields.DatetimeField(auto_now_add=True, db_default=Now())

    class Meta:
        table = "organisation"
        indexes = (
            Index(fields=("country",), name="organisation_country_idx"),
            Index(fields=("sector",), name="organisation_sector_idx"),
            GinIndex(fields=("search",), name="organisation_search_idx"),
            Index(fields=("merged_into_id",), name="organisation_merged_into_idx"),
        )


class OrganisationPeriod(Model):
    """What an organisation was called and where and what it was before it changed.

    Both days are included; the first period has no first day, and each follows the one before.
    Since the last one ended the organisation is what its own row says.
    """

    id = IdField()
    organisation: fields.ForeignKeyRelation[Organisation] = fields.ForeignKeyField(
        "consortium.Organisation", on_delete=fields.CASCADE, related_name="periods"
    )
    starts_on = fields.DateField(null=True)
    ends_on = fields.DateField()
    name = fields.TextField()
    country = fields.CharField(max_length=2, null=True)
    sector: fields.Field[str | None] = KeyField(null=True)
    # Of the change that ended it.
    citation: fields.ForeignKeyNullableRelation[Citation] = fields.ForeignKeyField(
        "consortium.Citation", null=True, on_delete=fields.RESTRICT, related_name="changes"
    )

    class Meta:
        table = "organisation_period"
        indexes = (Index(fields=("organisation_id",), name="organisation_period_organisation_idx"),)


class OrganisationAlias(Model):
    """Another name of an organisation; no two organisations share one."""

    id = IdField()
    organisation: fields.ForeignKeyRelation[Organisation] = fields.ForeignKeyField(
        "consortium.Organisation", on_delete=fields.CASCADE, related_name="aliases"
    )
    name = fields.TextField()
    name_key: fields.Field[str] = KeyField(unique=True)

    class Meta:
        table = "organisation_alias"
        indexes = (Index(fields=("organisation_id",), name="organisation_alias_organisation_idx"),)


class Parentage(Model):
    """From one day to another, one organisation belongs to another; both days are included."""

    id = IdField()
    child: fields.ForeignKeyRelation[Organisation] = fields.ForeignKeyField(
        "consortium.Organisation", on_delete=fields.RESTRICT, related_name="parents"
    )
    parent: fields.ForeignKeyRelation[Organisation] = fields.ForeignKeyField(
        "consortium.Organisation", on_delete=fields.RESTRICT, related_name="children"
    )
    relation = word_field(ParentageRelation)
    equity_share: fields.Field[object] = NumericField(null=True)
    starts_on = fields.DateField(null=True)
    ends_on = fields.DateField(null=True)
    citation: fields.ForeignKeyNullableRelation[Citation] = fields.ForeignKeyField(
        "consortium.Citation", null=True, on_delete=fields.RESTRICT, related_name="parentages"
    )
    notes = fields.TextField(default="", db_default="")

    class Meta:
        table = "parentage"
        indexes = (
            Index(fields=("child_id",), name="parentage_child_idx"),
            Index(fields=("parent_id",), name="parentage_parent_idx"),
        )
