"""Bulk operations over HTTP: variables are sent, results fetched, by the same system alone."""

from collections.abc import AsyncGenerator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import orjson
import pytest

from consortium.bulk.jobs.runner import Runner
from consortium.cli.background import runner_of
from consortium.settings import Settings
from consortium.storage.database import Database
from tests.asking import executor_of
from tests.factories import create_membership, create_organisation
from tests.journeys.test_effects import token_of
from tests.served import SECRET_KEY, Api, served

WRITES = ("figures:read", "figures:write")
RECORD = """mutation ($input: RecordProductInput!) { recordProduct(input: $input) {
  ... on Product { name } ... on Refusal { code } } }"""
START = """mutation ($input: StartBulkMutationInput!) { startBulkMutation(input: $input) {
  ... on BulkOperation { id state } ... on Refusal { code } } }"""
LIST = """mutation { startBulkQuery(input: {query: "{ products { nodes { name } } }"}) {
  ... on BulkOperation { id state } ... on Refusal { code } } }"""


@dataclass
class Desk:
    """A server, a member's two systems and another member's, and what runs operations."""

    api: Api
    runner: Runner
    files: Path
    mine: str
    colleague: str
    other: str

    async def ask(self, query: str, token: str, **variables: Any) -> Any:
        """The answer of the one field that is asked for."""
        headers = {"authorization": f"Bearer {token}"}
        body = {"query": query, "variables": variables}
        answer = await self.api.http.post("/graphql", json=body, headers=headers)
        [found] = answer.json()["data"].values()
        return found

    async def send(
        self, content: bytes, token: str = "", kind: str = "application/jsonl"
    ) -> httpx.Response:
        """Send variables."""
        headers = {"content-type": kind}
        if token:
            headers["authorization"] = f"Bearer {token}"
        return await self.api.http.post("/bulk/uploads", content=content, headers=headers)

    async def fetch(self, url: str, token: str = "") -> httpx.Response:
        """Fetch a result."""
        headers = {"authorization": f"Bearer {token}"} if token else {}
        return await self.api.http.get(url, headers=headers)

    def held(self) -> list[str]:
        """The files that are there."""
        return [one.name for one in self.files.rglob("*") if one.is_file()]


@pytest.fixture
async def desk(database: Database, tmp_path: Path) -> AsyncGenerator[Desk]:
    """Two members with systems."""
    member, other = [
        await create_organisation(database.pool, name=name) for name in ("Member", "Other")
    ]
    for one in (member, other):
        await create_membership(database.pool, one)
    settings = Settings(data_dir=tmp_path, secret_key=SECRET_KEY)
    runner = runner_of(settings, database, executor_of(database))
    async with served(database, data_dir=tmp_path, bulk_upload_max_bytes=10_000) as api:
        tokens = [
            await token_of(api, member, "Mine", *WRITES),
            await token_of(api, member, "Colleague", *WRITES),
            await token_of(api, other, "Other", *WRITES),
        ]
        yield Desk(api, runner, tmp_path / "bulk", *tokens)


def code_of(answer: httpx.Response) -> str:
    """The code of a refusal."""
    return str(answer.json()["errors"][0]["extensions"]["code"])


async def test_variables_go_in_and_answers_come_out(desk: Desk) -> None:
    """And then the list of what they made, each by the system that asked."""
    lines = b"".join(orjson.dumps({"input": {"name": f"P{at}"}}) + b"\n" for at in range(3))
    sent = await desk.send(lines, desk.mine)
    assert sent.status_code == 201
    given = {"mutation": RECORD, "upload": sent.json()["id"]}
    started = await desk.ask(START, desk.mine, input=given)
    assert started["state"] == "WAITING"
    url = f"/bulk/{started['id']}/result.jsonl"
    early = await desk.fetch(url, desk.mine)
    assert (early.status_code, code_of(early)) == (410, "BULK_RESULT_GONE")
    await desk.runner.work_off()

    answers = await desk.fetch(url, desk.mine)

    assert answers.headers["content-type"] == "application/jsonl"
    assert "attachment" in answers.headers["content-disposition"]
    assert answers.headers["cache-control"] == "private, no-store"
    told = [orjson.loads(line) for line in answers.content.splitlines()]
    assert told[2] == {"line": 3, "data": {"recordProduct": {"name": "P2"}}}
    listed = await desk.ask(LIST, desk.mine)
    await desk.runner.work_off()
    rows = await desk.fetch(f"/bulk/{listed['id']}/result.jsonl", desk.mine)
    assert {orjson.loads(line)["name"] for line in rows.content.splitlines()} == {"P0", "P1", "P2"}


async def test_results_are_for_who_asked(desk: Desk) -> None:
    """Another system of the same member knows of it and gets nothing; others know nothing."""
    listed = await desk.ask(LIST, desk.mine)
    await desk.runner.work_off()
    url = f"/bulk/{listed['id']}/result.jsonl"

    for token, status in ((desk.colleague, 403), (desk.other, 404), ("", 404), (desk.mine, 200)):
        assert (await desk.fetch(url, token)).status_code == status
    assert (await desk.fetch("/bulk/org_1/result.jsonl", desk.mine)).status_code == 404
    assert (await desk.fetch("/bulk/nothing/result.jsonl", desk.mine)).status_code == 404
    assert (await desk.fetch(url, "forged")).status_code == 401


async def test_a_client_that_was_withdrawn_loses_what_it_asked_for(desk: Desk) -> None:
    """Its operations end; a token of it that still lives changes nothing about that."""
    listed = await desk.ask(LIST, desk.mine)
    withdraw = "UPDATE oauth_client SET disabled_at = now() WHERE name = 'Mine'"
    await desk.api.database.pool.execute(withdraw)
    await desk.runner.work_off()

    query = "query ($id: ID!) { bulkOperation(id: $id) { state failureCode } }"
    found = await desk.ask(query, desk.colleague, id=listed["id"])
    assert found == {"state": "FAILED", "failureCode": "BULK_RIGHTS_LOST"}


async def test_what_is_sent_is_bounded(desk: Desk) -> None:
    """By whom, of what type, how much: nothing of it is kept otherwise."""
    for sent, status, code in (
        (await desk.send(b"{}\n"), 403, "PERMISSION_DENIED"),
        (await desk.send(b"{}\n", desk.mine, "application/pdf"), 415, "DOCUMENT_REFUSED"),
        (await desk.send(b"x" * 10_001, desk.mine), 413, "FILE_TOO_LARGE"),
    ):
        assert (sent.status_code, code_of(sent)) == (status, code)

    assert desk.held() == []
    assert await desk.api.database.pool.fetchval("SELECT count(*) FROM bulk_upload") == 0


async def test_a_file_that_is_gone_is_told(desk: Desk) -> None:
    """As where a disk was restored without it."""
    listed = await desk.ask(LIST, desk.mine)
    await desk.runner.work_off()
    for one in desk.files.rglob("*"):
        if one.is_file():
            one.unlink()

    answer = await desk.fetch(f"/bulk/{listed['id']}/result.jsonl", desk.mine)

    assert (answer.status_code, code_of(answer)) == (500, "FILE_UNUSABLE")
