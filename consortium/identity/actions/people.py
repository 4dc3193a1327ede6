"""Give people roles, take them back, shut people out."""

from collections.abc import Iterable
from datetime import date
from typing import NamedTuple

from consortium.audit.actions import audited
from consortium.identity.reads import ACCOUNTS
from consortium.identity.rules.administration import (
    KEPT,
    LastAdministrator,
    check_disables,
    check_gives,
)
from consortium.identity.rules.roles import Role
from consortium.kernel.errors import NotFound
from consortium.kernel.principal import Principal
from consortium.organisations.reads import ORGANISATIONS
from consortium.query.visible import require_visible
from consortium.storage.raw import Connection

GIVE = """
INSERT INTO role_grant (account_id, organisation_id, role) VALUES ($1, $2, $3)
ON CONFLICT (account_id, organisation_id, role) DO NOTHING
"""
HOLDERS = """
SELECT g.account_id FROM role_grant g JOIN account a ON a.id = g.account_id
WHERE g.organisation_id = $1 AND g.role = $2 AND a.disabled_at IS NULL AND a.erased_at IS NULL
"""
# Whoever takes an administrator away waits here for whoever takes another.
LOCK = "SELECT id FROM organisation WHERE id = $1 FOR NO KEY UPDATE"
TAKE = "DELETE FROM role_grant WHERE account_id = $1 AND organisation_id = $2 AND role = $3"
ROLES_OF = "SELECT organisation_id, role FROM role_grant WHERE account_id = $1 ORDER BY id"
DISABLE = "UPDATE account SET disabled_at = now() WHERE id = $1 AND disabled_at IS NULL"
END_SESSIONS = "UPDATE session SET revoked_at = now() WHERE account_id = $1 AND revoked_at IS NULL"
END_GRANTS = (
    "UPDATE oauth_grant SET revoked_at = now() WHERE account_id = $1 AND revoked_at IS NULL"
)


class GrantRole(NamedTuple):
    """A role for a person; in the caller's own organisation unless told."""

    account: int
    role: Role
    organisation: int | None = None


class RevokeRole(NamedTuple):
    """A role that a person no longer has; in the caller's own organisation unless told."""

    account: int
    role: Role
    organisation: int | None = None


class DisableAccount(NamedTuple):
    """The person who is shut out."""

    account: int


async def grant_role(by: Principal, command: GrantRole, today: date) -> int:
    """Give a role; nothing happens where the person has it. Returns the account's id.

    Raises:
        NotFound: there is no such person, or organisation, that the caller may see.
        PermissionDenied: the caller may not give this role there.
    """
    organisation = _organisation(by, command.organisation)
    async with audited(by, "role:grant", organisation_id=organisation) as open_:
        await _seen(open_, by, command.account, organisation, today)
        check_gives(by, organisation, [command.role])
        await open_.execute(GIVE, command.account, organisation, command.role.value)
    return command.account


async def revoke_role(by: Principal, command: RevokeRole, today: date) -> int:
    """Take a role back; nothing happens where the person has it not. Returns the account's id.

    Raises:
        NotFound: there is no such person, or organisation, that the caller may see.
        PermissionDenied: the caller may not take this role there.
        LastAdministrator: nobody else has it, and somebody must.
    """
    organisation = _organisation(by, command.organisation)
    async with audited(by, "role:revoke", organisation_id=organisation) as open_:
        await _seen(open_, by, command.account, organisation, today)
        check_gives(by, organisation, [command.role])
        await _keep_one(open_, command.account, [(organisation, command.role)])
        await open_.execute(TAKE, command.account, organisation, command.role.value)
    return command.account


async def disable_account(by: Principal, command: DisableAccount, today: date) -> int:
    """Shut a person out: no sign-in, and no session or refresh token works on. Returns the id.

    Raises:
        NotFound: there is no such person that the caller may see.
        PermissionDenied: the person has roles elsewhere, or is the caller.
        LastAdministrator: an organisation would be left without one.
    """
    account = command.account
    async with audited(by, "account:disable", organisation_id=by.organisation_id) as open_:
        await require_visible(open_, ACCOUNTS, account, by, today)
        rows = await open_.fetch(ROLES_OF, account)
        held = [(row["organisation_id"], Role(row["role"])) for row in rows]
        check_disables(by, account, {organisation for organisation, _ in held})
        await _keep_one(open_, account, held)
        for statement in (DISABLE, END_SESSIONS, END_GRANTS):
            await open_.execute(statement, account)
    return account


def _organisation(by: Principal, given: int | None) -> int:
    organisation = by.organisation_id if given is None else given
    if organisation is None:
        raise NotFound
    return organisation


async def _seen(
    connection: Connection, by: Principal, account: int, organisation: int, today: date
) -> None:
    await require_visible(connection, ACCOUNTS, account, by, today)
    await require_visible(connection, ORGANISATIONS, organisation, by, today)


async def _keep_one(connection: Connection, account: int, held: Iterable[tuple[int, Role]]) -> None:
    """Refuse to leave an organisation without its last administrator; locks the organisation."""
    for organisation, role in sorted(held):
        if role in KEPT:
            await connection.execute(LOCK, organisation)
            rows = await connection.fetch(HOLDERS, organisation, role.value)
            if [row["account_id"] for row in rows] == [account]:
                raise LastAdministrator
