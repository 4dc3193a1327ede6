"""Give and take roles."""

from collections.abc import Iterable
from datetime import datetime

from consortium.audit.actions import audited
from consortium.identity.rules.authority import KEPT, LastAdministrator, check_gives
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
# All holders are locked, so that of the last two who go at once one is refused.
_HOLDERS = """
SELECT r.account_id FROM role_grant r JOIN account a ON a.id = r.account_id
JOIN organisation o ON o.id = r.organisation_id AND o.merged_into_id IS NULL
WHERE r.role = $1 AND ($2::bigint IS NULL OR r.organisation_id = $2)
    AND a.disabled_at IS NULL AND a.erased_at IS NULL
ORDER BY r.id FOR UPDATE OF r, a
"""
_KEPT_BY = """
SELECT r.organisation_id, r.role, o.name FROM role_grant r
JOIN organisation o ON o.id = r.organisation_id AND o.merged_into_id IS NULL
WHERE r.account_id = $1 AND r.role = ANY ($2::text[]) ORDER BY r.organisation_id, r.role
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

    Raises:
        PermissionDenied: the caller may not take it.
        LastAdministrator: nobody would be left to manage the organisation.
    """
    check_gives(by, organisation_id, [role])
    async with audited(by, "role:revoke", organisation_id=organisation_id) as connection:
        if role in KEPT and await _is_last(connection, account_id, organisation_id, role):
            raise LastAdministrator
        if await connection.fetchval(_REVOKE, account_id, organisation_id, role.value):
            await connection.execute(_CHANGED, account_id, at or utc_now())


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


async def check_can_go(connection: Connection, account_id: int) -> None:
    """Whether an account can end without leaving an organisation unmanaged.

    Raises LastAdministrator.
    """
    kept = [role.value for role in KEPT]
    for organisation_id, word, name in await connection.fetch(_KEPT_BY, account_id, kept):
        role = Role(word)
        if await _is_last(connection, account_id, organisation_id, role):
            what = "of the secretariat" if _anywhere(role) else f"who administers {name}"
            raise LastAdministrator(
                f"This is the last person {what}: give somebody else the role first."
            )


async def _is_last(
    connection: Connection, account_id: int, organisation_id: int, role: Role
) -> bool:
    where = None if _anywhere(role) else organisation_id
    holders = await connection.fetch(_HOLDERS, role.value, where)
    return {row["account_id"] for row in holders} == {account_id}


def _anywhere(role: Role) -> bool:
    """Whether a holder in any organisation will do."""
    return role is Role.SECRETARIAT
