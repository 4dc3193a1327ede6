"""Who asks.

A token becomes a `Principal`; the features' row rules read only its `Rights`, so that one compiled
statement serves every caller with the same rights and the values are bound at the last moment.
"""

from dataclasses import dataclass
from enum import StrEnum


class Permission(StrEnum):
    """What a caller may do, as `resource:action`. Kept in alphabetical order."""

    FIGURES_READ_ALL = "figures:read-all"


@dataclass(frozen=True, slots=True)
class Rights:
    """The part of a principal that decides which row rules apply; no values, so it can be a key."""

    is_member: bool = False
    has_organisation: bool = False
    permissions: frozenset[Permission] = frozenset()

    def may(self, permission: Permission) -> bool:
        """Whether the permission was given."""
        return permission in self.permissions


@dataclass(frozen=True, slots=True)
class Principal:
    """A person or system, acting for at most one organisation."""

    rights: Rights = Rights()
    organisation_id: int | None = None


ANONYMOUS = Principal()
