"""Give and take roles."""

from collections.abc import Iterable
from datetime import datetime

from consortium.audit.actions import audited
from consortium.identity.actions.succession import call_contacts, find_unmanaged
from consortium.identity.rules.authority import check_gives
from consortium.identity.rules.roles import Role
from consortium.kernel.clock import utc_now
from consortium.kernel.errors import NotFound
from consortium.kernel.principal import Principal
from consortium.storage.raw import Connection

_GRANT = """
INSERT INTO role_grant (account_id, organisation_id, role) VALUES ($1, $2, $3)
ON CONFLICT DO NOTHING RETURNING id
"""
_REVOKE = """
DELETE FROM role_grant WHERE account_id = $1 AND organisation_id = $2 AND role = $3 RETURNING id
"""
_CHANGED = "UPDATE account SET rights_changed_at = $2 WHERE id = $1"
_BOTH = """
SELECT EXISTS (SELECT FROM account WHERE id = $1 AND disabled_at IS NULL AND erased_at IS NULL)
    AND EXISTS (SELECT FROM organisation WHERE id = $2)
"""


async def grant_role(
    by: Principal, account_id: int, organisation_id: int, role: Role, *, at: datetime | None = None
) -> None:
    """Give a role; giving it again changes nothing.

    Raises:
        NotFound: there is no such person or organisation.
        PermissionDenied: the caller may not give this role there.
    """
    check_gives(by, organisation_id, [role])
    async with audited(by, "role:grant", organisation_id=organisation_id) as connection:
        if not await connection.fetchval(_BOTH, account_id, organisation_id):
            raise NotFound
        await give_roles(connection, account_id, organisation_id, [role], at or utc_now())


async def revoke_role(
    by: Principal, account_id: int, organisation_id: int, role: Role, *, at: datetime | None = None
) -> None:
    """Take a role back; taking it again changes nothing.

    With the last administrator's, the contact of last resort is invited.

    Raises:
        PermissionDenied: the caller may not take it.
        LastAdministrator: nobody would be left to manage the organisation, nor be asked to.
    """
    at = at or utc_now()
    check_gives(by, organisation_id, [role])
    async with audited(by, "role:revoke", organisation_id=organisation_id) as connection:
        unmanaged = await find_unmanaged(connection, account_id, organisation_id, role)
        if await connection.fetchval(_REVOKE, account_id, organisation_id, role.value):
            await connection.execute(_CHANGED, account_id, at)
            await call_contacts(connection, unmanaged, at)


async def give_roles(
    connection: Connection,
    account_id: int,
    organisation_id: int,
    roles: Iterable[Role],
    at: datetime,
) -> None:
    """Give roles inside another action, which has checked that they may be given."""
    for role in roles:
        await connection.fetchval(_GRANT, account_id, organisation_id, role.value)
    await connection.execute(_CHANGED, account_id, at)
