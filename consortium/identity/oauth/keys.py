"""Signing keys: made and replaced by themselves, the same in every process (RFC 7517).

A key is stored with its private half encrypted. Whoever finds that the next one is due makes it,
under an advisory lock; every process reads them all now and then, and at once when a token names a
key that it does not know, though not more often than every few seconds.
"""

import asyncio
import json
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from joserfc.jwk import RSAKey

from consortium.audit.actions import audited
from consortium.identity.proofs.sealing import Sealer
from consortium.identity.rules.keys import next_period
from consortium.kernel.clock import Now
from consortium.kernel.principal import ANONYMOUS
from consortium.storage.database import transaction
from consortium.storage.raw import Connection, raw

ALGORITHM = "RS256"
_BITS = 2048
# How old what is in memory may be, and how often an unknown key makes it be read again.
FRESH_FOR = timedelta(minutes=5)
ASKED_AGAIN_AFTER = timedelta(seconds=10)

# Any number, as long as every process takes the same: the letters "keys".
_LOCK = "SELECT pg_advisory_xact_lock(1801812339)"
_KEYS = """
SELECT kid, private_key_sealed, public_jwk, signs_from, signs_until, expires_at
FROM signing_key WHERE algorithm = $1 AND expires_at > $2 ORDER BY signs_from
"""
_MAKE = """
INSERT INTO signing_key
    (kid, algorithm, private_key_sealed, public_jwk, created_at, signs_from, signs_until,
     expires_at)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
"""
_FORGET = "DELETE FROM signing_key WHERE expires_at <= $1"


@dataclass(frozen=True, slots=True)
class SigningKey:
    """A key in memory, whole."""

    kid: str
    key: RSAKey
    public: dict[str, Any]
    signs_from: datetime
    signs_until: datetime
    expires_at: datetime


class Keyring:
    """The keys of this process, as the database has them."""

    def __init__(
        self, sealer: Sealer, active: Callable[[], AbstractContextManager[None]], now: Now
    ) -> None:
        """Take what decrypts keys, what makes the database be this task's, and a clock."""
        self._sealer = sealer
        self._active = active
        self._now = now
        self._keys: dict[str, SigningKey] = {}
        self._read_at: datetime | None = None
        self._reading = asyncio.Lock()

    def find(self, kid: str) -> SigningKey | None:
        """The key that a token names, from memory."""
        return self._keys.get(kid)

    def jwks(self) -> dict[str, Any]:
        """The public keys that are published (RFC 7517, section 5)."""
        now = self._now()
        return {"keys": [key.public for key in self._keys.values() if now < key.expires_at]}

    def signer(self) -> SigningKey:
        """The key that signs now; `ready` was awaited before."""
        now = self._now()
        return next(key for key in self._keys.values() if key.signs_from <= now < key.signs_until)

    async def ready(self) -> None:
        """Have keys that are fresh enough, the one that signs among them."""
        if self._age() > FRESH_FOR:
            await self._read(FRESH_FOR)

    async def reread(self) -> bool:
        """Read the keys again, since a token names an unknown one; whether they were read."""
        return await self._read(ASKED_AGAIN_AFTER)

    async def _read(self, older_than: timedelta) -> bool:
        async with self._reading:
            if self._age() <= older_than:
                return False
            with self._active():
                found = await ensure_keys(self._sealer, self._now())
            # Keys are taken apart once: those that are known stay as they are.
            self._keys = {
                row["kid"]: self._keys.get(row["kid"]) or _opened(row, self._sealer)
                for row in found
            }
            self._read_at = self._now()
            return True

    def _age(self) -> timedelta:
        return timedelta.max if self._read_at is None else abs(self._now() - self._read_at)


async def ensure_keys(sealer: Sealer, now: datetime) -> list[dict[str, Any]]:
    """The rows of all keys, after the one that is due was made."""
    async with transaction() as client:
        connection = raw(client)
        rows = await connection.fetch(_KEYS, ALGORITHM, now)
        if next_period([row["signs_until"] for row in rows], now) is not None:
            await connection.execute(_LOCK)
            rows = await connection.fetch(_KEYS, ALGORITHM, now)
            await _make_due(connection, [row["signs_until"] for row in rows], sealer, now)
            rows = await connection.fetch(_KEYS, ALGORITHM, now)
        return [dict(row) for row in rows]


async def _make_due(
    connection: Connection, ends: list[datetime], sealer: Sealer, now: datetime
) -> None:
    period = next_period(ends, now)
    if period is None:
        return
    # Making one takes a tenth of a second, in which other requests go on.
    key = await asyncio.to_thread(RSAKey.generate_key, _BITS, None, private=True, auto_kid=True)
    public = {**key.as_dict(private=False), "use": "sig", "alg": ALGORITHM}
    sealed = sealer.seal(json.dumps(key.as_dict(private=True)))
    values = (key.kid, ALGORITHM, sealed, json.dumps(public), now)
    async with audited(ANONYMOUS, "signing-key:create", note=f"key {key.kid}"):
        await connection.execute(_MAKE, *values, *period)
        await connection.execute(_FORGET, now)


def _opened(row: dict[str, Any], sealer: Sealer) -> SigningKey:
    return SigningKey(
        kid=row["kid"],
        key=RSAKey.import_key(json.loads(sealer.open(row["private_key_sealed"]))),
        public=json.loads(row["public_jwk"]),
        signs_from=row["signs_from"],
        signs_until=row["signs_until"],
        expires_at=row["expires_at"],
    )
