"""Invite people, by mail; accept an invitation."""

from collections.abc import Iterable
from datetime import datetime

from consortium.audit.actions import audited
from consortium.identity.actions.accounts import AccountExists, account_of, create_account
from consortium.identity.actions.links import (
    About,
    Link,
    LinkInvalid,
    NewLink,
    look_at_link,
    make_link,
    take_link,
)
from consortium.identity.actions.roles import give_roles
from consortium.identity.actions.sessions import SignedIn
from consortium.identity.proofs.passwords import PASSWORDS, Passwords
from consortium.identity.rules.addresses import read_address, read_name
from consortium.identity.rules.authority import check_gives, manages_people
from consortium.identity.rules.links import LinkPurpose
from consortium.identity.rules.passwords import check_password
from consortium.identity.rules.roles import Role
from consortium.kernel.clock import utc_now
from consortium.kernel.errors import BadInput, DomainError, NotFound, PermissionDenied
from consortium.kernel.principal import Principal
from consortium.outbox.actions import enqueue
from consortium.storage.database import transaction
from consortium.storage.raw import Connection, raw

_ORGANISATION = "SELECT name FROM organisation WHERE id = $1"
_SENT = """
SELECT email, organisation_id, roles, used_at IS NOT NULL OR revoked_at IS NOT NULL AS over
FROM single_use_link WHERE id = $1 AND purpose = 'INVITATION' AND organisation_id IS NOT NULL
FOR UPDATE
"""
_REVOKE = "UPDATE single_use_link SET revoked_at = $2 WHERE id = $1"
_LOCK_ACCOUNT = """
SELECT id FROM account
WHERE id = $1 AND email = $2 AND disabled_at IS NULL AND erased_at IS NULL FOR UPDATE
"""


class RolesMissing(BadInput):
    """An invitation gives at least one role."""

    code = "ROLES_MISSING"


class InvitationOver(DomainError):
    """The invitation was taken up or taken back: invite the person anew."""

    code = "INVITATION_OVER"


async def invite(
    by: Principal,
    email: str,
    organisation_id: int,
    roles: Iterable[Role],
    *,
    at: datetime | None = None,
) -> int:
    """Send a link by which a person gets these roles; the same whether they have an account.

    Returns the invitation's id.

    Raises:
        NotFound: there is no such organisation.
        PermissionDenied: the caller may not give these roles there.
        AddressInvalid: this is no email address.
        RolesMissing: no role is given.
        NoSeatLeft: the organisation may not have another person.
    """
    at = at or utc_now()
    given = tuple(dict.fromkeys(roles))
    check_gives(by, organisation_id, given)
    to = read_address(email)
    async with audited(by, "account:invite", organisation_id=organisation_id) as connection:
        return await _send(connection, to, organisation_id, given, at)


async def revoke_invitation(
    by: Principal, invitation_id: int, *, at: datetime | None = None
) -> None:
    """Take an invitation back: its link works no more, and its seat is free.

    Raises:
        NotFound: there is no such invitation.
        PermissionDenied: the caller does not manage the organisation's people.
        InvitationOver: it was taken up or taken back.
    """
    async with audited(by, "account:uninvite") as connection:
        await _take_back(connection, by, invitation_id, at or utc_now())


async def resend_invitation(
    by: Principal, invitation_id: int, *, at: datetime | None = None
) -> int:
    """Send another link in place of one that was lost or has ended; returns the new one's id.

    Raises as `revoke_invitation` and `invite`.
    """
    at = at or utc_now()
    async with audited(by, "account:invite-again") as connection:
        email, organisation_id, roles = await _take_back(connection, by, invitation_id, at)
        check_gives(by, organisation_id, roles)
        return await _send(connection, email, organisation_id, roles, at)


async def _take_back(
    connection: Connection, by: Principal, invitation_id: int, at: datetime
) -> tuple[str, int, tuple[Role, ...]]:
    """To whom it went, into which organisation, and as what."""
    row = await connection.fetchrow(_SENT, invitation_id)
    if row is None:
        raise NotFound
    email, organisation_id, roles, over = row
    if not manages_people(by, organisation_id):
        raise PermissionDenied
    if over:
        raise InvitationOver
    await connection.execute(_REVOKE, invitation_id, at)
    return email, organisation_id, tuple(Role(role) for role in roles.split())


async def _send(
    connection: Connection, to: str, organisation_id: int, roles: tuple[Role, ...], at: datetime
) -> int:
    name = await connection.fetchval(_ORGANISATION, organisation_id)
    if name is None:
        raise NotFound
    link = await make_invitation(connection, to, organisation_id, roles, at)
    data = {"organisation": name, "token": link.token, "until": link.until}
    await enqueue(connection, to, "invitation", data)
    return link.id


async def make_invitation(
    connection: Connection, email: str, organisation_id: int, roles: tuple[Role, ...], at: datetime
) -> NewLink:
    """An invitation, which is not sent. Raises RolesMissing."""
    if not roles:
        raise RolesMissing
    about = About(email, None, organisation_id, tuple(role.value for role in roles))
    return await make_link(connection, LinkPurpose.INVITATION, about, at)


async def look_at_invitation(token: str, at: datetime) -> tuple[Link, bool]:
    """What an invitation is about, and whether its person has an account. Raises LinkInvalid."""
    link = await look_at_link(token, LinkPurpose.INVITATION, at)
    async with transaction() as client:
        return link, await account_of(raw(client), link.email) is not None


async def accept_as_new(
    token: str, name: str, password: str, at: datetime, passwords: Passwords = PASSWORDS
) -> int:
    """Make the account of an invited person; returns its number.

    Raises:
        LinkInvalid: the link was used, is too old, or the address has an account, which must sign
            in to accept.
        NameInvalid, PasswordRefused: the link stays unused.
    """
    link = await look_at_link(token, LinkPurpose.INVITATION, at)
    kept = read_name(name)
    check_password(password, link.email, kept)
    hashed = await passwords.hash(password)
    try:
        async with audited(
            Principal(), "account:create", organisation_id=link.organisation_id
        ) as connection:
            taken = await take_link(connection, token, LinkPurpose.INVITATION, at)
            account_id = await create_account(connection, taken.email, kept, hashed, at)
            await _give(connection, account_id, taken, at)
            return account_id
    except AccountExists:
        raise LinkInvalid from None


async def accept_as_known(token: str, session: SignedIn, at: datetime) -> None:
    """Take the roles of an invitation that was sent to one's own address. Raises LinkInvalid."""
    async with audited(session.principal, "invitation:accept") as connection:
        taken = await take_link(connection, token, LinkPurpose.INVITATION, at)
        if await connection.fetchval(_LOCK_ACCOUNT, session.account_id, taken.email) is None:
            raise LinkInvalid
        await _give(connection, session.account_id, taken, at)


async def _give(connection: Connection, account_id: int, link: Link, at: datetime) -> None:
    if link.organisation_id is None:
        raise LinkInvalid
    roles = [Role(role) for role in link.roles]
    await give_roles(connection, account_id, link.organisation_id, roles, at)
