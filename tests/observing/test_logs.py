"""Lines of the log: what they tell, and what they never tell."""

import asyncio
import hashlib
from typing import Any

import asyncpg
import httpx
import orjson
import pytest

from consortium.storage.database import Database
from tests.identity.oauth.world import VERIFIER, world
from tests.observing.test_traces import RECORD
from tests.served import SECRET_KEY, served
from tests.subscriptions.clients import socket

QUERY = "query Directory($name: String!) { members(where: {name: {eq: $name}}) { totalCount } }"
VALUE = "a-name-nobody-may-read"
LOGGED: dict[str, Any] = {"log_level": "INFO", "log_format": "json", "log_requests": True}


def lines(captured: pytest.CaptureFixture[str], event: str) -> list[dict[str, Any]]:
    """The lines of an event."""
    said = [orjson.loads(one) for one in captured.readouterr().err.splitlines() if one[:1] == "{"]
    return [one for one in said if one["event"] == event]


async def test_a_request_is_one_line(
    database: Database, capsys: pytest.CaptureFixture[str]
) -> None:
    """Who asked what, how it ended, and the id that the answer bears."""
    async with world(database, **LOGGED) as w:
        token = (await w.tokens())["access_token"]
        capsys.readouterr()
        answer = await w.http.post(
            "/graphql",
            json={"query": QUERY, "variables": {"name": VALUE}},
            headers={"authorization": f"Bearer {token}"},
        )
        [line] = lines(capsys, "request")

    assert line.pop("duration_ms") > 0
    assert line.pop("timestamp")
    assert line == {
        "event": "request",
        "level": "info",
        "logger": "consortium.requests",
        "request_id": answer.headers["x-request-id"],
        "method": "POST",
        "route": "/graphql",
        "status": 200,
        "bytes_sent": len(answer.content),
        "document": hashlib.sha256(QUERY.encode()).hexdigest(),
        "operation": "Directory",
        "type": "query",
        "outcome": "answered",
        "caller": "person",
        "account": w.person.account_id,
        "client": line["client"],
        "organisation": w.organisation_id,
    }


async def test_a_refusal_is_told_by_its_code(
    database: Database, capsys: pytest.CaptureFixture[str]
) -> None:
    """Without the document, of which nothing is known."""
    async with served(database, **LOGGED) as api:
        await api.codes(f"query Directory {{ {VALUE.replace('-', '_')} }}")
        [line] = lines(capsys, "request")

    assert (line["outcome"], line["code"]) == ("refused", "GRAPHQL_VALIDATION_FAILED")
    assert (line["operation"], line["caller"]) == ("", "anonymous")
    assert VALUE.replace("-", "_") not in str(line)


async def test_a_bug_is_logged_under_the_requests_id(
    database: Database, owner_dsn: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """So that what a person reports is found."""
    owner = await asyncpg.connect(owner_dsn)
    await owner.execute("ALTER TABLE organisation RENAME TO gone")
    await owner.close()
    async with served(database, **LOGGED) as api:
        answer = await api.post("{ members { totalCount } }")
        said = capsys.readouterr().err

    assert answer.json()["errors"][0]["extensions"]["code"] == "INTERNAL_ERROR"
    failed = [orjson.loads(one) for one in said.splitlines() if '"request failed"' in one]
    assert [one["request_id"] for one in failed] == [answer.headers["x-request-id"]]


@pytest.mark.parametrize("level", ["INFO", "DEBUG"])
async def test_no_log_holds_a_secret(
    database: Database, capsys: pytest.CaptureFixture[str], level: str
) -> None:
    """Neither tokens, codes, secrets, nor values, wherever they were sent."""
    async with world(database, **LOGGED | {"log_level": level, "slow_ms": 1}) as w:
        code = await w.code()
        tokens = (await w.redeem(code)).json()
        refreshed = (await w.refresh(tokens["refresh_token"])).json()
        system = await w.token(grant_type="client_credentials", auth=(w.service, w.secret))
        for token in (tokens["access_token"], system.json()["access_token"], "no-token-at-all"):
            headers = {"authorization": f"Bearer {token}", "cookie": "kept=a-cookie-of-mine"}
            asked = {"query": QUERY, "variables": {"name": VALUE}}
            await w.http.post("/graphql", json=asked, headers=headers)
            await w.http.get(f"/graphql?access_token={token}&query={{__typename}}")
            await w.http.get(f"/questionnaires/{VALUE}", headers=headers)
            await w.http.get(f"/no/such/{VALUE}")
            async with socket(w) as opened:
                await opened.send("connection_init", payload={"authorization": f"Bearer {token}"})
        await asyncio.sleep(0.2)
    said = capsys.readouterr().err

    assert said.count('"event": "request"') > 10
    hidden = [tokens[name] for name in ("access_token", "refresh_token", "id_token")]
    hidden += [refreshed["access_token"], refreshed["refresh_token"]]
    hidden += [system.json()["access_token"], w.secret, code, VERIFIER, VALUE]
    hidden += [SECRET_KEY.get_secret_value(), "a-cookie-of-mine", "no-token-at-all"]
    # Not the secrets themselves: a failure is told in logs too.
    told = [one for one in said.splitlines() if any(secret in one for secret in hidden)]
    assert [orjson.loads(one)["logger"] for one in told] == []


async def test_without_the_setting_nothing_is_said(
    database: Database, capsys: pytest.CaptureFixture[str]
) -> None:
    """Nor do answers bear an id, which would be in no log."""
    async with served(database, log_level="INFO") as api:
        answer = await api.post("{ __typename }")

    assert "x-request-id" not in answer.headers
    assert lines(capsys, "request") == []


async def slow_answer(database: Database, api: Any, query: str) -> httpx.Response:
    """The answer of a query that waits for a lock."""
    async with database.pool.acquire() as connection, connection.transaction():
        await connection.execute("LOCK TABLE organisation IN ACCESS EXCLUSIVE MODE")
        asked = asyncio.create_task(api.post(query, {"name": VALUE}))
        await asyncio.sleep(0.5)
    answer: httpx.Response = await asked
    return answer


async def test_a_slow_query_is_explained_once_in_a_while(
    database: Database, capsys: pytest.CaptureFixture[str]
) -> None:
    """Each is a line; the database is asked for a plan of the first only, and not for values."""
    async with served(database, **LOGGED | {"slow_ms": 300, "log_requests": False}) as api:
        for _ in range(2):
            assert (await slow_answer(database, api, QUERY)).status_code == 200
        await api.post(QUERY, {"name": VALUE})
        await asyncio.sleep(0.3)
    said = [orjson.loads(one) for one in capsys.readouterr().err.splitlines() if one[:1] == "{"]

    slow = [one for one in said if one["event"] == "slow operation"]
    assert [(one["operation"], one["type"]) for one in slow] == [("Directory", "query")] * 2
    assert all(one["duration_ms"] >= one["statement_ms"] >= 300 for one in slow)
    [explained] = [one for one in said if one["event"] == "slow operation explained"]
    assert explained["document"] == slow[0]["document"]
    assert "$1" in explained["sql"]
    assert any("cost=" in one for one in explained["plan"])
    assert VALUE not in str(said)


async def test_a_slow_mutation_is_never_explained(
    database: Database, capsys: pytest.CaptureFixture[str]
) -> None:
    """Only told, though its payload was read by a statement."""
    async with world(database, **LOGGED | {"slow_ms": 1}) as w:
        token = (await w.tokens())["access_token"]
        body = {"query": RECORD, "variables": {"input": {"name": VALUE}}}
        answer = await w.http.post(
            "/graphql", json=body, headers={"authorization": f"Bearer {token}"}
        )
        await asyncio.sleep(0.2)
    said = [orjson.loads(one) for one in capsys.readouterr().err.splitlines() if one[:1] == "{"]

    assert answer.json() == {"data": {"recordProduct": {"name": VALUE}}}
    [slow] = [one for one in said if one["event"] == "slow operation"]
    assert (slow["operation"], slow["statements"]) == ("Record", 1)
    assert [one for one in said if one["event"] == "slow operation explained"] == []
    assert VALUE not in str(said)
