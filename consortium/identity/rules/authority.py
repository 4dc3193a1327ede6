"""Who may manage whom: people, their roles, an organisation's sign-in and its clients."""

from collections.abc import Collection

from consortium.identity.rules.roles import FAR_REACHING, Role, permissions_of
from consortium.kernel.errors import BadInput, DomainError, NotFound, PermissionDenied
from consortium.kernel.principal import Permission, Principal

# Whoever has one of these leaves somebody else who has it: in the organisation, or anywhere for the
# secretariat.
KEPT = frozenset({Role.ORGANISATION_ADMIN, Role.SECRETARIAT})

# What an organisation can give to its own people, and so to its own systems.
ORGANISATIONS_OWN = permissions_of(set(Role) - FAR_REACHING)
_ANY = frozenset(Permission)


class LastAdministrator(DomainError):
    """Nobody else administers it: give somebody else the role, or name a contact of last resort."""

    code = "LAST_ADMINISTRATOR"


class NoSeatLeft(DomainError):
    """The organisation's seats are all taken: take a role back, or ask the secretariat for more."""

    code = "NO_SEAT_LEFT"
    constraint = "seat_left"


class ScopeRefused(BadInput):
    """Such a client cannot have this scope: see `permissions` of its organisation's own roles."""

    code = "SCOPE_REFUSED"


class ClientWithdrawn(DomainError):
    """The client was withdrawn for good."""

    code = "CLIENT_WITHDRAWN"


def is_secretariat(by: Principal) -> bool:
    """Whether the caller manages all organisations."""
    return by.may(Permission.ORGANISATIONS_MANAGE)


def organisation_meant(by: Principal, given: int | None) -> int:
    """The organisation that is given, else the caller's own. Raises NotFound where it has none."""
    organisation = by.organisation_id if given is None else given
    if organisation is None:
        raise NotFound
    return organisation


def manages_people(by: Principal, organisation_id: int) -> bool:
    """Whether the caller manages the people of the organisation: its admin, or the secretariat."""
    own = by.organisation_id == organisation_id
    return by.may(Permission.ACCOUNTS_MANAGE) and (own or is_secretariat(by))


def check_gives(by: Principal, organisation_id: int, roles: Collection[Role]) -> None:
    """Refuse to give or take roles there; those that reach further are the secretariat's to give.

    Raises PermissionDenied.
    """
    far = FAR_REACHING.intersection(roles) and not is_secretariat(by)
    if far or not manages_people(by, organisation_id):
        raise PermissionDenied


def check_disables(by: Principal, account_id: int, organisations: Collection[int]) -> None:
    """Refuse to shut out somebody who has roles in an organisation that the caller does not manage.

    Nor does anyone shut out itself. Raises PermissionDenied.
    """
    all_managed = all(manages_people(by, one) for one in organisations)
    if not by.may(Permission.ACCOUNTS_MANAGE) or not all_managed or account_id == by.account_id:
        raise PermissionDenied


def check_sets_up(by: Principal, organisation_id: int) -> None:
    """Refuse to set up how an organisation's people sign in. Raises PermissionDenied."""
    own = by.may(Permission.IDENTITY_PROVIDERS_MANAGE) and by.organisation_id == organisation_id
    if not own and not is_secretariat(by):
        raise PermissionDenied


def check_verifies(by: Principal) -> None:
    """Refuse to say whose a domain is: the secretariat alone may. Raises PermissionDenied."""
    if not is_secretariat(by):
        raise PermissionDenied


def check_manages_clients(by: Principal, organisation_id: int | None) -> None:
    """Refuse to touch clients of an organisation that the caller does not manage.

    Raises PermissionDenied.
    """
    own = organisation_id is not None and by.organisation_id == organisation_id
    if not by.may(Permission.CLIENTS_MANAGE) or not (own or is_secretariat(by)):
        raise PermissionDenied


def check_client_scopes(by: Principal, scopes: Collection[str]) -> None:
    """Refuse scopes that reach beyond the organisation, unless the secretariat gives them.

    Else an administrator could make a system that reads everyone's figures. Raises ScopeRefused.
    """
    allowed = _ANY if is_secretariat(by) else ORGANISATIONS_OWN
    if not scopes or not allowed.issuperset(scopes):
        raise ScopeRefused().at("scopes")
