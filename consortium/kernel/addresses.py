"""Network addresses: which are of the Internet, and which texts are plain https addresses."""

from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address
from typing import NamedTuple
from urllib.parse import SplitResult, urlsplit

LENGTH_MAX = 500
_PORT = 443
_NAT64 = IPv6Network("64:ff9b::/96")


class HttpsAddress(NamedTuple):
    """The parts of an https address without user and fragment; the host is in small letters."""

    host: str
    port: int | None
    path: str
    query: str

    def __str__(self) -> str:
        """The address; the usual port is left out."""
        named = f"[{self.host}]" if ":" in self.host else self.host
        at = "" if self.port in {None, _PORT} else f":{self.port}"
        query = f"?{self.query}" if self.query else ""
        return f"https://{named}{at}{self.path}{query}"


def read_https(text: str) -> HttpsAddress | None:
    """The address of a text of at most 500 characters; None where it is none that can be asked."""
    given = text.strip()
    try:
        parts = urlsplit(given)
        host, port = parts.hostname, parts.port
    except ValueError:
        return None
    if not _usable(given, parts) or not host or port == 0:
        return None
    return HttpsAddress(host, port, parts.path, parts.query)


def _usable(given: str, parts: SplitResult) -> bool:
    plain = len(given) <= LENGTH_MAX and given.isascii() and given.isprintable()
    bare = not (parts.fragment or "@" in parts.netloc or "\\" in given or " " in given)
    return plain and bare and parts.scheme == "https"


def is_public(address: str) -> bool:
    """Whether a network address is one of the Internet's, and not of a network behind a wall."""
    found = ip_address(address.partition("%")[0])
    inner = _inner(found) if isinstance(found, IPv6Address) else None
    return all(one.is_global and not one.is_multicast for one in (found, inner) if one is not None)


def _inner(address: IPv6Address) -> IPv4Address | None:
    """The address of version 4 that a gateway would make of this one: RFC 3056, 4380 and 6052."""
    if address in _NAT64:
        return IPv4Address(int(address) & 0xFFFFFFFF)
    return address.sixtofour or (address.teredo[1] if address.teredo else None)
