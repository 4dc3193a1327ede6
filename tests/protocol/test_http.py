"""What HTTP itself asks of `/graphql`: statuses, media types, encodings, caches, time."""

import asyncio
import gzip
import json
import time
import zlib
from collections.abc import AsyncGenerator

import pytest
import pytest_asyncio
import zstandard

from consortium.storage.database import Database
from consortium.web.accepting import GRAPHQL, JSON, encoding_for, media_type_for
from consortium.web.encodings import DecodedTooLarge, EncodingBroken, decoded
from schema.root import SDL
from tests.served import Api, served

pytestmark = pytest.mark.asyncio(loop_scope="module")

TYPENAME = "{ __typename }"
LARGE = "{ organisations(first: 50) { nodes { id name country sector } } }"
JSON_TYPE = {"content-type": "application/json"}
OWN_TYPE = "application/graphql-response+json"


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def api(demo_dsn: str) -> AsyncGenerator[Api]:
    """One server for the whole module."""
    async with (
        Database.open(demo_dsn, max_size=4) as database,
        served(database, body_timeout_seconds=0.4) as running,
    ):
        yield running


def body(query: str = TYPENAME, **more: object) -> bytes:
    """A request as JSON."""
    return json.dumps({"query": query, **more}).encode()


@pytest.mark.parametrize(
    ("accepted", "media_type"),
    [
        (b"", JSON),
        (b"*/*", JSON),
        (b"application/*", JSON),
        (b"application/json", JSON),
        (b"application/graphql-response+json", GRAPHQL),
        (b"application/json, application/graphql-response+json", GRAPHQL),
        (b"Application/GraphQL-Response+JSON; charset=utf-8", GRAPHQL),
        (b"application/graphql-response+json;q=0.5, application/json", JSON),
        (b"application/graphql-response+json;q=0, */*", JSON),
        (b"text/html, */*;q=0.1", JSON),
        (b"application/json;q=0, */*;q=0.1", GRAPHQL),
        (b"text/html", None),
        (b"application/json;q=0", None),
        (b"application/json;q=never", None),
    ],
)
async def test_the_media_type_is_what_is_accepted(
    accepted: bytes, media_type: bytes | None
) -> None:
    """GraphQL's own where it is named and weighs no less, else plain JSON, else none."""
    assert media_type_for(accepted) == media_type


@pytest.mark.parametrize(
    ("accepted", "encoding"),
    [
        (b"gzip", b"gzip"),
        (b"gzip, deflate, br, zstd", b"zstd"),
        (b"gzip, zstd;q=0.5", b"gzip"),
        (b"*", b"zstd"),
        (b"identity, gzip;q=0.5", None),
        (b"br", None),
        (b"gzip;q=0", None),
    ],
)
async def test_the_encoding_is_what_is_accepted(accepted: bytes, encoding: bytes | None) -> None:
    """Of ours the one that weighs most."""
    assert encoding_for(accepted) == encoding


@pytest.mark.parametrize(
    ("method", "headers", "sent", "status", "code"),
    [
        ("PATCH", JSON_TYPE, body(), 405, "METHOD_NOT_ALLOWED"),
        ("POST", JSON_TYPE | {"accept": "text/html"}, body(), 406, "NOT_ACCEPTABLE"),
        ("POST", {"content-type": "text/plain"}, body(), 415, "UNSUPPORTED_MEDIA_TYPE"),
        ("POST", JSON_TYPE | {"content-encoding": "br"}, body(), 415, "ENCODING_NOT_SUPPORTED"),
        ("POST", JSON_TYPE | {"content-encoding": "gzip"}, body(), 400, "ENCODING_BROKEN"),
        ("POST", JSON_TYPE, body(extensions=[]), 400, "BAD_REQUEST"),
        ("POST", JSON_TYPE, body("{ nope }"), 400, "GRAPHQL_VALIDATION_FAILED"),
        ("POST", JSON_TYPE, body("{"), 400, "GRAPHQL_PARSE_FAILED"),
        ("POST", JSON_TYPE, body(operationName="X"), 400, "OPERATION_NOT_FOUND"),
        ("POST", JSON_TYPE, b" " * 2_000_000, 413, "BODY_TOO_LARGE"),
    ],
)
async def test_each_refusal_has_its_status(
    api: Api, method: str, headers: dict[str, str], sent: bytes, status: int, code: str
) -> None:
    """In GraphQL's own media type, whatever went wrong; what HTTP asks for beside is there."""
    given = {"accept": OWN_TYPE} | headers
    answer = await api.http.request(method, "/graphql", content=sent, headers=given)

    assert (answer.status_code, answer.json()["errors"][0]["extensions"]["code"]) == (status, code)
    assert ("allow" in answer.headers) == (status == 405)


async def test_a_get_changes_nothing_and_has_an_end(api: Api) -> None:
    """Mutations come by POST; a long query string is refused as such."""
    mutation = 'mutation { setClaimVisibility(input: {claim: "claim_1", visibility: PRIVATE})'
    mutation += " { __typename } }"
    changed = await api.http.get("/graphql", params={"query": mutation})
    long = await api.http.get("/graphql", params={"query": "x" * 40_000})

    assert (changed.status_code, changed.headers["allow"]) == (
        405,
        "GET, POST, PUT, DELETE, OPTIONS",
    )
    assert long.status_code == 414
    assert long.json()["errors"][0]["extensions"]["code"] == "ADDRESS_TOO_LONG"


async def test_partial_success_has_its_own_status(dsn: str) -> None:
    """Data beside errors is 294 in GraphQL's own type and 200 in plain JSON (the draft, 6.4)."""
    query = """mutation { a: setClaimVisibility(input: {claim: "claim_1", visibility: PRIVATE}) {
        __typename } }"""
    async with Database.open(dsn, max_size=2) as database, served(database) as api:
        await database.context.close_connections()
        own = await api.http.post("/graphql", json={"query": query}, headers={"accept": OWN_TYPE})
        plain = await api.http.post("/graphql", json={"query": query})

    assert (own.status_code, plain.status_code) == (294, 200)
    assert own.json()["data"] == {"a": None}
    assert own.json()["errors"][0]["path"] == ["a"]


@pytest.mark.parametrize("encoding", ["gzip", "zstd"])
async def test_requests_and_answers_are_compressed_both_ways(api: Api, encoding: str) -> None:
    """What is sent compressed is read; a large answer comes so to whom accepts it."""
    make = gzip.compress if encoding == "gzip" else zstandard.ZstdCompressor().compress
    plain = await api.http.post(
        "/graphql", json={"query": LARGE}, headers={"accept-encoding": "identity"}
    )
    headers = JSON_TYPE | {"content-encoding": encoding, "accept-encoding": encoding}
    small = await api.http.post("/graphql", content=make(body()), headers=headers)
    large = await api.http.post("/graphql", content=make(body(LARGE)), headers=headers)

    assert "content-encoding" not in plain.headers
    assert "content-encoding" not in small.headers
    assert large.headers["content-encoding"] == encoding
    assert "accept-encoding" in large.headers["vary"]
    assert int(large.headers["content-length"]) < len(plain.content) / 3
    assert large.json() == plain.json()
    assert small.json() == {"data": {"__typename": "Query"}}


@pytest.mark.parametrize("encoding", ["gzip", "zstd"])
async def test_a_bomb_is_not_unpacked(api: Api, encoding: str) -> None:
    """However little it is that makes much, no more is made of it than is read."""
    make = gzip.compress if encoding == "gzip" else zstandard.ZstdCompressor().compress
    bomb = make(bytes(200_000_000))
    headers = JSON_TYPE | {"content-encoding": encoding}
    begun = time.perf_counter()
    answer = await api.http.post("/graphql", content=bomb, headers=headers)

    assert len(bomb) < 1_000_000
    assert answer.status_code == 413
    assert answer.json()["errors"][0]["extensions"]["code"] == "BODY_TOO_LARGE"
    assert time.perf_counter() - begun < 1


@pytest.mark.parametrize(
    ("encoding", "sent"),
    [
        (b"gzip", gzip.compress(b"whole", mtime=0)[:-3]),
        (b"gzip", gzip.compress(b"one", mtime=0) + b"more"),
        (b"gzip", zlib.compress(b"no gzip")),
        (b"gzip", b""),
        (b"zstd", zstandard.ZstdCompressor().compress(b"whole" * 100)[:-3]),
        (b"zstd", b"none"),
        (b"zstd", b""),
    ],
)
async def test_what_was_cut_or_is_another_encoding_is_broken(encoding: bytes, sent: bytes) -> None:
    """A body is whole or refused."""
    with pytest.raises(EncodingBroken):
        decoded(encoding, sent, 1000)


async def test_the_bound_of_what_is_decoded_is_exact() -> None:
    """So many bytes are read, and not one more."""
    for encoding, make in ((b"gzip", gzip.compress), (b"zstd", zstandard.compress)):
        assert decoded(encoding, make(b"x" * 1000), 1000) == b"x" * 1000
        with pytest.raises(DecodedTooLarge):
            decoded(encoding, make(b"x" * 1001), 1000)


async def test_caches_keep_what_is_public_and_ask_whether_it_still_holds(api: Api) -> None:
    """An answer to a GET has a tag; who names it is told so in a few bytes."""
    params = {"query": LARGE}
    first = await api.http.get("/graphql", params=params)
    tag = first.headers["etag"]
    same = await api.http.get("/graphql", params=params, headers={"if-none-match": f'"x", {tag}'})
    other = await api.http.get("/graphql", params=params, headers={"if-none-match": '"x"'})
    refused = await api.http.get("/graphql", params={"query": "{ nope }"})
    posted = await api.post(LARGE)

    assert first.headers["cache-control"] == "public, no-cache"
    assert {"accept", "accept-encoding", "authorization"} == set(first.headers["vary"].split(", "))
    assert (same.status_code, same.content, same.headers["etag"]) == (304, b"", tag)
    assert (other.status_code, other.json()) == (200, first.json())
    assert (refused.headers["cache-control"], "etag" in refused.headers) == ("no-store", False)
    assert "cache-control" not in posted.headers


async def test_a_head_is_a_get_without_its_body(api: Api) -> None:
    """Its headers are those of the answer."""
    params = {"query": TYPENAME}
    head = await api.http.head("/graphql", params=params)
    get = await api.http.get("/graphql", params=params)

    assert (head.status_code, head.content) == (200, b"")
    assert head.headers["etag"] == get.headers["etag"]


async def test_the_printed_schema_is_kept_by_caches(api: Api) -> None:
    """It has a tag and comes compressed."""
    first = await api.http.get("/schema.graphql")
    again = await api.http.get("/schema.graphql", headers={"if-none-match": first.headers["etag"]})

    assert first.text == SDL
    assert first.headers["content-encoding"] in {"gzip", "zstd"}
    assert (again.status_code, again.content) == (304, b"")


async def test_half_a_body_is_not_waited_for(api: Api) -> None:
    """Whoever sends half of it is told so in time and hung up on; others are served meanwhile."""
    url = api.http.base_url
    reader, writer = await asyncio.open_connection(url.host, url.port)
    writer.write(
        b"POST /graphql HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\n"
        b'content-length: 100\r\n\r\n{"query": '
    )
    begun = time.perf_counter()
    assert (await api.data(TYPENAME)) == {"__typename": "Query"}
    answer = await reader.read()
    writer.close()

    assert answer.startswith(b"HTTP/1.1 408 ")
    assert b"connection: close" in answer
    assert b"BODY_TOO_SLOW" in answer
    assert 0.4 <= time.perf_counter() - begun < 3


async def test_whoever_hangs_up_half_way_harms_nobody(api: Api) -> None:
    """The connection is gone, and the next request is answered."""
    url = api.http.base_url
    _, writer = await asyncio.open_connection(url.host, url.port)
    writer.write(b"POST /graphql HTTP/1.1\r\nhost: x\r\ncontent-length: 100\r\n\r\n{")
    await writer.drain()
    writer.close()

    assert (await api.data(TYPENAME)) == {"__typename": "Query"}
