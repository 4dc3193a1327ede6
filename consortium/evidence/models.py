# pyright: basic
"""Tables of citations and of documents."""

from tortoise import fields
from tortoise.fields.db_defaults import Now
from tortoise.models import Model

from consortium.storage.fields import IdField, KeyField

# Constraints that Tortoise cannot express; written in the migrations, looked for by a test.
EXTRA_CONSTRAINTS = ("citation_url_title_key", "document_content_named")


class Citation(Model):
    """A page, report or data set that states something; at least its address or its title."""

    id = IdField()
    url = fields.TextField(null=True)
    title = fields.TextField(null=True)

    class Meta:
        table = "citation"


class Document(Model):
    """A file that somebody sent, as it came. Its content is kept under its SHA-256."""

    id = IdField()
    name = fields.TextField()
    media_type = fields.TextField()
    size_bytes = fields.BigIntField()
    # In hexadecimal digits; two documents may have the same content.
    sha256: fields.Field[str] = KeyField()
    uploaded_at = fields.DatetimeField(auto_now_add=True, db_default=Now())

    class Meta:
        table = "document"
