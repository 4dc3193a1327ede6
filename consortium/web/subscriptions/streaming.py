"""Answers over HTTP that go on: sent as they come, with a sign of life in between."""

import asyncio
from collections.abc import Sequence
from typing import Protocol

from starlette.types import Receive, Send

from consortium.web.subscriptions.operations import GRACE_SECONDS
from consortium.web.subscriptions.outbox import Ending, Outbox

# Proxies give up what is silent for a minute, often for half of one.
HEARTBEAT_SECONDS = 10.0

_HEAD = (
    (b"cache-control", b"no-store"),
    # nginx would keep events until there are enough of them.
    (b"x-accel-buffering", b"no"),
    (b"x-content-type-options", b"nosniff"),
    (b"access-control-allow-origin", b"*"),
)


class Framing(Protocol):
    """How messages look on the wire."""

    media_type: bytes
    opening: str
    heartbeat: str
    closing: str

    def ended(self, ending: Ending) -> str:
        """The message that says why no more comes."""
        ...


async def stream(outbox: Outbox, framing: Framing, receive: Receive, send: Send) -> None:
    """Send what is in the outbox until it ends, or until the client has gone."""
    loop = asyncio.get_running_loop()
    leaving = asyncio.create_task(_drop_when_gone(outbox, receive))
    try:
        async with asyncio.timeout(None) as patience:
            outbox.on_end = lambda: patience.reschedule(loop.time() + GRACE_SECONDS)
            if outbox.ended:
                outbox.on_end()
            await _send_all(outbox, framing, send)
    except (OSError, TimeoutError):
        # The client is gone, or reads nothing any more.
        pass
    finally:
        outbox.on_end = lambda: None
        leaving.cancel()
        await asyncio.wait([leaving])


async def _send_all(outbox: Outbox, framing: Framing, send: Send) -> None:
    head: Sequence[tuple[bytes, bytes]] = [(b"content-type", framing.media_type), *_HEAD]
    await send({"type": "http.response.start", "status": 200, "headers": head})
    message: str | None = framing.opening
    while message is not None:
        await send({"type": "http.response.body", "body": message.encode(), "more_body": True})
        try:
            message = await outbox.get(HEARTBEAT_SECONDS)
        except TimeoutError:
            message = framing.heartbeat
    last = framing.closing if outbox.ending is None else framing.ended(outbox.ending)
    await send({"type": "http.response.body", "body": last.encode()})


async def _drop_when_gone(outbox: Outbox, receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass
    outbox.drop()
