"""What goes on while a server runs: the sums follow the calendar."""

import asyncio
from collections.abc import Awaitable
from datetime import UTC, date, datetime, timedelta
from typing import Protocol

import structlog

from consortium.avoided.actions import advance
from consortium.storage.database import Database

_log = structlog.get_logger(__name__)

# How soon a day's change is tried again when the database did not answer.
RETRY_SECONDS = 60.0


class Advance(Protocol):
    """What brings sums to a day."""

    def __call__(self, *, today: date) -> Awaitable[object]:
        """Recompute what depends on the day."""
        ...


async def follow_calendar(database: Database, *others: Advance) -> None:
    """Bring the sums to each new day, at once and then at every midnight UTC, until cancelled.

    `others` bring those of later features.
    A day late costs time and not truth: the read notices that the sums are of another day, and adds
    up what counts.
    """
    while True:
        try:
            with database.active():
                today = datetime.now(UTC).date()
                await advance(today=today)
                for bring in others:
                    await bring(today=today)
        except Exception:  # noqa: BLE001  whatever it was, the server goes on and tries again
            _log.warning("the sums could not be brought to this day", exc_info=True)
            await asyncio.sleep(RETRY_SECONDS)
        else:
            await asyncio.sleep(seconds_to_midnight(datetime.now(UTC)))


def seconds_to_midnight(now: datetime) -> float:
    """From now to the first moment of the next day."""
    tomorrow = (now + timedelta(days=1)).replace(hour=0, minute=0, second=0, microsecond=0)
    return (tomorrow - now).total_seconds()
