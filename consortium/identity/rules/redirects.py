"""Redirect addresses: which may be registered, and which of them a request means."""

import re
from collections.abc import Iterable
from urllib.parse import urlsplit

from consortium.identity.rules.clients import ClientKind

LENGTH_MAX = 2000
_LOOPBACK = frozenset({"127.0.0.1", "::1", "localhost"})
# What is printed in ASCII, without what ends or confuses an address (RFC 3986, section 2).
_PLAIN = re.compile(r"[!-~]+")
_CONFUSING = re.compile(r"[\\<>\"^`{|}#]")
# RFC 8252, section 7.1: a reversed domain name as the scheme.
_PRIVATE_USE = re.compile(r"[a-z][a-z0-9+-]*(\.[a-z0-9+-]+)+")
# A loopback address taken apart: the host, the port, the rest from the path on.
_ON_LOOPBACK = re.compile(
    r"http://(?P<host>127\.0\.0\.1|\[::1\]|localhost)(?::[0-9]{1,5})?(?P<rest>(?:[/?].*)?)"
)


def fault_of(uri: str, kind: ClientKind) -> str | None:
    """Why this address may not be registered; None where it may.

    RFC 9700, section 2.1, and RFC 8252, sections 7 and 8.4: https, http to the own machine only,
    and for a program in people's hands a scheme of its own.
    """
    if len(uri) > LENGTH_MAX or not _PLAIN.fullmatch(uri) or _CONFUSING.search(uri):
        return "is too long, or has a fragment, a space or a sign that addresses do not have"
    try:
        parts = urlsplit(uri)
        _ = parts.port
    except ValueError:
        return "is no address"
    if parts.username is not None or parts.password is not None:
        return "holds a user name"
    web = parts.scheme == "https" and bool(parts.hostname)
    own_machine = parts.scheme == "http" and parts.hostname in _LOOPBACK
    own_scheme = kind is ClientKind.PUBLIC and bool(_PRIVATE_USE.fullmatch(parts.scheme))
    if web or own_machine or own_scheme:
        return None
    return "is neither https, nor http to the own machine, nor a scheme of a program's own"


def registered(given: str, allowed: Iterable[str]) -> bool:
    """Whether a request's address is one of those registered.

    Compared as texts (RFC 9700, section 2.1), but for the port of an address of the own machine,
    which a native app is given by its system (RFC 8252, section 7.3).
    """
    return any(given == one or _same_but_port(given, one) for one in allowed)


def _same_but_port(given: str, one: str) -> bool:
    ours, theirs = _ON_LOOPBACK.fullmatch(one), _ON_LOOPBACK.fullmatch(given)
    return bool(ours and theirs and ours.group("host", "rest") == theirs.group("host", "rest"))
