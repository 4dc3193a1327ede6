"""PACT's door over real HTTPS: who may ask, what is listed, and what is told of a bad request."""

from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

import httpx

from consortium.exchange.actions.partners import SharedWithPartner, share_with_partner
from consortium.footprints.rules.facts import FootprintFacts
from consortium.storage.database import transaction
from consortium.storage.raw import raw
from tests.exchange.instances import Instance, bearer
from tests.factories.footprints import create_footprint, facts

CREATED = "org.wbcsd.pact.ProductFootprint.RequestCreatedEvent.3"
PUBLISHED = "org.wbcsd.pact.ProductFootprint.PublishedEvent.3"


async def keep(here: Instance, *, visibility: str = "PRIVATE", **changes: Any) -> int:
    """A footprint of the member."""
    changes.setdefault("id", uuid4())
    sent: FootprintFacts = facts(**changes)
    async with transaction() as client:
        connection = raw(client)
        key = await create_footprint(connection, here.organisation, sent)
        await connection.execute("UPDATE footprint SET visibility = $2 WHERE id = $1", key, visibility)
    return key


async def shared(here: Instance, **changes: Any) -> tuple[int, str, dict[str, str]]:
    """A partner with a footprint: its row, its client, and headers with a token of it."""
    partner = await here.register("Buyer", base_url="https://buyer.example/pact")
    key = await keep(here, **changes)
    await here.does(share_with_partner, SharedWithPartner(partner.key, (key,)))
    token = await here.token(partner.client_id, partner.client_secret)
    return partner.key, partner.client_id, dict(bearer(token))


async def test_first(mill: Instance) -> None:
    key, _, headers = await shared(mill)
    answer = await mill.http.get("/3/footprints", headers=headers)
    assert answer.status_code == 200, answer.text
    assert len(answer.json()["data"]) == 1
