# pyright: basic
"""Tables of members' own identity providers, by which their people sign in."""

from tortoise import fields
from tortoise.fields.db_defaults import Now
from tortoise.indexes import Index
from tortoise.models import Model

from consortium.identity.models.accounts import Account
from consortium.identity.rules.roles import Role
from consortium.organisations.models import Organisation
from consortium.storage.fields import IdField, KeyField, word_field


class IdentityProvider(Model):
    """An OpenID provider of an organisation. Its client secret is encrypted."""

    id = IdField()
    organisation: fields.ForeignKeyRelation[Organisation] = fields.ForeignKeyField(
        "consortium.Organisation", on_delete=fields.RESTRICT, related_name="identity_providers"
    )
    name = fields.TextField()
    issuer: fields.Field[str] = KeyField()
    client_id = fields.TextField()
    client_secret_sealed = fields.TextField(null=True)
    # What its people are when they first sign in.
    default_role = word_field(Role, default=Role.VIEWER, db_default="VIEWER")
    created_at = fields.DatetimeField(auto_now_add=True, db_default=Now())
    disabled_at = fields.DatetimeField(null=True)

    class Meta:
        table = "identity_provider"
        indexes = (Index(fields=("organisation_id",), name="identity_provider_organisation_idx"),)


class VerifiedDomain(Model):
    """A domain of mail addresses that the secretariat knows to be an organisation's."""

    id = IdField()
    organisation: fields.ForeignKeyRelation[Organisation] = fields.ForeignKeyField(
        "consortium.Organisation", on_delete=fields.RESTRICT, related_name="domains"
    )
    domain: fields.Field[str] = KeyField(unique=True)
    verified_at = fields.DatetimeField(auto_now_add=True, db_default=Now())

    class Meta:
        table = "verified_domain"
        indexes = (Index(fields=("organisation_id",), name="verified_domain_organisation_idx"),)


class FederatedIdentity(Model):
    """A person as a provider knows them: issuer and subject (OpenID Connect Core, section 5.7)."""

    id = IdField()
    account: fields.ForeignKeyRelation[Account] = fields.ForeignKeyField(
        "consortium.Account", on_delete=fields.CASCADE, related_name="identities"
    )
    provider: fields.ForeignKeyRelation[IdentityProvider] = fields.ForeignKeyField(
        "consortium.IdentityProvider", on_delete=fields.CASCADE, related_name="identities"
    )
    subject: fields.Field[str] = KeyField()
    first_seen_at = fields.DatetimeField(auto_now_add=True, db_default=Now())

    class Meta:
        table = "federated_identity"
        unique_together = (("provider_id", "subject"),)
        indexes = (Index(fields=("account_id",), name="federated_identity_account_idx"),)
