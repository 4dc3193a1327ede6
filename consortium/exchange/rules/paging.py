"""Pages of footprints: a place in a stable order, told as an absolute link (RFC 8288)."""

import re
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Iterable
from dataclasses import dataclass
from urllib.parse import urlencode

from consortium.kernel.errors import BadInput

PAGE_MAX = 1000
LIMIT, AFTER = "limit", "after"
_DIGITS_MAX = 18
_AUTHORITY = re.compile(r"[A-Za-z0-9.-]+(:[0-9]{1,5})?|\[[0-9A-Fa-f:.]+\](:[0-9]{1,5})?")


class PageInvalid(BadInput):
    """`limit` is a whole number from 0, and `after` what a link of this server says."""

    code = "PAGE_INVALID"


@dataclass(frozen=True, slots=True)
class Page:
    """At most `limit` footprints after a place in the order, which is that of their rows.

    A footprint keeps its place for good, so a link works for as long as the partner may ask.
    """

    limit: int | None
    after: int = 0

    @property
    def size(self) -> int:
        """How many footprints the page has at most."""
        return PAGE_MAX if self.limit is None else min(self.limit, PAGE_MAX)


def read_page(pairs: Iterable[tuple[str, str]]) -> Page:
    """The page that a query asks for. Raises PageInvalid."""
    limit: int | None = None
    after = 0
    for name, value in pairs:
        if name == LIMIT:
            if not (value.isascii() and value.isdigit() and len(value) <= _DIGITS_MAX):
                raise PageInvalid("`limit` is a whole number from 0.").at(LIMIT)
            limit = int(value)
        elif name == AFTER:
            after = _place(value)
    return Page(limit, after)


def next_link(base: str, pairs: Iterable[tuple[str, str]], place: int) -> str:
    """The header `Link` to what follows a place, with the same parameters."""
    kept = [(name, value) for name, value in pairs if name != AFTER]
    return f'<{base}?{urlencode([*kept, (AFTER, _opaque(place))])}>; rel="next"'


def checked_authority(host: str) -> str:
    """The host that was asked, as it goes into a link. Raises PageInvalid."""
    if not _AUTHORITY.fullmatch(host):
        raise PageInvalid("The header `Host` names no host.").at("host")
    return host


def _opaque(place: int) -> str:
    return urlsafe_b64encode(f"pf{place}".encode()).decode().rstrip("=")


def _place(text: str) -> int:
    try:
        told = urlsafe_b64decode(text + "=" * (-len(text) % 4)).decode("ascii")
    except ValueError:
        told = ""
    digits = told.removeprefix("pf")
    if not told.startswith("pf") or not digits.isdigit() or len(digits) > _DIGITS_MAX:
        raise PageInvalid("`after` is what a link of this server says.").at(AFTER)
    return int(digits)
