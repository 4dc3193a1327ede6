"""Every page is behind this door: it knows who asks, and tells what went wrong."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from urllib.parse import urlencode

import structlog
from starlette.requests import Request
from starlette.responses import Response

from consortium.footprints.rules.requests import QuestionnaireOver
from consortium.identity.actions.links import LinkInvalid
from consortium.identity.actions.sessions import find_session, rotate_stale_session
from consortium.identity.federation.fetching import ProviderFailed
from consortium.identity.rules.authority import NoSeatLeft
from consortium.identity.rules.sessions import ABSOLUTE_MAX, FRESH
from consortium.identity.rules.throttling import TooManyAttempts
from consortium.kernel.errors import DomainError, NotFound
from consortium.web.failures import database_down, masked
from consortium.web.people.browser import FormRefused
from consortium.web.people.visit import FormTooLarge, People, Visit

_log = structlog.get_logger(__name__)

Page = Callable[[Visit], Awaitable[Response]]

SESSION_SECONDS = int(ABSOLUTE_MAX.total_seconds())

_STATUS: dict[type[DomainError], int] = {
    FormRefused: 403,
    FormTooLarge: 413,
    LinkInvalid: 410,
    NoSeatLeft: 409,
    NotFound: 404,
    ProviderFailed: 502,
    QuestionnaireOver: 410,
    TooManyAttempts: 429,
}


@dataclass(frozen=True, slots=True)
class Door:
    """Opens pages."""

    people: People

    def everyone(self, page: Page) -> Callable[[Request], Awaitable[Response]]:
        """A page that needs nobody to be signed in."""
        return self._opened(page)

    def signed_in(self, page: Page) -> Callable[[Request], Awaitable[Response]]:
        """A page for those who are signed in; others sign in first."""

        async def inner(visit: Visit) -> Response:
            return await page(visit) if visit.signed_in else to_sign_in(visit)

        return self._opened(inner)

    def fresh(self, page: Page) -> Callable[[Request], Awaitable[Response]]:
        """A page for those who have just proved who they are; others prove it again."""

        async def inner(visit: Visit) -> Response:
            person = visit.signed_in
            if person is None or visit.at - person.authenticated_at > FRESH:
                return to_sign_in(visit, again=person is not None)
            return await page(visit)

        return self._opened(inner)

    def _opened(self, page: Page) -> Callable[[Request], Awaitable[Response]]:
        async def endpoint(request: Request) -> Response:
            visit = Visit.of(self.people, request)
            try:
                with self.people.database.active():
                    await recognise(visit)
                    if request.method == "POST":
                        await visit.read_form()
                    response = await page(visit)
            except Exception as error:  # noqa: BLE001  every failure is told on a page
                response = told(visit, error)
            return visit.finish(response)

        return endpoint


async def recognise(visit: Visit, *, rotate: bool = True) -> None:
    """Who is signed in in this browser; a session's token ends when its person's rights change.

    Without `rotate` the token stays for now: where the answer may carry no cookie.
    """
    if not visit.session_token:
        return
    visit.signed_in = await find_session(visit.session_token, visit.at)
    if visit.signed_in is None:
        # The cookie stays: in another tab the session may just have got another token.
        visit.session_token = ""
    elif rotate and visit.signed_in.stale and visit.request.method == "GET":
        # Not under a form, whose token was made with the one before.
        token = await rotate_stale_session(visit.signed_in, visit.at)
        visit.begin_session(token, SESSION_SECONDS)


def to_sign_in(visit: Visit, *, again: bool = False, to: str | None = None) -> Response:
    """Sign in, then come back here."""
    here = visit.request.url.path
    if visit.request.method == "GET" and visit.request.url.query:
        here += f"?{visit.request.url.query}"
    after = to or (here if visit.request.method == "GET" else "/account")
    asked = {"next": after} | ({"again": "1"} if again else {})
    return visit.redirect(f"/sign-in?{urlencode(asked)}")


def told(visit: Visit, error: Exception) -> Response:
    """A page that says what went wrong; a bug is masked, and logged whole under a number."""
    if isinstance(error, DomainError):
        if isinstance(error, ProviderFailed):
            _log.warning("a member's sign-in failed", exc_info=error)
        response = visit.page("problem.html", _STATUS.get(type(error), 400), what=error.message)
        if isinstance(error, TooManyAttempts):
            response.headers["retry-after"] = str(error.retry_after)
        return response
    if database_down(error):
        return visit.page("problem.html", 503, what="The database does not answer; try again.")
    return visit.page("problem.html", 500, what=masked(error))
