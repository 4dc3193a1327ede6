"""What waits to be sent to one connection, and how it ends."""

import asyncio
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from schema.errors import plain

# Of messages that wait. A reader that is slower is cut off: it subscribes anew.
MESSAGES_MAX = 5_000
CHARACTERS_MAX = 1024 * 1024


class Ending(NamedTuple):
    """Why a connection or a subscription ends before its client ends it."""

    # Of WebSocket: RFC 6455, section 7.4, and those of `graphql-transport-ws`.
    close_code: int
    code: str
    message: str

    @property
    def errors(self) -> list[dict[str, Any]]:
        """As GraphQL tells it."""
        return [plain(self.code, self.message)]


STOPPING = Ending(1001, "SERVER_STOPPING", "The server is stopping; connect again in a moment.")
TOO_SLOW = Ending(1013, "SUBSCRIBER_TOO_SLOW", "Too much waits to be read; connect again.")
EXPIRED = Ending(4403, "TOKEN_INVALID", "The access token has expired; connect with a new one.")
REVOKED = Ending(4403, "TOKEN_INVALID", "The access token holds no more; sign in again.")


@dataclass(slots=True, eq=False)
class Outbox:
    """Messages in their order, until there are too many or it is ended."""

    # Called once, when nothing more will come.
    on_end: Callable[[], None] = field(default=lambda: None)
    # Why it has ended, if it was not the client who did.
    ending: Ending | None = None
    ended: bool = False
    _messages: deque[str] = field(default_factory=deque[str])
    _characters: int = 0
    _something: asyncio.Event = field(default_factory=asyncio.Event)

    def put(self, message: str) -> None:
        """Let it be sent."""
        if self.ended:
            return
        self._messages.append(message)
        self._characters += len(message)
        self._something.set()
        if len(self._messages) > MESSAGES_MAX or self._characters > CHARACTERS_MAX:
            self.drop(TOO_SLOW)

    def end(self, ending: Ending | None = None) -> None:
        """Let nothing more be sent than what waits; the first ending is the one that is told."""
        if not self.ended:
            self.ended, self.ending = True, ending
            self._something.set()
            self.on_end()

    def drop(self, ending: Ending | None = None) -> None:
        """End, and let nothing be sent of what waits."""
        self._messages.clear()
        self._characters = 0
        self.end(ending)

    async def get(self, patience_seconds: float | None = None) -> str | None:
        """The next message; none when it has ended. TimeoutError when none came for so long."""
        while not self._messages:
            if self.ended:
                return None
            self._something.clear()
            async with asyncio.timeout(patience_seconds):
                await self._something.wait()
        message = self._messages.popleft()
        self._characters -= len(message)
        return message
