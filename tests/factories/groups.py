"""Working groups, offices and meetings."""

from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from consortium.kernel.text import name_key
from tests.factories.rows import Connection, insert, number

FIRST, LAST = date(2020, 1, 1), date(2099, 12, 31)


async def create_group(connection: Connection, **values: Any) -> int:
    """A working group since 2020, without a last day."""
    name = values.setdefault("name", f"Group {number()}")
    defaults = {"name_key": name_key(name), "mandate": "To work.", "starts_on": FIRST}
    return await insert(connection, "working_group", **defaults | values)


async def create_delegacy(
    connection: Connection, group_id: int, organisation_id: int, account_id: int, **values: Any
) -> int:
    """A delegate for as long as one lives."""
    defaults = {
        "group_id": group_id,
        "organisation_id": organisation_id,
        "account_id": account_id,
        "office": "DELEGATE",
        "starts_on": FIRST,
        "ends_on": LAST,
    }
    return await insert(connection, "delegacy", **defaults | values)


async def create_meeting(
    connection: Connection, group_id: int, held_on: date, **values: Any
) -> int:
    """A meeting at noon, for an hour."""
    at = datetime.combine(held_on, time(12), UTC)
    defaults = {
        "group_id": group_id,
        "title": "A meeting",
        "starts_at": at,
        "ends_at": at + timedelta(hours=1),
        "time_zone": "UTC",
        "held_on": held_on,
        "place": "Room 1",
    }
    return await insert(connection, "meeting", **defaults | values)
