"""What goes on by itself: the calendar of dues, as a job of the queue."""

from datetime import UTC, date, datetime

import structlog
from procrastinate import Blueprint, JobContext, RetryStrategy

from consortium.membership.actions.reminders import dues_due
from consortium.storage.database import Database

_log = structlog.get_logger(__name__)

JOBS = Blueprint()
# In the night by UTC, after the day has begun everywhere that it counts.
CRON = "10 0 * * *"
DATABASE = "database"
_AGAIN = RetryStrategy(max_attempts=10, linear_wait=60)


@JOBS.periodic(cron=CRON)
@JOBS.task(name="dues", pass_context=True, retry=_AGAIN)
async def follow_dues(context: JobContext, timestamp: int) -> None:
    """Do what the day of the moment brings; any number of times."""
    database: Database = context.additional_context[DATABASE]
    with database.active():
        done = await dues_due(day_of(timestamp))
    _log.info("the day's dues were followed", **done._asdict())


def day_of(timestamp: int) -> date:
    """The day of a moment, by Coordinated Universal Time."""
    return datetime.fromtimestamp(timestamp, UTC).date()
