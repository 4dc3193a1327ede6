"""A statement of an assessed claim: what may be said, what it stands on, what must be said with it.

It holds what the caller may see of the claim, no more. Whatever is not in force says so across the
page, and its wording is not offered for use.
"""

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal, localcontext
from pathlib import Path
from typing import Any, Final

from consortium.documents.pdf import pdf_of
from consortium.effects.reports.telling import (
    NOT_INVENTORY,
    SPECIFICITIES,
    TIMEFRAMES,
    cut,
    exact,
    percent,
    period,
    sources,
    tonnes,
    units,
    word,
)

TEMPLATE: Final = Path(__file__).with_name("statement.typ")
EVIDENCE_MAX: Final = 12
FACT_MAX: Final = 200
# Digits of a product of a mass and an uncertainty: both are decimals of the database.
_DIGITS: Final = 200

_BANNERS: Final = {
    "DRAFT": "DRAFT",
    "SUBMITTED": "NOT PUBLISHED",
    "IN_REVIEW": "NOT PUBLISHED",
    "CLARIFICATION": "NOT PUBLISHED",
    "ACCEPTED": "NOT PUBLISHED",
    "REJECTED": "REJECTED",
    "DISCARDED": "DISCARDED",
    "EXPIRED": "EXPIRED",
    "WITHDRAWN": "WITHDRAWN",
    "RESTATED": "RESTATED",
}
_IN_WORK: Final = frozenset({"DRAFT", "SUBMITTED", "IN_REVIEW", "CLARIFICATION", "ACCEPTED"})
_ASSURED: Final = {
    "LIMITED": "limited assurance: nothing was found that speaks against it",
    "REASONABLE": "reasonable assurance: it was examined, and is right in all that matters",
}
OF_OTHERS: Final = (
    "Others in the chain contribute to the effect. What is claimed here is what is stated as this"
    " organisation's; claims of several organisations are not added up by hand, since they may"
    " share one effect."
)
TIMES: Final = "Forward-looking and year-on-year figures are never added to one another."
NOT_FIXED: Final = "Fixed when the claim is submitted"
NOT_SHOWN: Final = "Known to the claimant, its assurers and the secretariat alone"


def claim_statement(claim: Mapping[str, Any], today: date, fonts: Path | None = None) -> bytes:
    """The PDF of a claim, as `schema.graphql` shows it to its reader, masses in kg CO2e.

    The same claim, day and fonts give the same bytes.
    """
    return pdf_of(TEMPLATE, told(claim, today), fonts)


def banner(claim: Mapping[str, Any], today: date) -> str | None:
    """What stands across the page of what is not in force; None: it is published and holds."""
    if claim["status"] != "PUBLISHED":
        return _BANNERS[claim["status"]]
    # The calendar ends a claim in the night; a page that is made before does not wait for it.
    ends = claim["expiresOn"]
    return "EXPIRED" if ends is not None and date.fromisoformat(ends) <= today else None


def told(claim: Mapping[str, Any], today: date) -> dict[str, Any]:
    """What the page holds."""
    across = banner(claim, today)
    guidance, effect = claim["guidanceVersion"], claim["effect"]
    facts = [
        ("Claimant", claim["organisation"]["name"]),
        *_figures(claim),
        *_of_effect(claim, effect),
        ("Guidance", _guidance(guidance)),
        ("Gates", _gates(claim["gates"], today)),
        ("Assurance", _assurance(claim)),
        ("In force", _in_force(claim, today)),
        ("Takes the place of", _others([claim["restates"]] if claim["restates"] else [])),
        ("Restated by", _others(claim["restatedBy"])),
        ("Sources", _sources(guidance, effect)),
    ]
    return {
        "kind": "Statement of avoided emissions, assessed under a guidance",
        "title": cut(f"Avoided emissions: {_subject(claim)}"),
        "subtitle": f"{cut(claim['organisation']['name'])}; claim {claim['reference']}",
        "banner": across,
        "notice": _notice(claim, across),
        "wording_is": "Wording that may be used"
        if across is None
        else "Wording of the claim: it may not be used",
        "wording": claim["statement"],
        "facts": [(name, cut(text, FACT_MAX)) for name, text in facts if text],
        "disclosures": [NOT_INVENTORY, OF_OTHERS, TIMES, _method(effect)],
        "evidence": _evidence(claim["evidence"]),
        "footer": f"{claim['id']}, version {claim['version']}, as it was on {today}.",
    }


def _subject(claim: Mapping[str, Any]) -> str:
    effect = claim["effect"]
    return str(claim["reference"] if effect is None else effect["solution"]["name"])


def _notice(claim: Mapping[str, Any], across: str | None) -> str | None:
    if across is None:
        return (
            "Shown to members of the consortium alone: not for the public."
            if claim["visibility"] == "CONSORTIUM"
            else None
        )
    if claim["status"] in _IN_WORK or claim["publishedOn"] is None:
        return f"{across}: {_never(claim['status'])} It may not be used as a claim."
    return f"{across}: no longer in force. It may not be used as a claim any more."


def _never(status: str) -> str:
    if status == "DRAFT":
        return "not submitted, not reviewed and not published."
    if status in _IN_WORK:
        return f"its status is {word(status).lower()}; it is not published."
    return "it was never published."


def _figures(claim: Mapping[str, Any]) -> list[tuple[str, str]]:
    mass = claim["claim"]
    if mass is None:
        return [("Claimed", NOT_FIXED)]
    figure = f"{exact(mass)} kg CO2e (about {tonnes(Decimal(mass))})"
    if Decimal(mass) < 0:
        figure += "; below zero: the solution emits more than the reference"
    return [
        ("Claimed", figure),
        ("Part of the effect", _part(claim["basis"])),
        ("Overlap with others", _overlap(claim)),
        ("Uncertainty (95 %)", _interval(Decimal(mass), claim["uncertainty"])),
        ("Timeframe", TIMEFRAMES[claim["timeframe"]]),
        ("Year", str(claim["year"])),
        ("Specificity, lowest", SPECIFICITIES[claim["specificity"]]),
    ]


def _part(basis: Mapping[str, Any] | None) -> str:
    if basis is None or basis["effectMass"] is None:
        return NOT_SHOWN
    whole = f"{exact(basis['effectMass'])} kg CO2e"
    if basis["share"] is None:
        return (
            f"Joint, undivided: the remainder of {percent(basis['remainderShare'])} of {whole}."
            " Each joint contributor claims the same remainder, which counts once"
        )
    return f"{percent(basis['share'])} of {whole}"


def _overlap(claim: Mapping[str, Any]) -> str:
    kept = claim["kept"]
    if kept is None:
        return ""
    if Decimal(kept) == 1:
        return "None is deducted"
    with localcontext() as context:
        context.prec = _DIGITS
        counts = Decimal(claim["claim"]) * Decimal(kept)
        deducted = 1 - Decimal(kept)
    return (
        f"{percent(deducted)} is deducted, as a reviewer decided: it counts in another effect."
        f" {exact(str(counts))} kg CO2e counts in totals"
    )


def _interval(mass: Decimal, uncertainty: str | None) -> str:
    if uncertainty is None:
        return "Not known"
    with localcontext() as context:
        context.prec = _DIGITS
        half = abs(mass) * Decimal(uncertainty)
        low, high = mass - half, mass + half
    sign = ". The sign is not established: the interval contains zero" if low <= 0 <= high else ""
    return f"{low:,f} to {high:,f} kg CO2e (plus or minus {percent(uncertainty)}){sign}"


def _of_effect(claim: Mapping[str, Any], effect: Mapping[str, Any] | None) -> list[tuple[str, str]]:
    """What the claim is of, where the effect is shown to the reader."""
    if effect is None:
        return [("Effect", "Not shown: its owner keeps it private")]
    solution, scenario = effect["solution"], effect["referenceScenario"]
    comparison, chain = effect["comparison"], effect["valueChain"]
    draft = claim["claim"] is None
    return [
        (
            "Effect",
            f"{effect['reference']} of solution {solution['reference']}, {solution['name']}",
        ),
        *([("Timeframe", TIMEFRAMES[effect["timeframe"]])] if draft else []),
        ("Period and place", f"{period(effect)}, {effect['geography']}"),
        ("Value chain", chain["name"] if chain else ""),
        (f"Units ({solution['unit']})", units(effect)),
        ("Functional unit", f"{solution['functionalUnit']}; {solution['lifetimeYears']} years"),
        ("Reference", f"{word(scenario['basis'])}: {scenario['description']}"),
        ("Why this reference", scenario["reason"]),
        ("Rebound", f"{percent(comparison['rebound'])}: {comparison['reboundReason']}"),
    ]


def _guidance(version: Mapping[str, Any]) -> str:
    edition = f", {version['edition']}" if version["edition"] else ""
    return f"{version['title']}{edition}, {version['publisher']} ({version['reference']})"


def _gates(gates: Sequence[Mapping[str, Any]], today: date) -> str:
    return "; ".join(
        f"{one['gate']['title']}: {_gate(one, today)}"
        for one in sorted(gates, key=lambda one: one["position"])
    )


def _gate(gate: Mapping[str, Any], today: date) -> str:
    ends = gate["expiresOn"]
    match gate["outcome"]:
        case None:
            return "not reviewed"
        case "PASSED" if ends is not None and date.fromisoformat(ends) <= today:
            return f"passed on {gate['reviewedOn']}, over since {ends}"
        case "PASSED":
            return f"passed on {gate['reviewedOn']}" + (f", until {ends}" if ends else "")
        case _:
            return f"failed on {gate['reviewedOn']}"


def _assurance(claim: Mapping[str, Any]) -> str:
    if claim["assuranceLevel"] is None:
        return "Not assured"
    body = claim["assuranceBody"]
    by = f"{body['name']}, " if body else ""
    return f"{by}{_ASSURED[claim['assuranceLevel']]} ({claim['assuredOn']})"


def _in_force(claim: Mapping[str, Any], today: date) -> str:
    since = claim["publishedOn"]
    if since is None:
        return "No: it is not published"
    if claim["endedOn"] is not None:
        because = f" ({claim['endedBecause']})" if claim["endedBecause"] else ""
        return f"From {since} to before {claim['endedOn']}{because}"
    ends = claim["expiresOn"]
    if ends is None:
        return f"Since {since}"
    if date.fromisoformat(ends) <= today:
        return f"From {since} to before {ends}: a gate is passed no longer"
    return f"Since {since}; a gate must be reviewed again before {ends}"


def _others(claims: Sequence[Mapping[str, Any]]) -> str:
    return "; ".join(
        f"claim {one['reference']} ({one['id']}, {word(one['status']).lower()})" for one in claims
    )


def _sources(guidance: Mapping[str, Any], effect: Mapping[str, Any] | None) -> str:
    of_guidance = guidance["source"]
    named = [] if of_guidance is None else [of_guidance["title"] or of_guidance["url"]]
    return "; ".join([*named, *([sources(effect)] if effect is not None else [])])


def _method(effect: Mapping[str, Any] | None) -> str:
    how = (
        "The figure is the life-cycle emissions of the reference minus those of the solution, for"
        " the same function"
    )
    if effect is None:
        return f"{how}."
    comparison = effect["comparison"]
    return (
        f"{how} ({word(comparison['accounting']).lower()}, {cut(comparison['boundary'])}, GWP100 of"
        f" the IPCC's {comparison['gwpSet']})."
    )


def _evidence(shown: Mapping[str, Any]) -> list[str]:
    nodes = [one for one in shown["nodes"] if one["removedOn"] is None]
    lines = [
        f"{one['criterion']['gate']['key']}, {one['criterion']['key']}: {word(one['kind'])},"
        f" {cut(one['title'], 120)}{_where(one)}"
        for one in nodes[:EVIDENCE_MAX]
    ]
    more = len(nodes) - EVIDENCE_MAX
    return [*lines, f"And {more} more."] if more > 0 else lines


def _where(shown: Mapping[str, Any]) -> str:
    if shown["document"] is not None:
        return (
            f" (file {cut(shown['document']['name'], 60)}, SHA-256 {shown['document']['sha256']})"
        )
    source = shown["source"]
    return f" ({cut(source['url'] or source['title'], 100)})" if source else ""
