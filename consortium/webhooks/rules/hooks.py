"""What a webhook is registered with, who may do so, and as whom it reads."""

from collections.abc import Iterable, Sequence

from consortium.identity.rules.authority import ORGANISATIONS_OWN
from consortium.identity.rules.roles import Role, permissions_of
from consortium.kernel.addresses import read_https
from consortium.kernel.errors import BadInput, DomainError, PermissionDenied
from consortium.kernel.principal import Permission, Principal
from consortium.webhooks.rules.vocabulary import WebhookEventKind

HOOKS_MAX = 50
DESCRIPTION_MAX = 200
QUERY_MAX = 20_000
OVERLAP_HOURS_MAX = 168

# What is sent where a hook says nothing else.
QUERY = "query ($id: ID!) { node(id: $id) { __typename id } }"


class WebhookInvalid(BadInput):
    """A webhook has at least one kind of events, and a description of at most 200 characters."""

    code = "WEBHOOK_INVALID"


class WebhookAddressInvalid(BadInput):
    """A webhook's address is https, without user or fragment, of at most 500 characters."""

    code = "WEBHOOK_ADDRESS_INVALID"


class WebhookQueryInvalid(BadInput):
    """A webhook's query is one query operation whose only variable is `$id: ID!`."""

    code = "WEBHOOK_QUERY_INVALID"


class WebhookOverlapInvalid(BadInput):
    """The former secret goes on signing for 0 to 168 hours."""

    code = "WEBHOOK_OVERLAP_INVALID"


class WebhooksTooMany(DomainError):
    """An organisation has at most 50 webhooks: remove one, or let one take more events."""

    code = "WEBHOOKS_TOO_MANY"


class WebhookRemoved(DomainError):
    """The webhook was removed: register it anew."""

    code = "WEBHOOK_REMOVED"


class WebhookDisabled(DomainError):
    """The webhook is disabled: enable it first."""

    code = "WEBHOOK_DISABLED"


class DeliveryWaiting(DomainError):
    """This delivery is not over: it is tried again by itself."""

    code = "WEBHOOK_DELIVERY_WAITING"


def manages_webhooks(by: Principal) -> int:
    """The organisation whose webhooks the caller manages. Raises PermissionDenied."""
    if by.organisation_id is None or not by.may(Permission.WEBHOOKS_MANAGE):
        raise PermissionDenied
    return by.organisation_id


def checked_address(url: str) -> str:
    """The address as it is kept, with its query. Raises WebhookAddressInvalid."""
    found = read_https(url)
    if found is None:
        raise WebhookAddressInvalid().at("url")
    return str(found)


def checked_events(events: Sequence[WebhookEventKind]) -> list[str]:
    """The kinds of events, each once, in alphabetical order. Raises WebhookInvalid."""
    if not events:
        raise WebhookInvalid("Name one kind of events at least.").at("events")
    return sorted({one.value for one in events})


def checked_description(text: str) -> str:
    """The description without blanks around it. Raises WebhookInvalid."""
    told = " ".join(text.split())
    if len(told) > DESCRIPTION_MAX or not told.isprintable():
        message = f"A description has at most {DESCRIPTION_MAX} printable characters."
        raise WebhookInvalid(message).at("description")
    return told


def checked_overlap(hours: int) -> int:
    """For how many hours the former secret signs as well. Raises WebhookOverlapInvalid."""
    if not 0 <= hours <= OVERLAP_HOURS_MAX:
        raise WebhookOverlapInvalid().at("overlapHours")
    return hours


def standing(registered: Iterable[str], held: Iterable[Role]) -> frozenset[Permission]:
    """What a hook may still do of what it was registered with.

    What reaches beyond its organisation lasts as long as somebody there has a role that allows it,
    and a permission that is no more is none.
    """
    allowed = ORGANISATIONS_OWN | permissions_of(held)
    return frozenset(one for one in allowed if one.value in set(registered))
