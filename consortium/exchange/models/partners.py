# pyright: basic
"""Tables of partners, and of what is shared with them."""

from tortoise import fields
from tortoise.fields.db_defaults import Now
from tortoise.indexes import Index
from tortoise.models import Model

from consortium.footprints.models import Footprint
from consortium.identity.models import OAuthClient
from consortium.organisations.models import Organisation
from consortium.storage.fields import IdField, KeyField


class Partner(Model):
    """Another company's system, with which a member exchanges footprints.

    `oauth_client` is what it proves itself with here; `client_id` and the sealed secret are what
    this server proves itself with there.
    """

    id = IdField()
    organisation: fields.ForeignKeyRelation[Organisation] = fields.ForeignKeyField(
        "consortium.Organisation", on_delete=fields.RESTRICT, related_name="partners"
    )
    name: fields.Field[str] = KeyField()
    # Whose system it is, where that is on record.
    company: fields.ForeignKeyNullableRelation[Organisation] = fields.ForeignKeyField(
        "consortium.Organisation",
        null=True,
        on_delete=fields.RESTRICT,
        related_name="partner_systems",
    )
    base_url = fields.TextField()
    # Where its tokens are made, if not below the base address.
    auth_url = fields.TextField(null=True)
    # Further addresses that its events may name, with spaces between.
    event_sources = fields.TextField(default="", db_default="")
    oauth_client: fields.OneToOneRelation[OAuthClient] = fields.OneToOneField(
        "consortium.OAuthClient", on_delete=fields.RESTRICT, related_name="partner"
    )
    client_id = fields.TextField(null=True)
    client_secret_sealed = fields.TextField(null=True)
    # What is asked for with a token; nothing unless its system wants it.
    scope = fields.TextField(null=True)
    version = fields.IntField(default=1, db_default=1)
    registered_at = fields.DatetimeField(auto_now_add=True, db_default=Now())
    removed_at = fields.DatetimeField(null=True)

    class Meta:
        table = "partner"
        indexes = (
            Index(fields=("organisation_id", "name"), name="partner_organisation_idx"),
            Index(fields=("company_id",), name="partner_company_idx"),
        )


class PartnerShare(Model):
    """A footprint that a partner may fetch."""

    id = IdField()
    partner: fields.ForeignKeyRelation[Partner] = fields.ForeignKeyField(
        "consortium.Partner", on_delete=fields.CASCADE, related_name="shares"
    )
    footprint: fields.ForeignKeyRelation[Footprint] = fields.ForeignKeyField(
        "consortium.Footprint", on_delete=fields.CASCADE, related_name="partner_shares"
    )
    shared_at = fields.DatetimeField(auto_now_add=True, db_default=Now())

    class Meta:
        table = "partner_share"
        unique_together = (("partner_id", "footprint_id"),)
        indexes = (Index(fields=("footprint_id",), name="partner_share_footprint_idx"),)
