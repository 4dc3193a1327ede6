# pyright: basic
"""Tables of memberships and of assurers' engagements.

A change of status is a new row, never an overwritten one; an engagement that ends early keeps the
days that were agreed.
"""

from tortoise import fields
from tortoise.fields.db_defaults import Now
from tortoise.indexes import Index
from tortoise.models import Model

from consortium.evidence.models import Citation
from consortium.membership.rules import Coverage, MembershipStatus
from consortium.organisations.models import Organisation
from consortium.storage.fields import IdField, word_field

EXTRA_CONSTRAINTS = (
    "membership_dates_ordered",
    "membership_one_at_a_time",
    "engagement_dates_ordered",
    "engagement_of_another",
)


class Membership(Model):
    """The status of an organisation from one day to another, both included."""

    id = IdField()
    organisation: fields.ForeignKeyRelation[Organisation] = fields.ForeignKeyField(
        "consortium.Organisation", on_delete=fields.RESTRICT, related_name="memberships"
    )
    status = word_field(MembershipStatus)
    starts_on = fields.DateField(null=True)
    ends_on = fields.DateField(null=True)
    evidence_as_of = fields.TextField(default="", db_default="")
    citation: fields.ForeignKeyNullableRelation[Citation] = fields.ForeignKeyField(
        "consortium.Citation", null=True, on_delete=fields.RESTRICT, related_name="memberships"
    )
    notes = fields.TextField(default="", db_default="")
    recorded_at = fields.DatetimeField(auto_now_add=True, db_default=Now())

    class Meta:
        table = "membership"
        indexes = (
            Index(fields=("organisation_id",), name="membership_organisation_idx"),
            Index(fields=("status", "organisation_id"), name="membership_status_idx"),
        )


class Engagement(Model):
    """An assurer at work for a client from the first day to the last, both included.

    While it holds, the assurer's engineers see the client's figures that it covers, private ones
    too. `ended_at` takes that back at once.
    """

    id = IdField()
    assurer: fields.ForeignKeyRelation[Organisation] = fields.ForeignKeyField(
        "consortium.Organisation", on_delete=fields.RESTRICT, related_name="assurances"
    )
    client: fields.ForeignKeyRelation[Organisation] = fields.ForeignKeyField(
        "consortium.Organisation", on_delete=fields.RESTRICT, related_name="engagements"
    )
    covers = word_field(Coverage)
    starts_on = fields.DateField()
    ends_on = fields.DateField()
    created_at = fields.DatetimeField(auto_now_add=True, db_default=Now())
    ended_at = fields.DatetimeField(null=True)

    class Meta:
        table = "engagement"
        indexes = (
            Index(fields=("assurer_id", "client_id"), name="engagement_assurer_idx"),
            Index(fields=("client_id",), name="engagement_client_idx"),
        )
