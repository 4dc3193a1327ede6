"""Who asks over a connection that stays open, and how long that holds.

A token is looked at when it comes, and again every few seconds: whoever lost a role, a session or
the grant is not told anything any more, though the token itself would last for minutes.
"""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

import structlog

from consortium.identity.oauth.bearer import Authenticator, KeyUnknown, principal_of
from consortium.identity.oauth.errors import TokenExpired, TokenInvalid
from consortium.identity.oauth.standing import standing
from consortium.kernel.clock import Now
from consortium.kernel.principal import ANONYMOUS, Principal
from consortium.storage.connections import Pool
from consortium.web.subscriptions.outbox import EXPIRED, REVOKED, Ending

_log = structlog.get_logger(__name__)

EVERY_SECONDS = 5.0

End = Callable[[Ending], None]
# Which of these organisations are members today.
Members = Callable[[Sequence[int]], Awaitable[frozenset[int]]]


class Caller(NamedTuple):
    """Who asks, and by what."""

    principal: Principal = ANONYMOUS
    # Seconds since 1970; none of nobody in particular.
    expires_at: float | None = None
    # The row of the grant that the token is of.
    grant: int | None = None


class _Watched(NamedTuple):
    caller: Caller
    end: End


@dataclass(slots=True, eq=False)
class Callers:
    """Knows callers by their tokens, and ends what is theirs when these hold no more."""

    authenticator: Authenticator
    pool: Pool
    members: Members
    now: Now
    _watched: set[_Watched] = field(default_factory=set[_Watched])

    async def caller(self, header: bytes | None) -> Caller:
        """Who asks, by an Authorization header. Raises TokenInvalid."""
        if header is None:
            return Caller()
        try:
            claims = self.authenticator.claims(header)
        except KeyUnknown:
            await self.authenticator.read_keys_again()
            claims = self.authenticator.claims(header)
        caller = Caller(principal_of(claims), claims["exp"], claims.get("grant"))
        if caller.expires_at is not None and self._seconds_left(caller.expires_at) <= 0:
            raise TokenExpired
        if caller in await self._fallen([caller]):
            raise TokenInvalid(REVOKED.message)
        return caller

    def watch(self, caller: Caller, end: End) -> Callable[[], None]:
        """Call `end` once, when the token expires or holds no more; returns what stops that."""
        if caller.expires_at is None:
            return lambda: None
        one = _Watched(caller, end)
        self._watched.add(one)
        loop = asyncio.get_running_loop()
        timer = loop.call_later(self._seconds_left(caller.expires_at), self._end, one, EXPIRED)

        def stop() -> None:
            timer.cancel()
            self._watched.discard(one)

        return stop

    async def run(self) -> None:
        """Look again and again, until cancelled."""
        while True:
            await asyncio.sleep(EVERY_SECONDS)
            try:
                await self.look()
            except Exception:  # noqa: BLE001  whatever it was, the server goes on and tries again
                _log.warning("the rights of subscribers could not be looked at", exc_info=True)

    async def look(self) -> None:
        """End what is of callers whose tokens hold no more."""
        watched = list(self._watched)
        fallen = await self._fallen([one.caller for one in watched])
        for one in watched:
            if one.caller in fallen:
                self._end(one, REVOKED)

    async def _fallen(self, callers: Sequence[Caller]) -> set[Caller]:
        """Those whose grant has ended, or allows less today than their tokens say."""
        granted = [one for one in callers if one.grant is not None]
        if not granted:
            return set()
        may = await standing(self.pool, [one.grant for one in granted if one.grant is not None])
        principals = [one.principal for one in granted]
        named = {
            one.organisation_id
            for one in principals
            if one.rights.is_member and one.organisation_id is not None
        }
        members = await self.members(sorted(named)) if named else frozenset[int]()
        return {
            one
            for one in granted
            if not one.principal.rights.permissions <= may.get(one.grant or 0, frozenset())
            or one.grant not in may
            or (one.principal.rights.is_member and one.principal.organisation_id not in members)
        }

    def _seconds_left(self, expires_at: float) -> float:
        return expires_at - self.now().timestamp()

    def _end(self, one: _Watched, ending: Ending) -> None:
        if one in self._watched:
            self._watched.discard(one)
            one.end(ending)
