"""Figures as files over HTTP: sent, staged, taken out again, and stated on a page."""

import csv
import io
from collections.abc import AsyncGenerator
from dataclasses import dataclass
from typing import Any

import httpx
import pypdf
import pytest
from python_calamine import CalamineWorkbook

from consortium.documents.workbooks import read_flat, read_workbook
from consortium.staging.rules.claim_sheets import CLAIM_SHEETS
from consortium.staging.rules.effect_sheets import EFFECT_SHEETS
from consortium.staging.rules.kinds import ROWS_MAX
from consortium.storage.database import Database
from tests.factories import create_membership, create_organisation
from tests.journeys.test_effects import token_of
from tests.people import rows_of
from tests.served import Api, served
from tests.staging.workbooks import EQUAL, Rows, example, flat, sheet_rows, workbook

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
TABLES = ("staged_import", "staged_row", "document", "solution", "effect")
WRITES = ("figures:read", "figures:write", "figures:approve")


@dataclass
class Desk:
    """A server, a member's system and another member's."""

    api: Api
    member: str
    other: str

    async def get(self, path: str, token: str | None = None) -> httpx.Response:
        """What is at an address."""
        headers = {"authorization": f"Bearer {token}"} if token else {}
        return await self.api.http.get(path, headers=headers)

    async def send(
        self,
        content: bytes,
        name: str = "effects.xlsx",
        kind: str = XLSX,
        token: str = "",
        to: str = "effects",
    ) -> httpx.Response:
        """Send a file."""
        headers = {
            "authorization": f"Bearer {token or self.member}",
            "content-type": kind,
            "content-disposition": f'attachment; filename="{name}"',
        }
        return await self.api.http.post(f"/imports/{to}", content=content, headers=headers)

    async def ask(self, query: str, **variables: Any) -> Any:
        """What the member's system is told."""
        answer = await self.api.http.post(
            "/graphql",
            json={"query": query, "variables": variables},
            headers={"authorization": f"Bearer {self.member}"},
        )
        told = answer.json()
        assert "errors" not in told, told
        return told["data"]

    async def recorded(self, rows: Rows | None = None) -> str:
        """The example, sent and committed; the effect's id."""
        told = (await self.send(workbook(rows or example()))).json()
        assert told["faultCount"] == 0, told
        done = await self.ask(
            "mutation ($id: ID!) { commitStagedImport(input: {stagedImport: $id, version: 1}) {"
            " ... on StagedImport { status } ... on Refusal { code message } } }",
            id=told["id"],
        )
        assert done == {"commitStagedImport": {"status": "COMMITTED"}}
        found = await self.ask("{ effects { nodes { id } } }")
        return str(found["effects"]["nodes"][0]["id"])


@pytest.fixture
async def desk(database: Database, tmp_path: Any) -> AsyncGenerator[Desk]:
    """Two members."""
    ids = [await create_organisation(database.pool, name=name) for name in ("Member", "Other")]
    for one in ids:
        await create_membership(database.pool, one, status="MEMBER")
    async with served(database, data_dir=tmp_path) as api:
        yield Desk(
            api,
            await token_of(api, ids[0], "Member", *WRITES),
            await token_of(api, ids[1], "Other", *WRITES),
        )


async def test_a_workbook_is_sent_reviewed_and_committed(desk: Desk) -> None:
    """With its faults by pages, at their cells; corrected, it is recorded."""
    rows: Any = example()
    rows["items"][0]["solution_kg_co2e"] = "=#REF!"
    sent = await desk.send(workbook(rows))
    told = sent.json()
    shown = await desk.ask(
        "query ($id: ID!) { node(id: $id) { ... on StagedImport { fileName"
        " faults(first: 10) { totalCount nodes { sheet number sheetColumn code message } }"
        ' rows(first: 2, where: {sheet: {eq: "items"}}) { totalCount nodes { cells } } } } }',
        id=told["id"],
    )
    fixed = await desk.ask(
        "mutation ($id: ID!) { correctStagedImport(input: {stagedImport: $id, version: 1, cells:"
        ' [{sheet: "items", row: 2, column: "solution_kg_co2e", value: "800"}]}) {'
        " ... on StagedImport { faultCount version } ... on Refusal { code message } } }",
        id=told["id"],
    )

    assert (sent.status_code, told["rowCount"], told["faultCount"]) == (201, 14, 1)
    assert shown["node"]["faults"] == {
        "totalCount": 1,
        "nodes": [
            {
                "sheet": "items",
                "number": 2,
                "sheetColumn": "solution_kg_co2e",
                "code": "CELL_INVALID",
                "message": "The formula of this cell fails with #REF!: mend it, or write the"
                " value.",
            }
        ],
    }
    assert shown["node"]["rows"]["totalCount"] == 7
    assert shown["node"]["rows"]["nodes"][0]["cells"]["stage"] == "USE"
    assert fixed == {"correctStagedImport": {"faultCount": 0, "version": 2}}


async def test_what_cannot_be_read_is_told_and_leaves_nothing(
    desk: Desk, database: Database
) -> None:
    """Too many rows, no workbook, another header, no right: a clear answer, and no row."""
    before = await rows_of(database, *TABLES)
    many: Any = {"solutions": [{"reference": f"s{n}", "name": "x"} for n in range(ROWS_MAX + 1)]}
    wrong: Any = {"solutions": [{"reference": "a", "colour": "red"}]}
    reader = await token_of(desk.api, 1, "Reader", "figures:read")
    answers = {
        "rows": await desk.send(workbook(many)),
        "lines": await desk.send(flat(many), "a.csv", "text/csv"),
        "junk": await desk.send(b"PK\x03\x04junk"),
        "columns": await desk.send(workbook(wrong)),
        "sheets": await desk.send(workbook({"other": [{"a": "b"}]})),
        "pdf": await desk.send(b"%PDF-1.7", "a.pdf", "application/pdf"),
        "empty": await desk.send(
            workbook({"solutions": [dict.fromkeys(example()["solutions"][0], "")]})
        ),
        "right": await desk.send(workbook(example()), token=reader),
        "token": await desk.send(workbook(example()), token="none"),  # noqa: S106  no token
    }
    codes = {
        name: (one.status_code, one.json()["errors"][0]["extensions"]["code"])
        for name, one in answers.items()
    }

    assert codes == {
        "rows": (413, "FILE_TOO_MANY_ROWS"),
        "lines": (413, "FILE_TOO_MANY_ROWS"),
        "junk": (400, "FILE_MALFORMED_WORKBOOK"),
        "columns": (400, "FILE_WRONG_COLUMNS"),
        "sheets": (400, "FILE_WRONG_SHEETS"),
        "pdf": (415, "DOCUMENT_REFUSED"),
        "empty": (400, "IMPORT_EMPTY"),
        "right": (403, "PERMISSION_DENIED"),
        "token": (401, "TOKEN_INVALID"),
    }
    assert "at most 5000 rows" in answers["rows"].json()["errors"][0]["message"]
    assert await rows_of(database, *TABLES) == before


@pytest.mark.parametrize("form", ["xlsx", "csv"])
async def test_the_template_holds_an_example_that_is_read(desk: Desk, form: str) -> None:
    """Made of the reader's own columns: filled as it comes, only stages are missing."""
    answer = await desk.get(f"/imports/effects/template.{form}")
    read = read_workbook if form == "xlsx" else read_flat
    rows = read("template", answer.content, EFFECT_SHEETS, ROWS_MAX)
    given = example("Your organisation")
    given["items"] = given["items"][:1]

    assert answer.status_code == 200
    assert [(one.sheet, one.cells) for one in rows] == [
        (one.sheet, one.cells) for one in sheet_rows(given)
    ]
    assert len(EQUAL) == 5
    assert (await desk.get("/imports/effects/template.pdf")).status_code == 404


async def test_claims_are_sent_as_effects_are(desk: Desk) -> None:
    """At an address of their own, with a template of their own; other addresses there are not."""
    template = await desk.get("/imports/claims/template.csv")
    sent = await desk.send(template.content, "claims.csv", "text/csv", to="claims")
    read = read_flat("template", template.content, CLAIM_SHEETS, ROWS_MAX)
    none = await desk.send(template.content, "claims.csv", "text/csv", to="others")

    assert [one.sheet for one in read] == ["claims", "evidence"]
    assert sent.status_code == 201, sent.text
    assert sent.json() | {"id": "", "sha256": ""} == {
        "id": "",
        "kind": "CLAIMS",
        "status": "OPEN",
        "rowCount": 2,
        "faultCount": 1,
        "version": 1,
        "fileName": "claims.csv",
        "sha256": "",
    }
    assert none.status_code == 404
    assert (await desk.get("/imports/others/template.csv")).status_code == 404
    assert (await desk.get("/imports/claims/template.pdf")).status_code == 404


async def test_exports_say_the_same_in_every_form(desk: Desk) -> None:
    """Exact figures with units in the header, null as blank, sources and editions."""
    rows = example()
    rows["solutions"][0]["name"] = "@SUM(1)"
    await desk.recorded(rows)
    paths = [f"/exports/effects.{form}" for form in ("csv", "xlsx", "json")]
    as_csv, as_xlsx, as_json = [await desk.get(path, desk.member) for path in paths]
    [row] = csv.DictReader(io.StringIO(as_csv.text))
    sheet = CalamineWorkbook.from_filelike(io.BytesIO(as_xlsx.content)).get_sheet_by_name("effects")
    header, values = sheet.to_python()
    cells = dict(zip(header, values, strict=True))
    [node] = as_json.json()["nodes"]

    assert as_csv.headers["content-disposition"].startswith('attachment; filename="effects-2026')
    assert row["avoided_kg_co2e"] == "17000000"
    assert cells["avoided_kg_co2e"] == 17_000_000
    assert node["avoided"] == "17000000"
    assert (row["uncertainty_fraction_95"], cells["uncertainty_fraction_95"]) == ("", "")
    assert node["uncertainty"] is None
    assert row["solution_name"] == "'@SUM(1)"
    assert cells["solution_name"] == node["solution"]["name"] == "@SUM(1)"
    assert "Market report https://market.example; LCA https://lca.example" in row["sources"]
    assert (row["gwp_set"], row["comparison_edition"], row["version"]) == ("AR6", "1", "1")
    assert as_json.json()["massUnit"] == "kg CO2e"


async def test_exports_hold_what_the_caller_may_see(desk: Desk) -> None:
    """Of a private effect another member and the public learn nothing, in any form."""
    await desk.recorded()
    for token in (None, desk.other):
        text = await desk.get("/exports/effects.csv", token)
        nodes = await desk.get("/exports/effects.json", token)

        assert text.text.count("\n") == 1
        assert nodes.json()["nodes"] == []
    assert (await desk.get("/exports/other.csv")).status_code == 404
    assert (await desk.get("/exports/effects.csv", "none")).status_code == 401
    assert (await desk.get("/exports/disclosed-claims.csv")).text.startswith("id,organisation,")


async def test_a_statement_is_one_page_with_all_that_must_be_said(desk: Desk) -> None:
    """The wording, the disclosures; the same bytes for the same effect; nothing to others."""
    effect = await desk.recorded()
    path = f"/effects/{effect}/statement.pdf"
    one, again = [await desk.get(path, desk.member) for _ in range(2)]
    pages = pypdf.PdfReader(io.BytesIO(one.content)).pages
    text = " ".join(pages[0].extract_text().split())

    assert one.content == again.content
    assert len(pages) == 1
    for words in (
        (
            "Heat pump (units sold in 2026, over their whole life, DE) is estimated to avoid"
            " 17,000 t CO2e against the reference: A gas boiler as it is sold today."
        ),
        "17,000,000 kg CO2e",
        "Forward-looking",
        "Specific: of this product",
        "Not known",
        "not part of any greenhouse gas inventory",
        "not assured",
        "share",
        "Market report",
    ):
        assert words in text, (words, text)
    for token in (None, desk.other):
        assert (await desk.get(path, token)).status_code == 404
    assert (await desk.get("/effects/effect_999999/statement.pdf")).status_code == 404
    assert (await desk.get("/effects/solution_1/statement.pdf")).status_code == 404
    assert (await desk.get("/effects/x/statement.pdf")).status_code == 400
