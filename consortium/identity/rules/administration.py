"""Who may give roles and manage accounts, and what must stay."""

from collections.abc import Collection

from consortium.identity.rules.roles import FAR_REACHING, Role
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
