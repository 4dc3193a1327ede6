"""A statement of an effect on one page: the figure, and what the guidance asks to be said with it.

It says what was computed, not that anybody assessed it: an effect is no claim.
"""

from collections.abc import Mapping
from decimal import Decimal, localcontext
from pathlib import Path
from typing import Any, Final

from consortium.documents.pdf import pdf_of

TEMPLATE: Final = Path(__file__).with_name("statement.typ")
# So long that a page holds all of them; the API has the rest.
_SHOWN_MAX: Final = 160
_TIMEFRAMES: Final = {
    "FORWARD_LOOKING": "Forward-looking: units sold in the year, over their whole life",
    "YEAR_ON_YEAR": "Year-on-year: all units in use in the year, in that year",
}
_SPECIFICITIES: Final = {
    "SPECIFIC": "Specific: of this product, plant or supplier",
    "REGIONAL": "Regional: averages of a region or a country",
    "GLOBAL_AVERAGE": "Global average: averages of the world",
}
NOT_INVENTORY: Final = (
    "Avoided emissions are not part of any greenhouse gas inventory. They are not subtracted from"
    " scopes 1, 2 and 3, count towards no inventory target, and offset nothing."
)
NOT_ASSESSED: Final = (
    "This is the result of a computation. No gate of the guidance was assessed by it, and it is not"
    " assured."
)


def effect_statement(effect: Mapping[str, Any]) -> bytes:
    """The PDF of an effect, as `schema.graphql` shows it, with masses in kg CO2e as decimals.

    The same effect gives the same bytes.
    """
    return pdf_of(TEMPLATE, _told(effect))


def wording(effect: Mapping[str, Any]) -> str:
    """What a communicator may say."""
    solution, avoided = effect["solution"], Decimal(effect["avoided"])
    mass = tonnes(abs(avoided))
    life = "over their whole life" if effect["timeframe"] == "FORWARD_LOOKING" else "in that year"
    counted = "units sold in" if effect["timeframe"] == "FORWARD_LOOKING" else "units in use in"
    what = f"{_cut(solution['name'])} ({counted} {_period(effect)}, {life}, {effect['geography']})"
    scenario = _cut(effect["referenceScenario"]["description"].rstrip("."))
    if avoided < 0:
        return f"{what} is estimated to cause {mass} CO2e more than the reference: {scenario}."
    return f"{what} is estimated to avoid {mass} CO2e against the reference: {scenario}."


def tonnes(kg: Decimal) -> str:
    """A mass for display, to three digits in tonnes; the exact one stands beside it."""
    with localcontext() as context:
        context.prec = 3
        shown = +(kg / 1000)
    return f"{shown:,f} t"


def _told(effect: Mapping[str, Any]) -> dict[str, Any]:
    solution, scenario = effect["solution"], effect["referenceScenario"]
    comparison = effect["comparison"]
    unit = solution["unit"]
    units = "; ".join(
        f"{one['soldYear']}: {one['units']}"
        + (f" ({one['retired']} retired)" if Decimal(one["retired"]) else "")
        for one in effect["cohorts"]
    )
    facts = [
        ("Avoided emissions", f"{_exact(effect['avoided'])} kg CO2e"),
        ("Of the reference", f"{_exact(effect['referenceEmissions'])} kg CO2e"),
        ("Of the solution", f"{_exact(effect['solutionEmissions'])} kg CO2e"),
        ("Timeframe", _TIMEFRAMES[effect["timeframe"]]),
        ("Period and place", f"{_period(effect)}, {effect['geography']}"),
        (f"Units ({unit})", units),
        ("Functional unit", f"{solution['functionalUnit']}; {solution['lifetimeYears']} years"),
        ("Reference", f"{_word(scenario['basis'])}: {scenario['description']}"),
        ("Why this reference", scenario["reason"]),
        ("Boundary", f"{comparison['boundary']}; {_word(comparison['accounting']).lower()}"),
        ("Rebound", f"{_percent(comparison['rebound'])}: {comparison['reboundReason']}"),
        ("GWP values", f"GWP100 of the IPCC's {comparison['gwpSet']}"),
        ("Specificity, lowest", _SPECIFICITIES[effect["specificity"]]),
        ("Uncertainty (95 %)", _uncertainty(effect)),
        ("Sources", _sources(effect)),
    ]
    return {
        "kind": "Statement of avoided emissions, not assessed",
        "title": _cut(solution["name"]),
        "subtitle": f"{_cut(solution['organisation']['name'])}; effect {effect['reference']} of"
        f" solution {solution['reference']}",
        "wording": wording(effect),
        "facts": [(name, _cut(text)) for name, text in facts],
        "disclosures": [NOT_INVENTORY, NOT_ASSESSED, _of_chain(effect)],
        "footer": f"{effect['id']}, version {effect['version']}; reference scenario"
        f" {scenario['reference']} edition {scenario['edition']}; comparison"
        f" {comparison['reference']} edition {comparison['edition']}; computed"
        f" {effect['computedAt']}.",
    }


def _of_chain(effect: Mapping[str, Any]) -> str:
    chain = effect["valueChain"]
    of = f" of the value chain {_cut(chain['name'])}" if chain else ""
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
    return f"plus or minus {_percent(given)}{sign}"


def _sources(effect: Mapping[str, Any]) -> str:
    cited = [effect["referenceScenario"]["source"], effect["referenceScenario"]["legalSource"]]
    for item in effect["comparison"]["items"]:
        series = item["factorSeries"]
        cited += [item["source"], series and series["source"]]
    told = [one["title"] or one["url"] for one in cited if one]
    return "; ".join(dict.fromkeys(told)) or "None stated"


def _period(effect: Mapping[str, Any]) -> str:
    start, end = effect["periodStart"], effect["periodEnd"]
    whole = start.endswith("-01-01") and end.endswith("-12-31") and start[:4] == end[:4]
    return str(start[:4]) if whole else f"{start} to {end}"


def _exact(text: str) -> str:
    return f"{Decimal(text):,f}"


def _percent(text: str) -> str:
    percent = Decimal(text) * 100
    return f"{percent.normalize():f} %"


def _word(word: str) -> str:
    return word.replace("_", " ").capitalize()


def _cut(text: str) -> str:
    return text if len(text) <= _SHOWN_MAX else text[: _SHOWN_MAX - 1] + "\u2026"
