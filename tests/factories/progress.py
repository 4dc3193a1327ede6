"""Pledges, and the initiatives that effects name."""

from datetime import date
from decimal import Decimal
from typing import Any

from tests.factories.rows import Connection, insert, number


async def create_pledge(connection: Connection, organisation_id: int, **values: Any) -> int:
    """A public pledge of 15 kt from 2021 to 2035, unless told, known since it began."""
    about = {
        "reference": values.pop("reference", f"pledge-{number()}"),
        "visibility": values.pop("visibility", "PUBLIC"),
    }
    pledge = await insert(connection, "pledge", organisation_id=organisation_id, **about)
    await create_pledge_terms(connection, pledge, **values)
    return pledge


async def create_pledge_terms(connection: Connection, pledge_id: int, **values: Any) -> int:
    """What a pledge says."""
    defaults = {
        "number": 1,
        "statement": "So much less.",
        "quantity_kg_co2e": Decimal(15_000_000),
        "starts_on": date(2021, 1, 1),
        "ends_on": date(2035, 12, 31),
        "known_from": date(2021, 1, 1),
    }
    return await insert(connection, "pledge_terms", pledge_id=pledge_id, **defaults | values)


async def name_initiative(connection: Connection, effect_id: int, initiative_id: int) -> None:
    """An initiative under which an effect was achieved."""
    link = {"effect_id": effect_id, "initiative_id": initiative_id}
    await insert(connection, "effect_initiative", **link)
