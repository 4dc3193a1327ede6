"""`/account`: what the person is here, and what acts for them."""

import orjson
import segno
from starlette.responses import Response

from consortium.identity.actions.accounts import affiliations, rename_account
from consortium.identity.actions.consents import programs_of, revoke_program
from consortium.identity.actions.email_changes import request_email_change
from consortium.identity.actions.passwords import change_password
from consortium.identity.actions.persons import erase_person, export_person
from consortium.identity.actions.second_factors import (
    begin_second_factor,
    confirm_second_factor,
    pending_secret,
    recovery_codes_left,
    remove_second_factor,
    renew_recovery_codes,
)
from consortium.identity.actions.sessions import live_sessions, revoke_session
from consortium.identity.actions.sign_in import SignInRefused
from consortium.identity.proofs.second_factors import provisioning_uri
from consortium.identity.rules.authority import LastAdministrator
from consortium.identity.rules.scopes import EXPLAINED
from consortium.kernel.errors import BadInput, NotFound
from consortium.web.people.door import SESSION_SECONDS
from consortium.web.people.visit import Visit

_IDS_MAX = 18

_WORDS = {str(scope): words for scope, words in EXPLAINED.items()}


async def account_page(visit: Visit, status: int = 200, **context: object) -> Response:
    """Everything about the person on one page."""
    account_id = visit.person.account_id
    return visit.page(
        "account.html",
        status,
        sessions=await live_sessions(account_id, visit.at),
        programs=await programs_of(account_id),
        affiliations=await affiliations(account_id),
        codes_left=await recovery_codes_left(account_id),
        explained=_WORDS,
        **context,
    )


async def show(visit: Visit) -> Response:
    """The page, with a word on what was just done."""
    done = visit.request.query_params.get("done")
    return await account_page(visit, done=_DONE.get(done or ""))


_DONE = {
    "name": "Your name was changed.",
    "password": "Your password was changed. All other sessions were ended.",
    "email": "A link was sent to the new address. Follow it to confirm the change.",
    "session": "The session was ended.",
    "program": "The program acts for you no more.",
    "removed": "The second factor was taken off.",
}


async def name_sent(visit: Visit) -> Response:
    """Change the name."""
    try:
        await rename_account(visit.person.principal, visit.form.get("name", ""))
    except BadInput as error:
        return await account_page(visit, 400, error=error.message, done=None)
    return visit.redirect("/account?done=name")


async def password_sent(visit: Visit) -> Response:
    """Change the password."""
    old, new = visit.form.get("old", ""), visit.form.get("new", "")
    try:
        token = await change_password(visit.person, old, new, visit.at, visit.people.passwords)
    except (BadInput, SignInRefused) as error:
        said = error.message if isinstance(error, BadInput) else "The old password is not right."
        return await account_page(visit, 400, error=said, done=None)
    visit.begin_session(token, SESSION_SECONDS)
    return visit.redirect("/account?done=password")


async def email_sent(visit: Visit) -> Response:
    """Ask for another address."""
    try:
        await request_email_change(visit.person, visit.form.get("email", ""), visit.at)
    except BadInput as error:
        return await account_page(visit, 400, error=error.message, done=None)
    return visit.redirect("/account?done=email")


async def second_factor_page(visit: Visit) -> Response:
    """The secret as a picture and as text, until a code of it was typed."""
    secret = await pending_secret(visit.person, visit.people.sealer)
    if secret is None or visit.person.has_second_factor:
        return visit.redirect("/account")
    return _enrolment(visit, secret)


async def second_factor_begun(visit: Visit) -> Response:
    """Make a new secret."""
    await begin_second_factor(visit.person, visit.people.sealer)
    return visit.redirect("/account/second-factor")


async def second_factor_sent(visit: Visit) -> Response:
    """Turn it on when the code is right; show the recovery codes this once."""
    secret = await pending_secret(visit.person, visit.people.sealer)
    if secret is None:
        return visit.redirect("/account")
    code = visit.form.get("code", "")[:100]
    try:
        codes, token = await confirm_second_factor(
            visit.person, code, visit.people.sealer, visit.at
        )
    except BadInput as error:
        return _enrolment(visit, secret, status=400, error=error.message)
    visit.begin_session(token, SESSION_SECONDS)
    return visit.page("recovery_codes.html", codes=codes)


async def second_factor_removed(visit: Visit) -> Response:
    """Take it off."""
    token = await remove_second_factor(visit.person, visit.at)
    visit.begin_session(token, SESSION_SECONDS)
    return visit.redirect("/account?done=removed")


async def codes_renewed(visit: Visit) -> Response:
    """New recovery codes."""
    if not visit.person.has_second_factor:
        raise NotFound
    return visit.page("recovery_codes.html", codes=await renew_recovery_codes(visit.person))


async def exported(visit: Visit) -> Response:
    """All that is held of the person, as a file."""
    held = await export_person(visit.person.account_id)
    name = {"content-disposition": 'attachment; filename="my-data.json"'}
    body = orjson.dumps(held, option=orjson.OPT_INDENT_2, default=str)
    return Response(body, media_type="application/json", headers=name)


async def erasure_page(visit: Visit) -> Response:
    """Ask whether to be forgotten."""
    return visit.page("erasure.html")


async def erased(visit: Visit) -> Response:
    """Forget the person."""
    try:
        await erase_person(visit.person.principal, visit.person.account_id)
    except LastAdministrator as error:
        return visit.page("erasure.html", 409, error=error.message)
    visit.signed_in, visit.session_token = None, ""
    for name in ("session", "known"):
        visit.clear_cookie(name)
    return visit.page("erased.html")


async def session_revoked(visit: Visit) -> Response:
    """End one of the person's sessions."""
    person = visit.person
    await revoke_session(person.principal, _number(visit, "session"), visit.at)
    return visit.redirect("/account?done=session")


async def program_revoked(visit: Visit) -> Response:
    """End what a program may do."""
    await revoke_program(visit.person.principal, _number(visit, "client"), visit.at)
    return visit.redirect("/account?done=program")


def _enrolment(visit: Visit, secret: str, status: int = 200, **context: object) -> Response:
    uri = provisioning_uri(secret, visit.person.email)
    picture = segno.make(uri, error="m").svg_inline(
        scale=5, border=4, dark="#000", light="#fff", svgclass="qr", lineclass=None
    )
    grouped = " ".join(secret[start : start + 4] for start in range(0, len(secret), 4))
    return visit.page("enrolment.html", status, picture=picture, secret=grouped, **context)


def _number(visit: Visit, name: str) -> int:
    text = visit.form.get(name, "")
    if not (text.isascii() and text.isdigit() and len(text) <= _IDS_MAX):
        raise NotFound
    return int(text)
