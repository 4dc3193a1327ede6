"""Invite people, give them roles, take both back, shut people out: as an API's caller asks.

Whoever may not see the person or the organisation is told that there is none.
"""

from datetime import date
from typing import NamedTuple

from consortium.identity.actions import accounts, invitations, roles
from consortium.identity.reads import ACCOUNTS, INVITATIONS
from consortium.identity.rules.authority import organisation_meant
from consortium.identity.rules.roles import Role
from consortium.kernel.principal import Principal
from consortium.organisations.reads import ORGANISATIONS
from consortium.query.visible import require_visible
from consortium.storage.database import transaction
from consortium.storage.raw import Connection, raw


class InvitePerson(NamedTuple):
    """Who is invited and as what; into the caller's own organisation unless told."""

    email: str
    roles: tuple[Role, ...]
    organisation: int | None = None


class InvitationOf(NamedTuple):
    """An invitation."""

    invitation: int


class RoleOf(NamedTuple):
    """A role of a person; in the caller's own organisation unless told."""

    account: int
    role: Role
    organisation: int | None = None


class DisableAccount(NamedTuple):
    """The person who is shut out."""

    account: int


async def invite_person(by: Principal, command: InvitePerson, today: date) -> int:
    """Invite somebody by mail; returns the invitation's id.

    Raises:
        NotFound: there is no such organisation.
        PermissionDenied: the caller may not give these roles there.
        RolesMissing: none is given.
        AddressInvalid: this is no email address.
        NoSeatLeft: the organisation may not have another person.
    """
    organisation = organisation_meant(by, command.organisation)
    async with transaction() as client:
        await require_visible(raw(client), ORGANISATIONS, organisation, by, today)
        return await invitations.invite(by, command.email, organisation, command.roles)


async def revoke_invitation(by: Principal, command: InvitationOf, today: date) -> int:
    """Take an invitation back; returns its id.

    Raises:
        NotFound: there is no such invitation that the caller may see.
        InvitationOver: it was taken up or taken back.
    """
    async with transaction() as client:
        await require_visible(raw(client), INVITATIONS, command.invitation, by, today)
        await invitations.revoke_invitation(by, command.invitation)
    return command.invitation


async def resend_invitation(by: Principal, command: InvitationOf, today: date) -> int:
    """Send another link in place of an invitation's; returns the new invitation's id.

    Raises:
        NotFound: there is no such invitation that the caller may see.
        PermissionDenied: the caller may not give its roles.
        InvitationOver: it was taken up or taken back.
        NoSeatLeft: it has ended, and meanwhile its seat was taken.
    """
    async with transaction() as client:
        await require_visible(raw(client), INVITATIONS, command.invitation, by, today)
        return await invitations.resend_invitation(by, command.invitation)


async def grant_role(by: Principal, command: RoleOf, today: date) -> int:
    """Give a role; nothing happens where the person has it. Returns the account's id.

    Raises:
        NotFound: there is no such person, or organisation, that the caller may see.
        PermissionDenied: the caller may not give this role there.
        NoSeatLeft: the organisation may not have another person.
    """
    organisation = organisation_meant(by, command.organisation)
    async with transaction() as client:
        open_ = raw(client)
        await _seen(open_, by, command.account, organisation, today)
        await roles.grant_role(by, command.account, organisation, command.role)
    return command.account


async def revoke_role(by: Principal, command: RoleOf, today: date) -> int:
    """Take a role back; nothing happens where the person has it not. Returns the account's id.

    Raises:
        NotFound: there is no such person, or organisation, that the caller may see.
        PermissionDenied: the caller may not take this role there.
        LastAdministrator: nobody else has it, and somebody must.
    """
    organisation = organisation_meant(by, command.organisation)
    async with transaction() as client:
        open_ = raw(client)
        await _seen(open_, by, command.account, organisation, today)
        await roles.revoke_role(by, command.account, organisation, command.role)
    return command.account


async def disable_account(by: Principal, command: DisableAccount, today: date) -> int:
    """Shut a person out: no sign-in, and no session or refresh token works on. Returns the id.

    Raises:
        NotFound: there is no such person that the caller may see.
        PermissionDenied: the person has roles elsewhere, or is the caller.
        LastAdministrator: an organisation would be left without one.
    """
    account = command.account
    async with transaction() as client:
        open_ = raw(client)
        await require_visible(open_, ACCOUNTS, account, by, today)
        await accounts.disable_account(by, account)
    return account


async def _seen(
    connection: Connection, by: Principal, account: int, organisation: int, today: date
) -> None:
    await require_visible(connection, ACCOUNTS, account, by, today)
    await require_visible(connection, ORGANISATIONS, organisation, by, today)
