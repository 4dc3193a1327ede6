"""Ask somebody for a footprint; answer, reject and withdraw."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import NamedTuple

from asyncpg import Record as Row

from consortium.audit.actions import audited
from consortium.footprints.actions.common import entering, own_footprint
from consortium.footprints.actions.sharing import SHARE
from consortium.footprints.reads.footprints import PRODUCTS
from consortium.footprints.reads.requests import REQUESTS
from consortium.footprints.rules.errors import FootprintDeprecated
from consortium.footprints.rules.identifiers import IdentifierInvalid, identifier_of
from consortium.footprints.rules.requests import (
    RequestAsksItself,
    RequestAsksNobody,
    RequestNamesNothing,
    RequestOver,
    days_of,
)
from consortium.footprints.rules.texts import NAME_MAX, checked_text, optional_text
from consortium.footprints.rules.vocabulary import RequestStatus, RequestWay
from consortium.identity.proofs.tokens import new_token, sha256
from consortium.identity.rules.addresses import AddressInvalid, read_address
from consortium.kernel.errors import PermissionDenied, check_seen
from consortium.kernel.principal import Principal
from consortium.organisations.reads import ORGANISATIONS
from consortium.outbox.actions import enqueue
from consortium.query.visible import require_visible
from consortium.storage.raw import Connection

NAMED = """
SELECT p.organisation_id, p.name,
    ARRAY(SELECT i.urn FROM product_identifier i WHERE i.product_id = p.id ORDER BY i.id) AS urns
FROM product p WHERE p.id = $1
"""
INSERT = """
INSERT INTO footprint_request (organisation_id, way, asked_id, partner_id, asked_email,
    secret_sha256, product_id, product_name, product_urns, comment, asked_on, due_on, expires_on)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13) RETURNING id
"""
KEPT = """
SELECT organisation_id, asked_id, way, status, expires_on, version FROM footprint_request
WHERE id = $1 FOR UPDATE
"""
END = """
UPDATE footprint_request SET status = $2, ended_on = $3, ended_because = $4, footprint_id = $5,
    version = version + 1
WHERE id = $1
"""
NAME_OF = "SELECT name FROM organisation WHERE id = $1"
MAIL = "footprint_questionnaire"


class RequestFootprint(NamedTuple):
    """A product, by its record or by name and identifiers; whom to ask, and by when."""

    product: int | None = None
    product_name: str | None = None
    identifiers: tuple[str, ...] = ()
    organisation: int | None = None
    email: str | None = None
    due_on: date | None = None
    comment: str | None = None


class AnswerFootprintRequest(NamedTuple):
    """A request, and the footprint that answers it."""

    request: int
    version: int
    footprint: int


class RejectFootprintRequest(NamedTuple):
    """A request that will not be answered, and why."""

    request: int
    version: int
    reason: str


class WithdrawFootprintRequest(NamedTuple):
    """A request of the caller's that needs no answer any more."""

    request: int
    version: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """Whom a request goes to, by one way, and the secret of a questionnaire's link."""

    way: RequestWay
    organisation_id: int | None = None
    partner_id: int | None = None
    email: str | None = None
    secret: str | None = None


class Wanted(NamedTuple):
    """The product whose footprint is wanted; `product_id` is the requester's own record."""

    product_id: int | None
    name: str
    urns: Sequence[str]


async def request_footprint(by: Principal, command: RequestFootprint, today: date) -> int:
    """Ask an organisation, or whoever has a mail address, for a footprint; returns the id.

    Raises:
        NotFound, PermissionDenied: of the product, the organisation, or asking.
        RequestAsksNobody, RequestAsksItself, RequestNamesNothing, RequestDueInvalid,
        IdentifierInvalid, AddressInvalid: as they say.
    """
    async with audited(by, "footprint:request", organisation_id=by.organisation_id) as open_:
        requester = entering(by)
        if (command.organisation is None) == (not command.email):
            raise RequestAsksNobody
        wanted = await _wanted(open_, by, command, today)
        if command.organisation is not None:
            await require_visible(open_, ORGANISATIONS, command.organisation, by, today)
            if command.organisation == requester:
                raise RequestAsksItself().at("organisation")
            asked = Asked(way=RequestWay.MEMBER, organisation_id=command.organisation)
        else:
            email = _address(command.email or "")
            asked = Asked(way=RequestWay.QUESTIONNAIRE, email=email, secret=new_token())
        comment = optional_text(command.comment, "comment")
        days = (today, *days_of(command.due_on, today))
        return await open_request(open_, requester, asked, wanted, comment, days)


async def open_request(
    connection: Connection,
    requester: int,
    asked: Asked,
    wanted: Wanted,
    comment: str,
    days: tuple[date, date, date],
) -> int:
    """Write a request inside the caller's transaction, with its mail where it has one.

    `days` are when it is asked, by when an answer is due, and the last day that takes one.
    """
    values = (
        asked.way.value,
        asked.organisation_id,
        asked.partner_id,
        asked.email,
        None if asked.secret is None else sha256(asked.secret),
        *wanted,
        comment,
        *days,
    )
    key: int = await connection.fetchval(INSERT, requester, *values)
    if asked.email is not None and asked.secret is not None:
        data = {
            "organisation": str(await connection.fetchval(NAME_OF, requester)),
            "product": wanted.name,
            "comment": comment,
            "token": asked.secret,
            "due_on": days[1].isoformat(),
            "until": days[2].isoformat(),
        }
        await enqueue(connection, asked.email, MAIL, data)
    return key


async def answer_footprint_request(
    by: Principal, command: AnswerFootprintRequest, today: date
) -> int:
    """Answer a request with a footprint of one's own, which is shared so; returns its id.

    Raises:
        NotFound, PermissionDenied, ChangedMeanwhile, RequestOver: of the request.
        NotFound, PermissionDenied, FootprintDeprecated: of the footprint.
    """
    key, seen, footprint = command
    async with audited(by, "footprint-request:answer", organisation_id=by.organisation_id) as open_:
        kept = await _open(open_, by, key, seen, today)
        _check_asked(by, kept)
        told = await own_footprint(open_, by, footprint, None, today)
        if told["status"] != "ACTIVE":
            raise FootprintDeprecated().at("footprint")
        await open_.execute(SHARE, footprint, kept["organisation_id"], today)
        await end_request(open_, key, RequestStatus.ANSWERED, today, footprint=footprint)
    return key


async def reject_footprint_request(
    by: Principal, command: RejectFootprintRequest, today: date
) -> int:
    """Say why a request will not be answered; returns its id.

    Raises:
        NotFound, PermissionDenied, ChangedMeanwhile, RequestOver: of the request.
        ProductTextMissing: of the reason.
    """
    key, seen, reason = command
    async with audited(by, "footprint-request:reject", organisation_id=by.organisation_id) as open_:
        kept = await _open(open_, by, key, seen, today)
        _check_asked(by, kept)
        because = checked_text(reason, "reason")
        await end_request(open_, key, RequestStatus.REJECTED, today, because=because)
    return key


async def withdraw_footprint_request(
    by: Principal, command: WithdrawFootprintRequest, today: date
) -> int:
    """Take back a request; the link of a questionnaire works no more. Returns its id.

    Raises:
        NotFound, PermissionDenied, ChangedMeanwhile, RequestOver: of the request.
    """
    key, seen = command
    action = "footprint-request:withdraw"
    async with audited(by, action, organisation_id=by.organisation_id) as open_:
        kept = await _open(open_, by, key, seen, today)
        if entering(by) != kept["organisation_id"]:
            raise PermissionDenied
        await end_request(open_, key, RequestStatus.WITHDRAWN, today)
    return key


async def end_request(
    connection: Connection,
    key: int,
    status: RequestStatus,
    today: date,
    *,
    because: str | None = None,
    footprint: int | None = None,
) -> None:
    """Write how an open request ended, inside the caller's transaction."""
    await connection.execute(END, key, status.value, today, because, footprint)


async def _wanted(
    connection: Connection, by: Principal, command: RequestFootprint, today: date
) -> Wanted:
    """The product, by its record where there is one."""
    urns = [urn.strip() for urn in command.identifiers or ()]
    for place, urn in enumerate(urns):
        try:
            identifier_of(urn)
        except IdentifierInvalid as error:
            raise error.at("identifiers", str(place)) from None
    if command.product is None:
        if not (command.product_name or "").strip():
            raise RequestNamesNothing
        return Wanted(None, checked_text(command.product_name or "", most=NAME_MAX), urns)
    await require_visible(connection, PRODUCTS, command.product, by, today)
    [named] = await connection.fetch(NAMED, command.product)
    own = command.product if named["organisation_id"] == by.organisation_id else None
    name = optional_text(command.product_name, "productName") or named["name"]
    return Wanted(own, name, [*named["urns"], *(one for one in urns if one not in named["urns"])])


async def _open(connection: Connection, by: Principal, key: int, seen: int, today: date) -> Row:
    """A request that the caller sees and that is open, locked."""
    await require_visible(connection, REQUESTS, key, by, today)
    [kept] = await connection.fetch(KEPT, key)
    enters = entering(by)
    if enters not in {kept["organisation_id"], kept["asked_id"]}:
        raise PermissionDenied
    check_seen(seen, kept["version"], "version")
    if kept["status"] != RequestStatus.OPEN or kept["expires_on"] < today:
        raise RequestOver
    return kept


def _address(text: str) -> str:
    try:
        return read_address(text)
    except AddressInvalid as error:
        raise error.at("email") from None


def _check_asked(by: Principal, kept: Row) -> None:
    if by.organisation_id != kept["asked_id"]:
        raise PermissionDenied
