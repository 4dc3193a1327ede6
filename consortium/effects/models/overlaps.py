# pyright: basic
"""Table of what reviewers decided about effects that see the same tonne."""

from tortoise import fields
from tortoise.fields.db_defaults import Now
from tortoise.indexes import Index
from tortoise.models import Model

from consortium.effects.models.effects import Effect
from consortium.effects.rules.overlaps import OverlapDecision, OverlapKind
from consortium.identity.models import Account
from consortium.storage.fields import IdField, NumericField, word_field


class EffectOverlapDecision(Model):
    """What was decided about two effects. Never changed: another decision supersedes it.

    The earlier effect is the one that was recorded first. When either was computed tells whether
    its figures have changed since.
    """

    id = IdField()
    earlier: fields.ForeignKeyRelation[Effect] = fields.ForeignKeyField(
        "consortium.Effect", on_delete=fields.RESTRICT, related_name="overlaps_earlier"
    )
    later: fields.ForeignKeyRelation[Effect] = fields.ForeignKeyField(
        "consortium.Effect", on_delete=fields.RESTRICT, related_name="overlaps_later"
    )
    # Of the pair, from 1.
    number = fields.IntField()
    kind = word_field(OverlapKind)
    decision = word_field(OverlapDecision)
    # The effect of which a part counts in the other one; blank where nothing does.
    deducted_effect: fields.ForeignKeyNullableRelation[Effect] = fields.ForeignKeyField(
        "consortium.Effect", null=True, on_delete=fields.RESTRICT, related_name="deductions"
    )
    deducted_share: fields.Field[object] = NumericField(null=True)
    reason = fields.TextField()
    # A person goes by the account alone, so that erasure leaves a pseudonym.
    account: fields.ForeignKeyNullableRelation[Account] = fields.ForeignKeyField(
        "consortium.Account", null=True, on_delete=fields.RESTRICT, related_name="overlap_decisions"
    )
    decided_on = fields.DateField()
    # It holds up to the day before.
    superseded_on = fields.DateField(null=True)
    earlier_computed_at = fields.DatetimeField()
    later_computed_at = fields.DatetimeField()
    recorded_at = fields.DatetimeField(auto_now_add=True, db_default=Now())

    class Meta:
        table = "effect_overlap_decision"
        unique_together = (("earlier_id", "later_id", "number"),)
        indexes = (
            Index(fields=("later_id",), name="effect_overlap_decision_later_idx"),
            Index(fields=("deducted_effect_id",), name="effect_overlap_decision_deducted_idx"),
            Index(fields=("account_id",), name="effect_overlap_decision_account_idx"),
        )
