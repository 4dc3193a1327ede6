# pyright: basic
"""Tables of what was given out: grants, their codes and refresh tokens, consents, signing keys."""

from tortoise import fields
from tortoise.fields.db_defaults import Now
from tortoise.indexes import Index
from tortoise.models import Model

from consortium.identity.models.accounts import Account, Session
from consortium.identity.models.clients import OAuthClient
from consortium.organisations.models import Organisation
from consortium.storage.fields import IdField, KeyField


class Grant(Model):
    """What one authorisation gave a client: the family of all its tokens. Revoked as a whole."""

    id = IdField()
    client: fields.ForeignKeyRelation[OAuthClient] = fields.ForeignKeyField(
        "consortium.OAuthClient", on_delete=fields.CASCADE, related_name="grants"
    )
    account: fields.ForeignKeyNullableRelation[Account] = fields.ForeignKeyField(
        "consortium.Account", null=True, on_delete=fields.CASCADE, related_name="grants"
    )
    organisation: fields.ForeignKeyNullableRelation[Organisation] = fields.ForeignKeyField(
        "consortium.Organisation", null=True, on_delete=fields.RESTRICT, related_name="grants"
    )
    session: fields.ForeignKeyNullableRelation[Session] = fields.ForeignKeyField(
        "consortium.Session", null=True, on_delete=fields.SET_NULL, related_name="grants"
    )
    scope = fields.TextField()
    # The resource that access tokens are for (RFC 8707).
    resource = fields.TextField()
    created_at = fields.DatetimeField(auto_now_add=True, db_default=Now())
    revoked_at = fields.DatetimeField(null=True)

    class Meta:
        table = "oauth_grant"
        indexes = (
            Index(fields=("account_id",), name="oauth_grant_account_idx"),
            Index(fields=("client_id",), name="oauth_grant_client_idx"),
            Index(fields=("session_id",), name="oauth_grant_session_idx"),
        )


class AuthorizationCode(Model):
    """A code, redeemed once (RFC 6749, section 4.1.2)."""

    id = IdField()
    grant: fields.ForeignKeyRelation[Grant] = fields.ForeignKeyField(
        "consortium.Grant", on_delete=fields.CASCADE, related_name="codes"
    )
    code_sha256: fields.Field[str] = KeyField(unique=True)
    redirect_uri = fields.TextField()
    code_challenge = fields.TextField()
    nonce = fields.TextField(null=True)
    authenticated_at = fields.DatetimeField()
    methods = fields.TextField()
    expires_at = fields.DatetimeField()
    redeemed_at = fields.DatetimeField(null=True)

    class Meta:
        table = "authorization_code"
        indexes = (Index(fields=("grant_id",), name="authorization_code_grant_idx"),)


class RefreshToken(Model):
    """One of a grant's refresh tokens; each use replaces it (RFC 9700, section 4.14.2)."""

    id = IdField()
    grant: fields.ForeignKeyRelation[Grant] = fields.ForeignKeyField(
        "consortium.Grant", on_delete=fields.CASCADE, related_name="refresh_tokens"
    )
    token_sha256: fields.Field[str] = KeyField(unique=True)
    issued_at = fields.DatetimeField(auto_now_add=True, db_default=Now())
    expires_at = fields.DatetimeField()
    rotated_at = fields.DatetimeField(null=True)

    class Meta:
        table = "refresh_token"
        indexes = (Index(fields=("grant_id",), name="refresh_token_grant_idx"),)


class ClientAssertion(Model):
    """The `jti` of a client's assertion that was used (RFC 7523, section 3)."""

    id = IdField()
    client: fields.ForeignKeyRelation[OAuthClient] = fields.ForeignKeyField(
        "consortium.OAuthClient", on_delete=fields.CASCADE, related_name="assertions"
    )
    jti_sha256: fields.Field[str] = KeyField()
    expires_at = fields.DatetimeField()

    class Meta:
        table = "client_assertion"
        unique_together = (("client_id", "jti_sha256"),)


class Consent(Model):
    """What a person has agreed that a client may do for them in an organisation."""

    id = IdField()
    account: fields.ForeignKeyRelation[Account] = fields.ForeignKeyField(
        "consortium.Account", on_delete=fields.CASCADE, related_name="consents"
    )
    client: fields.ForeignKeyRelation[OAuthClient] = fields.ForeignKeyField(
        "consortium.OAuthClient", on_delete=fields.CASCADE, related_name="consents"
    )
    organisation: fields.ForeignKeyNullableRelation[Organisation] = fields.ForeignKeyField(
        "consortium.Organisation", null=True, on_delete=fields.CASCADE, related_name="consents"
    )
    scope = fields.TextField()
    given_at = fields.DatetimeField(auto_now_add=True, db_default=Now())

    class Meta:
        table = "consent"
        indexes = (Index(fields=("account_id", "client_id"), name="consent_account_idx"),)


class SigningKey(Model):
    """A key that signs tokens. Published before it signs, and until its last token has ended."""

    id = IdField()
    kid: fields.Field[str] = KeyField(unique=True)
    algorithm = fields.CharField(max_length=10)
    private_key_sealed = fields.TextField()
    public_jwk = fields.TextField()
    created_at = fields.DatetimeField(auto_now_add=True, db_default=Now())
    signs_from = fields.DatetimeField()
    signs_until = fields.DatetimeField()
    # Published until then.
    expires_at = fields.DatetimeField()

    class Meta:
        table = "signing_key"
