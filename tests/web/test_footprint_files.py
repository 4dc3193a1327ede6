"""Footprints as files of PACT's JSON: whole, or each fault told; over HTTP and at the terminal."""

from collections.abc import AsyncGenerator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import UUID

import httpx
import orjson
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from consortium.documents.csv import FileUnreadable
from consortium.exchange.actions.importing import FOOTPRINTS_MAX
from consortium.exchange.imports import FootprintsUnreadable, read_documents
from consortium.exchange.rules.wire import write_footprint
from consortium.footprints.actions.recording import facts_kept
from consortium.importing import OrganisationUnknown, import_pact
from consortium.storage.database import Database, transaction
from consortium.storage.raw import raw
from tests.factories import create_membership, create_organisation
from tests.factories.footprints import facts, meaningful
from tests.journeys.test_effects import token_of
from tests.served import TODAY, Api, served

SEEN = "{ footprints(first: 100) { totalCount nodes { origin visibility productName } } }"


def document(number: int, **changes: Any) -> dict[str, Any]:
    """A footprint of an id of its own."""
    return write_footprint(facts(id=UUID(int=number), **changes))


@dataclass
class Desk:
    """A server, a system that enters figures for a member, one that reads, and a stranger's."""

    api: Api
    writes: str
    reads: str
    stranger: str

    async def send(self, body: Any, token: str = "", kind: str = "application/json") -> Any:
        content = body if isinstance(body, bytes) else orjson.dumps(body)
        headers = {
            "authorization": f"Bearer {token or self.writes}",
            "content-type": kind,
            "content-disposition": 'attachment; filename="pact.json"',
        }
        return await self.api.http.post("/imports/footprints", content=content, headers=headers)

    async def seen(self, token: str = "") -> Any:
        headers = {"authorization": f"Bearer {token or self.writes}"}
        answer = await self.api.http.post("/graphql", json={"query": SEEN}, headers=headers)
        return answer.json()["data"]["footprints"]

    async def rows(self) -> int:
        counted: int = await self.api.database.pool.fetchval("SELECT count(*) FROM footprint")
        return counted


@pytest.fixture
async def desk(database: Database, tmp_path: Path) -> AsyncGenerator[Desk]:
    owners = [await create_organisation(database.pool, name=name) for name in ("Mill", "Other")]
    for one in owners:
        await create_membership(database.pool, one)
    async with served(database, data_dir=tmp_path, max_document_bytes=1_000_000) as api:
        writes = await token_of(api, owners[0], "Entry", "figures:read", "figures:write")
        reads = await token_of(api, owners[0], "Reader", "figures:read")
        stranger = await token_of(api, owners[1], "Stranger", "figures:read", "figures:write")
        yield Desk(api, writes, reads, stranger)


async def test_what_comes_in_is_recorded_as_it_was_said(desk: Desk) -> None:
    """For who enters figures, seen by its organisation alone; a file twice changes nothing."""
    body = {"data": [document(1), document(2, product_name_company="Paper B")]}

    first, second = await desk.send(body), await desk.send(body)

    assert (first.status_code, second.status_code) == (201, 201), first.text
    counts = {"recorded": 2, "known": 0, "faultyCount": 0, "faulty": []}
    assert first.json() | {"sha256": ""} == {"sha256": "", **counts}
    assert second.json() | {"sha256": ""} == {"sha256": "", **counts, "recorded": 0, "known": 2}
    seen = await desk.seen()
    assert seen["totalCount"] == 2
    assert {one["origin"] for one in seen["nodes"]} == {"IMPORTED"}
    assert {one["visibility"] for one in seen["nodes"]} == {"PRIVATE"}
    assert (await desk.seen(desk.stranger))["totalCount"] == 0


async def test_a_file_with_faults_changes_nothing(desk: Desk) -> None:
    """Each is told by the place of its footprint, and by its field."""
    wrong = document(2)
    wrong["pcf"]["fossilGhgEmissions"] = "-1"
    del wrong["companyName"]
    unlike = document(3)
    unlike["pcf"]["declaredUnitAmount"] = "abc"

    refused = await desk.send([document(1), wrong, unlike])

    assert refused.status_code == 422
    told = refused.json()
    assert (told["recorded"], told["faultyCount"]) == (0, 2)
    assert [(one["place"], one["id"]) for one in told["faulty"]] == [
        (1, str(UUID(int=2))),
        (2, str(UUID(int=3))),
    ]
    fields = [fault["field"] for one in told["faulty"] for fault in one["faults"]]
    assert fields == ["companyName", "pcf.declaredUnitAmount"]
    assert await desk.rows() == 0


async def test_another_footprint_of_the_same_id_is_refused(desk: Desk) -> None:
    """What was recorded stays, and nothing else of the file is taken."""
    await desk.send(document(1))
    other = document(1, product_name_company="Paper B")

    refused = await desk.send([document(2), other])

    assert refused.status_code == 422
    [fault] = refused.json()["faulty"]
    assert (fault["place"], fault["faults"][0]["field"]) == (1, "id")
    assert await desk.rows() == 1


@pytest.mark.parametrize(
    ("body", "kind", "status", "code"),
    [
        (b"{", "application/json", 400, "FOOTPRINTS_UNREADABLE"),
        (b"[1]", "application/json", 400, "FOOTPRINTS_UNREADABLE"),
        (b'"text"', "application/json", 400, "FOOTPRINTS_UNREADABLE"),
        (b'{"data": {}}', "application/json", 400, "FOOTPRINTS_UNREADABLE"),
        (b"[{}, " + b'{"a":' * 60 + b"1" + b"}" * 60 + b"]", "application/json", 400,
         "FOOTPRINTS_UNREADABLE"),
        (b"[]", "application/json", 400, "FOOTPRINTS_FILE_EMPTY"),
        (b"[" + b"{}," * FOOTPRINTS_MAX + b"{}]", "application/json", 400,
         "FOOTPRINTS_FILE_EMPTY"),
        (b"[{}]", "text/csv", 415, "DOCUMENT_REFUSED"),
        (b" " * 1_000_001, "application/json", 413, "FILE_TOO_LARGE"),
    ],
)  # fmt: skip
async def test_what_is_no_file_of_footprints_is_refused(
    desk: Desk, body: bytes, kind: str, status: int, code: str
) -> None:
    """With a code, and nothing is changed."""
    refused: httpx.Response = await desk.send(body, kind=kind)

    assert (refused.status_code, refused.json()["errors"][0]["extensions"]["code"]) == (
        status,
        code,
    )
    assert await desk.rows() == 0


async def test_who_enters_no_figures_sends_no_file(desk: Desk) -> None:
    """Nor who says not who it is."""
    unsigned = await desk.api.http.post("/imports/footprints", content=b"[]")
    reads = await desk.send([document(1)], desk.reads)

    assert (unsigned.status_code, reads.status_code) == (403, 403)
    assert await desk.rows() == 0


async def test_the_terminal_takes_the_same_files(database: Database, tmp_path: Path) -> None:
    """For an organisation by its name."""
    await create_organisation(database.pool, name="Mill")
    file = tmp_path / "pact.json"
    file.write_bytes(orjson.dumps([document(1), document(2)]))

    done = await import_pact(file, "Mill", "me", TODAY)

    assert done == (2, 0, [])
    with pytest.raises(OrganisationUnknown):
        await import_pact(file, "Nobody", "me", TODAY)
    with pytest.raises(FileUnreadable):
        await import_pact(tmp_path / "none.json", "Mill", "me", TODAY)


@given(st.binary(max_size=200) | st.text(max_size=100).map(str.encode))
def test_any_bytes_are_documents_or_refused(data: bytes) -> None:
    """Nothing else comes of them."""
    try:
        found = read_documents(data)
    except FootprintsUnreadable:
        return
    assert all(isinstance(one, dict) for one in found)


@settings(
    max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(meaningful())
async def test_any_footprint_comes_in_as_it_is(
    database: Database, tmp_path: Path, one: Any
) -> None:
    """Every field of it."""
    owner = await create_organisation(database.pool)
    name = await database.pool.fetchval("SELECT name FROM organisation WHERE id = $1", owner)
    file = tmp_path / "pact.json"
    file.write_bytes(orjson.dumps(write_footprint(one)))

    done = await import_pact(file, name, "me", TODAY)

    assert (done.recorded, done.faulty) == (1, [])
    key = await database.pool.fetchval("SELECT id FROM footprint WHERE organisation_id = $1", owner)
    async with transaction() as client:
        assert await facts_kept(raw(client), key) == one
