"""Pledges and progress: claims are gathered one by one, and judged by the pure rules."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

from consortium.kernel.periods import year_of
from consortium.progress.rules.counting import Figure, Goal, judge
from consortium.progress.rules.vocabulary import NotCounted
from consortium.progress.rules.windows import (
    Span,
    missing,
    needed_from,
    path,
    per,
    share,
    years_between,
    years_of,
)
from tests.oracle.asking import Ask
from tests.oracle.assessed import published
from tests.oracle.judgement import PART
from tests.oracle.kinds import KINDS, SOURCE, Kind, Read, down, global_id, plain, up
from tests.oracle.plain import Mass, less, mass, total
from tests.oracle.totals import figures, is_member
from tests.oracle.world import Row


def _terms(ask: Ask, row: Row, known_at: date | None) -> dict[str, Any] | None:
    """What a pledge said on a day, or says now; None where it said nothing."""
    claim = ask.world.get("Claim", row["claim_id"])
    if claim is not None:
        if known_at is not None and known_at < claim["known_on"]:
            return None
        words = (claim[name] for name in ("as_published", "notes", "fiscal_label"))
        return {
            "statement": next(filter(None, words), None),
            "quantity": claim["value_kg_co2e"],
            "starts_on": claim["period_start"],
            "ends_on": claim["period_end"],
            "scope": None,
            "known_from": claim["known_on"],
            **{name: claim[name] for name in ("category", "methodology", "citation_id")},
        }
    for one in ask.world.having("PledgeTerms", "pledge_id", row.id):
        if _holds(one, known_at):
            return {
                **one.values,
                "quantity": one["quantity_kg_co2e"],
                "scope": one["scope"] or None,
            }
    return None


def _holds(terms: Row, known_at: date | None) -> bool:
    if known_at is None:
        return terms["known_to"] is None
    ended: date | None = terms["known_to"]
    begun: date = terms["known_from"]
    return begun <= known_at and (ended is None or known_at < ended)


def _said(name: str) -> Read:
    def read(ask: Ask, row: Row) -> Any:
        terms = _terms(ask, row, None)
        assert terms is not None
        return Mass(terms[name]) if name == "quantity" else terms[name]

    return read


def _visibility(ask: Ask, row: Row) -> Any:
    claim = ask.world.get("Claim", row["claim_id"])
    return row["visibility"] if claim is None else claim["visibility"]


def _source(ask: Ask, row: Row, _: Mapping[str, Any]) -> list[Row]:
    terms = _terms(ask, row, None)
    found = terms and ask.world.get("Source", terms["citation_id"])
    return [found] if found else []


def _of_pledge(ask: Ask, row: Row, args: Mapping[str, Any]) -> list[Row]:
    terms = _terms(ask, row, ask.day(args.get("knownAt")))
    if terms is None:
        return []
    names = ("starts_on", "ends_on", "category", "methodology")
    goal = Goal(terms["quantity"], *(terms[name] for name in names))
    owner = row["organisation_id"]
    return [_progress(ask, goal, args, lambda claim: claim["organisation_id"] == owner)]


def _of_target(ask: Ask, row: Row, args: Mapping[str, Any]) -> list[Row]:
    quantity, year = row["quantity_kg_co2e"], row["target_year"]
    if quantity is None or quantity <= 0 or year is None:
        return []
    initiative = row["initiative_id"]

    def linked(one: Row) -> bool:
        effect = "effect_id" in one.values
        kind, column = (
            ("EffectInitiative", "effect_id") if effect else ("ClaimInitiative", "claim_id")
        )
        links = ask.world.having(kind, column, one[column])
        return any(link["initiative_id"] == initiative for link in links)

    goal = Goal(quantity, None, date(year, 12, 31))
    return [_progress(ask, goal, args, linked, members=True)]


def _progress(
    ask: Ask, goal: Goal, args: Mapping[str, Any], belongs: Any, *, members: bool = False
) -> Row:
    on, known_at = ask.day(args.get("onDate")), ask.day(args.get("knownAt"))
    basis = str(args.get("basis") or "DISCLOSED")
    find = _disclosed if basis == "DISCLOSED" else _assessed
    rows = find(ask, goal, (on, known_at), belongs, members)
    counted = [row for row in rows if row["reason"] is None]
    achieved = total([row["value"] for row in counted]) if counted else None
    anchor = min((row["starts_on"] for row in counted), default=None)
    first = goal.starts_on or min(anchor or date.max, date(on.year, 1, 1))
    window = Span(first, goal.ends_on)
    years = years_of(anchor or first, window) if first <= goal.ends_on else []
    coming = needed_from(years, on)
    values = {
        "id": 1,
        "basis": basis,
        "on": on,
        "goal": goal,
        "achieved": achieved,
        "coming": coming,
        "left": years_between(coming, goal.ends_on) if coming else Decimal(0),
        "years": years if goal.starts_on else [],
        "counted": counted,
        "others": [row for row in rows if row["reason"] is not None],
    }
    return Row("Progress", values)


def _row(
    key: int, span: Span | tuple[Any, Any], value: Any, reason: str | None, **more: Any
) -> Row:
    values = {"id": key, "starts_on": span[0], "ends_on": span[1], "value": value}
    known: dict[str, Any] = {"claim_id": None, "assessed_id": None, "because_id": None}
    return Row("ProgressPeriod", {**values, "reason": reason, **known, **more})


def _disclosed(
    ask: Ask, goal: Goal, days: tuple[date, date], belongs: Any, members: bool
) -> list[Row]:
    on, known_at = days
    found: list[Figure] = []
    claims: dict[int, Row] = {}
    for one in figures(ask, known_at):
        claim = ask.world.get("Claim", one["claim_id"])
        assert claim is not None
        if one["not_broken_down"] or claim["record_type"] == "TARGET":
            continue
        if not belongs(Row("Claim", {"claim_id": claim.id, **claim.values})):
            continue
        claims[one.id] = claim
        found.append(
            Figure(
                one.id,
                claim["organisation_id"],
                claim["period_start"],
                claim["period_end"],
                one["outcome"].quantity.value,
                claim["known_on"],
                claim["category"],
                claim["methodology"],
                claim["method_change_from_id"] is not None,
                claim["kind"] == "YEAR_ON_YEAR",
                _standing(ask, one, on, members=members)
                if claim["kind"] == "YEAR_ON_YEAR"
                else None,
            )
        )
    return [
        _row(
            one.figure.key,
            (one.figure.starts_on, one.figure.ends_on),
            one.figure.value,
            one.reason,
            organisation_id=one.figure.organisation_id,
            claim_id=claims[one.figure.key].id,
            because_id=None if one.because is None else claims[one.because].id,
        )
        for one in judge(goal, found, on)
    ]


def _standing(ask: Ask, one: Row, on: date, *, members: bool) -> NotCounted | None:
    """Why a figure of one year is in no sum, whatever the target."""
    outcome = one["outcome"]
    if outcome.reason is not None:
        return NotCounted(outcome.reason)
    if outcome.role == PART:
        return NotCounted.PART_OF_TOTAL
    if members and not is_member(ask, one["organisation_id"], on):
        return NotCounted.NOT_A_MEMBER
    if members and any(is_member(ask, above, on) for above in one["shadows"]):
        return NotCounted.SUBSIDIARY_OF_COUNTED_PARENT
    return None


def _assessed(
    ask: Ask, goal: Goal, days: tuple[date, date], belongs: Any, members: bool
) -> list[Row]:
    on, known_at = days
    answer: list[Row] = []
    remainders: set[int] = set()
    # As restated last first, and the larger remainder: that one counts.
    claims = sorted(
        published(ask, known_at), key=lambda c: (-c["effect_id"], -abs(c["claimed"]), c.id)
    )
    for one in claims:
        span = Span(date(one["year"], 1, 1), date(one["year"], 12, 31))
        begun = goal.starts_on is None or goal.starts_on <= span.ends_on
        if not (belongs(one) and begun and span.starts_on <= goal.ends_on):
            continue
        joint = one["own"] is None
        reason = _of_assessed(ask, goal, one, span, on, members=members)
        if reason is None and joint:
            if one["origin_id"] in remainders:
                reason = NotCounted.COUNTED_ONCE
            remainders.add(one["origin_id"])
        answer.append(
            _row(
                one.id,
                span,
                one["joint"] if joint else one["own"],
                reason,
                organisation_id=None if joint and members else one["organisation_id"],
                assessed_id=one["claim_id"],
            )
        )
    return answer


def _of_assessed(
    ask: Ask, goal: Goal, one: Row, span: Span, on: date, *, members: bool
) -> NotCounted | None:
    outside = goal.starts_on is not None and span.starts_on < goal.starts_on
    reasons = (
        (one["timeframe"] != "YEAR_ON_YEAR", NotCounted.NOT_YEAR_ON_YEAR),
        (not members and one["own"] is None, NotCounted.JOINT),
        (members and not is_member(ask, one["organisation_id"], on), NotCounted.NOT_A_MEMBER),
        (outside or span.ends_on > goal.ends_on, NotCounted.OUTSIDE_WINDOW),
        (span.ends_on > on, NotCounted.NOT_OVER),
    )
    return next((reason for holds, reason in reasons if holds), None)


def _remaining(row: Row) -> Decimal | None:
    return None if row["achieved"] is None else less(row["goal"].quantity, [row["achieved"]])


def _years(row: Row) -> Decimal | None:
    goal = row["goal"]
    return None if goal.starts_on is None else years_between(goal.starts_on, goal.ends_on)


def _mean(_: Ask, row: Row) -> Mass | None:
    years = _years(row)
    return None if years is None else Mass(per(row["goal"].quantity, years))


def _needed(_: Ask, row: Row) -> Mass | None:
    remaining = _remaining(row)
    if remaining is None or not row["left"]:
        return None
    return Mass(per(max(remaining, Decimal(0)), row["left"]))


def _spans(_: Ask, row: Row, __: Mapping[str, Any]) -> list[Row]:
    told = [Span(one["starts_on"], one["ends_on"]) for one in row["counted"]]
    return [
        Row("ProgressGap", {"id": at, "starts_on": gap.starts_on, "ends_on": gap.ends_on})
        for at, gap in enumerate(missing(row["years"], told, row["on"]))
    ]


def _path(_: Ask, row: Row, __: Mapping[str, Any]) -> list[Row]:
    steps: list[Row] = []
    for at, step in enumerate(path(row["goal"].quantity, row["years"])):
        begun, ended = step.span
        achieved = [one["value"] for one in row["counted"] if begun <= one["ends_on"] <= ended]
        values = {"id": at, "starts_on": begun, "ends_on": ended}
        values |= {"needed": step.needed, "by_then": step.needed_by_then}
        values["achieved"] = total(achieved) if achieved else None
        steps.append(Row("ProgressStep", values))
    return steps


def _contributions(_: Ask, row: Row, __: Mapping[str, Any]) -> list[Row]:
    found: dict[int, list[Row]] = {}
    for one in row["counted"]:
        found.setdefault(one["organisation_id"] or 0, []).append(one)
    return [
        Row(
            "ProgressContribution",
            {
                "id": key,
                "organisation_id": key or None,
                "claims": len(rows),
                "value": total([one["value"] for one in rows]),
            },
        )
        for key, rows in found.items()
    ]


def _left_out(_: Ask, row: Row, __: Mapping[str, Any]) -> list[Row]:
    return [Row("ProgressLeftOut", one.values) for one in row["others"]]


def _calendar_year(_: Ask, row: Row) -> int | None:
    return year_of(row["starts_on"], row["ends_on"])


_SPAN: dict[str, Read] = plain("starts_on", "ends_on") | {"year": _calendar_year}
_BY_DAY: dict[str, Read] = {"STARTS_ON": lambda _, row: row["starts_on"]}
_WHOSE = {
    "organisation": up("Organisation", "organisation_id"),
    "claim": up("Claim", "claim_id"),
    "assessedClaim": up("AssessedClaim", "assessed_id"),
}

KINDS |= {
    "Pledge": Kind(
        global_id("pledge")
        | plain("reference", "version", "withdrawn_on", "withdrawn_because", "recorded_at")
        | {"visibility": _visibility, "disclosed": lambda _, row: row["claim_id"] is not None}
        | {
            camel: _said(name)
            for camel, name in (
                ("statement", "statement"),
                ("quantity", "quantity"),
                ("startsOn", "starts_on"),
                ("endsOn", "ends_on"),
                ("category", "category"),
                ("methodology", "methodology"),
                ("scope", "scope"),
                ("knownFrom", "known_from"),
            )
        },
        {
            "organisation": up("Organisation", "organisation_id"),
            "claim": up("Claim", "claim_id"),
            "source": _source,
            "progress": _of_pledge,
        },
        {"terms": down("PledgeTerms", "pledge_id")},
        {"ENDS_ON": _said("ends_on"), "QUANTITY": _said("quantity")},
    ),
    "PledgeTerms": Kind(
        plain("number", "statement", "starts_on", "ends_on", "category", "methodology")
        | plain("known_from", "known_to")
        | {
            "scope": lambda _, row: row["scope"] or None,
            "quantity": lambda _, row: Mass(row["quantity_kg_co2e"]),
        },
        {"source": SOURCE},
        orders={"NUMBER": lambda _, row: row["number"]},
        default_order=("NUMBER",),
    ),
    "Progress": Kind(
        {
            "basis": lambda _, row: row["basis"],
            "onDate": lambda _, row: row["on"],
            "startsOn": lambda _, row: row["goal"].starts_on,
            "endsOn": lambda _, row: row["goal"].ends_on,
            "quantity": lambda _, row: Mass(row["goal"].quantity),
            "achieved": lambda _, row: mass(row["achieved"]),
            "share": lambda _, row: (
                row["achieved"] and share(row["achieved"], row["goal"].quantity)
            ),
            "remaining": lambda _, row: mass(_remaining(row)),
            "years": lambda _, row: _years(row),
            "meanPerYear": _mean,
            "neededFrom": lambda _, row: row["coming"],
            "yearsLeft": lambda _, row: row["left"],
            "neededPerYear": _needed,
        },
        many={
            "periods": lambda _, row, __: row["counted"],
            "leftOut": _left_out,
            "missing": _spans,
            "path": _path,
            "contributions": _contributions,
        },
    ),
    "ProgressPeriod": Kind(
        _SPAN | {"quantity": lambda _, row: Mass(row["value"])},
        _WHOSE,
        orders=_BY_DAY,
        default_order=("STARTS_ON",),
    ),
    "ProgressLeftOut": Kind(
        {"reason": lambda _, row: row["reason"]},
        _WHOSE | {"because": up("Claim", "because_id")},
    ),
    "ProgressGap": Kind(_SPAN, orders=_BY_DAY, default_order=("STARTS_ON",)),
    "ProgressStep": Kind(
        _SPAN
        | {
            "needed": lambda _, row: Mass(row["needed"]),
            "neededByThen": lambda _, row: Mass(row["by_then"]),
            "achieved": lambda _, row: mass(row["achieved"]),
        },
        orders=_BY_DAY,
        default_order=("STARTS_ON",),
    ),
    "ProgressContribution": Kind(
        {"quantity": lambda _, row: Mass(row["value"]), "claims": lambda _, row: row["claims"]},
        {"organisation": up("Organisation", "organisation_id")},
    ),
}

TARGET = KINDS["InitiativeTarget"]
KINDS["InitiativeTarget"] = replace(TARGET, one={**TARGET.one, "progress": _of_target})
WHOSE = KINDS["Organisation"]
KINDS["Organisation"] = replace(
    WHOSE, many={**WHOSE.many, "pledges": down("Pledge", "organisation_id")}
)
