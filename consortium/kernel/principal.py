"""Who asks.

A token becomes a `Principal`; the features' row rules read only its `Rights`, so that one compiled
statement serves every caller with the same rights and the values are bound at the last moment.
"""

from dataclasses import dataclass
from enum import StrEnum


class Permission(StrEnum):
    """What a caller may do, as `resource:action`. Kept in alphabetical order.

    A permission is also the scope by which a client asks for it.
    """

    ACCOUNTS_MANAGE = "accounts:manage"
    AUDIT_READ = "audit:read"
    AUDIT_READ_ALL = "audit:read-all"
    CLAIMS_REVIEW = "claims:review"
    CLIENTS_MANAGE = "clients:manage"
    ENGAGEMENTS_MANAGE = "engagements:manage"
    FIGURES_APPROVE = "figures:approve"
    FIGURES_ASSURE = "figures:assure"
    FIGURES_READ = "figures:read"
    FIGURES_READ_ALL = "figures:read-all"
    FIGURES_WRITE = "figures:write"
    # PACT's own names of what a partner's system may do at its door.
    FOOTPRINT_LIST = "footprint:list"
    FOOTPRINT_READ = "footprint:read"
    GUIDANCE_MANAGE = "guidance:manage"
    IDENTITY_PROVIDERS_MANAGE = "identity-providers:manage"
    MEMBERSHIPS_MANAGE = "memberships:manage"
    ORGANISATIONS_MANAGE = "organisations:manage"
    ORGANISATIONS_REPRESENT = "organisations:represent"
    WEBHOOKS_MANAGE = "webhooks:manage"


@dataclass(frozen=True, slots=True)
class Rights:
    """The part of a principal that decides which row rules apply; no values, so it can be a key.

    `is_member` and `has_organisation` hold only with `figures:read`: a token without it sees what
    the public sees.
    """

    is_member: bool = False
    has_organisation: bool = False
    permissions: frozenset[Permission] = frozenset()

    def may(self, permission: Permission) -> bool:
        """Whether the permission was given."""
        return permission in self.permissions


@dataclass(frozen=True, slots=True)
class Principal:
    """A person or system, acting for at most one organisation.

    `account_id` is set for a person, `client_id` (the row of the OAuth client) for whatever
    program asks: the person's, or the system itself.
    """

    rights: Rights = Rights()
    organisation_id: int | None = None
    account_id: int | None = None
    client_id: int | None = None

    @classmethod
    def acting(
        cls,
        permissions: frozenset[Permission],
        organisation_id: int | None,
        *,
        is_member: bool,
        account_id: int | None = None,
        client_id: int | None = None,
    ) -> "Principal":
        """Who has these permissions, for an organisation that is a member or is not."""
        reads = Permission.FIGURES_READ in permissions
        rights = Rights(reads and is_member, reads and organisation_id is not None, permissions)
        return cls(rights, organisation_id, account_id, client_id)

    def may(self, permission: Permission) -> bool:
        """Whether the permission was given."""
        return permission in self.rights.permissions


ANONYMOUS = Principal()
