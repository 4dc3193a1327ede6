"""`graphql-transport-ws`, message by message."""

import asyncio
from typing import Any

import orjson
import pytest
from websockets.exceptions import InvalidStatus
from websockets.typing import Subprotocol

from consortium.storage.database import Database
from consortium.web.subscriptions import outbox, websocket
from tests.identity.oauth.world import World, world
from tests.subscriptions.clients import REQUESTS, ask_footprint, member, socket

INIT = {"type": "connection_init"}
QUERY = {"query": "{ __typename }"}
FOLLOW = {"query": REQUESTS}


CASES: list[tuple[list[Any], int, str]] = [
    (["no JSON"], 4400, "JSON"),
    ([b"{}"], 4400, "as text"),
    (["[]"], 4400, "an object"),
    ([{}], 4400, "Unknown message type"),
    ([{"type": "start", "id": "1"}], 4400, "Unknown message type"),
    ([{"type": "connection_init", "payload": []}], 4400, "connection_init"),
    ([{"type": "connection_init", "payload": {"authorization": 1}}], 4403, "Forbidden"),
    ([{"type": "connection_init", "payload": {"authorization": "Bearer x"}}], 4403, "token"),
    ([{"type": "connection_init", "payload": {"Authorization": "Basic x"}}], 4403, "Bearer"),
    ([{"type": "subscribe", "id": "1", "payload": QUERY}], 4401, "Unauthorized"),
    ([INIT, INIT], 4429, "Too many initialisation requests"),
    ([INIT, {"type": "subscribe", "payload": QUERY}], 4400, "`id`"),
    ([INIT, {"type": "subscribe", "id": 1, "payload": QUERY}], 4400, "`id`"),
    ([INIT, {"type": "subscribe", "id": "1"}], 4400, "payload"),
    ([INIT, {"type": "complete"}], 4400, "`id`"),
    (
        [INIT, *[{"type": "subscribe", "id": "é", "payload": FOLLOW}] * 2],
        4409,
        "Subscriber for é already exists",
    ),
]


async def test_what_the_protocol_forbids_closes_with_its_code(w: World) -> None:
    """Whatever is no message of the protocol, or comes when it may not."""
    wrong: list[Any] = []
    for messages, code, reason in CASES:
        async with socket(w) as ws:
            for one in messages:
                raw = one if isinstance(one, (str, bytes)) else orjson.dumps(one).decode()
                await ws.plain.send(raw)
            if messages[0] is INIT:
                assert await ws.get() == {"type": "connection_ack"}
            closed = await ws.closed()
        if closed[0] != code or reason not in closed[1]:
            wrong.append((messages, closed))

    assert wrong == []


async def test_another_sub_protocol_is_not_spoken(w: World) -> None:
    """None, or that of the older protocol."""
    for spoken in (None, [Subprotocol("graphql-ws")]):
        async with socket(w, subprotocols=spoken) as ws:
            assert await ws.closed() == (4406, "Subprotocol not acceptable")


async def test_who_says_nothing_is_closed(w: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """After a while in which nobody asked to begin."""
    monkeypatch.setattr(websocket, "INIT_SECONDS", 0.2)
    async with socket(w) as silent, socket(w) as speaking:
        await speaking.begin()
        assert await silent.closed() == (4408, "Connection initialisation timeout")
        await asyncio.sleep(0.3)
        await speaking.settled()


async def test_pings_are_answered(w: World) -> None:
    """Before the beginning and after; pongs are not."""
    async with socket(w) as ws:
        await ws.send("ping", payload={"any": "thing"})
        assert await ws.get() == {"type": "pong"}
        await ws.begin()
        await ws.send("pong")
        await ws.send("ping")
        assert await ws.get() == {"type": "pong"}


async def test_queries_and_mutations_run_too(w: World) -> None:
    """One answer, then the end; a wrong one is told as an error, and its id is free again."""
    token = (await w.tokens())["access_token"]
    async with socket(w) as ws:
        await ws.begin(token)
        await ws.subscribe("query ($n: Int) { members(first: $n) { nodes { name } } }", n=1)
        assert await ws.told() == {"members": {"nodes": [{"name": "Member"}]}}
        assert await ws.get() == {"type": "complete", "id": "1"}
        await ws.subscribe("{ nothing }")
        told = await ws.get()
        assert (told["type"], told["id"]) == ("error", "1")
        assert told["payload"][0]["extensions"]["code"] == "GRAPHQL_VALIDATION_FAILED"
        await ws.send("subscribe", id="1", payload={"query": 1})
        assert (await ws.get())["payload"][0]["extensions"]["code"] == "BAD_REQUEST"
        await ws.subscribe(
            'mutation { requestFootprint(input: {productName: "Paper", organisation: "org_999"})'
            " { ... on Refusal { code } } }"
        )
        assert await ws.told() == {"requestFootprint": {"code": "NOT_FOUND"}}
        assert await ws.get() == {"type": "complete", "id": "1"}


async def test_several_at_once_until_each_is_ended(w: World) -> None:
    """Each under its id; what was ended is told nothing more, and its id can be used again."""
    token = (await w.tokens())["access_token"]
    async with socket(w) as ws:
        await ws.begin(token)
        for named in ("one", "two"):
            await ws.subscribe(REQUESTS, named)
        await ws.settled()
        await ask_footprint(w, w.organisation_id)
        assert {(await ws.get())["id"] for _ in range(2)} == {"one", "two"}
        await ws.send("complete", id="one")
        await ws.send("complete", id="unheard of")
        await ws.settled()
        await ask_footprint(w, w.organisation_id)
        assert (await ws.get())["id"] == "two"
        await ws.subscribe(REQUESTS, "one")
        await ws.settled()
        await ask_footprint(w, w.organisation_id)
        assert {(await ws.get())["id"] for _ in range(2)} == {"one", "two"}


async def test_a_connection_has_so_many_operations_at_most(
    w: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One more is refused, and the others go on."""
    monkeypatch.setattr(websocket, "OPERATIONS_MAX", 2)
    async with socket(w) as ws:
        await ws.begin()
        for named in ("1", "2", "3"):
            await ws.subscribe(REQUESTS, named)
        refused = await ws.get()
        assert (refused["type"], refused["id"]) == ("error", "3")
        assert refused["payload"][0]["extensions"]["code"] == "TOO_MANY_SUBSCRIPTIONS"
        await ws.send("complete", id="2")
        await ws.settled()


async def test_a_server_follows_so_much_at_most(database: Database) -> None:
    """One more is refused; whoever leaves makes room."""
    async with world(database, max_subscriptions=1) as w, socket(w) as first, socket(w) as second:
        await first.begin()
        await second.begin()
        await first.subscribe(REQUESTS)
        await first.settled()
        await second.subscribe(REQUESTS)
        refused = await second.get()
        assert refused["payload"][0]["extensions"]["code"] == "TOO_MANY_SUBSCRIPTIONS"
        await first.plain.close()
        async with asyncio.timeout(5):
            while True:
                await second.subscribe(REQUESTS)
                await second.subscribe("{ __typename }", "settled")
                if (await second.get())["type"] == "next":
                    break
                await second.get()
                await second.get()


async def test_whose_page_may_connect(database: Database) -> None:
    """The server's own pages, those of origins that are named, and programs."""
    async with world(database, allowed_origins="https://app.example, https://b.example/") as w:
        for origin in (w.issuer, "https://app.example", "https://B.example"):
            async with socket(w, origin=origin) as ws:
                await ws.begin()
        for origin in ("https://evil.example", "null", "http://app.example"):
            with pytest.raises(InvalidStatus) as refused:
                async with socket(w, origin=origin):
                    pass
            response = refused.value.response
            assert response.status_code == 403
            assert b"ORIGIN_NOT_ALLOWED" in (response.body or b"")


async def test_any_page_may_where_that_is_set(database: Database) -> None:
    """`*`: tokens are no cookies, so a page asks for nobody but itself."""
    async with (
        world(database, allowed_origins="*") as w,
        socket(w, origin="https://any.example") as ws,
    ):
        await ws.begin()


async def test_elsewhere_there_are_no_sockets(w: World) -> None:
    """Only at `/graphql`."""
    from websockets.asyncio.client import connect

    with pytest.raises(InvalidStatus):
        await connect(w.issuer.replace("http", "ws", 1) + "/elsewhere")


async def test_who_does_not_keep_up_is_closed(w: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """What waits is bounded; whoever keeps up hears of all."""
    monkeypatch.setattr(outbox, "MESSAGES_MAX", 5)
    organisation, token = await member(w, "Another")
    for _ in range(6):
        await ask_footprint(w, organisation)
    async with socket(w) as ws:
        await ws.begin(token)
        await ws.subscribe(REQUESTS)
        await ws.settled()
        await w.api.database.pool.execute("UPDATE footprint_request SET comment = 'again'")
        assert await ws.closed() == (1013, "Too much waits to be read; connect again.")


async def test_a_server_that_stops_says_so(database: Database) -> None:
    """Going away (1001), at once."""
    async with world(database) as w:
        opened = socket(w)
        ws = await opened.__aenter__()
        await ws.begin()
        await ws.subscribe(REQUESTS)
        await ws.settled()
    assert (await ws.closed())[0] == 1001
    await opened.__aexit__(None, None, None)
