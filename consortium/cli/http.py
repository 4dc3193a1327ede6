"""uvicorn, as this program runs it."""

import gc
import signal
import socket
import sys
from collections.abc import Awaitable, Callable, Generator
from contextlib import contextmanager

import uvicorn
from starlette.types import ASGIApp

from consortium.cli.logs import configure_logs
from consortium.settings import Settings

# How long another thread may keep the interpreter while the event loop waits for it: documents are
# planned in one. Python's own 5 ms would show in every answer meanwhile.
SWITCH_SECONDS = 0.0003
# The oldest objects are looked through a tenth as often as usual: parsed documents are many small
# objects that soon go, and the event loop stands still meanwhile.
COLLECTED = (700, 10, 100)
# Requests under way at Ctrl-C are answered, up to this long.
DRAIN_SECONDS = 10


class Server(uvicorn.Server):
    """A server on a socket that listens already; it says when it is ready."""

    def __init__(self, app: ASGIApp, settings: Settings, ready: Callable[[], None]) -> None:
        configure_logs(settings.log_level)
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
            timeout_graceful_shutdown=DRAIN_SECONDS,
        )
        super().__init__(config)
        self.ready = ready
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
        """Tell those whose connections stay open first: the others end by themselves."""
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
