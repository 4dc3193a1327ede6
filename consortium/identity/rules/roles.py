"""Roles are given to a person in an organisation; a role is a set of permissions.

A token carries what the role allows *and* its scope asked for: neither alone is enough.
"""

from collections.abc import Iterable
from enum import StrEnum

from consortium.kernel.principal import Permission as May


class Role(StrEnum):
    """What a person is in an organisation."""

    VIEWER = "VIEWER"
    EDITOR = "EDITOR"
    APPROVER = "APPROVER"
    ORGANISATION_ADMIN = "ORGANISATION_ADMIN"
    SECRETARIAT = "SECRETARIAT"
    ASSURER = "ASSURER"
    CERTIFICATION_BODY = "CERTIFICATION_BODY"
    AUDITOR = "AUDITOR"


_VIEWER = frozenset({May.FIGURES_READ})
_EDITOR = _VIEWER | {May.FIGURES_WRITE}

PERMISSIONS: dict[Role, frozenset[May]] = {
    Role.VIEWER: _VIEWER,
    Role.EDITOR: _EDITOR,
    Role.APPROVER: _EDITOR | {May.FIGURES_APPROVE},
    Role.ORGANISATION_ADMIN: _VIEWER
    | {
        May.ACCOUNTS_MANAGE,
        May.AUDIT_READ,
        May.CLIENTS_MANAGE,
        May.ENGAGEMENTS_MANAGE,
        May.IDENTITY_PROVIDERS_MANAGE,
        May.ORGANISATIONS_REPRESENT,
        May.WEBHOOKS_MANAGE,
    },
    Role.SECRETARIAT: frozenset(
        {
            May.ACCOUNTS_MANAGE,
            May.AUDIT_READ,
            May.AUDIT_READ_ALL,
            May.CLAIMS_REVIEW,
            May.CLIENTS_MANAGE,
            May.FIGURES_READ,
            May.FIGURES_READ_ALL,
            May.GUIDANCE_MANAGE,
            May.MEMBERSHIPS_MANAGE,
            May.ORGANISATIONS_MANAGE,
            May.WEBHOOKS_MANAGE,
        }
    ),
    Role.ASSURER: _VIEWER | {May.FIGURES_ASSURE},
    Role.CERTIFICATION_BODY: _VIEWER,
    Role.AUDITOR: frozenset({May.AUDIT_READ, May.AUDIT_READ_ALL}),
}

# Roles that reach beyond the organisation they are given in: the secretariat alone gives them.
FAR_REACHING = frozenset({Role.SECRETARIAT, Role.ASSURER, Role.CERTIFICATION_BODY, Role.AUDITOR})


def permissions_of(roles: Iterable[Role]) -> frozenset[May]:
    """All that these roles allow together."""
    return frozenset[May]().union(*(PERMISSIONS[role] for role in roles))
