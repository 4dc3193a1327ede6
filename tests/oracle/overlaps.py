"""Effects that see the same tonne: pair by pair, by the rules; and what was decided about them."""

from datetime import UTC
from itertools import combinations

from consortium.effects.rules.overlaps import Scope, overlap
from tests.oracle.asking import Ask
from tests.oracle.kinds import KINDS, Kind, global_id, plain, up
from tests.oracle.world import Row


def _wholes(ask: Ask, solution: int) -> frozenset[int]:
    """All solutions that contain one."""
    direct = [
        one["containing_id"] for one in ask.world.having("SolutionPart", "contained_id", solution)
    ]
    return frozenset(direct).union(*(_wholes(ask, one) for one in direct))


def _scope(ask: Ask, row: Row) -> Scope:
    return Scope(
        row.id,
        row["solution_id"],
        _wholes(ask, row["solution_id"]),
        row["value_chain_id"],
        row["geography"],
        row["period_start"],
        row["period_end"],
        row["timeframe"],
        frozenset(
            one["sold_year"] for one in ask.world.having("EffectCohort", "effect_id", row.id)
        ),
    )


def _is_heard(ask: Ask, row: Row) -> bool:
    """Whether it is no other one's past, or is published still."""
    claims = ask.world.having("AssessedClaim", "effect_id", row.id)
    return not row["superseded"] or any(one["status"] == "PUBLISHED" for one in claims)


def _first(row: Row) -> int:
    """The effect that it restates, directly or further on; else itself."""
    key: int = row["original_id"] or row.id
    return key


def effect_overlaps(ask: Ask) -> list[Row]:
    """Every pair that overlaps, with the last decision and whether it stands."""
    found = []
    effects = {row.id: row for row in ask.world.all("Effect") if _is_heard(ask, row)}
    scopes = [_scope(ask, effects[key]) for key in sorted(effects)]
    for one, other in combinations(scopes, 2):
        kind = overlap(one, other)
        if kind is not None and _first(effects[one.effect]) != _first(effects[other.effect]):
            found.append(_pair(ask, effects[one.effect], effects[other.effect], kind.value))
    return found


def _pair(ask: Ask, earlier: Row, later: Row, kind: str) -> Row:
    decided = _decisions(ask, earlier.id, later.id)
    last = decided[-1] if decided else None
    computed = (earlier["computed_at"], later["computed_at"])
    stands = last and (last["earlier_computed_at"], last["later_computed_at"]) == computed
    state = "DECIDED" if stands else "CHANGED" if last else "UNDECIDED"
    values = {
        "id": earlier.id * 2**32 + later.id,
        "kind": kind,
        "state": state,
        "waiting_since": None if stands else max(computed).astimezone(UTC).date(),
        "last_decision": last["number"] if last else 0,
        "earlier_id": earlier.id,
        "later_id": later.id,
        "decision_id": last.id if last else None,
    }
    return Row("EffectOverlap", values)


def _decisions(ask: Ask, earlier: int, later: int) -> list[Row]:
    rows = ask.world.having("EffectOverlapDecision", "earlier_id", earlier)
    return sorted((one for one in rows if one["later_id"] == later), key=lambda one: one["number"])


EARLIER, LATER = up("Effect", "earlier_id"), up("Effect", "later_id")

KINDS |= {
    "EffectOverlap": Kind(
        plain("kind", "state", "waiting_since", "last_decision"),
        {
            "earlier": EARLIER,
            "later": LATER,
            "current": up("EffectOverlapDecision", "decision_id"),
        },
        {
            "decisions": lambda ask, row, _: ask.seen(
                _decisions(ask, row["earlier_id"], row["later_id"])
            )
        },
        {"WAITING_SINCE": lambda _, row: row["waiting_since"]},
    ),
    "EffectOverlapDecision": Kind(
        global_id("overlapdecision")
        | plain("number", "kind", "decision", "deducted_share", "reason", "decided_on")
        | plain("superseded_on", "recorded_at"),
        {
            "earlier": EARLIER,
            "later": LATER,
            "deductedEffect": up("Effect", "deducted_effect_id"),
            "account": up("Account", "account_id"),
        },
        orders={
            "NUMBER": lambda _, row: row["number"],
            "DECIDED_ON": lambda _, row: row["decided_on"],
        },
        default_order=("NUMBER",),
    ),
}
