"""What a browser brings and is told: cookies, headers, and whether a form was sent from here.

A form holds a token made from two cookies that scripts cannot read: the browser's own number and
the session's token, so that it ends with the session. The browser also says where a form was sent
from; both must be right.
"""

import hashlib
import hmac
from collections.abc import Mapping
from urllib.parse import urlsplit

from consortium.kernel.errors import DomainError

COOKIE_SECONDS_MAX = 400 * 24 * 3600

_NEXT_MAX = 6000

POLICY = (
    "default-src 'none'; style-src 'self'; img-src 'self' data:; form-action 'self';"
    " frame-ancestors 'none'; base-uri 'none'"
)
HEADERS: Mapping[str, str] = {
    "content-security-policy": POLICY,
    "x-frame-options": "DENY",
    # Links that work once stand in addresses.
    "referrer-policy": "no-referrer",
    "cache-control": "no-store",
    "x-content-type-options": "nosniff",
    "cross-origin-opener-policy": "same-origin",
}


class FormRefused(DomainError):
    """This form was not sent from this site, or is too old. Open the page again."""

    code = "FORM_REFUSED"


def form_token(browser: str, session: str) -> str:
    """What a form of this browser and session holds."""
    return hmac.new(browser.encode(), b"form " + session.encode(), hashlib.sha256).hexdigest()


def check_sent_from_here(headers: Mapping[str, str], origins: frozenset[str]) -> None:
    """Whether the browser says that a form was sent from this site. Raises FormRefused.

    With `Referrer-Policy: no-referrer` browsers say `Origin: null` for their own forms too, and
    then `Sec-Fetch-Site` tells. What sends neither is no browser, and has no cookie of another.
    """
    site, origin = headers.get("sec-fetch-site"), headers.get("origin")
    if site is not None and site not in {"same-origin", "none"}:
        raise FormRefused
    if origin == "null" and site is None:
        raise FormRefused
    if origin not in {None, "null"} and origin not in origins:
        raise FormRefused


def local_path(text: str | None, otherwise: str = "/account") -> str:
    """A path of this site to go to next; anything else is `otherwise` (no open redirects)."""
    if not text or len(text) > _NEXT_MAX or not text.isascii() or not text.isprintable():
        return otherwise
    # Browsers take a backslash for a slash, and //host for another site.
    if not text.startswith("/") or text.startswith("//") or "\\" in text or " " in text:
        return otherwise
    parts = urlsplit(text)
    return otherwise if parts.scheme or parts.netloc else text
