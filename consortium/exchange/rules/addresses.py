"""Partners' addresses: which may be registered, and which of them an event comes from."""

from collections.abc import Iterable
from urllib.parse import urlsplit

from consortium.kernel.addresses import read_https
from consortium.kernel.errors import BadInput

EVENTS_PATH = "/3/events"
FOOTPRINTS_PATH = "/3/footprints"
ADDRESSES_MAX = 20


class PartnerAddressInvalid(BadInput):
    """An address of a partner is an https address without user, query or fragment."""

    code = "PARTNER_ADDRESS_INVALID"


def checked_address(url: str, *path: str) -> str:
    """The address as it is kept: https, host in small letters, no slash at its end.

    Raises PartnerAddressInvalid.
    """
    found = read_https(url)
    if found is None or found.query:
        raise PartnerAddressInvalid().at(*path)
    return str(found._replace(path=found.path.rstrip("/")))


def events_address(address: str) -> str:
    """Where events go to: the address of the door, below a base address or named already."""
    return address if address.endswith(EVENTS_PATH) else address + EVENTS_PATH


def registered_source(source: str, registered: Iterable[str]) -> str | None:
    """The registered address that an event's `source` names; None: it names none of them.

    A source is a URI reference (CloudEvents 1.0): PACT's own examples begin with `//`, and name the
    door itself. Answers go to the registered address, never to a text that was sent.
    """
    given = f"https:{source}" if source.startswith("//") else source
    try:
        meant = events_address(checked_address(given))
    except PartnerAddressInvalid:
        return None
    return next((one for one in registered if events_address(one) == meant), None)


def same_host(one: str, other: str) -> bool:
    """Whether both addresses are of one host and port, over https."""
    try:
        first, second = urlsplit(one), urlsplit(other)
        ports = [443 if parts.port is None else parts.port for parts in (first, second)]
    except ValueError:
        return False
    secure = first.scheme == second.scheme == "https"
    return secure and first.hostname == second.hostname and ports[0] == ports[1]
