"""`consortium explain` and `consortium schema`."""

import asyncio
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from consortium.cli.opening import DataDir, database_address, settings_with
from consortium.kernel.errors import DomainError

if TYPE_CHECKING:
    from schema.planner.execution import Request

SCHEMA_FILE = Path(__file__).resolve().parents[2] / "schema" / "schema.graphql"


class SchemaChanged(DomainError):
    """schema/schema.graphql is not what the code says: run `consortium schema`, read the diff."""

    code = "SCHEMA_CHANGED"


class QueryUnreadable(DomainError):
    """The query cannot be read."""

    code = "QUERY_UNREADABLE"


def register(app: typer.Typer) -> None:
    """Add the commands."""
    app.command()(explain)
    app.command()(schema)


def schema(
    *,
    check: Annotated[bool, typer.Option("--check", help="Only compare; change nothing.")] = False,
) -> None:
    """Print the GraphQL schema into schema/schema.graphql."""
    from schema.root import SDL

    if not check:
        SCHEMA_FILE.write_text(SDL, encoding="utf-8")
        typer.echo(f"Wrote {SCHEMA_FILE}")
    elif not SCHEMA_FILE.is_file() or SCHEMA_FILE.read_text(encoding="utf-8") != SDL:
        raise SchemaChanged


def explain(
    file: Annotated[Path, typer.Argument(help="A file with one GraphQL query.")],
    variables: Annotated[str, typer.Option(help="Its variables, as JSON.")] = "{}",
    operation: Annotated[
        str | None, typer.Option(help="Which operation, where there are several.")
    ] = None,
    data_dir: DataDir = None,
    *,
    run: Annotated[
        bool, typer.Option("--run", help="Run it too, and show what each step took.")
    ] = False,
) -> None:
    """Show the one statement that a query becomes, and PostgreSQL's plan for it."""
    import orjson

    from schema.planner.execution import Request

    try:
        request = Request(file.read_text(encoding="utf-8"), orjson.loads(variables), operation)
    except (OSError, ValueError) as error:
        raise QueryUnreadable(f"{file} or its variables cannot be read: {error}") from None
    settings = settings_with(data_dir=data_dir)
    with database_address(settings, share=True) as address:
        typer.echo(asyncio.run(_explained(address.dsn, request, run=run)))


async def _explained(dsn: str, request: "Request", *, run: bool) -> str:
    from consortium.kernel.clock import utc_today
    from consortium.kernel.principal import ANONYMOUS
    from consortium.storage.database import Database
    from schema.errors import RequestRefused
    from schema.planner.execution import Executor

    options = "ANALYZE, BUFFERS" if run else "COSTS"
    async with Database.open(dsn, max_size=1) as database:
        try:
            prepared = Executor.over(database.reads).prepare(request, ANONYMOUS, utc_today())
        except RequestRefused as refused:
            raise QueryUnreadable(str(refused)) from None
        if prepared is None:
            return "The schema answers this by itself, without a statement."
        rows = await database.pool.fetch(f"EXPLAIN ({options}) {prepared.sql}", *prepared.values)
    return f"{prepared.sql}\n\n" + "\n".join(row[0] for row in rows)
