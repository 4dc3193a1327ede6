# pyright: basic
"""Table of trusted documents: what an application will ask, word by word."""

from tortoise import fields
from tortoise.fields.db_defaults import Now
from tortoise.models import Model

from consortium.storage.fields import IdField, KeyField

EXTRA_CONSTRAINTS = ("trusted_document_app_named", "trusted_document_hashed")


class TrustedDocument(Model):
    """A document as one application sends it; its text never changes."""

    id = IdField()
    # Of the text in UTF-8, in 64 lower-case hexadecimal digits. Applications may share a document.
    sha256: fields.Field[str] = KeyField()
    app: fields.Field[str] = KeyField()
    text = fields.TextField()
    registered_at = fields.DatetimeField(auto_now_add=True, db_default=Now())
    retired_at = fields.DatetimeField(null=True)

    class Meta:
        table = "trusted_document"
        unique_together = (("sha256", "app"),)
