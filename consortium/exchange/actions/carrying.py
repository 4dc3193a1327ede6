"""Members' requests for footprints that go to partners: each is sent once, as an event."""

from typing import Any

from consortium.audit.actions import audited
from consortium.exchange.actions.notices import send
from consortium.exchange.rules.addresses import events_address
from consortium.exchange.rules.events import EventKind
from consortium.kernel.principal import Principal
from consortium.storage.database import transaction
from consortium.storage.raw import raw

_WAITING = """
SELECT r.id, r.partner_id, r.product_urns, r.comment, p.base_url
FROM footprint_request r
JOIN partner p ON p.id = r.partner_id AND p.organisation_id = r.organisation_id
WHERE r.way = 'PARTNER' AND r.status = 'OPEN' AND p.removed_at IS NULL
    AND NOT EXISTS (SELECT FROM exchange_event e WHERE e.asked_by_id = r.id)
ORDER BY r.id LIMIT 100 FOR UPDATE OF r SKIP LOCKED
"""
_ANY = """
SELECT EXISTS (SELECT FROM footprint_request r WHERE r.way = 'PARTNER' AND r.status = 'OPEN'
    AND NOT EXISTS (SELECT FROM exchange_event e WHERE e.asked_by_id = r.id)
    AND EXISTS (SELECT FROM partner p WHERE p.id = r.partner_id AND p.removed_at IS NULL
        AND p.organisation_id = r.organisation_id))
"""


async def carry_requests() -> int:
    """Put an event in the way for each request that has none; returns how many."""
    async with transaction() as client:
        if not await raw(client).fetchval(_ANY):
            return 0
    async with audited(Principal(), "partner-request:carry") as open_:
        rows = await open_.fetch(_WAITING)
        for row in rows:
            data: dict[str, Any] = {"productId": list(row["product_urns"])}
            if row["comment"]:
                data["comment"] = row["comment"]
            address = events_address(row["base_url"])
            created = EventKind.REQUEST_CREATED
            await send(open_, row["partner_id"], created, data, address=address, asked_by=row["id"])
    return len(rows)
