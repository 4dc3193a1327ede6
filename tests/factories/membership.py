"""Memberships and engagements."""

from datetime import date
from typing import Any

from tests.factories.rows import Connection, insert


async def create_membership(connection: Connection, organisation_id: int, **values: Any) -> int:
    """A membership since nobody knows when, without end."""
    defaults = {"status": "MEMBER", "organisation_id": organisation_id}
    return await insert(connection, "membership", **defaults | values)


async def create_engagement(
    connection: Connection, assurer_id: int, client_id: int, **values: Any
) -> int:
    """An engagement of the year 2026 for all figures."""
    defaults = {
        "covers": "ALL_FIGURES",
        "starts_on": date(2026, 1, 1),
        "ends_on": date(2026, 12, 31),
        "assurer_id": assurer_id,
        "client_id": client_id,
    }
    return await insert(connection, "engagement", **defaults | values)
