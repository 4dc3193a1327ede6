"""From an effect to a claim that is reviewed, assured, published, restated and withdrawn."""

from collections.abc import AsyncGenerator
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from consortium.storage.database import Database
from schema.root import GRAPHQL_SCHEMA
from tests.effects.story import COMPARISON, EFFECT, EXAMPLE, SCENARIO, SOLUTION, cohorts
from tests.factories import create_engagement, create_membership, create_organisation
from tests.factories.guidance import create_guidance
from tests.identity.oauth.world import World, create_client, world
from tests.journeys.test_effects import token_of

PDF = b"%PDF-1.7\na target"
ROLE = "UPDATE role_grant SET role = 'SECRETARIAT' WHERE account_id = $1"
SHOWN = "id status version"
CLAIM = """query ($id: ID!) { node(id: $id) { ... on AssessedClaim {
  status claim timeframe specificity assuranceLevel endedBecause
  assuranceBody { name } organisation { name } effect { id avoided }
  evidence(first: 10) { nodes { title document { url sha256 } } }
  restatedBy { status claim } } } }"""


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

    async def effect(self) -> Any:
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
            items=EXAMPLE,
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
