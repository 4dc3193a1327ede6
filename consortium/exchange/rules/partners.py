"""Who may do what about partners, and what a member says of one."""

from consortium.kernel.errors import BadInput, DomainError, PermissionDenied
from consortium.kernel.principal import Permission, Principal

NAME_MAX = 100
SECRET_MAX = 1000
FOOTPRINTS_MAX = 1000

# All that a partner's own client may ask for here.
SCOPES = (Permission.FOOTPRINT_LIST.value, Permission.FOOTPRINT_READ.value)


class PartnerInvalid(BadInput):
    """A partner has a name of 1 to 100 characters, and credentials whole or not at all."""

    code = "PARTNER_INVALID"


class PartnerExists(DomainError):
    """Your organisation has a partner of this name: choose another."""

    code = "PARTNER_EXISTS"
    constraint = "partner_name_key"


class PartnerRemoved(DomainError):
    """The partner was removed: register it anew."""

    code = "PARTNER_REMOVED"


class RequestAnswered(DomainError):
    """This request has its answer already, or is none that waits for one."""

    code = "PARTNER_REQUEST_ANSWERED"
    constraint = "exchange_event_answer_key"


class AnswerUnclear(BadInput):
    """An answer is either footprints or a reason why there are none."""

    code = "PARTNER_ANSWER_UNCLEAR"


class SourceUnregistered(PermissionDenied):
    """`source` is none of the addresses that are registered for this partner."""

    code = "EVENT_SOURCE_UNREGISTERED"


class NoPartner(PermissionDenied):
    """This client is no partner's: footprints are exchanged with registered partners only."""

    code = "NO_PARTNER"


def manages_partners(by: Principal) -> int:
    """The organisation whose partners the caller registers. Raises PermissionDenied."""
    return _acting(by, Permission.CLIENTS_MANAGE)


def shows_figures(by: Principal) -> int:
    """The organisation whose figures the caller shows to others. Raises PermissionDenied."""
    return _acting(by, Permission.FIGURES_APPROVE)


def fetches_figures(by: Principal) -> int:
    """The organisation for which the caller asks partners. Raises PermissionDenied."""
    return _acting(by, Permission.FIGURES_WRITE)


def checked_name(name: str) -> str:
    """The name without blanks around it. Raises PartnerInvalid."""
    told = " ".join(name.split())
    if not 0 < len(told) <= NAME_MAX or not told.isprintable():
        message = f"A partner's name has 1 to {NAME_MAX} printable characters."
        raise PartnerInvalid(message).at("name")
    return told


def check_credentials(client_id: str | None, secret: str | None, scope: str | None) -> None:
    """Refuse credentials that no token can be asked for with. Raises PartnerInvalid."""
    if (client_id is None) != (secret is None):
        message = "Give `clientId` and `clientSecret` together, or neither."
        raise PartnerInvalid(message).at("clientId" if client_id is None else "clientSecret")
    given = {"clientId": client_id, "clientSecret": secret, "scope": scope}
    for name, text in given.items():
        if text is not None and not (0 < len(text) <= SECRET_MAX and text.isprintable()):
            message = f"`{name}` has 1 to {SECRET_MAX} printable characters."
            raise PartnerInvalid(message).at(name)


def _acting(by: Principal, permission: Permission) -> int:
    if by.organisation_id is None or not by.may(permission):
        raise PermissionDenied
    return by.organisation_id
