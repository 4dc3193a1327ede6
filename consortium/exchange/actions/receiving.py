"""Events that partners' systems send: kept before they are answered with success."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Any

import orjson
from asyncpg import Record

from consortium.audit.actions import audited
from consortium.exchange.actions.outcomes import request_fulfilled, request_rejected
from consortium.exchange.actions.taking import Faulty, Giver, take, tell
from consortium.exchange.rules.addresses import registered_source
from consortium.exchange.rules.events import Event, EventInvalid, EventKind
from consortium.exchange.rules.partners import NoPartner, SourceUnregistered
from consortium.exchange.rules.vocabulary import Direction, EventState
from consortium.kernel.principal import Principal
from consortium.storage.database import transaction
from consortium.storage.raw import Connection, raw

_PARTNER = """
SELECT id, organisation_id, name, base_url, event_sources FROM partner
WHERE oauth_client_id = $1 AND removed_at IS NULL
"""
_KEEP = """
INSERT INTO exchange_event (partner_id, direction, kind, event_id, address, said_at, data,
    request_id, state, due_at, ended_at)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)
ON CONFLICT (partner_id, direction, event_id) DO NOTHING RETURNING id
"""
_ASKED = """
SELECT id, state, asked_by_id FROM exchange_event
WHERE partner_id = $1 AND direction = 'SENT' AND kind = 'REQUEST_CREATED' AND event_id = $2
FOR UPDATE
"""
_SEEN = """
SELECT EXISTS (SELECT FROM exchange_event
    WHERE partner_id = $1 AND direction = 'RECEIVED' AND event_id = $2)
"""
# A request is answered first, and its answer sent after that.
_AFTER_THE_ANSWER = timedelta(seconds=1)
_FAULTY_TOLD = 3


class EventFaulty(EventInvalid):
    """A footprint of the event is faulty; the message names the fields. Nothing was taken."""

    code = "EVENT_FAULTY"

    def __init__(self, partner: int = 0, faulty: Sequence[Faulty] = ()) -> None:
        """Take whose event it is, and what is wrong with which footprints."""
        super().__init__(" ".join(one.told("data.pfs") for one in faulty[:_FAULTY_TOLD]) or None)
        self.partner = partner
        self.faulty = tuple(faulty)


async def receive_event(by: Principal, event: Event, today: date, now: datetime) -> None:
    """Take in an event of the partner whose client asks; one that came before changes nothing.

    Raises:
        NoPartner: the client is no partner's.
        SourceUnregistered: the event names another address than the partner's.
        EventInvalid: an answer to no request of ours, or with a footprint that is faulty.
    """
    async with audited(by, "partner-event:receive", organisation_id=by.organisation_id) as open_:
        partner = await open_.fetchrow(_PARTNER, by.client_id)
        if partner is None:
            raise NoPartner
        registered = [partner["base_url"], *partner["event_sources"].split()]
        address = registered_source(event.source, registered)
        if address is None:
            raise SourceUnregistered().at("source")
        if await open_.fetchval(_SEEN, partner["id"], event.id):
            return
        if event.kind in {EventKind.REQUEST_CREATED, EventKind.PUBLISHED}:
            later = (None, EventState.WAITING.value, now + _AFTER_THE_ANSWER, None)
            await _keep(open_, partner["id"], event, address, later)
            return
        request = await _request(open_, partner["id"], event.data)
        over = (request["id"], EventState.DONE.value, now, now)
        await _keep(open_, partner["id"], event, address, over)
        await _answered(open_, partner, request, event, today)


async def note_faults(faulty: EventFaulty) -> None:
    """Let the member see what was wrong with footprints of an answer that was refused."""
    async with transaction() as client:
        for one in faulty.faulty:
            await tell(raw(client), faulty.partner, one)


async def _keep(
    connection: Connection,
    partner: int,
    event: Event,
    address: str,
    rest: tuple[int | None, str, datetime, datetime | None],
) -> None:
    request, state, due_at, ended_at = rest
    await connection.fetchval(
        _KEEP,
        partner,
        Direction.RECEIVED.value,
        event.kind.value,
        event.id,
        address,
        event.time,
        orjson.dumps(dict(event.data)).decode(),
        request,
        state,
        due_at,
        ended_at,
    )


async def _request(connection: Connection, partner: int, data: Mapping[str, Any]) -> Record:
    """Our own request that an answer is about, which has none yet. Raises EventInvalid."""
    found = await connection.fetchrow(_ASKED, partner, data["requestEventId"])
    if found is None:
        told = "`requestEventId` is the id of a request that was sent to you."
        raise EventInvalid(told).at("data", "requestEventId")
    if found["state"] not in {EventState.WAITING, EventState.OPEN}:
        raise EventInvalid("This request has its answer.").at("data", "requestEventId")
    return found


async def _answered(
    connection: Connection, partner: Record, request: Record, event: Event, today: date
) -> None:
    if event.kind is EventKind.REQUEST_REJECTED:
        error = event.data["error"]
        why = f"{error['code']}: {error['message']}"
        await request_rejected(connection, request, why, today)
        return
    taken = await take(connection, _giver(partner), event.data["pfs"], today)
    if taken.faulty:
        first = taken.faulty[0]
        raise EventFaulty(partner["id"], taken.faulty).at(
            "data", f"pfs[{first.place}]", first.wrong[0][0]
        )
    await request_fulfilled(connection, request, taken.footprints, today)


def _giver(partner: Record) -> Giver:
    return Giver(partner["id"], partner["name"], partner["organisation_id"])
