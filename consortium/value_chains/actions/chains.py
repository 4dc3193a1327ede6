"""Record value chains, their stages and who takes part in them."""

from typing import NamedTuple

from consortium.kernel.text import name_key
from consortium.storage.raw import Connection

CHAIN = """
INSERT INTO value_chain (name, name_key, description, citation_id) VALUES ($1, $2, $3, $4)
ON CONFLICT (name_key) DO UPDATE
SET description = coalesce(nullif(excluded.description, ''), value_chain.description),
    citation_id = coalesce(excluded.citation_id, value_chain.citation_id)
RETURNING id
"""
FIND_STAGE = "SELECT id FROM value_chain_stage WHERE value_chain_id = $1 AND name = $2"
STAGE = """
INSERT INTO value_chain_stage (value_chain_id, name, name_key, position)
VALUES ($1, $2, $3, $4) RETURNING id
"""
SUPPLY = """
UPDATE value_chain_stage SET downstream_id = $2
WHERE id = $1 AND downstream_id IS DISTINCT FROM $2 RETURNING id
"""
DOWNSTREAM = """
WITH RECURSIVE down (id) AS (
    SELECT $1::bigint
    UNION
    SELECT s.downstream_id FROM value_chain_stage s JOIN down d ON d.id = s.id
    WHERE s.downstream_id IS NOT NULL
)
SELECT id FROM down
"""
PARTICIPANT = """
INSERT INTO value_chain_participant (stage_id, organisation_id, role) VALUES ($1, $2, $3)
ON CONFLICT (stage_id, organisation_id, role) DO NOTHING RETURNING id
"""


class StageFacts(NamedTuple):
    """A stage of a chain and its place in the order of the chain."""

    name: str
    position: int


class ValueChains:
    """The chains of a load, each looked up once; names mean the same whatever their case."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._chains: dict[str, int] = {}
        self._stages: dict[tuple[int, str], int] = {}
        self._new: set[int] = set()

    async def chain(self, name: str, description: str, citation_id: int | None) -> int:
        """The chain of a name, recorded if new; a given description or source replaces its own."""
        key = name_key(name)
        if key not in self._chains or description:
            self._chains[key] = await self._connection.fetchval(
                CHAIN, name, key, description, citation_id
            )
        return self._chains[key]

    async def stage(self, chain: str, facts: StageFacts) -> int:
        """The stage of a chain, recorded if new."""
        key = (self._chains[name_key(chain)], facts.name)
        if key not in self._stages:
            found = await self._connection.fetchval(FIND_STAGE, *key)
            if found is None:
                found = await self._connection.fetchval(
                    STAGE, *key, name_key(facts.name), facts.position
                )
                self._new.add(found)
            self._stages[key] = found
        return self._stages[key]

    def _id(self, chain: str, stage: str) -> int | None:
        return self._stages.get((self._chains[name_key(chain)], stage))

    def is_new(self, chain: str, stage: str) -> bool:
        """Whether this load recorded the stage; asked once, then it is known."""
        stage_id = self._id(chain, stage)
        new = stage_id in self._new
        self._new.discard(stage_id or 0)
        return new

    async def fault_of_supply(self, chain: str, stage: str, supplied: str) -> str | None:
        """Why one stage cannot supply another: unknown, or the chain would run in a ring."""
        upper, lower = self._id(chain, stage), self._id(chain, supplied)
        if lower is None:
            return f"the chain has no stage {supplied!r}"
        rows = await self._connection.fetch(DOWNSTREAM, lower)
        if any(row[0] == upper for row in rows):
            return f"{supplied!r} supplies {stage!r} already: a chain ends in one stage"
        return None

    async def supply(self, chain: str, stage: str, supplied: str) -> bool:
        """Let a stage supply another; whether that was new."""
        ids = (self._id(chain, stage), self._id(chain, supplied))
        return await self._connection.fetchval(SUPPLY, *ids) is not None

    async def participant(self, chain: str, stage: str, organisation_id: int, role: str) -> bool:
        """Let an organisation take part in a stage; whether that was new."""
        row = (self._id(chain, stage), organisation_id, role)
        return await self._connection.fetchval(PARTICIPANT, *row) is not None
