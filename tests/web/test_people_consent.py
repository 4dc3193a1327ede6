"""Who a client may act for, asked of the person: the interaction of the authorization endpoint."""

import re
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import replace
from typing import Any

import httpx
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from consortium.identity.oauth.authorization import AuthorizationRequest, Denial
from consortium.identity.oauth.clients import Client
from consortium.identity.rules.clients import AuthMethod, ClientKind
from consortium.identity.rules.roles import Role
from consortium.settings import Settings
from consortium.storage.database import Database
from consortium.web.app import people_of
from consortium.web.people.browser import POLICY
from consortium.web.people.interaction import Interaction
from consortium.web.people.routes import routes
from tests.people import PASSWORD, Browser, account, organisation, rows_of
from tests.served import SECRET_KEY

CLIENT = """
INSERT INTO oauth_client (client_id, name, kind, auth_method, scopes, redirect_uris)
VALUES ('charts', 'Charts', 'WEB', 'NONE', 'openid figures:read', 'https://charts.example/cb')
RETURNING id
"""
AUTHORIZE = "/oauth/authorize?client_id=charts&state=1"


@asynccontextmanager
async def asking(
    database: Database, *, first_party: bool = False, **asked: Any
) -> AsyncGenerator[Browser]:
    """A browser before an authorization endpoint that only asks, and prints what was decided.

    `prompt` in the address is the request's, `max_age` and `scope` too.
    """
    row = await database.pool.fetchval(CLIENT)
    client = Client(
        row=row,
        client_id="charts",
        name="Charts",
        kind=ClientKind.WEB,
        organisation_id=None,
        auth_method=AuthMethod.NONE,
        secret_sha256=None,
        jwks=None,
        redirect_uris=("https://charts.example/cb",),
        post_logout_redirect_uris=(),
        scopes=("openid", "figures:read", "figures:write"),
        first_party=first_party,
    )
    plain = AuthorizationRequest(
        client=client,
        redirect_uri="https://charts.example/cb",
        scopes=("openid", "figures:read"),
        state="1",
        nonce=None,
        code_challenge="x",
        resource="http://api/graphql",
        prompt=frozenset(),
        max_age=None,
        login_hint=None,
    )
    people = people_of(Settings(public_url="http://test", secret_key=SECRET_KEY), database)
    interaction = Interaction(people)

    async def authorize(request: Request) -> Response:
        query = request.query_params
        this = replace(
            plain,
            prompt=frozenset(query.get("prompt", "").split()),
            max_age=int(query["max_age"]) if "max_age" in query else None,
            scopes=tuple(query.get("scope", "openid figures:read").split()),
            **asked,
        )
        outcome = await interaction(request, this)
        if isinstance(outcome, Response):
            return outcome
        if isinstance(outcome, Denial):
            return JSONResponse({"error": outcome.error})
        return JSONResponse(
            {
                "account": outcome.account_id,
                "organisation": outcome.organisation_id,
                "scopes": outcome.scopes,
                "methods": outcome.methods,
            }
        )

    app = Starlette(routes=[Route("/oauth/authorize", authorize), *routes(people)])
    transport = httpx.ASGITransport(app)
    async with httpx.AsyncClient(transport=transport, base_url="http://test") as http:
        yield Browser(http)


async def sign_in_for(browser: Browser, address: str, email: str = "wei@home.example") -> Any:
    """Ask, sign in where one is sent to do so, and what is shown then."""
    shown = await browser.open(address)
    assert "<h1>Sign in</h1>" in shown.text, shown.text
    done = await browser.send_from(shown, "/sign-in", email=email, password=PASSWORD)
    assert done.status_code == 200
    assert "refresh" in done.text
    return await browser.open(address)


async def decide(browser: Browser, shown: httpx.Response, verdict: str, **more: str) -> Any:
    """Answer the consent page; what the endpoint decided."""
    answer = await browser.send_from(shown, "/consent", verdict=verdict, **more)
    found = re.search(r'url=([^"]+)"', answer.text)
    assert found
    return (await browser.open(found[1].replace("&amp;", "&"))).json()


async def test_a_person_signs_in_agrees_and_is_not_asked_again(database: Database) -> None:
    """Scopes in words; the consent is kept, covers what it names, and is listed to be revoked."""
    home = await organisation("Home")
    who = await account("wei@home.example", (home, Role.EDITOR))

    async with asking(database) as browser:
        shown = await sign_in_for(browser, AUTHORIZE)
        assert "Charts wants to act for you" in shown.text
        assert "Read your organisation&#39;s figures" in shown.text
        assert shown.headers["content-security-policy"] == POLICY
        decided = await decide(browser, shown, "approve")
        silent = (await browser.open("/oauth/authorize?state=2&prompt=none")).json()
        more = await browser.open("/oauth/authorize?state=3&scope=openid+figures:write")
        none = (await browser.open("/oauth/authorize?scope=figures:write&prompt=none")).json()
        asked = await browser.open("/oauth/authorize?state=4&prompt=consent")
        account_page = await browser.open("/account")
        found = "SELECT id FROM oauth_client WHERE client_id = 'charts'"
        number = str(await database.pool.fetchval(found))
        ended = await browser.send("/account", "/account/programs/revoke", client=number)
        assert ended.headers.get("location") == "/account?done=program", ended.text
        after = (await browser.open("/oauth/authorize?state=5&prompt=none")).json()

    assert decided == {
        "account": who,
        "organisation": home,
        "scopes": ["openid", "figures:read"],
        "methods": "pwd",
    }
    assert silent == decided
    assert "wants to act" in more.text
    assert "wants to act" in asked.text
    assert none == after == {"error": "consent_required"}
    assert "<strong>Charts</strong> for Home" in account_page.text


async def test_who_refuses_gives_nothing(database: Database) -> None:
    """The client is told `access_denied`; no consent is kept."""
    await account("wei@home.example")

    async with asking(database) as browser:
        shown = await sign_in_for(browser, AUTHORIZE)
        decided = await decide(browser, shown, "deny")

    assert decided == {"error": "access_denied"}
    assert await rows_of(database, "consent") == [[]]


async def test_a_person_of_two_organisations_picks_one(database: Database) -> None:
    """The choice of before is offered first; an organisation of others cannot be picked."""
    one, two = await organisation("One"), await organisation("Two")
    other = await organisation("Other")
    await account("wei@home.example", (one, Role.VIEWER), (two, Role.VIEWER))

    async with asking(database) as browser:
        shown = await sign_in_for(browser, AUTHORIZE)
        foreign = await decide(browser, shown, "approve", organisation=str(other))
        assert await rows_of(database, "consent") == [[]]
        shown = await browser.open(AUTHORIZE + "&again=1")
        decided = await decide(browser, shown, "approve", organisation=str(two))
        again = await browser.open("/oauth/authorize?state=2")
        silent = (await browser.open("/oauth/authorize?prompt=none")).json()

    assert foreign == {"error": "access_denied"}
    assert decided["organisation"] == two
    assert f'value="{two}" checked' in again.text
    assert silent == {"error": "interaction_required"}


async def test_the_consortium_s_own_client_asks_for_no_consent(database: Database) -> None:
    """One organisation, one session: the browser goes straight on."""
    home = await organisation("Home")
    await account("wei@home.example", (home, Role.EDITOR))

    async with asking(database, first_party=True) as browser:
        decided = (await sign_in_for(browser, AUTHORIZE)).json()

    assert decided["organisation"] == home
    assert await rows_of(database, "consent") == [[]]


async def test_prompt_and_max_age_are_heeded(database: Database) -> None:
    """`none` without a session fails; `login` and an old sign-in ask for the password again."""
    await account("wei@home.example")

    async with asking(database, first_party=True) as browser:
        nobody = (await browser.open(AUTHORIZE + "&prompt=none")).json()
        first = (await sign_in_for(browser, AUTHORIZE)).json()
        login = (await sign_in_for(browser, AUTHORIZE + "&prompt=login")).json()
        young = (await browser.open(AUTHORIZE + "&max_age=600")).json()
        await database.pool.execute(
            "UPDATE session SET authenticated_at = authenticated_at - interval '1 hour'"
        )
        silent = (await browser.open(AUTHORIZE + "&max_age=600&prompt=none")).json()
        old = (await sign_in_for(browser, AUTHORIZE + "&max_age=600")).json()

    assert nobody == silent == {"error": "login_required"}
    assert first == login == young == old


async def test_an_answer_holds_for_its_request_alone(database: Database) -> None:
    """Agreeing to one request agrees to no other, not even of the same client."""
    await account("wei@home.example")

    async with asking(database) as browser:
        shown = await sign_in_for(browser, AUTHORIZE)
        await browser.send_from(shown, "/consent", verdict="approve")
        other = await browser.open("/oauth/authorize?state=other&scope=figures:write")

    assert "wants to act" in other.text
