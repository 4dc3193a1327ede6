"""Claims of avoided emissions. How they stand in the sums is for `refresh` to find out."""

from datetime import date
from decimal import Decimal
from typing import Any

from consortium.kernel.periods import year_of
from consortium.kernel.text import search_words
from tests.factories.rows import Connection, insert, number


async def create_claim(connection: Connection, organisation_id: int, **values: Any) -> int:
    """A public year-on-year claim of 1 000 t in 2023, known since 2024.

    Of a period that is given, `year` is what the rule makes of it; a claim without `value_kg_co2e`,
    `low_kg_co2e` and `high_kg_co2e` needs `value_kg_co2e=None` and a text.
    """
    period = {"period_start": date(2023, 1, 1), "period_end": date(2023, 12, 31)} | values
    defaults = {
        "reference": f"claim-{number()}",
        "kind": "YEAR_ON_YEAR",
        "record_type": "ACTUAL",
        "year": year_of(period["period_start"], period["period_end"]),
        "value_kg_co2e": Decimal(1_000_000),
        "known_on": date(2024, 6, 30),
        "search_text": search_words(str(values.get("as_published", ""))),
        "organisation_id": organisation_id,
    }
    return await insert(connection, "avoided_claim", **defaults | period)


async def link_claim(
    connection: Connection,
    claim_id: int,
    *,
    initiative_id: int | None = None,
    value_chain_id: int | None = None,
) -> None:
    """Name an initiative, a chain, or both in a claim."""
    if initiative_id is not None:
        link = {"claim_id": claim_id, "initiative_id": initiative_id}
        await insert(connection, "avoided_claim_initiative", **link)
    if value_chain_id is not None:
        link = {"claim_id": claim_id, "value_chain_id": value_chain_id}
        await insert(connection, "avoided_claim_value_chain", **link)
