"""Value chains."""

from typing import Any

from consortium.kernel.text import name_key
from tests.factories.rows import Connection, insert, number


async def create_chain(connection: Connection, **values: Any) -> int:
    """A chain without stages."""
    name = values.setdefault("name", f"Chain {number()}")
    return await insert(connection, "value_chain", **{"name_key": name_key(name)} | values)


async def create_stage(connection: Connection, value_chain_id: int, **values: Any) -> int:
    """A stage at the end of its chain."""
    name = values.setdefault("name", f"Stage {number()}")
    defaults = {"name_key": name_key(name), "position": 1, "value_chain_id": value_chain_id}
    return await insert(connection, "value_chain_stage", **defaults | values)


async def create_stage_participant(
    connection: Connection, stage_id: int, organisation_id: int, **values: Any
) -> int:
    """An organisation at work on a stage."""
    ends = {"stage_id": stage_id, "organisation_id": organisation_id}
    return await insert(connection, "value_chain_participant", **ends | values)
