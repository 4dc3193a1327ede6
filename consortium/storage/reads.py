"""Connections at hand for planned reads.

asyncpg's pool is made for connections that are borrowed, changed and given back: it wraps, shields
and resets each time. A planned read changes nothing, so a connection stays borrowed and passes from
one statement to the next; that takes a third off what a small answer costs this process. Whatever
goes wrong, the connection goes back to the pool, which knows how to mend or replace it.
"""

import asyncio
from collections import deque
from typing import Any, NamedTuple

from consortium.storage.connections import Borrowed, Pool


class InUse(NamedTuple):
    """How many connections work now, how many could, and how many statements wait for one."""

    busy: int
    idle: int
    # None where it is not known.
    waiting: int | None = None


class Reads:
    """Runs single statements, each on its own; at most `size` at once, the others wait in line."""

    def __init__(self, pool: Pool, size: int) -> None:
        self._pool = pool
        # How many more may be borrowed.
        self._places = size
        self._size = size
        self._closed = False
        self._idle: list[Borrowed] = []
        # Each is given a connection, or None: a place to borrow one.
        self._waiting: deque[asyncio.Future[Borrowed | None]] = deque()

    async def fetchval(self, query: str, *args: Any) -> Any:  # noqa: ANN401  as asyncpg
        """The first value of the first row."""
        connection = self._idle.pop() if self._idle else await self._another()
        try:
            value = await connection.fetchval(query, *args)
        except BaseException:
            await self._give_back(connection)
            raise
        if self._closed:
            await self._give_back(connection)
        elif not (self._waiting and self._handed(connection)):
            self._idle.append(connection)
        return value

    @property
    def in_use(self) -> InUse:
        """How busy they are."""
        idle = len(self._idle)
        return InUse(self._size - self._places - idle, idle, len(self._waiting))

    async def _another(self) -> Borrowed:
        """A connection from the pool, or the next that is passed on."""
        if self._places:
            self._places -= 1
            return await self._borrowed()
        turn: asyncio.Future[Borrowed | None] = asyncio.get_running_loop().create_future()
        self._waiting.append(turn)
        try:
            connection = await turn
        except BaseException:
            if turn.done() and not turn.cancelled():
                await self._passed_by(turn.result())
            raise
        return connection or await self._borrowed()

    async def _borrowed(self) -> Borrowed:
        try:
            return await self._pool.acquire()
        except BaseException:
            self._free_place()
            raise

    async def _passed_by(self, connection: Borrowed | None) -> None:
        """What was handed to a statement that no longer wants to run."""
        if connection is None:
            self._free_place()
        else:
            await self._give_back(connection)

    async def _give_back(self, connection: Borrowed) -> None:
        try:
            await self._pool.release(connection)
        finally:
            self._free_place()

    def _free_place(self) -> None:
        if not self._handed(None):
            self._places += 1

    def _handed(self, connection: Borrowed | None) -> bool:
        """Whether somebody was waiting for it."""
        while self._waiting:
            turn = self._waiting.popleft()
            if not turn.done():
                turn.set_result(connection)
                return True
        return False

    async def close(self) -> None:
        """Give back what is idle now, and the rest as its statements end."""
        self._closed = True
        while self._idle:
            await self._give_back(self._idle.pop())
