"""What of all this the settings ask for."""

from dataclasses import dataclass

from starlette.applications import Starlette
from starlette.routing import Route
from starlette.types import ASGIApp

from consortium.settings import Settings
from consortium.storage.connections import Pool
from consortium.web.observing.metrics import Gauges, Metrics
from consortium.web.observing.operations import Watch, watched
from consortium.web.observing.requests import Serving, WatchedApplication
from consortium.web.observing.slow import SlowOperations
from consortium.web.observing.tracing import Tracing, tracing_of
from schema.planner.execution import Executor


@dataclass(frozen=True, slots=True)
class Observing:
    """What is asked for."""

    log_requests: bool
    metrics: Metrics | None
    slow: SlowOperations | None
    tracing: Tracing

    @property
    def on(self) -> bool:
        """Whether anything is asked for."""
        return (
            self.log_requests
            or self.metrics is not None
            or self.slow is not None
            or self.tracing.on
        )

    @classmethod
    def over(cls, settings: Settings, pool: Pool, gauges: Gauges) -> "Observing":
        """By the settings."""
        return cls(
            log_requests=settings.log_requests,
            metrics=None if settings.metrics_port is None else Metrics(pool, gauges),
            slow=None
            if settings.slow_ms is None
            else SlowOperations(settings.slow_ms / 1000, pool),
            tracing=tracing_of(settings),
        )

    def executor(self, executor: Executor) -> Executor:
        """The executor, watched where anything is asked for."""
        if not self.on:
            return executor
        return watched(executor, Watch(self.tracing, self.metrics, self.slow))

    def application(self, app: Serving) -> Serving:
        """The application, watched where anything is asked for."""
        if not self.on:
            return app
        return WatchedApplication(app, self.log_requests, self.metrics, self.tracing, self.close)

    async def close(self) -> None:
        """Send what was not sent yet, and ask no more."""
        if self.slow is not None:
            await self.slow.close()
        await self.tracing.close()


def metrics_page(app: ASGIApp) -> ASGIApp | None:
    """What tells the application's metrics at `/metrics`, on a port of its own."""
    if not isinstance(app, WatchedApplication) or app.metrics is None:
        return None
    return Starlette(routes=[Route("/metrics", app.metrics.page)])
