"""Members who claim what an effect avoids, and those who review and assure that."""

from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from consortium.identity.rules.roles import Role
from consortium.kernel.principal import Principal
from consortium.storage.database import Database
from tests.asking import House, principal
from tests.factories import (
    create_account,
    create_engagement,
    create_membership,
    create_organisation,
    create_role,
)
from tests.factories.guidance import create_guidance
from tests.factories.shares import create_allocation, create_shared_effect
from tests.served import TODAY

SHOWN = "id status version"
STATEMENT = "Avoids emissions against the average on the market."
DAY = timedelta(days=1)


@dataclass(frozen=True)
class Story:
    """An effect of 1 000 t, its owner and another member, a reviewer and an assurer."""

    house: House
    effect_id: int
    guidance_id: int
    members: dict[str, int]
    reviewer: Principal
    assurer: Principal

    @property
    def pool(self) -> Any:
        """The database's connections."""
        return self.house.database.pool

    def of(self, name: str, role: Role = Role.APPROVER) -> Principal:
        """Somebody of a member."""
        return principal(role, organisation=self.members[name])

    async def shared(self, *lines: tuple[str, str | None], remainder: str = "0") -> int:
        """An allocation of the effect that is in force."""
        named = [(self.members.get(name, name), share) for name, share in lines]
        async with self.pool.acquire() as connection:
            return await create_allocation(
                connection, self.effect_id, self.members["owner"], named, remainder=remainder
            )

    def draft(self, **given: Any) -> dict[str, Any]:
        """What a draft is made of."""
        about = {
            "reference": "pumps-2025",
            "guidanceVersion": f"guidance_{self.guidance_id}",
            "statement": STATEMENT,
            "effect": f"effect_{self.effect_id}",
        }
        return about | given

    async def do(
        self, mutation: str, by: Principal, claim: Any = None, wanted: str = SHOWN, **given: Any
    ) -> Any:
        """What a mutation of a claim answers with, on a day if `on` says so."""
        if claim is not None:
            given = {"claim": claim["id"], "version": claim["version"]} | given
        answer = await self.house.do(mutation, by, wanted, **given)
        assert "code" not in answer, answer
        return answer

    async def refused(self, mutation: str, by: Principal, claim: Any = None, **given: Any) -> Any:
        """The code of a refusal, after which every table is as it was."""
        if claim is not None:
            given = {"claim": claim["id"], "version": claim["version"]} | given
        return await self.house.refused(mutation, by, **given)

    async def drafted(self, by: str = "owner", **given: Any) -> Any:
        """A draft."""
        return await self.do("createClaimDraft", self.of(by), **self.draft(**given))

    async def in_review(self, by: str = "owner", **given: Any) -> Any:
        """A claim whose review began."""
        claim = await self.drafted(by, **given)
        claim = await self.evidenced(claim, by)
        claim = await self.do("submitClaim", self.of(by), claim)
        return await self.do("takeClaimIntoReview", self.reviewer, claim)

    async def evidenced(self, claim: Any, by: str = "owner") -> Any:
        """The claim with a source for every criterion."""
        for criterion in await self.criteria(claim):
            await self.do(
                "addClaimEvidence",
                self.of(by),
                claim,
                "id",
                criterion=f"criterion_{criterion}",
                kind="TARGET",
                title="Our target",
                source={"url": "https://targets.example"},
            )
            claim = await self.now(claim)
        return claim

    async def now(self, claim: Any) -> Any:
        """The claim as it is."""
        key = int(claim["id"].removeprefix("assessed_"))
        row = await self.pool.fetchrow(
            "SELECT status, version FROM assessed_claim WHERE id = $1", key
        )
        return {"id": claim["id"], "status": row["status"], "version": row["version"]}

    async def criteria(self, claim: Any) -> list[int]:
        """The criteria of its guidance."""
        query = """
        SELECT c.id FROM guidance_criterion c JOIN guidance_gate g ON g.id = c.gate_id
        JOIN assessed_claim a ON a.guidance_version_id = g.guidance_version_id
        WHERE a.id = $1 ORDER BY c.id
        """
        key = int(claim["id"].removeprefix("assessed_"))
        return [row[0] for row in await self.pool.fetch(query, key)]

    async def gates(self, claim: Any) -> list[int]:
        """The gates of its guidance."""
        query = """
        SELECT g.id FROM guidance_gate g
        JOIN assessed_claim a ON a.guidance_version_id = g.guidance_version_id
        WHERE a.id = $1 ORDER BY g.position
        """
        key = int(claim["id"].removeprefix("assessed_"))
        return [row[0] for row in await self.pool.fetch(query, key)]

    async def reviewed(self, claim: Any, outcome: str = "PASSED", on: date = TODAY) -> Any:
        """The claim with every gate reviewed."""
        for gate in await self.gates(claim):
            claim = await self.do(
                "reviewGate",
                self.reviewer,
                claim,
                gate=f"gate_{gate}",
                outcome=outcome,
                reason="As shown.",
                on=on,
            )
        return claim

    async def accepted(self, by: str = "owner", **given: Any) -> Any:
        """A claim that may be published."""
        claim = await self.reviewed(await self.in_review(by, **given))
        return await self.do("acceptClaim", self.reviewer, claim)

    async def published(self, by: str = "owner", visibility: str = "PUBLIC", **given: Any) -> Any:
        """A claim that is made."""
        claim = await self.accepted(by, **given)
        return await self.do("publishClaim", self.of(by), claim, visibility=visibility)


async def story(database: Database) -> Story:
    """Four members, two gates of which the pass of one holds for a year, and an assurer."""
    pool = database.pool
    members: dict[str, int] = {}
    for name in ("owner", "second", "third", "stranger"):
        members[name] = await create_organisation(pool, name=f"The {name}")
        await create_membership(pool, members[name], status="MEMBER")
    async with pool.acquire() as connection:
        guidance = await create_guidance(connection, gates=2)
        await connection.execute("UPDATE guidance_gate SET valid_months = 12 WHERE position = 1")
        await connection.execute(
            "UPDATE guidance_version SET status = 'PUBLISHED', published_on = '2026-01-02'"
        )
    effect = await create_shared_effect(pool, members["owner"])
    office = await create_organisation(pool, name="The office")
    account = await create_account(pool, email="reviewer@office.example")
    await create_role(pool, account, office, role="SECRETARIAT")
    body = await create_organisation(pool, name="The assurer")
    await create_engagement(pool, body, members["owner"], covers="CLAIMS")
    return Story(
        House(database),
        effect,
        guidance,
        members,
        principal(Role.SECRETARIAT, organisation=office, account=account),
        principal(Role.ASSURER, organisation=body),
    )


RESTATE = """
INSERT INTO effect (reference, solution_id, value_chain_id, reference_scenario_id, comparison_id,
    geography, period_start, period_end, timeframe, reference_kg_co2e, solution_kg_co2e,
    avoided_kg_co2e, specificity, visibility, restates_id)
SELECT reference || '-again', solution_id, value_chain_id, reference_scenario_id, comparison_id,
    geography, period_start, period_end, timeframe, $2 + solution_kg_co2e, solution_kg_co2e,
    $2, specificity, visibility, id
FROM effect WHERE id = $1 RETURNING id
"""
UNITS = """
INSERT INTO effect_cohort (effect_id, sold_year, units, retired)
SELECT $2, sold_year, units, retired FROM effect_cohort WHERE effect_id = $1
"""


async def restated(connection: Any, effect: int, kg: Decimal) -> int:
    """An effect in the place of another one, with its units and another mass."""
    key: int = await connection.fetchval(RESTATE, effect, kg)
    await connection.execute(UNITS, effect, key)
    return key
