"""`consortium migrate`, `doctor` and `psql`."""

import asyncio
import os
import shutil
import signal
import subprocess
import tempfile
from pathlib import Path
from typing import Annotated
from urllib.parse import unquote, urlsplit, urlunsplit

import typer

from consortium.cli.opening import DataDir, database_address, settings_with
from consortium.kernel.errors import DomainError


class DriftFound(DomainError):
    """Models, migrations and the database do not say the same."""

    code = "DRIFT_FOUND"


class Unhealthy(DomainError):
    """Something is wrong with this installation."""

    code = "UNHEALTHY"


class ProgramMissing(DomainError):
    """A program that is needed is not installed."""

    code = "PROGRAM_MISSING"


def register(app: typer.Typer) -> None:
    """Add the commands."""
    app.command()(migrate)
    app.command()(doctor)
    app.command(context_settings={"allow_extra_args": True, "ignore_unknown_options": True})(psql)


def migrate(
    data_dir: DataDir = None,
    *,
    check: Annotated[
        bool,
        typer.Option(
            "--check", help="Compare models, migrations and a new database; change nothing."
        ),
    ] = False,
) -> None:
    """Bring the database's tables up to this program."""
    if check:
        _check_drift()
        return
    from consortium.storage.migrate import migrate as apply

    settings = settings_with(data_dir=data_dir)
    with database_address(settings, share=True, progress=typer.echo) as address:
        applied = asyncio.run(
            apply(address.direct_dsn, lambda name: typer.echo(f"  {name}"), address.dsn)
        )
    typer.echo(f"{len(applied)} migrations applied." if applied else "Nothing to migrate.")


def doctor(data_dir: DataDir = None) -> None:
    """Check settings, database, tables, constraints and totals."""
    from consortium.cli.doctor import examine

    settings = settings_with(data_dir=data_dir)
    with database_address(settings, share=True) as address:
        findings = asyncio.run(examine(settings, address))
    for finding in findings:
        typer.echo(f"{'ok ' if finding.well else 'BAD'}  {finding.what}")
    if bad := sum(not finding.well for finding in findings):
        raise Unhealthy(f"{bad} of {len(findings)} checks found something wrong")


def psql(context: typer.Context, data_dir: DataDir = None) -> None:
    """Open PostgreSQL's own command line on the database; what follows `--` is for it."""
    settings = settings_with(data_dir=data_dir)
    with database_address(settings, share=True) as address:
        dsn, environment = _without_password(address.direct_dsn)
        command = [_psql_program(), "--dbname", dsn, *context.args]
        # Ctrl-C in psql cancels a statement, and must not end this process.
        handler = signal.signal(signal.SIGINT, signal.SIG_IGN)
        try:
            code = subprocess.run(command, env=environment, check=False).returncode
        finally:
            signal.signal(signal.SIGINT, handler)
    raise typer.Exit(code)


def _check_drift() -> None:
    """On a server of its own, in a directory that is removed afterwards."""
    from consortium.storage.embedded import embedded_server

    with tempfile.TemporaryDirectory(prefix="consortium-check-") as folder:
        # The account that runs the server for root must be able to enter.
        Path(folder).chmod(0o755)
        with embedded_server(Path(folder), sync=False) as server:
            differences = asyncio.run(_drift(server.dsn()))
    for difference in differences:
        typer.echo(difference, err=True)
    if differences:
        raise DriftFound(f"Models, migrations and database differ in {len(differences)} places")
    typer.echo("Models, migrations and database agree.")


async def _drift(dsn: str) -> list[str]:
    from consortium.storage.contact import connected
    from consortium.storage.drift import catalogue_drift, unwritten_migrations
    from consortium.storage.migrate import migrate as apply

    unwritten = [f"no migration for {what}" for what in await unwritten_migrations()]
    await apply(dsn)
    async with connected(dsn) as connection:
        return unwritten + await catalogue_drift(connection)


def _psql_program() -> str:
    from consortium.storage.embedded.binaries import wheel_binaries
    from consortium.storage.errors import EmbeddedUnavailable

    if found := shutil.which("psql"):
        return found
    try:
        return wheel_binaries().program("psql")
    except EmbeddedUnavailable as error:
        raise ProgramMissing("psql is not installed: install PostgreSQL's client") from error


def _without_password(dsn: str) -> tuple[str, dict[str, str]]:
    """The address without its password, which other users could read in the list of processes."""
    parts = urlsplit(dsn)
    if parts.password is None:
        return dsn, dict(os.environ)
    user, _, place = parts.netloc.rpartition("@")
    bare = parts._replace(netloc=f"{user.partition(':')[0]}@{place}")
    return urlunsplit(bare), {**os.environ, "PGPASSWORD": unquote(parts.password)}
