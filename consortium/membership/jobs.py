"""What goes on by itself: the calendar of dues, as a job of the queue."""

from datetime import UTC, date, datetime
from typing import Any, cast

import structlog
from procrastinate import App, JobContext, RetryStrategy

from consortium.membership.actions.reminders import dues_due
from consortium.storage.database import Database

_log = structlog.get_logger(__name__)

# What the worker hands to its jobs.
DATABASE = "database"
DUES = "membership:dues"
# In the night by UTC.
EVERY_NIGHT = "10 0 * * *"
_AGAIN = RetryStrategy(max_attempts=10, linear_wait=60)


def add_jobs(queue: App) -> None:
    """Tell a queue what there is to do: procrastinate's blueprints serve one queue only."""
    task = queue.task(name=DUES, pass_context=True, retry=_AGAIN)(follow_dues)
    queue.periodic(cron=EVERY_NIGHT)(task)


async def follow_dues(context: JobContext, timestamp: int) -> None:
    """Do what the day of the moment brings; any number of times."""
    held: dict[str, Database] = cast("Any", context).additional_context  # untyped there
    database = held[DATABASE]
    with database.active():
        done = await dues_due(day_of(timestamp))
    _log.info("the day's dues were followed", **done._asdict())


def day_of(timestamp: int) -> date:
    """The day of a moment, by Coordinated Universal Time."""
    return datetime.fromtimestamp(timestamp, UTC).date()
