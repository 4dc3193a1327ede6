"""Who effects are shared among: by the definitions, line by line."""

from collections.abc import Callable
from decimal import Decimal
from typing import Any

from tests.oracle.asking import Ask
from tests.oracle.kinds import KINDS, Kind, Read, blank, down, global_id, plain, up
from tests.oracle.plain import mass
from tests.oracle.world import Row

Lines = list[Row]


def _lines(ask: Ask, row: Row) -> Lines:
    return ask.world.having("EffectContribution", "allocation_id", row.id)


def _effect(ask: Ask, row: Row) -> Decimal:
    found = ask.world.get("Effect", row["effect_id"])
    assert found is not None
    kg: Decimal = found["avoided_kg_co2e"]
    return kg


def _joint(lines: Lines) -> int:
    return sum(one["share"] is None for one in lines)


def _of(kind: str) -> Callable[[Lines, Decimal], Decimal]:
    def shares(lines: Lines, _: Decimal) -> Decimal:
        return sum((one["share"] or Decimal(0) for one in lines if one["kind"] == kind), Decimal(0))

    return shares


def _part(share: Callable[[Lines, Decimal], Decimal]) -> Read:
    def read(ask: Ask, row: Row) -> Any:
        return mass(_effect(ask, row) * share(_lines(ask, row), row["remainder_share"]))

    return read


def _shared(lines: Lines, rest: Decimal) -> Decimal:
    return rest if _joint(lines) else Decimal(0)


MEMBERS = _of("MEMBER")
PARTS: dict[str, Callable[[Lines, Decimal], Decimal]] = {
    "effectMass": lambda _, __: Decimal(1),
    "members": MEMBERS,
    "nonMembers": _of("NON_MEMBER"),
    "platform": _of("PLATFORM"),
    "joint": _shared,
    "unallocated": lambda lines, rest: rest - _shared(lines, rest),
    "gross": lambda lines, rest: MEMBERS(lines, rest) + _joint(lines) * rest,
    "net": lambda lines, rest: MEMBERS(lines, rest) + _shared(lines, rest),
    "overlap": lambda lines, rest: _joint(lines) * rest - _shared(lines, rest),
}


def _remainder_kind(ask: Ask, row: Row) -> str:
    return "JOINT_UNDIVIDED" if _joint(_lines(ask, row)) else "UNALLOCATED"


def _claimed(ask: Ask, row: Row, *, joint: bool) -> Any:
    above = ask.world.get("Allocation", row["allocation_id"])
    assert above is not None
    if row["share"] is None and not joint:
        return None
    share = above["remainder_share"] if row["share"] is None else row["share"]
    return mass(_effect(ask, above) * share)


KINDS |= {
    "Allocation": Kind(
        global_id("allocation")
        | plain("status", "remainder_share", "proposed_on", "decided_on", "version")
        | blank("explanation")
        | {"remainderKind": _remainder_kind}
        | {name: _part(share) for name, share in PARTS.items()},
        {
            "effect": up("Effect", "effect_id"),
            "proposedBy": up("Organisation", "proposed_by_id"),
        },
        {"contributions": down("EffectContribution", "allocation_id")},
        {"PROPOSED_ON": lambda _, row: row["proposed_on"]},
        ("PROPOSED_ON",),
    ),
    "EffectContribution": Kind(
        plain("position", "kind", "role", "share", "answer", "answered_on")
        | blank("party_name", "reason")
        | {
            "part": lambda ask, row: _claimed(ask, row, joint=False),
            "claim": lambda ask, row: _claimed(ask, row, joint=True),
        },
        {"organisation": up("Organisation", "organisation_id")},
        orders={"POSITION": lambda _, row: row["position"]},
        default_order=("POSITION",),
    ),
}
