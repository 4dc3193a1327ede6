"""Work off computations that take long, by any number of processes, across restarts.

Whoever takes one puts it off for as long as its next sign of life may take; what a process held
that died is due again after that, and begun anew.
"""

import asyncio
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

import asyncpg
import orjson
import structlog

from consortium.kernel.clock import Now
from consortium.kernel.errors import DomainError
from consortium.storage.database import Database
from consortium.value_chains.computing.answers import of_versions
from consortium.value_chains.computing.at_hand import refusal
from consortium.value_chains.computing.loading import recorded
from consortium.value_chains.computing.processes import Solving
from consortium.value_chains.computing.worker import Refused, Side, Task, Version
from consortium.value_chains.rules.building import Recorded
from consortium.value_chains.rules.computations import (
    ATTEMPTS_MAX,
    KEPT,
    ComputationAbandoned,
    LongQuestion,
    read_question,
)
from consortium.value_chains.rules.demands import Changes

_log = structlog.get_logger(__name__)

POLL_SECONDS: Final = 1.0
# Of one computation.
SECONDS_MAX: Final = 3600.0
LEASE: Final = timedelta(minutes=1)

_TAKE = """
UPDATE chain_computation SET status = 'RUNNING', attempts = attempts + 1, draws = 0,
    started_at = coalesce(started_at, $1), due_at = $1::timestamptz + $2::interval
WHERE id = (
    SELECT id FROM chain_computation WHERE status IN ('WAITING', 'RUNNING') AND due_at <= $1
    ORDER BY due_at, id LIMIT 1 FOR UPDATE SKIP LOCKED)
RETURNING id, question, attempts
"""
# Nothing where it was cancelled, or taken by somebody else since.
_BEAT = """
UPDATE chain_computation SET draws = $2, due_at = $3
WHERE id = $1 AND status = 'RUNNING' AND attempts = $4 RETURNING id
"""
_DONE = """
UPDATE chain_computation SET status = 'DONE', answer = $2, draws = draws_wanted, ended_at = $3
WHERE id = $1 AND status = 'RUNNING' AND attempts = $4
"""
_FAILED = """
UPDATE chain_computation SET status = 'FAILED', code = $2, message = $3, ended_at = $4
WHERE id = $1 AND status = 'RUNNING'
"""
_FORGET = "DELETE FROM chain_computation WHERE ended_at < $1"
_CHANGES = "SELECT id, version FROM chain_version WHERE id = ANY ($1)"


@dataclass(frozen=True, slots=True)
class Calculator:
    """Answers questions that take long, one at a time, by a process beside this one."""

    database: Database
    solving: Solving
    now: Now

    async def run(self) -> None:
        """Work until cancelled; whatever fails, the next one is begun."""
        try:
            while True:
                try:
                    busy = await self.work()
                except Exception:  # noqa: BLE001  the database may be away: it goes on and tries again
                    _log.warning("computations cannot be worked off", exc_info=True)
                    busy = False
                if not busy:
                    await asyncio.sleep(POLL_SECONDS)
        finally:
            await self.solving.close()

    async def work(self) -> bool:
        """Do what is due longest, if anything is."""
        now = self.now()
        row = await self.database.pool.fetchrow(_TAKE, now, LEASE)
        if row is None:
            await self.database.pool.execute(_FORGET, now - KEPT)
            return False
        try:
            if row["attempts"] > ATTEMPTS_MAX:
                raise ComputationAbandoned
            await self._answer(row)
        except DomainError as error:
            told = (error.code, error.message, self.now())
            await self.database.pool.execute(_FAILED, row["id"], *told)
        return True

    async def _answer(self, row: asyncpg.Record) -> None:
        asked = read_question(orjson.loads(row["question"]))
        task = await self._task(asked)
        drawn = 0

        def heard(draws: int) -> None:
            nonlocal drawn
            drawn = draws

        solved = asyncio.create_task(self.solving.done(task, self._load, heard))
        try:
            while not solved.done():
                await asyncio.wait([solved], timeout=POLL_SECONDS)
                beat = (row["id"], drawn, self.now() + LEASE, row["attempts"])
                if await self.database.pool.fetchval(_BEAT, *beat) is None:
                    return
            reply = await solved
        finally:
            # Cancelled, or this process ends: so does the one that solves.
            solved.cancel()
            await asyncio.wait([solved])
        if isinstance(reply, Refused):
            async with self.database.pool.acquire() as connection:
                raise await refusal(connection, reply)
        answer = orjson.dumps(of_versions(task, reply)).decode()
        await self.database.pool.execute(_DONE, row["id"], answer, self.now(), row["attempts"])

    async def _task(self, asked: LongQuestion) -> Task:
        versions = [one.version for one in asked.sides]
        rows = await self.database.pool.fetch(_CHANGES, versions)
        changes: dict[int, int] = {one["id"]: one["version"] for one in rows}
        sides = tuple(
            Side(Version(one.version, changes[one.version]), *(one.what_if or Changes()), question)
            for one, question in zip(asked.sides, asked.questions(), strict=True)
        )
        return Task(asked.wanted, sides, asked.parts, {})

    async def _load(self, version: Version) -> Recorded:
        return await recorded(self.database.pool, version.id)
