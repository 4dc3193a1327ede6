# pyright: basic
"""The table of assurers' engagements. One that ends early keeps the days that were agreed."""

from tortoise import fields
from tortoise.fields.db_defaults import Now
from tortoise.indexes import Index
from tortoise.models import Model

from consortium.membership.rules.engagements import Coverage
from consortium.organisations.models import Organisation
from consortium.storage.fields import IdField, word_field


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
