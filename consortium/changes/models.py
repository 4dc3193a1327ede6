# pyright: basic
"""Table of what changed lately: which rows, in which transaction. The audit trail says how."""

from tortoise import fields
from tortoise.fields.db_defaults import Now
from tortoise.indexes import Index
from tortoise.models import Model

from consortium.storage.fields import IdArrayField, IdField, KeyField, TransactionField

EXTRA_CONSTRAINTS = ()

# Triggers write it with the rights of whoever changes something.
RIGHTS = {"row_change": "SELECT, INSERT, DELETE"}

UNWATCHED = {"row_change": "for an hour, which rows have changed; the trail keeps it"}


class RowChange(Model):
    """What one statement changed of one table: all of its rows that are another now."""

    id = IdField()
    at = fields.DatetimeField(auto_now_add=True, db_default=Now())
    # Rows of a transaction show when it commits, in no order of their own.
    transaction_id: fields.Field[int] = TransactionField()
    # The table whose rows are meant; a row may have changed by rows of other tables that are its
    # parts.
    subject: fields.Field[str] = KeyField()
    # Empty where the rows have no names that mean anything, such as kept sums.
    row_ids: fields.Field[list[int]] = IdArrayField()

    class Meta:
        table = "row_change"
        indexes = (
            Index(fields=("transaction_id",), name="row_change_transaction_idx"),
            Index(fields=("at",), name="row_change_at_idx"),
        )
