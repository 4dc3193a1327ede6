"""Who may give roles and manage accounts, and what must stay."""

from collections.abc import Collection

from consortium.identity.rules.roles import FAR_REACHING, Role, permissions_of
from consortium.kernel.errors import BadInput, DomainError, PermissionDenied
from consortium.kernel.principal import Permission, Principal

# Of these roles an organisation that has somebody keeps somebody.
KEPT = frozenset({Role.ORGANISATION_ADMIN, Role.SECRETARIAT})


class LastAdministrator(DomainError):
    """An organisation keeps at least one administrator, and the consortium one secretary."""

    code = "LAST_ADMINISTRATOR"


class NoRoles(BadInput):
    """An invitation gives at least one role."""

    code = "NO_ROLES"


class ScopeRefused(BadInput):
    """Such a client cannot have this scope: see `permissions` of its organisation's own roles."""

    code = "SCOPE_REFUSED"


class ClientWithdrawn(DomainError):
    """The client was withdrawn for good."""

    code = "CLIENT_WITHDRAWN"


# What an organisation can give to its own people, and so to its own systems.
_OWN = frozenset(one.value for one in permissions_of(set(Role) - FAR_REACHING))
_ANY = frozenset(one.value for one in Permission)


def manages_people(by: Principal, organisation_id: int) -> bool:
    """Whether the caller manages the people of the organisation: its admin, or the secretariat."""
    if not by.may(Permission.ACCOUNTS_MANAGE):
        return False
    return by.may(Permission.ORGANISATIONS_MANAGE) or by.organisation_id == organisation_id


def check_gives(by: Principal, organisation_id: int, roles: Collection[Role]) -> None:
    """Refuse to give or take roles there; those that reach further are the secretariat's to give.

    Raises PermissionDenied.
    """
    far = FAR_REACHING.intersection(roles) and not by.may(Permission.ORGANISATIONS_MANAGE)
    if far or not manages_people(by, organisation_id):
        raise PermissionDenied


def check_disables(by: Principal, account_id: int, organisations: Collection[int]) -> None:
    """Refuse to shut out somebody who has roles in an organisation that the caller does not manage.

    Nor does anyone shut out itself. Raises PermissionDenied.
    """
    all_managed = all(manages_people(by, one) for one in organisations)
    if not by.may(Permission.ACCOUNTS_MANAGE) or not all_managed or account_id == by.account_id:
        raise PermissionDenied


def check_manages_clients(by: Principal, organisation_id: int | None) -> None:
    """Refuse to touch clients of an organisation that the caller does not manage.

    Raises PermissionDenied.
    """
    everywhere = by.may(Permission.ORGANISATIONS_MANAGE)
    own = organisation_id is not None and by.organisation_id == organisation_id
    if not by.may(Permission.CLIENTS_MANAGE) or not (everywhere or own):
        raise PermissionDenied


def check_client_scopes(by: Principal, scopes: Collection[str]) -> None:
    """Refuse scopes that reach beyond the organisation, unless the secretariat gives them.

    Else an administrator could make a system that reads everyone's figures. Raises ScopeRefused.
    """
    allowed = _ANY if by.may(Permission.ORGANISATIONS_MANAGE) else _OWN
    if not scopes or not allowed.issuperset(scopes):
        raise ScopeRefused().at("scopes")
