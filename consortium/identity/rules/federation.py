"""Which addresses a member's identity provider may have."""

from urllib.parse import urlsplit

from consortium.kernel.errors import BadInput

_LOOPBACK = frozenset({"127.0.0.1", "::1", "localhost"})
_LENGTH_MAX = 500


class IssuerInvalid(BadInput):
    """An issuer is an https address without query or fragment (OpenID Connect Discovery, 4.1)."""

    code = "ISSUER_INVALID"


def check_endpoint(url: str, *, loopback: bool) -> str:
    """An address that this server may ask: https, or http on this machine where that is allowed.

    Raises IssuerInvalid.
    """
    try:
        parts = urlsplit(url)
        host, _ = parts.hostname, parts.port
    except ValueError:
        raise IssuerInvalid from None
    usable = len(url) <= _LENGTH_MAX and url.isascii() and url.isprintable() and " " not in url
    if not usable or not host or parts.username or parts.password or parts.fragment:
        raise IssuerInvalid
    local = parts.scheme == "http" and loopback and host in _LOOPBACK
    if parts.scheme != "https" and not local:
        raise IssuerInvalid
    return url


def check_issuer(url: str, *, loopback: bool) -> str:
    """An issuer's address, without a slash at its end changed. Raises IssuerInvalid."""
    if urlsplit(check_endpoint(url, loopback=loopback)).query:
        raise IssuerInvalid
    return url
