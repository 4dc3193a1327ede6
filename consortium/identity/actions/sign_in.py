"""Sign-in with a password: neither the answer nor its time shows whether an account exists."""

from dataclasses import dataclass
from datetime import datetime

import asyncpg

from consortium.audit.actions import audited
from consortium.identity.actions.sessions import Browser, open_session
from consortium.identity.actions.throttle import begin_attempt, forget_failures, take_back
from consortium.identity.proofs.passwords import PASSWORDS, Passwords
from consortium.identity.rules.throttling import of_account, of_address, of_known_browser
from consortium.kernel.errors import DomainError
from consortium.kernel.principal import Principal
from consortium.storage.database import transaction
from consortium.storage.raw import raw

_FIND = """
SELECT id, password_hash, totp_confirmed_at IS NOT NULL AS has_second_factor,
    disabled_at IS NULL AND erased_at IS NULL AS may_sign_in
FROM account WHERE email = $1
"""
_REHASH = "UPDATE account SET password_hash = $3 WHERE id = $1 AND password_hash = $2"


class SignInRefused(DomainError):
    """The address and the password do not belong together."""

    code = "SIGN_IN_REFUSED"


@dataclass(frozen=True, slots=True)
class Attempt:
    """What someone typed, and where."""

    email: str
    password: str
    browser: Browser
    known_browser: str | None = None
    """The number of a browser in which this account signed in before, if that was proved."""


@dataclass(frozen=True, slots=True)
class Recognised:
    """Someone who knows an account's password."""

    account_id: int
    has_second_factor: bool


async def check_sign_in(
    attempt: Attempt, at: datetime, passwords: Passwords = PASSWORDS
) -> Recognised:
    """Whose password this is.

    Raises:
        TooManyAttempts: this account or address must wait; nothing was checked.
        SignInRefused: unknown address, wrong password, no password, a disabled account: all alike.
    """
    email = attempt.email.strip().lower()
    known = attempt.known_browser
    # A known browser has its own count only: neither strangers nor neighbours hold it up.
    account = of_known_browser(email, known) if known else of_account(email)
    address = of_address(attempt.browser.address)
    await begin_attempt((account,) if known else (account, address), at)
    row = await _row(email)
    hashed = row["password_hash"] if row is not None and row["may_sign_in"] else None
    if not await passwords.matches(hashed, attempt.password) or row is None or hashed is None:
        raise SignInRefused
    async with transaction() as client:
        await forget_failures(raw(client), account)
        if not known:
            await take_back(raw(client), address, at)
    if passwords.is_outdated(hashed):
        await _rehash(row, attempt.password, passwords)
    return Recognised(row["id"], row["has_second_factor"])


async def sign_in(account_id: int, methods: tuple[str, ...], browser: Browser, at: datetime) -> str:
    """Begin the session of a person who has proved who they are; returns its token."""
    async with audited(Principal(account_id=account_id), "session:create") as connection:
        return await open_session(connection, account_id, methods, browser, at)


async def _row(email: str) -> asyncpg.Record | None:
    # What PostgreSQL could not even compare is nobody's address.
    if "\0" in email or not email.isprintable():
        return None
    async with transaction() as client:
        return await raw(client).fetchrow(_FIND, email)


async def _rehash(row: asyncpg.Record, password: str, passwords: Passwords) -> None:
    hashed = await passwords.hash(password)
    async with audited(Principal(account_id=row["id"]), "password:rehash") as connection:
        await connection.execute(_REHASH, row["id"], row["password_hash"], hashed)
