"""The database of a command: the one that the settings name, or the program's own."""

from collections.abc import Callable, Generator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import typer

from consortium.cli.failures import log_to
from consortium.settings import Settings, load_settings

DataDir = Annotated[
    Path | None,
    typer.Option(
        "--data-dir", help="The directory of the program's own PostgreSQL.", show_default=False
    ),
]


@dataclass(frozen=True, slots=True)
class Address:
    """Where the database answers."""

    dsn: str
    """For the application's role, which cannot change the audit trail."""
    direct_dsn: str
    """The same, past any pooler and as the tables' owner: for migrations and an operator."""
    embedded: bool


def settings_with(*, data_dir: Path | None = None, **given: object) -> Settings:
    """The environment's settings under those of the command line."""
    changes = {name: value for name, value in given.items() if value is not None}
    if data_dir is not None:
        # A data directory on the command line asks for the program's own PostgreSQL.
        changes |= {"data_dir": data_dir.absolute(), "database_url": None}
    settings = load_settings().model_copy(update=changes)
    log_to(settings.data_dir)
    return settings


@contextmanager
def database_address(
    settings: Settings, *, share: bool, progress: Callable[[str], None] = lambda _: None
) -> Generator[Address]:
    """Where the database is, for as long as the block lasts.

    With `share`, the server of another process that runs over the same directory is used.
    """
    if settings.database_url is not None:
        direct = settings.direct_database_url or settings.database_url
        yield Address(settings.database_url, direct, embedded=False)
        return
    from consortium.storage.embedded import USER, embedded_server

    with embedded_server(settings.data_dir, share=share, progress=progress) as server:
        yield Address(server.dsn(role=USER), server.dsn(), embedded=True)
