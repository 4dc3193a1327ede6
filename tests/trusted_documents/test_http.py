"""Documents by their hashes, over HTTP: Apollo's protocol word by word, and trusted documents."""

import asyncio
import hashlib
import json
from collections.abc import AsyncGenerator, Mapping
from typing import Any

import httpx
import pytest
from pydantic import SecretStr

from consortium.kernel.principal import ANONYMOUS
from consortium.storage.database import Database
from consortium.trusted_documents.actions import register_documents, retire_documents
from consortium.web import persisted
from consortium.web.persisted import Texts
from tests.identity.oauth.world import world as token_world
from tests.served import Api, served
from tests.subscriptions.clients import socket

QUERY = "{ organisations(first: 1) { totalCount } }"
OTHER = "query Other { organisations(first: 2) { totalCount } }"
ANSWER = {"data": {"organisations": {"totalCount": 0}}}
# The first message of Apollo's protocol, as its documentation has it, with its digest of the text.
TYPENAME = "{__typename}"
TYPENAME_SHA256 = "ecf4edb46db40b5132295c0291d62fb65d6759a9eedfa4d5d612dd5ec54a6b38"
# Callers are kept by a digest under the key: with another one they have spent nothing.
OTHER_KEY = SecretStr("B" * 42 + "A=")
GRAPHQL = {"accept": "application/graphql-response+json"}
# What names no document, or in no way that is known.
NO_NAMES: list[dict[str, Any]] = [
    {"extensions": {"persistedQuery": {"version": 2, "sha256Hash": "0" * 64}}},
    {"extensions": {"persistedQuery": {"version": 1, "sha256Hash": "0" * 63}}},
    {"extensions": {"persistedQuery": {"version": 1, "sha256Hash": "A" * 64}}},
    {"extensions": {"persistedQuery": {"version": 1, "sha256Hash": None}}},
    {"extensions": {"persistedQuery": []}},
    {"extensions": {"persistedQuery": {}}},
    {"documentId": ""},
    {"documentId": 7},
    {"documentId": "sha256:" + "0" * 64 + "\n"},
    {"documentId": "md5:" + "0" * 32},
    {"documentId": "sha256:" + "0" * 64, "query": 7},
    {"documentId": "x' OR 1=1"},
    {"extensions": {"other": 1}},
]
# What asks for more than the schema, or seems to ask for the schema.
WAYS_ROUND = [
    "{ __schema { queryType { name } } organisations { totalCount } }",
    '{ a: organisations { totalCount } __type(name: "Query") { name } }',
    "query A { organisations { totalCount } } query B { __schema { queryType { name } } }",
    "{ organisations { totalCount } } # __schema",
    "subscription { claimChanged { id } } # __schema",
    "mutation { __typename } # __schema",
    "{ ...F } fragment F on Query { __schema { description } organisations { totalCount } }",
]


def digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def by_apollo(sha256: str, query: str | None = None) -> dict[str, Any]:
    """A request of Apollo's clients."""
    named = {"persistedQuery": {"version": 1, "sha256Hash": sha256}}
    return {"extensions": named} | ({} if query is None else {"query": query})


def by_id(text: str) -> dict[str, Any]:
    """A request of GraphQL over HTTP, appendix A."""
    return {"documentId": f"sha256:{digest(text)}"}


def code_or_none(answer: httpx.Response) -> str | None:
    return None if "data" in answer.json() else code(answer)


def code(answer: httpx.Response) -> str:
    """The code of the one error; there is no data."""
    told = answer.json()
    assert "data" not in told
    [error] = told["errors"]
    return str(error["extensions"]["code"])


async def send(api: Api, body: Mapping[str, Any], **more: Any) -> httpx.Response:
    return await api.http.post("/graphql", json=body, **more)


async def register(database: Database, *texts: str) -> None:
    with database.active():
        await register_documents(ANONYMOUS, "portal", texts)


@pytest.fixture
async def api(database: Database) -> AsyncGenerator[Api]:
    async with served(database) as api:
        yield api


@pytest.fixture
async def trusting(database: Database) -> AsyncGenerator[Api]:
    """A server that runs registered documents only, of which there is one."""
    await register(database, QUERY)
    async with served(database, documents="trusted") as api:
        yield api


async def test_apollo_sends_a_hash_then_both_then_the_hash(api: Api) -> None:
    """Message by message as Apollo has it, with its own digest of its own example."""
    first = await send(api, by_apollo(TYPENAME_SHA256))
    both = await send(api, by_apollo(TYPENAME_SHA256, TYPENAME))
    again = await send(api, by_apollo(TYPENAME_SHA256))

    assert first.status_code == 200
    assert first.json() == {
        "errors": [
            {
                "message": "PersistedQueryNotFound",
                "extensions": {"code": "PERSISTED_QUERY_NOT_FOUND"},
            }
        ]
    }
    assert both.json() == again.json() == {"data": {"__typename": "Query"}}


async def test_apollo_asks_by_get(api: Api) -> None:
    """In the address; a miss is not kept by caches, an answer is."""
    named = json.dumps(by_apollo(digest(QUERY))["extensions"])
    missed = await api.http.get("/graphql", params={"extensions": named})
    both = await api.http.get("/graphql", params={"extensions": named, "query": QUERY})
    found = await api.http.get("/graphql", params={"extensions": named})

    assert code(missed) == "PERSISTED_QUERY_NOT_FOUND"
    assert missed.headers["cache-control"] == "no-store"
    assert both.json() == found.json() == ANSWER
    assert found.headers["cache-control"] == "public, no-cache"


async def test_hash_of_another_text_is_refused_and_not_kept(api: Api) -> None:
    """Nobody puts a document under the name of another."""
    sent = await send(api, by_apollo(digest(QUERY), OTHER), headers=GRAPHQL)
    after = await send(api, by_apollo(digest(QUERY)))
    by_document_id = await send(api, {**by_id(QUERY), "query": OTHER})

    assert (sent.status_code, code(sent)) == (400, "PERSISTED_QUERY_HASH_MISMATCH")
    assert sent.json()["errors"][0]["message"] == "provided sha does not match query"
    assert code(after) == "PERSISTED_QUERY_NOT_FOUND"
    assert code(by_document_id) == "PERSISTED_QUERY_HASH_MISMATCH"


async def test_names_that_are_none_are_told(api: Api) -> None:
    """What is wrong is a bad request, whatever it looks like."""
    answers = [await send(api, body) for body in NO_NAMES]

    assert [(one.status_code, code(one)) for one in answers] == [(400, "BAD_REQUEST")] * 13


async def test_text_that_is_too_long_is_not_kept(database: Database) -> None:
    """It would never be run."""
    long = QUERY + " " * 900
    async with served(database, max_query_characters=900) as api:
        sent = await send(api, by_apollo(digest(long), long))
        missed = await send(api, by_apollo(digest(long)))

    assert (code(sent), code(missed)) == ("QUERY_TOO_LONG", "PERSISTED_QUERY_NOT_FOUND")


async def test_room_and_searches_are_paid_for(database: Database) -> None:
    """Whoever has spent what they may in a minute keeps and looks for nothing more."""
    texts = [f"{QUERY} # {number:0300}" for number in range(9)]
    async with served(database, budget_anonymous=2_000) as api:
        keeping = [code_or_none(await send(api, by_apollo(digest(one), one))) for one in texts]
    async with served(database, budget_anonymous=400, secret_key=OTHER_KEY) as api:
        looking = [code_or_none(await send(api, by_apollo(digest(one)))) for one in texts]

    assert (keeping[0], keeping[-1]) == (None, "BUDGET_EXHAUSTED")
    assert (looking[0], looking[-1]) == ("PERSISTED_QUERY_NOT_FOUND", "BUDGET_EXHAUSTED")


def test_texts_are_kept_within_their_bytes() -> None:
    """The longest unused goes first; what is put again counts once; what is too large never."""
    texts = Texts(3 * persisted._bytes("a"))
    for name in "abc":
        texts.put(name, name)
    texts.put("a", "a")
    texts.put("d", "d")
    texts.put("e", "e" * 10_000)

    assert [texts.get(name) for name in "abcde"] == [None] * 5
    texts.put("a", "a")
    assert texts.get("a") == "a"


def test_oldest_text_goes_first() -> None:
    """And what was asked for lately stays."""
    texts = Texts(2 * persisted._bytes("a"))
    texts.put("a", "a")
    texts.put("b", "b")
    assert texts.get("a") == "a"
    texts.put("c", "c", until=5.0)

    assert (texts.get("a"), texts.get("b")) == ("a", None)
    assert (texts.get("c", 5.0), texts.get("c", 5.1), texts.get("c", 0.0)) == ("c", None, None)


async def test_strangers_take_no_room_from_those_with_tokens(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    """However much is sent without a token, what was sent with one stays."""
    monkeypatch.setattr(persisted, "ANONYMOUS_BYTES", 2_000)
    async with token_world(database) as w:
        held = (await w.tokens())["access_token"]
        token = {"authorization": f"Bearer {held}"}
        await w.http.post("/graphql", json=by_apollo(digest(QUERY), QUERY), headers=token)
        first = f"{QUERY} # first"
        await w.http.post("/graphql", json=by_apollo(digest(first), first))
        for number in range(20):
            text = f"{QUERY} # {number}"
            await w.http.post("/graphql", json=by_apollo(digest(text), text))
        kept = await w.http.post("/graphql", json=by_apollo(digest(QUERY)))
        gone = await w.http.post("/graphql", json=by_apollo(digest(first)))

    assert "data" in kept.json()
    assert code(gone) == "PERSISTED_QUERY_NOT_FOUND"


async def test_registered_document_is_asked_by_its_name(api: Api, database: Database) -> None:
    """By POST, GET and Apollo's extension; before it is registered there is none."""
    before = await send(api, by_id(QUERY), headers=GRAPHQL)
    await register(database, QUERY)
    posted = await send(api, by_id(QUERY))
    bare = await send(api, {"documentId": digest(QUERY)})
    got = await api.http.get("/graphql", params=by_id(QUERY), headers={"accept": "text/html, */*"})
    apollo = await send(api, by_apollo(digest(QUERY)))

    assert (before.status_code, code(before)) == (400, "PERSISTED_DOCUMENT_NOT_FOUND")
    assert posted.json() == bare.json() == got.json() == apollo.json() == ANSWER
    assert got.headers["cache-control"] == "public, no-cache"


async def test_automatic_document_is_not_registered(api: Api) -> None:
    """What somebody sent is found by Apollo's protocol alone, which sends it again."""
    await send(api, by_apollo(digest(QUERY), QUERY))

    assert code(await send(api, by_id(QUERY))) == "PERSISTED_DOCUMENT_NOT_FOUND"


async def test_variables_and_operation_go_with_the_name(api: Api, database: Database) -> None:
    """As beside a text; a mutation by GET is refused all the same."""
    two = "query A($n: Int) { organisations(first: $n) { totalCount } } query B { __typename }"
    discarded = '{claim: "claim_1", version: 1, reason: "x"}'
    changing = f"mutation {{ discardClaim(input: {discarded}) {{ __typename }} }}"
    await register(database, two, changing)
    asked = {**by_id(two), "operationName": "A", "variables": {"n": 1}}
    unnamed = await send(api, by_id(two))
    mutation = await api.http.get("/graphql", params=by_id(changing))

    assert (await send(api, asked)).json() == ANSWER
    assert code(unnamed) == "OPERATION_NOT_FOUND"
    assert (mutation.status_code, code(mutation)) == (405, "METHOD_NOT_ALLOWED")


async def test_only_trusted_documents_are_run(trusting: Api) -> None:
    """By name or by text; others are refused, whoever sends them with whatever name."""
    by_name, by_text = await send(trusting, by_id(QUERY)), await send(trusting, {"query": QUERY})
    refused = [
        await send(trusting, {"query": OTHER}),
        await send(trusting, {"query": QUERY + " "}),
        await send(trusting, by_apollo(digest(OTHER))),
        await send(trusting, by_apollo(digest(OTHER), OTHER)),
        await send(trusting, by_apollo(digest(OTHER))),
        await trusting.http.get("/graphql", params={"query": OTHER}),
        await send(trusting, {"query": "{ not graphql"}),
    ]

    assert by_name.json() == by_text.json() == ANSWER
    assert {(one.status_code, code(one)) for one in refused} == {(403, "DOCUMENT_NOT_TRUSTED")}
    assert code(await send(trusting, by_id(OTHER))) == "PERSISTED_DOCUMENT_NOT_FOUND"


async def test_introspection_is_no_way_round(trusting: Api) -> None:
    """Beside what the schema tells of itself nothing is asked."""
    for query in WAYS_ROUND:
        name = "A" if query.startswith("query A") else None
        body = {"query": query, "operationName": name}
        answer = await send(trusting, body)
        streamed = await send(trusting, body, headers={"accept": "text/event-stream"})

        assert code(answer) in {"DOCUMENT_NOT_TRUSTED", "OPERATION_NOT_SUPPORTED"}
        assert "DOCUMENT_NOT_TRUSTED" in streamed.text
        assert '"data"' not in streamed.text


async def test_schema_is_told_to_whoever_may_know_it(database: Database) -> None:
    """Without registering what tools ask; who may not is told that nothing else is run."""
    asked = {"query": "{ __schema { queryType { name } } }"}
    async with served(database, documents="trusted") as api:
        told = await send(api, asked)
    async with served(database, documents="trusted", introspection="nobody") as api:
        refused = await send(api, asked)

    assert told.json() == {"data": {"__schema": {"queryType": {"name": "Query"}}}}
    assert code(refused) == "DOCUMENT_NOT_TRUSTED"


async def test_retired_document_is_forgotten(
    trusting: Api, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Once what is at hand is too old, which takes a minute."""
    assert (await send(trusting, by_id(QUERY))).json() == ANSWER
    monkeypatch.setattr(persisted, "TRUSTED_SECONDS", 0.0)
    await register(database, OTHER)
    assert (await send(trusting, by_id(OTHER))).json() == ANSWER
    with database.active():
        await retire_documents(ANONYMOUS, "portal", [digest(QUERY), digest(OTHER)])
    at_hand, too_old = await send(trusting, by_id(QUERY)), await send(trusting, by_id(OTHER))

    assert at_hand.json() == ANSWER
    assert code(too_old) == "PERSISTED_DOCUMENT_NOT_FOUND"


async def test_database_down_while_a_name_is_looked_up(database: Database, dsn: str) -> None:
    """It is told as such and not as an unknown document, which a client would give up."""
    await register(database, QUERY)
    async with Database.open(dsn, max_size=2) as own, served(own, documents="trusted") as api:
        before = await send(api, by_id(QUERY))
        own.pool.terminate()
        answers = [await send(api, body) for body in (by_id(OTHER), {"query": OTHER})]

    assert before.json() == ANSWER
    assert {(one.status_code, code(one)) for one in answers} == {(503, "DATABASE_UNAVAILABLE")}


async def test_names_are_understood_over_streams(database: Database) -> None:
    """WebSocket and events take them; what is wrong is told where the answer would be."""
    async with token_world(database) as w:
        await register(database, QUERY)
        async with socket(w) as one:
            await one.begin()
            await one.send("subscribe", id="1", payload=by_id(QUERY))
            answered, completed = await one.get(), await one.get()
            await one.send("subscribe", id="2", payload=by_apollo(digest(OTHER)))
            missed = await one.get()
        events = await w.http.post(
            "/graphql", json=by_id(QUERY), headers={"accept": "text/event-stream"}
        )

    assert set(answered["payload"]) == {"data"}
    assert completed == {"type": "complete", "id": "1"}
    assert (missed["type"], missed["payload"][0]["message"]) == ("error", "PersistedQueryNotFound")
    assert '"totalCount"' in events.text


async def test_many_at_once_keep_one_text(api: Api) -> None:
    """Requests that meet keep what was sent once, and all are answered."""
    sent = [send(api, by_apollo(digest(QUERY), QUERY)) for _ in range(20)]

    assert [one.json() for one in await asyncio.gather(*sent)] == [ANSWER] * 20
