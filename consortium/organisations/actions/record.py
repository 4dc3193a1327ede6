"""Record what is known of an organisation."""

from decimal import Decimal
from typing import NamedTuple

from consortium.kernel.text import name_key, search_words
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


COLUMNS = OrganisationFacts._fields
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
    """Add an organisation; its name must be new."""
    row_id: int = await connection.fetchval(
        INSERT, *facts, name_key(facts.name), search_words(facts.name)
    )
    return row_id


async def complete_organisation(
    connection: Connection, organisation_id: int, facts: OrganisationFacts
) -> bool:
    """Take over what the facts know, keep what they do not; whether anything changed.

    The name it was recorded with stays: a source may know it by an alias.
    """
    row = await connection.fetchrow(SELECT, organisation_id)
    assert row is not None  # noqa: S101  the id came from the database
    kept = OrganisationFacts(*row)
    told = {name: value for name, value in facts._asdict().items() if value not in (None, "")}
    merged = kept._replace(**{**told, "name": kept.name})
    if merged == kept:
        return False
    await connection.execute(UPDATE, *merged, organisation_id)
    return True
