"""Load: connections that each send the next request as soon as they have the last answer.

A client of its own, on uvloop, with requests made beforehand and answers only counted: beside
servers in Python it takes 2 to 7 % of one processor. Answers under way at the end are waited for,
so that a slow server is measured as exactly as a fast one; tools that stop at a time lose them.
"""

import asyncio
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import cast

import orjson

CONNECTIONS = 16
_END_OF_HEAD = b"\r\n\r\n"
_LENGTH = b"content-length:"
_OK = b"HTTP/1.1 200"


class LoadFailed(Exception):
    """A server gave another answer than the one that is measured."""


@dataclass
class Round:
    """What one round of load saw. Times in seconds."""

    seconds: float = 0.0
    times: list[float] = field(default_factory=list)

    @property
    def per_second(self) -> float:
        """Answers per second."""
        return len(self.times) / self.seconds


def http_request(path: str, port: int, body: object, headers: Mapping[str, str]) -> bytes:
    """A POST of JSON."""
    content = orjson.dumps(body)
    head = (
        f"POST {path} HTTP/1.1\r\nhost: 127.0.0.1:{port}\r\ncontent-type: application/json\r\n"
        f"content-length: {len(content)}\r\n"
    )
    more = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
    return f"{head}{more}\r\n".encode() + content


class _Connection(asyncio.Protocol):
    """One connection: counts answers until the round is over, then ends at the next answer."""

    def __init__(self, requests: Sequence[bytes], place: int, seen: Round, until: float) -> None:
        self.requests, self.place, self.seen, self.until = requests, place, seen, until
        self.head = b""
        self.left = 0
        self.begun = 0.0
        self.transport: asyncio.Transport
        self.done: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Send the first request."""
        # uvloop's transports are no subclass of asyncio's.
        self.transport = cast("asyncio.Transport", transport)
        self._send()

    def _send(self) -> None:
        self.begun = time.perf_counter()
        self.transport.write(self.requests[self.place % len(self.requests)])
        # Connections start apart, so that they do not all ask for the same.
        self.place += 1

    def data_received(self, data: bytes) -> None:
        """Count the answer's bytes; when all are there, send the next request."""
        if self.left:
            self.left -= len(data)
        else:
            self._read_head(self.head + data)
        if self.left == 0 and not self.head:
            self._answered()

    def _read_head(self, data: bytes) -> None:
        end = data.find(_END_OF_HEAD)
        if end < 0:
            self.head = data
            return
        head = data[:end].lower()
        if not data.startswith(_OK):
            self._fail(f"The server answered {data[:200]!r}")
            return
        at = head.index(_LENGTH) + len(_LENGTH)
        stop = head.find(b"\r", at)
        length = int(head[at : stop if stop >= 0 else len(head)])
        self.head = b""
        self.left = length - (len(data) - end - len(_END_OF_HEAD))

    def _answered(self) -> None:
        if self.done.done():
            return
        now = time.perf_counter()
        self.seen.times.append(now - self.begun)
        if now < self.until:
            self._send()
        else:
            self.done.set_result(None)
            self.transport.close()

    def connection_lost(self, exc: Exception | None) -> None:
        """A server that hangs up in the middle spoils the round."""
        self._fail(f"The server closed the connection ({exc})")

    def _fail(self, why: str) -> None:
        if not self.done.done():
            self.done.set_exception(LoadFailed(why))
            self.transport.close()


async def load(
    port: int, requests: Sequence[bytes], seconds: float, connections: int = CONNECTIONS
) -> Round:
    """Load the server for about so long; the round ends with the last answer.

    Raises:
        LoadFailed: an answer other than 200, or a closed connection.
    """
    loop = asyncio.get_running_loop()
    seen = Round()
    begun = time.perf_counter()
    spread = max(len(requests) // connections, 1)
    made = [
        loop.create_connection(
            partial(_Connection, requests, number * spread, seen, begun + seconds),
            "127.0.0.1",
            port,
        )
        for number in range(connections)
    ]
    opened = [protocol for _, protocol in await asyncio.gather(*made)]
    await asyncio.gather(*(protocol.done for protocol in opened))
    seen.seconds = time.perf_counter() - begun
    return seen
