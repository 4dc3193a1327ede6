"""`consortium export`."""

import sys
from datetime import date
from typing import Annotated

import typer

from consortium.cli.opening import DataDir, settings_with
from consortium.cli.working import run_over
from consortium.kernel.clock import utc_today
from consortium.kernel.errors import BadInput

Year = Annotated[int, typer.Option("--year", min=2000, max=2200, help="The year of the dues.")]


class NothingToExport(BadInput):
    """There is nothing of that year."""

    code = "NOTHING_TO_EXPORT"


def register(app: typer.Typer) -> None:
    """Add the commands."""
    export = typer.Typer(help="Write files for other programs.", no_args_is_help=True)
    # A group of its own even while it holds a single command.
    export.callback()(_group)
    export.command()(invoices)
    app.add_typer(export, name="export")


def _group() -> None:
    """Write files for other programs."""


def invoices(year: Year, data_dir: DataDir = None) -> None:
    """Print the invoices of a year as CSV in UTF-8, for accounting."""

    async def found() -> str:
        return await _invoices(year, utc_today())

    # Nothing but the file: it is read by a program. Its lines end as RFC 4180 says.
    text = run_over(settings_with(data_dir=data_dir), found, progress=lambda _: None)
    sys.stdout.buffer.write(text.encode())
    sys.stdout.buffer.flush()


async def _invoices(year: int, today: date) -> str:
    from consortium.membership.reads.dues import invoices_csv
    from consortium.storage.database import transaction
    from consortium.storage.raw import raw

    async with transaction() as client:
        found = f"SELECT {invoices_csv('$1::int', '$2::date')} FROM dues_year WHERE year = $1"  # noqa: S608
        text: str | None = await raw(client).fetchval(found, year, today)
    if text is None:
        raise NothingToExport(f"The year {year} has no dues.")
    return text
