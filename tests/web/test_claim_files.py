"""Assessed claims as files over HTTP: statements and exports, of what their reader may see."""

import csv
import io
from collections.abc import AsyncGenerator
from dataclasses import dataclass
from typing import Any

import httpx
import pypdf
import pytest
from python_calamine import CalamineWorkbook

from consortium.storage.database import Database
from tests.assessment.story import Story, story
from tests.journeys.test_effects import token_of
from tests.served import Api, served


@dataclass
class Desk:
    """A server, the story's members and their systems' tokens."""

    api: Api
    told: Story
    tokens: dict[str, str]

    async def get(self, path: str, by: str = "") -> httpx.Response:
        """What is at an address, for a member or for the public."""
        headers = {"authorization": f"Bearer {self.tokens[by]}"} if by else {}
        return await self.api.http.get(path, headers=headers)

    async def page(self, claim: Any, by: str = "") -> str:
        """The words of a claim's statement."""
        answer = await self.get(f"/claims/{claim['id']}/statement.pdf", by)
        assert answer.headers["content-type"] == "application/pdf", answer.text
        [page] = pypdf.PdfReader(io.BytesIO(answer.content)).pages
        return " ".join(page.extract_text().split())

    async def rows(self, by: str = "") -> list[dict[str, str]]:
        """The export as CSV."""
        text = (await self.get("/exports/assessed-claims.csv", by)).text
        return list(csv.DictReader(io.StringIO(text)))


@pytest.fixture
async def desk(database: Database, tmp_path: Any) -> AsyncGenerator[Desk]:
    """An effect of 1 000 t that two members share."""
    told = await story(database)
    await told.shared(("owner", "0.6"), ("second", "0.3"), remainder="0.1")
    async with served(database, data_dir=tmp_path) as api:
        yield Desk(
            api,
            told,
            {
                name: await token_of(api, told.members[name], name, "figures:read", "figures:write")
                for name in ("owner", "second", "stranger")
            },
        )


async def test_a_claim_is_stated_to_who_may_see_it_as_far_as_they_may(desk: Desk) -> None:
    """Before it is published to its owner alone, under a banner; then without anybody's share."""
    claim = await desk.told.accepted()
    path = f"/claims/{claim['id']}/statement.pdf"
    before = await desk.page(claim, "owner")
    for other in ("", "second", "stranger"):
        assert (await desk.get(path, other)).status_code == 404

    assert before.count("NOT PUBLISHED") >= 2
    assert "Wording that may be used" not in before

    await desk.told.do("publishClaim", desk.told.of("owner"), claim, visibility="PUBLIC")
    own, public = await desk.page(claim, "owner"), await desk.page(claim)
    assert "600,000 kg CO2e" in own
    assert "60 % of 1,000,000 kg CO2e" in own
    assert "600,000 kg CO2e" in public
    for text in (public, await desk.page(claim, "second"), await desk.page(claim, "stranger")):
        assert "Wording that may be used Avoids emissions against" in text
        assert "None is deducted" in text
        for hidden in ("1,000,000", "60 %", "30 %", "Evidence shown"):
            assert hidden not in text
    found = await desk.told.house.ask(
        f'{{ node(id: "{claim["id"]}") {{ ... on AssessedClaim {{ statementUrl kept }} }} }}',
        desk.told.of("stranger"),
    )
    assert found["node"] == {"statementUrl": path, "kept": "1"}
    assert (await desk.get("/claims/assessed_999999/statement.pdf")).status_code == 404
    assert (await desk.get("/claims/effect_1/statement.pdf")).status_code == 404
    assert (await desk.get("/claims/x/statement.pdf")).status_code == 400


async def test_claims_are_exported_with_units_versions_and_only_own_shares(desk: Desk) -> None:
    """The same in every form, as far as its reader may see; no text is computed."""
    claim = await desk.told.published(statement="@SUM(1) avoids emissions.")
    draft = await desk.told.drafted("second", reference="theirs")
    [own] = await desk.rows("owner")
    [public] = await desk.rows()
    second = {row["id"]: row for row in await desk.rows("second")}
    [node] = (await desk.get("/exports/assessed-claims.json", "owner")).json()["nodes"]
    book = await desk.get("/exports/assessed-claims.xlsx", "owner")
    sheet = CalamineWorkbook.from_filelike(io.BytesIO(book.content)).get_sheet_by_index(0)
    header, values = sheet.to_python()
    cells = dict(zip(header, values, strict=True))

    assert own["claim_kg_co2e"] == node["claim"] == "600000"
    assert cells["claim_kg_co2e"] == 600_000
    assert (own["share_fraction"], own["remainder_fraction"]) == ("0.6", "0.1")
    assert (own["joint_undivided"], own["effect_kg_co2e"]) == ("no", "1000000")
    assert (own["status"], own["kept_fraction"]) == ("PUBLISHED", "1")
    assert own["guidance_version"] == node["guidanceVersion"]["reference"]
    assert own["gates"].count("PASSED on 2026-11-23") == 2
    assert own["statement"] == "'@SUM(1) avoids emissions."
    assert cells["statement"] == node["statement"] == "@SUM(1) avoids emissions."
    assert own["uncertainty_fraction_95"] == ""
    for hidden in ("share_fraction", "remainder_fraction", "effect_kg_co2e", "joint_undivided"):
        assert public[hidden] == ""
        assert second[claim["id"]][hidden] == ""
    assert set(second) == {claim["id"], draft["id"]}
    assert second[draft["id"]]["claim_kg_co2e"] == ""
