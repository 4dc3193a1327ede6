"""What follows when dues are not paid, and when: three mails, then the membership rests.

Each follows once for an invoice. A reminder that could not be sent in time moves those after it, so
that nobody is suspended without having had the days between them.
"""

from collections.abc import Mapping
from datetime import date, timedelta
from decimal import Decimal
from enum import StrEnum
from typing import NamedTuple


class Level(StrEnum):
    """How far it has come."""

    UPCOMING = "UPCOMING"
    FIRST = "FIRST"
    SECOND = "SECOND"
    SUSPENSION = "SUSPENSION"


# Days after the due date; before it where negative.
DAYS: Mapping[Level, int] = {
    Level.UPCOMING: -14,
    Level.FIRST: 14,
    Level.SECOND: 30,
    Level.SUSPENSION: 60,
}
_AFTER_DUE = (Level.FIRST, Level.SECOND, Level.SUSPENSION)


class Claimed(NamedTuple):
    """An invoice as reminders see it; `sent`: what has followed already, and when."""

    issued_on: date
    due_on: date
    open: Decimal
    sent: Mapping[Level, date]


def next_level(claimed: Claimed, today: date, days: Mapping[Level, int] = DAYS) -> Level | None:
    """What follows on this day; None: nothing (yet)."""
    if claimed.open <= 0:
        return None
    if today <= claimed.due_on:
        return Level.UPCOMING if _announced(claimed, today, days) else None
    level = next((one for one in _AFTER_DUE if one not in claimed.sent), None)
    if level is None or today < _earliest(claimed, level, days):
        return None
    return level


def _announced(claimed: Claimed, today: date, days: Mapping[Level, int]) -> bool:
    """Whether the due date is near; not for an invoice that was itself issued that late."""
    day = claimed.due_on + timedelta(days=days[Level.UPCOMING])
    return claimed.issued_on < day <= today and Level.UPCOMING not in claimed.sent


def _earliest(claimed: Claimed, level: Level, days: Mapping[Level, int]) -> date:
    """Not before its day, nor sooner after the one before than planned."""
    planned = claimed.due_on + timedelta(days=days[level])
    before = _AFTER_DUE[_AFTER_DUE.index(level) - 1]
    if before not in claimed.sent or level is Level.FIRST:
        return planned
    return max(planned, claimed.sent[before] + timedelta(days=days[level] - days[before]))
