"""PACT's door: `/3/footprints` and `/3/events`, over HTTPS alone, with PACT's own error bodies."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from functools import wraps
from typing import Any
from uuid import UUID

import orjson
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from consortium.exchange.actions.receiving import EventFaulty, note_faults, receive_event
from consortium.exchange.reads.door import get_footprint, list_footprints
from consortium.exchange.rules.addresses import EVENTS_PATH, FOOTPRINTS_PATH
from consortium.exchange.rules.events import MEDIA_TYPE, EventInvalid, read_event
from consortium.exchange.rules.filters import read_query
from consortium.exchange.rules.paging import (
    AFTER,
    LIMIT,
    checked_authority,
    next_link,
    read_page,
)
from consortium.exchange.rules.wire import write_footprint
from consortium.identity.oauth.bearer import challenge
from consortium.identity.oauth.errors import TokenExpired, TokenInvalid
from consortium.kernel.clock import Now, Today
from consortium.kernel.errors import DomainError, NotFound, PermissionDenied
from consortium.kernel.principal import Permission, Principal
from consortium.web.doors import Door
from consortium.web.failures import database_down, masked
from consortium.web.requests import headers_of, read_body
from schema.errors import RequestRefused

_HEADERS = {"x-content-type-options": "nosniff", "cache-control": "no-store"}
_MEDIA_TYPES = frozenset({MEDIA_TYPE, "application/json"})
Endpoint = Callable[[Request], Awaitable[Response]]


class InsecureRequest(PermissionDenied):
    """Footprints are exchanged over HTTPS only: ask at the https address."""

    code = "INSECURE_REQUEST"


class ScopeMissing(PermissionDenied):
    """The access token lacks the scope that this needs: footprint:list or footprint:read."""

    code = "FOOTPRINT_SCOPE_MISSING"


class TokenMissing(TokenInvalid):
    """Send `Authorization: Bearer` and an access token of this server."""

    code = "TOKEN_MISSING"


@dataclass(frozen=True, slots=True, kw_only=True)
class ExchangeDoor(Door):
    """The addresses that partners' systems ask."""

    today: Today
    now: Now
    size_max: int

    def routes(self) -> list[BaseRoute]:
        """All of them."""
        return [
            Route(FOOTPRINTS_PATH, self._told(self.list), methods=["GET"]),
            Route(f"{FOOTPRINTS_PATH}/{{id}}", self._told(self.get), methods=["GET"]),
            Route(EVENTS_PATH, self._told(self.event), methods=["POST"]),
        ]

    async def list(self, request: Request) -> Response:
        """Action ListFootprints (3.0.3)."""
        by = await self._partner(request, Permission.FOOTPRINT_LIST)
        pairs = request.query_params.multi_items()
        page = read_page(pairs)
        filters = read_query((name, value) for name, value in pairs if name not in {LIMIT, AFTER})
        host = checked_authority(request.headers.get("host", ""))
        listed = await list_footprints(
            self.database.pool, by.client_id, filters, after=page.after, size=page.size
        )
        headers: dict[str, str] = {}
        # Whoever asks for none gets none, and is not sent on to none for ever.
        if listed.more and listed.footprints:
            place = listed.footprints[-1][0]
            headers["link"] = next_link(f"https://{host}{FOOTPRINTS_PATH}", pairs, place)
        return _answer(200, {"data": listed.documents()}, headers)

    async def get(self, request: Request) -> Response:
        """Action GetFootprint (3.0.3)."""
        by = await self._partner(request, Permission.FOOTPRINT_READ)
        try:
            pact_id = UUID(request.path_params["id"])
        except ValueError:
            raise EventInvalid("`id` is the UUID of a footprint.").at("id") from None
        facts = await get_footprint(self.database.pool, by.client_id, pact_id)
        return _answer(200, {"data": write_footprint(facts)})

    async def event(self, request: Request) -> Response:
        """Action Events (3.0.3): kept first, then answered with success, and worked off later."""
        by = await self._partner(request, Permission.FOOTPRINT_READ, Permission.FOOTPRINT_LIST)
        kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
        if kind not in _MEDIA_TYPES:
            raise EventInvalid(f"Send `content-type: {MEDIA_TYPE}`.").at("content-type")
        body = await read_body(headers_of(request.scope), request.receive, self.size_max)
        try:
            given: Any = orjson.loads(body)
        except orjson.JSONDecodeError as error:
            raise EventInvalid(f"The body is not JSON: {error}.") from None
        event = read_event(given)
        try:
            await receive_event(by, event, self.today(), self.now())
        except EventFaulty as faulty:
            await note_faults(faulty)
            raise
        return Response(status_code=200, headers=_HEADERS)

    async def _partner(self, request: Request, *scopes: Permission) -> Principal:
        """Who asks; TokenInvalid, InsecureRequest, ScopeMissing."""
        if request.url.scheme != "https":
            raise InsecureRequest
        if "authorization" not in request.headers:
            raise TokenMissing
        by = await self.principal(request)
        if not any(by.may(one) for one in scopes):
            raise ScopeMissing
        return by

    def _told(self, work: Endpoint) -> Endpoint:
        """The work, whose failures are told as PACT does."""

        @wraps(work)
        async def endpoint(request: Request) -> Response:
            try:
                with self.database.active():
                    return await work(request)
            except ClientDisconnect:
                return Response(status_code=400)
            except Exception as error:  # noqa: BLE001  every failure is told as PACT does
                return self._refusal(error)

        return endpoint

    def _refusal(self, error: Exception) -> Response:  # noqa: PLR0911  one for each kind
        match error:
            case TokenInvalid():
                # PACT names one code for tokens; a token that is none is a bad request of 401.
                code = "TokenExpired" if isinstance(error, TokenExpired) else "BadRequest"
                headers = {"www-authenticate": challenge(error, self.addresses)}
                return _error(401, code, error.message, headers)
            case PermissionDenied():
                return _error(403, "AccessDenied", _named(error))
            case NotFound():
                return _error(404, "NotFound", error.message)
            case DomainError():
                return _error(400, "BadRequest", _named(error), {"connection": "close"})
            case RequestRefused():
                message = error.errors[0]["message"]
                return _error(400, "BadRequest", message, {"connection": "close"})
            case _ if database_down(error):
                message = "The database does not answer; try again in a moment."
                return _error(500, "InternalError", message)
            case _:
                return _error(500, "InternalError", masked(error))


def _named(error: DomainError) -> str:
    """What is wrong, after the field it is wrong with."""
    return f"{'.'.join(error.path)}: {error.message}" if error.path else error.message


def _answer(status: int, body: object, headers: dict[str, str] | None = None) -> Response:
    return Response(orjson.dumps(body), status, {**_HEADERS, **(headers or {})}, "application/json")


def _error(status: int, code: str, message: str, headers: dict[str, str] | None = None) -> Response:
    return _answer(status, {"code": code, "message": message}, headers)
