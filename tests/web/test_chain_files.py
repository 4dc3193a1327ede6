"""Value chains as files over HTTP: sent into a draft, with faults told by row; taken out again."""

from collections.abc import AsyncGenerator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest

from consortium.storage.database import Database
from tests.factories import create_membership, create_organisation
from tests.factories.rows import insert
from tests.factories.value_chains import create_chain, create_stage
from tests.journeys.test_effects import token_of
from tests.served import Api, served
from tests.value_chains.chain_files import as_csv, as_xlsx, as_zip, openlca, steel_and_power

TYPES = {
    "csv": "text/csv",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "zip": "application/zip",
}
WRITES = ("figures:read", "figures:write", "figures:approve")
# What is recorded of a version, by what it is known by in files.
RECORDED = {
    "activity": "SELECT code, process, name, product, unit, output, share, organisation_id,"
    " stage_id, geography, period_start, period_end, citation_id FROM activity"
    " WHERE chain_version_id = $1 ORDER BY id",
    "exchange": "SELECT c.code AS consumer, s.code AS supplier, x.amount, x.stated_amount,"
    " x.stated_unit, x.uncertainty, x.error_source, x.citation_id FROM activity_exchange x"
    " JOIN activity c ON c.id = x.consumer_id JOIN activity s ON s.id = x.supplier_id"
    " WHERE x.chain_version_id = $1 ORDER BY x.id",
    "emission": "SELECT a.code, e.gas, e.mass_kg, e.uncertainty, e.error_source"
    " FROM activity_emission e JOIN activity a ON a.id = e.activity_id"
    " WHERE e.chain_version_id = $1 ORDER BY e.id",
}


@dataclass
class Desk:
    """A server, a member's system and another member's, and two drafts of the first."""

    api: Api
    member: str
    other: str
    drafts: tuple[int, int]

    async def send(
        self, content: bytes, form: str, draft: int = 0, token: str = "", **asked: Any
    ) -> httpx.Response:
        """Send a file into a draft."""
        headers = {
            "authorization": f"Bearer {token or self.member}",
            "content-type": TYPES[form],
            "content-disposition": f'attachment; filename="chain.{form}"',
        }
        given: dict[str, Any] = {"version": f"chainversion_{self.drafts[draft]}", "seen": 1} | asked
        return await self.api.http.post(
            "/imports/chains", content=content, headers=headers, params=given
        )

    async def take(self, form: str, draft: int = 0, token: str = "") -> httpx.Response:
        """A version as a file."""
        headers = {"authorization": f"Bearer {token or self.member}"}
        path = f"/exports/chains/chainversion_{self.drafts[draft]}.{form}"
        return await self.api.http.get(path, headers=headers)

    async def recorded(self, draft: int = 0) -> dict[str, list[tuple[Any, ...]]]:
        """All that a draft holds."""
        key = self.drafts[draft]
        return {
            name: [tuple(row) for row in await self.api.database.pool.fetch(query, key)]
            for name, query in RECORDED.items()
        }


@pytest.fixture
async def desk(database: Database, tmp_path: Path) -> AsyncGenerator[Desk]:
    """Two members, one of whom has two drafts."""
    async with database.pool.acquire() as connection:
        member = await create_organisation(connection, name="Member")
        other = await create_organisation(connection, name="Other")
        for one in (member, other):
            await create_membership(connection, one, status="MEMBER")
        chain = await create_chain(connection)
        await create_stage(connection, chain, name="Melting")
        of = {"value_chain_id": chain, "organisation_id": member, "title": "Steel"}
        first = await insert(connection, "chain_version", reference="v1", **of)
        second = await insert(connection, "chain_version", reference="v2", **of)
    async with served(database, data_dir=tmp_path) as api:
        tokens = [
            await token_of(api, member, "Member", *WRITES),
            await token_of(api, other, "Other", *WRITES),
        ]
        yield Desk(api, tokens[0], tokens[1], (first, second))


@pytest.mark.parametrize("form", ["csv", "xlsx"])
async def test_what_is_taken_out_can_be_sent_again(desk: Desk, form: str) -> None:
    """The same rows come of it: awkward texts, long decimals, sources, several products."""
    rows = steel_and_power()
    rows["activities"][0] |= {
        "name": "=1+1, \"quoted\"\nand 'more'",
        "organisation": "Member",
        "stage": "Melting",
        "share": "0.7",
        "process": "mill",
    }
    slag = {"code": "'-slag", "process": "mill", "share": "0.3", "output": "0.1234567890123456789"}
    rows["activities"].append(rows["activities"][0] | slag | {"name": "-slag", "product": "Slag"})
    rows["exchanges"][0] |= {"amount": "-0.00000000000000000012345678", "source_title": "@home"}
    sent = await desk.send(as_xlsx(rows), "xlsx")
    assert sent.status_code == 201, sent.text
    taken = await desk.take(form)
    again = await desk.send(taken.content, form, draft=1)

    assert again.status_code == 201, again.text
    first, second = await desk.recorded(0), await desk.recorded(1)
    assert first == second
    assert [len(found) for found in first.values()] == [3, 2, 2]


async def test_a_package_comes_in_and_goes_out_as_json(desk: Desk) -> None:
    """With what was left out of it, and its digest; amounts are texts."""
    told = (await desk.send(as_zip(openlca()), "zip")).json()
    assert {key: told[key] for key in ("activities", "exchanges", "emissions", "leftOut")} == {
        "activities": 2,
        "exchanges": 2,
        "emissions": 1,
        "leftOut": [{"what": "Particulates", "times": 1}],
    }
    note = await desk.api.database.pool.fetchval("SELECT note FROM audit_entry ORDER BY id DESC")
    assert f"chain.zip, SHA-256 {told['sha256']}" in note

    found = (await desk.take("json")).json()
    assert (found["reference"], found["organisation"]) == ("v1", "Member")
    assert found["exchanges"][1]["amount"] == "500"
    assert found["exchanges"][1]["unit"] == "kWh"


async def test_what_is_refused_leaves_nothing(desk: Desk) -> None:
    """Faults by row, others' drafts, older versions, other files; templates are for anyone."""
    rows = steel_and_power()
    rows["exchanges"][0]["supplier"] = "coal"
    faulty = await desk.send(as_csv(rows), "csv")
    good = as_csv(steel_and_power())
    answers = [
        await desk.send(good, "csv", token=desk.other),
        await desk.send(good, "csv", seen=2),
        await desk.send(good, "csv", version="org_1"),
        await desk.send(good, "xlsx"),
        await desk.send(b"sheet\n", "csv"),
        await desk.take("csv", token=desk.other),
        await desk.take("pdf"),
    ]
    codes = [one.json()["errors"][0]["extensions"]["code"] for one in answers]

    assert faulty.status_code == 422
    [fault] = faulty.json()["faults"]
    assert (fault["sheet"], fault["row"], fault["column"], fault["code"]) == (
        "exchanges",
        4,
        "supplier",
        "SUPPLIER_UNKNOWN",
    )
    assert codes == [
        "NOT_FOUND",
        "CHANGED_MEANWHILE",
        "NOT_FOUND",
        "DOCUMENT_REFUSED",
        "FILE_WRONG_COLUMNS",
        "NOT_FOUND",
        "NOT_FOUND",
    ]
    assert await desk.recorded() == {"activity": [], "exchange": [], "emission": []}
    unsigned = await desk.api.http.post("/imports/chains", content=good)
    assert unsigned.status_code == 403
    for form in ("csv", "xlsx"):
        template = await desk.api.http.get(f"/imports/chains/template.{form}")
        assert (await desk.send(template.content, form, draft=1, replace="yes", seen=1)).is_success
        await desk.api.database.pool.execute("UPDATE chain_version SET version = 1")
