"""Requests: partners' answered, by rule or by their owner; our own sent to partners."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from typing import Any, NamedTuple

import orjson
from asyncpg import Record

from consortium.audit.actions import audited
from consortium.exchange.actions.notices import give_notice, send
from consortium.exchange.actions.partners import (
    ask_for_footprints,
    partner_of,
    share_all,
)
from consortium.exchange.reads.door import list_footprints
from consortium.exchange.reads.partners import EVENTS
from consortium.exchange.rules.addresses import events_address
from consortium.exchange.rules.events import (
    FOOTPRINTS_MAX,
    EventKind,
    criteria_of,
    fulfilled,
    means_nothing,
    rejected,
)
from consortium.exchange.rules.filters import NAMES, Filters, read_criteria
from consortium.exchange.rules.partners import (
    AnswerUnclear,
    RequestAnswered,
    fetches_figures,
    shows_figures,
)
from consortium.exchange.rules.wire import write_footprint
from consortium.footprints.actions.recording import facts_kept
from consortium.footprints.actions.requests import Asked, Wanted, open_request
from consortium.footprints.rules.facts import PfStatus
from consortium.footprints.rules.requests import days_of
from consortium.footprints.rules.texts import optional_text
from consortium.footprints.rules.vocabulary import RequestWay
from consortium.kernel.principal import Principal
from consortium.query.visible import require_visible
from consortium.storage.raw import Connection

_EVENT = """
SELECT e.id, e.partner_id, e.direction, e.kind, e.event_id, e.address, e.data, e.state,
    p.oauth_client_id, p.removed_at
FROM exchange_event e JOIN partner p ON p.id = e.partner_id WHERE e.id = $1 FOR UPDATE OF e
"""
_END = "UPDATE exchange_event SET state = $2, told = $3, ended_at = now() WHERE id = $1"
_OPEN = "UPDATE exchange_event SET state = 'OPEN' WHERE id = $1"
_REASON_MAX = 2000


class AskedCriteria(NamedTuple):
    """PACT's criteria; within each its values are alternatives, and all that are given must hold.

    Moments are texts, as they travel.
    """

    product_id: tuple[str, ...] = ()
    company_id: tuple[str, ...] = ()
    geography: tuple[str, ...] = ()
    classification: tuple[str, ...] = ()
    status: tuple[str, ...] = ()
    valid_on: tuple[str, ...] = ()
    valid_after: tuple[str, ...] = ()
    valid_before: tuple[str, ...] = ()


class FetchFootprints(NamedTuple):
    """The partner, and what is to be fetched of what it shows; all unless told."""

    partner: int
    criteria: AskedCriteria = AskedCriteria()


class RequestFromPartner(NamedTuple):
    """The partner that is asked for a footprint, and what it must be."""

    partner: int
    criteria: AskedCriteria
    comment: str | None = None


class AnswerPartner(NamedTuple):
    """A partner's request, and either footprints or the reason why there are none."""

    request: int
    footprints: tuple[int, ...] = ()
    reason: str | None = None


class PublishToPartner(NamedTuple):
    """Footprints that a partner is to be told of, since they are new or changed."""

    partner: int
    footprints: tuple[int, ...]


async def fetch_footprints(by: Principal, command: FetchFootprints, today: date) -> int:
    """Let a partner's footprints be fetched; returns the errand's id.

    Raises NotFound, PermissionDenied, PartnerRemoved, CriterionInvalid.
    """
    criteria = orjson.dumps(_criteria(command.criteria)).decode()
    async with audited(by, "partner:fetch", organisation_id=by.organisation_id) as open_:
        return await ask_for_footprints(open_, by, command.partner, criteria, today)


async def request_from_partner(by: Principal, command: RequestFromPartner, today: date) -> int:
    """Ask a partner for a footprint by an event; returns the event's id.

    One that names a product is among the organisation's requests for footprints, too.

    Raises NotFound, PermissionDenied, PartnerRemoved, CriterionInvalid.
    """
    criteria = _criteria(command.criteria)
    async with audited(by, "partner:request", organisation_id=by.organisation_id) as open_:
        kept = await partner_of(open_, by, command.partner, today)
        fetches_figures(by)
        comment = optional_text(command.comment, "comment")
        data = _events_form(criteria) | ({"comment": comment} if comment else {})
        asked_by: int | None = None
        if urns := command.criteria.product_id:
            asked = Asked(way=RequestWay.PARTNER, partner_id=command.partner)
            days = (today, *days_of(None, today))
            wanted = Wanted(None, urns[0], urns)
            asked_by = await open_request(
                open_, kept["organisation_id"], asked, wanted, comment, days
            )
        return await send(
            open_,
            command.partner,
            EventKind.REQUEST_CREATED,
            data,
            address=events_address(kept["base_url"]),
            asked_by=asked_by,
        )


async def publish_to_partner(by: Principal, command: PublishToPartner, today: date) -> int:
    """Tell a partner's system of footprints that it may fetch; returns the partner's id.

    Raises NotFound, PermissionDenied, PartnerRemoved.
    """
    async with audited(by, "partner:publish", organisation_id=by.organisation_id) as open_:
        await partner_of(open_, by, command.partner, today)
        shows_figures(by)
        await share_all(open_, by, command.partner, command.footprints)
        await give_notice(open_, command.partner, list(dict.fromkeys(command.footprints)))
    return command.partner


async def answer_partner(by: Principal, command: AnswerPartner, today: date) -> int:
    """Answer a partner's request that no rule could; returns its id.

    Footprints are shared with the partner, which may fetch them as well.

    Raises:
        NotFound: the request or a footprint that the caller may not see.
        AnswerUnclear: both footprints and a reason, or neither.
        RequestAnswered, PartnerRemoved, PermissionDenied: as they say.
    """
    reason = (command.reason or "").strip()
    if bool(command.footprints) == bool(reason) or len(reason) > _REASON_MAX:
        raise AnswerUnclear
    async with audited(by, "partner:answer", organisation_id=by.organisation_id) as open_:
        await require_visible(open_, EVENTS, command.request, by, today)
        [event] = await open_.fetch(_EVENT, command.request)
        await partner_of(open_, by, event["partner_id"], today)
        shows_figures(by)
        if event["state"] != "OPEN" or event["direction"] != "RECEIVED":
            raise RequestAnswered
        if reason:
            await _reject(open_, event, "NotFound", reason)
        else:
            await share_all(open_, by, event["partner_id"], command.footprints)
            facts = [await facts_kept(open_, one) for one in dict.fromkeys(command.footprints)]
            await _fulfil(open_, event, [write_footprint(one) for one in facts])
    return command.request


async def answer_by_rule(event: int) -> None:
    """Answer a partner's request with what is shared with it and matches; else it waits.

    What names nothing that could ever be given is rejected. Any number of times: the second finds
    nothing to do.
    """
    async with audited(Principal(), "partner-request:answer", note=str(event)) as open_:
        kept = await open_.fetchrow(_EVENT, event)
        if kept is None or kept["state"] != "WAITING":
            return
        if kept["removed_at"] is not None:
            await open_.execute(_END, event, "FAILED", "The partner was removed.")
            return
        filters = criteria_of(orjson.loads(kept["data"]))
        if means_nothing(filters):
            await _reject(open_, kept, "NotFound", "The request names no product.")
            return
        found = await list_footprints(
            open_, kept["oauth_client_id"], _in_use(filters), after=0, size=FOOTPRINTS_MAX
        )
        if found.footprints:
            await _fulfil(open_, kept, found.documents())
        else:
            await open_.execute(_OPEN, event)


def _in_use(filters: Filters) -> Filters:
    """What is asked for: footprints that are in use, unless a status is named."""
    return replace(filters, status=filters.status or (PfStatus.ACTIVE.value.lower(),))


async def _fulfil(connection: Connection, event: Record, documents: list[dict[str, Any]]) -> None:
    data = fulfilled(event["event_id"], documents)
    await _answer(connection, event, EventKind.REQUEST_FULFILLED, data)
    await connection.execute(_END, event["id"], "DONE", "")


async def _reject(connection: Connection, event: Record, code: str, why: str) -> None:
    data = rejected(event["event_id"], code, why)
    await _answer(connection, event, EventKind.REQUEST_REJECTED, data)
    await connection.execute(_END, event["id"], "REJECTED", why)


async def _answer(
    connection: Connection, event: Record, kind: EventKind, data: dict[str, Any]
) -> None:
    address = events_address(event["address"])
    partner = event["partner_id"]
    await send(connection, partner, kind, data, address=address, request=event["id"])


def _criteria(given: AskedCriteria) -> dict[str, list[str]]:
    """The criteria as they travel, spelled as they were given. Raises CriterionInvalid."""
    told = {NAMES[name]: list(values) for name, values in given._asdict().items() if values}
    read_criteria(told, "criteria")
    return told


def _events_form(criteria: Mapping[str, list[str]]) -> dict[str, Any]:
    """Lists where an event has lists, and single texts where it has those."""
    single = {"status", "validOn", "validAfter", "validBefore"}
    return {
        name: values[0] if name in single and len(values) == 1 else values
        for name, values in criteria.items()
    }
