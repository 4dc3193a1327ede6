"""Points that callers have left, shared by all processes: leaky buckets in the database.

A bucket fills with each lease and empties steadily. A process leases many points at once and counts
them itself, so that a request writes nothing. The table is not logged: after a crash every bucket
is empty, which harms nobody.
"""

import time
from dataclasses import dataclass, field
from typing import NamedTuple

import asyncpg
import structlog

from consortium.storage.connections import Pool

# Table -> why its changes do not enter the audit trail.
BUDGET_TABLES = {"request_budget": "how much callers asked lately, for a minute"}

# $1 caller, $2 points, $3 the most that a bucket holds, $4 what leaks from it in a second.
_LEASE = """
INSERT INTO request_budget AS b (caller, used, as_of) VALUES ($1, $2, clock_timestamp())
ON CONFLICT (caller) DO UPDATE SET as_of = clock_timestamp(),
    used = $2 + greatest(
        0, b.used - $4 * extract(epoch FROM clock_timestamp() - b.as_of)::float8)
WHERE $2 + greatest(
    0, b.used - $4 * extract(epoch FROM clock_timestamp() - b.as_of)::float8) <= $3
RETURNING used
"""
_USED = """
SELECT greatest(0, used - $2 * extract(epoch FROM clock_timestamp() - as_of)::float8)
  FROM request_budget WHERE caller = $1
"""
_PRUNE = "DELETE FROM request_budget WHERE as_of < clock_timestamp() - interval '1 hour'"
# What is not the caller's fault: a replica that takes no writes, a database that is away.
_NOT_SHARED = (asyncpg.PostgresError, asyncpg.InterfaceError, OSError, TimeoutError)
_LOCAL_MAX = 10_000

_log = structlog.get_logger(__name__)


class Lease(NamedTuple):
    """Whether the points were given, and how full the bucket is then."""

    given: bool
    used: float


@dataclass(slots=True)
class Buckets:
    """The buckets of all callers."""

    pool: Pool
    # Kept here while they cannot be shared: caller -> used, and at which moment.
    _local: dict[bytes, tuple[float, float]] = field(
        default_factory=dict[bytes, tuple[float, float]]
    )

    async def lease(self, caller: bytes, points: float, capacity: float) -> Lease:
        """Points of a bucket that empties in a minute, all of them or none."""
        leak = capacity / 60
        try:
            used = await self.pool.fetchval(_LEASE, caller, points, capacity, leak)
            if used is not None:
                return Lease(given=True, used=used)
            return Lease(given=False, used=await self.pool.fetchval(_USED, caller, leak) or 0.0)
        except _NOT_SHARED as error:
            _log.warning("budgets are counted by this process alone", reason=str(error))
            return self._lease_here(caller, points, capacity)

    def _lease_here(self, caller: bytes, points: float, capacity: float) -> Lease:
        now = time.monotonic()
        before, as_of = self._local.pop(caller, (0.0, now))
        before = max(0.0, before - (now - as_of) * capacity / 60)
        given = before + points <= capacity
        used = before + points if given else before
        self._local[caller] = used, now
        if len(self._local) > _LOCAL_MAX:
            del self._local[next(iter(self._local))]
        return Lease(given, used)

    async def prune(self) -> None:
        """Forget callers whose bucket has long been empty."""
        await self.pool.execute(_PRUNE)
