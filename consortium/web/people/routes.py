"""Which page is where."""

from pathlib import Path

from starlette.requests import Request
from starlette.responses import FileResponse, Response
from starlette.routing import Route

from consortium.web.people import account, federation, interaction, links, questionnaires, sign_in
from consortium.web.people.browser import HEADERS
from consortium.web.people.door import Door
from consortium.web.people.visit import People

STYLE = Path(__file__).parent / "people.css"


async def style(_: Request) -> Response:
    """The one style sheet."""
    return FileResponse(STYLE, headers={**HEADERS, "cache-control": "max-age=3600"})


def routes(people: People) -> list[Route]:
    """All pages for people."""
    door = Door(people)
    everyone, signed_in, fresh = door.everyone, door.signed_in, door.fresh
    shown: list[tuple[str, object]] = [
        ("/sign-in", everyone(sign_in.sign_in_page)),
        ("/sign-in/second-factor", everyone(sign_in.second_factor_page)),
        ("/sign-in/organisation", everyone(federation.organisation_page)),
        ("/sign-in/provider/{provider:int}/callback", everyone(federation.returned)),
        ("/sign-in/link", signed_in(federation.link_page)),
        ("/sign-out", everyone(sign_in.sign_out_page)),
        ("/invitations/{token}", everyone(links.invitation_page)),
        ("/reset", everyone(links.reset_request_page)),
        ("/reset/{token}", everyone(links.reset_page)),
        ("/email/{token}", everyone(links.email_page)),
        ("/questionnaires/{secret}", everyone(questionnaires.questionnaire_page)),
        ("/account", signed_in(account.show)),
        ("/account/second-factor", fresh(account.second_factor_page)),
        ("/account/erase", fresh(account.erasure_page)),
    ]
    sent: list[tuple[str, object]] = [
        ("/sign-in", everyone(sign_in.sign_in_sent)),
        ("/sign-in/second-factor", everyone(sign_in.second_factor_sent)),
        ("/sign-in/organisation", everyone(federation.organisation_sent)),
        ("/sign-in/link", signed_in(federation.link_sent)),
        ("/sign-out", everyone(sign_in.sign_out_sent)),
        ("/consent", signed_in(interaction.consent_sent)),
        ("/invitations/{token}", everyone(links.invitation_sent)),
        ("/reset", everyone(links.reset_request_sent)),
        ("/reset/{token}", everyone(links.reset_sent)),
        ("/email/{token}", everyone(links.email_sent)),
        ("/questionnaires/{secret}", everyone(questionnaires.questionnaire_sent)),
        ("/account/name", signed_in(account.name_sent)),
        ("/account/password", signed_in(account.password_sent)),
        ("/account/email", fresh(account.email_sent)),
        ("/account/second-factor", fresh(account.second_factor_sent)),
        ("/account/second-factor/begin", fresh(account.second_factor_begun)),
        ("/account/second-factor/remove", fresh(account.second_factor_removed)),
        ("/account/second-factor/codes", fresh(account.codes_renewed)),
        ("/account/export", fresh(account.exported)),
        ("/account/erase", fresh(account.erased)),
        ("/account/sessions/revoke", signed_in(account.session_revoked)),
        ("/account/programs/revoke", signed_in(account.program_revoked)),
    ]
    return [
        Route("/people.css", style),
        *(Route(path, page, methods=["GET"]) for path, page in shown),  # type: ignore[arg-type]
        *(Route(path, page, methods=["POST"]) for path, page in sent),  # type: ignore[arg-type]
    ]
