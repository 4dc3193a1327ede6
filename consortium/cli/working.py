"""What commands that do one piece of work over the database have in common."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import TypeVar

import typer

from consortium.cli.opening import database_address
from consortium.kernel.errors import BadInput
from consortium.settings import Settings

T = TypeVar("T")


class OrganisationNotFound(BadInput):
    """There is no organisation of this name."""

    code = "ORGANISATION_NOT_FOUND"


async def organisation_named(name: str) -> int:
    """The row of the organisation of this name. Raises OrganisationNotFound."""
    from consortium.kernel.text import name_key
    from consortium.storage.database import transaction
    from consortium.storage.raw import raw

    async with transaction() as client:
        found = "SELECT id FROM organisation WHERE name_key = $1"
        row_id: int | None = await raw(client).fetchval(found, name_key(name))
    if row_id is None:
        raise OrganisationNotFound(f"There is no organisation named {name!r}.")
    return row_id


def run_over(
    settings: Settings,
    work: Callable[[], Awaitable[T]],
    *,
    progress: Callable[[str], None] = typer.echo,
) -> T:
    """Do the work over the database that the settings name."""
    from consortium.storage.database import Database

    async def over(dsn: str) -> T:
        async with Database.open(dsn, max_size=2):
            return await work()

    with database_address(settings, share=True, progress=progress) as address:
        return asyncio.run(over(address.dsn))
