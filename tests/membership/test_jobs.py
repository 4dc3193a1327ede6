"""The calendar of dues as a job: a real worker over a real queue, at a given day."""

import asyncio
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta

import asyncpg
import pytest
from procrastinate.periodic import PeriodicDeferrer

from consortium.assessment import jobs as assessment
from consortium.cli import worker
from consortium.cli.background import running
from consortium.cli.worker import catch_up, queue_of, run_jobs, work_off
from consortium.membership import jobs
from consortium.membership.jobs import DUES, day_of
from consortium.storage.database import Database, transaction
from consortium.storage.raw import raw
from tests.factories import (
    create_dues_year,
    create_invoice,
    create_membership,
    create_organisation,
)

DUE = date(2026, 3, 1)
SENT = "SELECT level, sent_on FROM invoice_reminder ORDER BY id"
JOBS = """
SELECT status::text, args->>'timestamp' FROM procrastinate_jobs
WHERE task_name = 'membership:dues' ORDER BY id
"""


def noon(days_late: int) -> datetime:
    """A moment of a day after the due date."""
    return datetime(2026, 3, 1, 12, tzinfo=UTC) + timedelta(days=days_late)


@pytest.fixture
async def unpaid(database: Database) -> Database:
    """A database with an invoice that nobody pays."""
    async with transaction() as client:
        company = await create_organisation(raw(client))
        await create_membership(raw(client), company)
        await create_invoice(raw(client), company, await create_dues_year(raw(client)))
    return database


@pytest.fixture
def far_from_night(monkeypatch: pytest.MonkeyPatch) -> None:
    """The queue's own clock is left out, at whichever hour the tests run."""
    hour = (datetime.now(UTC).hour + 12) % 24
    for feature in (jobs, assessment):
        monkeypatch.setattr(feature, "EVERY_NIGHT", f"10 {hour} * * *")


async def sent(database: Database) -> list[tuple[str, int]]:
    """What followed, and how many days after the due date."""
    rows = await database.pool.fetch(SENT)
    return [(row["level"], (row["sent_on"] - DUE).days) for row in rows]


async def until(holds: Callable[[], "asyncio.Future[bool]"]) -> None:
    """Wait for it, half a minute at most."""
    async with asyncio.timeout(30):
        while not await holds():  # noqa: ASYNC110  it happens in the database
            await asyncio.sleep(0.05)


@pytest.mark.usefixtures("far_from_night")
async def test_a_worker_does_each_days_work_once(unpaid: Database) -> None:
    """Days 14, 30 and 60, each asked for twice; the queue is empty afterwards."""
    async with queue_of(unpaid).open_async() as queue:
        for late in (14, 14, 30, 60, 60):
            moment = int(noon(late).timestamp())
            await queue.configure_task(DUES).defer_async(timestamp=moment)
        await run_jobs(queue, unpaid, wait=False)

    assert await sent(unpaid) == [("FIRST", 14), ("SECOND", 30), ("SUSPENSION", 60)]
    assert await unpaid.pool.fetch(JOBS) == []


@pytest.mark.usefixtures("far_from_night")
async def test_a_day_that_was_slept_through_is_caught_up_with_at_the_start(
    unpaid: Database,
) -> None:
    """However often workers start, the day waits once; what a dead one left goes."""
    async with queue_of(unpaid).open_async() as queue:
        await unpaid.pool.execute(
            "INSERT INTO procrastinate_workers (last_heartbeat) VALUES (now() - interval '1 hour')"
        )
        await unpaid.pool.execute(
            "INSERT INTO procrastinate_jobs (queue_name, task_name, status, args, worker_id)"
            " SELECT 'default', 'membership:dues', 'doing', '{\"timestamp\": 0}', max(id)"
            " FROM procrastinate_workers"
        )
        await catch_up(queue, noon(20))
        await catch_up(queue, noon(20))
        waiting = await unpaid.pool.fetch(JOBS)
        await run_jobs(queue, unpaid, wait=False)

    assert [tuple(row) for row in waiting] == [("todo", str(int(noon(20).timestamp())))]
    assert await sent(unpaid) == [("FIRST", 20)]


async def test_the_night_brings_the_day_by_utc(unpaid: Database) -> None:
    """The queue's own clock defers the task once a day, with a moment of that very day."""
    async with queue_of(unpaid).open_async() as queue:
        deferrer = PeriodicDeferrer(queue.periodic_registry)
        for late in (14, 15):
            after_midnight = noon(late).replace(hour=0, minute=11).timestamp()
            await deferrer.defer_jobs(deferrer.get_previous_tasks(at=after_midnight))
            await deferrer.defer_jobs(deferrer.get_previous_tasks(at=after_midnight + 60))
    rows = await unpaid.pool.fetch(JOBS)

    assert [day_of(int(row[1])) for row in rows] == [noon(14).date(), noon(15).date()]


@pytest.mark.usefixtures("far_from_night")
async def test_a_database_that_goes_away_comes_back(
    unpaid: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Every connection is cut; the worker goes on with what comes, and stops when told."""
    monkeypatch.setattr(worker, "RETRY_SECONDS", 0.1)
    monkeypatch.setattr(worker, "POLL_SECONDS", 0.1)

    async def followed(times: int) -> bool:
        try:
            return len(await sent(unpaid)) == times
        except (OSError, asyncpg.PostgresError, asyncpg.InterfaceError):
            return False

    async with running(work_off(unpaid, lambda: noon(14))):
        await until(lambda: asyncio.ensure_future(followed(1)))
        connection = await asyncpg.connect(unpaid.dsn)
        await connection.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid <> pg_backend_pid()"
            " AND datname = current_database() AND usename = current_user"
        )
        await connection.close()
        async with queue_of(unpaid).open_async() as queue:
            moment = int(noon(30).timestamp())
            await queue.configure_task(DUES).defer_async(timestamp=moment)
        await until(lambda: asyncio.ensure_future(followed(2)))

    assert await sent(unpaid) == [("FIRST", 14), ("SECOND", 30)]
