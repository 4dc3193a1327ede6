"""`consortium import`."""

import asyncio
import os
import pwd
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from consortium.cli.opening import DataDir, database_address, settings_with
from consortium.kernel.errors import DomainError

if TYPE_CHECKING:
    from consortium.documents.imports import Report
    from consortium.exchange.actions.importing import ImportedFootprints
    from consortium.staging.rules.cells import Fault
    from consortium.value_chains.actions.loading import Filled

# Of a long list, the first are enough to see what is wrong.
LISTED_MAX = 50
EFFECTS = "effects"
CHAIN = "chain"
FOOTPRINTS = "footprints"


class RowsRejected(DomainError):
    """Some rows cannot be loaded."""

    code = "IMPORT_ROWS_REJECTED"


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("import")(import_)


def import_(
    kind: Annotated[str, typer.Argument(help="What the file holds, for example members.")],
    file: Annotated[Path, typer.Argument(help="A CSV file in UTF-8.")],
    data_dir: DataDir = None,
    *,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Tell what would happen; change nothing.")
    ] = False,
    skip_rejected: Annotated[
        bool, typer.Option("--skip-rejected", help="Load the other rows when some are rejected.")
    ] = False,
    organisation: Annotated[
        str, typer.Option(help="Of a file of effects, of footprints or of a chain: whose it is.")
    ] = "",
    version: Annotated[
        str, typer.Option(help="Of a chain (CSV, XLSX, openLCA's ZIP): the draft's reference.")
    ] = "",
    replace: Annotated[
        bool, typer.Option("--replace", help="Of a chain: remove first what the draft holds.")
    ] = False,
) -> None:
    """Load a file whole or not at all: members, inventories, effects, footprints, chain, others."""
    from consortium.storage.contact import check_schema, connected

    if kind == EFFECTS:
        _import_effects(file, organisation, data_dir)
        return
    if kind == FOOTPRINTS:
        _import_footprints(file, organisation, data_dir)
        return
    if kind == CHAIN:
        _import_chain(file, (organisation, version), data_dir, replaces=replace)
        return

    async def load(dsn: str) -> "Report":
        async with connected(dsn) as connection:
            await check_schema(connection)
        return await _load(dsn, kind, file, dry_run=dry_run, skip_rejected=skip_rejected)

    settings = settings_with(data_dir=data_dir)
    with database_address(settings, share=True, progress=typer.echo) as address:
        report = asyncio.run(load(address.dsn))
    _tell(report, dry_run=dry_run)
    if report.rejected and not report.loaded:
        raise RowsRejected(
            f"{report.rejected_rows} of {report.rows} rows cannot be loaded; nothing was changed"
        )


def _import_effects(file: Path, organisation: str, data_dir: Path | None) -> None:
    from consortium.importing import import_effects
    from consortium.kernel.clock import utc_today
    from consortium.storage.database import Database

    async def load(dsn: str) -> "list[Fault]":
        async with Database.open(dsn, max_size=2):
            words = f"{_system_user()} at the command line"
            return await import_effects(file, organisation, words, utc_today())

    settings = settings_with(data_dir=data_dir)
    with database_address(settings, share=True, progress=typer.echo) as address:
        faults = asyncio.run(load(address.dsn))
    told = [
        f"{one.sheet} row {one.row}{one.column and ', '}{one.column}: {one.message}"
        for one in faults
    ]
    _list("rejected", told)
    if faults:
        raise RowsRejected(f"{len(faults)} faults; nothing was changed")
    typer.echo("effects: all rows were recorded.")


def _import_chain(
    file: Path, draft: tuple[str, str], data_dir: Path | None, *, replaces: bool
) -> None:
    from consortium.importing import import_chain
    from consortium.storage.database import Database

    async def load(dsn: str) -> "Filled":
        async with Database.open(dsn, max_size=2):
            words = f"{_system_user()} at the command line"
            return await import_chain(file, *draft, words, replaces=replaces)

    settings = settings_with(data_dir=data_dir)
    with database_address(settings, share=True, progress=typer.echo) as address:
        filled = asyncio.run(load(address.dsn))
    told = [
        f"{one.sheet} row {one.row}{one.column and ', '}{one.column}: {one.message}"
        for one in filled.faults.told
    ]
    _list("rejected", told)
    if filled.faults.count:
        raise RowsRejected(f"{filled.faults.count} faults; nothing was changed")
    typer.echo(
        f"chain: {filled.activities} activities, {filled.exchanges} exchanges and"
        f" {filled.emissions} emissions were recorded."
    )


def _import_footprints(file: Path, organisation: str, data_dir: Path | None) -> None:
    from consortium.importing import import_pact
    from consortium.kernel.clock import utc_today
    from consortium.storage.database import Database

    async def load(dsn: str) -> "ImportedFootprints":
        async with Database.open(dsn, max_size=2):
            words = f"{_system_user()} at the command line"
            return await import_pact(file, organisation, words, utc_today())

    settings = settings_with(data_dir=data_dir)
    with database_address(settings, share=True, progress=typer.echo) as address:
        imported = asyncio.run(load(address.dsn))
    _list("rejected", [one.told("data") for one in imported.faulty])
    if imported.faulty:
        raise RowsRejected(f"{len(imported.faulty)} faulty footprints; nothing was changed")
    typer.echo(f"footprints: {imported.recorded} were recorded, {imported.known} were known.")


async def _load(dsn: str, kind: str, file: Path, *, dry_run: bool, skip_rejected: bool) -> "Report":
    from consortium.cli.progress import progress_bar
    from consortium.importing import Origin, import_file
    from consortium.storage.database import Database

    async with Database.open(dsn, max_size=2):
        with progress_bar() as progress:
            return await import_file(
                kind,
                file,
                dry_run=dry_run,
                skip_rejected=skip_rejected,
                progress=lambda done, total: progress(kind, done, total),
                origin=Origin(words=f"{_system_user()} at the command line"),
            )


def _system_user() -> str:
    """The name of whoever runs this command, or their number where they have none."""
    try:
        return pwd.getpwuid(os.geteuid()).pw_name
    except KeyError:
        return f"user {os.geteuid()}"


def _tell(report: "Report", *, dry_run: bool) -> None:
    _list("note", report.notes)
    _list("rejected", report.rejected)
    would = "would be " if dry_run else ""
    if report.loaded or dry_run:
        typer.echo(
            f"{report.kind}: {report.rows} rows; {report.created} {would}created,"
            f" {report.updated} {would}updated, {report.unchanged} unchanged,"
            f" {report.rejected_rows} rejected."
        )


def _list(what: str, lines: Sequence[object]) -> None:
    for line in lines[:LISTED_MAX]:
        typer.echo(f"{what}: {line}", err=True)
    if len(lines) > LISTED_MAX:
        typer.echo(f"{what}: and {len(lines) - LISTED_MAX} more", err=True)
