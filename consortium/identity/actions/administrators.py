"""The first administrator: made by whoever runs the server, who needs no right for it."""

from datetime import datetime

from consortium.audit.actions import audited
from consortium.identity.actions.accounts import AccountExists, account_of, create_account
from consortium.identity.actions.invitations import make_invitation
from consortium.identity.actions.roles import give_roles
from consortium.identity.proofs.passwords import PASSWORDS, Passwords
from consortium.identity.rules.addresses import read_address
from consortium.identity.rules.passwords import check_password
from consortium.identity.rules.roles import Role
from consortium.kernel.principal import Principal
from consortium.organisations.actions.names import Names
from consortium.storage.raw import Connection

# The consortium's own body, where no other organisation is named.
OWN_BODY = "Consortium Secretariat"
_NOTE = "on the command line"


async def create_administrator(
    email: str,
    password: str,
    at: datetime,
    *,
    organisation: str = OWN_BODY,
    passwords: Passwords = PASSWORDS,
) -> int:
    """Make an account that is SECRETARIAT; the organisation is recorded where it is not known.

    Raises AddressInvalid, PasswordRefused; AccountExists: roles are given to accounts that exist
    by an invitation.
    """
    to = read_address(email)
    check_password(password, to)
    hashed = await passwords.hash(password)
    async with audited(Principal(), "administrator:create", note=_NOTE) as connection:
        organisation_id = await _organisation(connection, organisation)
        account_id = await create_account(connection, to, to.partition("@")[0], hashed, at)
        await give_roles(connection, account_id, organisation_id, [Role.SECRETARIAT], at)
        return account_id


async def invite_administrator(
    email: str, at: datetime, *, organisation: str = OWN_BODY
) -> tuple[str, str]:
    """An invitation as SECRETARIAT, not sent: its token and until when it works.

    Raises AddressInvalid.
    """
    to = read_address(email)
    async with audited(Principal(), "administrator:invite", note=_NOTE) as connection:
        organisation_id = await _organisation(connection, organisation)
        roles = (Role.SECRETARIAT,)
        link = await make_invitation(connection, to, organisation_id, roles, at)
    return link.token, link.until


async def check_free(connection: Connection, email: str) -> None:
    """Whether an address has no account yet. Raises AccountExists, AddressInvalid."""
    if await account_of(connection, read_address(email)) is not None:
        raise AccountExists


async def _organisation(connection: Connection, name: str) -> int:
    names = await Names.load(connection)
    found = names.exact(name)
    return await names.add(name) if found is None else found
