"""What is computed before a statement runs: footprints and comparisons of versions of chains.

A caller asks of versions that it may see. The answer names activities by their ids; what is told of
them is read by the statement, within the caller's rights.
"""

from collections.abc import Mapping
from typing import Any, Protocol

import numpy as np
import orjson

from consortium.kernel.errors import BadInput, DomainError, NotFound
from consortium.kernel.gases import GwpSet, gases
from consortium.kernel.ids import GlobalId
from consortium.query.pick import Bind, Computation, Inputs
from consortium.query.rows import rule
from consortium.query.source import Source
from consortium.query.sqltypes import SqlType
from consortium.query.statement import statement_of
from consortium.query.writer import Writer, conjunction
from consortium.storage.connections import Pool
from consortium.value_chains.computing.loading import recorded
from consortium.value_chains.computing.processes import Load
from consortium.value_chains.computing.worker import Refused, Side, Task, Version
from consortium.value_chains.reads_systems import ACTIVITIES, CHAIN_VERSIONS
from consortium.value_chains.rules.building import Recorded
from consortium.value_chains.rules.questions import (
    DEMANDS_MAX,
    TIERS_MAX,
    Answer,
    Question,
)
from consortium.value_chains.rules.scenarios import (
    CHANGES_MAX,
    EmissionChange,
    ExchangeChange,
)
from consortium.value_chains.rules.solving import LoopNeverEnds
from consortium.value_chains.rules.vocabulary import ComputedAnswer

NAMED_MAX = 10
CUT_OFF = 0.01
CODES = "SELECT code FROM activity WHERE id = ANY ($1) ORDER BY code LIMIT $2"


class DemandEmpty(BadInput):
    """A demand names 1 to 1 000 activities, each once with an amount that is not 0."""

    code = "DEMAND_EMPTY"


class TiersInvalid(BadInput):
    """Tiers are counted from 1 to 50."""

    code = "TIERS_INVALID"


class TooManyChanges(BadInput):
    """A question changes 1 000 amounts at most: copy the version and change the copy."""

    code = "TOO_MANY_CHANGES"


class Solves(Protocol):
    """What solves tasks: the processes beside the server."""

    async def done(self, task: Task, load: Load) -> Answer | Refused:
        """The answer, with rows of versions that are loaded where they are missing."""
        ...


class Answers:
    """Answers the computations of statements; see `schema.planner.execution.Computing`."""

    def __init__(self, pool: Pool, solving: Solves) -> None:
        """Read versions from a pool, and solve them in processes."""
        self._pool = pool
        self._solving = solving

    async def answer(self, asked: Computation, inputs: Inputs) -> str | None:
        """The JSON; null where a version is not to be seen. Raises what rules refuse."""
        given = asked.given(inputs)
        sides = [(given, asked.parts)]
        if asked.name == ComputedAnswer.COMPARISON:
            sides = [
                (given | given[side], _below(asked.parts, side))
                for side in ("baseline", "scenario")
            ]
        found = [await self._side(one, parts, inputs) for one, parts in sides]
        if None in found:
            return None
        task = Task(tuple(one for one in found if one is not None), asked.parts, {})
        answer = await self._solving.done(task, self._load)
        if isinstance(answer, Refused):
            raise await self._refusal(answer)
        return orjson.dumps(answer).decode()

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
        if len(exchanges) + len(emissions) > CHANGES_MAX:
            raise TooManyChanges
        return Side(
            Version(key, changes),
            tuple(ExchangeChange(**_keys(one)) for one in exchanges),
            tuple(EmissionChange(**_keys(one)) for one in emissions),
            _question(given, parts),
        )

    async def _changes(self, key: int, inputs: Inputs) -> int | None:
        """How often the version was changed; nothing where the caller may not see it."""
        writer = Writer(inputs.principal.rights)
        alias = writer.alias()
        bound = writer.bind(Bind(lambda given: given.row), SqlType.BIGINT)
        found = conjunction([f"{alias}.id = {bound}", rule(writer, CHAIN_VERSIONS, alias)])
        sql = f"SELECT {alias}.version FROM chain_version {alias} WHERE {found}"  # noqa: S608
        statement = statement_of(sql, writer.slots)
        values = statement.values(inputs._replace(row=key))
        changes: int | None = await self._pool.fetchval(statement.sql, *values)
        return changes

    async def _refusal(self, refused: Refused) -> DomainError:
        """The error of a rule; a loop that never ends is told by the codes of its activities."""
        if not issubclass(refused.kind, LoopNeverEnds):
            error = refused.kind(refused.message)
            return error.at(*refused.path)
        rows = await self._pool.fetch(CODES, refused.activities, NAMED_MAX)
        named = ", ".join(row["code"] for row in rows)
        more = " and others" if len(refused.activities) > NAMED_MAX else ""
        loop = np.array(refused.activities, dtype=np.intp)
        return LoopNeverEnds(loop, f"{refused.message} In it: {named}{more}.")


def _below(parts: frozenset[str], side: str) -> frozenset[str]:
    """What is asked of one side."""
    start = f"{side}."
    return frozenset(one.removeprefix(start) for one in parts if one.startswith(start))


def _question(given: Mapping[str, Any], parts: frozenset[str]) -> Question:
    demand: dict[int, float] = {}
    for place, one in enumerate(given["demand"]):
        activity, amount = _key(one["activity"], ACTIVITIES), float(one["amount"])
        if activity in demand or amount == 0:
            raise DemandEmpty().at("demand", str(place))
        demand[activity] = amount
    if not 1 <= len(demand) <= DEMANDS_MAX:
        raise DemandEmpty().at("demand")
    if not 1 <= given["tiers"] <= TIERS_MAX:
        raise TiersInvalid().at("tiers")
    return Question(
        demand=demand,
        factors=_factors(GwpSet(given["gwp_set"])),
        parts=parts,
        cut_off=float(given.get("cut_off", CUT_OFF)),
        tiers=given["tiers"],
        draws=given["draws"],
        seed=given["seed"],
    )


def _factors(gwp_set: GwpSet) -> dict[str, float]:
    """Kg CO2e for a kg of every gas that the set has."""
    return {gas: float(sets[gwp_set]) for gas, sets in gases().items() if gwp_set in sets}


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
