"""Pages behind links that were sent by mail: invitations, resets, changes of address."""

from starlette.background import BackgroundTask
from starlette.responses import Response

from consortium.identity.actions.email_changes import change_email
from consortium.identity.actions.invitations import (
    accept_as_known,
    accept_as_new,
    look_at_invitation,
)
from consortium.identity.actions.links import LinkInvalid, look_at_link
from consortium.identity.actions.passwords import request_reset, reset_password
from consortium.identity.rules.links import LinkPurpose
from consortium.identity.rules.throttling import TooManyAttempts
from consortium.kernel.errors import BadInput
from consortium.web.people.door import to_sign_in
from consortium.web.people.sign_in import proved
from consortium.web.people.visit import Visit


async def invitation_page(visit: Visit) -> Response:
    """What the invitation is about; a person who has an account signs in to accept it."""
    link, known = await look_at_invitation(_token(visit), visit.at)
    if known and visit.signed_in is None:
        return to_sign_in(visit)
    if known and visit.person.email != link.email:
        raise LinkInvalid
    return visit.page("invitation.html", link=link, known=known, name="")


async def invitation_sent(visit: Visit) -> Response:
    """Accept the invitation: with a new account, whose session begins, or with one's own."""
    token = _token(visit)
    link, known = await look_at_invitation(token, visit.at)
    if known:
        await accept_as_known(token, visit.person, visit.at)
        return visit.redirect("/account")
    name, password = visit.form.get("name", ""), visit.form.get("password", "")
    try:
        account_id = await accept_as_new(token, name, password, visit.at, visit.people.passwords)
    except BadInput as error:
        shown = {"link": link, "known": False, "name": name[:200], "error": error.message}
        return visit.page("invitation.html", 400, **shown)
    return await proved(visit, account_id, ("pwd",), "/account", second_factor=False)


async def reset_request_page(visit: Visit) -> Response:
    """Ask for the address."""
    return visit.page("reset_request.html")


async def reset_request_sent(visit: Visit) -> Response:
    """Say the same whoever asks; the work is done when the answer has gone."""
    email, address, at = visit.form.get("email", ""), visit.browser.address, visit.at
    database = visit.people.database

    async def work() -> None:
        try:
            with database.active():
                await request_reset(email, address, at)
        except TooManyAttempts:
            # Enough mail was sent to that address, or asked for from this one.
            pass

    response = visit.page("reset_requested.html")
    response.background = BackgroundTask(work)
    return response


async def reset_page(visit: Visit) -> Response:
    """Ask for the new password."""
    await look_at_link(_token(visit), LinkPurpose.PASSWORD_RESET, visit.at)
    return visit.page("reset.html")


async def reset_sent(visit: Visit) -> Response:
    """Set the new password; the person then signs in with it."""
    password = visit.form.get("password", "")
    try:
        await reset_password(_token(visit), password, visit.at, visit.people.passwords)
    except BadInput as error:
        return visit.page("reset.html", 400, error=error.message)
    return visit.page("reset_done.html")


async def email_page(visit: Visit) -> Response:
    """Ask for a click: programs that look into mail follow links, and must not confirm."""
    link = await look_at_link(_token(visit), LinkPurpose.EMAIL_CHANGE, visit.at)
    return visit.page("email_change.html", email=link.email)


async def email_sent(visit: Visit) -> Response:
    """Take the new address."""
    await change_email(_token(visit), visit.at)
    return visit.page("email_changed.html")


def _token(visit: Visit) -> str:
    return str(visit.request.path_params["token"])
