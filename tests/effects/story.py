"""An engineer of a member who records solutions and what they avoid, for tests of effects."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from consortium.identity.rules.roles import Role
from consortium.kernel.principal import Principal
from consortium.storage.database import Database
from tests.asking import House, principal
from tests.factories import create_account, create_membership, create_organisation, create_role

SOLUTION = {
    "reference": "pump-1",
    "name": "Heat pump",
    "category": "Heating",
    "function": "To heat a flat",
    "functionalUnit": "One flat at 20 degrees for a year",
    "unit": "piece",
    "lifetimeYears": "15",
}
SCENARIO = {
    "reference": "gas-boiler",
    "lastEdition": 0,
    "path": ["SYSTEM_IN_PLACE", "SYSTEM_REPLACED", "AT_END_OF_LIFE"],
    "basis": "AVERAGE_ALTERNATIVE",
    "reason": "Boilers are replaced when they break.",
    "description": "A gas boiler as it is sold today.",
    "geography": "EUROPE",
    "source": {"url": "https://market.example", "title": "Market report"},
}
COMPARISON = {
    "reference": "flat",
    "lastEdition": 0,
    "accounting": "ATTRIBUTIONAL",
    "gwpSet": "AR6",
    "boundary": "Cradle to grave",
    "baseYear": 2024,
    "rebound": "0",
    "reboundReason": "Nobody heats more.",
    "factorsBeyond": "REFUSED",
}
YEAR = {"periodStart": "2026-01-01", "periodEnd": "2026-12-31"}
EFFECT = {"reference": "sold-2026", "geography": "DE", "timeframe": "FORWARD_LOOKING", **YEAR}
STAGES = (
    "RAW_MATERIALS",
    "MANUFACTURING",
    "DISTRIBUTION",
    "INSTALLATION",
    "USE",
    "MAINTENANCE",
    "END_OF_LIFE",
)


def item(stage: str, **given: Any) -> dict[str, Any]:
    """An item of a comparison."""
    name = stage.lower().replace("_", " ")
    return {"stage": stage, "name": name, "specificity": "SPECIFIC", **given}


def whole(*items: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """The items, and that all other stages are equal."""
    said = {one["stage"] for one in items}
    return [*items] + [
        item(stage, equalBecause="The same on both sides.") for stage in STAGES if stage not in said
    ]


# 500 embodied and 2 000 a year against 1 500 and 800: DOMAIN, section 2.
EXAMPLE = whole(
    item(
        "MANUFACTURING",
        referenceKgCo2e="500",
        solutionKgCo2e="1500",
        source={"url": "https://lca.example", "title": "LCA"},
    ),
    item("USE", referenceKgCo2e="2000", solutionKgCo2e="800"),
)


@dataclass(frozen=True)
class Engineer:
    """Somebody who enters figures for a member."""

    house: House
    by: Principal

    async def do(self, mutation: str, wanted: str = "id", **given: Any) -> Any:
        """What a mutation answers with."""
        return await self.house.do(mutation, self.by, wanted, **given)

    async def id_of(self, mutation: str, **given: Any) -> str:
        """The id of what was made."""
        answer = await self.do(mutation, **given)
        assert list(answer) == ["id"], answer
        return str(answer["id"])

    async def refused(self, mutation: str, **given: Any) -> Any:
        """The code and the path of a refusal, after which every table is as it was."""
        before = await self.house.digest()
        answer = await self.do(mutation, "__typename", **given)
        assert await self.house.digest() == before
        assert "code" in answer, answer
        return answer["code"], answer["path"]

    async def solution(self, **given: Any) -> str:
        """A solution with a life of 15 years."""
        return await self.id_of("createSolution", **SOLUTION | given)

    async def scenario(self, solution: str, **given: Any) -> str:
        """Its reference at the end of a boiler's life."""
        return await self.id_of("createReferenceScenario", solution=solution, **SCENARIO | given)

    async def comparison(
        self, scenario: str, items: Sequence[Mapping[str, Any]] = EXAMPLE, **given: Any
    ) -> str:
        """The comparison of the example, unless told."""
        about = COMPARISON | {"referenceScenario": scenario, "items": list(items)} | given
        return await self.id_of("createComparison", **about)

    async def compared(self, items: Sequence[Mapping[str, Any]] = EXAMPLE, **given: Any) -> str:
        """A comparison from the beginning."""
        return await self.comparison(await self.scenario(await self.solution()), items, **given)

    async def effect(self, comparison: str, *units: tuple[int, str], **given: Any) -> Any:
        """The effect of units by year of sale: its id and its result."""
        answer = await self.do(
            "createEffect",
            "id avoided referenceEmissions solutionEmissions version",
            **EFFECT | given | {"comparison": comparison, "cohorts": cohorts(*units)},
        )
        assert "avoided" in answer, answer
        return answer


def cohorts(*units: tuple[int, str]) -> list[dict[str, Any]]:
    """Units by year of sale."""
    return [{"soldYear": year, "units": count} for year, count in units]


async def engineer(database: Database, name: str = "Member") -> Engineer:
    """An approver of a member: who enters figures and publishes them."""
    async with database.pool.acquire() as connection:
        member = await create_organisation(connection, name=name)
        await create_membership(connection, member, status="MEMBER")
        account = await create_account(connection, email=f"engineer@{name.lower()}.example")
        await create_role(connection, account, member, role="APPROVER")
    by = principal(Role.APPROVER, organisation=member, account=account)
    return Engineer(House(database), by)
