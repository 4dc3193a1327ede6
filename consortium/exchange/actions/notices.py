"""Events that go out: written here, in the transaction that gives cause, and delivered later."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import uuid4

import orjson

from consortium.exchange.rules.addresses import events_address
from consortium.exchange.rules.events import FOOTPRINTS_MAX, EventKind
from consortium.exchange.rules.vocabulary import Direction, EventState
from consortium.storage.raw import Connection

_SEND = """
INSERT INTO exchange_event
    (partner_id, direction, kind, event_id, address, said_at, data, request_id, asked_by_id, state)
VALUES ($1, $2, $3, $4, $5, now(), $6, $7, $8, $9) RETURNING id
"""
_PARTNER = "SELECT base_url, client_id FROM partner WHERE id = $1 AND removed_at IS NULL"
_PACT_IDS = "SELECT pact_id FROM footprint WHERE id = ANY ($1::bigint[]) ORDER BY id"


async def send(  # noqa: PLR0913  what an event has
    connection: Connection,
    partner: int,
    kind: EventKind,
    data: Mapping[str, Any],
    *,
    address: str,
    request: int | None = None,
    asked_by: int | None = None,
) -> int:
    """Let an event be delivered once the transaction has been committed; returns its row."""
    key: int = await connection.fetchval(
        _SEND,
        partner,
        Direction.SENT.value,
        kind.value,
        str(uuid4()),
        address,
        orjson.dumps(data).decode(),
        request,
        asked_by,
        EventState.WAITING.value,
    )
    return key


async def give_notice(connection: Connection, partner: int, footprints: Sequence[int]) -> None:
    """Tell a partner's system of footprints that are new to it, or that changed.

    A partner whose system gives us no tokens is told nothing.
    """
    row = await connection.fetchrow(_PARTNER, partner)
    if row is None or row["client_id"] is None:
        return
    found = [str(one["pact_id"]) for one in await connection.fetch(_PACT_IDS, list(footprints))]
    address = events_address(row["base_url"])
    for start in range(0, len(found), FOOTPRINTS_MAX):
        data = {"pfIds": found[start : start + FOOTPRINTS_MAX]}
        await send(connection, partner, EventKind.PUBLISHED, data, address=address)
