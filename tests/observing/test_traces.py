"""Traces, as a collector receives them."""

import hashlib

import pytest

from consortium.storage.database import Database
from tests.identity.oauth.world import world
from tests.observing.collector import attributes, collecting
from tests.served import served

QUERY = "query Directory($name: String!) { members(where: {name: {eq: $name}}) { totalCount } }"
RECORD = """mutation Record($input: RecordProductInput!) {
  recordProduct(input: $input) { ... on Product { name } }
}"""
SECRET = "a-name-nobody-may-read"  # noqa: S105  a value to be looked for
TRACE, PARENT = "0af7651916cd43dd8448eb211c80319c", "b7ad6b7169203331"


async def test_a_query_is_a_trace_that_goes_on_from_the_callers(database: Database) -> None:
    """Request, operation, plan and statement, one in the other; no value and no token in them."""
    with collecting() as collector:
        async with world(database, otlp_endpoint=collector.url) as w:
            token = (await w.tokens())["access_token"]
            for _ in range(2):
                answer = await w.http.post(
                    "/graphql",
                    json={"query": QUERY, "variables": {"name": SECRET}},
                    headers={
                        "authorization": f"Bearer {token}",
                        "traceparent": f"00-{TRACE}-{PARENT}-01",
                    },
                )
                assert answer.json() == {"data": {"members": {"totalCount": 0}}}

    ours = [one for one in collector.spans if one.trace_id.hex() == TRACE]
    by_name: dict[str, list[object]] = {}
    for one in ours:
        by_name.setdefault(one.name, []).append(one)
    # The second time the plan was kept.
    assert {name: len(some) for name, some in by_name.items()} == {
        "POST /graphql": 2,
        "query Directory": 2,
        "plan": 1,
        "statement": 2,
    }
    [plan] = [one for one in ours if one.name == "plan"]
    operation = next(one for one in ours if one.span_id == plan.parent_span_id)
    request = next(one for one in ours if one.span_id == operation.parent_span_id)
    assert (operation.name, request.name) == ("query Directory", "POST /graphql")
    assert request.parent_span_id.hex() == PARENT
    told = attributes(operation)
    assert told["graphql.document.hash"] == hashlib.sha256(QUERY.encode()).hexdigest()
    assert (told["graphql.operation.type"], told["graphql.operation.name"]) == (
        "query",
        "Directory",
    )
    statement = next(one for one in ours if one.parent_span_id == operation.span_id and one != plan)
    assert "$1" in attributes(statement)["db.query.text"]
    assert attributes(statement)["consortium.answer.bytes"] > 0
    assert attributes(request)["consortium.request.id"]
    assert attributes(request)["http.response.status_code"] == 200
    for hidden in (SECRET, token, w.secret):
        assert hidden.encode() not in collector.raw


async def test_a_refusal_has_its_code_only(database: Database) -> None:
    """Nothing of the document, which may hold anything."""
    with collecting() as collector:
        async with served(database, otlp_endpoint=collector.url) as api:
            await api.codes(f"{{ {SECRET.replace('-', '_')} }}")

    told = attributes(collector.named("operation"))
    assert told["consortium.error.code"] == "GRAPHQL_VALIDATION_FAILED"
    assert SECRET.replace("-", "_").encode() not in collector.raw


async def test_a_mutation_has_its_action_and_the_statement_of_its_payload(
    database: Database,
) -> None:
    """Both within the operation; what was recorded is in neither."""
    with collecting() as collector:
        async with world(database, otlp_endpoint=collector.url) as w:
            token = (await w.tokens())["access_token"]
            body = {"query": RECORD, "variables": {"input": {"name": SECRET}}}
            headers = {"authorization": f"Bearer {token}"}
            answer = await w.http.post("/graphql", json=body, headers=headers)
            assert answer.json() == {"data": {"recordProduct": {"name": SECRET}}}

    operation = collector.named("mutation Record")
    parts = [one for one in collector.spans if one.parent_span_id == operation.span_id]
    assert sorted(one.name for one in parts) == ["action", "plan", "statement"]
    assert SECRET.encode() not in collector.raw


async def test_a_collector_that_is_away_delays_nobody(database: Database) -> None:
    """Requests are answered as ever, and the server ends."""
    async with served(database, otlp_endpoint="http://127.0.0.1:9") as api:
        assert await api.data("{ __typename }") == {"__typename": "Query"}


async def test_opentelemetrys_own_setting_will_do(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Without ours, the environment of every OpenTelemetry program names the collector."""
    with collecting() as collector:
        monkeypatch.setenv("OTEL_EXPORTER_OTLP_ENDPOINT", collector.url)
        async with served(database) as api:
            await api.data("query Named { __typename }")
    assert collector.named("query Named")
