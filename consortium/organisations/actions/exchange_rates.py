"""Record what currencies were worth: yearly averages, each with its source."""

from decimal import Decimal
from typing import Literal, NamedTuple

from consortium.storage.raw import Connection

# In one statement: what follows from the rates is computed once.
RECORD = """
WITH told AS (
    SELECT * FROM unnest($1::text[], $2::int[], $3::numeric[], $4::bigint[])
        WITH ORDINALITY AS t(currency, year, per_usd, citation_id, place)
),
known AS (
    SELECT t.place, x.id FROM told t JOIN exchange_rate x USING (currency, year)
),
recorded AS (
    INSERT INTO exchange_rate AS x (currency, year, per_usd, citation_id)
    SELECT currency, year, per_usd, citation_id FROM told ORDER BY currency, year
    ON CONFLICT ON CONSTRAINT exchange_rate_key DO UPDATE
    SET per_usd = excluded.per_usd, citation_id = excluded.citation_id
    WHERE (x.per_usd, x.citation_id) IS DISTINCT FROM (excluded.per_usd, excluded.citation_id)
    RETURNING x.currency, x.year
)
SELECT CASE WHEN r.year IS NULL THEN 'unchanged' WHEN k.id IS NULL THEN 'created'
    ELSE 'updated' END
FROM told t LEFT JOIN known k USING (place) LEFT JOIN recorded r USING (currency, year)
ORDER BY t.place
"""


class RateFacts(NamedTuple):
    """Units of a currency for one US dollar, on average over a year."""

    currency: str
    year: int
    per_usd: Decimal
    citation_id: int | None = None


async def record_exchange_rates(
    connection: Connection, rates: list[RateFacts]
) -> list[Literal["created", "updated", "unchanged"]]:
    """Keep the rates; what became of each. Sums that they convert follow."""
    columns = [[rate[at] for rate in rates] for at in range(4)]
    return [row[0] for row in await connection.fetch(RECORD, *columns)]
