"""Who is told nothing more: when the token expires, and when it holds no more."""

import pytest

from consortium.identity.oauth.access_tokens import LIFETIME
from consortium.web.subscriptions import callers
from tests.identity.oauth.world import World
from tests.subscriptions.clients import (
    REQUESTS,
    ask_footprint,
    bearer,
    post,
    read_event,
    socket,
    system_token,
)

REVOKED = (4403, "The access token holds no more; sign in again.")
# What takes a person's rights away, or those of the program.
ENDS = {
    "the role": "DELETE FROM role_grant WHERE account_id = $1",
    "the session": "UPDATE session SET revoked_at = now() WHERE account_id = $1",
    "the grant": "UPDATE oauth_grant SET revoked_at = now() WHERE account_id = $1",
    "the account": "UPDATE account SET disabled_at = now() WHERE id = $1",
    "the client": "UPDATE oauth_client SET disabled_at = now() WHERE id IN"
    " (SELECT client_id FROM oauth_grant WHERE account_id = $1)",
    "the membership": "UPDATE membership SET ends_on = '2026-11-01' WHERE organisation_id IN"
    " (SELECT organisation_id FROM role_grant WHERE account_id = $1)",
}


@pytest.mark.parametrize("ended", ENDS)
async def test_who_lost_what_the_token_stands_on_is_closed(
    w: World, monkeypatch: pytest.MonkeyPatch, ended: str
) -> None:
    """Within seconds, and what changes afterwards is not told; others go on."""
    monkeypatch.setattr(callers, "EVERY_SECONDS", 0.1)
    person = (await w.tokens())["access_token"]
    async with socket(w) as ws, socket(w) as public:
        await ws.begin(person)
        await public.begin()
        await ws.subscribe(REQUESTS)
        await ws.settled()
        await w.api.database.pool.execute(ENDS[ended], w.person.account_id)
        assert await ws.closed() == REVOKED
        await ask_footprint(w, w.organisation_id)
        await public.settled()
    async with socket(w) as again:
        await again.send("connection_init", payload={"authorization": f"Bearer {person}"})
        assert (await again.closed())[0] == 4403


async def test_a_system_that_may_less_is_closed(w: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """Its client has fewer scopes than its token; one that may as much goes on."""
    monkeypatch.setattr(callers, "EVERY_SECONDS", 0.1)
    token = await system_token(w, w.organisation_id, "figures:read figures:write")
    other = await system_token(w, w.organisation_id)
    async with socket(w) as ws, socket(w) as kept:
        await ws.begin(token)
        await kept.begin(other)
        await w.api.database.pool.execute(
            "UPDATE oauth_client SET scopes = 'figures:read' WHERE scopes LIKE '%write'"
        )
        assert await ws.closed() == REVOKED
        await kept.settled()


async def test_an_expired_token_closes(w: World) -> None:
    """When it expires, over each transport, and one that has expired does not begin."""
    token = await system_token(w, w.organisation_id)
    w.clock.forward(seconds=LIFETIME.total_seconds() - 2)
    events = post(w, REQUESTS, bearer(token, accept="text/event-stream"))
    async with socket(w) as ws, events as answer:
        await ws.begin(token)
        await ws.subscribe(REQUESTS)
        assert await ws.closed() == (
            4403,
            "The access token has expired; connect with a new one.",
        )
        lines = answer.aiter_lines()
        name, told = await read_event(lines)
        assert (name, told["errors"][0]["extensions"]) == ("next", {"code": "TOKEN_INVALID"})
        assert await read_event(lines) == ("complete", None)
    async with socket(w) as ws:
        await ws.send("connection_init", payload={"authorization": f"Bearer {token}"})
        assert (await ws.closed())[0] == 4403
    answer = await w.http.post(
        "/graphql", json={"query": REQUESTS}, headers=bearer(token, accept="text/event-stream")
    )
    assert answer.status_code == 401
    assert answer.json()["errors"][0]["extensions"]["code"] == "TOKEN_INVALID"


async def test_the_header_of_the_handshake_will_do(w: World) -> None:
    """For programs, which can send one; the payload goes before it."""
    token = await system_token(w, w.organisation_id)
    async with socket(w, additional_headers=bearer(token)) as ws:
        await ws.begin()
        await ws.subscribe("{ viewer { __typename } }")
        await ws.told()
    async with socket(w, additional_headers=bearer("nonsense")) as ws:
        await ws.send("connection_init")
        assert (await ws.closed())[0] == 4403
