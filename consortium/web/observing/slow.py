"""Operations that took long, and how the database would go about their statements."""

import asyncio
import time
from dataclasses import dataclass

import asyncpg
import structlog

from consortium.storage.connections import Pool
from consortium.web.observing.seen import OperationSeen, Ran, milliseconds

_log = structlog.get_logger(__name__)

# However many operations are slow, the database is asked this often at most, and once at a time.
EVERY_SECONDS = 10.0
TIMEOUT_SECONDS = 5.0
# The first PostgreSQL that plans a statement without its values.
GENERIC_SINCE = 16


@dataclass(slots=True, eq=False)
class SlowOperations:
    """Logs what took longer than the bound."""

    seconds: float
    pool: Pool
    every: float = EVERY_SECONDS
    _next: float = 0.0
    _task: asyncio.Task[None] | None = None

    def look(self, seen: OperationSeen, seconds: float) -> None:
        """Log the operation where it was slow, and explain a query's longest statement."""
        if seconds < self.seconds:
            return
        told = {"document": seen.document, "operation": seen.name, "type": seen.kind}
        _log.warning(
            "slow operation",
            **told,
            outcome=seen.outcome,
            duration_ms=milliseconds(seconds),
            statements=len(seen.statements),
            statement_ms=milliseconds(seen.statement_seconds),
        )
        # What a mutation did has changed what its statements would find.
        if seen.kind != "query" or not seen.statements or not self._may_explain():
            return
        longest = max(seen.statements, key=lambda one: one.seconds)
        self._task = asyncio.create_task(self._explain(longest, told))

    def _may_explain(self) -> bool:
        now = time.monotonic()
        if now < self._next or (self._task is not None and not self._task.done()):
            return False
        self._next = now + self.every
        return True

    async def _explain(self, ran: Ran, told: dict[str, str]) -> None:
        try:
            plan = await self._plan(ran)
        except (OSError, TimeoutError, asyncpg.PostgresError, asyncpg.InterfaceError) as error:
            plan = [f"The database does not tell: {error}"]
        _log.warning("slow operation explained", **told, sql=ran.sql, plan=plan)

    async def _plan(self, ran: Ran) -> list[str]:
        """The plan whatever the values are: so none of them gets into the log."""
        async with self.pool.acquire(timeout=TIMEOUT_SECONDS) as connection:
            if connection.get_server_version().major < GENERIC_SINCE:
                return [f"PostgreSQL tells it from version {GENERIC_SINCE} on."]
            asked = await connection.prepare(f"EXPLAIN (GENERIC_PLAN) {ran.sql}")
            rows = await asked.fetch(*[None] * ran.parameters, timeout=TIMEOUT_SECONDS)
        return [row[0] for row in rows]

    async def close(self) -> None:
        """Ask no more."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.wait([self._task])
