"""What a person is asked when a client wants to act for them: who, for which organisation, whether.

The pages change nothing by themselves: they let the browser keep an answer, sealed and bound to the
one request, and send it back to the authorization endpoint, which reads the request anew.
"""

import hashlib
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from urllib.parse import urlencode

from starlette.requests import Request
from starlette.responses import Response

from consortium.identity.actions.accounts import Affiliation, affiliations
from consortium.identity.actions.consents import consents_given, give_consent
from consortium.identity.actions.sessions import SignedIn
from consortium.identity.oauth.authorization import Approval, AuthorizationRequest, Denial
from consortium.identity.rules.scopes import EXPLAINED
from consortium.web.people.browser import local_path
from consortium.web.people.door import recognise
from consortium.web.people.visit import People, Visit

_ASKED = timedelta(minutes=15)
_ANSWERED = timedelta(minutes=2)

Outcome = Response | Approval | Denial
Consents = list[tuple[int | None, frozenset[str]]]


@dataclass(frozen=True, slots=True)
class Interaction:
    """Decides for the authorization endpoint, or asks."""

    people: People

    async def __call__(self, request: Request, asked: AuthorizationRequest) -> Outcome:
        """A page or redirect, or what the person has decided."""
        visit = Visit.of(self.people, request)
        with self.people.database.active():
            await recognise(visit, rotate=False)
            outcome = await _decided(visit, asked)
        return visit.finish(outcome) if isinstance(outcome, Response) else outcome


async def consent_sent(visit: Visit) -> Response:
    """Let the browser keep the answer, and go back to where it was asked."""
    to = local_path(visit.form.get("next"))
    kept = visit.kept("interaction")
    since = kept["since"] if kept.get("request") == _digest(to) else visit.at.timestamp()
    visit.keep(
        "interaction",
        _ANSWERED,
        request=_digest(to),
        since=since,
        account=visit.person.account_id,
        organisation=visit.form.get("organisation", ""),
        verdict=visit.form.get("verdict", ""),
    )
    return visit.onward(to)


async def _decided(visit: Visit, asked: AuthorizationRequest) -> Outcome:
    here = await _here(visit.request)
    kept = visit.kept("interaction")
    if kept.get("request") != _digest(here):
        kept = {}
    person = visit.signed_in
    if person is None or _must_prove(visit, person, asked, kept):
        return _to_sign_in(visit, asked, here)
    belongs = await affiliations(person.account_id)
    given = await consents_given(person.account_id, asked.client.row)
    if kept.get("account") == person.account_id and kept.get("verdict"):
        return await _answered(visit, person, asked, kept, belongs)
    silent = _silently(asked, belongs, given)
    if silent is not None and not asked.prompt & {"consent", "select_account"}:
        return _approval(person, asked, silent[0])
    if "none" in asked.prompt:
        known = asked.client.first_party or any(set(asked.scopes) <= had for _, had in given)
        return Denial("interaction_required" if known else "consent_required")
    return _consent_page(visit, asked, here, belongs, given)


def _must_prove(
    visit: Visit, person: SignedIn, asked: AuthorizationRequest, kept: dict[str, Any]
) -> bool:
    """Whether the person signs in (again): once for each request that wants it (Core, 3.1.2.1)."""
    age = visit.at - person.authenticated_at
    wanted = "login" in asked.prompt or (
        asked.max_age is not None and age > timedelta(seconds=asked.max_age)
    )
    done = "since" in kept and person.authenticated_at.timestamp() >= kept["since"]
    return wanted and not done


def _to_sign_in(visit: Visit, asked: AuthorizationRequest, here: str) -> Outcome:
    if "none" in asked.prompt:
        return Denial("login_required")
    visit.keep("interaction", _ASKED, request=_digest(here), since=visit.at.timestamp(), verdict="")
    question = {"next": here, "again": "1"}
    if asked.login_hint:
        question["email"] = asked.login_hint
    return visit.redirect(f"/sign-in?{urlencode(question)}")


def _silently(
    asked: AuthorizationRequest, belongs: list[Affiliation], given: Consents
) -> tuple[int | None] | None:
    """The organisation, where there is nothing to choose and nothing to agree to."""
    if len(belongs) > 1:
        return None
    only = belongs[0].organisation_id if belongs else None
    agreed = any(had >= set(asked.scopes) for where, had in given if where == only)
    return (only,) if asked.client.first_party or agreed else None


async def _answered(
    visit: Visit,
    person: SignedIn,
    asked: AuthorizationRequest,
    kept: dict[str, Any],
    belongs: list[Affiliation],
) -> Outcome:
    if kept["verdict"] != "approve":
        return Denial("access_denied")
    own = {str(one.organisation_id): one.organisation_id for one in belongs}
    chosen = own.get(kept["organisation"])
    if chosen is None and belongs:
        return Denial("access_denied")
    if not asked.client.first_party:
        await give_consent(person.principal, asked.client.row, chosen, asked.scopes, visit.at)
    return _approval(person, asked, chosen)


def _approval(
    person: SignedIn, asked: AuthorizationRequest, organisation_id: int | None
) -> Approval:
    return Approval(
        account_id=person.account_id,
        session_id=person.session_id,
        organisation_id=organisation_id,
        scopes=asked.scopes,
        authenticated_at=person.authenticated_at,
        methods=" ".join(person.methods),
    )


def _consent_page(
    visit: Visit,
    asked: AuthorizationRequest,
    here: str,
    belongs: list[Affiliation],
    given: Consents,
) -> Response:
    before = [where for where, _ in given]
    first = next((one.organisation_id for one in belongs), None)
    known = {one.organisation_id for one in belongs}
    words = {str(scope): text for scope, text in EXPLAINED.items()}
    return visit.page(
        "consent.html",
        client=asked.client.name,
        first_party=asked.client.first_party,
        scopes=[words.get(scope, scope) for scope in asked.scopes],
        belongs=belongs,
        chosen=next((where for where in before if where in known), first),
        next=here,
        another=f"/sign-in?{urlencode({'next': here, 'again': '1'})}",
    )


async def _here(request: Request) -> str:
    """The request as an address, also where it came as a form (Core, section 3.1.2.1)."""
    if request.method != "POST":
        return f"{request.url.path}?{request.url.query}"
    async with request.form() as form:
        fields = [(name, value) for name, value in form.multi_items() if isinstance(value, str)]
    return f"{request.url.path}?{urlencode(fields)}"


def _digest(path: str) -> str:
    return hashlib.sha256(path.encode()).hexdigest()
