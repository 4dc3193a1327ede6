"""Set a password: with the old one, or with a link."""

from datetime import datetime

from consortium.audit.actions import audited
from consortium.identity.actions.accounts import account_of, revoke_programs
from consortium.identity.actions.links import (
    About,
    LinkInvalid,
    end_links,
    look_at_link,
    make_link,
    take_link,
)
from consortium.identity.actions.sessions import (
    SignedIn,
    prove_again,
    revoke_sessions,
    rotate_session,
)
from consortium.identity.actions.sign_in import SignInRefused
from consortium.identity.actions.throttle import begin_attempt, forget_failures
from consortium.identity.proofs.passwords import PASSWORDS, Passwords
from consortium.identity.rules.addresses import AddressInvalid, read_address
from consortium.identity.rules.links import LinkPurpose
from consortium.identity.rules.passwords import check_password
from consortium.identity.rules.throttling import of_account, of_address, of_mail
from consortium.kernel.principal import Principal
from consortium.outbox.actions import enqueue
from consortium.storage.database import transaction
from consortium.storage.raw import Connection, raw

_HASH = "SELECT password_hash FROM account WHERE id = $1"
_SET = """
UPDATE account SET password_hash = $2, rights_changed_at = $3
WHERE id = $1 AND disabled_at IS NULL AND erased_at IS NULL RETURNING email, name
"""


async def confirm_password(
    account_id: int, email: str, password: str, at: datetime, passwords: Passwords = PASSWORDS
) -> None:
    """Whether this is the person's password, asked again before something grave.

    Raises SignInRefused, TooManyAttempts.
    """
    # Their own count: a stranger who is refused elsewhere must not keep them from this.
    counted = of_account(f"{email} signed in")
    await begin_attempt((counted,), at)
    async with transaction() as client:
        hashed = await raw(client).fetchval(_HASH, account_id)
    if not await passwords.matches(hashed, password):
        raise SignInRefused
    async with transaction() as client:
        await forget_failures(raw(client), counted)


async def change_password(
    session: SignedIn, old: str, new: str, at: datetime, passwords: Passwords = PASSWORDS
) -> str:
    """Set another password; all other sessions and all programs end.

    Returns the session's new token. An account without a password, which signs in at its own
    provider, is given one by a link only.

    Raises PasswordRefused, SignInRefused, TooManyAttempts.
    """
    check_password(new, session.email, session.name)
    await confirm_password(session.account_id, session.email, old, at, passwords)
    hashed = await passwords.hash(new)
    async with audited(session.principal, "password:change") as connection:
        await _set(connection, session.account_id, hashed, at)
        await revoke_sessions(connection, session.account_id, at, but=session.session_id)
        await prove_again(connection, session.session_id, session.methods, at)
        return await rotate_session(connection, session.session_id, at)


async def request_reset(email: str, address: str, at: datetime) -> None:
    """Send a link by which a new password is set, if there is an account; else do nothing.

    Raises TooManyAttempts, and for unknown addresses just as for known ones.
    """
    try:
        to = read_address(email)
    except AddressInvalid:
        return
    await begin_attempt((of_mail(to), of_address(f"mail from {address}")), at)
    async with transaction() as client:
        account = await account_of(raw(client), to)
    # Who comes from their own provider has no password beside it: leaving there ends it here.
    if account is None or (account["federated"] and not account["has_password"]):
        return
    async with audited(Principal(), "password:request-reset") as connection:
        await end_links(connection, account["id"], LinkPurpose.PASSWORD_RESET, at)
        about = About(to, account["id"])
        link = await make_link(connection, LinkPurpose.PASSWORD_RESET, about, at)
        data = {"token": link.token, "until": link.until}
        await enqueue(connection, to, "password_reset", data)


async def reset_password(
    token: str, password: str, at: datetime, passwords: Passwords = PASSWORDS
) -> None:
    """Set a password with a link; all sessions and programs end. The second factor stays.

    Raises LinkInvalid, PasswordRefused.
    """
    link = await look_at_link(token, LinkPurpose.PASSWORD_RESET, at)
    check_password(password, link.email)
    hashed = await passwords.hash(password)
    async with audited(Principal(account_id=link.account_id), "password:reset") as connection:
        taken = await take_link(connection, token, LinkPurpose.PASSWORD_RESET, at)
        if taken.account_id is None:
            raise LinkInvalid
        await _set(connection, taken.account_id, hashed, at)
        await revoke_sessions(connection, taken.account_id, at)
        await forget_failures(connection, of_account(taken.email))


async def _set(connection: Connection, account_id: int, hashed: str, at: datetime) -> None:
    row = await connection.fetchrow(_SET, account_id, hashed, at)
    if row is None:
        raise LinkInvalid
    await revoke_programs(connection, account_id, at)
    await end_links(connection, account_id, LinkPurpose.PASSWORD_RESET, at)
    await enqueue(connection, row["email"], "password_changed", {})
