# pyright: basic
"""What the consortium's profile on any day is read from. Derived by triggers, never written."""

from tortoise import fields
from tortoise.indexes import Index
from tortoise.models import Model

from consortium.storage.fields import IdField, KeyField, NumericField


class ProfileSpan(Model):
    """The days on which nothing of a member changes that the profile tells.

    Of the kind MEMBER, with sector, country and sizes of those days; of the kind STANDING, from
    joining to leaving, suspensions included. `starts_on` is 0001-01-01 where it is not known.
    """

    id = IdField()
    organisation_id = fields.BigIntField()
    kind = fields.CharField(max_length=10)
    starts_on = fields.DateField()
    ends_before = fields.DateField(null=True)
    sector: fields.Field[str | None] = KeyField(null=True)
    country = fields.CharField(max_length=2, null=True)
    revenue_amount = fields.DecimalField(max_digits=24, decimal_places=4, null=True)
    revenue_currency = fields.CharField(max_length=3, null=True)
    revenue_year = fields.IntField(null=True)
    revenue_usd: fields.Field[object] = NumericField(null=True)
    employees = fields.BigIntField(null=True)

    class Meta:
        table = "profile_span"
        indexes = (Index(fields=("organisation_id",), name="profile_span_organisation_idx"),)


class ProfileTotal(Model):
    """A node of a binary indexed tree over days: what changes from the day after one to another.

    A sum up to a day is that of the few nodes which `rules.profile.nodes_to` names. `part` is the
    sector, country and so on of the `dimension`, blank where that is not known.
    """

    id = IdField()
    dimension: fields.Field[str] = KeyField()
    node = fields.IntField()
    part: fields.Field[str] = KeyField()
    members = fields.BigIntField()
    revenue_known = fields.BigIntField()
    revenue_undated = fields.BigIntField()
    revenue_converted = fields.BigIntField()
    revenue_amount: fields.Field[object] = NumericField()
    revenue_usd: fields.Field[object] = NumericField()
    employees_known = fields.BigIntField()
    employees = fields.BigIntField()

    class Meta:
        table = "profile_total"


class ProfileStale(Model):
    """Organisations that a load changed and whose spans it computes at its end."""

    id = IdField()
    organisation_id = fields.BigIntField()

    class Meta:
        table = "profile_stale"
