# pyright: basic
"""Table of mail that waits to be sent. A row goes when its mail has gone."""

from tortoise import fields
from tortoise.fields.db_defaults import Now
from tortoise.indexes import Index
from tortoise.models import Model

from consortium.storage.fields import IdField, KeyField

EXTRA_CONSTRAINTS = ()

# Rows that name a person by the address alone: table -> column. Erasure deletes them.
BY_ADDRESS = {"outbox_mail": "recipient"}

UNWATCHED = {"outbox_mail": "mail on its way, with links that work once"}


class OutboxMail(Model):
    """A mail: a template and what it is filled with.

    The data may hold a link that works once, so they are kept no longer than they are needed: a
    mail that was sent is deleted, one that was given up keeps its address and error only.
    """

    id = IdField()
    recipient: fields.Field[str] = KeyField()
    template = fields.CharField(max_length=50)
    # JSON.
    data = fields.TextField()
    created_at = fields.DatetimeField(auto_now_add=True, db_default=Now())
    due_at = fields.DatetimeField(auto_now_add=True, db_default=Now())
    attempts = fields.IntField(default=0, db_default=0)
    last_error = fields.TextField(default="", db_default="")
    given_up_at = fields.DatetimeField(null=True)

    class Meta:
        table = "outbox_mail"
        indexes = (
            Index(fields=("due_at",), name="outbox_mail_due_idx"),
            Index(fields=("recipient",), name="outbox_mail_recipient_idx"),
        )
