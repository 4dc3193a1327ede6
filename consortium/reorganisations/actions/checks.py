"""What every change of an organisation begins with."""

from datetime import date

from consortium.evidence.actions import Citations
from consortium.kernel.errors import BadInput, PermissionDenied
from consortium.kernel.principal import Permission, Principal
from consortium.kernel.text import name_key
from consortium.organisations.actions.names import AliasTaken
from consortium.organisations.reads import ORGANISATIONS
from consortium.query.visible import require_visible
from consortium.reorganisations.actions.records import (
    Record,
    lock_all,
    lock_records,
    require_standing,
)
from consortium.storage.raw import Connection

NAME_MAX = 300
BY_NAME = "SELECT id, name FROM organisation WHERE name_key = $1 AND id <> $2"
BY_ALIAS = """
SELECT o.name FROM organisation_alias a JOIN organisation o ON o.id = a.organisation_id
WHERE a.name_key = $1 AND a.organisation_id <> $2
"""


class NameTaken(BadInput):
    """Another organisation has this name: merge the two if they are one, or give another name."""

    code = "NAME_TAKEN"
    constraint = "organisation_name_key_key"


class NameInvalid(BadInput):
    """A name has letters or digits, and is not longer than 300 characters."""

    code = "NAME_INVALID"


async def opened(
    connection: Connection, by: Principal, today: date, *organisations: int
) -> dict[int, Record]:
    """The records that are to be changed, locked after all that others may wait for.

    Raises:
        NotFound: there is no such organisation.
        PermissionDenied: the caller does not manage organisations.
        AlreadyMerged: its rows are another one's.
    """
    for one in organisations:
        await require_visible(connection, ORGANISATIONS, one, by, today)
    if not by.may(Permission.ORGANISATIONS_MANAGE):
        raise PermissionDenied
    await lock_all(connection, organisations)
    records = await lock_records(connection, *organisations)
    for one in organisations:
        require_standing(records[one])
    return records


async def check_name(connection: Connection, name: str, own_id: int = 0) -> None:
    """Refuse a name that no search would find, or that is another organisation's.

    Raises NameInvalid, NameTaken, AliasTaken.
    """
    key = name_key(name)
    if not key or len(name) > NAME_MAX or "\x00" in name:
        raise NameInvalid().at("name")
    taken = await connection.fetchrow(BY_NAME, key, own_id)
    if taken is not None:
        raise NameTaken(
            f"{taken[1]} (org_{taken[0]}) has this name: merge the two if they are one, or give"
            " another name."
        ).at("name")
    owner = await connection.fetchval(BY_ALIAS, key, own_id)
    if owner is not None:
        raise AliasTaken(f"{name!r} is another name of {owner}: give another one.").at("name")


async def cited(connection: Connection, url: str, title: str) -> int | None:
    """The citation of a source; None where none was given."""
    return await Citations(connection).of(url, title)
