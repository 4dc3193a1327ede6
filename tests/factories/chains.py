"""Versions of value chains by plain SQL."""

from collections.abc import Mapping, Sequence
from typing import Any

from tests.factories.rows import Connection, insert, number


async def create_version(connection: Connection, organisation: int, **given: Any) -> int:
    """A draft of a chain of its own."""
    at = number()
    chain = given.pop("value_chain_id", None) or await insert(
        connection, "value_chain", name=f"Chain {at}", name_key=f"chain {at}"
    )
    about = {"reference": f"version-{at}", "title": f"Version {at}"} | given
    return await insert(
        connection, "chain_version", value_chain_id=chain, organisation_id=organisation, **about
    )


async def create_activity(connection: Connection, version: int, code: str, **given: Any) -> int:
    """An activity that makes 1 kg unless more is said."""
    about = {"process": code, "name": code.title(), "product": code, "unit": "kg", "output": 1}
    return await insert(
        connection, "activity", chain_version_id=version, code=code, **(about | given)
    )


async def create_exchange(
    connection: Connection, version: int, consumer: int, supplier: int, amount: Any, **given: Any
) -> int:
    """What an activity takes of another's product, in its unit."""
    stated = {"stated_amount": amount, "stated_unit": "kg"} | given
    return await insert(
        connection,
        "activity_exchange",
        chain_version_id=version,
        consumer_id=consumer,
        supplier_id=supplier,
        amount=amount,
        **stated,
    )


async def create_emission(
    connection: Connection,
    version: int,
    activity: int,
    mass_kg: Any,
    gas: str = "CO2",
    **given: Any,
) -> int:
    """What an activity emits itself."""
    return await insert(
        connection,
        "activity_emission",
        chain_version_id=version,
        activity_id=activity,
        gas=gas,
        mass_kg=mass_kg,
        **given,
    )


async def create_chain(
    connection: Connection,
    organisation: int,
    needs: Sequence[Sequence[Any]],
    emissions: Sequence[Any],
    **given: Any,
) -> tuple[int, Mapping[int, int]]:
    """A version of activities 0..n-1: `needs[i][j]` of i's product for one unit of j's."""
    version = await create_version(connection, organisation, **given)
    ids = {at: await create_activity(connection, version, f"a{at}") for at in range(len(needs))}
    for supplier, row in enumerate(needs):
        for consumer, amount in enumerate(row):
            if amount:
                await create_exchange(connection, version, ids[consumer], ids[supplier], amount)
    for at, mass in enumerate(emissions):
        if mass:
            await create_emission(connection, version, ids[at], mass)
    return version, ids
