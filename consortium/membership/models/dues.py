# pyright: basic
"""Tables of dues: tiers of a year, invoices, what is booked on them, and what followed."""

from tortoise import fields
from tortoise.fields.db_defaults import Now
from tortoise.indexes import Index
from tortoise.models import Model

from consortium.identity.models import Account
from consortium.membership.models.memberships import MembershipDecision
from consortium.membership.rules.invoices import EntryKind
from consortium.membership.rules.reminders import Level
from consortium.organisations.models import Organisation
from consortium.storage.fields import IdField, KeyField, NumericField, word_field


class DuesYear(Model):
    """A year of dues: the currency of its bands of revenue, and the one of its prices."""

    id = IdField()
    year = fields.IntField(unique=True)
    revenue_currency = fields.CharField(max_length=3)
    currency = fields.CharField(max_length=3)
    # Grows with each change of the year's tiers.
    version = fields.IntField(default=1, db_default=1)

    class Meta:
        table = "dues_year"


class Tier(Model):
    """What members of a band of revenue owe in a year, and how many people they may have in it.

    A band has its lower end and not its upper one; the bands of a year leave nothing out.
    """

    id = IdField()
    year = fields.IntField()
    name: fields.Field[str] = KeyField()
    revenue_from: fields.Field[object] = NumericField()
    revenue_to: fields.Field[object] = NumericField(null=True)
    price: fields.Field[object] = NumericField()
    # None: no limit.
    seats = fields.IntField(null=True)

    class Meta:
        table = "tier"
        unique_together = (("year", "name"),)


class TierAssignment(Model):
    """The tier that the secretariat gave to an organisation whose revenue decides nothing."""

    id = IdField()
    organisation: fields.ForeignKeyRelation[Organisation] = fields.ForeignKeyField(
        "consortium.Organisation", on_delete=fields.RESTRICT, related_name="tier_assignments"
    )
    year = fields.IntField()
    tier: fields.ForeignKeyRelation[Tier] = fields.ForeignKeyField(
        "consortium.Tier", on_delete=fields.RESTRICT, related_name="assignments"
    )
    reason = fields.TextField()
    account: fields.ForeignKeyNullableRelation[Account] = fields.ForeignKeyField(
        "consortium.Account", null=True, on_delete=fields.RESTRICT, related_name="tiers_assigned"
    )
    version = fields.IntField(default=1, db_default=1)
    assigned_at = fields.DatetimeField(auto_now_add=True, db_default=Now())

    class Meta:
        table = "tier_assignment"
        unique_together = (("organisation_id", "year"),)
        indexes = (Index(fields=("tier_id",), name="tier_assignment_tier_idx"),)


class Invoice(Model):
    """What an organisation owes for a year. Never deleted; numbers have no gaps.

    `paid` (refunds taken off) and `credited` are sums of its entries, which triggers keep.
    """

    id = IdField()
    number: fields.Field[str] = KeyField(unique=True)
    # ISO 11649.
    reference: fields.Field[str] = KeyField(unique=True)
    year = fields.IntField()
    sequence = fields.IntField()
    organisation: fields.ForeignKeyRelation[Organisation] = fields.ForeignKeyField(
        "consortium.Organisation", on_delete=fields.RESTRICT, related_name="invoices"
    )
    tier: fields.ForeignKeyRelation[Tier] = fields.ForeignKeyField(
        "consortium.Tier", on_delete=fields.RESTRICT, related_name="invoices"
    )
    months = fields.IntField()
    amount: fields.Field[object] = NumericField()
    currency = fields.CharField(max_length=3)
    issued_on = fields.DateField()
    due_on = fields.DateField()
    paid: fields.Field[object] = NumericField(default=0, db_default=0)
    credited: fields.Field[object] = NumericField(default=0, db_default=0)

    class Meta:
        table = "invoice"
        unique_together = (("year", "sequence"),)
        indexes = (
            Index(fields=("organisation_id", "year"), name="invoice_organisation_idx"),
            Index(fields=("tier_id",), name="invoice_tier_idx"),
            Index(fields=("due_on",), name="invoice_due_idx"),
        )


class InvoiceEntry(Model):
    """A payment, a credit or a refund. Never changed; the bank's reference is booked once."""

    id = IdField()
    invoice: fields.ForeignKeyRelation[Invoice] = fields.ForeignKeyField(
        "consortium.Invoice", on_delete=fields.RESTRICT, related_name="entries"
    )
    kind = word_field(EntryKind)
    amount: fields.Field[object] = NumericField()
    booked_on = fields.DateField()
    bank_reference: fields.Field[str | None] = KeyField(null=True)
    reason = fields.TextField(default="", db_default="")
    account: fields.ForeignKeyNullableRelation[Account] = fields.ForeignKeyField(
        "consortium.Account", null=True, on_delete=fields.RESTRICT, related_name="booked"
    )
    recorded_at = fields.DatetimeField(auto_now_add=True, db_default=Now())

    class Meta:
        table = "invoice_entry"
        indexes = (Index(fields=("invoice_id", "id"), name="invoice_entry_invoice_idx"),)


class InvoiceReminder(Model):
    """What followed since an invoice was not paid: each level once."""

    id = IdField()
    invoice: fields.ForeignKeyRelation[Invoice] = fields.ForeignKeyField(
        "consortium.Invoice", on_delete=fields.RESTRICT, related_name="reminders"
    )
    level = word_field(Level)
    sent_on = fields.DateField()
    # To how many people.
    mails = fields.IntField()
    # Where the membership was suspended.
    decision: fields.ForeignKeyNullableRelation[MembershipDecision] = fields.ForeignKeyField(
        "consortium.MembershipDecision",
        null=True,
        on_delete=fields.RESTRICT,
        related_name="reminders",
    )

    class Meta:
        table = "invoice_reminder"
        unique_together = (("invoice_id", "level"),)
