"""Inventories."""

from datetime import date
from typing import Any

from consortium.kernel.periods import year_of
from tests.factories.rows import Connection, insert, number


async def create_inventory(connection: Connection, organisation_id: int, **values: Any) -> int:
    """A public inventory of 2023 of which no scope is known."""
    period = {"period_start": date(2023, 1, 1), "period_end": date(2023, 12, 31)} | values
    defaults = {
        "reference": f"inventory-{number()}",
        "label": "2023",
        "year": year_of(period["period_start"], period["period_end"]),
        "parts_check": "NOT_CHECKABLE",
        "visibility": "PUBLIC",
        "organisation_id": organisation_id,
    }
    return await insert(connection, "inventory", **defaults | period)
