"""Where spans are sent: to an OpenTelemetry collector, by OTLP over HTTP."""

import asyncio
import os
from collections.abc import Awaitable, Callable, Generator
from contextlib import contextmanager
from typing import NamedTuple

from opentelemetry.context import Context
from opentelemetry.trace import NoOpTracer, Span, SpanKind, Status, StatusCode, Tracer

from consortium.settings import Settings

# OpenTelemetry's own settings that name a collector (its specification, "OTLP Exporter").
ENDPOINTS = ("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", "OTEL_EXPORTER_OTLP_ENDPOINT")
# How long a collector may take, at the program's end as well.
TIMEOUT_SECONDS = 3


async def _nothing() -> None:
    pass


class Tracing(NamedTuple):
    """What makes spans, and what sends the last of them."""

    tracer: Tracer = NoOpTracer()
    close: Callable[[], Awaitable[None]] = _nothing

    @property
    def on(self) -> bool:
        """Whether spans go anywhere."""
        return not isinstance(self.tracer, NoOpTracer)

    @contextmanager
    def span(
        self, name: str, kind: SpanKind = SpanKind.INTERNAL, context: Context | None = None
    ) -> Generator[Span]:
        """A span around what is done inside.

        Of an exception only its type is told: the text may hold values that a caller sent.
        """
        with self.tracer.start_as_current_span(
            name, context, kind, record_exception=False, set_status_on_exception=False
        ) as span:
            try:
                yield span
            except BaseException as error:
                span.set_status(Status(StatusCode.ERROR))
                span.set_attribute("error.type", type(error).__name__)
                raise


def _wanted(settings: Settings) -> bool:
    """Whether a collector is named."""
    return settings.otlp_endpoint is not None or any(os.environ.get(name) for name in ENDPOINTS)


def tracing_of(settings: Settings) -> Tracing:
    """Tracing as the settings have it; `OTEL_...` say the rest: headers, sampling, resource."""
    if not _wanted(settings):
        return Tracing()
    # The exporter takes a while to import.
    from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
    from opentelemetry.sdk.resources import SERVICE_NAME, Resource
    from opentelemetry.sdk.trace import TracerProvider
    from opentelemetry.sdk.trace.export import BatchSpanProcessor

    base = settings.otlp_endpoint
    exporter = OTLPSpanExporter(
        None if base is None else f"{base.rstrip('/')}/v1/traces", timeout=TIMEOUT_SECONDS
    )
    name = os.environ.get("OTEL_SERVICE_NAME", "consortium")
    resource = Resource.create({SERVICE_NAME: name})
    provider = TracerProvider(resource=resource, shutdown_on_exit=False)
    provider.add_span_processor(BatchSpanProcessor(exporter))

    async def close() -> None:
        await asyncio.to_thread(provider.shutdown)

    return Tracing(provider.get_tracer("consortium"), close)
