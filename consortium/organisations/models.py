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
    "exchange_rate_key",
    "exchange_rate_not_of_itself",
    "exchange_rate_positive",
    "exchange_rate_year_possible",
    "organisation_size_key",
    "organisation_size_positive",
    "organisation_size_revenue_whole",
    "organisation_size_states_something",
    "organisation_size_year_possible",
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
    """A company or another organisation.

    Its sizes are the latest of `OrganisationSize`, which keeps them: blank when not found.
    """

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


class OrganisationSize(Model):
    """Revenue and employees of an organisation in one year, or of a year that is not stated.

    The latest of each are repeated in the organisation's own row, by triggers.
    """

    id = IdField()
    organisation: fields.ForeignKeyRelation[Organisation] = fields.ForeignKeyField(
        "consortium.Organisation", on_delete=fields.CASCADE, related_name="sizes"
    )
    year = fields.IntField(null=True)
    revenue_amount = fields.DecimalField(max_digits=24, decimal_places=4, null=True)
    revenue_currency = fields.CharField(max_length=3, null=True)
    employees = fields.BigIntField(null=True)
    citation: fields.ForeignKeyNullableRelation[Citation] = fields.ForeignKeyField(
        "consortium.Citation", null=True, on_delete=fields.RESTRICT, related_name="sizes"
    )
    recorded_at = fields.DatetimeField(auto_now_add=True, db_default=Now())

    class Meta:
        table = "organisation_size"
        indexes = (
            Index(fields=("revenue_currency", "year"), name="organisation_size_currency_idx"),
        )


class ExchangeRate(Model):
    """Units of a currency for one US dollar, on average over a calendar year."""

    id = IdField()
    currency = fields.CharField(max_length=3)
    year = fields.IntField()
    per_usd: fields.Field[object] = NumericField()
    citation: fields.ForeignKeyNullableRelation[Citation] = fields.ForeignKeyField(
        "consortium.Citation", null=True, on_delete=fields.RESTRICT, related_name="exchange_rates"
    )

    class Meta:
        table = "exchange_rate"


class CountryRegion(Model):
    """The region that a country lies in: a copy of `kernel.regions`, which the triggers read."""

    id = IdField()
    country = fields.CharField(max_length=2, unique=True)
    region = fields.CharField(max_length=20)

    class Meta:
        table = "country_region"


class OrganisationBeginning(Model):
    """How a word of an organisation begins; triggers keep it. Found so, rows come by their names.

    No foreign key: whatever else names an organisation moves when records are merged.
    """

    id = IdField()
    beginning: fields.Field[str] = KeyField()
    name_key: fields.Field[str] = KeyField()
    row_id = fields.BigIntField()

    class Meta:
        table = "organisation_beginning"
        unique_together = (("beginning", "name_key", "row_id"),)
        indexes = (Index(fields=("row_id",), name="organisation_beginning_row_idx"),)


RIGHTS = {"country_region": "SELECT"}
UNWATCHED = {
    "country_region": "a copy of the UN's list, which migrations write",
    "organisation_beginning": "made of the names",
}
