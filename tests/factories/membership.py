"""Memberships."""

from typing import Any

from tests.factories.rows import Connection, insert


async def create_membership(connection: Connection, organisation_id: int, **values: Any) -> int:
    """A membership since nobody knows when, without end."""
    defaults = {"status": "MEMBER", "organisation_id": organisation_id}
    return await insert(connection, "membership", **defaults | values)
