"""What goes on by itself: the calendar of claims, as a job of the queue."""

from typing import Any, cast

import structlog
from procrastinate import App, JobContext, RetryStrategy

from consortium.assessment.actions.calendar import claims_due
from consortium.membership.jobs import DATABASE, day_of
from consortium.storage.database import Database

_log = structlog.get_logger(__name__)

CLAIMS = "assessment:claims"
# In the night by UTC, after the dues.
EVERY_NIGHT = "20 0 * * *"
_AGAIN = RetryStrategy(max_attempts=10, linear_wait=60)


def add_jobs(queue: App) -> None:
    """Tell a queue what there is to do: procrastinate's blueprints serve one queue only."""
    task = queue.task(name=CLAIMS, pass_context=True, retry=_AGAIN)(follow_claims)
    queue.periodic(cron=EVERY_NIGHT)(task)


async def follow_claims(context: JobContext, timestamp: int) -> None:
    """Do what the day of the moment brings; any number of times."""
    held: dict[str, Database] = cast("Any", context).additional_context  # untyped there
    database = held[DATABASE]
    with database.active():
        done = await claims_due(day_of(timestamp))
    _log.info("the day's claims were followed", **done._asdict())
