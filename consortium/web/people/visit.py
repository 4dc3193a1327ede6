"""One request for a page: who asks, from which browser, what the form says, what is answered."""

import hmac
import json
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, cast
from urllib.parse import parse_qsl, urlsplit

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from consortium.identity.actions.sessions import Browser, SignedIn
from consortium.identity.federation.flow import Providers
from consortium.identity.proofs.passwords import Passwords
from consortium.identity.proofs.sealing import SealBroken, Sealer
from consortium.identity.proofs.tokens import new_token
from consortium.kernel.clock import Now
from consortium.kernel.errors import DomainError
from consortium.storage.database import Database
from consortium.web.people.browser import (
    COOKIE_SECONDS_MAX,
    HEADERS,
    FormRefused,
    check_sent_from_here,
    form_token,
)

_FIELDS_MAX = 50
_FORM = "application/x-www-form-urlencoded"

_PAGES = Environment(
    loader=FileSystemLoader(Path(__file__).parent / "templates"),
    undefined=StrictUndefined,
    autoescape=True,
    trim_blocks=True,
    lstrip_blocks=True,
)


class FormTooLarge(DomainError):
    """The form is larger than the server reads."""

    code = "FORM_TOO_LARGE"


@dataclass(frozen=True, slots=True)
class People:
    """What the pages stand on."""

    database: Database
    public_url: str
    sealer: Sealer
    providers: Providers
    passwords: Passwords
    now: Now
    body_max: int

    @property
    def secure(self) -> bool:
        """Whether cookies are for https only, under names that no other site can set."""
        return self.public_url.startswith("https://")

    def cookie_name(self, name: str) -> str:
        """The name by which a browser keeps a cookie (RFC 6265bis, section 4.1.3.2)."""
        return f"__Host-{name}" if self.secure else name


@dataclass(slots=True)
class Visit:
    """A request for a page."""

    people: People
    request: Request
    at: datetime
    browser_number: str
    session_token: str = ""
    signed_in: SignedIn | None = None
    form: dict[str, str] = field(default_factory=dict[str, str])
    _cookies: dict[str, tuple[str, int | None]] = field(
        default_factory=dict[str, tuple[str, int | None]]
    )

    @classmethod
    def of(cls, people: People, request: Request) -> "Visit":
        """A visit whose cookies have been read, and nothing else yet."""
        number = request.cookies.get(people.cookie_name("browser"), "")
        visit = cls(people, request, people.now(), number or new_token())
        visit.session_token = request.cookies.get(people.cookie_name("session"), "")
        if not number:
            visit.set_cookie("browser", visit.browser_number, COOKIE_SECONDS_MAX)
        return visit

    @property
    def browser(self) -> Browser:
        """Where the request comes from."""
        address = self.request.client.host if self.request.client else ""
        return Browser(address, self.request.headers.get("user-agent", ""))

    @property
    def person(self) -> SignedIn:
        """Who is signed in, behind a door that lets nobody else in."""
        if self.signed_in is None:
            raise FormRefused
        return self.signed_in

    async def read_form(self) -> None:
        """Read the form that was sent, and make sure that it is one of ours.

        Raises FormRefused, FormTooLarge.
        """
        base = urlsplit(self.people.public_url)
        check_sent_from_here(self.request.headers, frozenset({f"{base.scheme}://{base.netloc}"}))
        body = await self._body()
        if self.request.headers.get("content-type", "").partition(";")[0].strip() != _FORM:
            raise FormRefused
        try:
            pairs = parse_qsl(
                body.decode("ascii"), keep_blank_values=True, max_num_fields=_FIELDS_MAX
            )
        except (UnicodeDecodeError, ValueError):
            raise FormRefused from None
        self.form = dict(pairs)
        token = form_token(self.browser_number, self.session_token)
        if not hmac.compare_digest(self.form.get("csrf", "").encode(), token.encode()):
            raise FormRefused

    async def _body(self) -> bytes:
        body = bytearray()
        async for part in self.request.stream():
            # Read to its end all the same: who is still sending does not see an answer.
            if len(body) <= self.people.body_max:
                body += part
        if len(body) > self.people.body_max:
            raise FormTooLarge
        return bytes(body)

    def page(self, template: str, status: int = 200, **context: object) -> Response:
        """A page. `error`, where given, is told first and has the focus."""
        context.setdefault("error", None)
        html = _PAGES.get_template(template).render(
            csrf=form_token(self.browser_number, self.session_token),
            person=self.signed_in,
            **context,
        )
        return HTMLResponse(html, status)

    def redirect(self, to: str) -> Response:
        """Go to a page of these."""
        return RedirectResponse(to, status_code=303)

    def onward(self, to: str) -> Response:
        """Leave these pages after a form.

        By a page that goes on by itself: a redirect would still be the form's, and browsers hold
        each of its addresses, to the client's own, against `form-action`.
        """
        if to.startswith("/") and not to.startswith("/oauth/"):
            return self.redirect(to)
        return self.page("onward.html", to=to)

    def set_cookie(self, name: str, value: str, seconds: int | None = None) -> None:
        """Let the browser keep something; scripts cannot read it."""
        self._cookies[name] = (value, seconds)

    def clear_cookie(self, name: str) -> None:
        """Let the browser forget it."""
        self._cookies[name] = ("", 0)

    def begin_session(self, token: str, seconds: int) -> None:
        """Use this session's token from now on."""
        self.session_token = token
        self.set_cookie("session", token, seconds)

    def keep(self, name: str, lifetime: timedelta, **facts: Any) -> None:
        """Let the browser keep facts that it can neither read nor change."""
        facts |= {"until": (self.at + lifetime).timestamp(), "for": name}
        seconds = int(lifetime.total_seconds())
        self.set_cookie(name, self.people.sealer.seal(json.dumps(facts)), seconds)

    def kept(self, name: str) -> dict[str, Any]:
        """The facts that the browser kept under this name and that still hold, or none."""
        sealed = self.request.cookies.get(self.people.cookie_name(name), "")
        if not sealed:
            return {}
        try:
            facts = cast("dict[str, Any]", json.loads(self.people.sealer.open(sealed)))
        except (SealBroken, ValueError):
            return {}
        holds = facts["for"] == name and facts["until"] > self.at.timestamp()
        return facts if holds else {}

    def finish(self, response: Response) -> Response:
        """The answer with its cookies and headers."""
        for name, (value, seconds) in self._cookies.items():
            response.set_cookie(
                self.people.cookie_name(name),
                value,
                max_age=seconds,
                path="/",
                secure=self.people.secure,
                httponly=True,
                samesite="lax",
            )
        response.headers.update(HEADERS)
        return response
