"""The secretariat at work on guidance."""

from dataclasses import dataclass
from typing import Any

import pytest

from consortium.identity.rules.roles import Role
from consortium.kernel.principal import ANONYMOUS, Principal
from consortium.storage.database import Database
from tests.asking import House, principal
from tests.factories import create_account, create_organisation

WHOLE = """id reference title publisher edition issuedOn status publishedOn retiredOn
  retiredBecause version source { url title } replaces { reference } replacedBy { reference }
  gates { position key title passesWhen validMonths criteria { position key text required
    evidence { position kind mustHold required } } }"""


@dataclass(frozen=True)
class Guidance:
    """A secretary who drafts guidance, by GraphQL."""

    house: House
    secretary: Principal

    async def do(self, mutation: str, wanted: str = WHOLE, **given: Any) -> Any:
        """What the secretary's mutation answers."""
        return await self.house.do(mutation, self.secretary, wanted, **given)

    async def draft(self, reference: str = "wbcsd-2023", **given: Any) -> Any:
        """A draft without gates."""
        head = {"title": "Guidance", "publisher": "WBCSD"}
        return await self.do("createGuidanceVersion", reference=reference, **head | given)

    async def put(self, version: Any, key: str, /, **given: Any) -> Any:
        """The version as it answers with a gate that was put into it."""
        gate = {
            "key": key,
            "title": f"Gate {key}",
            "passesWhen": "It is so.",
            "criteria": [criterion("one"), criterion("two", required=False, evidence=[])],
        }
        return await self.do("putGuidanceGate", **seen(version), **gate | given)

    async def published(self, reference: str = "wbcsd-2023", **given: Any) -> Any:
        """A published version with a gate."""
        draft = await self.put(await self.draft(reference, **given), "first")
        return await self.do("publishGuidanceVersion", **seen(draft))

    async def refused(self, mutation: str, **given: Any) -> Any:
        """The code of a refusal, after which every table is as it was."""
        return await self.house.refused(mutation, self.secretary, **given)

    async def read(self, version: Any, by: Principal = ANONYMOUS) -> Any:
        """A version as somebody reads it."""
        query = f"query ($id: ID!) {{ guidanceVersion(id: $id) {{ {WHOLE} }} }}"
        return (await self.house.ask(query, by, id=version["id"]))["guidanceVersion"]


def seen(version: Any) -> dict[str, Any]:
    """How an input names a version that was read."""
    return {"guidanceVersion": version["id"], "version": version["version"]}


def criterion(key: str, **given: Any) -> dict[str, Any]:
    """A criterion that asks for a target."""
    evidence = [{"kind": "TARGET", "mustHold": f"What {key} asks."}]
    return {"key": key, "text": f"Text {key}", "evidence": evidence} | given


def keys(version: Any) -> list[str]:
    """The gates' keys in their order."""
    assert [gate["position"] for gate in version["gates"]] == [*range(1, len(version["gates"]) + 1)]
    return [gate["key"] for gate in version["gates"]]


@pytest.fixture
async def guidance(database: Database) -> Guidance:
    """Nothing is drafted yet."""
    async with database.pool.acquire() as connection:
        office = await create_organisation(connection, name="Secretariat")
        account = await create_account(connection, name="Ana", email="ana@consortium.example")
    return Guidance(
        House(database),
        principal(Role.SECRETARIAT, organisation=office, account=account, member=False),
    )
