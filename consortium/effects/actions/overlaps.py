"""Decide about two effects that see the same tonne: which of them counts, and how much of it."""

from datetime import date
from decimal import Decimal
from typing import NamedTuple

from consortium.audit.actions import audited
from consortium.effects.reads.effects import EFFECTS
from consortium.effects.reads.overlaps import decides_overlaps
from consortium.effects.rules.overlaps import (
    REASON_MAX,
    OverlapDecision,
    OverlapKind,
    PairInvalid,
    check_decision,
    checked_deduction,
)
from consortium.effects.rules.texts import checked_text
from consortium.kernel.errors import PermissionDenied, check_seen
from consortium.kernel.principal import Principal
from consortium.query.visible import require_visible
from consortium.storage.raw import Connection

# In one order, so that two who decide wait for one another in one direction. Their figures and
# units stay as they are until the decision is in the record.
LOCK = "SELECT id, version FROM effect WHERE id = ANY ($1) ORDER BY id FOR UPDATE"
# What decides about others waits as well, since an effect may count in several.
ONE_BY_ONE = "SELECT pg_advisory_xact_lock(hashtextextended('effect_overlap_decision', 0))"
KIND = "SELECT kind FROM effect_overlaps($1) WHERE other_id = $2"
LAST = """
SELECT coalesce(max(number), 0) FROM effect_overlap_decision
WHERE (earlier_id, later_id) = ($1, $2)
"""
SUPERSEDE = """
UPDATE effect_overlap_decision SET superseded_on = $3
WHERE (earlier_id, later_id) = ($1, $2) AND superseded_on IS NULL
"""
INSERT = """
INSERT INTO effect_overlap_decision (earlier_id, later_id, number, kind, decision,
    deducted_effect_id, deducted_share, reason, account_id, decided_on, earlier_computed_at,
    later_computed_at)
SELECT e.id, l.id, $3, $4, $5, $6, $7, $8, $9, $10, e.computed_at, l.computed_at
FROM effect e, effect l WHERE e.id = $1 AND l.id = $2 RETURNING id
"""


class Seen(NamedTuple):
    """An effect as the reviewer saw it."""

    effect: int
    version: int


class DecideOverlap(NamedTuple):
    """What is decided about two effects, and why; `last_decision` as the reviewer saw it, else 0.

    `deducted_effect` is the one of which a part (`deducted_share`) lies in the other one.
    """

    effects: tuple[Seen, ...]
    last_decision: int
    decision: OverlapDecision
    reason: str
    deducted_effect: int | None = None
    deducted_share: Decimal | None = None


async def decide_overlap(by: Principal, command: DecideOverlap, today: date) -> int:
    """Record what becomes of an overlap, in the place of what was decided before; returns its id.

    Raises:
        PermissionDenied: the caller does not review claims.
        NotFound: there is no such effect.
        ChangedMeanwhile: an effect has changed, or another decision was made.
        NoOverlap, OverlapDecisionInvalid, DeductionInvalid, TextMissing: as they say.
        DeductedAboveOne, OverlapRing: together with other decisions it cannot be.
    """
    async with audited(by, "overlap:decide") as open_:
        if not decides_overlaps(by.rights):
            raise PermissionDenied
        for one in command.effects:
            await require_visible(open_, EFFECTS, one.effect, by, today)
        earlier, later = await _locked(open_, command.effects)
        kind: str | None = await open_.fetchval(KIND, earlier, later)
        check_decision(None if kind is None else OverlapKind(kind), command.decision)
        last: int = await open_.fetchval(LAST, earlier, later)
        check_seen(command.last_decision, last)
        deducted = checked_deduction(
            command.decision, (earlier, later), command.deducted_effect, command.deducted_share
        )
        reason = checked_text(command.reason, "reason", most=REASON_MAX)
        await open_.execute(SUPERSEDE, earlier, later, today)
        key: int = await open_.fetchval(
            INSERT,
            earlier,
            later,
            last + 1,
            kind,
            command.decision.value,
            *deducted,
            reason,
            by.account_id,
            today,
        )
    return key


async def _locked(open_: Connection, seen: tuple[Seen, ...]) -> tuple[int, int]:
    """The two effects, as the caller saw them, in the order in which they were recorded."""
    wanted = dict(seen)
    if len(seen) != 2 or len(wanted) < 2:
        raise PairInvalid().at("effects")
    await open_.execute(ONE_BY_ONE)
    for key, version in await open_.fetch(LOCK, list(wanted)):
        check_seen(wanted[key], version)
    return min(wanted), max(wanted)
