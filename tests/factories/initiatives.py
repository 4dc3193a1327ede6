"""Shared initiatives."""

from typing import Any

from consortium.kernel.text import name_key, search_words
from tests.factories.rows import Connection, insert, number


async def create_initiative(connection: Connection, **values: Any) -> int:
    """An initiative of which only the name is known."""
    name = values.setdefault("name", f"Initiative {number()}")
    defaults = {
        "name_key": name_key(name),
        "search_text": search_words(f"{name} {values.get('description', '')}"),
    }
    return await insert(connection, "initiative", **defaults | values)


async def create_participant(connection: Connection, initiative_id: int, **values: Any) -> int:
    """Somebody who takes part, known by a name only."""
    name = values.setdefault("name", f"Participant {number()}")
    defaults = {"name_key": name_key(name), "initiative_id": initiative_id}
    return await insert(connection, "initiative_participant", **defaults | values)


async def create_target(connection: Connection, initiative_id: int, **values: Any) -> int:
    """A target in words."""
    defaults = {"description": f"Target {number()}", "initiative_id": initiative_id}
    return await insert(connection, "initiative_target", **defaults | values)


async def create_chain_action(
    connection: Connection, value_chain_id: int, initiative_id: int, **values: Any
) -> int:
    """An initiative at work on a chain."""
    ends = {"value_chain_id": value_chain_id, "initiative_id": initiative_id}
    return await insert(connection, "value_chain_initiative", **ends | values)
