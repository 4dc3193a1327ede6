"""What callers may ask in a minute, in points: leased in slices, counted in memory."""

import asyncio
import time
from collections import OrderedDict
from dataclasses import dataclass, field
from functools import lru_cache
from hashlib import blake2b
from ipaddress import IPv6Address, ip_address
from math import ceil
from typing import Any

from starlette.types import Scope

from consortium.kernel.errors import DomainError
from consortium.kernel.principal import Principal
from consortium.storage.budgets import Buckets
from schema.limits import CostTooHigh

# A slice is so much of a bucket, and what is left of it is given up after so long.
_SLICES = 50
_LEASE_SECONDS = 10.0
_CALLERS_MAX = 10_000
# A person, a system, or an address, by what it is and its number or text.
_Key = tuple[str, int | str]


class BudgetExhausted(DomainError):
    """You have asked for as much as you may in a minute; `Retry-After` says when there is more."""

    code = "BUDGET_EXHAUSTED"

    def __init__(self, message: str | None = None, seconds: int = 60) -> None:
        super().__init__(message)
        self.seconds = seconds


@dataclass(slots=True)
class Budget:
    """The points of one caller, and how many of their operations run."""

    caller: bytes
    per_minute: int
    cost_max: int
    buckets: Buckets
    turns: asyncio.Semaphore
    left: float = 0.0
    until: float = 0.0
    used: float = 0.0
    _leasing: asyncio.Lock = field(default_factory=asyncio.Lock)

    async def spend(self, points: int) -> None:
        """Take points. Raises CostTooHigh, BudgetExhausted."""
        if points > self.left or time.monotonic() > self.until:
            await self._lease(points)
        self.left -= points

    async def _lease(self, points: int) -> None:
        if points > self.cost_max:
            raise CostTooHigh(
                f"This operation costs {points} points, one may cost {self.cost_max}: ask for"
                " smaller pages or fewer fields."
            )
        async with self._leasing:
            # Another request may have leased meanwhile.
            if points <= self.left and time.monotonic() <= self.until:
                return
            for wanted in (max(points, self.per_minute // _SLICES), points):
                lease = await self.buckets.lease(self.caller, wanted, self.per_minute)
                self.used = lease.used
                if lease.given:
                    self.left, self.until = wanted, time.monotonic() + _LEASE_SECONDS
                    return
        over = self.used + points - self.per_minute
        seconds = max(1, ceil(over * 60 / self.per_minute))
        raise BudgetExhausted(
            f"This operation costs {points} points, and you have {self.remaining} of"
            f" {self.per_minute} a minute left: ask again in {seconds} s.",
            seconds,
        )

    @property
    def remaining(self) -> int:
        """About how many points are left in the bucket; other processes may have taken some."""
        return max(0, int(self.per_minute - self.used + self.left))


@dataclass(slots=True)
class Noted:
    """Spends from a budget and notes what one request took."""

    budget: Budget
    requested: int = 0
    granted: int = 0

    async def spend(self, points: int) -> None:
        """Take points. Raises CostTooHigh, BudgetExhausted."""
        self.requested = points
        await self.budget.spend(points)
        self.granted += points

    def told(self) -> dict[str, Any]:
        """What `extensions.cost` says: asked, granted, left."""
        return {
            "requested": self.requested,
            "granted": self.granted,
            "remaining": self.budget.remaining,
            "perMinute": self.budget.per_minute,
        }


@dataclass(slots=True)
class Budgets:
    """The budgets of all callers that this process has seen lately."""

    buckets: Buckets
    # Callers are kept by a digest: an address is a person's, and nobody needs to read it.
    key: bytes
    anonymous: int
    signed_in: int
    cost_max: int
    at_once: int
    _seen: OrderedDict[_Key, Budget] = field(default_factory=OrderedDict[_Key, Budget])

    def of(self, principal: Principal, scope: Scope) -> Budget:
        """Whose budget a request is paid from: the person's, the system's or the address's."""
        if principal.account_id is not None:
            key: _Key = "account", principal.account_id
        elif principal.client_id is not None:
            key = "client", principal.client_id
        else:
            client = scope.get("client")
            key = "address", _network(client[0] if client else "")
        return self._seen.get(key) or self._made(key)

    def _made(self, key: _Key) -> Budget:
        name = f"{key[0]}:{key[1]}".encode()
        digest = blake2b(name, digest_size=16, key=self.key, person=b"budget").digest()
        per_minute = self.anonymous if key[0] == "address" else self.signed_in
        cost_max = min(self.cost_max, per_minute)
        turns = asyncio.Semaphore(self.at_once)
        self._seen[key] = made = Budget(digest, per_minute, cost_max, self.buckets, turns)
        while len(self._seen) > _CALLERS_MAX:
            self._seen.popitem(last=False)
        return made


@lru_cache(_CALLERS_MAX)
def _network(address: str) -> str:
    """An address as a caller: of IPv6 the network, since a household has 2**64 of them."""
    try:
        found = ip_address(address.partition("%")[0])
    except ValueError:
        return address
    if isinstance(found, IPv6Address):
        return str(found.ipv4_mapped or IPv6Address(int(found) >> 64 << 64))
    return address
