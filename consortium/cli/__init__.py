"""The command line. A command imports what it needs when it runs, so that each starts fast."""

from importlib.metadata import version as installed_version
from typing import Annotated

import typer

from consortium.cli import (
    admin,
    clients,
    documents,
    exporting,
    importing,
    persons,
    providers,
    queries,
    serving,
    upkeep,
    worker,
)
from consortium.cli.failures import reported

app = typer.Typer(
    name="consortium",
    help="Avoided emissions, aggregated across the members of a consortium.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)


def _version(wanted: bool) -> None:
    if wanted:
        typer.echo(installed_version("consortium"))
        raise typer.Exit


@app.callback()
def options(
    *,
    debug: Annotated[
        bool, typer.Option("--debug", help="Show where an unexpected error came from.")
    ] = False,
    version: Annotated[
        bool, typer.Option("--version", callback=_version, help="Tell the version and end.")
    ] = False,
) -> None:
    """Options of every command; `reported` looks for --debug before they are parsed."""
    del debug, version


for room in (
    serving,
    worker,
    importing,
    exporting,
    admin,
    clients,
    documents,
    providers,
    persons,
    queries,
    upkeep,
):
    room.register(app)


def main() -> None:
    """Run the command line and end the process."""
    with reported():
        app()
