# pyright: basic
"""Tables of the audit trail: an entry for each action, with the rows that it changed.

They refer to people, clients and organisations by number only, without foreign keys: features later
in the order, and rows that may be gone one day.
"""

from tortoise import fields
from tortoise.fields.db_defaults import Now
from tortoise.indexes import Index
from tortoise.models import Model

from consortium.storage.fields import IdField, KeyField

EXTRA_CONSTRAINTS = ()

# Changes are written by the triggers, with their owner's rights; nothing is changed or removed.
RIGHTS = {"audit_entry": "SELECT, INSERT", "audit_change": "SELECT"}

UNWATCHED = {
    "audit_entry": "the trail itself",
    "audit_change": "the trail itself",
}


class AuditEntry(Model):
    """One action of one actor, in one transaction."""

    id = IdField()
    at = fields.DatetimeField(auto_now_add=True, db_default=Now())
    action: fields.Field[str] = KeyField()
    account_id = fields.BigIntField(null=True)
    client_id = fields.BigIntField(null=True)
    # For which organisation the actor acted, and which one the action concerns.
    acting_organisation_id = fields.BigIntField(null=True)
    organisation_id = fields.BigIntField(null=True)
    # What else there is to know: a file's name and digest, a command. Never a person's name or
    # address: nothing here can be erased.
    note = fields.TextField(default="", db_default="")

    class Meta:
        table = "audit_entry"
        indexes = (
            Index(fields=("at", "id"), name="audit_entry_at_idx"),
            Index(fields=("account_id", "at"), name="audit_entry_account_idx"),
            Index(fields=("organisation_id", "at"), name="audit_entry_organisation_idx"),
            Index(fields=("acting_organisation_id", "at"), name="audit_entry_acting_idx"),
            Index(fields=("client_id", "at"), name="audit_entry_client_idx"),
            Index(fields=("action", "at"), name="audit_entry_action_idx"),
        )


class AuditChange(Model):
    """One row of a table as it was before and after; what is secret or personal is left out."""

    id = IdField()
    entry: fields.ForeignKeyRelation[AuditEntry] = fields.ForeignKeyField(
        "consortium.AuditEntry", on_delete=fields.RESTRICT, related_name="changes"
    )
    # As in the database: `row_table` 'avoided_claim', `row_id` 12.
    row_table: fields.Field[str] = KeyField()
    row_id = fields.BigIntField()
    before: fields.Field[dict[str, object] | None] = fields.JSONField(null=True)
    after: fields.Field[dict[str, object] | None] = fields.JSONField(null=True)

    class Meta:
        table = "audit_change"
        indexes = (
            Index(fields=("entry_id",), name="audit_change_entry_idx"),
            Index(fields=("row_table", "row_id"), name="audit_change_row_idx"),
        )
