"""Avoided emissions aggregated across members, by going through every claim."""

from collections.abc import Iterable, Mapping
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from consortium.kernel.periods import holds_on
from tests.oracle.asking import Ask
from tests.oracle.filters import Where, holds, ordered
from tests.oracle.judgement import (
    CONSORTIUM,
    OWNER,
    PART,
    PUBLIC,
    WHOLE,
    Outcome,
    Reader,
    as_it_was,
    group_of,
    judged,
    links,
    shadows,
)
from tests.oracle.kinds import KINDS, Kind, Read, up
from tests.oracle.lists import Many
from tests.oracle.plain import EXACT, Mass, total
from tests.oracle.world import Row

# The dimension that a filter's field asks by.
DIMENSIONS = {
    "year": "YEAR",
    "fiscalPeriod": "FISCAL_PERIOD",
    "member": "MEMBER",
    "group": "GROUP",
    "sector": "SECTOR",
    "country": "COUNTRY",
    "category": "CATEGORY",
    "initiatives": "INITIATIVE",
    "valueChains": "VALUE_CHAIN",
    "verified": "VERIFIED",
}
# The columns of a group's key and their dimensions, in the order by which groups are sorted.
KEY = (
    ("year", "YEAR"),
    ("fiscal_label", "FISCAL_PERIOD"),
    ("sector", "SECTOR"),
    ("country", "COUNTRY"),
    ("category", "CATEGORY"),
    ("not_broken_down", "CATEGORY"),
    ("verified", "VERIFIED"),
    ("group_id", "GROUP"),
    ("organisation_id", "MEMBER"),
    ("initiative_id", "INITIATIVE"),
    ("value_chain_id", "VALUE_CHAIN"),
)
AUDIENCE_BITS = {PUBLIC: 1, CONSORTIUM: 2, OWNER: 4}
PLACES = Decimal("1E-12")


def avoided_emissions(ask: Ask, args: Mapping[str, Any]) -> dict[str, Any]:
    """The answer to `avoidedEmissions`."""
    where, asked = args.get("where"), dimensions(args.get("groupBy") or (), args.get("where"))
    day, known_at = ask.day(args.get("onDate")), ask.day(args.get("knownAt"))
    judged_now = [
        Row(figure.kind, {**figure.values, "reason": left_out(ask, figure, asked, day)})
        for figure in figures(ask, known_at)
    ]
    held = [figure for figure in judged_now if holds(ask, figure, where)]
    counted = [figure for figure in held if figure["reason"] is None]
    others = [f for f in held if f["reason"] is not None and not f["not_broken_down"]]
    grouped = sorted(set(args.get("groupBy") or ()))
    return {
        "groups": lambda ask, own: groups(ask, own, counted, others, grouped),
        "leftOut": Many("LeftOut", [Row("LeftOut", one.values) for one in others]),
    }


def dimensions(group_by: Iterable[str], where: Where | None) -> set[str]:
    """What a question groups or filters by."""
    return set(group_by) | _filtered(where)


def _filtered(where: Where | None) -> set[str]:
    found: set[str] = set()
    for name, value in (where or {}).items():
        if value is None:
            continue
        if name in DIMENSIONS:
            found.add(DIMENSIONS[name])
        for inner in value if name in {"and", "or"} else [value] if name == "not" else []:
            found |= _filtered(inner)
    return found


def figures(ask: Ask, known_at: date) -> list[Row]:
    """Every claim as it stands for the caller by what was known on a day."""
    rights = ask.principal.rights
    shared = Reader(CONSORTIUM if rights.is_member else PUBLIC)
    answer: list[Row] = []
    for organisation in ask.world.all("Organisation"):
        owner = ask.sees_whole(organisation.id, "CLAIMS")
        reader = Reader(OWNER, organisation.id) if owner else shared
        # Of the controllers' figures an owner sees what members see.
        above = judged(ask.world, Reader(CONSORTIUM) if owner else shared, known_at, ask.today)
        answer += [
            _figure(ask, outcome, reader, known_at, above)
            for outcome in judged(ask.world, reader, known_at, ask.today)
            if outcome.claim["organisation_id"] == organisation.id
        ]
    return answer


def _figure(
    ask: Ask, outcome: Outcome, reader: Reader, known_at: date, above: list[Outcome]
) -> Row:
    claim, whole = outcome.claim, outcome.whole
    was = as_it_was(ask.world, claim)
    cumulative = whole["kind"] == "CUMULATIVE"
    values = {
        "id": place(ask, outcome, reader, known_at),
        "claim_id": claim.id,
        "because_id": outcome.because,
        "organisation_id": claim["organisation_id"],
        "group_id": group_of(ask.world, claim, ask.today),
        "sector": was["sector"],
        "country": was["country"],
        "category": None if outcome.not_broken_down else claim["category"],
        "kind": claim["kind"],
        "since": whole["period_start"] if cumulative else None,
        # Figures whose start is unknown are no one series.
        "series_key": whole["reference"] if cumulative and not whole["period_start"] else "",
        "year": claim["year"],
        "fiscal_label": claim["fiscal_label"] or None,
        "verified": claim["verifier"] is not None,
        "not_broken_down": outcome.not_broken_down,
        "outcome": outcome,
        "shadows": shadows(ask.world, outcome, above),
        "covered": any(
            cover["covered_on"] <= known_at
            and (cover["ended_on"] is None or known_at < cover["ended_on"])
            for cover in ask.world.having("Cover", "claim_id", whole.id)
        ),
    }
    return Row("Contribution", values)


def place(ask: Ask, outcome: Outcome, reader: Reader, known_at: date) -> int:
    """Where the figure stands among equals: no rule decides that, so the kept rows do."""
    for kept in ask.world.having("Standing", "claim_id", outcome.claim.id):
        known = kept["known_from"] <= known_at and (
            kept["known_to"] is None or known_at < kept["known_to"]
        )
        same = kept["not_broken_down"] is outcome.not_broken_down
        if known and same and kept["audience"] & AUDIENCE_BITS[reader.audience]:
            return kept.id
    return 10**12 + outcome.claim.id


def left_out(ask: Ask, figure: Row, asked: set[str], day: date) -> str | None:
    """Why a figure does not count for the question; None if it does. The first reason stands."""
    outcome: Outcome = figure["outcome"]
    divided = bool(outcome.divides & asked)
    members_above = any(is_member(ask, organisation, day) for organisation in figure["shadows"])
    reasons = (
        (figure["covered"], "COVERED_BY_EFFECT"),
        (outcome.role == WHOLE and divided, "COUNTED_BY_PARTS"),
        (outcome.role == PART and not divided, "PART_OF_TOTAL"),
        (not is_member(ask, figure["organisation_id"], day), "NOT_A_MEMBER"),
        (members_above, "SUBSIDIARY_OF_COUNTED_PARENT"),
        ("YEAR" in asked and figure["year"] is None, "PERIOD_NOT_A_YEAR"),
    )
    return outcome.reason or next((reason for holds_, reason in reasons if holds_), None)


def is_member(ask: Ask, organisation: int, day: date) -> bool:
    """Whether an organisation is a member on a day."""
    return any(
        one["status"] == "MEMBER" and holds_on(day, one["starts_on"], one["ends_on"])
        for one in ask.world.having("Membership", "organisation_id", organisation)
    )


def keys_of(ask: Ask, figure: Row, grouped: list[str]) -> list[tuple[Any, ...]]:
    """The keys of the groups that a figure is in: several where it has several links."""
    claim = ask.world.get("Claim", figure["claim_id"])
    assert claim is not None
    choices: list[list[Any]] = []
    for column, dimension in KEY:
        found: list[Any] = [None]
        if dimension in grouped:
            match column:
                case "initiative_id":
                    found = [*links(ask.world, "ClaimInitiative", claim, column)] or [None]
                case "value_chain_id":
                    found = [*links(ask.world, "ClaimValueChain", claim, column)] or [None]
                case _:
                    found = [figure[column]]
        choices.append(found)
    keys: list[tuple[Any, ...]] = [(figure["kind"], figure["since"], figure["series_key"])]
    for found in choices:
        keys = [(*key, value) for key in keys for value in found]
    return keys


def groups(
    ask: Ask, args: Mapping[str, Any], counted: list[Row], others: list[Row], grouped: list[str]
) -> list[Row]:
    """The totals, in the order asked for."""
    members: dict[tuple[Any, ...], list[Row]] = {}
    for figure in counted:
        for key in keys_of(ask, figure, grouped):
            members.setdefault(key, []).append(figure)
    # Unknown comes last in every column.
    keys = sorted(members, key=lambda key: [(value is None, value or 0) for value in key])
    left = [(figure, keys_of(ask, figure, grouped)) for figure in others]
    rows = [
        Row(
            "AvoidedEmissionsGroup",
            {
                "id": at,
                "key": dict(zip(("kind", "since", "series_key", *dict(KEY)), key, strict=True)),
                "figures": members[key],
                "left_out": [figure for figure, its in left if key in its],
            },
        )
        for at, key in enumerate(keys, 1)
    ]
    answer = ordered(ask, "AvoidedEmissionsGroup", rows, args.get("orderBy"))
    return answer[: 1000 if args.get("first") is None else args["first"]]


def _sum(figures: list[Row], name: str) -> Mass | None:
    """The sum; unknown as soon as one figure is."""
    values = [getattr(figure["outcome"].quantity, name) for figure in figures]
    return None if None in values else Mass(total(values))


def _total(_: Ask, group: Row) -> dict[str, Any]:
    figures = group["figures"]
    low, high = _sum(figures, "low"), _sum(figures, "high")
    bounds = {figure["outcome"].quantity.bound for figure in figures}
    if low is not None and high is not None:
        bound = "APPROXIMATE" if "APPROXIMATE" in bounds else "EXACT"
    else:  # without an upper end it is a minimum, without a lower one a maximum
        bound = "AT_LEAST" if low else "AT_MOST" if high else "APPROXIMATE"
    return {"value": _sum(figures, "value"), "low": low, "high": high, "bound": bound}


def _verified_share(_: Ask, group: Row) -> Decimal | None:
    whole = _sum(group["figures"], "value")
    if whole is None or whole.kg == 0:
        return None
    verified = _sum([figure for figure in group["figures"] if figure["verified"]], "value")
    assert verified is not None
    share = EXACT.divide(verified.kg, whole.kg)
    return share.quantize(PLACES, rounding=ROUND_HALF_UP, context=EXACT)


def _key(ask: Ask, group: Row) -> dict[str, Any]:
    key = group["key"]
    world = ask.world
    return {
        "kind": key["kind"],
        "since": key["since"],
        "year": key["year"],
        "fiscalPeriod": key["fiscal_label"],
        "member": world.get("Organisation", key["organisation_id"]),
        "group": world.get("Organisation", key["group_id"]),
        "sector": key["sector"],
        "country": key["country"],
        "category": key["category"],
        "notBrokenDown": bool(key["not_broken_down"]),
        "initiative": world.get("Initiative", key["initiative_id"]),
        "valueChain": world.get("ValueChain", key["value_chain_id"]),
        "verified": key["verified"],
    }


def _counted(_: Ask, figure: Row) -> dict[str, Any]:
    quantity = figure["outcome"].quantity
    masses = {
        name: None if (kg := getattr(quantity, name)) is None else Mass(kg)
        for name in ("value", "low", "high")
    }
    return {**masses, "bound": quantity.bound}


_FILTERED: dict[str, Read] = {
    "kind": lambda _, row: row["kind"],
    "year": lambda _, row: row["year"],
    "fiscalPeriod": lambda _, row: row["fiscal_label"],
    "sector": lambda _, row: row["sector"],
    "country": lambda _, row: row["country"],
    "category": lambda _, row: row["category"],
    "verified": lambda _, row: row["verified"],
    "counted": _counted,
}
_ONE = {
    "member": up("Organisation", "organisation_id"),
    "group": up("Organisation", "group_id"),
    "claim": up("Claim", "claim_id"),
    "because": up("Claim", "because_id"),
}


def _of_claim(name: str) -> Any:
    def found(ask: Ask, row: Row, args: Mapping[str, Any]) -> list[Row]:
        claim = ask.world.get("Claim", row["claim_id"])
        assert claim is not None
        return KINDS["Claim"].many[name](ask, claim, args)

    return found


_MANY = {name: _of_claim(name) for name in ("initiatives", "valueChains")}
TOTAL_KINDS = {
    "Contribution": Kind(
        _FILTERED | {"notBrokenDown": lambda _, row: row["not_broken_down"]},
        _ONE,
        _MANY,
        {"VALUE": lambda _, row: row["outcome"].quantity.value},
    ),
    "LeftOut": Kind(_FILTERED | {"reason": lambda _, row: row["reason"]}, _ONE, _MANY),
    "AvoidedEmissionsGroup": Kind(
        {
            "key": _key,
            "total": _total,
            "claims": lambda _, row: len(row["figures"]),
            "verifiedShare": _verified_share,
        },
        many={
            "contributions": lambda _, row, __: row["figures"],
            "leftOut": lambda _, row, __: [Row("LeftOut", one.values) for one in row["left_out"]],
        },
        orders={
            "KEY": lambda _, row: row.id,
            "VALUE": lambda _, row: _sum(row["figures"], "value"),
        },
    ),
}
KINDS.update(TOTAL_KINDS)
