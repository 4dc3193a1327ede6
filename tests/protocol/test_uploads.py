"""Files within GraphQL requests: the multipart request specification, bounded and guarded."""

import json
from collections.abc import AsyncGenerator
from pathlib import Path
from typing import Any

import httpx
import pytest

from consortium.storage.database import Database
from tests.factories import create_membership, create_organisation
from tests.journeys.test_effects import token_of
from tests.served import Api, served
from tests.staging.workbooks import example, flat, workbook

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
STAGE = """mutation ($input: StageImportInput!) { stageImport(input: $input) {
    ... on StagedImport { kind status rowCount faultCount fileName sha256 }
    ... on Refusal { code message path } } }"""
VARIABLES: dict[str, Any] = {"input": {"kind": "EFFECTS", "file": None}}
PLACES = {"0": ["variables.input.file"]}
GUARD = {"graphql-require-preflight": "1"}
KEPT = ("staged_import", "staged_row", "document")
SIZE_MAX = 40_000
SCOPES = ("figures:read", "figures:write", "figures:approve")


class Sender:
    """A member's system, and a server that takes small files."""

    def __init__(self, api: Api, token: str, files: Path) -> None:
        self.api, self.token, self.files = api, token, files

    async def send(
        self,
        *files: tuple[str, bytes, str],
        operations: Any = None,
        places: Any = PLACES,
        headers: Any = None,
    ) -> httpx.Response:
        """Send a form."""
        asked = operations or {"query": STAGE, "variables": VARIABLES}
        fields = {
            "operations": asked if isinstance(asked, str) else json.dumps(asked),
            "map": places if isinstance(places, str) else json.dumps(places),
        }
        given = {"authorization": f"Bearer {self.token}"} | (GUARD if headers is None else headers)
        return await self.api.http.post(
            "/graphql",
            data=fields,
            files={str(n): one for n, one in enumerate(files)},
            headers=given,
        )

    async def nothing_is_kept(self) -> bool:
        """Whether no row and no file came of it."""
        pool = self.api.database.pool
        rows = [await pool.fetchval(f"SELECT count(*) FROM {name}") for name in KEPT]  # noqa: S608
        return rows == [0, 0, 0] and not any(one.is_file() for one in self.files.rglob("*"))


@pytest.fixture
async def sender(database: Database, tmp_path: Path) -> AsyncGenerator[Sender]:
    """A member whose system enters figures."""
    member = await create_organisation(database.pool, name="Member")
    await create_membership(database.pool, member, status="MEMBER")
    given: dict[str, Any] = {
        "data_dir": tmp_path,
        "max_document_bytes": SIZE_MAX,
        "max_upload_files": 2,
    }
    async with served(database, **given) as api:
        token = await token_of(api, member, "Member", *SCOPES)
        yield Sender(api, token, tmp_path / "files")


async def test_a_file_is_staged_as_by_the_door_for_files(sender: Sender) -> None:
    """A workbook and a CSV, through the same action, with the same answer."""
    book = await sender.send(("effects.xlsx", workbook(example()), XLSX))
    lines = await sender.send(("effects.csv", flat(example()), "text/csv"))

    [first, second] = [one.json()["data"]["stageImport"] for one in (book, lines)]
    assert (first["kind"], first["status"], first["faultCount"]) == ("EFFECTS", "OPEN", 0)
    assert first["rowCount"] == second["rowCount"] > 5
    assert (first["fileName"], second["fileName"]) == ("effects.xlsx", "effects.csv")
    kept = {one.name for one in sender.files.rglob("*") if one.is_file()}
    assert kept == {first["sha256"], second["sha256"]}


async def test_a_file_that_is_refused_is_told_as_any_refusal(sender: Sender) -> None:
    """By its code, in the payload; nothing of it is kept."""
    answers = [
        await sender.send(("effects.xlsx", b"no workbook", XLSX)),
        await sender.send(("effects.pdf", b"%PDF-", "application/pdf")),
        await sender.send(("effects.csv", b"sheet\n", "text/csv")),
    ]

    codes = [one.json()["data"]["stageImport"]["code"] for one in answers]
    assert codes == ["DOCUMENT_REFUSED", "DOCUMENT_REFUSED", "IMPORT_EMPTY"]
    rows = [await sender.api.database.pool.fetchval("SELECT count(*) FROM staged_import")]
    assert rows == [0]


CSV = ("effects.csv", b"sheet\n", "text/csv")


@pytest.mark.parametrize(
    ("given", "status", "code"),
    [
        ({"headers": {}}, 400, "UPLOAD_INVALID"),
        ({"places": "{"}, 400, "UPLOAD_INVALID"),
        ({"places": "[]"}, 400, "UPLOAD_INVALID"),
        ({"places": {"0": "variables.input.file"}}, 400, "UPLOAD_INVALID"),
        ({"places": {"7": ["variables.input.file"]}}, 400, "UPLOAD_INVALID"),
        ({"places": {"0": ["variables.input.kind"]}}, 400, "UPLOAD_INVALID"),
        ({"places": {"0": ["variables.input.file.deeper"]}}, 400, "UPLOAD_INVALID"),
        ({"places": {"0": ["query"]}}, 400, "UPLOAD_INVALID"),
        ({"places": {"0": ["variables.nope.0.__class__"]}}, 400, "UPLOAD_INVALID"),
        ({"places": {}}, 200, "BAD_VARIABLES"),
        ({"operations": "{"}, 400, "BAD_REQUEST"),
        ({"operations": "[{}]"}, 400, "BATCHING_NOT_SUPPORTED"),
    ],
)
async def test_a_form_that_is_none_is_refused(
    sender: Sender, given: dict[str, Any], status: int, code: str
) -> None:
    """It says what is wrong, and nothing is kept."""
    answer = await sender.send(CSV, **given)

    assert answer.status_code == status, answer.text
    assert answer.json()["errors"][0]["extensions"]["code"] == code
    assert await sender.nothing_is_kept()


async def test_files_are_bounded_in_number_and_size(sender: Sender) -> None:
    """Too many, too large alone, and too large together."""
    large = ("effects.csv", b"x" * (SIZE_MAX + 1), "text/csv")
    half = ("effects.csv", b"x" * (SIZE_MAX // 2 + 1), "text/csv")
    huge = ("effects.csv", b"x" * 3_000_000, "text/csv")

    assert (await sender.send(CSV, CSV, CSV)).status_code == 400
    for files in ((large,), (huge,)):
        answer = await sender.send(*files)
        assert answer.status_code == 413
        assert answer.json()["errors"][0]["extensions"]["code"] == "FILE_TOO_LARGE"
    twice = {"0": ["variables.input.file"], "1": ["variables.other"]}
    asked = {"query": STAGE, "variables": VARIABLES | {"other": None}}
    assert (await sender.send(half, half, places=twice, operations=asked)).status_code == 413
    assert await sender.nothing_is_kept()


async def test_nobody_without_a_token_sends_files(sender: Sender) -> None:
    """Their files are not even read."""
    sender.token = ""
    answer = await sender.api.http.post(
        "/graphql", data={"operations": "{}", "map": "{}"}, files={"0": CSV}, headers=GUARD
    )

    assert answer.json()["errors"][0]["extensions"]["code"] == "UPLOAD_INVALID"
    assert await sender.nothing_is_kept()


async def test_an_upload_is_no_text(sender: Sender) -> None:
    """Neither a variable nor a literal stands for a file."""
    literal = 'mutation { stageImport(input: {kind: EFFECTS, file: "x"}) { __typename } }'
    given = {"input": {"kind": "EFFECTS", "file": "x"}}

    assert await sender.api.codes(STAGE, given) == ["BAD_VARIABLES"]
    assert await sender.api.codes(literal) == ["BAD_USER_INPUT"]


async def test_a_form_cut_short_leaves_nothing(sender: Sender) -> None:
    """The connection closes within a file; the next request is answered."""
    body = b'--b\r\ncontent-disposition: form-data; name="operations"\r\n\r\n{"query"'
    answer = await sender.api.http.post(
        "/graphql",
        content=body,
        headers=GUARD
        | {
            "authorization": f"Bearer {sender.token}",
            "content-type": "multipart/form-data; boundary=b",
        },
    )

    assert answer.json()["errors"][0]["extensions"]["code"] == "UPLOAD_INVALID"
    assert await sender.nothing_is_kept()
    assert await sender.api.data("{ __typename }") == {"__typename": "Query"}
