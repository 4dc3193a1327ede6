"""What demands on published versions emit, for what is recorded from them.

**Where doubles become decimals.** Solutions are accepted within 1e-10 (`rules.solving.ACCEPTED`),
and what is recorded of one is a decimal of 12 significant digits. Of many demands at once, what a
unit emits is solved and multiplied by the amount as decimals.

**Shared draws.** All that is recorded is drawn by one seed, and draw d gives a source of error the
same value wherever it stands: on both sides of a comparison, in another version, in what was
recorded years ago. So a footprint keeps its draws, and what is made of several footprints is made
draw by draw.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Context, Decimal
from typing import Any, Final, NamedTuple

import numpy as np

from consortium.kernel.errors import BadInput, NotFound, PermissionDenied
from consortium.kernel.gases import GwpSet
from consortium.kernel.principal import Principal
from consortium.kernel.visibility import Visibility, writing_organisation
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
SELECT v.id, v.version, v.status, v.organisation_id, v.visibility, a.unit
FROM activity a JOIN chain_version v ON v.id = a.chain_version_id WHERE a.id = $1 FOR SHARE OF v
"""
# Each is solved and drawn within seconds, in the transaction that records what it emits.
VERSIONS_MAX: Final = 20

_TWELVE: Final = Context(prec=12)


class ChainVersionNotInForce(BadInput):
    """What is recorded stands on a published version: not on a draft, nor on a retired one."""

    code = "CHAIN_VERSION_NOT_IN_FORCE"
    constraint = "chain_version_in_force"


class TooManyVersions(BadInput):
    """What is recorded at once stands on at most 20 versions of value chains."""

    code = "TOO_MANY_CHAIN_VERSIONS"


class Demanded(NamedTuple):
    """An activity whose product is demanded: its version, and the unit of amounts."""

    activity: int
    version: Version
    unit: str


class DemandFootprint(NamedTuple):
    """What a demand emits, in kg CO2e; and in each draw, as a part of that.

    No draws: no amount of the version says how uncertain it is, they are too many or too uncertain
    to be drawn, or nothing is emitted.
    """

    kg_co2e: Decimal
    draws: tuple[float, ...] | None

    @property
    def uncertainty(self) -> Decimal | None:
        """Half the 95 % interval of the draws as a fraction of the footprint; None: not known."""
        if self.draws is None:
            return None
        lower, upper = np.quantile(self.draws, (0.025, 0.975))
        return _TWELVE.create_decimal_from_float(float(upper - lower) / 2)


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
        PermissionDenied: the caller enters no figures, or the version is another's and private.
        ChainVersionNotInForce: as it says.
    """
    await require_visible(connection, ACTIVITIES, activity, by, today)
    row = await connection.fetchrow(FOUND, activity)
    if row is None:
        raise NotFound
    # What stands on a version tells of it: whoever sees one in confidence does not record of it.
    own = row["organisation_id"] == writing_organisation(by)
    if not own and row["visibility"] == Visibility.PRIVATE:
        raise PermissionDenied
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


async def footprints_of(
    connection: Connection,
    demands: Sequence[Demand],
    of: Mapping[int, Demanded],
    gwp_set: GwpSet,
) -> list[DemandFootprint]:
    """What each demand emits, in their order; `of` are the activities that they name.

    Each version is solved once, and drawn once: as `chainFootprint` draws unless told, so that
    anybody draws the same again.

    Raises:
        TooManyVersions, GasNotInSet: as they say.
        SolverBusy, SolverTimedOut, SolverFailed: what solves does not answer.
    """
    by_version: dict[Version, list[int]] = {}
    for activity in sorted({one.activity for one in demands}):
        by_version.setdefault(of[activity].version, []).append(activity)
    if len(by_version) > VERSIONS_MAX:
        raise TooManyVersions
    units: dict[int, DemandFootprint] = {}
    for version, activities in by_version.items():
        units |= await _units(connection, version, activities, gwp_set)
    found = [(units[one.activity], one.amount) for one in demands]
    return [
        DemandFootprint(_TWELVE.multiply(unit.kg_co2e, amount), unit.draws)
        for unit, amount in found
    ]


async def _units(
    connection: Connection, version: Version, activities: Sequence[int], gwp_set: GwpSet
) -> dict[int, DemandFootprint]:
    """What a unit of the product of each activity of a version emits."""
    demand = [Demand(activity, Decimal(1)) for activity in activities]
    telling = Telling(gwp_set=gwp_set, tiers=1)
    question = question_of(demand, telling, frozenset({Part.UNCERTAINTY}))
    answer = await answered(connection, Side(version, (), (), question), ComputedAnswer.PRODUCTS)
    return {
        one["activity_id"]: DemandFootprint(Decimal(one["kg_co2e"]), _parts(one))
        for one in answer["products"]
    }


def _parts(product: Mapping[str, Any]) -> tuple[float, ...] | None:
    """The draws of a unit as parts of what it emits."""
    whole = float(product["kg_co2e"])
    if product["draws"] is None or not whole:
        return None
    return tuple(one / whole for one in product["draws"])


async def answered(
    connection: Connection, side: Side, wanted: ComputedAnswer = ComputedAnswer.FOOTPRINT
) -> Answer:
    """The answer to a question, by rows as the connection sees them."""

    async def load(version: Version) -> Recorded:
        return await recorded_by(connection, version.id)

    task = Task(wanted, (side,), side.question.parts, {})
    reply = await at_hand().done(task, load)
    if isinstance(reply, Refused):
        raise await refusal(connection, reply)
    assert isinstance(reply, dict)  # noqa: S101  what was asked for
    return reply


def _decimal(told: str) -> Decimal:
    return _TWELVE.create_decimal(told)
