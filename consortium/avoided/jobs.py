"""What goes on while a server runs: the sums follow the calendar."""

import asyncio
from datetime import UTC, datetime, timedelta

import structlog

from consortium.avoided.actions import advance
from consortium.storage.database import Database

_log = structlog.get_logger(__name__)

# How soon a day's change is tried again when the database did not answer.
RETRY_SECONDS = 60.0


async def follow_calendar(database: Database) -> None:
    """Bring the sums to each new day, at once and then at every midnight UTC, until cancelled.

    A day late costs time and not truth: the read notices that the sums are of another day, and adds
    up what counts.
    """
    while True:
        try:
            with database.active():
                await advance(today=datetime.now(UTC).date())
        except Exception:  # noqa: BLE001  whatever it was, the server goes on and tries again
            _log.warning("the sums could not be brought to this day", exc_info=True)
            await asyncio.sleep(RETRY_SECONDS)
        else:
            await asyncio.sleep(seconds_to_midnight(datetime.now(UTC)))


def seconds_to_midnight(now: datetime) -> float:
    """From now to the first moment of the next day."""
    tomorrow = (now + timedelta(days=1)).replace(hour=0, minute=0, second=0, microsecond=0)
    return (tomorrow - now).total_seconds()
