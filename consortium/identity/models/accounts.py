# pyright: basic
"""Tables of people: accounts, their roles, sessions and single-use links.

Whatever proves something (a session's cookie, a link, a code) is stored as the SHA-256 of a random
value of 256 bits; passwords as argon2id; what must be read again (the TOTP secret) is encrypted.
"""

from tortoise import fields
from tortoise.fields.db_defaults import Now
from tortoise.indexes import Index
from tortoise.models import Model

from consortium.identity.rules.links import LinkPurpose
from consortium.identity.rules.roles import Role
from consortium.organisations.models import Organisation
from consortium.storage.fields import IdField, KeyField, word_field


class Account(Model):
    """A person. Erasure blanks what is personal and keeps the row, under its subject."""

    id = IdField()
    # The `sub` of its tokens, and its pseudonym in the audit trail.
    subject: fields.Field[str] = KeyField(unique=True)
    # In lower case; blank once erased.
    email: fields.Field[str | None] = KeyField(unique=True, null=True)
    email_verified_at = fields.DatetimeField(null=True)
    name = fields.TextField(default="", db_default="")
    password_hash = fields.TextField(null=True)
    totp_secret_sealed = fields.TextField(null=True)
    totp_confirmed_at = fields.DatetimeField(null=True)
    # The last time step whose code was used (RFC 6238, section 5.2: a code is taken once).
    totp_last_step = fields.BigIntField(null=True)
    created_at = fields.DatetimeField(auto_now_add=True, db_default=Now())
    # When roles or proofs last changed: the tokens of sessions are rotated after it.
    rights_changed_at = fields.DatetimeField(null=True)
    disabled_at = fields.DatetimeField(null=True)
    erased_at = fields.DatetimeField(null=True)

    class Meta:
        table = "account"


class RecoveryCode(Model):
    """A code that stands in for a lost second factor, once."""

    id = IdField()
    account: fields.ForeignKeyRelation[Account] = fields.ForeignKeyField(
        "consortium.Account", on_delete=fields.CASCADE, related_name="recovery_codes"
    )
    code_sha256: fields.Field[str] = KeyField(unique=True)
    used_at = fields.DatetimeField(null=True)

    class Meta:
        table = "recovery_code"
        indexes = (Index(fields=("account_id",), name="recovery_code_account_idx"),)


class RoleGrant(Model):
    """A role of a person in an organisation. Taking it back deletes the row; the audit keeps it."""

    id = IdField()
    account: fields.ForeignKeyRelation[Account] = fields.ForeignKeyField(
        "consortium.Account", on_delete=fields.CASCADE, related_name="roles"
    )
    organisation: fields.ForeignKeyRelation[Organisation] = fields.ForeignKeyField(
        "consortium.Organisation", on_delete=fields.RESTRICT, related_name="role_grants"
    )
    role = word_field(Role)
    granted_at = fields.DatetimeField(auto_now_add=True, db_default=Now())

    class Meta:
        table = "role_grant"
        unique_together = (("account_id", "organisation_id", "role"),)
        indexes = (Index(fields=("organisation_id",), name="role_grant_organisation_idx"),)


class Session(Model):
    """A browser in which a person has signed in."""

    id = IdField()
    account: fields.ForeignKeyRelation[Account] = fields.ForeignKeyField(
        "consortium.Account", on_delete=fields.CASCADE, related_name="sessions"
    )
    token_sha256: fields.Field[str] = KeyField(unique=True)
    created_at = fields.DatetimeField(auto_now_add=True, db_default=Now())
    # When the person last proved who they are, and how (RFC 8176: pwd, otp, mfa, fed).
    authenticated_at = fields.DatetimeField()
    methods = fields.TextField()
    last_seen_at = fields.DatetimeField()
    rotated_at = fields.DatetimeField(auto_now_add=True, db_default=Now())
    expires_at = fields.DatetimeField()
    revoked_at = fields.DatetimeField(null=True)
    address = fields.TextField(default="", db_default="")
    user_agent = fields.TextField(default="", db_default="")

    class Meta:
        table = "session"
        indexes = (Index(fields=("account_id",), name="session_account_idx"),)


class SingleUseLink(Model):
    """A link that was sent by mail: an invitation, a reset, a change of address."""

    id = IdField()
    purpose = word_field(LinkPurpose)
    token_sha256: fields.Field[str] = KeyField(unique=True)
    email: fields.Field[str] = KeyField()
    account: fields.ForeignKeyNullableRelation[Account] = fields.ForeignKeyField(
        "consortium.Account", null=True, on_delete=fields.CASCADE, related_name="links"
    )
    organisation: fields.ForeignKeyNullableRelation[Organisation] = fields.ForeignKeyField(
        "consortium.Organisation", null=True, on_delete=fields.RESTRICT, related_name="links"
    )
    # Of an invitation, separated by spaces.
    roles = fields.TextField(default="", db_default="")
    created_at = fields.DatetimeField(auto_now_add=True, db_default=Now())
    expires_at = fields.DatetimeField()
    used_at = fields.DatetimeField(null=True)
    # An invitation that was taken back.
    revoked_at = fields.DatetimeField(null=True)

    class Meta:
        table = "single_use_link"
        indexes = (
            Index(fields=("email",), name="single_use_link_email_idx"),
            Index(fields=("organisation_id",), name="single_use_link_organisation_idx"),
        )


class SignInFailure(Model):
    """A failed attempt, by what is slowed: an account (known or not) or an address, hashed."""

    id = IdField()
    key_sha256: fields.Field[str] = KeyField()
    at = fields.DatetimeField()

    class Meta:
        table = "sign_in_failure"
        indexes = (Index(fields=("key_sha256", "at"), name="sign_in_failure_key_idx"),)
