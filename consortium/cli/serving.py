"""`consortium serve` and `consortium demo`."""

import asyncio
import os
import socket
import sys
import webbrowser
from collections.abc import Awaitable, Callable, Generator
from contextlib import ExitStack, contextmanager
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, NamedTuple

import typer

from consortium.cli.opening import Address, DataDir, database_address, settings_with
from consortium.cli.secret_key import with_secret_key
from consortium.cli.sockets import listening, url_of
from consortium.settings import Settings, check_certificate, load_settings

if TYPE_CHECKING:
    from consortium.storage.database import Database

Host = Annotated[
    str | None, typer.Option(help="The address to listen on.", show_default="127.0.0.1")
]
Port = Annotated[
    int | None,
    typer.Option(min=0, max=65535, help="The port; 0 takes any that is free.", show_default="8000"),
]
CertFile = Annotated[
    Path | None,
    typer.Option(
        "--ssl-certfile", help="The certificate (PEM), to speak HTTPS.", show_default=False
    ),
]
KeyFile = Annotated[
    Path | None,
    typer.Option("--ssl-keyfile", help="Its private key (PEM).", show_default=False),
]
Prepare = Callable[["Database"], Awaitable[None]]


class Listeners(NamedTuple):
    """The sockets that were taken."""

    api: socket.socket
    metrics: socket.socket | None


QUERY = (
    '{ avoidedEmissions(where: {member: {name: {eq: \\"Alibaba Group\\"}},'
    " kind: {eq: YEAR_ON_YEAR}}, groupBy: [YEAR])"
    " { groups { key { year } total { value(unit: TONNE_CO2E) } } } }"
)


def register(app: typer.Typer) -> None:
    """Add the commands."""
    app.command()(serve)
    app.command()(demo)


def serve(
    host: Host = None,
    port: Port = None,
    data_dir: DataDir = None,
    *,
    ssl_certfile: CertFile = None,
    ssl_keyfile: KeyFile = None,
) -> None:
    """Start the server."""
    settings = settings_with(
        host=host,
        port=port,
        data_dir=data_dir,
        ssl_certfile=ssl_certfile,
        ssl_keyfile=ssl_keyfile,
    )
    check_certificate(settings)
    with (
        _listeners(settings) as listeners,
        database_address(settings, share=False, progress=typer.echo) as address,
    ):
        url = url_of(listeners.api, settings.host, settings.scheme)
        settings = _complete(settings, url)
        _run(_serve(settings, address, listeners, lambda: typer.echo(f"Listening on {url}")))


def demo(
    host: Host = None,
    port: Port = None,
    data_dir: DataDir = None,
    *,
    browser: Annotated[
        bool, typer.Option(help="Open the query page, where there is a screen.")
    ] = True,
) -> None:
    """Start the server with real companies' public figures."""
    # The demo's figures never mix with anyone's own.
    own = data_dir or load_settings().data_dir / "demo"
    # Its mail leaves no machine: it is written into files beside them.
    settings = settings_with(host=host, port=port, data_dir=own, mail_backend="file")
    with (
        _listeners(settings) as listeners,
        database_address(settings, share=False, progress=typer.echo) as address,
    ):
        url = url_of(listeners.api, settings.host)
        settings = _complete(settings, url)
        ready = _demo_ready(url, settings, browser=browser and _has_screen())
        prepare = partial(_load_demo, settings)
        _run(_serve(settings, address, listeners, ready, prepare=prepare))


@contextmanager
def _listeners(settings: Settings) -> Generator[Listeners]:
    """All sockets that the settings ask for. Raises AddressUnusable."""
    with ExitStack() as taken:
        api = taken.enter_context(listening(settings.host, settings.port))
        if settings.metrics_port is None:
            yield Listeners(api, None)
            return
        host = settings.metrics_host
        metrics = taken.enter_context(listening(host, settings.metrics_port))
        typer.echo(f"Metrics at {url_of(metrics, host)}/metrics")
        yield Listeners(api, metrics)


def _complete(settings: Settings, url: str) -> Settings:
    """The settings with what is known only now: the address, and the key of the directory."""
    if settings.public_url is None:
        settings = settings.model_copy(update={"public_url": url})
    return with_secret_key(settings)


async def _serve(
    settings: Settings,
    address: Address,
    listeners: Listeners,
    ready: Callable[[], None],
    prepare: Prepare | None = None,
) -> None:
    """Serve until a signal comes; the database is closed after the last answer."""
    from consortium.assessment.actions import advance_totals
    from consortium.avoided.jobs import follow_calendar
    from consortium.cli.background import (
        calculator_of,
        courier_of,
        keep_house,
        mail_of,
        operate,
        running,
    )
    from consortium.cli.http import Server, served_beside
    from consortium.cli.worker import work_off
    from consortium.storage.database import Database
    from consortium.web.app import create_app
    from consortium.web.observing.wiring import metrics_page

    await _bring_up(address, always=prepare is not None)
    sizes = {"max_size": settings.read_pool_size, "write_size": settings.write_pool_size}
    timeout = settings.statement_timeout_seconds
    async with Database.open(address.dsn, **sizes, statement_seconds=timeout) as database:
        if prepare is not None:
            await prepare(database)
        mail = mail_of(settings, database)
        calendar = follow_calendar(database, advance_totals)
        courier = courier_of(settings, database)
        work = (
            calendar,
            mail.run(),
            courier.run(),
            operate(settings, database),
            calculator_of(database).run(),
            keep_house(database),
            work_off(database),
        )
        async with running(*work):
            app = create_app(settings, database, direct_dsn=address.direct_dsn)
            async with served_beside(metrics_page(app), listeners.metrics):
                await Server(app, settings, ready).serve([listeners.api])


async def _bring_up(address: Address, *, always: bool) -> None:
    """Migrate the program's own database when it is empty; the demo's always.

    Anything else waits for a person, who may want a backup first.
    """
    from consortium.storage.contact import connected, is_empty
    from consortium.storage.migrate import migrate

    if not always:
        async with connected(address.direct_dsn) as connection:
            if not (address.embedded and await is_empty(connection)):
                return
    await migrate(address.direct_dsn, lambda name: typer.echo(f"Migrating: {name}"), address.dsn)


async def _load_demo(settings: Settings, database: "Database") -> None:
    from consortium.cli.progress import progress_bar
    from consortium.demo import load
    from consortium.demo.accounts import make_accounts
    from consortium.demo.chains import show_chain
    from consortium.demo.effects import show_examples
    from consortium.demo.office import open_office
    from consortium.kernel.clock import utc_today

    with progress_bar() as progress:
        report = await load(database, progress)
    typer.echo(f"Public figures: {report.created} rows are new.")
    await make_accounts(database, settings.data_dir)
    await open_office(database, utc_today())
    await show_examples(database, utc_today())
    await show_chain(database, utc_today())


def _run(work: Awaitable[None]) -> None:
    import uvloop

    async def main() -> None:
        await work

    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(main())


def _demo_ready(url: str, settings: Settings, *, browser: bool) -> Callable[[], None]:
    from consortium.demo.accounts import FILE, told

    def ready() -> None:
        typer.echo(
            f"\n  API         {url}/graphql\n  Query page  {url}/\n\n  Try:\n"
            f"  curl -s {url}/graphql -H 'content-type: application/json' \\\n"
            f'    -d \'{{"query": "{QUERY}"}}\'\n\n'
            f"  Accounts, to sign in with at {url}/sign-in"
            f" (passwords of this directory only, in {settings.data_dir / FILE}):\n"
            f"{told(settings.data_dir)}\n"
            f"  Mail is written into files of {settings.data_dir / 'mail'}; none is sent.\n\n"
            "  Ctrl-C stops everything.\n"
        )
        if browser:
            webbrowser.open(f"{url}/")

    return ready


def _has_screen() -> bool:
    if not sys.stdout.isatty():
        return False
    return sys.platform == "darwin" or any(
        os.environ.get(name) for name in ("DISPLAY", "WAYLAND_DISPLAY")
    )
