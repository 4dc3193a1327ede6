"""From an effect to a claim that is reviewed, assured, published, restated and withdrawn."""

from collections.abc import AsyncGenerator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest

from consortium.avoided.actions import refresh
from consortium.storage.database import Database
from schema.root import GRAPHQL_SCHEMA
from tests.effects.story import (
    COMPARISON,
    EFFECT,
    EXAMPLE,
    SCENARIO,
    SOLUTION,
    cohorts,
    item,
    whole,
)
from tests.factories import (
    create_citation,
    create_claim,
    create_engagement,
    create_membership,
    create_organisation,
)
from tests.factories.guidance import create_guidance
from tests.identity.oauth.world import World, create_client, world
from tests.journeys.test_effects import token_of
from tests.served import TODAY

PDF = b"%PDF-1.7\na target"
ROLE = "UPDATE role_grant SET role = 'SECRETARIAT' WHERE account_id = $1"
SHOWN = "id status version"
CLAIM = """query ($id: ID!) { node(id: $id) { ... on AssessedClaim {
  status claim timeframe specificity assuranceLevel endedBecause
  assuranceBody { name } organisation { name } effect { id avoided }
  evidence(first: 10) { nodes { title document { url sha256 } } }
  restatedBy { status claim } } } }"""
# Each question is asked with what the one before it was answered.
TOTAL = """{ assessedEmissions(groupBy: [YEAR]) { groups {
  key { year timeframe } net gross overlap contributors assured
  contributions(first: 10) { totalCount nodes { member { name } claimed kept
    claim { id } effect { id } } } } } }"""
EFFECT_OF = """query ($id: ID!) { node(id: $id) { ... on Effect {
  avoided(unit: KILOGRAM_CO2E) solution { name functionalUnit }
  referenceScenario { situation reason source { url } }
  comparison { edition gwpSet }
  cohorts { soldYear units }
  explanation(first: 100) { totalCount nodes { stage yearOfLife units
    referenceEmissions(unit: KILOGRAM_CO2E) solutionEmissions(unit: KILOGRAM_CO2E)
    item { referenceQuantity solutionQuantity }
    factor { year value series { reference edition gwpSet source { url title } } }
    source { url title } } } } } }"""
PROOFS = """query ($id: ID!) { node(id: $id) { ... on AssessedClaim { claim
  basis { effectMass share remainderShare }
  gates { position outcome passesToday expiresOn gate { key } }
  gateReviews(first: 10) { nodes { outcome reason reviewedOn } }
  steps(first: 20) { nodes { step takenOn } }
  evidence(first: 10) { nodes { kind title criterion { text } source { url }
    document { name url sha256 sizeBytes } } } } } }"""
DISCLOSED = """{ avoidedEmissions(groupBy: [YEAR]) { groups { total { value }
  contributions(first: 10) { nodes { claim { id asPublished source { url title } } } } } } }"""
GRID = {
    "reference": "grid",
    "lastEdition": 0,
    "name": "Grid",
    "unit": "kWh",
    "geography": "DE",
    "gwpSet": "AR6",
    "points": [{"year": year, "value": "0.4"} for year in range(2026, 2041)],
    "source": {"url": "https://grid.example/2026", "title": "Factors of the grid"},
}


@dataclass(frozen=True)
class Desk:
    """The server, and the tokens of a member, a reviewer, an assurer and another member."""

    w: World
    member: str
    reviewer: str
    assurer: str
    stranger: str
    guidance: int

    async def ask(self, token: str | None, query: str, **variables: Any) -> Any:
        """The data that somebody gets."""
        headers = {} if token is None else {"authorization": f"Bearer {token}"}
        answer = await self.w.http.post(
            "/graphql", json={"query": query, "variables": variables}, headers=headers
        )
        told = answer.json()
        assert "errors" not in told, told
        return told["data"]

    async def do(self, token: str, mutation: str, wanted: str = SHOWN, **given: Any) -> Any:
        """What a mutation answers with; no refusal."""
        kind = GRAPHQL_SCHEMA.mutation_type
        assert kind is not None
        field = kind.fields[mutation]
        shown = " ".join(
            f"... on {one.name} {{ {wanted} }}"
            for one in GRAPHQL_SCHEMA.get_possible_types(field.type)
            if one.name != "Refusal"
        )
        query = (
            f"mutation ($input: {field.args['input'].type}) {{ {mutation}(input: $input)"
            f" {{ {shown} ... on Refusal {{ code message path }} }} }}"
        )
        found = (await self.ask(token, query, input=given))[mutation]
        assert "code" not in found, found
        return found

    async def step(self, token: str, mutation: str, claim: Any, **given: Any) -> Any:
        """The claim after a step."""
        about = {"claim": claim["id"], "version": claim["version"]}
        return await self.do(token, mutation, **about, **given)

    async def effect(self, items: Any = EXAMPLE) -> Any:
        """17 000 t by a thousand heat pumps, from the solution on."""
        solution = await self.do(self.member, "createSolution", "id", **SOLUTION)
        scenario = await self.do(
            self.member, "createReferenceScenario", "id", solution=solution["id"], **SCENARIO
        )
        comparison = await self.do(
            self.member,
            "createComparison",
            "id",
            referenceScenario=scenario["id"],
            items=items,
            **COMPARISON,
        )
        units = {"comparison": comparison["id"], "cohorts": cohorts((2026, "1000"))}
        return await self.do(self.member, "createEffect", "id version avoided", **EFFECT, **units)

    async def reviewed(self, claim: Any) -> Any:
        """The claim with its file, submitted, its gate passed, accepted."""
        [criterion] = await self.w.api.database.pool.fetch(
            "SELECT c.id, g.id AS gate FROM guidance_criterion c"
            " JOIN guidance_gate g ON g.id = c.gate_id"
        )
        sent = await self.w.http.post(
            "/claims/evidence",
            params={
                "claim": claim["id"],
                "criterion": f"criterion_{criterion['id']}",
                "kind": "TARGET",
                "title": "Our target",
            },
            content=PDF,
            headers={
                "content-type": "application/pdf",
                "content-disposition": 'attachment; filename="Target.pdf"',
                "authorization": f"Bearer {self.member}",
            },
        )
        assert sent.status_code == 201, sent.text
        claim = claim | {"version": claim["version"] + 1}
        claim = await self.step(self.member, "submitClaim", claim)
        claim = await self.step(self.reviewer, "takeClaimIntoReview", claim)
        found = {"gate": f"gate_{criterion['gate']}", "outcome": "PASSED", "reason": "As shown."}
        claim = await self.step(self.reviewer, "reviewGate", claim, **found)
        return await self.step(self.reviewer, "acceptClaim", claim)


@pytest.fixture
async def desk(database: Database, tmp_path: Path) -> AsyncGenerator[Desk]:
    """A member, its assurer, a reviewer of the secretariat, and another member."""
    async with world(database, data_dir=tmp_path) as w:
        pool = database.pool
        member, assurer, stranger = [
            await create_organisation(pool, name=name)
            for name in ("The claimant", "Assurer", "Other")
        ]
        for one in (member, stranger):
            await create_membership(pool, one, status="MEMBER")
        days = {"starts_on": date(2026, 1, 1), "ends_on": date(2099, 12, 31)}
        await create_engagement(pool, assurer, member, covers="CLAIMS", **days)
        async with pool.acquire() as connection:
            guidance = await create_guidance(connection, "PUBLISHED")
        await pool.execute(ROLE, w.person.account_id)
        scopes = "figures:read figures:read-all claims:review"
        w.spa = await create_client(pool, scopes=scopes)
        writes = ("figures:read", "figures:write", "figures:approve")
        yield Desk(
            w,
            await token_of(w.api, member, "Member", *writes),
            (await w.tokens(scope=scopes))["access_token"],
            await token_of(w.api, assurer, "Assurer", "figures:read", "figures:assure"),
            await token_of(w.api, stranger, "Other", *writes),
            guidance,
        )


async def test_a_claim_from_its_effect_to_its_end(desk: Desk) -> None:
    """The assurer walks from the claim to the file; others see what is claimed, and no more."""
    effect = await desk.effect()
    given = {
        "reference": "pumps-2026",
        "guidanceVersion": f"guidance_{desk.guidance}",
        "statement": "Avoids emissions against gas boilers.",
    }
    claim = await desk.do(desk.member, "createClaimDraft", effect=effect["id"], **given)
    claim = await desk.reviewed(claim)
    for token in (None, desk.stranger):
        assert (await desk.ask(token, CLAIM, id=claim["id"]))["node"] is None
    claim = await desk.step(desk.assurer, "assureClaim", claim, level="REASONABLE")
    claim = await desk.step(desk.member, "publishClaim", claim, visibility="PUBLIC")

    public = (await desk.ask(None, CLAIM, id=claim["id"]))["node"]
    assert (public["claim"], public["status"]) == ("17000", "PUBLISHED")
    assert (public["assuranceBody"], public["assuranceLevel"]) == (
        {"name": "Assurer"},
        "REASONABLE",
    )
    assert (public["effect"], public["evidence"]) == (None, {"nodes": []})
    whole = (await desk.ask(desk.assurer, CLAIM, id=claim["id"]))["node"]
    assert whole["effect"] == {"id": effect["id"], "avoided": "17000"}
    [proof] = whole["evidence"]["nodes"]
    for token, status in ((desk.assurer, 200), (desk.stranger, 404)):
        headers = {"authorization": f"Bearer {token}"}
        fetched = await desk.w.http.get(proof["document"]["url"], headers=headers)
        assert fetched.status_code == status
        assert (fetched.content == PDF) == (status == 200)

    units = {"cohorts": cohorts((2026, "500")), "reference": "sold-2026-again"}
    about = {"effect": effect["id"], "version": effect["version"]}
    again = await desk.do(
        desk.member, "restateEffect", "avoided restates { id superseded }", **about, **units
    )
    assert again == {"avoided": "8500", "restates": {"id": effect["id"], "superseded": True}}
    new = await desk.step(desk.member, "restateClaim", claim, reference="pumps-2026-again")
    new = await desk.reviewed(new)
    new = await desk.step(desk.member, "publishClaim", new, visibility="PUBLIC")
    old = (await desk.ask(None, CLAIM, id=claim["id"]))["node"]
    assert old["status"] == "RESTATED"
    assert old["restatedBy"] == [{"status": "PUBLISHED", "claim": "8500"}]

    await desk.step(desk.member, "withdrawClaim", new, reason="They leaked.")
    ended = (await desk.ask(None, CLAIM, id=new["id"]))["node"]
    assert (ended["status"], ended["endedBecause"]) == ("WITHDRAWN", "They leaked.")


async def _claimed_by_factors(desk: Desk) -> str:
    """A claim that only members are told of; its effect stands on 5 000 against 2 000 kWh."""
    series = await desk.do(desk.member, "createFactorSeries", "id", **GRID)
    made = item(
        "MANUFACTURING",
        referenceKgCo2e="500",
        solutionKgCo2e="1500",
        source={"url": "https://lca.example", "title": "LCA"},
    )
    used = item("USE", factorSeries=series["id"], referenceQuantity="5000", solutionQuantity="2000")
    effect = await desk.effect(whole(made, used))
    given = {
        "reference": "pumps-2026",
        "guidanceVersion": f"guidance_{desk.guidance}",
        "statement": "Avoids emissions against gas boilers.",
    }
    claim = await desk.do(desk.member, "createClaimDraft", effect=effect["id"], **given)
    claim = await desk.reviewed(claim)
    claim = await desk.step(desk.assurer, "assureClaim", claim, level="LIMITED")
    await desk.step(desk.member, "publishClaim", claim, visibility="CONSORTIUM")
    return str(effect["id"])


async def test_the_assurer_walks_from_the_total_to_the_voucher(desk: Desk) -> None:
    """By its own token, asking nobody: each step is found in the answer before.

    It is no member, and the claim is shown to members: it sees what it is engaged for.
    """
    effect_id = await _claimed_by_factors(desk)
    assert await desk.ask(None, TOTAL) == {"assessedEmissions": {"groups": []}}

    [group] = (await desk.ask(desk.assurer, TOTAL))["assessedEmissions"]["groups"]
    assert (group["net"], group["gross"], group["assured"]) == ("17000", "17000", "17000")
    assert group["contributions"]["totalCount"] == group["contributors"] == 1
    [part] = group["contributions"]["nodes"]
    assert (part["claimed"], part["kept"]) == ("17000", "1")
    assert part["effect"] == {"id": effect_id}

    effect = (await desk.ask(desk.assurer, EFFECT_OF, id=part["effect"]["id"]))["node"]
    _explained(effect)

    claim = (await desk.ask(desk.assurer, PROOFS, id=part["claim"]["id"]))["node"]
    assert claim["basis"] == {"effectMass": "17000", "share": "1", "remainderShare": "0"}
    assert [(one["outcome"], one["passesToday"]) for one in claim["gates"]] == [("PASSED", True)]
    assert [one["reason"] for one in claim["gateReviews"]["nodes"]] == ["As shown."]
    assert [one["step"] for one in claim["steps"]["nodes"]][-2:] == ["ASSURE", "PUBLISH"]
    [proof] = claim["evidence"]["nodes"]
    document = proof["document"]
    fetched = await desk.w.http.get(
        document["url"], headers={"authorization": f"Bearer {desk.assurer}"}
    )
    assert fetched.status_code == 200
    assert fetched.content == PDF
    assert document["sha256"] == sha256(fetched.content).hexdigest()
    assert document["sizeBytes"] == len(PDF)

    await desk.w.api.database.pool.execute("UPDATE engagement SET ended_at = now()")
    assert await desk.ask(desk.assurer, TOTAL) == {"assessedEmissions": {"groups": []}}
    assert (await desk.ask(desk.assurer, PROOFS, id=part["claim"]["id"]))["node"] is None


def _explained(effect: Any) -> None:
    """The lines add up to the effect; each says its factor and where it was published."""
    lines = effect["explanation"]["nodes"]
    assert len(lines) == effect["explanation"]["totalCount"] == 16
    sides = [
        sum(Decimal(one[f"{side}Emissions"]) for one in lines) for side in ("reference", "solution")
    ]
    assert sides[0] - sides[1] == Decimal(effect["avoided"]) == 17_000_000
    assert lines[0]["source"] == {"url": "https://lca.example", "title": "LCA"}
    for age, line in enumerate(lines[1:]):
        factor = line["factor"]
        assert (line["stage"], line["yearOfLife"], factor["year"]) == ("USE", age, 2026 + age)
        assert factor["series"]["edition"] == 1
        assert factor["series"]["source"] == GRID["source"]
        amounts = (line["item"][f"{side}Quantity"] for side in ("reference", "solution"))
        units = Decimal(line["units"])
        assert [Decimal(one) * Decimal(factor["value"]) * units for one in amounts] == [
            Decimal(line["referenceEmissions"]),
            Decimal(line["solutionEmissions"]),
        ]


async def test_the_assurer_walks_from_a_disclosed_total_to_its_source(desk: Desk) -> None:
    """A private figure of its client: in its total, with the words and the page that it is from."""
    pool = desk.w.api.database.pool
    client = await pool.fetchval("SELECT client_id FROM engagement")
    citation = await create_citation(pool, url="https://report.example", title="Report")
    await create_claim(
        pool, client, visibility="PRIVATE", citation_id=citation, as_published="1,000 tonnes"
    )
    with desk.w.api.database.active():
        await refresh([client], today=TODAY)
    assert (await desk.ask(None, DISCLOSED))["avoidedEmissions"] == {"groups": []}

    [group] = (await desk.ask(desk.assurer, DISCLOSED))["avoidedEmissions"]["groups"]
    [part] = group["contributions"]["nodes"]
    assert group["total"] == {"value": "1000"}
    assert part["claim"] | {"id": ""} == {
        "id": "",
        "asPublished": "1,000 tonnes",
        "source": {"url": "https://report.example", "title": "Report"},
    }
