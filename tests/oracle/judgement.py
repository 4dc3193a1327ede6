"""How disclosed claims stand at one moment for one class of readers: DOMAIN's rules, step by step.

Nothing is kept or refreshed: every question is judged anew from the claims that its reader sees
and that were known on its day.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from consortium.kernel.periods import covers, holds_on
from tests.oracle.plain import less, total
from tests.oracle.world import Row, World

PUBLIC, CONSORTIUM, OWNER = "PUBLIC", "CONSORTIUM", "OWNER"
ALONE, WHOLE, PART = "ALONE", "WHOLE", "PART"


@dataclass(frozen=True, slots=True)
class Reader:
    """A class of readers; the owner is one organisation."""

    audience: str
    owner: int | None = None

    def sees(self, claim: Row) -> bool:
        """Public figures; those for members as well; its own as well."""
        if self.audience == PUBLIC:
            return bool(claim["visibility"] == "PUBLIC")
        return bool(claim["visibility"] != "PRIVATE" or claim["organisation_id"] == self.owner)


@dataclass(frozen=True, slots=True)
class Range:
    """A figure in kg CO2e with its range."""

    value: Decimal | None
    low: Decimal | None
    high: Decimal | None
    bound: str


@dataclass(frozen=True, eq=False, slots=True)
class Outcome:
    """How one claim stands: a reason leaves it out, `because` is the claim that does so.

    A WHOLE counts where the question asks for none of the dimensions that divide its parts, a PART
    where it asks for one; the last part of a total can be what the others leave of it.
    """

    claim: Row
    whole: Row
    reason: str | None
    because: int | None
    role: str
    quantity: Range
    divides: frozenset[str] = frozenset()
    not_broken_down: bool = False


def judged(world: World, reader: Reader, known_at: date, today: date) -> list[Outcome]:
    """The outcomes of all claims that the reader sees, by what was known on a day."""
    key = ("judged", reader, known_at, today)
    if key not in world.memory:
        claims = [c for c in world.all("Claim") if reader.sees(c) and c["known_on"] <= known_at]
        moment = Moment(claims)
        moment.leave_out_earlier_points(displacers(claims))
        world.memory[key] = _outcomes(world, moment, today)
    answer: list[Outcome] = world.memory[key]
    return answer


def own_reason(claim: Row) -> str | None:
    """Why a claim could not count even alone."""
    if claim["quarantined"]:
        return "QUARANTINED"
    if claim["record_type"] != "ACTUAL":
        found = {"TARGET": "TARGET", "PROJECTION": "PROJECTION"}
        return found.get(claim["record_type"], "INCREMENT_OF_SERIES")
    if claim["value_kg_co2e"] is claim["low_kg_co2e"] is claim["high_kg_co2e"] is None:
        return "NO_QUANTITY"
    if claim["kind"] != "CUMULATIVE" and claim["year"] is None:
        return "PERIOD_NOT_A_YEAR"
    return None


def restates(later: Row, earlier: Row) -> bool:
    """A restatement is a new version of the same period of the same organisation's same kind."""
    period = ("period_start", "period_end")
    if any(later[c] != earlier[c] for c in ("organisation_id", "kind", *period)):
        return False
    if all(later[c] is not None for c in period):
        return True
    return bool(later["fiscal_label"] and later["fiscal_label"] == earlier["fiscal_label"])


class Moment:
    """What is known, and which of it stands."""

    def __init__(self, claims: list[Row]) -> None:
        self.claims = claims
        self.by_id = {claim.id: claim for claim in claims}
        self.reasons: dict[int, tuple[str | None, int | None]] = {
            claim.id: (own_reason(claim), None) for claim in claims
        }
        self._leave_out_restated()

    def stands(self, claim: Row) -> bool:
        return self.reasons[claim.id][0] is None

    def total_of(self, claim: Row) -> Row | None:
        """The total that an actual figure is a part of; of its own kind."""
        found = self.by_id.get(claim["part_of_id"])
        if found is None or found["kind"] != claim["kind"]:
            return None
        both_actual = claim["record_type"] == found["record_type"] == "ACTUAL"
        return found if both_actual else None

    def _leave_out_restated(self) -> None:
        """Of the versions of one figure the last that nothing restates is kept."""
        restaters: dict[int, list[Row]] = {}
        for later in self.claims:
            earlier = self.by_id.get(later["supersedes_id"])
            if earlier and self.stands(later) and self.stands(earlier) and restates(later, earlier):
                restaters.setdefault(earlier.id, []).append(later)
        for family in _families(restaters):
            versions = [self.by_id[key] for key in family]
            kept = max(versions, key=lambda c: (c.id not in restaters, c["known_on"], c.id))
            for claim in versions:
                if claim is not kept:
                    # Of several, the one that was known last.
                    last = max(restaters.get(claim.id, [kept]), key=lambda c: (c["known_on"], c.id))
                    self.reasons[claim.id] = ("SUPERSEDED", last.id)

    def points(self) -> dict[Any, list[Row]]:
        """Cumulative figures that would count if no other of their series were known."""
        found: dict[Any, list[Row]] = {}
        for claim in self.claims:
            key = _series(claim)
            if key and self.stands(claim) and self.total_of(claim) is None:
                found.setdefault(key, []).append(claim)
        return found

    def leave_out_earlier_points(self, because: dict[int, int]) -> None:
        """Of a cumulative series the latest point counts."""
        for key, later in because.items():
            self.reasons[key] = ("EARLIER_POINT_OF_SERIES", later)


def _families(restaters: dict[int, list[Row]]) -> list[set[int]]:
    """Claims joined by restatement."""
    families: list[set[int]] = []
    for earlier, laters in restaters.items():
        family = {earlier, *(one.id for one in laters)}
        for met in [one for one in families if one & family]:
            families.remove(met)
            family |= met
        families.append(family)
    return families


def _series(claim: Row) -> Any:
    """The published series of an organisation, else all its running totals since one day."""
    if claim["kind"] != "CUMULATIVE":
        return None
    if claim["series"] is not None:
        return claim["organisation_id"], claim["series"]
    if claim["period_start"] is not None:
        return claim["organisation_id"], None, claim["period_start"]
    return None


def _rank(claim: Row) -> tuple[date, date, int]:
    """Later points rank higher; equal ones, without a label that makes them one, both count."""
    if claim["series"] is None and claim["period_end"] is not None:
        return claim["period_end"], date.min, 0
    return claim["period_end"] or date.min, claim["known_on"], claim.id


def displacers(claims: list[Row]) -> dict[int, int]:
    """For each earlier point of a series, the point that took its place.

    That is the one that did so first, as long as it stands itself.
    """
    because: dict[int, int] = {}
    for day in sorted({claim["known_on"] for claim in claims}):
        moment = Moment([claim for claim in claims if claim["known_on"] <= day])
        now: dict[int, int] = {}
        for points in moment.points().values():
            latest = min(
                (p for p in points if _rank(p) == max(map(_rank, points))),
                key=lambda p: (p["known_on"], p.id),
            )
            there = {point.id for point in points}
            for point in points:
                if _rank(point) != _rank(latest):
                    first = because.get(point.id)
                    now[point.id] = first if first in there else latest.id
        because = now
    return because


def resolved(claim: Row) -> Range:
    """The range that a stated figure means."""
    value, low, high = (claim[f"{name}_kg_co2e"] for name in ("value", "low", "high"))
    bound = claim["bound"]
    if value is not None and low is None and high is None:
        low = None if bound == "AT_MOST" else value
        high = None if bound == "AT_LEAST" else value
    return Range(value, low, high, bound)


def _outcomes(world: World, moment: Moment, today: date) -> list[Outcome]:
    parts: dict[int, list[Row]] = {}
    for claim in moment.claims:
        of = moment.total_of(claim)
        if of and moment.stands(claim) and moment.stands(of) and moment.total_of(of) is None:
            parts.setdefault(of.id, []).append(claim)
    answer: list[Outcome] = []
    for claim in moment.claims:
        if moment.total_of(claim) is None:
            answer += _of_whole(world, moment, claim, parts.get(claim.id, []), today)
        elif all(claim not in listed for listed in parts.values()):
            answer.append(_of_part_left_out(moment, claim))
    return answer


def _of_part_left_out(moment: Moment, claim: Row) -> Outcome:
    """A part shares the fate of its total; the part of a part is never added."""
    whole = moment.total_of(claim)
    assert whole is not None
    reason, because = moment.reasons[claim.id]
    if reason is None:
        reason, because = moment.reasons[whole.id]
        because = whole.id if because is None else because
    return Outcome(claim, claim, reason or "PART_OF_TOTAL", because, ALONE, resolved(claim))


def _of_whole(
    world: World, moment: Moment, claim: Row, parts: list[Row], today: date
) -> list[Outcome]:
    reason, because = moment.reasons[claim.id]
    if reason is not None or not parts:
        return [Outcome(claim, claim, reason, because, ALONE, resolved(claim))]
    divides = divided(world, [claim, *parts], today)
    answer = [Outcome(claim, claim, None, None, WHOLE, resolved(claim), divides)]
    answer += [Outcome(p, claim, None, None, PART, resolved(p), divides) for p in parts]
    rest = _rest(resolved(claim), [resolved(part) for part in parts])
    if rest is not None and rest.value != 0:
        answer.append(Outcome(claim, claim, None, None, PART, rest, divides, not_broken_down=True))
    return answer


def _rest(whole: Range, parts: list[Range]) -> Range | None:
    """What a total leaves when its parts are taken out; None where that is unknown."""
    value = _less(whole.value, [part.value for part in parts])
    if value is None:
        return None
    low = _less(whole.low, [part.high for part in parts])
    high = _less(whole.high, [part.low for part in parts])
    if low is not None and high is not None:
        exact = all(one.bound == "EXACT" for one in (whole, *parts))
        return Range(value, low, high, "EXACT" if exact else "APPROXIMATE")
    if low is not None:
        return Range(value, low, high, "AT_LEAST")
    return Range(value, low, high, "AT_MOST" if high is not None else "APPROXIMATE")


def _less(whole: Decimal | None, parts: list[Decimal | None]) -> Decimal | None:
    known = [part for part in parts if part is not None]
    if whole is None or len(known) < len(parts):
        return None
    return less(whole, known)


def divided(world: World, claims: list[Row], today: date) -> frozenset[str]:
    """The dimensions in which a total and its parts are not all alike."""

    def described(claim: Row) -> dict[str, Any]:
        was = as_it_was(world, claim)
        return {
            "YEAR": claim["year"],
            "FISCAL_PERIOD": claim["fiscal_label"],
            "MEMBER": claim["organisation_id"],
            "GROUP": group_of(world, claim, today),
            "SECTOR": was["sector"],
            "COUNTRY": was["country"],
            "CATEGORY": claim["category"],
            "INITIATIVE": links(world, "ClaimInitiative", claim, "initiative_id"),
            "VALUE_CHAIN": links(world, "ClaimValueChain", claim, "value_chain_id"),
            "VERIFIED": claim["verifier"] is not None,
        }

    first, *others = [described(claim) for claim in claims]
    return frozenset(name for name in first if any(one[name] != first[name] for one in others))


def as_it_was(world: World, claim: Row) -> Row:
    """The organisation of a claim on the period's last day: a past period of it, or itself."""
    organisation = world.get("Organisation", claim["organisation_id"])
    assert organisation is not None
    day = claim["period_end"]
    held = [
        past
        for past in world.having("Period", "organisation_id", organisation.id)
        if day is not None and holds_on(day, past["starts_on"], past["ends_on"])
    ]
    return held[0] if held else organisation


def links(world: World, kind: str, claim: Row, column: str) -> set[int]:
    """What a claim is linked with."""
    return {link[column] for link in world.having(kind, "claim_id", claim.id)}


def controllers(world: World, organisation: int, on: date) -> list[int]:
    """Who controls an organisation on a day, the nearest first; a ring ends where it closes."""
    chain = [organisation]
    while True:
        above = [
            one["parent_id"]
            for one in world.having("Parentage", "child_id", chain[-1])
            if one["relation"] == "CONTROL" and holds_on(on, one["starts_on"], one["ends_on"])
        ]
        if not above or above[0] in chain:
            return chain[1:]
        chain.append(above[0])


def group_of(world: World, claim: Row, today: date) -> int:
    """The head of the corporate group on the period's last day."""
    organisation: int = claim["organisation_id"]
    return [organisation, *controllers(world, organisation, claim["period_end"] or today)][-1]


def shadows(world: World, outcome: Outcome, counted: Iterable[Outcome]) -> set[int]:
    """The controllers that have a counted figure of the same kind over the whole period."""
    whole = outcome.whole
    ends = whole["period_start"], whole["period_end"]
    if outcome.reason is not None or whole["separate_from_parent"] or None in ends:
        return set()
    above = controllers(world, whole["organisation_id"], whole["period_end"])
    return {
        one.claim["organisation_id"]
        for one in counted
        if one.reason is None
        and one.role != PART
        and one.claim["organisation_id"] in above
        and one.claim["kind"] == whole["kind"]
        and covers(one.claim["period_start"], one.claim["period_end"], *ends)
    }


def parts_sum(world: World, claim: Row, today: date) -> tuple[Decimal, Decimal] | None:
    """What a total's counted parts add up to, and the total less that; None where unknown.

    As those see it who see the total, by all that is known.
    """
    audience = {"PUBLIC": PUBLIC, "CONSORTIUM": CONSORTIUM}.get(claim["visibility"], OWNER)
    owner = claim["organisation_id"] if audience == OWNER else None
    outcomes = judged(world, Reader(audience, owner), date.max, today)
    mine = [one for one in outcomes if one.whole is claim and not one.not_broken_down]
    values = [one.quantity.value for one in mine if one.role == PART]
    known = [value for value in values if value is not None]
    whole = next((one.quantity.value for one in mine if one.role == WHOLE), None)
    if whole is None or len(known) < len(values):
        return None
    return total(known), less(whole, known)
