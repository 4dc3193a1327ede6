"""Who may manage whom."""

from collections.abc import Iterable

from consortium.identity.rules.roles import FAR_REACHING, Role
from consortium.kernel.errors import DomainError
from consortium.kernel.principal import Permission, Principal


class NotYours(DomainError):
    """There is no such thing, or it is not yours to change."""

    code = "NOT_FOUND"


class LastAdministrator(DomainError):
    """Nobody else administers this organisation: give somebody else the role first."""

    code = "LAST_ADMINISTRATOR"


# Whoever has one of these leaves somebody else who has it: in the organisation, or anywhere for the
# secretariat.
KEPT = frozenset({Role.ORGANISATION_ADMIN, Role.SECRETARIAT})


def is_secretariat(by: Principal) -> bool:
    """Whether the caller manages all organisations."""
    return by.may(Permission.ORGANISATIONS_MANAGE)


def check_gives(by: Principal, organisation_id: int, roles: Iterable[Role]) -> None:
    """Whether the caller may give or take these roles there. Raises NotYours."""
    if not by.may(Permission.ACCOUNTS_MANAGE):
        raise NotYours
    if is_secretariat(by):
        return
    if by.organisation_id != organisation_id or FAR_REACHING.intersection(roles):
        raise NotYours


def check_sets_up(by: Principal, organisation_id: int) -> None:
    """Whether the caller may set up how an organisation's people sign in. Raises NotYours."""
    own = by.may(Permission.IDENTITY_PROVIDERS_MANAGE) and by.organisation_id == organisation_id
    if not own and not is_secretariat(by):
        raise NotYours


def check_verifies(by: Principal) -> None:
    """Whether the caller may say whose a domain is: the secretariat alone. Raises NotYours."""
    if not is_secretariat(by):
        raise NotYours
