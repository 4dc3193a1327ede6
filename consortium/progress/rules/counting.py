"""Which claims count towards a cumulative target: comparable ones, over disjoint periods.

The statement that answers a question does the same in SQL (`reads.progress`); these rules say what
it means, and tests hold it to them.
"""

from collections.abc import Iterable
from datetime import date
from decimal import Decimal
from typing import NamedTuple

from consortium.progress.rules.vocabulary import NotCounted


class Goal(NamedTuple):
    """So much in kg CO2e within a window, both days included; an unknown start is None.

    Where a category or a method is named, only claims of that one are comparable.
    """

    quantity: Decimal
    starts_on: date | None
    ends_on: date
    category: str | None = None
    methodology: str | None = None


class Figure(NamedTuple):
    """A claim that may count; `reason` is why it does not, whatever the target.

    `changes_method`: it is the first by another method than the one before it.
    """

    key: int
    organisation_id: int
    starts_on: date | None
    ends_on: date | None
    value: Decimal | None
    known_on: date
    category: str | None = None
    methodology: str | None = None
    changes_method: bool = False
    year_on_year: bool = True
    reason: NotCounted | None = None


class Judged(NamedTuple):
    """A claim, why it does not count (None: it does), and the counted one that stands for it."""

    figure: Figure
    reason: NotCounted | None
    because: int | None = None


def judge(goal: Goal, figures: Iterable[Figure], on: date) -> list[Judged]:
    """How each claim stands towards a target on a day.

    Claims that do not touch the window are no part of the answer. Of an organisation's periods that
    overlap those that end first count, and of equal ends the one known last: never both.
    """
    touching = [one for one in figures if _touches(goal, one)]
    reasons = {one.key: _reason(goal, one, on) for one in touching}
    counted: list[Figure] = []
    for organisation in {one.organisation_id for one in touching}:
        mine = [
            one
            for one in touching
            if one.organisation_id == organisation and reasons[one.key] is None
        ]
        since = max((_start(one) for one in mine if one.changes_method), default=date.min)
        for one in mine:
            if _start(one) < since:
                reasons[one.key] = NotCounted.EARLIER_METHOD
        counted += disjoint(one for one in mine if reasons[one.key] is None)
    kept = {one.key for one in counted}
    return [_judged(one, reasons[one.key], kept, counted) for one in touching]


def disjoint(figures: Iterable[Figure]) -> list[Figure]:
    """As many as can be whose periods do not overlap."""
    taken: list[Figure] = []
    for one in sorted(figures, key=lambda one: (_end(one), -one.known_on.toordinal(), one.key)):
        if not taken or _end(taken[-1]) < _start(one):
            taken.append(one)
    return taken


def _judged(
    one: Figure, reason: NotCounted | None, kept: set[int], counted: list[Figure]
) -> Judged:
    if reason is not None or one.key in kept:
        return Judged(one, reason)
    first = min(
        (
            other
            for other in counted
            if other.organisation_id == one.organisation_id
            and _start(other) <= _end(one)
            and _start(one) <= _end(other)
        ),
        key=_end,
    )
    return Judged(one, NotCounted.PERIOD_OVERLAPS, first.key)


def _touches(goal: Goal, one: Figure) -> bool:
    if one.starts_on is None or one.ends_on is None:
        return True
    begun = goal.starts_on is None or goal.starts_on <= one.ends_on
    return begun and one.starts_on <= goal.ends_on


def _reason(goal: Goal, one: Figure, on: date) -> NotCounted | None:
    """Why a claim does not count even alone; the first reason stands."""
    begins_before = goal.starts_on is not None and _start(one) < goal.starts_on
    other_category = goal.category is not None and one.category != goal.category
    methods = (goal.methodology, one.methodology)
    reasons = (
        (not one.year_on_year, NotCounted.NOT_YEAR_ON_YEAR),
        (one.reason is not None, one.reason),
        (one.value is None, NotCounted.RANGE_ONLY),
        (other_category, NotCounted.OTHER_CATEGORY),
        (None not in methods and methods[0] != methods[1], NotCounted.OTHER_METHOD),
        (begins_before or _end(one) > goal.ends_on, NotCounted.OUTSIDE_WINDOW),
        (_end(one) > on, NotCounted.NOT_OVER),
    )
    return next((reason for holds, reason in reasons if holds), None)


def _start(one: Figure) -> date:
    return one.starts_on or date.min


def _end(one: Figure) -> date:
    return one.ends_on or date.max
