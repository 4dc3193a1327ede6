"""`consortium worker`, and the worker that runs beside a server: jobs of the queue."""

import asyncio
import signal
from collections.abc import Callable
from datetime import datetime
from typing import TYPE_CHECKING

import structlog
import typer

from consortium.cli.opening import DataDir, database_address, settings_with
from consortium.kernel.clock import utc_now

if TYPE_CHECKING:
    from procrastinate import App

    from consortium.settings import Settings
    from consortium.storage.database import Database

_log = structlog.get_logger(__name__)

# Nothing of the queue is in a hurry.
POLL_SECONDS = 15.0
# How soon a worker starts again whose database went away.
RETRY_SECONDS = 10.0
# A job under way at the end is finished, up to this long; it is whole or not at all anyway.
DRAIN_SECONDS = 10.0


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command()(worker)


def worker(data_dir: DataDir = None) -> None:
    """Run jobs: reminders, mail, webhooks, bulk operations. `serve` does so by itself."""
    from consortium.cli.logs import configure_logs

    settings = settings_with(data_dir=data_dir)
    with database_address(settings, share=True, progress=typer.echo) as address:
        configure_logs(settings.log_level, settings.log_format)
        asyncio.run(_alone(settings, address.dsn))


async def _alone(settings: "Settings", dsn: str) -> None:
    """Work until a signal comes; mail is sent as well."""
    from consortium.cli.background import calculator_of, courier_of, mail_of, operate, running
    from consortium.cli.secret_key import with_secret_key
    from consortium.storage.database import Database

    stopped = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stopped.set)
    async with Database.open(dsn, max_size=2, write_size=2) as database:
        work = [
            work_off(database),
            mail_of(settings, database).run(),
            calculator_of(database).run(),
        ]
        if settings.secret_key is not None or settings.database_url is None:
            # Without the key that secrets are sealed with, the server delivers and operates.
            work.append(operate(with_secret_key(settings), database))
        if settings.public_url is not None:
            # Partners are told by which address they answer: without one, the server sends.
            work.append(courier_of(with_secret_key(settings), database).run())
        async with running(*work):
            typer.echo("Working; Ctrl-C stops.")
            await stopped.wait()


async def work_off(database: "Database", now: Callable[[], datetime] = utc_now) -> None:
    """Do jobs until cancelled, and today's at once: a night may have been slept through."""
    while True:
        try:
            async with queue_of(database).open_async() as queue:
                await catch_up(queue, now())
                await run_jobs(queue, database)
        except Exception:  # noqa: BLE001  whatever it was, the server goes on and tries again
            _log.warning("the queue of jobs cannot be worked off", exc_info=True)
        await asyncio.sleep(RETRY_SECONDS)


def queue_of(database: "Database") -> "App":
    """The queue with every feature's jobs."""
    from consortium.assessment import jobs as assessment
    from consortium.membership import jobs as membership
    from consortium.storage.queue import queue_over

    queue = queue_over(database.dsn)
    for feature in (membership, assessment):
        feature.add_jobs(queue)
    return queue


async def run_jobs(queue: "App", database: "Database", *, wait: bool = True) -> None:
    """Do what is in the queue; with `wait`, also what comes, until cancelled."""
    from consortium.membership.jobs import DATABASE

    await queue.run_worker_async(
        wait=wait,
        listen_notify=False,
        install_signal_handlers=False,
        fetch_job_polling_interval=POLL_SECONDS,
        abort_job_polling_interval=POLL_SECONDS,
        shutdown_graceful_timeout=DRAIN_SECONDS,
        delete_jobs="successful",
        additional_context={DATABASE: database},
    )


async def catch_up(queue: "App", now: datetime) -> None:
    """Put the day's work into the queue unless it waits there; it does what dead workers left."""
    from procrastinate.exceptions import AlreadyEnqueued
    from procrastinate.jobs import Status

    from consortium.assessment.jobs import CLAIMS
    from consortium.membership.jobs import DUES

    for job in await queue.job_manager.get_stalled_jobs():
        await queue.job_manager.finish_job(job, status=Status.FAILED, delete_job=True)
    for name in (DUES, CLAIMS):
        task = queue.configure_task(name, queueing_lock=f"{name} of {now:%Y-%m-%d}")
        try:
            await task.defer_async(timestamp=int(now.timestamp()))
        except AlreadyEnqueued:
            _log.debug("the day's work waits already", task=name)
