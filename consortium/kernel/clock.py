"""The clock. Whatever depends on the day is handed one."""

from collections.abc import Callable
from datetime import UTC, date, datetime

Today = Callable[[], date]
Now = Callable[[], datetime]


def utc_now() -> datetime:
    """This moment, with its time zone."""
    return datetime.now(UTC)


def utc_today() -> date:
    """The day by Coordinated Universal Time, for every server and caller alike."""
    return datetime.now(UTC).date()
