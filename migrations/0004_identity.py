from tortoise import migrations
from tortoise.migrations import operations as ops
from consortium.identity.rules.clients import AuthMethod, ClientKind
from consortium.identity.rules.links import LinkPurpose
from consortium.identity.rules.roles import Role
from consortium.storage.fields import IdField, KeyField
from orjson import loads
from tortoise.fields.base import OnDelete
from tortoise.fields.data import JSON_DUMPS
from tortoise.fields.db_defaults import Now
from tortoise import fields
from tortoise.indexes import Index

# The query page's own client: PUBLIC, with no consent asked. An address that begins with a slash is
# on this server, wherever that is; "*" are all scopes: what a person may not do is not granted.
CONSOLE = """
INSERT INTO oauth_client
    (client_id, name, kind, auth_method, redirect_uris, post_logout_redirect_uris, scopes,
     first_party)
VALUES
    ('consortium-console', 'Query page', 'PUBLIC', 'NONE', '/', '/', '*', true)
"""


class Migration(migrations.Migration):
    dependencies = [("consortium", "0003_totals")]

    initial = False

    operations = [
        ops.CreateModel(
            name="Account",
            fields=[
                ("id", IdField(generated=True, primary_key=True, unique=True, db_index=True)),
                ("subject", KeyField(unique=True, generated=False, null=False)),
                ("email", KeyField(null=True, unique=True, generated=False)),
                (
                    "email_verified_at",
                    fields.DatetimeField(null=True, auto_now=False, auto_now_add=False),
                ),
                ("name", fields.TextField(default="", db_default="", unique=False)),
                ("password_hash", fields.TextField(null=True, unique=False)),
                ("totp_secret_sealed", fields.TextField(null=True, unique=False)),
                (
                    "totp_confirmed_at",
                    fields.DatetimeField(null=True, auto_now=False, auto_now_add=False),
                ),
                ("totp_last_step", fields.BigIntField(null=True)),
                (
                    "created_at",
                    fields.DatetimeField(db_default=Now(), auto_now=False, auto_now_add=True),
                ),
                (
                    "disabled_at",
                    fields.DatetimeField(null=True, auto_now=False, auto_now_add=False),
                ),
                ("erased_at", fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
            ],
            options={
                "table": "account",
                "app": "consortium",
                "pk_attr": "id",
                "table_description": "A person. Erasure blanks what is personal and keeps the row, under its subject.",
            },
            bases=["Model"],
        ),
        ops.CreateModel(
            name="AuditEntry",
            fields=[
                ("id", IdField(generated=True, primary_key=True, unique=True, db_index=True)),
                ("at", fields.DatetimeField(db_default=Now(), auto_now=False, auto_now_add=True)),
                ("action", KeyField(generated=False, null=False, unique=False)),
                ("account_id", fields.BigIntField(null=True)),
                ("client_id", fields.BigIntField(null=True)),
                ("acting_organisation_id", fields.BigIntField(null=True)),
                ("organisation_id", fields.BigIntField(null=True)),
                ("note", fields.TextField(default="", db_default="", unique=False)),
            ],
            options={
                "table": "audit_entry",
                "app": "consortium",
                "indexes": [
                    Index(fields=["at", "id"], name="audit_entry_at_idx"),
                    Index(fields=["account_id", "at"], name="audit_entry_account_idx"),
                    Index(fields=["organisation_id", "at"], name="audit_entry_organisation_idx"),
                    Index(fields=["acting_organisation_id", "at"], name="audit_entry_acting_idx"),
                    Index(fields=["client_id", "at"], name="audit_entry_client_idx"),
                    Index(fields=["action", "at"], name="audit_entry_action_idx"),
                ],
                "pk_attr": "id",
                "table_description": "One action of one actor, in one transaction.",
            },
            bases=["Model"],
        ),
        ops.CreateModel(
            name="AuditChange",
            fields=[
                ("id", IdField(generated=True, primary_key=True, unique=True, db_index=True)),
                (
                    "entry",
                    fields.ForeignKeyField(
                        "consortium.AuditEntry",
                        source_field="entry_id",
                        db_constraint=True,
                        to_field="id",
                        related_name="changes",
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                ("row_table", KeyField(generated=False, null=False, unique=False)),
                ("row_id", fields.BigIntField()),
                ("before", fields.JSONField(null=True, encoder=JSON_DUMPS, decoder=loads)),
                ("after", fields.JSONField(null=True, encoder=JSON_DUMPS, decoder=loads)),
            ],
            options={
                "table": "audit_change",
                "app": "consortium",
                "indexes": [
                    Index(fields=["entry_id"], name="audit_change_entry_idx"),
                    Index(fields=["row_table", "row_id"], name="audit_change_row_idx"),
                ],
                "pk_attr": "id",
                "table_description": "One row of a table as it was before and after; what is secret or personal is left out.",
            },
            bases=["Model"],
        ),
        ops.CreateModel(
            name="IdentityProvider",
            fields=[
                ("id", IdField(generated=True, primary_key=True, unique=True, db_index=True)),
                (
                    "organisation",
                    fields.ForeignKeyField(
                        "consortium.Organisation",
                        source_field="organisation_id",
                        db_constraint=True,
                        to_field="id",
                        related_name="identity_providers",
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                ("name", fields.TextField(unique=False)),
                ("issuer", KeyField(generated=False, null=False, unique=False)),
                ("client_id", fields.TextField(unique=False)),
                ("client_secret_sealed", fields.TextField(null=True, unique=False)),
                (
                    "default_role",
                    fields.CharEnumField(
                        default=Role.VIEWER,
                        description="",
                        db_default="VIEWER",
                        enum_type=Role,
                        max_length=20,
                    ),
                ),
                (
                    "created_at",
                    fields.DatetimeField(db_default=Now(), auto_now=False, auto_now_add=True),
                ),
                (
                    "disabled_at",
                    fields.DatetimeField(null=True, auto_now=False, auto_now_add=False),
                ),
            ],
            options={
                "table": "identity_provider",
                "app": "consortium",
                "indexes": [
                    Index(fields=["organisation_id"], name="identity_provider_organisation_idx")
                ],
                "pk_attr": "id",
                "table_description": "An OpenID provider of an organisation. Its client secret is encrypted.",
            },
            bases=["Model"],
        ),
        ops.CreateModel(
            name="FederatedIdentity",
            fields=[
                ("id", IdField(generated=True, primary_key=True, unique=True, db_index=True)),
                (
                    "account",
                    fields.ForeignKeyField(
                        "consortium.Account",
                        source_field="account_id",
                        db_constraint=True,
                        to_field="id",
                        related_name="identities",
                        on_delete=OnDelete.CASCADE,
                    ),
                ),
                (
                    "provider",
                    fields.ForeignKeyField(
                        "consortium.IdentityProvider",
                        source_field="provider_id",
                        db_constraint=True,
                        to_field="id",
                        related_name="identities",
                        on_delete=OnDelete.CASCADE,
                    ),
                ),
                ("subject", KeyField(generated=False, null=False, unique=False)),
                (
                    "first_seen_at",
                    fields.DatetimeField(db_default=Now(), auto_now=False, auto_now_add=True),
                ),
            ],
            options={
                "table": "federated_identity",
                "app": "consortium",
                "unique_together": (("provider_id", "subject"),),
                "indexes": [Index(fields=["account_id"], name="federated_identity_account_idx")],
                "pk_attr": "id",
                "table_description": "A person as a provider knows them: issuer and subject (OpenID Connect Core, section 5.7).",
            },
            bases=["Model"],
        ),
        ops.CreateModel(
            name="OAuthClient",
            fields=[
                ("id", IdField(generated=True, primary_key=True, unique=True, db_index=True)),
                ("client_id", KeyField(unique=True, generated=False, null=False)),
                ("name", fields.TextField(unique=False)),
                ("kind", fields.CharEnumField(description="", enum_type=ClientKind, max_length=20)),
                (
                    "organisation",
                    fields.ForeignKeyField(
                        "consortium.Organisation",
                        source_field="organisation_id",
                        null=True,
                        db_constraint=True,
                        to_field="id",
                        related_name="clients",
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                (
                    "auth_method",
                    fields.CharEnumField(description="", enum_type=AuthMethod, max_length=30),
                ),
                ("secret_sha256", fields.TextField(null=True, unique=False)),
                ("jwks", fields.TextField(null=True, unique=False)),
                ("redirect_uris", fields.TextField(default="", db_default="", unique=False)),
                (
                    "post_logout_redirect_uris",
                    fields.TextField(default="", db_default="", unique=False),
                ),
                ("scopes", fields.TextField(unique=False)),
                ("first_party", fields.BooleanField(default=False, db_default=False)),
                (
                    "created_at",
                    fields.DatetimeField(db_default=Now(), auto_now=False, auto_now_add=True),
                ),
                (
                    "disabled_at",
                    fields.DatetimeField(null=True, auto_now=False, auto_now_add=False),
                ),
            ],
            options={
                "table": "oauth_client",
                "app": "consortium",
                "indexes": [
                    Index(fields=["organisation_id"], name="oauth_client_organisation_idx")
                ],
                "pk_attr": "id",
                "table_description": "A client. Lists are separated by spaces, as in OAuth's own metadata.",
            },
            bases=["Model"],
        ),
        ops.CreateModel(
            name="ClientAssertion",
            fields=[
                ("id", IdField(generated=True, primary_key=True, unique=True, db_index=True)),
                (
                    "client",
                    fields.ForeignKeyField(
                        "consortium.OAuthClient",
                        source_field="client_id",
                        db_constraint=True,
                        to_field="id",
                        related_name="assertions",
                        on_delete=OnDelete.CASCADE,
                    ),
                ),
                ("jti_sha256", KeyField(generated=False, null=False, unique=False)),
                ("expires_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
            ],
            options={
                "table": "client_assertion",
                "app": "consortium",
                "unique_together": (("client_id", "jti_sha256"),),
                "pk_attr": "id",
                "table_description": "The `jti` of a client's assertion that was used (RFC 7523, section 3).",
            },
            bases=["Model"],
        ),
        ops.CreateModel(
            name="Consent",
            fields=[
                ("id", IdField(generated=True, primary_key=True, unique=True, db_index=True)),
                (
                    "account",
                    fields.ForeignKeyField(
                        "consortium.Account",
                        source_field="account_id",
                        db_constraint=True,
                        to_field="id",
                        related_name="consents",
                        on_delete=OnDelete.CASCADE,
                    ),
                ),
                (
                    "client",
                    fields.ForeignKeyField(
                        "consortium.OAuthClient",
                        source_field="client_id",
                        db_constraint=True,
                        to_field="id",
                        related_name="consents",
                        on_delete=OnDelete.CASCADE,
                    ),
                ),
                (
                    "organisation",
                    fields.ForeignKeyField(
                        "consortium.Organisation",
                        source_field="organisation_id",
                        null=True,
                        db_constraint=True,
                        to_field="id",
                        related_name="consents",
                        on_delete=OnDelete.CASCADE,
                    ),
                ),
                ("scope", fields.TextField(unique=False)),
                (
                    "given_at",
                    fields.DatetimeField(db_default=Now(), auto_now=False, auto_now_add=True),
                ),
            ],
            options={
                "table": "consent",
                "app": "consortium",
                "indexes": [Index(fields=["account_id", "client_id"], name="consent_account_idx")],
                "pk_attr": "id",
                "table_description": "What a person has agreed that a client may do for them in an organisation.",
            },
            bases=["Model"],
        ),
        ops.CreateModel(
            name="RecoveryCode",
            fields=[
                ("id", IdField(generated=True, primary_key=True, unique=True, db_index=True)),
                (
                    "account",
                    fields.ForeignKeyField(
                        "consortium.Account",
                        source_field="account_id",
                        db_constraint=True,
                        to_field="id",
                        related_name="recovery_codes",
                        on_delete=OnDelete.CASCADE,
                    ),
                ),
                ("code_sha256", KeyField(unique=True, generated=False, null=False)),
                ("used_at", fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
            ],
            options={
                "table": "recovery_code",
                "app": "consortium",
                "indexes": [Index(fields=["account_id"], name="recovery_code_account_idx")],
                "pk_attr": "id",
                "table_description": "A code that stands in for a lost second factor, once.",
            },
            bases=["Model"],
        ),
        ops.CreateModel(
            name="RoleGrant",
            fields=[
                ("id", IdField(generated=True, primary_key=True, unique=True, db_index=True)),
                (
                    "account",
                    fields.ForeignKeyField(
                        "consortium.Account",
                        source_field="account_id",
                        db_constraint=True,
                        to_field="id",
                        related_name="roles",
                        on_delete=OnDelete.CASCADE,
                    ),
                ),
                (
                    "organisation",
                    fields.ForeignKeyField(
                        "consortium.Organisation",
                        source_field="organisation_id",
                        db_constraint=True,
                        to_field="id",
                        related_name="role_grants",
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                ("role", fields.CharEnumField(description="", enum_type=Role, max_length=20)),
                (
                    "granted_at",
                    fields.DatetimeField(db_default=Now(), auto_now=False, auto_now_add=True),
                ),
            ],
            options={
                "table": "role_grant",
                "app": "consortium",
                "unique_together": (("account_id", "organisation_id", "role"),),
                "indexes": [Index(fields=["organisation_id"], name="role_grant_organisation_idx")],
                "pk_attr": "id",
                "table_description": "A role of a person in an organisation. Taking it back deletes the row; the audit keeps it.",
            },
            bases=["Model"],
        ),
        ops.CreateModel(
            name="Session",
            fields=[
                ("id", IdField(generated=True, primary_key=True, unique=True, db_index=True)),
                (
                    "account",
                    fields.ForeignKeyField(
                        "consortium.Account",
                        source_field="account_id",
                        db_constraint=True,
                        to_field="id",
                        related_name="sessions",
                        on_delete=OnDelete.CASCADE,
                    ),
                ),
                ("token_sha256", KeyField(unique=True, generated=False, null=False)),
                (
                    "created_at",
                    fields.DatetimeField(db_default=Now(), auto_now=False, auto_now_add=True),
                ),
                ("authenticated_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ("methods", fields.TextField(unique=False)),
                ("last_seen_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ("expires_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ("revoked_at", fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ("address", fields.TextField(default="", db_default="", unique=False)),
                ("user_agent", fields.TextField(default="", db_default="", unique=False)),
            ],
            options={
                "table": "session",
                "app": "consortium",
                "indexes": [Index(fields=["account_id"], name="session_account_idx")],
                "pk_attr": "id",
                "table_description": "A browser in which a person has signed in.",
            },
            bases=["Model"],
        ),
        ops.CreateModel(
            name="Grant",
            fields=[
                ("id", IdField(generated=True, primary_key=True, unique=True, db_index=True)),
                (
                    "client",
                    fields.ForeignKeyField(
                        "consortium.OAuthClient",
                        source_field="client_id",
                        db_constraint=True,
                        to_field="id",
                        related_name="grants",
                        on_delete=OnDelete.CASCADE,
                    ),
                ),
                (
                    "account",
                    fields.ForeignKeyField(
                        "consortium.Account",
                        source_field="account_id",
                        null=True,
                        db_constraint=True,
                        to_field="id",
                        related_name="grants",
                        on_delete=OnDelete.CASCADE,
                    ),
                ),
                (
                    "organisation",
                    fields.ForeignKeyField(
                        "consortium.Organisation",
                        source_field="organisation_id",
                        null=True,
                        db_constraint=True,
                        to_field="id",
                        related_name="grants",
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                (
                    "session",
                    fields.ForeignKeyField(
                        "consortium.Session",
                        source_field="session_id",
                        null=True,
                        db_constraint=True,
                        to_field="id",
                        related_name="grants",
                        on_delete=OnDelete.SET_NULL,
                    ),
                ),
                ("scope", fields.TextField(unique=False)),
                ("resource", fields.TextField(unique=False)),
                (
                    "created_at",
                    fields.DatetimeField(db_default=Now(), auto_now=False, auto_now_add=True),
                ),
                ("revoked_at", fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
            ],
            options={
                "table": "oauth_grant",
                "app": "consortium",
                "indexes": [
                    Index(fields=["account_id"], name="oauth_grant_account_idx"),
                    Index(fields=["client_id"], name="oauth_grant_client_idx"),
                    Index(fields=["session_id"], name="oauth_grant_session_idx"),
                ],
                "pk_attr": "id",
                "table_description": "What one authorisation gave a client: the family of all its tokens. Revoked as a whole.",
            },
            bases=["Model"],
        ),
        ops.CreateModel(
            name="AuthorizationCode",
            fields=[
                ("id", IdField(generated=True, primary_key=True, unique=True, db_index=True)),
                (
                    "grant",
                    fields.ForeignKeyField(
                        "consortium.Grant",
                        source_field="grant_id",
                        db_constraint=True,
                        to_field="id",
                        related_name="codes",
                        on_delete=OnDelete.CASCADE,
                    ),
                ),
                ("code_sha256", KeyField(unique=True, generated=False, null=False)),
                ("redirect_uri", fields.TextField(unique=False)),
                ("code_challenge", fields.TextField(unique=False)),
                ("nonce", fields.TextField(null=True, unique=False)),
                ("authenticated_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ("methods", fields.TextField(unique=False)),
                ("expires_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
                (
                    "redeemed_at",
                    fields.DatetimeField(null=True, auto_now=False, auto_now_add=False),
                ),
            ],
            options={
                "table": "authorization_code",
                "app": "consortium",
                "indexes": [Index(fields=["grant_id"], name="authorization_code_grant_idx")],
                "pk_attr": "id",
                "table_description": "A code, redeemed once (RFC 6749, section 4.1.2).",
            },
            bases=["Model"],
        ),
        ops.CreateModel(
            name="RefreshToken",
            fields=[
                ("id", IdField(generated=True, primary_key=True, unique=True, db_index=True)),
                (
                    "grant",
                    fields.ForeignKeyField(
                        "consortium.Grant",
                        source_field="grant_id",
                        db_constraint=True,
                        to_field="id",
                        related_name="refresh_tokens",
                        on_delete=OnDelete.CASCADE,
                    ),
                ),
                ("token_sha256", KeyField(unique=True, generated=False, null=False)),
                (
                    "issued_at",
                    fields.DatetimeField(db_default=Now(), auto_now=False, auto_now_add=True),
                ),
                ("expires_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ("rotated_at", fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
            ],
            options={
                "table": "refresh_token",
                "app": "consortium",
                "indexes": [Index(fields=["grant_id"], name="refresh_token_grant_idx")],
                "pk_attr": "id",
                "table_description": "One of a grant's refresh tokens; each use replaces it (RFC 9700, section 4.14.2).",
            },
            bases=["Model"],
        ),
        ops.CreateModel(
            name="SignInFailure",
            fields=[
                ("id", IdField(generated=True, primary_key=True, unique=True, db_index=True)),
                ("key_sha256", KeyField(generated=False, null=False, unique=False)),
                ("at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
            ],
            options={
                "table": "sign_in_failure",
                "app": "consortium",
                "indexes": [Index(fields=["key_sha256", "at"], name="sign_in_failure_key_idx")],
                "pk_attr": "id",
                "table_description": "A failed attempt, by what is slowed: an account (known or not) or an address, hashed.",
            },
            bases=["Model"],
        ),
        ops.CreateModel(
            name="SigningKey",
            fields=[
                ("id", IdField(generated=True, primary_key=True, unique=True, db_index=True)),
                ("kid", KeyField(unique=True, generated=False, null=False)),
                ("algorithm", fields.CharField(max_length=10)),
                ("private_key_sealed", fields.TextField(unique=False)),
                ("public_jwk", fields.TextField(unique=False)),
                (
                    "created_at",
                    fields.DatetimeField(db_default=Now(), auto_now=False, auto_now_add=True),
                ),
                ("signs_from", fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ("signs_until", fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ("expires_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
            ],
            options={
                "table": "signing_key",
                "app": "consortium",
                "pk_attr": "id",
                "table_description": "A key that signs tokens. Published before it signs, and until its last token has ended.",
            },
            bases=["Model"],
        ),
        ops.CreateModel(
            name="SingleUseLink",
            fields=[
                ("id", IdField(generated=True, primary_key=True, unique=True, db_index=True)),
                (
                    "purpose",
                    fields.CharEnumField(description="", enum_type=LinkPurpose, max_length=20),
                ),
                ("token_sha256", KeyField(unique=True, generated=False, null=False)),
                ("email", KeyField(generated=False, null=False, unique=False)),
                (
                    "account",
                    fields.ForeignKeyField(
                        "consortium.Account",
                        source_field="account_id",
                        null=True,
                        db_constraint=True,
                        to_field="id",
                        related_name="links",
                        on_delete=OnDelete.CASCADE,
                    ),
                ),
                (
                    "organisation",
                    fields.ForeignKeyField(
                        "consortium.Organisation",
                        source_field="organisation_id",
                        null=True,
                        db_constraint=True,
                        to_field="id",
                        related_name="links",
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                ("roles", fields.TextField(default="", db_default="", unique=False)),
                (
                    "created_at",
                    fields.DatetimeField(db_default=Now(), auto_now=False, auto_now_add=True),
                ),
                ("expires_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ("used_at", fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
            ],
            options={
                "table": "single_use_link",
                "app": "consortium",
                "indexes": [Index(fields=["email"], name="single_use_link_email_idx")],
                "pk_attr": "id",
                "table_description": "A link that was sent by mail: an invitation, a reset, a change of address.",
            },
            bases=["Model"],
        ),
        ops.CreateModel(
            name="VerifiedDomain",
            fields=[
                ("id", IdField(generated=True, primary_key=True, unique=True, db_index=True)),
                (
                    "organisation",
                    fields.ForeignKeyField(
                        "consortium.Organisation",
                        source_field="organisation_id",
                        db_constraint=True,
                        to_field="id",
                        related_name="domains",
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                ("domain", KeyField(unique=True, generated=False, null=False)),
                (
                    "verified_at",
                    fields.DatetimeField(db_default=Now(), auto_now=False, auto_now_add=True),
                ),
            ],
            options={
                "table": "verified_domain",
                "app": "consortium",
                "indexes": [
                    Index(fields=["organisation_id"], name="verified_domain_organisation_idx")
                ],
                "pk_attr": "id",
                "table_description": "A domain of mail addresses that the secretariat knows to be an organisation's.",
            },
            bases=["Model"],
        ),
        ops.RunSQL(CONSOLE),
    ]
