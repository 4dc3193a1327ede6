"""Invite people into an organisation, as an API's caller asks for it."""

from datetime import date
from typing import NamedTuple

from consortium.identity.actions.invitations import invite
from consortium.identity.rules.roles import Role
from consortium.kernel.errors import NotFound
from consortium.kernel.principal import Principal
from consortium.organisations.reads import ORGANISATIONS
from consortium.query.visible import require_visible
from consortium.storage.database import transaction
from consortium.storage.raw import raw


class InvitePerson(NamedTuple):
    """Who is invited and as what; into the caller's own organisation unless told."""

    email: str
    roles: tuple[Role, ...]
    organisation: int | None = None


async def invite_person(by: Principal, command: InvitePerson, today: date) -> int:
    """Invite somebody by mail; returns the invitation's id.

    Raises:
        NotFound: there is no such organisation.
        PermissionDenied: the caller may not give these roles there.
        RolesMissing: none is given.
        AddressInvalid: this is no email address.
    """
    organisation = by.organisation_id if command.organisation is None else command.organisation
    if organisation is None:
        raise NotFound
    async with transaction() as client:
        open_ = raw(client)
        await require_visible(open_, ORGANISATIONS, organisation, by, today)
        return await invite(by, command.email, organisation, command.roles)
