"""How reports tell figures, periods and sources: exact or rounded for display, never for sums."""

from collections.abc import Mapping
from decimal import Decimal, localcontext
from typing import Any, Final

TIMEFRAMES: Final = {
    "FORWARD_LOOKING": "Forward-looking: units sold in the year, over their whole life",
    "YEAR_ON_YEAR": "Year-on-year: all units in use in the year, in that year",
}
SPECIFICITIES: Final = {
    "SPECIFIC": "Specific: of this product, plant or supplier",
    "REGIONAL": "Regional: averages of a region or a country",
    "GLOBAL_AVERAGE": "Global average: averages of the world",
}
NOT_INVENTORY: Final = (
    "Avoided emissions are not part of any greenhouse gas inventory. They are not subtracted from"
    " scopes 1, 2 and 3, count towards no inventory target, and offset nothing."
)
# So long that a page holds all of them; the API has the rest.
SHOWN_MAX: Final = 160


def tonnes(kg: Decimal) -> str:
    """A mass for display, to three digits in tonnes; the exact one stands beside it."""
    with localcontext() as context:
        context.prec = 3
        shown = +(kg / 1000)
    return f"{shown:,f} t"


def exact(text: str) -> str:
    """A number as it is, its thousands set apart."""
    return f"{Decimal(text):,f}"


def percent(text: str | Decimal) -> str:
    """A fraction in per cent, exactly."""
    return f"{(Decimal(text) * 100).normalize():f} %"


def word(text: str) -> str:
    """A word of a vocabulary as people write it."""
    return text.replace("_", " ").capitalize()


def cut(text: str, most: int = SHOWN_MAX) -> str:
    """The text, or as much of it as there is room for."""
    return text if len(text) <= most else text[: most - 1] + "\u2026"


def period(effect: Mapping[str, Any]) -> str:
    """The calendar year of an effect, or its first and last day."""
    start, end = effect["periodStart"], effect["periodEnd"]
    whole = start.endswith("-01-01") and end.endswith("-12-31") and start[:4] == end[:4]
    return str(start[:4]) if whole else f"{start} to {end}"


def units(effect: Mapping[str, Any]) -> str:
    """The units of an effect by their years of sale."""
    return "; ".join(
        f"{one['soldYear']}: {one['units']}"
        + (f" ({one['retired']} retired)" if Decimal(one["retired"]) else "")
        for one in effect["cohorts"]
    )


def sources(effect: Mapping[str, Any]) -> str:
    """What an effect stands on, each source once."""
    cited = [effect["referenceScenario"]["source"], effect["referenceScenario"]["legalSource"]]
    for item in effect["comparison"]["items"]:
        series = item["factorSeries"]
        cited += [item["source"], series and series["source"]]
    told = [one["title"] or one["url"] for one in cited if one]
    return "; ".join(dict.fromkeys(told)) or "None stated"


def chains(effect: Mapping[str, Any]) -> str | None:
    """The versions of value chains that amounts are computed of; nothing where all are entered."""
    items = effect["comparison"]["items"]
    demands = [item[side] for item in items for side in ("referenceDemand", "solutionDemand")]
    told = [_version(demand["activity"]) for demand in demands if demand]
    return "; ".join(dict.fromkeys(told)) or None


def _version(activity: Mapping[str, Any] | None) -> str:
    if activity is None:
        return "a version that is not shown to you"
    version = activity["chainVersion"]
    return f"{version['reference']} of {version['organisation']['name']}"
