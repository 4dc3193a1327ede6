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


async def create_succession(
    connection: Connection, predecessor_id: int, successor_id: int, **values: Any
) -> int:
    """A merger on the first day of 2026, unless told otherwise."""
    ends = {"predecessor_id": predecessor_id, "successor_id": successor_id}
    defaults = {"kind": "MERGER", "effective_on": date(2026, 1, 1)}
    return await insert(connection, "succession", **{**defaults, **ends, **values})


async def create_merge(
    connection: Connection, duplicate_id: int, survivor_id: int, **values: Any
) -> int:
    """A merge that changed nothing."""
    ends = {"duplicate_id": duplicate_id, "survivor_id": survivor_id}
    return await insert(connection, "organisation_merge", **{**ends, **values})


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


async def create_rate(connection: Connection, currency: str, year: int, **values: Any) -> int:
    """What a currency was worth in a year."""
    return await insert(connection, "exchange_rate", currency=currency, year=year, **values)
