"""Every GraphQL operation: the executor's parts, each within one that notes what it does."""

import hashlib
import time
from collections.abc import Generator, Mapping
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field, fields
from datetime import date
from typing import Any

from opentelemetry.trace import Span, SpanKind

from consortium.kernel.errors import DomainError
from consortium.kernel.principal import Principal, Rights
from consortium.query.pick import Computation, Inputs
from consortium.web.observing.metrics import UNKNOWN, Metrics
from consortium.web.observing.seen import (
    ANSWERED,
    FAILED,
    OPERATION,
    REFUSED,
    REQUEST,
    OperationSeen,
    Ran,
)
from consortium.web.observing.slow import SlowOperations
from consortium.web.observing.tracing import Tracing
from schema.errors import RequestRefused
from schema.planner.documents import Operation
from schema.planner.execution import Account, Computing, Executor, Reader, Request
from schema.planner.mutations import Writing
from schema.planner.plans import Planned, Planner

# How an answer ends that has errors behind its data, which is an object.
_ENDS_IN_ERRORS = b"]}"


@dataclass(frozen=True, slots=True)
class Watch:
    """Where what is noted of operations goes."""

    tracing: Tracing
    metrics: Metrics | None = None
    slow: SlowOperations | None = None

    @contextmanager
    def operation(self, request: Request, principal: Principal) -> Generator[OperationSeen]:
        """What is noted of one operation, told at its end however it ends."""
        text = request.query.encode("utf-8", "surrogatepass")
        seen = OperationSeen(hashlib.sha256(text).hexdigest(), principal)
        of_request = REQUEST.get()
        if of_request is not None:
            of_request.operation = seen
        token = OPERATION.set(seen)
        with self.tracing.span("operation") as span:
            try:
                yield seen
            except Exception as error:
                seen.outcome, seen.code = _failure(error)
                raise
            finally:
                OPERATION.reset(token)
                _describe(span, seen)
                self._tell(seen, time.perf_counter() - seen.began)

    def _tell(self, seen: OperationSeen, seconds: float) -> None:
        if self.metrics is not None:
            kind = seen.kind or UNKNOWN
            name = self.metrics.names.label(seen.name, seen.principal) if seen.kind else UNKNOWN
            self.metrics.operations.labels(name, kind, seen.outcome).inc()
            self.metrics.operation_seconds.labels(name, kind).observe(seconds)
        if self.slow is not None:
            self.slow.look(seen, seconds)

    def planned(self, operation: Operation, *, kept: bool) -> None:
        """Note what the operation is, and whether its plan was kept."""
        seen = OPERATION.get()
        if seen is not None:
            seen.kind = operation.node.operation.value
            seen.name = operation.node.name.value if operation.node.name else ""
            if not kept:
                self.tracing.tracer.start_span("plan", start_time=seen.began_ns).end()
        if self.metrics is not None:
            self.metrics.plans.labels("hit" if kept else "miss").inc()

    def ran(self, sql: str, parameters: int, seconds: float) -> None:
        """Note a statement."""
        seen = OPERATION.get()
        if seen is not None:
            seen.statements.append(Ran(sql, parameters, seconds))
        if self.metrics is not None:
            self.metrics.statement_seconds.observe(seconds)


def watched(executor: Executor, watch: Watch) -> "WatchedExecutor":
    """The same executor, watched."""
    parts = {one.name: getattr(executor, one.name) for one in fields(executor)}
    planner = WatchedPlanner(
        **{one.name: getattr(executor.planner, one.name) for one in fields(executor.planner)},
        watch=watch,
    )
    changed: dict[str, Any] = {
        "planner": planner,
        "pool": WatchedReader(executor.pool, watch),
        "writing": _watched_writing(executor.writing, watch),
        "computing": executor.computing and WatchedComputing(executor.computing, watch),
    }
    return WatchedExecutor(**(parts | changed), watch=watch)


@dataclass(frozen=True, slots=True)
class WatchedExecutor(Executor):
    """Notes every operation."""

    watch: Watch = field(kw_only=True)

    async def run(
        self, request: Request, principal: Principal, today: date, account: Account | None = None
    ) -> bytes:
        """As the executor does."""
        with self.watch.operation(request, principal) as seen:
            # A class with slots is made anew, so `super()` would name another.
            body = await Executor.run(self, request, principal, today, account)
            seen.outcome = FAILED if body.endswith(_ENDS_IN_ERRORS) else ANSWERED
        return body


@dataclass(slots=True)
class WatchedPlanner(Planner):
    """Notes what is planned, and whether that was kept. Both are called by the event loop."""

    watch: Watch = field(kw_only=True)

    def known(
        self, text: str, name: str | None, given: Mapping[str, Any], rights: Rights
    ) -> Planned | None:
        """As the planner does."""
        known = Planner.known(self, text, name, given, rights)
        if known is not None:
            self.watch.planned(known.operation, kept=True)
        return known

    def keep(self, text: str, planned: Planned) -> None:
        """As the planner does."""
        Planner.keep(self, text, planned)
        self.watch.planned(planned.operation, kept=False)


@dataclass(frozen=True, slots=True)
class WatchedReader:
    """Notes every statement, without its values."""

    reader: Reader
    watch: Watch

    async def fetchval(self, query: str, *args: Any) -> Any:  # noqa: ANN401  as asyncpg
        """As the pool does."""
        began = time.perf_counter()
        with self.watch.tracing.span("statement", SpanKind.CLIENT) as span:
            try:
                value = await self.reader.fetchval(query, *args)
            finally:
                self.watch.ran(query, len(args), time.perf_counter() - began)
                span.set_attribute("db.system.name", "postgresql")
                span.set_attribute("db.query.text", query)
            if isinstance(value, bytes):
                span.set_attribute("consortium.answer.bytes", len(value))
            return value


@dataclass(frozen=True, slots=True)
class WatchedComputing:
    """Notes what is computed."""

    computing: Computing
    watch: Watch

    async def answer(self, asked: Computation, inputs: Inputs) -> str | None:
        """As what computes does."""
        with self.watch.tracing.span("computation") as span:
            span.set_attribute("consortium.computation", asked.name)
            return await self.computing.answer(asked, inputs)


def _watched_writing(writing: Writing, watch: Watch) -> Writing:
    """The same, with a span around every action."""

    @contextmanager
    def active() -> Generator[None]:
        inner: AbstractContextManager[None] = writing.active()
        with watch.tracing.span("action"), inner:
            yield

    return writing._replace(active=active)


def _failure(error: Exception) -> tuple[str, str]:
    """The outcome, and the code where there is one."""
    match error:
        case RequestRefused():
            return REFUSED, error.errors[0]["extensions"]["code"]
        case DomainError():
            return REFUSED, error.code
        case _:
            return FAILED, ""


def _describe(span: Span, seen: OperationSeen) -> None:
    """By OpenTelemetry's semantic conventions for GraphQL, without the document's text."""
    if not span.is_recording():
        return
    if seen.kind:
        span.update_name(f"{seen.kind} {seen.name}".rstrip())
        span.set_attribute("graphql.operation.type", seen.kind)
        span.set_attribute("graphql.operation.name", seen.name)
    span.set_attribute("graphql.document.hash", seen.document)
    span.set_attribute("consortium.outcome", seen.outcome)
    if seen.code:
        span.set_attribute("consortium.error.code", seen.code)
