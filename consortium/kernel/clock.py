"""The clock. Whatever depends on the day is handed one."""

from collections.abc import Callable
from datetime import UTC, date, datetime

Today = Callable[[], date]
Now = Callable[[], datetime]


def utc_today() -> date:
    """The day by Coordinated Universal Time, for every server and caller alike."""
    return datetime.now(UTC).date()


def utc_now() -> datetime:
    """The instant, by Coordinated Universal Time."""
    return datetime.now(UTC)
