"""How long a body is waited for: whoever sends half of one is told so, and hung up on.

A timer for each request would cost more than reading it. Instead those that wait are looked through
now and then.
"""

import asyncio
from collections.abc import Awaitable
from dataclasses import dataclass, field
from typing import Any, TypeVar

from consortium.kernel.errors import DomainError

T = TypeVar("T")
# How often waiting requests are looked through while one is late.
_LOOKS = 4


class BodyTooSlow(DomainError):
    """The body did not arrive in time."""

    code = "BODY_TOO_SLOW"


@dataclass(slots=True)
class Patience:
    """Waits for so many seconds and no more than a quarter longer."""

    seconds: float
    # Who waits, and since when; and who waited too long.
    _since: dict["asyncio.Task[Any]", float] = field(
        default_factory=dict["asyncio.Task[Any]", float]
    )
    _late: set["asyncio.Task[Any]"] = field(default_factory=set["asyncio.Task[Any]"])
    _look: asyncio.TimerHandle | None = None

    async def wait(self, work: Awaitable[T]) -> T:
        """The work's result. Raises BodyTooSlow."""
        task = asyncio.current_task()
        assert task is not None  # noqa: S101  the server runs each request in one
        loop = asyncio.get_running_loop()
        self._since[task] = loop.time()
        if self._look is None:
            self._look = loop.call_later(self.seconds / _LOOKS, self._look_through, loop)
        try:
            return await work
        except asyncio.CancelledError:
            if task not in self._late:
                raise
            task.uncancel()
            raise BodyTooSlow(f"The body did not arrive within {self.seconds:g} s.") from None
        finally:
            del self._since[task]
            self._late.discard(task)

    def _look_through(self, loop: asyncio.AbstractEventLoop) -> None:
        self._look = None
        if not self._since:
            return
        for task, since in self._since.items():
            if loop.time() - since > self.seconds:
                self._late.add(task)
                task.cancel()
        self._look = loop.call_later(self.seconds / _LOOKS, self._look_through, loop)
