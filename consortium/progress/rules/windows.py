"""The years of a window: which are missing, what a straight path needs in each, what is left."""

from collections.abc import Iterable
from datetime import date, timedelta
from decimal import MAX_PREC, ROUND_HALF_UP, Context, Decimal
from typing import NamedTuple

DAY = timedelta(days=1)
# Years are told to twelve places, masses to the milligram. What is divided is exact.
YEAR_PLACES = Decimal("1E-12")
MILLIGRAM = Decimal("1E-6")
_WIDE = Context(prec=200, rounding=ROUND_HALF_UP)
_EXACT = Context(prec=MAX_PREC)


class Span(NamedTuple):
    """Days from the first to the last, both included."""

    starts_on: date
    ends_on: date


class Step(NamedTuple):
    """A year of the straight path: what it needs, and what is needed by its end; in kg CO2e."""

    span: Span
    needed: Decimal
    needed_by_then: Decimal


def anniversary(day: date, years: int) -> date:
    """The same day of another year; the last of February where there is no 29th."""
    try:
        return day.replace(year=day.year + years)
    except ValueError:
        return day.replace(year=day.year + years, day=28)


def years_between(starts_on: date, ends_on: date) -> Decimal:
    """How many years a span has: whole ones from its first day, and the part of the year begun.

    Twelve places; 15 of 2021-01-01 to 2035-12-31.
    """
    behind = ends_on + DAY
    whole = behind.year - starts_on.year
    if anniversary(starts_on, whole) > behind:
        whole -= 1
    begun, ended = anniversary(starts_on, whole), anniversary(starts_on, whole + 1)
    part = _WIDE.divide(Decimal((behind - begun).days), Decimal((ended - begun).days))
    return _rounded(whole + part, YEAR_PLACES)


def years_of(anchor: date, window: Span) -> list[Span]:
    """The years of a window as somebody counts them whose years begin as `anchor` does.

    The first and the last are cut where the window begins and ends within them.
    """
    found: list[Span] = []
    for years in range(
        window.starts_on.year - anchor.year - 1, window.ends_on.year - anchor.year + 2
    ):
        begun = max(anniversary(anchor, years), window.starts_on)
        ended = min(anniversary(anchor, years + 1) - DAY, window.ends_on)
        if begun <= ended:
            found.append(Span(begun, ended))
    return found


def missing(years: Iterable[Span], told: Iterable[Span], on: date) -> list[Span]:
    """What of the years that are over on a day no period tells of. It is unknown, not zero."""
    periods = sorted(told)
    gaps: list[Span] = []
    for year in years:
        if year.ends_on > on:
            continue
        at = year.starts_on
        for begun, ended in periods:
            if begun > year.ends_on or ended < at:
                continue
            if at < begun:
                gaps.append(Span(at, begun - DAY))
            at = max(at, ended + DAY)
        if at <= year.ends_on:
            gaps.append(Span(at, year.ends_on))
    return gaps


def path(quantity: Decimal, years: list[Span]) -> list[Step]:
    """The straight path to a quantity, year by year; its last step arrives there."""
    if not years:
        return []
    start = years[0].starts_on
    all_of_it = years_between(start, years[-1].ends_on)
    steps: list[Step] = []
    before = Decimal(0)
    for year in years:
        by_then = per(_EXACT.multiply(quantity, years_between(start, year.ends_on)), all_of_it)
        steps.append(Step(year, _EXACT.subtract(by_then, before), by_then))
        before = by_then
    return steps


def per(amount: Decimal, years: Decimal) -> Decimal:
    """So much divided by so many years, to the milligram."""
    return _rounded(_WIDE.divide(amount, years), MILLIGRAM)


def share(achieved: Decimal, quantity: Decimal) -> Decimal:
    """What part of a quantity was achieved, to twelve places."""
    return _rounded(_WIDE.divide(achieved, quantity), YEAR_PLACES)


def needed_from(years: Iterable[Span], on: date) -> date | None:
    """The first day of the years that are not over on a day; None when all are."""
    return min((year.starts_on for year in years if year.ends_on > on), default=None)


def _rounded(value: Decimal, places: Decimal) -> Decimal:
    return value.quantize(places, rounding=ROUND_HALF_UP, context=_WIDE)
