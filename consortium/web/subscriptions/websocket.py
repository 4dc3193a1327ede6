"""GraphQL over WebSocket: the protocol `graphql-transport-ws`.

Followed message by message as https://github.com/enisdenjo/graphql-ws/blob/master/PROTOCOL.md has
it. Answers go out as the database wrote them, once for all who are told the same: so this does not
stand on a library's executor.
"""

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, cast

import orjson
from starlette.types import Receive, Scope, Send

from consortium.identity.oauth.errors import TokenInvalid
from consortium.web.accepting import JSON
from consortium.web.answers import errors_body
from consortium.web.failures import database_down, masked
from consortium.web.requests import Headers, checked_request, headers_of
from consortium.web.subscriptions.callers import Caller
from consortium.web.subscriptions.operations import GRACE_SECONDS, Operations
from consortium.web.subscriptions.outbox import Ending, Outbox
from schema.errors import plain

SUBPROTOCOL = "graphql-transport-ws"
# How long a client may take to say who it is.
INIT_SECONDS = 10.0
OPERATIONS_MAX = 100
# A frame of WebSocket's own that closes holds 125 bytes, two of them for the code.
_REASON_BYTES_MAX = 123


class Closing(Exception):
    """The socket is closed with a code of the protocol."""

    def __init__(self, code: int, reason: str) -> None:
        super().__init__(reason)
        self.ending = Ending(code, "", reason)


@dataclass(frozen=True, slots=True)
class WebSockets:
    """The endpoint, as an ASGI application for the scope `websocket`."""

    operations: Operations

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one socket to its end."""
        headers = headers_of(scope)
        await receive()  # websocket.connect
        if scope["path"] != "/graphql" or not self.operations.admits(headers.get(b"origin")):
            await _refuse(scope, send)
            return
        spoken = SUBPROTOCOL in scope["subprotocols"]
        await send({"type": "websocket.accept", "subprotocol": SUBPROTOCOL if spoken else None})
        with self.operations.connection() as outbox:
            socket = _Socket(self.operations, scope, headers, outbox)
            if not spoken:
                outbox.end(Ending(4406, "", "Subprotocol not acceptable"))
            await socket.serve(receive, send)


async def _refuse(scope: Scope, send: Send) -> None:
    """Answer the handshake with 403 and, where the server can, with the reason."""
    if "websocket.http.response" not in scope.get("extensions", {}):
        await send({"type": "websocket.close", "code": 1008})
        return
    told = [plain("ORIGIN_NOT_ALLOWED", "Pages of this origin may not open a connection here.")]
    head = [(b"content-type", JSON)]
    await send({"type": "websocket.http.response.start", "status": 403, "headers": head})
    await send({"type": "websocket.http.response.body", "body": errors_body(told)})


@dataclass(slots=True, eq=False)
class _Operation:
    """One operation of a socket, told under its id."""

    id: str
    socket: "_Socket"
    # What ends it.
    leave: Callable[[], None] = field(default=lambda: None)

    def next(self, payload: str) -> None:
        self.socket.tell(self, f'"next","payload":{payload}')

    def fail(self, errors: list[dict[str, Any]]) -> None:
        self.socket.tell(self, f'"error","payload":{orjson.dumps(errors).decode()}')
        self.socket.forget(self)

    def complete(self) -> None:
        self.socket.tell(self, '"complete"')
        self.socket.forget(self)


@dataclass(slots=True, eq=False)
class _Socket:
    """The server's side of one socket."""

    operations: Operations
    scope: Scope
    headers: Headers
    outbox: Outbox
    caller: Caller | None = None
    # Whether it was asked to begin, which may take a while.
    initialised: bool = False
    _running: dict[str, _Operation] = field(default_factory=dict[str, _Operation])
    _unwatch: Callable[[], None] = field(default=lambda: None)
    # Ends a socket whose client never says who asks.
    _timer: asyncio.TimerHandle | None = None

    async def serve(self, receive: Receive, send: Send) -> None:
        """Read until the client leaves; write until nothing more comes."""
        loop = asyncio.get_running_loop()
        late = Ending(4408, "", "Connection initialisation timeout")
        self._timer = loop.call_later(INIT_SECONDS, self.outbox.end, late)
        reading = asyncio.create_task(self._read(receive))
        try:
            async with asyncio.timeout(None) as patience:
                self.outbox.on_end = lambda: patience.reschedule(loop.time() + GRACE_SECONDS)
                if self.outbox.ended:
                    self.outbox.on_end()
                await self._write(send)
        except (OSError, TimeoutError):
            # The client is gone, or reads nothing any more.
            pass
        finally:
            self.outbox.on_end = lambda: None
            self._timer.cancel()
            reading.cancel()
            self._unwatch()
            for one in list(self._running.values()):
                self.forget(one)
            await asyncio.wait([reading])

    async def _write(self, send: Send) -> None:
        while (message := await self.outbox.get()) is not None:
            await send({"type": "websocket.send", "text": message})
        ending = self.outbox.ending
        if ending is not None:
            reason = ending.message.encode()[:_REASON_BYTES_MAX].decode(errors="ignore")
            await send({"type": "websocket.close", "code": ending.close_code, "reason": reason})

    async def _read(self, receive: Receive) -> None:
        try:
            while (message := await receive())["type"] != "websocket.disconnect":
                await self._take(_message(message.get("text")))
        except Closing as closing:
            self.outbox.end(closing.ending)
        except Exception as error:  # noqa: BLE001  a bug, or the database is away
            down = database_down(error)
            reason = "The database does not answer" if down else masked(error)
            self.outbox.end(Ending(1013 if down else 4500, "", reason))
        else:
            self.outbox.drop()

    async def _take(self, message: Mapping[str, Any]) -> None:
        """Do what a message asks for."""
        match message.get("type"):
            case "connection_init":
                await self._begin(message.get("payload"))
            case "ping":
                self.outbox.put('{"type":"pong"}')
            case "pong":
                pass
            case "subscribe":
                self._subscribe(_id(message), message.get("payload"))
            case "complete":
                one = self._running.get(_id(message))
                if one is not None:
                    self.forget(one)
            case unknown:
                raise Closing(4400, f"Unknown message type: {unknown!r}"[:80])

    async def _begin(self, payload: object) -> None:
        if self.initialised:
            raise Closing(4429, "Too many initialisation requests")
        self.initialised = True
        if self._timer is not None:
            self._timer.cancel()
        header = _token(payload) or self.headers.get(b"authorization")
        try:
            self.caller = await self.operations.callers.caller(header)
        except TokenInvalid as error:
            raise Closing(4403, f"Forbidden: {error.message}") from None
        self._unwatch = self.operations.callers.watch(self.caller, self.outbox.drop)
        self.outbox.put('{"type":"connection_ack"}')

    def _subscribe(self, named: str, payload: object) -> None:
        if self.caller is None:
            raise Closing(4401, "Unauthorized")
        if named in self._running:
            raise Closing(4409, f"Subscriber for {named} already exists")
        if not isinstance(payload, dict):
            raise Closing(4400, "The payload of `subscribe` is an object")
        operation = _Operation(named, self)
        self._running[named] = operation
        if len(self._running) > OPERATIONS_MAX:
            message = f"A connection has at most {OPERATIONS_MAX} operations at once."
            operation.fail([plain("TOO_MANY_SUBSCRIPTIONS", message)])
            return
        self.operations.spawn(self._start(operation, cast("dict[str, Any]", payload)))

    async def _start(self, operation: _Operation, payload: Mapping[str, Any]) -> None:
        assert self.caller is not None  # noqa: S101  checked before
        try:
            request = checked_request(payload)
            by = self.caller.principal
            request = await self.operations.resolved(request, by, self.scope)
        except Exception as error:  # noqa: BLE001  every failure is told as GraphQL
            operation.fail(self.operations.told(error))
            return
        leave = await self.operations.start(request, self.caller.principal, operation, self.scope)
        if self._running.get(operation.id) is operation:
            operation.leave = leave
        else:
            leave()

    def tell(self, operation: _Operation, rest: str) -> None:
        """Send a message of an operation, unless its client has ended it."""
        if self._running.get(operation.id) is operation:
            named = orjson.dumps(operation.id).decode()
            self.outbox.put(f'{{"id":{named},"type":{rest}}}')

    def forget(self, operation: _Operation) -> None:
        """End an operation; its id is free again."""
        if self._running.get(operation.id) is operation:
            del self._running[operation.id]
            operation.leave()


def _message(text: str | None) -> Mapping[str, Any]:
    try:
        message = orjson.loads(text or b"")
    except orjson.JSONDecodeError:
        raise Closing(4400, "Messages are JSON, as text") from None
    if not isinstance(message, dict):
        raise Closing(4400, "A message is an object")
    return cast("Mapping[str, Any]", message)


def _id(message: Mapping[str, Any]) -> str:
    named = message.get("id")
    if not isinstance(named, str) or not named:
        raise Closing(4400, "A message of an operation has an `id`, a text")
    return named


def _token(payload: object) -> bytes | None:
    """The Authorization in the payload of `connection_init`: browsers cannot send the header."""
    if payload is None:
        return None
    if not isinstance(payload, dict):
        raise Closing(4400, "The payload of `connection_init` is an object")
    fields = cast("dict[str, object]", payload)
    given = fields.get("authorization", fields.get("Authorization"))
    if given is None:
        return None
    if not isinstance(given, str):
        raise Closing(4403, "Forbidden: `authorization` is a text, such as `Bearer ...`")
    return given.encode("utf-8", "replace")
