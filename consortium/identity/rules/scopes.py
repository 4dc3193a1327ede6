"""Scopes: the permissions, and those of OpenID Connect (Core 1.0, sections 5.4 and 11)."""

from consortium.kernel.principal import Permission

OPENID = "openid"
PROFILE = "profile"
EMAIL = "email"
OFFLINE_ACCESS = "offline_access"

OPENID_SCOPES = (OPENID, PROFILE, EMAIL, OFFLINE_ACCESS)
SCOPES = (*OPENID_SCOPES, *(permission.value for permission in Permission))

# What a person is told on the consent page.
EXPLAINED = {
    OPENID: "Know who you are",
    PROFILE: "See your name",
    EMAIL: "See your email address",
    OFFLINE_ACCESS: "Act for you while you are away, until you take that back",
    Permission.ACCOUNTS_MANAGE: "Invite people and give them roles",
    Permission.AUDIT_READ: "Read who changed what in your organisation",
    Permission.AUDIT_READ_ALL: "Read who changed what, everywhere",
    Permission.CLIENTS_MANAGE: "Create and withdraw the organisation's service clients",
    Permission.ENGAGEMENTS_MANAGE: "Engage assurers, who then see your figures",
    Permission.FIGURES_APPROVE: "Approve and publish figures",
    Permission.FIGURES_ASSURE: "Read the figures of organisations that engaged yours",
    Permission.FIGURES_READ: "Read your organisation's figures and those shared among members",
    Permission.FIGURES_READ_ALL: "Read every figure of every organisation",
    Permission.FIGURES_WRITE: "Enter and correct figures",
    Permission.IDENTITY_PROVIDERS_MANAGE: "Set up your organisation's own sign-in",
    Permission.MEMBERSHIPS_MANAGE: "Manage memberships",
    Permission.ORGANISATIONS_MANAGE: "Manage organisations",
}


def read_scope(text: str | None) -> tuple[str, ...]:
    """The scopes of a space-separated text, each once, in their order (RFC 6749, section 3.3)."""
    return tuple(dict.fromkeys((text or "").split()))


def granted_permissions(
    scopes: tuple[str, ...], allowed: frozenset[Permission]
) -> frozenset[Permission]:
    """The permissions that were asked for and are allowed."""
    return frozenset(permission for permission in allowed if permission.value in scopes)
