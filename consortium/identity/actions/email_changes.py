"""Change one's address: the new one is proved by a link, the old one is told."""

from datetime import datetime

import asyncpg

from consortium.audit.actions import audited
from consortium.identity.actions.links import About, LinkInvalid, end_links, make_link, take_link
from consortium.identity.actions.sessions import SignedIn
from consortium.identity.actions.throttle import begin_attempt
from consortium.identity.rules.addresses import read_address
from consortium.identity.rules.links import LinkPurpose
from consortium.identity.rules.throttling import of_mail
from consortium.kernel.principal import Principal
from consortium.outbox.actions import enqueue

_OLD = """
SELECT email FROM account WHERE id = $1 AND disabled_at IS NULL AND erased_at IS NULL FOR UPDATE
"""
_SET = """
UPDATE account SET email = $2, email_verified_at = $3, rights_changed_at = $3 WHERE id = $1
"""


async def request_email_change(session: SignedIn, email: str, at: datetime) -> None:
    """Send a link to the new address; the same whether it is somebody's.

    Raises AddressInvalid, TooManyAttempts.
    """
    to = read_address(email)
    await begin_attempt((of_mail(to), of_mail(f"of {session.account_id}")), at)
    async with audited(session.principal, "email:request-change") as connection:
        await end_links(connection, session.account_id, LinkPurpose.EMAIL_CHANGE, at)
        about = About(to, session.account_id)
        link = await make_link(connection, LinkPurpose.EMAIL_CHANGE, about, at)
        data = {"token": link.token, "until": link.until}
        await enqueue(connection, to, "email_change", data)


async def change_email(token: str, at: datetime) -> None:
    """Take the link's address for its account.

    Raises LinkInvalid: also where the address has become somebody else's; nothing is changed.
    """
    try:
        async with audited(Principal(), "email:change") as connection:
            link = await take_link(connection, token, LinkPurpose.EMAIL_CHANGE, at)
            old = await connection.fetchval(_OLD, link.account_id)
            if old is None:
                raise LinkInvalid
            await connection.execute(_SET, link.account_id, link.email, at)
            await enqueue(connection, old, "email_changed", {})
    except asyncpg.UniqueViolationError:
        raise LinkInvalid from None
