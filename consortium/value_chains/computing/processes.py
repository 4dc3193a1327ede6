"""The processes that solve beside the server, so that no large system stalls other requests.

Each is started when it is first needed and ends with the server: its input is a pipe from here. One
that takes too long, or dies, is replaced; what it was asked is refused, and nothing else.
"""

import asyncio
import os
import pickle
import sys
from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress
from typing import Any, Final, NamedTuple, TypeVar, cast

from consortium.kernel.errors import DomainError
from consortium.value_chains.computing.worker import (
    HEAD,
    Check,
    Drawn,
    Missing,
    Refused,
    Reply,
    Task,
    Version,
    frame,
)
from consortium.value_chains.rules.building import Recorded

# Imported and not run as a module: pickles name classes by where they are imported from.
WORKER: Final = "from consortium.value_chains.computing.worker import main; main()"
SECONDS_MAX: Final = 60.0
# One thread each: the server decides how many processes share the machine.
_THREADS = dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"), "1")

Load = Callable[[Version], Awaitable[Recorded]]
# What is told of draws as they are taken.
Heard = Callable[[int], None]
Answered = TypeVar("Answered")


class SolverBusy(DomainError):
    """Too many systems wait to be solved: ask again in a moment."""

    code = "SOLVER_BUSY"


class SolverTimedOut(DomainError):
    """The system was not solved in the time that there is: ask for fewer parts or draws."""

    code = "SOLVER_TIMED_OUT"


class SolverFailed(DomainError):
    """The process that solves systems ended before it answered: ask again, or for less at once."""

    code = "SOLVER_FAILED"


class Busy(NamedTuple):
    """How many systems are being solved, and how many wait for that."""

    solved: int
    waiting: int


class Solving:
    """A few processes; each solves one task at a time, and keeps the versions that it was given."""

    def __init__(self, size: int = 1, waiting_max: int = 64, seconds: float = SECONDS_MAX) -> None:
        """Start nothing yet."""
        self._size = size
        self._idle = [_Process() for _ in range(size)]
        self._free = asyncio.Semaphore(size)
        self._waiting = 0
        self._waiting_max = waiting_max
        self._seconds = seconds

    @property
    def busy(self) -> Busy:
        """How busy they are."""
        solved = self._size - len(self._idle)
        return Busy(solved, self._waiting - solved)

    async def done(self, task: Task, load: Load, heard: Heard = lambda _: None) -> Reply:
        """The answer of a task; rows of versions are loaded where the process lacks them.

        Now and then `heard` is told how many draws were taken.

        Raises:
            SolverBusy, SolverTimedOut, SolverFailed.
        """
        return await self._by_one(lambda process: _asked(process, task, load, heard))

    async def checked(self, check: Check) -> Refused | None:
        """Why rows do not compute; None where they do. Raises as `done`."""

        async def told(process: "_Process") -> Refused | None:
            return cast("Refused | None", await process.ask(check))

        return await self._by_one(told)

    async def _by_one(self, ask: Callable[["_Process"], Awaitable[Answered]]) -> Answered:
        """What a process answers, once one is free."""
        if self._waiting >= self._waiting_max:
            raise SolverBusy
        self._waiting += 1
        try:
            async with self._free:
                process = self._idle.pop()
                try:
                    async with asyncio.timeout(self._seconds):
                        return await ask(process)
                except TimeoutError as error:
                    raise SolverTimedOut from error
                finally:
                    self._idle.append(process)
        finally:
            self._waiting -= 1

    async def close(self) -> None:
        """End all processes."""
        for process in self._idle:
            await process.end()


async def _asked(process: "_Process", task: Task, load: Load, heard: Heard) -> Reply:
    answer: Reply | Missing = await process.ask(task, heard)
    if isinstance(answer, Missing):
        rows: Mapping[Version, Recorded] = {one: await load(one) for one in answer.versions}
        answer = await process.ask(task._replace(rows=rows), heard)
    # What it was just given it has.
    return cast("Reply", answer)


async def _frame(told: asyncio.StreamReader) -> Any:  # noqa: ANN401  whatever was told
    [length] = HEAD.unpack(await told.readexactly(HEAD.size))
    return pickle.loads(await told.readexactly(length))  # noqa: S301  of our own process


class _Process:
    """One process, or none yet."""

    def __init__(self) -> None:
        self._running: asyncio.subprocess.Process | None = None

    async def ask(self, message: Task | Check, heard: Heard = lambda _: None) -> Any:  # noqa: ANN401  as the message has it
        """Its answer. Whatever goes wrong on the way ends it, so that no answer is left behind."""
        try:
            running = self._running or await self._started()
            asked, told = running.stdin, running.stdout
            assert asked is not None and told is not None  # noqa: S101, PT018  both are pipes
            asked.write(frame(message))
            await asked.drain()
            while isinstance(answer := await _frame(told), Drawn):
                heard(answer.draws)
        except (OSError, asyncio.IncompleteReadError) as error:
            await self.end()
            raise SolverFailed from error
        except BaseException:
            await self.end()
            raise
        return answer

    async def _started(self) -> asyncio.subprocess.Process:
        self._running = await asyncio.create_subprocess_exec(
            sys.executable,
            "-c",
            WORKER,
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            env=os.environ | _THREADS,
        )
        return self._running

    async def end(self) -> None:
        """End it at once."""
        running, self._running = self._running, None
        if running is not None:
            with suppress(ProcessLookupError):
                running.kill()
            await running.wait()
