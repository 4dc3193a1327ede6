# pyright: basic
"""The table of contacts of last resort."""

from tortoise import fields
from tortoise.models import Model

from consortium.organisations.models import Organisation
from consortium.storage.fields import IdField, KeyField


class OrganisationContact(Model):
    """Who is invited to administer an organisation when nobody else does any more."""

    id = IdField()
    organisation: fields.OneToOneRelation[Organisation] = fields.OneToOneField(
        "consortium.Organisation", on_delete=fields.RESTRICT, related_name="contact"
    )
    name = fields.TextField()
    # In lower case, as accounts have theirs.
    email: fields.Field[str] = KeyField()
    since = fields.DateField()
    # When the contact was last invited as the only one left.
    called_at = fields.DatetimeField(null=True)
    version = fields.IntField(default=1, db_default=1)

    class Meta:
        table = "organisation_contact"
