# pyright: basic
"""Table of the disclosed claims that effects cover."""

from tortoise import fields
from tortoise.fields.db_defaults import Now
from tortoise.indexes import Index
from tortoise.models import Model

from consortium.avoided.models.claims import AvoidedClaim
from consortium.effects.models import Effect
from consortium.storage.fields import IdField


class AvoidedCover(Model):
    """A disclosed claim that an effect covers: until it is uncovered it is in no sum.

    Only its end is ever written to it.
    """

    id = IdField()
    claim: fields.ForeignKeyRelation[AvoidedClaim] = fields.ForeignKeyField(
        "consortium.AvoidedClaim", on_delete=fields.RESTRICT, related_name="covers"
    )
    effect: fields.ForeignKeyRelation[Effect] = fields.ForeignKeyField(
        "consortium.Effect", on_delete=fields.RESTRICT, related_name="covers"
    )
    reason = fields.TextField()
    covered_on = fields.DateField()
    # The first day on which it is not covered so any more.
    ended_on = fields.DateField(null=True)
    recorded_at = fields.DatetimeField(auto_now_add=True, db_default=Now())

    class Meta:
        table = "avoided_cover"
        indexes = (
            Index(fields=("claim_id", "covered_on"), name="avoided_cover_claim_idx"),
            Index(fields=("effect_id",), name="avoided_cover_effect_idx"),
        )
