# pyright: basic
"""Tables of memberships and of the decisions that made them."""

from tortoise import fields
from tortoise.fields.db_defaults import Now
from tortoise.indexes import Index
from tortoise.models import Model

from consortium.evidence.models import Citation
from consortium.identity.models import Account
from consortium.membership.rules.transitions import MembershipStatus, Step
from consortium.organisations.models import Organisation
from consortium.storage.fields import IdField, word_field


class Membership(Model):
    """The status of an organisation from one day to another, both included.

    How it is known today, planned days too; what was decided when is in `MembershipDecision`.
    """

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


class MembershipDecision(Model):
    """A step that was decided, from when it takes effect, by whom and why. Never changed."""

    id = IdField()
    organisation: fields.ForeignKeyRelation[Organisation] = fields.ForeignKeyField(
        "consortium.Organisation", on_delete=fields.RESTRICT, related_name="membership_decisions"
    )
    step = word_field(Step)
    before = word_field(MembershipStatus, null=True)
    after = word_field(MembershipStatus)
    effective_on = fields.DateField()
    deadline = fields.DateField(null=True)
    reason = fields.TextField(default="", db_default="")
    account: fields.ForeignKeyNullableRelation[Account] = fields.ForeignKeyField(
        "consortium.Account", null=True, on_delete=fields.RESTRICT, related_name="decisions"
    )
    decided_at = fields.DatetimeField(auto_now_add=True, db_default=Now())

    class Meta:
        table = "membership_decision"
        indexes = (
            Index(fields=("organisation_id", "id"), name="membership_decision_organisation_idx"),
        )


class MembershipTransition(Model):
    """What may follow what: a copy of the rules' table, which the triggers read."""

    id = IdField()
    subject = fields.CharField(max_length=20)
    before = fields.CharField(max_length=20, null=True)
    after = fields.CharField(max_length=20)

    class Meta:
        table = "membership_transition"
