"""Organisations, their other names, and who controls them."""

from datetime import date
from typing import Any

from consortium.kernel.text import name_key, search_words
from tests.factories.rows import Connection, insert, number


async def create_organisation(connection: Connection, **values: Any) -> int:
    """An organisation of which only the name is known."""
    name = values.setdefault("name", f"Organisation {number()}")
    defaults = {
        "name_key": name_key(name),
        "search_text": search_words(f"{name} {values.get('sector') or ''}"),
    }
    return await insert(connection, "organisation", **defaults | values)


async def create_alias(connection: Connection, organisation_id: int, name: str) -> int:
    """Another name of an organisation."""
    return await insert(
        connection,
        "organisation_alias",
        organisation_id=organisation_id,
        name=name,
        name_key=name_key(name),
    )


async def create_parentage(connection: Connection, child_id: int, parent_id: int, **v: Any) -> int:
    """Control without known dates, unless told otherwise."""
    values = {"relation": "CONTROL", "child_id": child_id, "parent_id": parent_id}
    return await insert(connection, "parentage", **values | v)


async def create_size(
    connection: Connection, organisation_id: int, year: int | None, **values: Any
) -> int:
    """What was published of a year."""
    return await insert(
        connection, "organisation_size", organisation_id=organisation_id, year=year, **values
    )


async def create_period(
    connection: Connection, organisation_id: int, ends_on: date, **values: Any
) -> int:
    """What an organisation was from nobody knows when to a day."""
    defaults = {"name": "As it was called", "ends_on": ends_on}
    return await insert(
        connection, "organisation_period", organisation_id=organisation_id, **defaults | values
    )


async def create_rate(connection: Connection, currency: str, year: int, **values: Any) -> int:
    """What a currency was worth in a year."""
    return await insert(connection, "exchange_rate", currency=currency, year=year, **values)
