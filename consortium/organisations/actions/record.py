"""Record what is known of an organisation."""

from decimal import Decimal
from typing import NamedTuple

from consortium.kernel.text import name_key, search_words
from consortium.organisations.actions.sizes import SizeFacts, record_size
from consortium.storage.raw import Connection


class OrganisationFacts(NamedTuple):
    """An organisation as a source describes it; None and "" are unknown."""

    name: str
    country: str | None = None
    sector: str | None = None
    revenue_amount: Decimal | None = None
    revenue_currency: str | None = None
    revenue_year: int | None = None
    employees: int | None = None
    employees_year: int | None = None
    size_citation_id: int | None = None
    citation_id: int | None = None
    notes: str = ""


SIZES = (
    *("revenue_amount", "revenue_currency", "revenue_year", "employees", "employees_year"),
    "size_citation_id",
)
COLUMNS = tuple(name for name in OrganisationFacts._fields if name not in SIZES)
SELECT = f"SELECT {', '.join(COLUMNS)} FROM organisation WHERE id = $1"  # noqa: S608  our own names
INSERT = f"""
INSERT INTO organisation ({", ".join(COLUMNS)}, name_key, search_text)
VALUES ({", ".join(f"${n}" for n in range(1, len(COLUMNS) + 3))}) RETURNING id
"""  # noqa: S608
UPDATE = f"""
UPDATE organisation
SET {", ".join(f"{name} = ${n}" for n, name in enumerate(COLUMNS, 1))}
WHERE id = ${len(COLUMNS) + 1}
"""  # noqa: S608


async def record_organisation(connection: Connection, facts: OrganisationFacts) -> int:
    """Add an organisation with its sizes; its name must be new."""
    row_id: int = await connection.fetchval(
        INSERT, *_columns(facts), name_key(facts.name), search_words(facts.name)
    )
    await _record_sizes(connection, row_id, facts)
    return row_id


async def complete_organisation(
    connection: Connection, organisation_id: int, facts: OrganisationFacts
) -> bool:
    """Take over what the facts know, keep what they do not; whether anything changed.

    The name it was recorded with stays: a source may know it by an alias. A size is added to those
    of other years, and takes the place of one of its own year.
    """
    row = await connection.fetchrow(SELECT, organisation_id)
    assert row is not None  # noqa: S101  the id came from the database
    kept = dict(zip(COLUMNS, row, strict=True))
    told = {name: value for name, value in facts._asdict().items() if value not in (None, "")}
    merged = {name: told.get(name, value) for name, value in kept.items()} | {"name": kept["name"]}
    if merged != kept:
        await connection.execute(UPDATE, *merged.values(), organisation_id)
    sized = await _record_sizes(connection, organisation_id, facts)
    return merged != kept or sized


def _columns(facts: OrganisationFacts) -> list[object]:
    return [getattr(facts, name) for name in COLUMNS]


async def _record_sizes(
    connection: Connection, organisation_id: int, facts: OrganisationFacts
) -> bool:
    """Revenue and employees, each of its own year; whether anything changed."""
    changed = False
    amount, currency, citation = (
        facts.revenue_amount,
        facts.revenue_currency,
        facts.size_citation_id,
    )
    if amount is not None:
        size = SizeFacts(
            organisation_id, facts.revenue_year, amount, currency, citation_id=citation
        )
        changed |= await record_size(connection, size)
    if facts.employees is not None:
        size = SizeFacts(
            organisation_id,
            facts.employees_year,
            employees=facts.employees,
            citation_id=citation,
        )
        changed |= await record_size(connection, size)
    return changed
