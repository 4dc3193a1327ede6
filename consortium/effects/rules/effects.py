"""When and where an effect may be, and what it may stand on."""

from datetime import date
from typing import NamedTuple

from consortium.effects.rules.vocabulary import GLOBAL
from consortium.kernel.errors import BadInput, DomainError
from consortium.kernel.periods import covers, year_of
from consortium.kernel.regions import REGIONS


class PeriodNotAYear(BadInput):
    """The period of an effect is a year, calendar or fiscal: 350 to 380 days, both ends included.

    It may not end before it starts.
    """

    code = "EFFECT_PERIOD_NOT_A_YEAR"
    constraint = "effect_period_a_year"


class OutsideReference(BadInput):
    """The effect lies outside the place or the days for which its reference scenario holds."""

    code = "EFFECT_OUTSIDE_REFERENCE"


class EffectExists(DomainError):
    """This effect is recorded: change its units instead of recording it again."""

    code = "EFFECT_EXISTS"
    constraint = "effect_key"


class UnitsCountedAlready(DomainError):
    """Another effect counts these units: units of a year count once in a period, in one timeframe.

    The same solution, value chain, reference and place are told apart by the year of sale alone.
    """

    code = "UNITS_COUNTED_ALREADY"
    constraint = "effect_cohort_counted_once"


class AnotherScenario(BadInput):
    """An effect keeps its solution and scenario: choose an edition of the same reference."""

    code = "COMPARISON_OF_ANOTHER_SCENARIO"
    constraint = "effect_kept"


class EffectClaimed(DomainError):
    """A claim was submitted for this effect, so it stays as it is: restate it."""

    code = "EFFECT_CLAIMED"
    constraint = "effect_claimed"


class EffectNotClaimed(DomainError):
    """Nobody claims this effect: change it itself, there is nothing to restate."""

    code = "EFFECT_NOT_CLAIMED"


class EffectRestatedAlready(DomainError):
    """Another effect took the place of this one already: restate that one."""

    code = "EFFECT_RESTATED_ALREADY"
    constraint = "effect_restated_once"


class Validity(NamedTuple):
    """Where and when a reference scenario holds; None is without end."""

    geography: str
    valid_from: date | None
    valid_to: date | None


def checked_year(period_start: date, period_end: date) -> int:
    """The year that a period belongs to. Raises PeriodNotAYear."""
    year = year_of(period_start, period_end)
    if year is None:
        raise PeriodNotAYear().at("periodEnd")
    return year


def check_within(geography: str, start: date, end: date, valid: Validity) -> None:
    """Refuse an effect where its reference does not hold. Raises OutsideReference."""
    if not lies_in(geography, valid.geography):
        raise OutsideReference(
            f"The reference scenario holds for {valid.geography}, which does not hold {geography}."
        ).at("geography")
    if not covers(valid.valid_from or date.min, valid.valid_to or date.max, start, end):
        raise OutsideReference(
            "The reference scenario holds"
            f" from {valid.valid_from or 'ever'} to {valid.valid_to or 'no end'}."
        ).at("periodStart")


def lies_in(inner: str, outer: str) -> bool:
    """Whether a place is another one or lies in it: a country in its region, all in the world."""
    return outer in {inner, GLOBAL} or REGIONS.get(inner) == outer
