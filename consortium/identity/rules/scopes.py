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
    Permission.CLAIMS_REVIEW: "Review claims, and decide about effects that overlap",
    Permission.CLIENTS_MANAGE: "Create and withdraw the organisation's service clients",
    Permission.ENGAGEMENTS_MANAGE: "Engage assurers, who then see your figures",
    Permission.FIGURES_APPROVE: "Approve and publish figures",
    Permission.FIGURES_ASSURE: "Read the figures of organisations that engaged yours",
    Permission.FIGURES_READ: "Read your organisation's figures and those shared among members",
    Permission.FIGURES_READ_ALL: "Read every figure of every organisation",
    Permission.FIGURES_WRITE: "Enter and correct figures",
    Permission.FOOTPRINT_LIST: "List footprints that a partner shares with you",
    Permission.FOOTPRINT_READ: "Read single footprints that a partner shares with you",
    Permission.GUIDANCE_MANAGE: "Draft, publish and retire guidance",
    Permission.IDENTITY_PROVIDERS_MANAGE: "Set up your organisation's own sign-in",
    Permission.MEMBERSHIPS_MANAGE: "Manage memberships",
    Permission.ORGANISATIONS_MANAGE: "Manage organisations",
    Permission.WEBHOOKS_MANAGE: "Send what happens to systems of your organisation",
}


def read_scope(text: str | None) -> tuple[str, ...]:
    """The scopes of a space-separated text, each once, in their order (RFC 6749, section 3.3)."""
    return tuple(dict.fromkeys((text or "").split()))


def granted_permissions(
    scopes: tuple[str, ...], allowed: frozenset[Permission]
) -> frozenset[Permission]:
    """The permissions that were asked for and are allowed."""
    return frozenset(permission for permission in allowed if permission.value in scopes)


def scopes_for_person(
    asked: tuple[str, ...], client: tuple[str, ...], allowed: frozenset[Permission]
) -> tuple[str, ...]:
    """What a token for a person carries: asked for, open to the client, and allowed by roles."""
    known = {*OPENID_SCOPES, *granted_permissions(asked, allowed)}
    return tuple(scope for scope in asked if scope in client and scope in known)


def scopes_for_service(asked: tuple[str, ...], client: tuple[str, ...]) -> tuple[str, ...]:
    """What a system's own token carries: asked for, or else all, of what the client may have."""
    own = tuple(scope for scope in client if scope in SCOPES and scope not in OPENID_SCOPES)
    return tuple(scope for scope in asked if scope in own) if asked else own
