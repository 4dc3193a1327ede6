"""When two effects see the same tonne, and what a reviewer may decide about it.

A solution and a part of it, or one solution recorded twice: where chain, period, place and units
meet, the mass of one lies in the other, and both must not stand in a total. Nothing is decided by
the program: it finds the pair, and a reviewer decides, for the record.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import NamedTuple

from consortium.kernel.errors import BadInput, DomainError
from consortium.kernel.regions import REGIONS, Region

GLOBAL = "GLOBAL"
REASON_MAX = 1_000


class OverlapKind(StrEnum):
    """How two effects see the same tonne."""

    SAME_SOLUTION = "SAME_SOLUTION"
    PART_AND_WHOLE = "PART_AND_WHOLE"
    BOTH_TIMEFRAMES = "BOTH_TIMEFRAMES"


class OverlapDecision(StrEnum):
    """What a reviewer decides about two effects that overlap."""

    BLOCK = "BLOCK"
    MERGE = "MERGE"
    ATTRIBUTE = "ATTRIBUTE"
    SEPARATE = "SEPARATE"


# Figures of different timeframes are never added, so that one cannot take up the other, nor share
# with it.
ALLOWED: Mapping[OverlapKind, frozenset[OverlapDecision]] = {
    OverlapKind.SAME_SOLUTION: frozenset(OverlapDecision),
    OverlapKind.PART_AND_WHOLE: frozenset(OverlapDecision),
    OverlapKind.BOTH_TIMEFRAMES: frozenset({OverlapDecision.BLOCK, OverlapDecision.SEPARATE}),
}


class PairInvalid(BadInput):
    """A decision is about two effects."""

    code = "OVERLAP_PAIR_INVALID"


class NoOverlap(BadInput):
    """These two effects do not overlap: there is nothing to decide."""

    code = "NO_OVERLAP"


class OverlapDecisionInvalid(DomainError):
    """This cannot be decided about such an overlap; the message says what can."""

    code = "OVERLAP_DECISION_INVALID"


class DeductionInvalid(BadInput):
    """BLOCK and MERGE name the effect that counts no more, ATTRIBUTE also its part; SEPARATE none.

    The part of it that lies in the other effect is above 0 and at most 1, with at most 12 decimals.
    """

    code = "OVERLAP_DEDUCTION_INVALID"
    constraint = "effect_overlap_decision_deducts"


class DeductedAboveOne(DomainError):
    """More than all of this effect would lie in others: other decisions deduct from it already."""

    code = "OVERLAP_DEDUCTED_ABOVE_ONE"
    constraint = "effect_deducted_share_possible"


class OverlapRing(DomainError):
    """The effect would count in itself: by other decisions the other effect lies in this one."""

    code = "OVERLAP_RING"
    constraint = "effect_overlap_decision_no_ring"


class OverlapState(StrEnum):
    """Whether a reviewer has decided; CHANGED: figures changed since, so that it must be anew."""

    UNDECIDED = "UNDECIDED"
    CHANGED = "CHANGED"
    DECIDED = "DECIDED"


class Deduction(NamedTuple):
    """The effect of which a part lies in the other one, and which part; both None of SEPARATE."""

    effect: int | None
    share: Decimal | None


@dataclass(frozen=True, slots=True)
class Scope:
    """What an effect is about. `wholes` are all solutions that contain its own, at any depth.

    `geography` is GLOBAL, a region, or a country of ISO 3166-1; the days of the period are both
    included; `sold_years` are those of its units.
    """

    effect: int
    solution: int
    wholes: frozenset[int]
    value_chain: int | None
    geography: str
    period_start: date
    period_end: date
    timeframe: str
    sold_years: frozenset[int]


def overlap(one: Scope, other: Scope) -> OverlapKind | None:
    """How two effects overlap, in whichever order they are given; None where they do not.

    An effect does not overlap itself. Units that are in both timeframes overlap whatever the
    periods: one effect holds their whole life, of which the other holds a year.
    """
    if one.effect == other.effect or one.value_chain != other.value_chain:
        return None
    is_same = one.solution == other.solution
    if not (is_same or one.solution in other.wholes or other.solution in one.wholes):
        return None
    if not (one.sold_years & other.sold_years and places_meet(one.geography, other.geography)):
        return None
    if one.timeframe != other.timeframe:
        return OverlapKind.BOTH_TIMEFRAMES
    if one.period_end < other.period_start or other.period_end < one.period_start:
        return None
    return OverlapKind.SAME_SOLUTION if is_same else OverlapKind.PART_AND_WHOLE


def places_meet(one: str, other: str) -> bool:
    """Whether two places are the same, or one contains the other."""
    return other in containing(one) or one in containing(other)


def containing(place: str) -> frozenset[str]:
    """The place itself and all that contain it: a country's region, and the world."""
    region: Region | None = REGIONS.get(place)
    return frozenset({place, GLOBAL} | ({region.value} if region else set()))


def check_decision(kind: OverlapKind | None, decision: OverlapDecision) -> None:
    """Refuse what cannot be decided about such an overlap.

    Raises:
        NoOverlap: there is none.
        OverlapDecisionInvalid: the message lists what can be decided.
    """
    if kind is None:
        raise NoOverlap
    if decision not in ALLOWED[kind]:
        can = ", ".join(one.value for one in OverlapDecision if one in ALLOWED[kind])
        message = (
            "Figures of different timeframes are never added, so that these two can be neither"
            f" merged nor attributed. What can be decided is {can}."
        )
        raise OverlapDecisionInvalid(message).at("decision")


def checked_deduction(
    decision: OverlapDecision, pair: tuple[int, int], effect: int | None, share: Decimal | None
) -> Deduction:
    """What a decision takes off; of BLOCK and MERGE it is all. Raises DeductionInvalid."""
    separate = decision is OverlapDecision.SEPARATE
    if separate != (effect is None) or (effect is not None and effect not in pair):
        raise DeductionInvalid().at("deductedEffect")
    if (share is not None) != (decision is OverlapDecision.ATTRIBUTE):
        raise DeductionInvalid().at("deductedShare")
    if share is not None and not _is_share(share):
        raise DeductionInvalid().at("deductedShare")
    return Deduction(effect, Decimal(1) if share is None and not separate else share)


def _is_share(share: Decimal) -> bool:
    return 0 < share <= 1 and share == share.quantize(Decimal("1e-12"))
