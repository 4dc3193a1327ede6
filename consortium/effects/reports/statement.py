"""A statement of an effect on one page: the figure, and what the guidance asks to be said with it.

It says what was computed, not that anybody assessed it: an effect is no claim.
"""

from collections.abc import Mapping
from decimal import Decimal
from pathlib import Path
from typing import Any, Final

from consortium.documents.pdf import pdf_of
from consortium.effects.reports.telling import (
    NOT_INVENTORY,
    SPECIFICITIES,
    TIMEFRAMES,
    chains,
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
NOT_ASSESSED: Final = (
    "This is the result of a computation. No gate of the guidance was assessed by it, and it is not"
    " assured."
)


def effect_statement(effect: Mapping[str, Any], fonts: Path | None = None) -> bytes:
    """The PDF of an effect, as `schema.graphql` shows it, with masses in kg CO2e as decimals.

    The same effect and fonts give the same bytes.
    """
    return pdf_of(TEMPLATE, _told(effect), fonts)


def wording(effect: Mapping[str, Any]) -> str:
    """What a communicator may say."""
    solution, avoided = effect["solution"], Decimal(effect["avoided"])
    mass = tonnes(abs(avoided))
    life = "over their whole life" if effect["timeframe"] == "FORWARD_LOOKING" else "in that year"
    counted = "units sold in" if effect["timeframe"] == "FORWARD_LOOKING" else "units in use in"
    what = f"{cut(solution['name'])} ({counted} {period(effect)}, {life}, {effect['geography']})"
    scenario = cut(effect["referenceScenario"]["description"].rstrip("."))
    if avoided < 0:
        return f"{what} is estimated to cause {mass} CO2e more than the reference: {scenario}."
    return f"{what} is estimated to avoid {mass} CO2e against the reference: {scenario}."


def _told(effect: Mapping[str, Any]) -> dict[str, Any]:
    solution, scenario = effect["solution"], effect["referenceScenario"]
    comparison = effect["comparison"]
    unit = solution["unit"]
    facts = [
        ("Avoided emissions", f"{exact(effect['avoided'])} kg CO2e"),
        ("Of the reference", f"{exact(effect['referenceEmissions'])} kg CO2e"),
        ("Of the solution", f"{exact(effect['solutionEmissions'])} kg CO2e"),
        ("Timeframe", TIMEFRAMES[effect["timeframe"]]),
        ("Period and place", f"{period(effect)}, {effect['geography']}"),
        (f"Units ({unit})", units(effect)),
        ("Functional unit", f"{solution['functionalUnit']}; {solution['lifetimeYears']} years"),
        ("Reference", f"{word(scenario['basis'])}: {scenario['description']}"),
        ("Why this reference", scenario["reason"]),
        ("Boundary", f"{comparison['boundary']}; {word(comparison['accounting']).lower()}"),
        ("Rebound", f"{percent(comparison['rebound'])}: {comparison['reboundReason']}"),
        ("GWP values", f"GWP100 of the IPCC's {comparison['gwpSet']}"),
        ("Specificity, lowest", SPECIFICITIES[effect["specificity"]]),
        ("Uncertainty (95 %)", _uncertainty(effect)),
        ("Computed of value chains", chains(effect)),
        ("Sources", sources(effect)),
    ]
    return {
        "kind": "Statement of avoided emissions, not assessed",
        "title": cut(solution["name"]),
        "subtitle": f"{cut(solution['organisation']['name'])}; effect {effect['reference']} of"
        f" solution {solution['reference']}",
        "wording": wording(effect),
        "facts": [(name, cut(text)) for name, text in facts if text],
        "disclosures": [NOT_INVENTORY, NOT_ASSESSED, _of_chain(effect)],
        "footer": f"{effect['id']}, version {effect['version']}; reference scenario"
        f" {scenario['reference']} edition {scenario['edition']}; comparison"
        f" {comparison['reference']} edition {comparison['edition']}; computed"
        f" {effect['computedAt']}.",
    }


def _of_chain(effect: Mapping[str, Any]) -> str:
    chain = effect["valueChain"]
    of = f" of the value chain {cut(chain['name'])}" if chain else ""
    return (
        f"The figure is the whole effect{of}. What of it is one organisation's is its share alone;"
        " whoever states the figure says which share is its own."
    )


def _uncertainty(effect: Mapping[str, Any]) -> str:
    given = effect["uncertainty"]
    if given is None:
        return "Not known"
    fraction = Decimal(given)
    sign = "; the sign is not established" if fraction >= 1 else ""
    return f"plus or minus {percent(given)}{sign}"
