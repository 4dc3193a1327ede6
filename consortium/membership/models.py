# pyright: basic
"""Table of memberships; a change of status is a new row, never an overwritten one."""

from tortoise import fields
from tortoise.fields.db_defaults import Now
from tortoise.indexes import Index
from tortoise.models import Model

from consortium.evidence.models import Citation
from consortium.membership.rules import MembershipStatus
from consortium.organisations.models import Organisation
from consortium.storage.fields import IdField, word_field

EXTRA_CONSTRAINTS = ("membership_dates_ordered", "membership_one_at_a_time")


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
