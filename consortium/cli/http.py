"""uvicorn, as this program runs it."""

import asyncio
import gc
import signal
import socket
import sys
import time
from collections.abc import AsyncGenerator, Awaitable, Callable, Generator
from contextlib import asynccontextmanager, contextmanager

import uvicorn
from starlette.types import ASGIApp

from consortium.cli.logs import configure_logs
from consortium.settings import Settings

# How often it is looked whether a second signal came.
_LOOK_SECONDS = 0.1
# How long another thread may keep the interpreter while the event loop waits for it: documents are
# planned in one. Python's own 5 ms would show in every answer meanwhile.
SWITCH_SECONDS = 0.0003
# The oldest objects are looked through a tenth as often as usual: parsed documents are many small
# objects that soon go, and the event loop stands still meanwhile.
COLLECTED = (700, 10, 100)


class Server(uvicorn.Server):
    """A server on a socket that listens already; it says when it is ready."""

    def __init__(self, app: ASGIApp, settings: Settings, ready: Callable[[], None]) -> None:
        configure_logs(settings.log_level, settings.log_format)
        config = uvicorn.Config(
            app,
            http="httptools",
            ws="websockets-sansio",
            ws_max_size=settings.max_body_bytes,
            # A compressor for each connection would take more memory than all else of it.
            ws_per_message_deflate=False,
            lifespan="on",
            log_config=None,
            access_log=False,
            server_header=False,
            forwarded_allow_ips=settings.trusted_proxies,
            ssl_certfile=settings.ssl_certfile,
            ssl_keyfile=settings.ssl_keyfile,
            timeout_graceful_shutdown=settings.shutdown_seconds,
        )
        super().__init__(config)
        self.ready = ready
        self.delay_seconds = settings.shutdown_delay_seconds
        # Of an application that says whether it is ready.
        self.retire: Callable[[], None] | None = getattr(app, "retire", None)
        # Of an application with connections that stay open.
        self.end_streams: Callable[[], Awaitable[None]] | None = getattr(app, "end_streams", None)

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Start, then say so."""
        await super().startup(sockets)
        sys.setswitchinterval(SWITCH_SECONDS)
        gc.set_threshold(*COLLECTED)
        # The schema and its sources stay as long as the process; no collection need walk them.
        gc.collect()
        gc.freeze()
        self.ready()

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Say first that the server is not ready, and for a while do nothing else.

        Then tell those whose connections stay open: the others end by themselves.
        """
        if self.retire is not None:
            self.retire()
        until = time.monotonic() + self.delay_seconds
        # A second signal sets a flag of uvicorn's, which is looked at everywhere like this.
        while time.monotonic() < until and not self.force_exit:  # noqa: ASYNC110
            await asyncio.sleep(_LOOK_SECONDS)
        if self.end_streams is not None:
            await self.end_streams()
        await super().shutdown(sockets)

    @contextmanager
    def capture_signals(self) -> Generator[None]:
        """Let the first Ctrl-C or SIGTERM end the serving, and not the program.

        uvicorn would raise the signal again afterwards; here the database is closed first and the
        program then ends by itself.
        """
        numbers = (signal.SIGINT, signal.SIGTERM)
        before = {number: signal.signal(number, self.handle_exit) for number in numbers}
        try:
            yield
        finally:
            for number, handler in before.items():
                signal.signal(number, handler)


class _Beside(uvicorn.Server):
    """A server beside the other, which alone hears signals."""

    @contextmanager
    def capture_signals(self) -> Generator[None]:
        """Leave them to the other."""
        yield


@asynccontextmanager
async def served_beside(
    app: ASGIApp | None, listener: socket.socket | None
) -> AsyncGenerator[None]:
    """Serve a small application as well, where there is one and a socket for it."""
    if app is None or listener is None:
        yield
        return
    config = uvicorn.Config(
        app, lifespan="off", log_config=None, access_log=False, server_header=False
    )
    server = _Beside(config)
    running = asyncio.create_task(server.serve([listener]))
    try:
        yield
    finally:
        server.should_exit = True
        await running
