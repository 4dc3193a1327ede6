"""Record disclosed inventories."""

from datetime import date
from decimal import Decimal
from typing import Literal, NamedTuple

from consortium.inventory.rules import PublishedScopes, check_parts
from consortium.kernel.periods import year_of
from consortium.kernel.visibility import Visibility
from consortium.storage.raw import Connection


class InventoryFacts(NamedTuple):
    """An inventory as published; masses in kg CO2e, None not stated."""

    reference: str
    organisation_id: int
    label: str
    period_start: date | None = None
    period_end: date | None = None
    scope1_kg_co2e: Decimal | None = None
    scope2_location_kg_co2e: Decimal | None = None
    scope2_market_kg_co2e: Decimal | None = None
    scope2_unspecified_kg_co2e: Decimal | None = None
    scope3_kg_co2e: Decimal | None = None
    total_kg_co2e: Decimal | None = None
    notes: str = ""
    primary_source: str = ""
    quality: str = ""
    quarantined: bool = False
    visibility: Visibility = Visibility.PUBLIC
    citation_id: int | None = None


GIVEN = InventoryFacts._fields
DERIVED = ("year", "parts_check", "parts_difference_kg_co2e")
ALL = (*GIVEN, *DERIVED)
SELECT = f"SELECT id, {', '.join(ALL)} FROM inventory WHERE reference = $1 FOR UPDATE"  # noqa: S608
INSERT = (
    f"INSERT INTO inventory ({', '.join(ALL)})"  # noqa: S608  our own names
    f" VALUES ({', '.join(f'${n}' for n in range(1, len(ALL) + 1))})"
)
UPDATE = (
    f"UPDATE inventory SET {', '.join(f'{name} = ${n}' for n, name in enumerate(ALL, 2))}"  # noqa: S608
    " WHERE id = $1"
)


async def record_inventory(
    connection: Connection, facts: InventoryFacts
) -> Literal["created", "updated", "unchanged"]:
    """Add an inventory, or correct the one with this reference."""
    values = _values(facts)
    kept = await connection.fetchrow(SELECT, facts.reference)
    if kept is None:
        await connection.execute(INSERT, *values)
        return "created"
    if tuple(kept)[1:] == values:
        return "unchanged"
    await connection.execute(UPDATE, kept["id"], *values)
    return "updated"


def _values(facts: InventoryFacts) -> tuple[object, ...]:
    answer = check_parts(PublishedScopes(*facts[5:11]))
    plain = tuple(value.value if isinstance(value, Visibility) else value for value in facts)
    return (
        *plain,
        year_of(facts.period_start, facts.period_end),
        answer.outcome.value,
        answer.difference,
    )
