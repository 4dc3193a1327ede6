"""Value chains."""

from datetime import date
from decimal import Decimal
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


async def create_activity(connection: Connection, chain_version_id: int, **values: Any) -> int:
    """An activity of a draft that makes 1000 kg of something."""
    code = values.setdefault("code", f"activity-{number()}")
    defaults = {"process": code, "name": code, "product": code, "unit": "kg"}
    made = {"chain_version_id": chain_version_id, "output": Decimal(1000)}
    return await insert(connection, "activity", **made | defaults | values)


async def create_exchange(
    connection: Connection, chain_version_id: int, consumer_id: int, supplier_id: int, **values: Any
) -> int:
    """What one activity of a draft takes of another: 10 of its unit."""
    ends = {"consumer_id": consumer_id, "supplier_id": supplier_id}
    stated = {"amount": Decimal(10), "stated_amount": Decimal(10), "stated_unit": "kg"}
    made = {"chain_version_id": chain_version_id}
    return await insert(connection, "activity_exchange", **made | ends | stated | values)


async def create_chain_version(
    connection: Connection, value_chain_id: int, organisation_id: int, **values: Any
) -> tuple[int, int, int]:
    """A version of two activities that need one another: its id and theirs, the first emits.

    It is published unless told, and then shown to whom it shall be.
    """
    shown = {
        "status": values.pop("status", "PUBLISHED"),
        "visibility": values.pop("visibility", "PRIVATE"),
        "published_on": values.pop("published_on", date(2026, 3, 1)),
    }
    citation = values.get("citation_id")
    about = values.pop("about", {})
    values.setdefault("reference", f"version-{number()}")
    defaults = {"title": values["reference"], "value_chain_id": value_chain_id}
    key = await insert(
        connection, "chain_version", organisation_id=organisation_id, **defaults | values
    )
    first = await create_activity(connection, key, code="steel", citation_id=citation, **about)
    second = await create_activity(connection, key, code="power", process="works")
    await create_activity(connection, key, code="heat", process="works", share=Decimal(0))
    await create_exchange(connection, key, first, second, citation_id=citation)
    await create_exchange(connection, key, second, first, uncertainty=Decimal("0.1"))
    emitted = {"gas": "CO2", "mass_kg": Decimal(5), "uncertainty": Decimal("0.2")}
    row = {"chain_version_id": key, "activity_id": first}
    await insert(connection, "activity_emission", **row | emitted)
    if shown["status"] != "DRAFT":
        await connection.fetchval(
            "UPDATE chain_version SET (status, visibility, published_on) = ($2, $3, $4)"
            " WHERE id = $1",
            key,
            *shown.values(),
        )
    return key, first, second
