"""Assessed claims added up across members, by going through every claim."""

from collections.abc import Mapping
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from consortium.kernel.principal import Permission
from tests.oracle.asking import Ask
from tests.oracle.filters import holds, ordered
from tests.oracle.judgement import as_it_was, group_of
from tests.oracle.kinds import KINDS, Kind, Read, up
from tests.oracle.plain import EXACT, Mass, less, total
from tests.oracle.totals import is_member
from tests.oracle.world import Row

# The columns of a group's key and their dimensions, in the order by which groups are sorted.
KEY = (
    ("year", "YEAR"),
    ("category", "CATEGORY"),
    ("sector", "SECTOR"),
    ("country", "COUNTRY"),
    ("assured", "ASSURED"),
    ("group_id", "GROUP"),
    ("organisation_id", "MEMBER"),
    ("value_chain_id", "VALUE_CHAIN"),
    ("initiative_id", "INITIATIVE"),
)
OF_CLAIMS = {"SECTOR", "COUNTRY", "ASSURED", "GROUP", "MEMBER"}
LEAST_SPECIFIC_LAST = ("SPECIFIC", "REGIONAL", "GLOBAL_AVERAGE")
MILLIGRAM = Decimal("0.000001")


def assessed_emissions(ask: Ask, args: Mapping[str, Any]) -> dict[str, Any]:
    """The answer to `assessedEmissions`."""
    day, known_at = ask.day(args.get("onDate")), ask.day(args.get("knownAt"))
    counted = [
        one
        for one in published(ask, known_at)
        if is_member(ask, one["organisation_id"], day) and holds(ask, one, args.get("where"))
    ]
    grouped = set(args.get("groupBy") or ())
    return {"groups": lambda ask, own: groups(ask, own, counted, grouped)}


def published(ask: Ask, known_at: date) -> list[Row]:
    """The claims that were known on a day, of those that are published, and not only to others.

    Who sees an organisation's figures whole sees what it published to members, a member or not.
    """
    rights = ask.principal.rights
    whole = rights.is_member or ask.principal.may(Permission.FIGURES_READ_ALL)
    shown = {"PUBLIC", "CONSORTIUM"} if whole else {"PUBLIC"}
    return [
        _standing(ask, claim, known_at)
        for claim in ask.world.all("AssessedClaim")
        if claim["published_on"] is not None
        and claim["published_on"] <= known_at
        and (claim["ended_on"] is None or known_at < claim["ended_on"])
        and (
            claim["visibility"] in shown
            or (
                claim["visibility"] != "PRIVATE"
                and ask.sees_whole(claim["organisation_id"], "CLAIMS")
            )
        )
    ]


def _standing(ask: Ask, claim: Row, known_at: date) -> Row:
    world = ask.world
    effect = world.get("Effect", claim["effect_id"])
    assert effect is not None
    solution = world.get("Solution", effect["solution_id"])
    assert solution is not None
    dated = Row("Dated", {**claim.values, "period_end": effect["period_end"]})
    was = as_it_was(world, dated)
    kept = kept_of(ask, effect.id, known_at)
    mass = EXACT.multiply(claim["claim_kg_co2e"], kept)
    joint = claim["share"] is None
    since = _assured_since(ask, claim)
    return Row(
        "AssessedContribution",
        {
            "id": _place(ask, claim, known_at),
            "claim_id": claim.id,
            "effect_id": effect.id,
            "origin_id": effect["original_id"] or effect.id,
            "allocation_id": claim["allocation_id"],
            "organisation_id": claim["organisation_id"],
            "group_id": group_of(world, dated, ask.today),
            "sector": was["sector"],
            "country": was["country"],
            "category": solution["category"],
            "value_chain_id": effect["value_chain_id"],
            "timeframe": claim["timeframe"],
            "year": claim["year"],
            "specificity": claim["specificity"],
            "uncertainty": claim["uncertainty"],
            "assured": since is not None and since <= known_at,
            "kept": kept,
            "effect_kg": claim["effect_kg_co2e"],
            "claimed": claim["claim_kg_co2e"],
            "own": None if joint else mass,
            "joint": mass if joint else None,
        },
    )


def _assured_since(ask: Ask, claim: Row) -> date | None:
    """The day of the first assurance."""
    if claim["assured_on"] is None:
        return None
    steps = ask.world.having("AssessedClaimStep", "claim_id", claim.id)
    first = [step["taken_on"] for step in steps if step["step"] == "ASSURE"]
    since: date = min([claim["assured_on"], *first])
    return since


def kept_of(ask: Ask, effect: int, on: date) -> Decimal:
    """The part of an effect that counts on a day by what was decided about overlaps."""
    decisions = [
        one
        for one in ask.world.rows.get("EffectOverlapDecision", [])
        if one["deducted_effect_id"] == effect
        and one["decided_on"] <= on
        and (one["superseded_on"] is None or on < one["superseded_on"])
    ]
    return less(Decimal(1), [one["deducted_share"] for one in decisions])


def _place(ask: Ask, claim: Row, known_at: date) -> int:
    """Where it stands among equals: no rule decides that, so the kept rows do."""
    for kept in ask.world.having("AssessedStanding", "claim_id", claim.id):
        if kept["known_from"] <= known_at and (
            kept["known_to"] is None or known_at < kept["known_to"]
        ):
            return kept.id
    return 10**12 + claim.id


def groups(ask: Ask, args: Mapping[str, Any], counted: list[Row], grouped: set[str]) -> list[Row]:
    """The totals, in the order asked for."""
    members: dict[tuple[Any, ...], list[Row]] = {}
    for one in counted:
        for key in keys_of(ask, one, grouped):
            members.setdefault(key, []).append(one)
    # Unknown comes last in every column.
    keys = sorted(members, key=lambda key: [(value is None, value or 0) for value in key])
    rows = [
        Row(
            "AssessedEmissionsGroup",
            {
                "id": at,
                "key": dict(zip(("timeframe", *dict(KEY), "undivided"), key, strict=True)),
                "claims": members[key],
                "effects": by_effect(members[key]),
            },
        )
        for at, key in enumerate(keys, 1)
    ]
    answer = ordered(ask, "AssessedEmissionsGroup", rows, args.get("orderBy"))
    return answer[: 1000 if args.get("first") is None else args["first"]]


def keys_of(ask: Ask, one: Row, grouped: set[str]) -> list[tuple[Any, ...]]:
    """The keys of the groups that a claim is in: several where its effect names initiatives."""
    links = ask.world.having("EffectInitiative", "effect_id", one["effect_id"])
    named = [link["initiative_id"] for link in links] or [None]
    found = [{**one.values, "initiative_id": initiative} for initiative in named]
    return [*dict.fromkeys(key_of(Row(one.kind, each), grouped) for each in found)]


def key_of(one: Row, grouped: set[str]) -> tuple[Any, ...]:
    """The key of the group that a claim is in."""
    undivided = bool(grouped & OF_CLAIMS) and one["own"] is None
    named = grouped - OF_CLAIMS if undivided else grouped
    return (
        one["timeframe"],
        *(one[column] if dimension in named else None for column, dimension in KEY),
        undivided,
    )


def by_effect(claims: list[Row]) -> list[list[Row]]:
    """The claims of each effect, of restatements together."""
    found: dict[int, list[Row]] = {}
    for one in claims:
        found.setdefault(one["origin_id"], []).append(one)
    return list(found.values())


def own(claims: list[Row]) -> Decimal:
    """The sum of shares."""
    return total([one["own"] for one in claims if one["own"] is not None])


def joint(claims: list[Row]) -> Decimal:
    """The joint remainder of one effect, once: as restated last, and of several the larger."""
    remainders = [one for one in claims if one["joint"] is not None]
    if not remainders:
        return Decimal(0)
    last = max(remainders, key=lambda one: (one["effect_id"], abs(one["claimed"])))
    remainder: Decimal = last["joint"]
    return remainder


def net(claims: list[Row]) -> Decimal:
    """What members have of one effect."""
    return EXACT.add(own(claims), joint(claims))


def _assured(claims: list[Row]) -> Decimal:
    shares = own([one for one in claims if one["assured"]])
    remainder = any(one["assured"] and one["joint"] is not None for one in claims)
    return EXACT.add(shares, joint(claims) if remainder else Decimal(0))


def _lowest(claims: list[Row]) -> str:
    words: list[str] = [one["specificity"] for one in claims]
    return max(words, key=LEAST_SPECIFIC_LAST.index)


def _over(effects: list[list[Row]], measure: Any) -> Decimal:
    return total([measure(claims) for claims in effects])


def _mass(measure: Any) -> Read:
    return lambda _, group: Mass(_over(group["effects"], measure))


def _gross(claims: list[Row]) -> Decimal:
    return total([one["claimed"] for one in claims])


def _overlap(claims: list[Row]) -> Decimal:
    return less(_gross(claims), [net(claims)])


def _specificity(_: Ask, group: Row) -> dict[str, Any]:
    effects = group["effects"]
    parts = {
        name: Mass(_over([one for one in effects if _lowest(one) == word], net))
        for name, word in (
            ("specific", "SPECIFIC"),
            ("regional", "REGIONAL"),
            ("globalAverage", "GLOBAL_AVERAGE"),
        )
    }
    return {"lowest": _lowest([one for claims in effects for one in claims]), **parts}


def _interval(_: Ask, group: Row) -> dict[str, Any] | None:
    squares = Decimal(0)
    for claims in group["effects"]:
        known = [one["uncertainty"] for one in claims]
        if None in known:
            return None
        half = EXACT.multiply(net(claims), max(known))
        squares = EXACT.add(squares, EXACT.multiply(half, half))
    half = EXACT.sqrt(squares).quantize(MILLIGRAM, rounding=ROUND_HALF_UP, context=EXACT)
    middle = _over(group["effects"], net)
    return {
        "low": Mass(EXACT.subtract(middle, half)),
        "high": Mass(EXACT.add(middle, half)),
        "signNotEstablished": abs(middle) <= half,
    }


def _beside(ask: Ask, group: Row) -> dict[str, Any] | None:
    if not all(_sees_shares(ask, one) for one in group["claims"]):
        return None
    masses = {"unallocated": Decimal(0), "nonMembers": Decimal(0), "platform": Decimal(0)}
    for claims in group["effects"]:
        last = max(claims, key=lambda one: (one["effect_id"], one["allocation_id"] or 0))
        if last["allocation_id"] is None:
            continue
        allocation = ask.world.get("Allocation", last["allocation_id"])
        assert allocation is not None
        lines = ask.world.having("EffectContribution", "allocation_id", allocation.id)
        whole = EXACT.multiply(last["effect_kg"], last["kept"])
        shares = {
            "nonMembers": [one["share"] for one in lines if one["kind"] == "NON_MEMBER"],
            "platform": [one["share"] for one in lines if one["kind"] == "PLATFORM"],
            "unallocated": []
            if any(one["share"] is None for one in lines)
            else [allocation["remainder_share"]],
        }
        for name, parts in shares.items():
            masses[name] = EXACT.add(masses[name], EXACT.multiply(whole, total(parts)))
    return {name: Mass(kg) for name, kg in masses.items()}


def _sees_shares(ask: Ask, one: Row) -> bool:
    if one["allocation_id"] is None:
        return ask.sees_whole(one["organisation_id"], "CLAIMS")
    allocation = ask.world.get("Allocation", one["allocation_id"])
    return allocation is not None and ask.sees(allocation)


def _key(ask: Ask, group: Row) -> dict[str, Any]:
    key, world = group["key"], ask.world
    return {
        **{name: key[name] for name in ("timeframe", "year", "category", "sector", "country")},
        "assured": key["assured"],
        "undivided": key["undivided"],
        "valueChain": world.get("ValueChain", key["value_chain_id"]),
        "initiative": world.get("Initiative", key["initiative_id"]),
        "member": world.get("Organisation", key["organisation_id"]),
        "group": world.get("Organisation", key["group_id"]),
    }


def _initiatives(ask: Ask, row: Row, _: Mapping[str, Any]) -> list[Row]:
    links = ask.world.having("EffectInitiative", "effect_id", row["effect_id"])
    found = [ask.world.get("Initiative", link["initiative_id"]) for link in links]
    return ask.seen([one for one in found if one])


def _own_mass(name: str) -> Read:
    return lambda _, row: None if row[name] is None else Mass(row[name])


def _column(name: str) -> Read:
    return lambda _, row: row[name]


KINDS |= {
    "AssessedContribution": Kind(
        {
            name: _column(name)
            for name in ("timeframe", "year", "category", "sector", "country", "assured")
        }
        | {"specificity": _column("specificity"), "kept": _column("kept")}
        | {name: _own_mass(name) for name in ("claimed", "own", "joint")},
        {
            "claim": up("AssessedClaim", "claim_id"),
            "effect": up("Effect", "effect_id"),
            "member": up("Organisation", "organisation_id"),
            "group": up("Organisation", "group_id"),
            "valueChain": up("ValueChain", "value_chain_id"),
        },
        {"initiatives": _initiatives},
        {"CLAIMED": _column("claimed")},
    ),
    "AssessedEmissionsGroup": Kind(
        {
            "key": _key,
            "net": _mass(net),
            "own": _mass(own),
            "joint": _mass(joint),
            "gross": _mass(_gross),
            "overlap": _mass(_overlap),
            "claims": lambda _, row: len(row["claims"]),
            "effects": lambda _, row: len(row["effects"]),
            "contributors": lambda _, row: len({one["organisation_id"] for one in row["claims"]}),
            "assured": _mass(_assured),
            "specificity": _specificity,
            "interval": _interval,
            "beside": _beside,
        },
        many={"contributions": lambda _, row, __: row["claims"]},
        orders={"KEY": lambda _, row: row.id, "NET": lambda _, row: _over(row["effects"], net)},
    ),
}
