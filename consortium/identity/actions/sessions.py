"""Sessions: a browser in which a person has signed in."""

from dataclasses import dataclass
from datetime import datetime

import asyncpg

from consortium.audit.actions import audited
from consortium.identity.proofs.tokens import new_token, sha256
from consortium.identity.rules.sessions import SEEN_EVERY, expiry, is_alive
from consortium.kernel.errors import NotFound
from consortium.kernel.principal import Principal
from consortium.storage.database import transaction
from consortium.storage.raw import Connection, raw

_TEXT_MAX = 300

_OPEN = """
INSERT INTO session (account_id, token_sha256, authenticated_at, methods, last_seen_at, rotated_at,
                     expires_at, address, user_agent)
VALUES ($1, $2, $3, $4, $3, $3, $5, $6, $7) RETURNING id
"""
_FIND = """
SELECT s.id, s.account_id, s.authenticated_at, s.methods, s.last_seen_at, s.expires_at,
    s.rotated_at < a.rights_changed_at AS stale,
    a.subject, a.email, a.name, a.totp_confirmed_at IS NOT NULL AS has_second_factor,
    a.password_hash IS NOT NULL AS has_password
FROM session s JOIN account a ON a.id = s.account_id
WHERE s.token_sha256 = $1 AND s.revoked_at IS NULL
    AND a.disabled_at IS NULL AND a.erased_at IS NULL
"""
_SEEN = "UPDATE session SET last_seen_at = $2 WHERE id = $1"
_ROTATE = "UPDATE session SET token_sha256 = $2, rotated_at = $3 WHERE id = $1"
_PROVED = "UPDATE session SET authenticated_at = $2, methods = $3 WHERE id = $1"
_REVOKE = """
UPDATE session SET revoked_at = $2
WHERE id = ANY ($1::bigint[]) AND revoked_at IS NULL RETURNING id
"""
# What a program got in that session ends with it.
_REVOKE_GRANTS = """
UPDATE oauth_grant SET revoked_at = $2 WHERE session_id = ANY ($1::bigint[]) AND revoked_at IS NULL
"""
_LIVE = """
SELECT id, created_at, authenticated_at, methods, last_seen_at, expires_at, address, user_agent
FROM session WHERE account_id = $1 AND revoked_at IS NULL AND expires_at > $2
ORDER BY last_seen_at DESC, id
"""
_OTHERS = """
SELECT id FROM session WHERE account_id = $1 AND id IS DISTINCT FROM $2 AND revoked_at IS NULL
"""
_OWN = "SELECT id FROM session WHERE id = $1 AND account_id = $2 AND revoked_at IS NULL"


@dataclass(frozen=True, slots=True)
class Browser:
    """Where a request comes from, for the list that the person sees."""

    address: str = ""
    user_agent: str = ""


@dataclass(frozen=True, slots=True)
class SignedIn:
    """A session and whose it is."""

    session_id: int
    account_id: int
    subject: str
    email: str
    name: str
    has_password: bool
    has_second_factor: bool
    authenticated_at: datetime
    methods: tuple[str, ...]
    stale: bool
    """Whether the person's rights changed since the token was made: it is to be rotated."""

    @property
    def principal(self) -> Principal:
        """The person, acting for themselves only."""
        return Principal(account_id=self.account_id)


async def open_session(
    connection: Connection,
    account_id: int,
    methods: tuple[str, ...],
    browser: Browser,
    at: datetime,
) -> str:
    """Begin a session; returns its token, which is nowhere else."""
    token = new_token()
    about = (browser.address[:_TEXT_MAX], browser.user_agent[:_TEXT_MAX].replace("\0", ""))
    await connection.fetchval(
        _OPEN, account_id, sha256(token), at, " ".join(methods), expiry(at), *about
    )
    return token


async def find_session(token: str, at: datetime) -> SignedIn | None:
    """The session of a token, if it holds and its person may sign in."""
    async with transaction() as client:
        connection = raw(client)
        row = await connection.fetchrow(_FIND, sha256(token))
        if row is None or not is_alive(row["last_seen_at"], row["expires_at"], at):
            return None
        # No act of anybody: the trail does not watch this column.
        if at - row["last_seen_at"] > SEEN_EVERY:
            await connection.execute(_SEEN, row["id"], at)
    return _signed_in(row)


def _signed_in(row: asyncpg.Record) -> SignedIn:
    return SignedIn(
        session_id=row["id"],
        account_id=row["account_id"],
        subject=row["subject"],
        email=row["email"] or "",
        name=row["name"],
        has_password=row["has_password"],
        has_second_factor=row["has_second_factor"],
        authenticated_at=row["authenticated_at"],
        methods=tuple(row["methods"].split()),
        stale=bool(row["stale"]),
    )


async def rotate_session(connection: Connection, session_id: int, at: datetime) -> str:
    """Give a session another token; the one before ends at once."""
    token = new_token()
    await connection.execute(_ROTATE, session_id, sha256(token), at)
    return token


async def rotate_stale_session(session: SignedIn, at: datetime) -> str:
    """As `rotate_session`, in a transaction of its own."""
    async with audited(session.principal, "session:rotate") as connection:
        return await rotate_session(connection, session.session_id, at)


async def renew_session(session: SignedIn, methods: tuple[str, ...], at: datetime) -> str:
    """The same person has proved anew who they are; returns the session's new token."""
    async with audited(session.principal, "session:renew") as connection:
        await prove_again(connection, session.session_id, methods, at)
        return await rotate_session(connection, session.session_id, at)


async def prove_again(
    connection: Connection, session_id: int, methods: tuple[str, ...], at: datetime
) -> None:
    """Note that the person has proved anew who they are."""
    await connection.execute(_PROVED, session_id, at, " ".join(methods))


async def live_sessions(account_id: int, at: datetime) -> list[asyncpg.Record]:
    """The sessions of a person that hold, the last used first."""
    async with transaction() as client:
        rows = await raw(client).fetch(_LIVE, account_id, at)
    return [row for row in rows if is_alive(row["last_seen_at"], row["expires_at"], at)]


async def revoke_session(by: Principal, session_id: int, at: datetime) -> None:
    """End one of the caller's own sessions, and what programs got in it. Raises NotFound."""
    async with audited(by, "session:revoke") as connection:
        if await connection.fetchval(_OWN, session_id, by.account_id) is None:
            raise NotFound
        await _revoke(connection, [session_id], at)


async def revoke_sessions(
    connection: Connection, account_id: int, at: datetime, *, but: int | None = None
) -> None:
    """End all sessions of a person, or all others than one."""
    rows = await connection.fetch(_OTHERS, account_id, but)
    await _revoke(connection, [row["id"] for row in rows], at)


async def _revoke(connection: Connection, session_ids: list[int], at: datetime) -> None:
    await connection.fetch(_REVOKE, session_ids, at)
    await connection.execute(_REVOKE_GRANTS, session_ids, at)
