# pyright: basic
"""Tables of who an effect is shared among."""

from tortoise import fields
from tortoise.indexes import Index
from tortoise.models import Model

from consortium.effects.models.effects import Effect
from consortium.effects.rules.shares import (
    AllocationStatus,
    Answer,
    ContributorRole,
    PartyKind,
)
from consortium.organisations.models import Organisation
from consortium.storage.fields import IdField, KeyField, NumericField, word_field


class EffectAllocation(Model):
    """A proposal of how an effect is shared, as a whole. One of an effect at most is in force.

    Its shares are never changed: another one is proposed. `version` grows with each change of the
    status; answers of parties leave it as it is, since they change nothing that others accept.
    """

    id = IdField()
    effect: fields.ForeignKeyRelation[Effect] = fields.ForeignKeyField(
        "consortium.Effect", on_delete=fields.RESTRICT, related_name="allocations"
    )
    status = word_field(AllocationStatus)
    proposed_by: fields.ForeignKeyRelation[Organisation] = fields.ForeignKeyField(
        "consortium.Organisation", on_delete=fields.RESTRICT, related_name="allocations_proposed"
    )
    remainder_share: fields.Field[object] = NumericField()
    explanation = fields.TextField(default="", db_default="")
    proposed_on = fields.DateField()
    # The last day of its history: put in force, disputed, withdrawn or superseded.
    decided_on = fields.DateField(null=True)
    version = fields.IntField(default=1, db_default=1)

    class Meta:
        table = "effect_allocation"
        indexes = (
            Index(fields=("effect_id", "id"), name="effect_allocation_effect_idx"),
            Index(fields=("proposed_by_id",), name="effect_allocation_proposed_by_idx"),
        )


class EffectContribution(Model):
    """A party's part in an allocation; blank shares are those of joint contributors.

    Members are asked whether they accept; others are not, and have no answer.
    """

    id = IdField()
    allocation: fields.ForeignKeyRelation[EffectAllocation] = fields.ForeignKeyField(
        "consortium.EffectAllocation", on_delete=fields.RESTRICT, related_name="contributions"
    )
    position = fields.IntField()
    kind = word_field(PartyKind)
    role = word_field(ContributorRole)
    organisation: fields.ForeignKeyNullableRelation[Organisation] = fields.ForeignKeyField(
        "consortium.Organisation",
        null=True,
        on_delete=fields.RESTRICT,
        related_name="contributions",
    )
    party_name = fields.TextField(default="", db_default="")
    # By which names are compared.
    party_key: fields.Field[str] = KeyField(default="", db_default="")
    share: fields.Field[object] = NumericField(null=True)
    answer = word_field(Answer, null=True)
    reason = fields.TextField(default="", db_default="")
    answered_on = fields.DateField(null=True)

    class Meta:
        table = "effect_contribution"
        unique_together = (("allocation_id", "position"),)
        indexes = (Index(fields=("organisation_id",), name="effect_contribution_party_idx"),)
