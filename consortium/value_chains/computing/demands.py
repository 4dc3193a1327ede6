"""What demands on published versions emit, for what is recorded from them.

Doubles become decimals here: of 12 significant digits, as solutions are accepted within 1e-9.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Context, Decimal
from typing import Final, NamedTuple

from consortium.kernel.errors import BadInput, NotFound
from consortium.kernel.gases import GwpSet
from consortium.kernel.principal import Principal
from consortium.query.visible import require_visible
from consortium.storage.raw import Connection
from consortium.value_chains.computing.at_hand import at_hand, refusal
from consortium.value_chains.computing.loading import recorded_by
from consortium.value_chains.computing.worker import Refused, Side, Task, Version
from consortium.value_chains.reads import ACTIVITIES
from consortium.value_chains.rules.building import Recorded
from consortium.value_chains.rules.demands import Demand, Telling, question_of
from consortium.value_chains.rules.questions import Answer, Part
from consortium.value_chains.rules.systems import AmountNotFinite
from consortium.value_chains.rules.vocabulary import ChainVersionStatus, ComputedAnswer

# A version that is published stays as it is, so that what stands on it can be computed anew.
FOUND = """
SELECT v.id, v.version, v.status, a.unit FROM activity a
JOIN chain_version v ON v.id = a.chain_version_id WHERE a.id = $1 FOR SHARE OF v
"""
_TWELVE: Final = Context(prec=12)


class ChainVersionNotInForce(BadInput):
    """What is recorded stands on a published version: not on a draft, nor on a retired one."""

    code = "CHAIN_VERSION_NOT_IN_FORCE"


class Demanded(NamedTuple):
    """An activity whose product is demanded: its version, and the unit of amounts."""

    activity: int
    version: Version
    unit: str


@dataclass(frozen=True, slots=True)
class Emitted:
    """What a demand emits: in kg CO2e, and of each gas in kg of it and in kg CO2e."""

    kg_co2e: Decimal
    mass_kg: Mapping[str, Decimal]
    gases_kg_co2e: Mapping[str, Decimal]


async def demanded(connection: Connection, by: Principal, activity: int, today: date) -> Demanded:
    """An activity of a version in force; the version stays in force until the transaction ends.

    Raises:
        NotFound: there is none that the caller may see.
        ChainVersionNotInForce: as it says.
    """
    await require_visible(connection, ACTIVITIES, activity, by, today)
    row = await connection.fetchrow(FOUND, activity)
    if row is None:
        raise NotFound
    if row["status"] != ChainVersionStatus.PUBLISHED:
        raise ChainVersionNotInForce
    return Demanded(activity, Version(row["id"], row["version"]), row["unit"])


async def emitted_by(
    connection: Connection, of: Demanded, amount: Decimal, gwp_set: GwpSet
) -> Emitted:
    """What an amount of an activity's product emits, up to its maker's gate.

    Raises:
        AmountNotFinite, GasNotInSet: as they say.
        SolverBusy, SolverTimedOut, SolverFailed: what solves does not answer.
    """
    if not amount.is_finite() or not amount:
        raise AmountNotFinite
    telling = Telling(gwp_set=gwp_set, tiers=1, draws=0)
    question = question_of([Demand(of.activity, amount)], telling, frozenset({Part.GASES}))
    answer = await answered(connection, Side(of.version, (), (), question))
    rows = answer["gases"]
    return Emitted(
        _decimal(answer["kg_co2e"]),
        {row["gas"]: _decimal(row["mass_kg"]) for row in rows},
        {row["gas"]: _decimal(row["kg_co2e"]) for row in rows},
    )


async def answered(connection: Connection, side: Side) -> Answer:
    """The answer to a question, by rows as the connection sees them."""

    async def load(version: Version) -> Recorded:
        return await recorded_by(connection, version.id)

    task = Task(ComputedAnswer.FOOTPRINT, (side,), side.question.parts, {})
    reply = await at_hand().done(task, load)
    if isinstance(reply, Refused):
        raise await refusal(connection, reply)
    assert isinstance(reply, dict)  # noqa: S101  what was asked for
    return reply


def _decimal(told: str) -> Decimal:
    return _TWELVE.create_decimal(told)
