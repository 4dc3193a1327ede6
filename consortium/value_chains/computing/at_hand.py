"""What solves systems, wired by whoever opens the server; in this process where nothing is."""

import asyncio
from collections.abc import Generator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Protocol

import numpy as np

from consortium.kernel.errors import DomainError
from consortium.storage.connections import PoolConnection
from consortium.value_chains.computing.processes import Load
from consortium.value_chains.computing.worker import (
    Check,
    Keeper,
    Missing,
    Refused,
    Reply,
    Task,
    checked,
)
from consortium.value_chains.rules.solving import LoopNeverEnds

NAMED_MAX = 10
CODES = "SELECT code FROM activity WHERE id = ANY ($1) ORDER BY id LIMIT $2"


class Solves(Protocol):
    """What solves tasks: the processes beside the server."""

    async def done(self, task: Task, load: Load) -> Reply:
        """The answer, with rows of versions that are loaded where they are missing."""
        ...

    async def checked(self, check: Check) -> Refused | None:
        """Why rows do not compute; None where they do."""
        ...


class InProcess:
    """Solves in a thread of this process, for programs that end when it is done."""

    async def done(self, task: Task, load: Load) -> Reply:
        """The answer of a task."""
        keeper = Keeper()
        answer = await asyncio.to_thread(keeper.done, task)
        while isinstance(answer, Missing):
            rows = {one: await load(one) for one in answer.versions}
            answer = await asyncio.to_thread(keeper.done, task._replace(rows=rows))
        return answer

    async def checked(self, check: Check) -> Refused | None:
        """Why rows do not compute; None where they do."""
        return await asyncio.to_thread(checked, check)


_SOLVES: ContextVar[Solves | None] = ContextVar("solves", default=None)


@contextmanager
def solving_by(solves: Solves) -> Generator[None]:
    """Let actions within solve by this."""
    token = _SOLVES.set(solves)
    try:
        yield
    finally:
        _SOLVES.reset(token)


def at_hand() -> Solves:
    """What solves here."""
    return _SOLVES.get() or InProcess()


async def refusal(connection: PoolConnection, refused: Refused) -> DomainError:
    """The error of a rule; a loop that never ends is told by the codes of its activities."""
    if not issubclass(refused.kind, LoopNeverEnds):
        return refused.kind(refused.message).at(*refused.path)
    rows = await connection.fetch(CODES, refused.activities, NAMED_MAX)
    named = ", ".join(row["code"] for row in rows)
    more = len(refused.activities) - len(rows)
    others = f" and {more} more" if more else ""
    loop = np.array(refused.activities, dtype=np.intp)
    return LoopNeverEnds(loop, f"{refused.message} The loop: {named}{others}.")
