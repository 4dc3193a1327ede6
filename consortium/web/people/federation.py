"""Sign-in at a member's own provider, and linking it to an account that is there."""

from datetime import timedelta

from starlette.responses import Response

from consortium.identity.actions.federation import (
    LinkingNeeded,
    admit,
    link_identity,
    provider_for,
    provider_of,
)
from consortium.identity.federation.fetching import ProviderFailed
from consortium.identity.federation.flow import Begun
from consortium.web.people.browser import local_path
from consortium.web.people.sign_in import proved
from consortium.web.people.visit import Visit

_BEGUN = timedelta(minutes=10)
_NEXT_MAX = 2000
_LINKING = timedelta(minutes=15)

_NONE_KNOWN = "No organisation's own sign-in is known for this address."


async def organisation_page(visit: Visit) -> Response:
    """Ask for the address, whose domain tells the organisation."""
    to = local_path(visit.request.query_params.get("next"))
    return visit.page("organisation.html", next=to, email="")


async def organisation_sent(visit: Visit) -> Response:
    """Go to the organisation's provider."""
    email, to = visit.form.get("email", ""), local_path(visit.form.get("next"))
    provider_id = await provider_for(email)
    if provider_id is None:
        shown = {"next": to, "email": email[:254], "error": _NONE_KNOWN}
        return visit.page("organisation.html", 400, **shown)
    provider = await provider_of(provider_id)
    address, begun = await visit.people.providers.begin(
        provider, _redirect_uri(visit, provider_id), visit.at, email
    )
    visit.keep(
        "federation",
        _BEGUN,
        provider=begun.provider_id,
        state=begun.state,
        nonce=begun.nonce,
        verifier=begun.code_verifier,
        # A cookie has 4096 bytes.
        next=to if len(to) <= _NEXT_MAX else "/account",
    )
    return visit.onward(address)


async def returned(visit: Visit) -> Response:
    """The provider has sent the browser back."""
    kept = visit.kept("federation")
    visit.clear_cookie("federation")
    provider_id = int(visit.request.path_params["provider"])
    if kept.get("provider") != provider_id:
        raise ProviderFailed
    provider = await provider_of(provider_id)
    begun = Begun(provider_id, kept["state"], kept["nonce"], kept["verifier"])
    person = await visit.people.providers.finish(
        provider,
        begun,
        visit.request.query_params,
        _redirect_uri(visit, provider_id),
        visit.at,
        secret=provider.secret(visit.people.sealer),
    )
    to = local_path(kept["next"])
    try:
        found = await admit(provider, person, visit.at)
    except LinkingNeeded:
        email = person.email.strip().lower()
        visit.keep("linking", _LINKING, provider=provider_id, subject=person.subject, email=email)
        return visit.redirect("/sign-in/link")
    return await proved(
        visit, found.account_id, ("fed",), to, second_factor=found.has_second_factor
    )


async def link_page(visit: Visit) -> Response:
    """Ask whether to link: first to sign in by the account's own means, if need be."""
    kept = visit.kept("linking")
    if not kept:
        return visit.redirect("/sign-in")
    provider = await provider_of(kept["provider"])
    return visit.page("link.html", provider=provider.name, email=kept["email"])


async def link_sent(visit: Visit) -> Response:
    """Link the provider's identity to the account that is signed in."""
    kept = visit.kept("linking")
    if not kept:
        return visit.redirect("/sign-in")
    provider = await provider_of(kept["provider"])
    await link_identity(visit.person, provider, kept["subject"], kept["email"], visit.at)
    visit.clear_cookie("linking")
    return visit.redirect("/account")


def _redirect_uri(visit: Visit, provider_id: int) -> str:
    return f"{visit.people.public_url}/sign-in/provider/{provider_id}/callback"
