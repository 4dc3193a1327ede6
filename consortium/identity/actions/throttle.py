"""Count attempts in the database, so that several processes agree."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from consortium.identity.proofs.tokens import sha256
from consortium.identity.rules.throttling import WINDOW, Counted, TooManyAttempts, wait_left
from consortium.storage.database import transaction
from consortium.storage.raw import Connection, raw

# A 64-bit number of the key, for the lock that lets attempts pass one by one.
_LOCK = "SELECT pg_advisory_xact_lock(('x' || left($1, 16))::bit(64)::bigint)"
_FAILURES = "SELECT at FROM sign_in_failure WHERE key_sha256 = $1 AND at > $2"
_COUNT = "INSERT INTO sign_in_failure (key_sha256, at) VALUES ($1, $2)"
_FORGET = "DELETE FROM sign_in_failure WHERE key_sha256 = $1"
_FORGET_ONE = """
DELETE FROM sign_in_failure WHERE id =
    (SELECT id FROM sign_in_failure WHERE key_sha256 = $1 AND at = $2 LIMIT 1)
"""
_FORGET_OLD = "DELETE FROM sign_in_failure WHERE at < $1"


async def begin_attempt(counted: Sequence[Counted], at: datetime) -> None:
    """Count an attempt as failed before it is made, so that a thousand at once count a thousand.

    Raises TooManyAttempts, and counts nothing, where one of these must wait.
    """
    keys = sorted((sha256(one.key), one.free) for one in counted)
    async with transaction() as client:
        connection = raw(client)
        for key, free in keys:
            await connection.execute(_LOCK, key)
            rows = await connection.fetch(_FAILURES, key, at - WINDOW)
            wait = wait_left([row["at"] for row in rows], free, at)
            if wait > timedelta(0):
                raise TooManyAttempts(wait)
        await connection.executemany(_COUNT, [(key, at) for key, _ in keys])


async def forget_failures(connection: Connection, counted: Counted) -> None:
    """Begin anew: the person has proved who they are."""
    await connection.execute(_FORGET, sha256(counted.key))


async def take_back(connection: Connection, counted: Counted, at: datetime) -> None:
    """Uncount the one attempt that succeeded, and keep the others."""
    await connection.execute(_FORGET_ONE, sha256(counted.key), at)


async def forget_old(connection: Connection, at: datetime) -> None:
    """Delete what no longer slows anybody."""
    await connection.execute(_FORGET_OLD, at - WINDOW)
