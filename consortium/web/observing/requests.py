"""Every HTTP request: its id, a line of the log, and the span in which others' traces go on."""

import secrets
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any, Protocol

import structlog
from opentelemetry.trace import Span, SpanKind, Status, StatusCode
from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator
from starlette.types import Message, Receive, Scope, Send

from consortium.web.observing.metrics import METHODS, Metrics
from consortium.web.observing.seen import REQUEST, RequestSeen, kind_of, milliseconds
from consortium.web.observing.tracing import Tracing

_log = structlog.get_logger("consortium.requests")

REQUEST_ID = b"x-request-id"
# The route of a path that there is not.
NO_ROUTE = "(none)"
# W3C Trace Context, the headers that a trace goes on by.
_TRACE_HEADERS = (b"traceparent", b"tracestate")
_PROPAGATOR = TraceContextTextMapPropagator()


class Serving(Protocol):
    """The application that is watched."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """As ASGI has it."""

    def retire(self) -> None:
        """See `consortium.web.app.Application`."""

    async def end_streams(self) -> None:
        """See `consortium.web.app.Application`."""


@dataclass(frozen=True, slots=True)
class WatchedApplication:
    """The application, each of its requests noted."""

    app: Serving
    log: bool
    metrics: Metrics | None
    tracing: Tracing
    close: Callable[[], Awaitable[None]]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer as the application does."""
        if scope["type"] == "http":
            await self._request(scope, receive, send)
        elif scope["type"] == "lifespan":
            await self.app(scope, receive, self._closing(send))
        else:
            await self.app(scope, receive, send)

    def retire(self) -> None:
        """See `consortium.web.app.Application`."""
        self.app.retire()

    async def end_streams(self) -> None:
        """See `consortium.web.app.Application`."""
        await self.app.end_streams()

    def _closing(self, send: Send) -> Send:
        """What closes before it says that the application has ended: then the program ends."""

        async def closing(message: Message) -> None:
            if message["type"].startswith("lifespan.shutdown"):
                await self.close()
            await send(message)

        return closing

    async def _request(self, scope: Scope, receive: Receive, send: Send) -> None:
        seen = RequestSeen(secrets.token_hex(8))
        REQUEST.set(seen)
        # Whatever is logged on the way says of which request it is.
        structlog.contextvars.bind_contextvars(request_id=seen.id)
        began = time.perf_counter()
        noting = _noting(seen, send)
        try:
            if self.tracing.on:
                await self._traced(scope, seen, receive, noting)
            else:
                await self.app(scope, receive, noting)
        finally:
            self._note(scope, seen, time.perf_counter() - began)
            # A connection's next request may run in the same context.
            structlog.contextvars.unbind_contextvars("request_id")

    async def _traced(self, scope: Scope, seen: RequestSeen, receive: Receive, send: Send) -> None:
        headers: dict[bytes, bytes] = dict(scope["headers"])
        carrier = {
            one.decode(): headers[one].decode("latin-1") for one in _TRACE_HEADERS if one in headers
        }
        method = scope["method"] if scope["method"] in METHODS else "_OTHER"
        context = _PROPAGATOR.extract(carrier)
        with self.tracing.span(method, SpanKind.SERVER, context) as span:
            try:
                await self.app(scope, receive, send)
            finally:
                _describe(span, scope, seen, method)

    def _note(self, scope: Scope, seen: RequestSeen, seconds: float) -> None:
        route = route_of(scope)
        if self.metrics is not None:
            method = scope["method"] if scope["method"] in METHODS else "other"
            self.metrics.requests.labels(method, route, str(seen.status)).inc()
        if self.log:
            _log.info(
                "request",
                method=scope["method"],
                route=route,
                status=seen.status,
                duration_ms=milliseconds(seconds),
                bytes_sent=seen.bytes_sent,
                **_operation_of(seen),
            )


def _noting(seen: RequestSeen, send: Send) -> Send:
    """What sends, notes what was sent, and tells the request's id."""
    told = (
        (REQUEST_ID, seen.id.encode()),
        (b"access-control-expose-headers", REQUEST_ID),
    )

    async def noting(message: Message) -> None:
        if message["type"] == "http.response.start":
            seen.status = message["status"]
            message["headers"] = [*message.get("headers", ()), *told]
        elif message["type"] == "http.response.body":
            seen.bytes_sent += len(message.get("body", b""))
        await send(message)

    return noting


def _describe(span: Span, scope: Scope, seen: RequestSeen, method: str) -> None:
    """By OpenTelemetry's semantic conventions for HTTP servers."""
    route = route_of(scope)
    if route != NO_ROUTE:
        span.update_name(f"{method} {route}")
        span.set_attribute("http.route", route)
    span.set_attribute("http.request.method", method)
    span.set_attribute("http.response.status_code", seen.status)
    span.set_attribute("consortium.request.id", seen.id)
    if seen.status >= 500:
        span.set_status(Status(StatusCode.ERROR))


def route_of(scope: Scope) -> str:
    """The path as its route has it, never as it came: some hold a link that works once."""
    if scope["path"] == "/graphql":
        return "/graphql"
    path: str | None = getattr(scope.get("route"), "path", None)
    return NO_ROUTE if path is None else path


def _operation_of(seen: RequestSeen) -> dict[str, Any]:
    """What the line tells of the operation, and of who asked."""
    operation = seen.operation
    if operation is None:
        return {}
    by = operation.principal
    ids = {"account": by.account_id, "client": by.client_id, "organisation": by.organisation_id}
    return {
        "document": operation.document,
        "operation": operation.name,
        "type": operation.kind,
        "outcome": operation.outcome,
        "caller": kind_of(by),
        **({"code": operation.code} if operation.code else {}),
        **{name: value for name, value in ids.items() if value is not None},
    }
