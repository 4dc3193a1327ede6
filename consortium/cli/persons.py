"""`consortium person`: what people may ask of whoever runs this, their data or its erasure."""

from collections.abc import Awaitable, Callable
from typing import Annotated, TypeVar

import typer

from consortium.cli.opening import DataDir, settings_with
from consortium.cli.working import run_over

T = TypeVar("T")

Who = Annotated[str, typer.Argument(help="The person's email address, or the subject.")]


def register(app: typer.Typer) -> None:
    """Add the commands."""
    person = typer.Typer(help="Hand out or erase what is held of a person.", no_args_is_help=True)
    person.command()(export)
    person.command()(erase)
    app.add_typer(person, name="person")


def export(who: Who, data_dir: DataDir = None) -> None:
    """Print all that is held of a person, as JSON."""
    from orjson import OPT_INDENT_2, dumps

    from consortium.identity.actions.persons import export_person

    held = _with_person(who, data_dir, export_person)
    typer.echo(dumps(held, option=OPT_INDENT_2).decode())


def erase(
    who: Who,
    data_dir: DataDir = None,
    *,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
) -> None:
    """Forget a person. Figures stay, and the audit trail under the person's subject."""
    from consortium.identity.actions.persons import erase_person
    from consortium.kernel.principal import ANONYMOUS

    if not yes:
        typer.confirm(f"Erase {who}? This cannot be undone", abort=True)
    _with_person(who, data_dir, lambda account_id: erase_person(ANONYMOUS, account_id))
    typer.echo("Erased.")


def _with_person(who: str, data_dir: DataDir, work: Callable[[int], Awaitable[T]]) -> T:
    from consortium.identity.actions.persons import find_person

    async def found() -> T:
        return await work(await find_person(who))

    # Nothing but the answer: it may be read by a program.
    return run_over(settings_with(data_dir=data_dir), found, progress=lambda _: None)
