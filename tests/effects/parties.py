"""Members who share effects, and how they ask."""

from dataclasses import dataclass
from typing import Any

from consortium.identity.rules.roles import Role
from consortium.kernel.principal import Principal
from consortium.storage.database import Database
from tests.asking import House, principal
from tests.factories import create_membership, create_organisation
from tests.factories.shares import create_shared_effect

SHOWN = "id status version"


@dataclass(frozen=True)
class Table:
    """An effect of 1 000 t, its owner and other members, by names; and how they ask."""

    house: House
    effect_id: int
    members: dict[str, int]

    @property
    def effect(self) -> str:
        """The effect's global id."""
        return f"effect_{self.effect_id}"

    def of(self, name: str, role: Role = Role.APPROVER) -> Principal:
        """Somebody of a member."""
        return principal(role, organisation=self.members[name])

    def line(self, name: str, share: str | None = None, **values: Any) -> dict[str, Any]:
        """A member's line of an allocation."""
        about = {"kind": "MEMBER", "role": "SUBSTANTIAL", "share": share}
        return about | {"organisation": f"org_{self.members[name]}"} | values

    async def propose(
        self, by: str, *lines: dict[str, Any], remainder: str = "0", wanted: str = SHOWN
    ) -> Any:
        """What a proposal answers with."""
        return await self.house.do(
            "proposeAllocation",
            self.of(by),
            wanted,
            effect=self.effect,
            contributions=list(lines),
            remainder=remainder,
        )

    async def refused(self, by: str, *lines: dict[str, Any], remainder: str = "0") -> Any:
        """The code of a refused proposal, after which every table is as it was."""
        return await self.house.refused(
            "proposeAllocation",
            self.of(by),
            effect=self.effect,
            contributions=list(lines),
            remainder=remainder,
        )

    async def answer(self, mutation: str, by: str, allocation: Any, **given: Any) -> Any:
        """What accepting, disputing or withdrawing answers with."""
        about = {"allocation": allocation["id"], "version": allocation["version"]} | given
        return await self.house.do(mutation, self.of(by), SHOWN, **about)

    async def unanswered(self, mutation: str, by: Principal, allocation: Any, **given: Any) -> Any:
        """The code with which that is refused, after which every table is as it was."""
        about = {"allocation": allocation["id"], "version": allocation["version"]} | given
        return await self.house.refused(mutation, by, **about)

    async def allocated(self) -> Any:
        """What is shared out of the effect."""
        query = "SELECT allocated_share FROM effect WHERE id = $1"
        return await self.house.database.pool.fetchval(query, self.effect_id)

    async def statuses(self) -> list[str]:
        """How the effect's allocations stand, in the order proposed."""
        query = "SELECT status FROM effect_allocation WHERE effect_id = $1 ORDER BY id"
        rows = await self.house.database.pool.fetch(query, self.effect_id)
        return [row[0] for row in rows]


async def table(database: Database) -> Table:
    """Four members, and a participant that is none; the effect is the first one's."""
    members: dict[str, int] = {}
    for name in ("owner", "second", "third", "stranger", "participant"):
        members[name] = await create_organisation(database.pool, name=f"The {name}")
        status = "PARTICIPANT" if name == "participant" else "MEMBER"
        await create_membership(database.pool, members[name], status=status)
    effect = await create_shared_effect(database.pool, members["owner"])
    return Table(House(database), effect, members)
