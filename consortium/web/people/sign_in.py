"""`/sign-in`, the second factor, `/sign-out`."""

from datetime import timedelta
from typing import Any
from urllib.parse import urlencode

from starlette.responses import Response

from consortium.identity.actions.second_factors import CodeRefused, check_second_factor
from consortium.identity.actions.sessions import renew_session, revoke_session
from consortium.identity.actions.sign_in import Attempt, SignInRefused, check_sign_in, sign_in
from consortium.identity.proofs.tokens import new_token
from consortium.web.people.browser import local_path
from consortium.web.people.door import SESSION_SECONDS
from consortium.web.people.visit import Visit

_PENDING = timedelta(minutes=5)
_KNOWN = timedelta(days=365)


async def sign_in_page(visit: Visit) -> Response:
    """Ask for address and password; who is signed in goes on, unless asked to prove it again."""
    asked = visit.request.query_params
    to = local_path(asked.get("next"))
    if visit.signed_in is not None and asked.get("again") != "1":
        return visit.onward(to)
    return _form(visit, to, email=asked.get("email", "")[:254])


async def sign_in_sent(visit: Visit) -> Response:
    """Check address and password."""
    email, to = visit.form.get("email", ""), local_path(visit.form.get("next"))
    attempt = Attempt(
        email, visit.form.get("password", ""), visit.browser, _known_browser(visit, email)
    )
    try:
        found = await check_sign_in(attempt, visit.at, visit.people.passwords)
    except SignInRefused as error:
        return _form(visit, to, status=400, email=email[:254], error=error.message)
    _know_browser(visit, email)
    return await proved(
        visit, found.account_id, ("pwd",), to, second_factor=found.has_second_factor
    )


async def proved(
    visit: Visit, account_id: int, methods: tuple[str, ...], to: str, *, second_factor: bool
) -> Response:
    """Go on after a first proof: to the second factor where there is one, else signed in."""
    if not second_factor:
        return await _signed_in(visit, account_id, methods, to)
    visit.keep("pending", _PENDING, account=account_id, methods=list(methods))
    return visit.redirect(f"/sign-in/second-factor?{urlencode({'next': to})}")


async def second_factor_page(visit: Visit) -> Response:
    """Ask for a code."""
    if not visit.kept("pending"):
        return visit.redirect("/sign-in")
    return visit.page("second_factor.html", next=local_path(visit.request.query_params.get("next")))


async def second_factor_sent(visit: Visit) -> Response:
    """Check the code; the session begins only now."""
    pending = visit.kept("pending")
    if not pending:
        return visit.redirect("/sign-in")
    code, to = visit.form.get("code", "")[:100], local_path(visit.form.get("next"))
    try:
        method = await check_second_factor(pending["account"], code, visit.people.sealer, visit.at)
    except CodeRefused as error:
        return visit.page("second_factor.html", 400, next=to, error=error.message)
    visit.clear_cookie("pending")
    methods = (*pending["methods"], method, "mfa")
    return await _signed_in(visit, pending["account"], methods, to)


async def sign_out_page(visit: Visit) -> Response:
    """Ask whether to sign out: a link alone must not."""
    return visit.page("sign_out.html")


async def sign_out_sent(visit: Visit) -> Response:
    """End the session."""
    if visit.signed_in is not None:
        person = visit.signed_in
        await revoke_session(person.principal, person.session_id, visit.at)
    visit.signed_in, visit.session_token = None, ""
    visit.clear_cookie("session")
    return visit.redirect("/sign-in")


async def _signed_in(visit: Visit, account_id: int, methods: tuple[str, ...], to: str) -> Response:
    """Begin a session under a new token; the same person's session in this browser goes on."""
    before = visit.signed_in
    if before is not None and before.account_id == account_id:
        token = await renew_session(before, methods, visit.at)
    else:
        if before is not None:
            await revoke_session(before.principal, before.session_id, visit.at)
        token = await sign_in(account_id, methods, visit.browser, visit.at)
    visit.begin_session(token, SESSION_SECONDS)
    return visit.onward(to)


def _form(visit: Visit, to: str, *, status: int = 200, **more: Any) -> Response:
    return visit.page("sign_in.html", status, next=to, **more)


def _known_browser(visit: Visit, email: str) -> str | None:
    """The number of this browser, if this address has signed in here before."""
    known = visit.kept("known")
    return known["number"] if known.get("email") == email.strip().lower() else None


def _know_browser(visit: Visit, email: str) -> None:
    number = _known_browser(visit, email) or new_token()
    visit.keep("known", _KNOWN, email=email.strip().lower(), number=number)
