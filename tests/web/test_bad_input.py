"""Bad input gets a clear error with a stable code, and the server goes on."""

from collections.abc import AsyncGenerator

import asyncpg
import pytest
import pytest_asyncio

from consortium.storage.database import Database
from tests.served import Api, served

pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def api(demo_dsn: str) -> AsyncGenerator[Api]:
    """One server for the whole module: it must outlive every mistake."""
    async with Database.open(demo_dsn, max_size=4) as database, served(database) as running:
        yield running


DEEP = "{ claims { nodes " + "{ partOf " * 40 + "{ id }" + " }" * 40 + " } }"
WIDE = (
    "{ "
    + " ".join(f"c{n}: claims {{ nodes {{ ...F }} }}" for n in range(200))
    + " } "
    + ("fragment F on Claim { " + " ".join(f"f{n}: category" for n in range(50)) + " }")
)

REFUSED = [
    ("{", "GRAPHQL_PARSE_FAILED"),
    ("", "BAD_REQUEST"),
    ("{ " * 5000, "GRAPHQL_PARSE_FAILED"),
    ("{ organisations { nodes { nope } } }", "GRAPHQL_VALIDATION_FAILED"),
    ("{ a: organisation(id: 1) { id } b: nope }", "GRAPHQL_VALIDATION_FAILED"),
    ("subscription { x }", "GRAPHQL_VALIDATION_FAILED"),
    ("{ organisations(first: -1) { nodes { id } } }", "PAGE_SIZE_INVALID"),
    ("{ organisations(first: 1001) { nodes { id } } }", "PAGE_SIZE_INVALID"),
    ("{ organisations(first: 1, last: 1) { nodes { id } } }", "BAD_USER_INPUT"),
    ('{ organisations(after: "broken") { nodes { id } } }', "CURSOR_INVALID"),
    ('{ organisations(after: "AAAAAAAA") { nodes { id } } }', "CURSOR_INVALID"),
    ('{ organisations(before: "\\u0000") { nodes { id } } }', "BAD_USER_INPUT"),
    ('{ node(id: "12") { id } }', "ID_INVALID"),
    ('{ node(id: "org_99999999999999999999") { id } }', "ID_INVALID"),
    ("{ organisation { id } }", "BAD_USER_INPUT"),
    ('{ organisation(id: "org_1", name: "x") { id } }', "BAD_USER_INPUT"),
    ("{ organisations(where: {name: {eq: null}}) { nodes { id } } }", "BAD_USER_INPUT"),
    ('{ organisations(where: {country: {eq: "XX"}}) { nodes { id } } }', "BAD_USER_INPUT"),
    ('{ claims(where: {value: {gt: "NaN"}}) { nodes { id } } }', "BAD_USER_INPUT"),
    ('{ claims(where: {value: {gt: "1e999"}}) { nodes { id } } }', "BAD_USER_INPUT"),
    ('{ consortium(onDate: "2020-13-01") { memberCount } }', "GRAPHQL_VALIDATION_FAILED"),
    (DEEP, "OPERATION_TOO_DEEP"),
    (WIDE, "FIELDS_TOO_MANY"),
    ("query A { __typename } query B { __typename }", "OPERATION_NOT_FOUND"),
    ('{ search(query: "' + "word " * 40 + '") { totalCount } }', "BAD_USER_INPUT"),
]


@pytest.mark.parametrize(("query", "code"), REFUSED)
async def test_a_refused_query_says_why(api: Api, query: str, code: str) -> None:
    """Each kind of mistake has its own code and a sentence, and the next request is answered."""
    answer = (await api.post(query)).json()

    assert {error["extensions"]["code"] for error in answer["errors"]} == {code}
    assert all(len(error["message"]) > 10 for error in answer["errors"])
    assert "data" not in answer
    assert (await api.data("{ __typename }")) == {"__typename": "Query"}


async def test_a_filter_nested_too_deeply_is_refused(api: Api) -> None:
    """A filter's depth is bounded, before PostgreSQL would have to bound it."""
    where: dict[str, object] = {"name": {"eq": "x"}}
    for _ in range(40):
        where = {"not": where}

    codes = await api.codes(
        "query ($w: OrganisationFilter) { organisations(where: $w) { totalCount } }", {"w": where}
    )

    assert codes == ["BAD_USER_INPUT"]


@pytest.mark.parametrize(
    ("variables", "code"),
    [
        ({}, "BAD_VARIABLES"),
        ({"n": "three"}, "BAD_VARIABLES"),
        ({"n": 2**40}, "BAD_VARIABLES"),
        ({"n": -5}, "PAGE_SIZE_INVALID"),
    ],
)
async def test_wrong_variables_are_named(api: Api, variables: dict[str, object], code: str) -> None:
    """A variable that is missing or of another type is refused before anything runs."""
    query = "query ($n: Int!) { organisations(first: $n) { nodes { id } } }"

    assert await api.codes(query, variables) == [code]


BODIES = [
    (b"", "application/json", "BAD_REQUEST", 400),
    (b"{", "application/json", "BAD_REQUEST", 400),
    (b"\xff\xfe", "application/json", "BAD_REQUEST", 400),
    (b"3", "application/json", "BAD_REQUEST", 400),
    (b"[]", "application/json", "BATCHING_NOT_SUPPORTED", 400),
    (b'{"query": 3}', "application/json", "BAD_REQUEST", 400),
    (b'{"query": "{__typename}", "variables": []}', "application/json", "BAD_REQUEST", 400),
    (b'{"query": "{__typename}"}', "text/plain", "UNSUPPORTED_MEDIA_TYPE", 415),
    (b"x" * 10_000_000, "application/json", "BODY_TOO_LARGE", 413),
]


@pytest.mark.parametrize(("body", "kind", "code", "status"), BODIES)
async def test_a_refused_body_says_why(
    api: Api, body: bytes, kind: str, code: str, status: int
) -> None:
    """Whatever is sent as a body, the answer is GraphQL's errors and the server goes on."""
    answer = await api.http.post("/graphql", content=body, headers={"content-type": kind})

    assert (answer.status_code, answer.json()["errors"][0]["extensions"]["code"]) == (status, code)
    assert (await api.data("{ __typename }")) == {"__typename": "Query"}


async def test_a_body_in_pieces_is_bounded_too(api: Api) -> None:
    """A body whose length is not stated is refused when it grows too large."""

    async def pieces() -> AsyncGenerator[bytes]:
        for _ in range(40):
            yield b" " * 100_000

    answer = await api.http.post(
        "/graphql", content=pieces(), headers={"content-type": "application/json"}
    )

    assert answer.json()["errors"][0]["extensions"]["code"] == "BODY_TOO_LARGE"
    assert (await api.data("{ __typename }")) == {"__typename": "Query"}


async def test_the_media_type_of_graphql_has_its_statuses(api: Api) -> None:
    """A request that cannot be run is 400 in GraphQL's own media type, 200 in plain JSON."""
    accept = {"accept": "application/graphql-response+json"}
    body = {"query": "{ nope }"}

    plain = await api.http.post("/graphql", json=body)
    own = await api.http.post("/graphql", json=body, headers=accept)

    assert (plain.status_code, own.status_code) == (200, 400)
    assert own.headers["content-type"].startswith("application/graphql-response+json")


async def test_other_methods_are_refused(api: Api) -> None:
    """Only GET and POST ask."""
    answer = await api.http.patch("/graphql", json={"query": "{ __typename }"})

    assert answer.status_code == 405


async def test_a_bug_is_masked_and_the_database_being_down_is_told(
    dsn: str, owner_dsn: str
) -> None:
    """Without its tables the server hides the reason; without its database it says to retry."""
    async with Database.open(dsn, max_size=2) as database, served(database) as api:
        owner = await asyncpg.connect(owner_dsn)
        await owner.execute("ALTER TABLE organisation RENAME TO gone")
        query = "{ organisations { totalCount } }"
        masked = (await api.post(query)).json()["errors"][0]
        await owner.execute("ALTER TABLE gone RENAME TO organisation")
        await owner.close()
        assert (await api.data(query)) == {"organisations": {"totalCount": 0}}

        assert masked["extensions"]["code"] == "INTERNAL_ERROR"
        assert "organisation" not in masked["message"]

        database.pool.terminate()
        assert await api.codes(query) == ["DATABASE_UNAVAILABLE"]
        assert (await api.http.get("/health/ready")).status_code == 503
        assert (await api.http.get("/health/live")).status_code == 200
