"""What organisations are found by: kept by triggers, made anew where rows came past them."""

from consortium.storage.database import transaction
from consortium.storage.raw import raw

_COLUMNS = "beginning, name_key, row_id"
_RIGHT = f"""
SELECT {_COLUMNS} FROM organisation_beginnings_of(ARRAY(SELECT id FROM organisation))
"""  # noqa: S608  our own names
CLEAR = "DELETE FROM organisation_beginning"
FILL = f"INSERT INTO organisation_beginning ({_COLUMNS}) {_RIGHT}"
DIFFERING = f"""
SELECT name_key FROM (
    (SELECT {_COLUMNS} FROM organisation_beginning EXCEPT {_RIGHT})
    UNION ALL ({_RIGHT} EXCEPT SELECT {_COLUMNS} FROM organisation_beginning)
) differing GROUP BY name_key ORDER BY name_key LIMIT $1
"""  # noqa: S608


async def rebuild_beginnings() -> None:
    """Make them anew of all names, as after rows were copied past the triggers."""
    async with transaction() as client:
        await raw(client).execute(CLEAR)
        await raw(client).execute(FILL)


async def check_beginnings(limit: int = 20) -> list[str]:
    """The names of which is kept what should not be, or not what should; at most `limit`."""
    async with transaction() as client:
        return [row[0] for row in await raw(client).fetch(DIFFERING, limit)]
