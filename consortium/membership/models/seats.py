# pyright: basic
"""The table of seats that the secretariat set: a row for each decision, never changed."""

from tortoise import fields
from tortoise.fields.db_defaults import Now
from tortoise.indexes import Index
from tortoise.models import Model

from consortium.organisations.models import Organisation
from consortium.storage.fields import IdField


class OrganisationSeats(Model):
    """How many people an organisation may have from a day on; blank: as its tier says.

    The latest day that has come holds, and of several rows of that day the last.
    """

    id = IdField()
    organisation: fields.ForeignKeyRelation[Organisation] = fields.ForeignKeyField(
        "consortium.Organisation", on_delete=fields.RESTRICT, related_name="seats"
    )
    seats = fields.IntField(null=True)
    starts_on = fields.DateField()
    reason = fields.TextField(default="", db_default="")
    recorded_at = fields.DatetimeField(auto_now_add=True, db_default=Now())

    class Meta:
        table = "organisation_seats"
        indexes = (
            Index(fields=("organisation_id", "starts_on"), name="organisation_seats_day_idx"),
        )
