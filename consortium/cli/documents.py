"""`consortium documents`: what applications ask, registered when they are built."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, cast

import typer

from consortium.cli.opening import DataDir, settings_with
from consortium.cli.working import run_over

if TYPE_CHECKING:
    from consortium.settings import Settings
    from consortium.trusted_documents.imports import Found

# What is taken from a directory; any other file is named by itself.
_DOCUMENTS = frozenset({".graphql", ".gql"})
_MANIFESTS = frozenset({"persisted-documents.json", "persisted-query-manifest.json"})
# Of others' programs.
_LEFT_OUT = frozenset({"node_modules", ".git"})
_FAULTS_SHOWN = 20

documents = typer.Typer(
    help="Documents of GraphQL that applications ask by their hashes.", no_args_is_help=True
)
App = Annotated[str, typer.Option("--app", help="Whose they are: the application's name.")]


def register(app: typer.Typer) -> None:
    """Add the commands."""
    app.add_typer(documents, name="documents")


@documents.command("register")
def register_(
    paths: Annotated[
        list[Path],
        typer.Argument(
            help="Files of one document each (.graphql), manifests (.json) of graphql-codegen,"
            " Apollo or relay-compiler, or directories with them."
        ),
    ],
    app: App,
    data_dir: DataDir = None,
) -> None:
    """Register what an application asks: all of it, once all of it fits the schema."""
    from consortium.kernel.principal import ANONYMOUS
    from consortium.trusted_documents.actions import register_documents

    settings = settings_with(data_dir=data_dir)
    found = _found(paths)
    _check(found, settings)
    texts = [one.text for one in found]
    # Whoever runs commands here could write into the database as well.
    told = run_over(settings, lambda: register_documents(ANONYMOUS, app, texts))
    typer.echo(f"{told.new} registered for {app}, {told.known} known before.")


@documents.command("list")
def list_(
    app: Annotated[str | None, typer.Option("--app", help="Of this application only.")] = None,
    data_dir: DataDir = None,
) -> None:
    """List registered documents by their hashes."""
    from consortium.trusted_documents.actions import list_documents

    for one in run_over(settings_with(data_dir=data_dir), lambda: list_documents(app)):
        retired = f"retired {one['retired_at']:%Y-%m-%d}" if one["retired_at"] else "trusted"
        since = f"{one['registered_at']:%Y-%m-%d}"
        typer.echo(f"sha256:{one['sha256']}  {one['app']}  {since}  {retired}")


@documents.command()
def retire(
    hashes: Annotated[list[str], typer.Argument(help="Their hashes, as `list` shows them.")],
    app: App,
    data_dir: DataDir = None,
) -> None:
    """Trust documents of an application no more; servers hear of it within a minute."""
    from consortium.kernel.principal import ANONYMOUS
    from consortium.trusted_documents.actions import retire_documents

    named = [one.removeprefix("sha256:") for one in dict.fromkeys(hashes)]
    run_over(settings_with(data_dir=data_dir), lambda: retire_documents(ANONYMOUS, app, named))
    typer.echo(f"{len(named)} retired for {app}.")


def _found(paths: list[Path]) -> "list[Found]":
    """The documents of these files and directories. Raises DocumentsInvalid."""
    from consortium.trusted_documents.rules import DOCUMENTS_MAX, DocumentsInvalid

    found = [one for path in paths for file in _files(path) for one in _read(file)]
    if not found:
        raise DocumentsInvalid(f"There is no document in {', '.join(map(str, paths))}.")
    if len(found) > DOCUMENTS_MAX:
        message = f"There are {len(found)} documents; at once at most {DOCUMENTS_MAX} are taken."
        raise DocumentsInvalid(message)
    return found


def _files(path: Path) -> list[Path]:
    if not path.is_dir():
        return [path]
    return sorted(
        one
        for one in path.rglob("*")
        if (one.suffix in _DOCUMENTS or one.name in _MANIFESTS)
        and not _LEFT_OUT.intersection(one.relative_to(path).parts)
        and one.is_file()
    )


def _read(file: Path) -> "list[Found]":
    from consortium.trusted_documents.imports import FILE_BYTES_MAX, Found, manifest_documents
    from consortium.trusted_documents.rules import DocumentsInvalid

    try:
        with file.open("rb") as opened:
            content = opened.read(FILE_BYTES_MAX + 1)
        if len(content) > FILE_BYTES_MAX:
            raise DocumentsInvalid(f"{file} is too large: {FILE_BYTES_MAX} bytes are read.")
        if file.suffix not in _DOCUMENTS:
            return manifest_documents(str(file), content)
        return [Found(str(file), content.decode())]
    except OSError as error:
        raise DocumentsInvalid(f"{file} cannot be read: {error.strerror}.") from None
    except UnicodeDecodeError:
        raise DocumentsInvalid(f"{file} is not UTF-8.") from None


def _check(found: "list[Found]", settings: "Settings") -> None:
    """Refuse all where one would be refused when it is asked, naming each by file and line."""
    from consortium.trusted_documents.rules import DocumentsInvalid
    from consortium.web.app import limits_of
    from schema.errors import RequestRefused
    from schema.planner.documents import read_document
    from schema.root import GRAPHQL_SCHEMA

    limits = limits_of(settings)
    faults: list[str] = []
    for one in found:
        if "\0" in one.text:
            # Comments may hold it, PostgreSQL's texts not.
            faults.append(f"{one.where}: a document holds no NUL.")
            continue
        try:
            read_document(GRAPHQL_SCHEMA, one.text, limits)
        except RequestRefused as refused:
            faults += [_fault(one.where, error) for error in refused.errors]
    if faults:
        more = len(faults) - _FAULTS_SHOWN
        shown = [*faults[:_FAULTS_SHOWN], *([f"and {more} more"] if more > 0 else [])]
        raise DocumentsInvalid("Nothing was registered:\n" + "\n".join(shown))


def _fault(where: str, error: dict[str, object]) -> str:
    places = cast("list[dict[str, int]]", error.get("locations") or [])
    if places:
        where += f":{places[0]['line']}:{places[0]['column']}"
    return f"{where}: {error['message']}"
