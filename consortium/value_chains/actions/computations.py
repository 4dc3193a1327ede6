"""Ask what takes long to compute, and cancel it."""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import NamedTuple

import orjson

from consortium.audit.actions import audited
from consortium.kernel.clock import utc_now
from consortium.kernel.errors import NotFound, PermissionDenied, check_seen
from consortium.kernel.gases import GwpSet
from consortium.kernel.principal import Permission, Principal
from consortium.query.visible import require_visible
from consortium.storage.raw import Connection
from consortium.value_chains.computing.demands import ChainVersionNotInForce
from consortium.value_chains.reads import CHAIN_VERSIONS
from consortium.value_chains.rules.computations import (
    OVER,
    WAITING_MAX,
    ComputationOver,
    LongQuestion,
    SideOf,
    TooManyComputations,
)
from consortium.value_chains.rules.demands import CUT_OFF, DRAWS, TIERS, Changes, Demand, Telling
from consortium.value_chains.rules.questions import DemandActivityUnknown
from consortium.value_chains.rules.vocabulary import ChainVersionStatus

# Whoever asks waits for who asks at the same time for the same organisation: they are counted.
HELD = "SELECT id FROM organisation WHERE id = $1 FOR NO KEY UPDATE"
WAITING = """
SELECT count(*) FROM chain_computation
WHERE organisation_id = $1 AND status IN ('WAITING', 'RUNNING')
"""
STATUS = "SELECT status FROM chain_version WHERE id = $1 FOR SHARE"
UNKNOWN = """
SELECT wanted.id FROM unnest($2::bigint[]) wanted (id)
WHERE NOT EXISTS (SELECT FROM activity a WHERE a.id = wanted.id AND a.chain_version_id = $1)
"""
INSERT = """
INSERT INTO chain_computation (organisation_id, question, draws_wanted)
VALUES ($1, $2, $3) RETURNING id
"""
KEPT = "SELECT organisation_id, status, version FROM chain_computation WHERE id = $1 FOR UPDATE"
CANCEL = """
UPDATE chain_computation SET status = 'CANCELLED', ended_at = $2, version = version + 1
WHERE id = $1
"""


class StartChainFootprint(NamedTuple):
    """A demand on a published version, and how much is told of it."""

    version: int
    demand: tuple[Demand, ...]
    what_if: Changes | None = None
    gwp_set: GwpSet = GwpSet.AR6
    cut_off: Decimal = CUT_OFF
    tiers: int = TIERS
    draws: int = DRAWS
    seed: int = 1


class StartChainComparison(NamedTuple):
    """A baseline and a scenario, and how much is told of them."""

    baseline: SideOf
    scenario: SideOf
    gwp_set: GwpSet = GwpSet.AR6
    cut_off: Decimal = CUT_OFF
    tiers: int = TIERS
    draws: int = DRAWS
    seed: int = 1


class CancelChainComputation(NamedTuple):
    """A computation that shall not go on; `version` as the caller saw it."""

    computation: int
    version: int


async def start_chain_footprint(by: Principal, command: StartChainFootprint, today: date) -> int:
    """Ask for a footprint that takes long; returns the computation's id.

    Raises:
        NotFound, PermissionDenied, ChainVersionNotInForce, TooManyComputations: as they say.
        DemandEmpty, DemandActivityUnknown, TooManyChanges, TiersInvalid, SystemDrawsInvalid: what
            cannot be asked.
    """
    side = SideOf(command.version, command.demand, command.what_if)
    return await _started(by, LongQuestion((side,), _telling(command)), today)


async def start_chain_comparison(by: Principal, command: StartChainComparison, today: date) -> int:
    """Ask for a comparison that takes long; returns the computation's id. Raises as the other."""
    sides = (command.baseline, command.scenario)
    return await _started(by, LongQuestion(sides, _telling(command)), today)


async def cancel_chain_computation(
    by: Principal, command: CancelChainComputation, today: date
) -> int:
    """Say that a computation shall not go on; returns its id.

    Raises:
        NotFound: the caller's organisation has none of that id.
        PermissionDenied, ChangedMeanwhile, ComputationOver: as they say.
    """
    del today
    key, organisation = command.computation, by.organisation_id
    async with audited(by, "chain-computation:cancel", organisation_id=organisation) as open_:
        row = await open_.fetchrow(KEPT, key)
        if row is None or row["organisation_id"] != organisation or not by.rights.has_organisation:
            raise NotFound
        _asking(by)
        check_seen(command.version, row["version"], "version")
        if row["status"] in OVER:
            raise ComputationOver
        await open_.execute(CANCEL, key, utc_now())
    return key


def _asking(by: Principal) -> int:
    """The organisation for which the caller asks. Raises PermissionDenied."""
    asks = by.rights.has_organisation and by.may(Permission.FIGURES_WRITE)
    if by.organisation_id is None or not asks:
        raise PermissionDenied
    return by.organisation_id


def _telling(command: StartChainFootprint | StartChainComparison) -> Telling:
    return Telling(command.gwp_set, command.cut_off, command.tiers, command.draws, command.seed)


async def _started(by: Principal, asked: LongQuestion, today: date) -> int:
    questions = asked.questions()
    action = "chain-computation:start"
    async with audited(by, action, organisation_id=by.organisation_id) as open_:
        for side in asked.sides:
            await require_visible(open_, CHAIN_VERSIONS, side.version, by, today)
        owner = _asking(by)
        for side, question in zip(asked.sides, questions, strict=True):
            await _check_side(open_, side.version, list(question.demand))
        await open_.fetchval(HELD, owner)
        if await open_.fetchval(WAITING, owner) >= WAITING_MAX:
            raise TooManyComputations
        written = orjson.dumps(asked.written()).decode()
        draws = asked.telling.draws * len(asked.sides)
        key: int = await open_.fetchval(INSERT, owner, written, draws)
    return key


async def _check_side(connection: Connection, version: int, activities: Sequence[int]) -> None:
    if await connection.fetchval(STATUS, version) != ChainVersionStatus.PUBLISHED:
        raise ChainVersionNotInForce
    if await connection.fetchval(UNKNOWN, version, activities) is not None:
        raise DemandActivityUnknown().at("demand")
