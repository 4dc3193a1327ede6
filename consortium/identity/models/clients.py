# pyright: basic
"""Table of OAuth clients: programs that act for people, and systems that act for organisations."""

from tortoise import fields
from tortoise.fields.db_defaults import Now
from tortoise.indexes import Index
from tortoise.models import Model

from consortium.identity.rules.clients import AuthMethod, ClientKind
from consortium.organisations.models import Organisation
from consortium.storage.fields import IdField, KeyField, word_field


class OAuthClient(Model):
    """A client. Lists are separated by spaces, as in OAuth's own metadata.

    A SERVICE client belongs to an organisation, for which its tokens act. A secret is shown when it
    is made and kept as a SHA-256: it is random, so a slow hash would protect nothing.
    """

    id = IdField()
    client_id: fields.Field[str] = KeyField(unique=True)
    name = fields.TextField()
    kind = word_field(ClientKind)
    organisation: fields.ForeignKeyNullableRelation[Organisation] = fields.ForeignKeyField(
        "consortium.Organisation", null=True, on_delete=fields.RESTRICT, related_name="clients"
    )
    auth_method = word_field(AuthMethod, max_length=30)
    secret_sha256 = fields.TextField(null=True)
    # A JWK set of public keys, for private_key_jwt.
    jwks = fields.TextField(null=True)
    redirect_uris = fields.TextField(default="", db_default="")
    post_logout_redirect_uris = fields.TextField(default="", db_default="")
    scopes = fields.TextField()
    # The consortium's own: no consent is asked.
    first_party = fields.BooleanField(default=False, db_default=False)
    created_at = fields.DatetimeField(auto_now_add=True, db_default=Now())
    disabled_at = fields.DatetimeField(null=True)

    class Meta:
        table = "oauth_client"
        indexes = (Index(fields=("organisation_id",), name="oauth_client_organisation_idx"),)
