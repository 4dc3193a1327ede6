"""What a partner's client may read at the door: a page, or one, in one statement with its rights.

A partner sees the footprints that its member keeps and shares with it, and those the member shows
to the public. What it may not see does not exist.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, NamedTuple, Protocol
from uuid import UUID

import orjson

from consortium.exchange.rules.filters import Filters
from consortium.exchange.rules.partners import NoPartner
from consortium.exchange.rules.wire import write_footprint
from consortium.footprints.rules.facts import FootprintFacts
from consortium.footprints.rules.identifiers import urn_key
from consortium.footprints.rules.storing import COLUMNS, facts_of
from consortium.kernel.errors import NotFound

_COLUMNS = ", ".join(f"f.{name}" for name in COLUMNS)

# Row `f` is shown to the partner `p`.
SHOWN = (
    "f.organisation_id = p.organisation_id AND (f.visibility = 'PUBLIC' OR EXISTS ("
    "SELECT FROM partner_share s WHERE s.partner_id = p.id AND s.footprint_id = f.id))"
)
# A criterion without values holds for every row: $2 to $9 are null then.
_MATCHING = """
    ($2::text[] IS NULL OR f.product_keys && $2)
    AND ($3::text[] IS NULL OR f.company_keys && $3)
    AND ($4::text[] IS NULL OR lower(f.geography_country) = ANY ($4)
        OR lower(f.geography_country_subdivision) = ANY ($4)
        OR lower(f.geography_region_or_subregion) = ANY ($4))
    AND ($5::text[] IS NULL OR f.classification_keys && $5)
    AND ($6::text[] IS NULL OR lower(f.status) = ANY ($6))
    AND ($7::timestamptz[] IS NULL OR EXISTS (
        SELECT FROM unnest($7) AS at WHERE f.valid_from <= at AND at <= f.valid_to))
    AND ($8::timestamptz[] IS NULL OR f.valid_from > ANY ($8))
    AND ($9::timestamptz[] IS NULL OR f.valid_to < ANY ($9))
"""
# Without a partner there is no row at all; without footprints there is one without any.
_PAGE = f"""
SELECT p.id AS partner_id, page.* FROM partner p
LEFT JOIN LATERAL (
    SELECT f.id AS place, {_COLUMNS} FROM footprint f
    WHERE {SHOWN} AND f.id > $10 AND {_MATCHING}
    ORDER BY f.id LIMIT $11
) page ON true
WHERE p.oauth_client_id = $1 AND p.removed_at IS NULL ORDER BY page.place
"""
_ONE = f"""
SELECT p.id AS partner_id, page.* FROM partner p
LEFT JOIN LATERAL (
    SELECT f.id AS place, {_COLUMNS} FROM footprint f WHERE {SHOWN} AND f.pact_id = $2
    ORDER BY f.id LIMIT 1
) page ON true
WHERE p.oauth_client_id = $1 AND p.removed_at IS NULL
"""


class Fetching(Protocol):
    """A connection or pool."""

    async def fetch(self, query: str, *args: Any) -> list[Any]:
        """The rows."""
        ...


class Listed(NamedTuple):
    """Footprints with their places in the order, and whether more follow."""

    footprints: list[tuple[int, FootprintFacts]]
    more: bool

    def documents(self) -> list[dict[str, Any]]:
        """As they travel."""
        return [write_footprint(facts) for _, facts in self.footprints]


async def list_footprints(
    connection: Fetching, client: int | None, filters: Filters, *, after: int, size: int
) -> Listed:
    """A page of what a partner's client may see, by their rows. Raises NoPartner."""
    values = (*_values(filters), after, size + 1)
    rows = await connection.fetch(_PAGE, client, *values)
    found = _read(rows)
    return Listed(found[:size], len(found) > size)


async def get_footprint(connection: Fetching, client: int | None, pact_id: UUID) -> FootprintFacts:
    """One footprint by PACT's id. Raises NoPartner, NotFound."""
    found = _read(await connection.fetch(_ONE, client, pact_id))
    if not found:
        raise NotFound("There is no footprint of this id that is shared with you.")
    return found[0][1]


def _read(rows: Sequence[Any]) -> list[tuple[int, FootprintFacts]]:
    if not rows:
        raise NoPartner
    kept = [row for row in rows if row["place"] is not None]
    return [(row["place"], facts_of(row, orjson.loads(row["details"]))) for row in kept]


def _values(filters: Filters) -> list[list[str] | list[datetime] | None]:
    urns = [
        [urn_key(one) for one in given]
        for given in (filters.product_id, filters.company_id, filters.classification)
    ]
    products, companies, classifications = (one or None for one in urns)
    return [
        products,
        companies,
        list(filters.geography) or None,
        classifications,
        list(filters.status) or None,
        list(filters.valid_on) or None,
        list(filters.valid_after) or None,
        list(filters.valid_before) or None,
    ]
