"""What is computed before a statement runs: footprints and comparisons of versions of chains.

A caller asks of versions that it may see. The answer names activities by their ids; what is told of
them is read by the statement, within the caller's rights.
"""

from collections.abc import Mapping
from typing import Any

import orjson

from consortium.kernel.errors import NotFound
from consortium.kernel.gases import GwpSet
from consortium.kernel.ids import GlobalId
from consortium.organisations.rules import Control, ControlChains
from consortium.query.pick import Bind, Computation, Inputs
from consortium.query.rows import rule
from consortium.query.source import Source
from consortium.query.sqltypes import SqlType
from consortium.query.statement import statement_of
from consortium.query.writer import Writer
from consortium.storage.connections import Pool
from consortium.value_chains.computing.at_hand import Solves, refusal
from consortium.value_chains.computing.loading import recorded
from consortium.value_chains.computing.worker import Refused, Side, Task, Version
from consortium.value_chains.reads import ACTIVITIES, CHAIN_VERSIONS
from consortium.value_chains.rules.building import Recorded
from consortium.value_chains.rules.demands import Changes, Demand, Telling, question_of
from consortium.value_chains.rules.questions import Answer, Question
from consortium.value_chains.rules.scenarios import EmissionChange, ExchangeChange
from consortium.value_chains.rules.suppliers import Hop
from consortium.value_chains.rules.vocabulary import ComputedAnswer

SEEN = "SELECT v.version FROM chain_version v WHERE v.id = {key} AND ({seen})"
# Whoever runs an activity of a published version sees its own suppliers.
ONE_HOP = """
SELECT v.id, v.version, ({seen}) AS whole,
    v.status <> 'DRAFT' AND coalesce(a.organisation_id = {caller_organisation}, false) AS own
FROM activity a JOIN chain_version v ON v.id = a.chain_version_id WHERE a.id = {key}
"""
CONTROLS = """
SELECT child_id, parent_id, starts_on, ends_on FROM parentage WHERE relation = 'CONTROL'
"""


class Answers:
    """Answers the computations of statements; see `schema.planner.execution.Computing`."""

    def __init__(self, pool: Pool, solving: Solves) -> None:
        """Read versions from a pool, and solve them in processes."""
        self._pool = pool
        self._solving = solving

    async def answer(self, asked: Computation, inputs: Inputs) -> str | None:
        """The JSON; null where a version is not to be seen. Raises what rules refuse."""
        given, wanted = asked.given(inputs), ComputedAnswer(asked.name)
        sides: list[Side | None] = []
        match wanted:
            case ComputedAnswer.FOOTPRINT:
                sides = [await self._side(given, asked.parts, inputs)]
            case ComputedAnswer.COMPARISON:
                sides = [
                    await self._side(given | given[one], _below(asked.parts, one), inputs)
                    for one in ("baseline", "scenario")
                ]
            case ComputedAnswer.PRODUCTS:
                each = [{"activity": one, "amount": 1} for one in given["activities"]]
                asked_of = {"demand": each, "tiers": 1, "draws": 0, "seed": 0, **given}
                sides = [await self._side(asked_of, asked.parts, inputs)]
            case ComputedAnswer.SUPPLIERS:
                return await self._suppliers(given, inputs)
        if None in sides:
            return None
        kept = tuple(side for side in sides if side is not None)
        task = Task(wanted, kept, asked.parts, {})
        return orjson.dumps(of_versions(task, await self._done(task))).decode()

    async def _suppliers(self, given: Mapping[str, Any], inputs: Inputs) -> str | None:
        """What one activity's product emits through its suppliers, as the caller may know it."""
        activity = _key(given["activity"], ACTIVITIES)
        by = inputs.principal
        row = await self._fetched(ONE_HOP, CHAIN_VERSIONS, "v", activity, inputs)
        if row is None or not (row["whole"] or row["own"]):
            return None
        given = {"demand": [given], "tiers": 1, "draws": 0, "seed": 0, **given}
        version = Version(row["id"], row["version"])
        side = Side(version, (), (), _question(given, frozenset()))
        hop = await self._done(Task(ComputedAnswer.SUPPLIERS, (side,), frozenset(), {}))
        assert isinstance(hop, Hop)  # noqa: S101  what was asked for
        controls = [Control(*one) for one in await self._pool.fetch(CONTROLS)]
        chains = ControlChains(controls)
        told = hop.told(
            whole=row["whole"],
            caller=by.organisation_id or 0,
            group_of=lambda one: chains.group(one, inputs.today),
        )
        return orjson.dumps(told).decode()

    async def _done(self, task: Task) -> Answer | Hop:
        reply = await self._solving.done(task, self._load)
        if isinstance(reply, Refused):
            async with self._pool.acquire() as connection:
                raise await refusal(connection, reply)
        return reply

    async def _load(self, version: Version) -> Recorded:
        return await recorded(self._pool, version.id)

    async def _side(
        self, given: Mapping[str, Any], parts: frozenset[str], inputs: Inputs
    ) -> Side | None:
        """One side of a question; nothing where its version is not to be seen."""
        key = _key(given["version"], CHAIN_VERSIONS)
        changes = await self._changes(key, inputs)
        if changes is None:
            return None
        what_if = given.get("what_if", {})
        exchanges, emissions = what_if.get("exchanges", ()), what_if.get("emissions", ())
        others = Changes(
            tuple(ExchangeChange(**_keys(one)) for one in exchanges),
            tuple(EmissionChange(**_keys(one)) for one in emissions),
        ).checked()
        return Side(Version(key, changes), *others, _question(given, parts))

    async def _changes(self, key: int, inputs: Inputs) -> int | None:
        """How often the version was changed; nothing where the caller may not see it."""
        row = await self._fetched(SEEN, CHAIN_VERSIONS, "v", key, inputs)
        return None if row is None else row["version"]

    async def _fetched(
        self, template: str, source: Source, alias: str, key: int, inputs: Inputs
    ) -> Any:  # noqa: ANN401  a row of any columns
        """The row of a query in which `{key}` is the key and `{seen}` the row rule of a source."""
        writer = Writer(inputs.principal.rights)
        bound = writer.bind(Bind(lambda given: given.row), SqlType.BIGINT)
        seen = rule(writer, source, alias)
        sql = writer.fill(template.replace("{key}", bound).replace("{seen}", seen), alias)
        statement = statement_of(sql, writer.slots)
        return await self._pool.fetchrow(statement.sql, *statement.values(inputs._replace(row=key)))


def of_versions(task: Task, answer: Answer | Hop) -> object:
    """The answer of a task, with the version that each side is of."""
    if not isinstance(answer, dict):
        return answer
    if task.wanted is not ComputedAnswer.COMPARISON:
        return answer | {"version_id": task.sides[0].version.id}
    named = zip(("baseline", "scenario"), task.sides, strict=True)
    return answer | {name: answer[name] | {"version_id": side.version.id} for name, side in named}


def _below(parts: frozenset[str], side: str) -> frozenset[str]:
    """What is asked of one side."""
    start = f"{side}."
    return frozenset(one.removeprefix(start) for one in parts if one.startswith(start))


def _question(given: Mapping[str, Any], parts: frozenset[str]) -> Question:
    demand = [Demand(_key(one["activity"], ACTIVITIES), one["amount"]) for one in given["demand"]]
    telling = Telling(**{name: given[name] for name in Telling._fields if name in given})
    asked = frozenset(one for one in parts if one.split(".")[0] != "version")
    return question_of(demand, telling._replace(gwp_set=GwpSet(telling.gwp_set)), asked)


def _keys(given: Mapping[str, Any]) -> dict[str, Any]:
    """A change with the keys of activities for their ids."""
    return {
        name: _key(one, ACTIVITIES) if isinstance(one, GlobalId) else one
        for name, one in given.items()
    }


def _key(given: GlobalId, source: Source) -> int:
    """The key of an id; one of another type names nothing there is."""
    if given.prefix != source.prefix:
        raise NotFound
    return given.key
