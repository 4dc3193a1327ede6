"""Connections over HTTP that stay open: which protocol is asked for, and its requests."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from functools import partial
from typing import cast
from urllib.parse import parse_qs

import orjson
from starlette.types import Receive, Scope, Send

from consortium.identity.oauth.errors import TokenMisplaced
from consortium.web.accepting import JSON, media_type_for
from consortium.web.answers import Answer, send_answer
from consortium.web.requests import Headers, Intake, names_token, parse_post, refuse
from consortium.web.subscriptions.callers import Caller
from consortium.web.subscriptions.multipart import Multipart, MultipartSubscriber
from consortium.web.subscriptions.operations import Operations
from consortium.web.subscriptions.sse import (
    Events,
    EventSubscriber,
    Reservation,
    Reservations,
    SharedEvents,
    SharedSubscriber,
)
from consortium.web.subscriptions.streaming import stream
from schema.errors import RequestRefused
from schema.planner.execution import Request

STREAM_TOKEN = b"x-graphql-event-stream-token"

# What sends an answer once it is known that there is one.
Sending = Callable[[Receive, Send], Awaitable[None]]


@dataclass(slots=True, eq=False)
class Streams:
    """What `/graphql` answers beside single answers, over HTTP."""

    operations: Operations
    intake: Intake
    reservations: Reservations = field(default_factory=Reservations)

    async def sending(self, scope: Scope, headers: Headers, receive: Receive) -> Sending:
        """What answers the request.

        Raises RequestRefused and TokenInvalid where the answer is of HTTP: nothing was sent yet.
        """
        if names_token(scope["query_string"]):
            raise TokenMisplaced
        if not self.operations.admits(headers.get(b"origin")):
            message = "Pages of this origin may not open a connection here."
            raise refuse("ORIGIN_NOT_ALLOWED", message)
        caller = await self.operations.callers.caller(headers.get(b"authorization"))
        token = _stream_token(scope, headers)
        match scope["method"], token:
            case "PUT", _:
                return self._reserve()
            case "GET", str():
                return self._open(self._reserved(token))
            case "DELETE", str():
                return self._end(self._reserved(token), scope)
            case "POST", str():
                body = await self.intake.body(headers, receive)
                request = parse_post(headers, body, self.intake.limits)
                named = _operation_id(body)
                return await self._operate(self._reserved(token), named, request, caller, scope)
            case (("GET" | "POST"), _):
                return await self._answer(scope, headers, receive, caller)
            case _:
                raise refuse("METHOD_NOT_ALLOWED", "Send the request with POST or GET.")

    async def _answer(
        self, scope: Scope, headers: Headers, receive: Receive, caller: Caller
    ) -> Sending:
        """One operation; as a single answer where that will do and is accepted."""
        if scope["method"] == "GET":
            request = self.intake.get(scope)
        else:
            request = await self.intake.post(headers, receive)
        request = await self.operations.resolved(request, caller.principal, scope)
        accepted = headers.get(b"accept", b"").lower()
        executor = self.operations.executor
        if _accepts_json(accepted) and not executor.is_subscription(request):
            body = await self.operations.run(request, caller.principal, scope)
            return _whole(200, media_type_for(accepted) or JSON, body)
        parts = b"event-stream" not in accepted
        return partial(self._stream, request, caller, scope, parts)

    async def _stream(
        self,
        request: Request,
        caller: Caller,
        scope: Scope,
        parts: bool,
        receive: Receive,
        send: Send,
    ) -> None:
        with self.operations.connection() as outbox:
            subscriber = MultipartSubscriber(outbox) if parts else EventSubscriber(outbox)
            unwatch = self.operations.callers.watch(caller, outbox.drop)
            leave = await self.operations.start(request, caller.principal, subscriber, scope)
            try:
                await stream(outbox, Multipart() if parts else Events(), receive, send)
            finally:
                leave()
                unwatch()

    def _reserve(self) -> Sending:
        """A connection for many operations, which its token names."""
        if len(self.reservations) >= self.operations.hub.subscriptions_max:
            message = "This server follows as much as it can; try again later, or another one."
            raise refuse("TOO_MANY_SUBSCRIPTIONS", message)
        token = self.reservations.reserve().token.encode()
        return _whole(201, b"text/plain; charset=utf-8", token)

    def _reserved(self, token: str) -> Reservation:
        found = self.reservations.find(token)
        if found is None:
            message = "No connection is reserved under this token here; reserve one with PUT."
            raise refuse("STREAM_UNKNOWN", message)
        return found

    def _open(self, reservation: Reservation) -> Sending:
        if reservation.opened:
            raise refuse("STREAM_TAKEN", "One connection at a time may be open for a reservation.")
        reservation.opened = True

        async def send_events(receive: Receive, send: Send) -> None:
            try:
                with self.operations.connection(reservation.outbox) as outbox:
                    await stream(outbox, SharedEvents(), receive, send)
            finally:
                self.reservations.release(reservation)

        return send_events

    async def _operate(
        self, reservation: Reservation, named: str, request: Request, caller: Caller, scope: Scope
    ) -> Sending:
        """Start an operation whose answers go to the shared connection."""
        if named in reservation.operations:
            raise _taken(named)
        request = await self.operations.resolved(request, caller.principal, scope)
        self.operations.check(request, caller.principal)
        # Another request may have come meanwhile.
        if named in reservation.operations:
            raise _taken(named)
        subscriber = SharedSubscriber(named, reservation)
        reservation.operations[named] = subscriber
        watching = self.operations.callers.watch(caller, lambda one: subscriber.fail(one.errors))
        subscriber.leave.append(watching)
        self.operations.spawn(self._start(subscriber, request, caller, scope))
        return _whole(202, JSON, b"")

    async def _start(
        self, subscriber: SharedSubscriber, request: Request, caller: Caller, scope: Scope
    ) -> None:
        leave = await self.operations.start(request, caller.principal, subscriber, scope)
        if subscriber.reservation.operations.get(subscriber.id) is subscriber:
            subscriber.leave.append(leave)
        else:
            leave()

    def _end(self, reservation: Reservation, scope: Scope) -> Sending:
        """End an operation; of one that is not there nothing needs to be said."""
        named = parse_qs(scope["query_string"].decode("latin-1")).get("operationId", [""])[-1]
        operation = reservation.operations.get(named)
        if operation is not None:
            operation.complete()
        return _whole(200, JSON, b"")


def _taken(named: str) -> RequestRefused:
    return refuse("OPERATION_ID_TAKEN", f"An operation {named!r} is under way there.")


def _whole(status: int, media_type: bytes, body: bytes) -> Sending:
    return lambda _, send: send_answer(send, Answer(status, body), media_type, None)


def may_stream(scope: Scope, headers: Headers, accepted: bytes) -> bool:
    """Whether the request is of one of these protocols, or may be."""
    return (
        b"event-stream" in accepted
        or b"subscriptionspec" in accepted
        or STREAM_TOKEN in headers
        or (scope["query_string"] and b"token=" in scope["query_string"])
        or scope["method"] in {"PUT", "DELETE"}
    )


def _accepts_json(accepted: bytes) -> bool:
    return not accepted or b"json" in accepted or b"*/*" in accepted or b"application/*" in accepted


def _stream_token(scope: Scope, headers: Headers) -> str | None:
    header = headers.get(STREAM_TOKEN)
    if header is not None:
        return header.decode("latin-1")
    query: dict[str, list[str]] = parse_qs(scope["query_string"].decode("latin-1"))
    named = query.get("token")
    return None if named is None else named[-1]


def _operation_id(body: bytes) -> str:
    """The id in `extensions` of a request that is one."""
    extensions: object = orjson.loads(body).get("extensions")
    given = cast("dict[str, object]", extensions) if isinstance(extensions, dict) else {}
    named = given.get("operationId")
    if not isinstance(named, str) or not named:
        raise refuse("BAD_REQUEST", "`extensions.operationId` names the operation, with a text.")
    return named
