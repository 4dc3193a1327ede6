"""Events and parts over HTTP, as their protocols have them."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import httpx
import orjson
import pytest

from consortium.storage.database import Database
from consortium.web.subscriptions import streaming
from tests.identity.oauth.world import World, world
from tests.subscriptions.clients import (
    REQUESTS,
    ask_footprint,
    bearer,
    member,
    post,
    read_event,
)

EVENTS = "text/event-stream"
PARTS = 'multipart/mixed; boundary="graphql"; subscriptionSpec="1.0"'
ONE = {"data": {"__typename": "Query"}}


async def test_a_query_over_events_is_one_event(w: World) -> None:
    """By POST and by GET; a list does not break the line; what is wrong is told as an answer."""
    query = "{ members { nodes { name } } __schema { queryType { name } } }"
    posted = await w.http.post("/graphql", json={"query": query}, headers={"accept": EVENTS})
    assert posted.headers["content-type"].startswith(EVENTS)
    assert posted.headers["cache-control"] == "no-store"
    got = await w.http.get("/graphql", params={"query": query}, headers={"accept": EVENTS})
    for answer in (posted, got):
        opening, told, ended, rest = answer.text.split("\n\n")
        assert (opening, ended, rest) == (":", "event: complete\ndata: ", "")
        kind, data = told.split("\n")
        assert kind == "event: next"
        nodes = orjson.loads(data.removeprefix("data: "))["data"]["members"]["nodes"]
        assert nodes == [{"name": "Member"}]
    wrong = await w.http.post("/graphql", json={"query": "{ no }"}, headers={"accept": EVENTS})
    assert wrong.status_code == 200
    assert "GRAPHQL_VALIDATION_FAILED" in wrong.text
    assert wrong.text.endswith("event: complete\ndata: \n\n")


async def test_a_subscription_over_events_goes_on(w: World) -> None:
    """Until the client leaves, with a sign of life; then nobody is left behind."""
    organisation, token = await member(w, "A member")
    query = 'subscription { footprintRequestChanged(id: "pfrequest_1") { node { status } } }'
    await ask_footprint(w, organisation, id=1)
    async with post(w, query, bearer(token, accept=EVENTS)) as answer:
        assert answer.status_code == 200
        lines = answer.aiter_lines()
        assert await read_event(lines) == (
            "next",
            {"data": {"footprintRequestChanged": {"node": {"status": "OPEN"}}}},
        )
        await w.api.database.pool.execute(
            "UPDATE footprint_request SET status = 'WITHDRAWN', ended_on = '2026-11-23'"
        )
        _, told = await read_event(lines)
        assert told["data"]["footprintRequestChanged"]["node"]["status"] == "WITHDRAWN"


async def test_a_stream_is_not_silent(w: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """A comment, or an empty part, again and again."""
    monkeypatch.setattr(streaming, "HEARTBEAT_SECONDS", 0.05)
    for accept, sign in ((EVENTS, b":\n\n:\n\n:\n\n"), (PARTS, b"{}\r\n--graphql")):
        async with post(w, REQUESTS, {"accept": accept}) as answer:
            heard = b""
            async for part in answer.aiter_raw():
                heard += part
                if heard.count(sign) >= 1 and len(heard) > 300 * (accept == PARTS):
                    break


async def test_single_answers_are_json_where_that_is_accepted_too(w: World) -> None:
    """Some clients accept everything for every operation."""
    accept = f"application/graphql-response+json, application/json, {EVENTS}, {PARTS}"
    answer = await w.http.post(
        "/graphql", json={"query": "{ __typename }"}, headers={"accept": accept}
    )
    assert answer.headers["content-type"].startswith("application/graphql-response+json")
    assert answer.json() == ONE
    async with post(w, REQUESTS, {"accept": accept}) as stream:
        assert stream.headers["content-type"] == EVENTS


async def test_without_a_stream_there_is_no_subscription(w: World) -> None:
    """The error says what would be right."""
    answer = await w.api.post(REQUESTS)
    [error] = answer.json()["errors"]
    assert error["extensions"]["code"] == "OPERATION_NOT_SUPPORTED"
    assert "text/event-stream" in error["message"]


async def test_a_get_changes_nothing(w: World) -> None:
    """Over events neither."""
    query = (
        'mutation { withdrawFootprintRequest(input: {request: "x_1", version: 1}) { __typename } }'
    )
    answer = await w.http.get("/graphql", params={"query": query}, headers={"accept": EVENTS})
    assert "METHOD_NOT_ALLOWED" in answer.text


async def test_parts_come_with_their_boundary(w: World) -> None:
    """Each part ends as soon as it is there; the end is told."""
    organisation, token = await member(w, "A member")
    await ask_footprint(w, organisation, id=1)
    query = 'subscription { footprintRequestChanged(id: "pfrequest_1") { node { status } } }'
    async with post(w, query, bearer(token, accept=PARTS)) as answer:
        assert answer.headers["content-type"] == PARTS
        parts = read_parts(answer.aiter_raw())
        told = {"data": {"footprintRequestChanged": {"node": {"status": "OPEN"}}}}
        assert await anext(parts) == {"payload": told}
    only = PARTS
    answer = await w.http.post(
        "/graphql", json={"query": "{ __typename }"}, headers={"accept": only}
    )
    assert answer.text.endswith("\r\n--graphql--\r\n")
    assert '{"payload":{"data":{"__typename"' in answer.text.replace(" ", "")
    wrong = await w.http.post(
        "/graphql", json={"query": "subscription { no }"}, headers={"accept": only}
    )
    assert '"payload":null' in wrong.text
    assert "GRAPHQL_VALIDATION_FAILED" in wrong.text


async def read_parts(chunks: AsyncIterator[bytes]) -> AsyncIterator[Any]:
    """The bodies of parts, each as soon as its boundary has come."""
    buffer = b""
    async for chunk in chunks:
        buffer += chunk
        while (at := buffer.find(b"\r\n--graphql")) >= 0:
            part, buffer = buffer[:at], buffer[at + len(b"\r\n--graphql") :]
            if part:
                head, body = part.split(b"\r\n\r\n", 1)
                assert head == b"\r\ncontent-type: application/json"
                yield orjson.loads(body)


async def test_operations_share_a_connection(w: World) -> None:
    """Reserved, opened once, used by many, each ended under its id."""
    organisation, token = await member(w, "A member")
    stream = (await w.http.put("/graphql")).text
    named = {"x-graphql-event-stream-token": stream}

    async def operate(query: str, one: Any) -> Any:
        body = {"query": query, "extensions": {"operationId": one}}
        return await w.http.post("/graphql", json=body, headers=bearer(token, **named))

    # Before it is open, answers wait.
    assert (await operate("{ __typename }", "query")).status_code == 202
    headers = {"accept": EVENTS}
    async with w.http.stream("GET", "/graphql", params={"token": stream}, headers=headers) as read:
        assert read.status_code == 200
        lines = read.aiter_lines()
        assert await read_event(lines) == ("next", {"id": "query", "payload": ONE})
        assert await read_event(lines) == ("complete", {"id": "query"})
        second = await w.http.get("/graphql", params={"token": stream}, headers=headers)
        assert (second.status_code, code(second)) == (409, "STREAM_TAKEN")

        assert (await operate(REQUESTS, "all")).status_code == 202
        assert code(await operate(REQUESTS, "all")) == "OPERATION_ID_TAKEN"
        assert code(await operate(REQUESTS, None)) == "BAD_REQUEST"
        assert code(await operate("{ no }", "wrong")) == "GRAPHQL_VALIDATION_FAILED"
        await ask_footprint(w, organisation)
        name, told = await read_event(lines)
        assert (name, told["id"]) == ("next", "all")
        ended = await w.http.delete("/graphql", params={"operationId": "all"}, headers=named)
        assert ended.status_code == 200
        assert await read_event(lines) == ("complete", {"id": "all"})
        assert (await operate("{ __typename }", "all")).status_code == 202
        assert await read_event(lines) == ("next", {"id": "all", "payload": ONE})
    late = await operate("{ __typename }", "late")
    for _ in range(100):
        if late.status_code == 404:
            break
        await asyncio.sleep(0.05)
        late = await operate("{ __typename }", "late")
    assert code(late) == "STREAM_UNKNOWN"


def code(answer: Any) -> str | None:
    """The code of an error of HTTP."""
    return answer.json()["errors"][0]["extensions"]["code"] if answer.content else None


async def test_what_nobody_reserved_is_not_found(w: World) -> None:
    """Whatever is asked of it."""
    for method in ("GET", "POST", "DELETE"):
        answer = await w.http.request(
            method,
            "/graphql",
            params={"token": "unknown"},
            headers={"accept": EVENTS},
            json={"query": "{ __typename }", "extensions": {"operationId": "1"}},
        )
        assert (answer.status_code, code(answer)) == (404, "STREAM_UNKNOWN")


async def test_pages_of_other_origins_open_nothing(database: Database) -> None:
    """Unless their origin is named; single answers are anyone's."""
    async with world(database, allowed_origins="https://app.example") as w:
        for origin, status in (
            ("https://evil.example", 403),
            ("https://app.example", 200),
            (w.issuer, 200),
        ):
            async with post(w, REQUESTS, {"accept": EVENTS, "origin": origin}) as answer:
                assert answer.status_code == status
        plain = await w.http.post(
            "/graphql",
            json={"query": "{ __typename }"},
            headers={"origin": "https://evil.example"},
        )
        assert plain.json() == ONE


async def test_a_token_in_the_address_is_refused(w: World) -> None:
    """As everywhere."""
    answer = await w.http.get(
        "/graphql", params={"access_token": "x", "query": REQUESTS}, headers={"accept": EVENTS}
    )
    assert (answer.status_code, code(answer)) == (400, "TOKEN_MISPLACED")


async def test_a_server_that_stops_ends_its_streams(database: Database) -> None:
    """Events and parts say so, and end whole."""
    async with httpx.AsyncClient(timeout=10) as http:
        async with world(database) as w:
            address = f"{w.issuer}/graphql"
            reading = [
                asyncio.create_task(
                    http.post(address, json={"query": REQUESTS}, headers={"accept": accept})
                )
                for accept in (EVENTS, PARTS)
            ]
            await asyncio.sleep(0.2)
        events, parts = [(await one).text for one in reading]
    assert "SERVER_STOPPING" in events
    assert events.endswith("event: complete\ndata: \n\n")
    assert '"payload":null' in parts
    assert parts.endswith("\r\n--graphql--\r\n")
