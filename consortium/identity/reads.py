"""What can be read of people, their roles, clients and sign-in, and by whom.

A person sees itself. Whoever manages accounts (clients, identity providers) sees those of the
organisation it acts for; with organisations to manage as well, as the secretariat has, those of
every one. What proves who somebody is stands in no field, not even hashed or sealed.
"""

from consortium.identity.models import (
    Account,
    IdentityProvider,
    OAuthClient,
    OrganisationContact,
    RoleGrant,
    SingleUseLink,
)
from consortium.identity.rules.clients import ClientKind
from consortium.identity.rules.links import LinkPurpose
from consortium.kernel.principal import Permission, Rights
from consortium.organisations.reads import ORGANISATIONS
from consortium.query.source import Column, Derived, Embedded, Many, One, RowRule, Source
from consortium.query.sqltypes import SqlType
from consortium.query.tables import columns


def _managed_by(permission: Permission, own: str, otherwise: str = "false") -> RowRule:
    """Rows that `own` names for who has the permission, all of them for the secretariat.

    `otherwise` names those that are seen whatever the permissions.
    """

    def visible_to(rights: Rights) -> str:
        if not rights.may(permission):
            return otherwise
        if rights.may(Permission.ORGANISATIONS_MANAGE):
            return "true"
        return f"{own} OR {otherwise}"

    return visible_to


_OF_ORGANISATION = "{t}.organisation_id = {caller_organisation}"
_WORDS = "array_to_json(string_to_array(nullif({t}.%s, ''), ' '))"


def _words(column: str) -> Column:
    """A list that is stored with spaces between its words."""
    return Column(f"coalesce({_WORDS % column}, '[]')", SqlType.JSON, nullable=False)


ACCOUNTS = Source(
    name="account",
    table="account",
    prefix="account",
    visible_to=_managed_by(
        Permission.ACCOUNTS_MANAGE,
        "{t}.id IN (SELECT held.account_id FROM role_grant held"
        " WHERE held.organisation_id = {caller_organisation})",
        "{t}.id = {caller_account}",
    ),
    fields=columns(Account, "account", ("name", "email", "created_at", "disabled_at"))
    | {
        "email_verified": Column(
            "({t}.email_verified_at IS NOT NULL)", SqlType.BOOLEAN, nullable=False
        ),
        "second_factor": Column(
            "({t}.totp_confirmed_at IS NOT NULL)", SqlType.BOOLEAN, nullable=False
        ),
    },
    filters=("id", "name", "email", "created_at", "disabled_at", "email_verified"),
    orders={"email": ("email",), "created_at": ("created_at",)},
    default_order=(("email", False),),
)

ROLE_GRANTS = Source(
    name="role_grant",
    table="role_grant",
    visible_to=_managed_by(
        Permission.ACCOUNTS_MANAGE, _OF_ORGANISATION, "{t}.account_id = {caller_account}"
    ),
    fields=columns(RoleGrant, None, ("role", "granted_at"))
    | {
        "account": One(ACCOUNTS, "{u}.id = {t}.account_id"),
        "organisation": One(ORGANISATIONS, "{u}.id = {t}.organisation_id"),
    },
    filters=("role", "granted_at", "account", "organisation"),
)

ACCOUNTS.relate(roles=Many(ROLE_GRANTS, "{u}.account_id = {t}.id"))


def _only(table: str, condition: str) -> Derived:
    """The rows of a table that hold what the source is about."""
    return lambda _writer, _args: f"SELECT x.* FROM {table} x WHERE {condition}"


# The link itself is in the mail alone.
INVITATIONS = Source(
    name="invitation",
    table=_only("single_use_link", f"x.purpose = '{LinkPurpose.INVITATION}'"),
    prefix="invitation",
    visible_to=_managed_by(Permission.ACCOUNTS_MANAGE, _OF_ORGANISATION),
    fields=columns(
        SingleUseLink, "invitation", ("email", "created_at", "expires_at", "used_at", "revoked_at")
    )
    | {
        "roles": _words("roles"),
        "organisation": One(ORGANISATIONS, "{u}.id = {t}.organisation_id"),
    },
    filters=("email", "created_at", "expires_at", "used_at", "revoked_at", "organisation"),
    orders={"created_at": ("created_at",)},
)

CONTACTS = Source(
    name="organisation_contact",
    table="organisation_contact",
    visible_to=_managed_by(Permission.ACCOUNTS_MANAGE, _OF_ORGANISATION),
    fields=columns(OrganisationContact, None, ("name", "email", "since", "called_at", "version"))
    | {"organisation": One(ORGANISATIONS, "{u}.id = {t}.organisation_id")},
    filters=("since", "called_at"),
)

ORGANISATIONS.relate(contact_of_last_resort=One(CONTACTS, "{u}.organisation_id = {t}.id"))

SERVICE_CLIENTS = Source(
    name="service_client",
    table=_only("oauth_client", f"x.kind = '{ClientKind.SERVICE}'"),
    prefix="client",
    visible_to=_managed_by(Permission.CLIENTS_MANAGE, _OF_ORGANISATION),
    fields=columns(
        OAuthClient, "client", ("client_id", "name", "auth_method", "created_at", "disabled_at")
    )
    | {
        "scopes": _words("scopes"),
        "organisation": One(ORGANISATIONS, "{u}.id = {t}.organisation_id"),
    },
    filters=("id", "client_id", "name", "created_at", "disabled_at", "organisation"),
    orders={"created_at": ("created_at",)},
)

IDENTITY_PROVIDERS = Source(
    name="identity_provider",
    table="identity_provider",
    prefix="provider",
    visible_to=_managed_by(Permission.IDENTITY_PROVIDERS_MANAGE, _OF_ORGANISATION),
    fields=columns(
        IdentityProvider,
        "provider",
        ("name", "issuer", "client_id", "default_role", "created_at", "disabled_at"),
    )
    | {"organisation": One(ORGANISATIONS, "{u}.id = {t}.organisation_id")},
    filters=("name", "issuer", "created_at", "disabled_at", "organisation"),
)

_ROLES = (
    "(SELECT coalesce(json_agg(held.role ORDER BY held.role), '[]') FROM role_grant held"
    " WHERE held.account_id = {caller_account} AND held.organisation_id = {caller_organisation})"
)

# Who asks, as its token says: the one reader of whom nothing need be looked up to be told.
VIEWER = Embedded(
    {
        "account": One(ACCOUNTS, "{u}.id = {caller_account}"),
        "organisation": One(ORGANISATIONS, "{u}.id = {caller_organisation}"),
        "roles": Column(_ROLES, SqlType.JSON, nullable=False),
        "permissions": Column("array_to_json({caller_permissions})", SqlType.JSON, nullable=False),
    },
    present="{caller_account} IS NOT NULL OR {caller_client} IS NOT NULL",
)
