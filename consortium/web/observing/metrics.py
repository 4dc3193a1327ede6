"""Counters of what the server does, and the page on which Prometheus reads them.

Names of operations are chosen by whoever asks, and every label is a series that is kept for ever:
so the first few names of valid documents are counted each on its own, and all others together.
Names that only anonymous callers use have places of their own and cannot take everyone else's.
"""

import asyncio
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import NamedTuple

import asyncpg
from prometheus_client import (
    CollectorRegistry,
    Counter,
    GCCollector,
    Histogram,
    PlatformCollector,
    ProcessCollector,
)
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.exposition import CONTENT_TYPE_LATEST, generate_latest
from prometheus_client.registry import Collector
from starlette.requests import Request
from starlette.responses import Response

from consortium.kernel.principal import ANONYMOUS, Principal
from consortium.storage.connections import Pool
from consortium.storage.reads import InUse
from consortium.value_chains.computing.processes import Busy

UNNAMED = "(unnamed)"
OTHER = "(other)"
# Not planned, so nothing is known of it.
UNKNOWN = "(unknown)"
NAMES_MAX = 100
ANONYMOUS_NAMES_MAX = 50
NAME_LENGTH_MAX = 64
METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "DELETE", "OPTIONS"})
# From half a millisecond to a minute.
SECONDS = (0.0005, 0.001, 0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60)
QUEUES_SECONDS = 2.0

JOBS = """
SELECT queue_name, status::text, count(*) FROM procrastinate_jobs
WHERE status IN ('todo', 'doing') GROUP BY queue_name, status
"""
MAILS = "SELECT count(*) FROM outbox_mail WHERE given_up_at IS NULL"


@dataclass(slots=True)
class Names:
    """The names that are counted each on its own."""

    _kept: set[str] = field(default_factory=set[str])
    _of_anonymous: set[str] = field(default_factory=set[str])

    def label(self, name: str, principal: Principal) -> str:
        """The name, as long as there is a place for it."""
        if not name:
            return UNNAMED
        if name in self._kept:
            return name
        if principal == ANONYMOUS:
            kept, most = self._of_anonymous, ANONYMOUS_NAMES_MAX
        else:
            kept, most = self._kept, NAMES_MAX
        if name not in kept:
            if len(kept) >= most or len(name) > NAME_LENGTH_MAX:
                return OTHER
            kept.add(name)
        return name


class Gauges(NamedTuple):
    """What is looked at when it is asked for."""

    reads: Callable[[], InUse]
    writes: Callable[[], InUse]
    solver: Callable[[], Busy]
    subscriptions: Callable[[], int]


class _Queues(NamedTuple):
    jobs: tuple[tuple[str, str, int], ...]
    mails: int


class _Now(Collector):
    """Gauges as they stand; of queues nothing is told where the database does not tell."""

    def __init__(self, gauges: Gauges) -> None:
        self._gauges = gauges
        self.queues: _Queues | None = None

    def collect(self) -> Iterable[GaugeMetricFamily]:
        """All of them."""
        yield self._pools()
        yield self._waiting()
        yield from self._solver()
        yield _gauge(
            "consortium_subscriptions",
            "Subscriptions that are followed.",
            self._gauges.subscriptions(),
        )
        told = self.queues is not None
        yield _gauge("consortium_database_up", "Whether the database answers.", int(told))
        if self.queues is not None:
            yield from _waiting_work(self.queues)

    def _pools(self) -> GaugeMetricFamily:
        told = GaugeMetricFamily(
            "consortium_pool_connections",
            "Connections to the database.",
            labels=("pool", "state"),
        )
        for name, use in (("read", self._gauges.reads()), ("write", self._gauges.writes())):
            told.add_metric((name, "busy"), use.busy)
            told.add_metric((name, "idle"), use.idle)
        return told

    def _waiting(self) -> GaugeMetricFamily:
        words = "Statements of queries that wait for a connection."
        return _gauge("consortium_pool_waiting", words, self._gauges.reads().waiting or 0)

    def _solver(self) -> Iterable[GaugeMetricFamily]:
        solver = self._gauges.solver()
        yield _gauge("consortium_solver_busy", "Systems being solved now.", solver.solved)
        yield _gauge("consortium_solver_waiting", "Systems that wait to be solved.", solver.waiting)


def _waiting_work(queues: _Queues) -> Iterable[GaugeMetricFamily]:
    jobs = GaugeMetricFamily(
        "consortium_jobs", "Jobs that wait (todo) and run (doing).", labels=("queue", "status")
    )
    for queue, status, count in queues.jobs:
        jobs.add_metric((queue, status), count)
    yield jobs
    yield _gauge("consortium_mail_waiting", "Mails that wait to be sent.", queues.mails)


def _gauge(name: str, words: str, value: float) -> GaugeMetricFamily:
    return GaugeMetricFamily(name, words, value)


class Metrics:
    """The counters of one application."""

    def __init__(self, pool: Pool, gauges: Gauges) -> None:
        """Count from nothing; queues are read from the pool."""
        self._pool = pool
        self._now = _Now(gauges)
        self.names = Names()
        self.registry = CollectorRegistry()
        self.registry.register(self._now)
        for kind in (ProcessCollector, PlatformCollector, GCCollector):
            kind(registry=self.registry)
        self.requests = Counter(
            "consortium_http_requests",
            "HTTP requests.",
            ("method", "route", "status"),
            registry=self.registry,
        )
        self.operations = Counter(
            "consortium_operations",
            "GraphQL operations.",
            ("operation", "type", "outcome"),
            registry=self.registry,
        )
        self.operation_seconds = Histogram(
            "consortium_operation_seconds",
            "How long operations took.",
            ("operation", "type"),
            buckets=SECONDS,
            registry=self.registry,
        )
        self.statement_seconds = Histogram(
            "consortium_statement_seconds",
            "How long statements of operations took, with the wait for a connection.",
            buckets=SECONDS,
            registry=self.registry,
        )
        self.plans = Counter(
            "consortium_plans",
            "Plans of operations that were kept (hit) or made anew (miss).",
            ("cache",),
            registry=self.registry,
        )

    async def page(self, _: Request) -> Response:
        """Everything, as Prometheus reads it."""
        self._now.queues = await self._queues()
        return Response(generate_latest(self.registry), media_type=CONTENT_TYPE_LATEST)

    async def _queues(self) -> _Queues | None:
        try:
            async with asyncio.timeout(QUEUES_SECONDS), self._pool.acquire() as connection:
                jobs = await connection.fetch(JOBS)
                mails = await connection.fetchval(MAILS)
        except (OSError, TimeoutError, asyncpg.PostgresError, asyncpg.InterfaceError):
            return None
        return _Queues(tuple((one[0], one[1], one[2]) for one in jobs), mails)
