"""Periods of days, both ends included; an unknown end is None."""

import calendar
import re
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from consortium.kernel.errors import BadInput

# A fiscal year of 52 or 53 weeks, or one that was cut or stretched a little, is still a year.
YEAR_DAYS_MIN = 350
YEAR_DAYS_MAX = 380

_PARTIAL = re.compile(r"(\d{4})(?:-(\d{2})(?:-(\d{2}))?)?", re.ASCII)


class PeriodReversed(BadInput):
    """A period begins on its last day or before."""

    code = "PERIOD_REVERSED"


class Precision(StrEnum):
    """How much of a date was given."""

    YEAR = "YEAR"
    MONTH = "MONTH"
    DAY = "DAY"


@dataclass(frozen=True, slots=True)
class PartialDate:
    """A date as published: the first and the last day that it may mean."""

    first: date
    last: date
    precision: Precision

    @classmethod
    def parse(cls, text: str) -> "PartialDate":
        """Read `YYYY`, `YYYY-MM` or `YYYY-MM-DD`; anything else raises ValueError."""
        match = _PARTIAL.fullmatch(text)
        if match is None:
            raise ValueError(f"not a date (YYYY, YYYY-MM or YYYY-MM-DD): {text!r}")
        year, month, day = int(match[1]), match[2], match[3]
        if month is None:
            return cls(date(year, 1, 1), date(year, 12, 31), Precision.YEAR)
        if day is None:
            first = date(year, int(month), 1)
            days = calendar.monthrange(year, int(month))[1]
            return cls(first, first.replace(day=days), Precision.MONTH)
        exact = date(year, int(month), int(day))
        return cls(exact, exact, Precision.DAY)


def days_in(start: date, end: date) -> int:
    """The number of days from `start` to `end`, both included."""
    return (end - start).days + 1


def year_of(start: date | None, end: date | None) -> int | None:
    """The calendar year that a period of about a year belongs to.

    It is the year that holds most of the period's days; on a tie, the later one, in which it
    ends. A period shorter than 350 days or longer than 380, or without both ends, has none.
    """
    if start is None or end is None or not YEAR_DAYS_MIN <= days_in(start, end) <= YEAR_DAYS_MAX:
        return None
    return max(range(start.year, end.year + 1), key=lambda y: (_days_within(y, start, end), y))


def _days_within(year: int, start: date, end: date) -> int:
    return days_in(max(start, date(year, 1, 1)), min(end, date(year, 12, 31)))


def covers(
    outer_start: date | None,
    outer_end: date | None,
    inner_start: date | None,
    inner_end: date | None,
) -> bool:
    """Whether every day of the inner period is known to lie in the outer one.

    With any of the four ends unknown it is not known, so the answer is no.
    """
    if outer_start is None or outer_end is None or inner_start is None or inner_end is None:
        return False
    return outer_start <= inner_start and inner_end <= outer_end


def holds_on(day: date, starts_on: date | None, ends_on: date | None) -> bool:
    """Whether a fact that held from `starts_on` to `ends_on` (None: open) held on a day."""
    return (starts_on is None or starts_on <= day) and (ends_on is None or day <= ends_on)
