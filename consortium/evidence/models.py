# pyright: basic
"""Table of citations."""

from tortoise import fields
from tortoise.models import Model

from consortium.storage.fields import IdField

# Constraints that Tortoise cannot express; written in the migrations, looked for by a test.
EXTRA_CONSTRAINTS = ("citation_url_title_key",)


class Citation(Model):
    """A page, report or data set that states something; at least its address or its title."""

    id = IdField()
    url = fields.TextField(null=True)
    title = fields.TextField(null=True)

    class Meta:
        table = "citation"
