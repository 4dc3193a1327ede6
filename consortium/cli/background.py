"""What a server does beside answering."""

import asyncio
from collections.abc import AsyncGenerator, Coroutine
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import TYPE_CHECKING

import structlog

from consortium.changes.actions import forget_changes
from consortium.identity.actions.housekeeping import tidy
from consortium.identity.proofs.sealing import Sealer, SecretKeyInvalid
from consortium.kernel.clock import utc_now
from consortium.outbox.jobs.backends import Backend, ToFiles, ToServer, to_console
from consortium.outbox.jobs.dispatch import Dispatcher
from consortium.settings import Settings
from consortium.storage.budgets import Buckets
from consortium.storage.database import Database

if TYPE_CHECKING:
    from consortium.bulk.jobs.runner import Runner
    from consortium.exchange.jobs.courier import Courier
    from consortium.value_chains.jobs import Calculator
    from consortium.webhooks.jobs.deliverer import Deliverer
    from schema.planner.execution import Executor

_log = structlog.get_logger(__name__)

TIDY_SECONDS = 3600


@asynccontextmanager
async def running(*work: Coroutine[None, None, None]) -> AsyncGenerator[None]:
    """Let these run until the block ends."""
    tasks = [asyncio.create_task(one) for one in work]
    try:
        yield
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.wait(tasks)


def mail_of(settings: Settings, database: Database) -> Dispatcher:
    """What sends the mail, as the settings say."""
    return Dispatcher(
        database=database,
        backend=backend_of(settings),
        sender=settings.mail_from,
        public_url=settings.url,
    )


def courier_of(settings: Settings, database: Database) -> "Courier":
    """What speaks with members' partners, as the settings say. Raises SecretKeyInvalid."""
    # Here, so that the features are first imported in the catalogue's order.
    from consortium.exchange.client.partner import Partners
    from consortium.exchange.jobs.courier import Courier
    from consortium.network.http import Network

    network = Network(
        allow_private=settings.exchange_allow_private, ca_file=settings.exchange_ca_file
    )
    return Courier(
        database=database,
        partners=Partners(network, utc_now),
        sealer=_sealer(settings),
        public_url=settings.url,
        now=utc_now,
    )


async def operate(settings: Settings, database: Database) -> None:
    """Send what webhooks are to be told, and run bulk operations, until cancelled.

    Raises SecretKeyInvalid.
    """
    async with executing(settings, database) as executor:
        deliverer = deliverer_of(settings, database, executor)
        runner = runner_of(settings, database, executor)
        async with running(deliverer.run(), runner.run()):
            await asyncio.Event().wait()


@asynccontextmanager
async def executing(settings: Settings, database: Database) -> AsyncGenerator["Executor"]:
    """What answers operations beside the server; what solves for it ends with it."""
    # Here, for the reason given above.
    from consortium.value_chains.computing.processes import Solving
    from consortium.web.wiring import executor_over

    solving = Solving(settings.solver_processes)
    try:
        yield executor_over(database, _sealer(settings), solving)
    finally:
        await solving.close()


def deliverer_of(settings: Settings, database: Database, executor: "Executor") -> "Deliverer":
    """What sends to webhooks, as the settings say. Raises SecretKeyInvalid."""
    # Here, for the reason given above.
    from consortium.network.http import Network
    from consortium.web.selections import Selecting
    from consortium.webhooks.jobs.deliverer import ANSWER_BYTES, SECONDS, Deliverer, Keeping

    return Deliverer(
        database=database,
        network=Network(
            allow_private=settings.webhook_allow_private,
            ca_file=settings.webhook_ca_file,
            seconds=SECONDS,
            bytes_max=ANSWER_BYTES,
            whole=False,
        ),
        sealer=_sealer(settings),
        selections=Selecting(executor),
        now=utc_now,
        keeping=Keeping(
            timedelta(days=settings.webhook_failing_days), timedelta(days=settings.webhook_log_days)
        ),
    )


def runner_of(settings: Settings, database: Database, executor: "Executor") -> "Runner":
    """What runs bulk operations, as the settings say."""
    # Here, for the reason given above.
    from consortium.bulk.jobs.runner import Limits, Runner
    from consortium.storage.files import Files
    from consortium.web.bulk import BULK_FILES, BulkDocuments

    return Runner(
        database=database,
        files=Files(settings.data_dir / BULK_FILES),
        documents=BulkDocuments(executor),
        active=executor.writing.active,
        now=utc_now,
        limits=Limits(settings.bulk_running_max, settings.bulk_max_bytes),
    )


def _sealer(settings: Settings) -> Sealer:
    if settings.secret_key is None:
        raise SecretKeyInvalid
    return Sealer(settings.secret_key.get_secret_value())


def calculator_of(database: Database) -> "Calculator":
    """What answers questions of value chains that take long."""
    # Here, so that the features are first imported in the catalogue's order.
    from consortium.value_chains.computing.processes import Solving
    from consortium.value_chains.jobs import SECONDS_MAX, Calculator

    return Calculator(database, Solving(1, seconds=SECONDS_MAX), utc_now)


def backend_of(settings: Settings) -> Backend:
    """Where mail goes."""
    match settings.mail_backend:
        case "console":
            return to_console
        case "file":
            return ToFiles(settings.mail_directory or settings.data_dir / "mail")
        case "smtp":
            password = settings.mail_smtp_password
            return ToServer(
                host=settings.mail_smtp_host,
                port=settings.mail_smtp_port,
                starttls=settings.mail_smtp_starttls,
                user=settings.mail_smtp_user,
                password=password.get_secret_value() if password else None,
            )


async def keep_house(database: Database) -> None:
    """Delete what ended long ago, every hour, until cancelled."""
    while True:
        await asyncio.sleep(TIDY_SECONDS)
        try:
            with database.active():
                await tidy(utc_now())
                await forget_changes(utc_now())
            await Buckets(database.pool).prune()
        except Exception:  # noqa: BLE001  whatever it was, the server goes on and tries again
            _log.warning("nothing was tidied", exc_info=True)
