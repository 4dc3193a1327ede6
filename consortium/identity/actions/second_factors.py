"""A second factor: set up, asked for, taken off."""

from datetime import datetime

from consortium.audit.actions import audited
from consortium.identity.actions.sessions import SignedIn, revoke_sessions, rotate_session
from consortium.identity.actions.throttle import begin_attempt, forget_failures
from consortium.identity.proofs.sealing import Sealer
from consortium.identity.proofs.second_factors import (
    matching_step,
    new_recovery_codes,
    new_secret,
    plain_recovery_code,
)
from consortium.identity.proofs.tokens import sha256
from consortium.identity.rules.throttling import of_second_factor
from consortium.kernel.errors import BadInput, DomainError
from consortium.kernel.principal import Principal
from consortium.outbox.actions import enqueue
from consortium.storage.database import transaction
from consortium.storage.raw import Connection, raw

_BEGIN = """
UPDATE account SET totp_secret_sealed = $2 WHERE id = $1 AND totp_confirmed_at IS NULL
RETURNING id
"""
_PENDING = """
SELECT totp_secret_sealed FROM account WHERE id = $1 AND totp_confirmed_at IS NULL FOR UPDATE
"""
_UNCONFIRMED = "SELECT totp_secret_sealed FROM account WHERE id = $1 AND totp_confirmed_at IS NULL"
_CONFIRM = """
UPDATE account SET totp_confirmed_at = $2, totp_last_step = $3, rights_changed_at = $2
WHERE id = $1 RETURNING email
"""
_ROW = """
SELECT totp_secret_sealed, totp_last_step FROM account
WHERE id = $1 AND totp_confirmed_at IS NOT NULL AND disabled_at IS NULL AND erased_at IS NULL
FOR UPDATE
"""
_STEP = "UPDATE account SET totp_last_step = $2 WHERE id = $1"
_REMOVE = """
UPDATE account SET totp_secret_sealed = NULL, totp_confirmed_at = NULL, totp_last_step = NULL,
    rights_changed_at = $2
WHERE id = $1 AND totp_confirmed_at IS NOT NULL RETURNING email
"""
_FORGET_CODES = "DELETE FROM recovery_code WHERE account_id = $1"
_ADD_CODE = "INSERT INTO recovery_code (account_id, code_sha256) VALUES ($1, $2)"
_USE_CODE = """
UPDATE recovery_code SET used_at = $3
WHERE account_id = $1 AND code_sha256 = $2 AND used_at IS NULL RETURNING id
"""
_LEFT = "SELECT count(*) FROM recovery_code WHERE account_id = $1 AND used_at IS NULL"


class CodeRefused(BadInput):
    """This code is not one of now, or it was used."""

    code = "CODE_REFUSED"


class SecondFactorExists(DomainError):
    """There is a second factor; take it off before another is set up."""

    code = "SECOND_FACTOR_EXISTS"


async def begin_second_factor(session: SignedIn, sealer: Sealer) -> str:
    """A new secret to be put into an authenticator; it counts once a code of it was typed.

    Raises SecondFactorExists.
    """
    secret = new_secret()
    async with audited(session.principal, "second-factor:begin") as connection:
        done = await connection.fetchval(_BEGIN, session.account_id, sealer.seal(secret))
        if done is None:
            raise SecondFactorExists
    return secret


async def pending_secret(session: SignedIn, sealer: Sealer) -> str | None:
    """The secret that was begun and not confirmed."""
    async with transaction() as client:
        sealed = await raw(client).fetchval(_UNCONFIRMED, session.account_id)
    return sealer.open(sealed) if sealed else None


async def confirm_second_factor(
    session: SignedIn, code: str, sealer: Sealer, at: datetime
) -> tuple[list[str], str]:
    """Turn the second factor on; all other sessions end.

    Returns recovery codes, shown this once, and the session's new token. Raises CodeRefused.
    """
    async with audited(session.principal, "second-factor:add") as connection:
        sealed = await connection.fetchval(_PENDING, session.account_id)
        step = matching_step(sealer.open(sealed), code, at) if sealed else None
        if step is None:
            raise CodeRefused
        email = await connection.fetchval(_CONFIRM, session.account_id, at, step)
        codes = await _renew_codes(connection, session.account_id)
        await revoke_sessions(connection, session.account_id, at, but=session.session_id)
        await enqueue(connection, email, "second_factor_changed", {"what": "set up"})
        return codes, await rotate_session(connection, session.session_id, at)


async def check_second_factor(account_id: int, code: str, sealer: Sealer, at: datetime) -> str:
    """Take a code, or a recovery code, once; returns what it was (RFC 8176: `otp`, or `rec`).

    Raises CodeRefused, TooManyAttempts.
    """
    counted = of_second_factor(account_id)
    await begin_attempt((counted,), at)
    async with audited(Principal(account_id=account_id), "second-factor:use") as connection:
        method = await _taken(connection, account_id, code, sealer, at)
        if method is None:
            raise CodeRefused
        await forget_failures(connection, counted)
        return method


async def _taken(
    connection: Connection, account_id: int, code: str, sealer: Sealer, at: datetime
) -> str | None:
    # The row lock lets two uses of one code pass one after the other.
    row = await connection.fetchrow(_ROW, account_id)
    if row is None:
        return None
    step = matching_step(sealer.open(row["totp_secret_sealed"]), code, at)
    if step is not None:
        if row["totp_last_step"] is not None and step <= row["totp_last_step"]:
            return None
        await connection.execute(_STEP, account_id, step)
        return "otp"
    plain = sha256(plain_recovery_code(code))
    return "rec" if await connection.fetchval(_USE_CODE, account_id, plain, at) else None


async def remove_second_factor(session: SignedIn, at: datetime) -> str:
    """Take the second factor off; all other sessions end. Returns the session's new token.

    Raises CodeRefused where there is none.
    """
    async with audited(session.principal, "second-factor:remove") as connection:
        email = await connection.fetchval(_REMOVE, session.account_id, at)
        if email is None:
            raise CodeRefused
        await connection.execute(_FORGET_CODES, session.account_id)
        await revoke_sessions(connection, session.account_id, at, but=session.session_id)
        await enqueue(connection, email, "second_factor_changed", {"what": "taken off"})
        return await rotate_session(connection, session.session_id, at)


async def renew_recovery_codes(session: SignedIn) -> list[str]:
    """New recovery codes, shown this once; the ones before work no more."""
    async with audited(session.principal, "second-factor:renew-codes") as connection:
        return await _renew_codes(connection, session.account_id)


async def recovery_codes_left(account_id: int) -> int:
    """How many recovery codes are unused."""
    async with transaction() as client:
        left: int = await raw(client).fetchval(_LEFT, account_id)
    return left


async def _renew_codes(connection: Connection, account_id: int) -> list[str]:
    codes = new_recovery_codes()
    await connection.execute(_FORGET_CODES, account_id)
    rows = [(account_id, sha256(plain_recovery_code(code))) for code in codes]
    await connection.executemany(_ADD_CODE, rows)
    return codes
