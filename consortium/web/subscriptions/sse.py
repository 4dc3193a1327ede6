"""GraphQL over Server-Sent Events: the protocol `graphql-sse`, both of its modes.

As https://github.com/enisdenjo/graphql-sse/blob/master/PROTOCOL.md describes it: an operation has a
connection of its own, or many share one that was reserved before (HTTP/1 gives a browser but six).
"""

import asyncio
import secrets
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import orjson

from consortium.web.subscriptions.outbox import Ending, Outbox

# How long a reservation waits for its connection.
RESERVED_SECONDS = 60.0


class Events:
    """The frames of both modes."""

    media_type = b"text/event-stream"
    # A comment; it lets the headers go out at once.
    opening = ":\n\n"
    heartbeat = ":\n\n"
    closing = ""

    def ended(self, ending: Ending) -> str:
        """Told as an answer: a reader of events knows nothing else."""
        errors = f'{{"errors":{orjson.dumps(ending.errors).decode()}}}'
        return event("next", errors) + event("complete", "")


class SharedEvents(Events):
    """Of a connection that operations share: each was told of its end by itself."""

    def ended(self, ending: Ending) -> str:  # noqa: ARG002  as above
        """Nothing: the connection closes, and its client comes again."""
        return ""


def event(name: str, data: str) -> str:
    """One event. PostgreSQL breaks lines between items of a list, and nowhere within a text."""
    line = data.replace("\n", "")
    return f"event: {name}\ndata: {line}\n\n"


@dataclass(slots=True, eq=False)
class EventSubscriber:
    """The one operation of a connection."""

    outbox: Outbox

    def next(self, payload: str) -> None:
        """An answer."""
        self.outbox.put(event("next", payload))

    def fail(self, errors: list[dict[str, Any]]) -> None:
        """No more comes, and why."""
        self.next(f'{{"errors":{orjson.dumps(errors).decode()}}}')
        self.complete()

    def complete(self) -> None:
        """No more comes."""
        self.outbox.put(event("complete", ""))
        self.outbox.end()


@dataclass(slots=True, eq=False)
class SharedSubscriber:
    """One of the operations of a connection, told under its id."""

    id: str
    reservation: "Reservation"
    # What ends it: each is called.
    leave: list[Callable[[], None]] = field(default_factory=list[Callable[[], None]])

    def next(self, payload: str) -> None:
        """An answer."""
        self._tell("next", f'{{"id":{self._quoted},"payload":{payload}}}')

    def fail(self, errors: list[dict[str, Any]]) -> None:
        """No more comes, and why."""
        self.next(f'{{"errors":{orjson.dumps(errors).decode()}}}')
        self.complete()

    def complete(self) -> None:
        """No more comes."""
        self._tell("complete", f'{{"id":{self._quoted}}}')
        self.reservation.forget(self)

    @property
    def _quoted(self) -> str:
        return orjson.dumps(self.id).decode()

    def _tell(self, name: str, data: str) -> None:
        if self.reservation.operations.get(self.id) is self:
            self.reservation.outbox.put(event(name, data))


@dataclass(slots=True, eq=False)
class Reservation:
    """A connection that operations share, from when it is reserved."""

    token: str
    outbox: Outbox
    opened: bool = False
    operations: dict[str, SharedSubscriber] = field(default_factory=dict[str, SharedSubscriber])

    def forget(self, operation: SharedSubscriber) -> None:
        """End an operation; its id is free again."""
        if self.operations.get(operation.id) is operation:
            del self.operations[operation.id]
            for leave in operation.leave:
                leave()

    def close(self) -> None:
        """End everything."""
        for one in list(self.operations.values()):
            self.forget(one)
        self.outbox.drop()


@dataclass(slots=True, eq=False)
class Reservations:
    """The connections of this process that operations share, by their tokens."""

    waiting_seconds: float = RESERVED_SECONDS
    _kept: dict[str, Reservation] = field(default_factory=dict[str, Reservation])

    def __len__(self) -> int:
        return len(self._kept)

    def reserve(self) -> Reservation:
        """A new one, which waits a while for its connection."""
        one = Reservation(secrets.token_urlsafe(24), Outbox())
        self._kept[one.token] = one
        loop = asyncio.get_running_loop()
        loop.call_later(self.waiting_seconds, lambda: None if one.opened else self.release(one))
        return one

    def find(self, token: str) -> Reservation | None:
        """The one of that token."""
        return self._kept.get(token)

    def release(self, one: Reservation) -> None:
        """End one with all its operations."""
        self._kept.pop(one.token, None)
        one.close()
