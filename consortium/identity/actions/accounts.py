"""Accounts: made, renamed, disabled."""

from dataclasses import dataclass
from datetime import datetime

import asyncpg

from consortium.audit.actions import audited
from consortium.identity.actions.sessions import revoke_sessions
from consortium.identity.actions.succession import call_contacts, find_unmanaged
from consortium.identity.proofs.tokens import new_token
from consortium.identity.rules.addresses import read_name
from consortium.identity.rules.authority import check_disables
from consortium.kernel.clock import utc_now
from consortium.kernel.errors import DomainError, NotFound
from consortium.kernel.principal import Principal
from consortium.storage.database import transaction
from consortium.storage.raw import Connection, raw

_CREATE = """
INSERT INTO account (subject, email, email_verified_at, name, password_hash, rights_changed_at)
VALUES ($1, $2, $3, $4, $5, $3) RETURNING id
"""
_RENAME = "UPDATE account SET name = $2 WHERE id = $1"
_DISABLE = """
UPDATE account SET disabled_at = $2 WHERE id = $1 AND disabled_at IS NULL AND erased_at IS NULL
RETURNING id
"""
_REVOKE_GRANTS = """
UPDATE oauth_grant SET revoked_at = $2 WHERE account_id = $1 AND revoked_at IS NULL
"""
_ORGANISATIONS = "SELECT DISTINCT organisation_id FROM role_grant WHERE account_id = $1"
_AFFILIATIONS = """
SELECT o.id, o.name, array_agg(r.role ORDER BY r.role) AS roles
FROM role_grant r JOIN organisation o ON o.id = r.organisation_id
WHERE r.account_id = $1 AND o.merged_into_id IS NULL GROUP BY o.id, o.name ORDER BY o.name_key, o.id
"""
_BY_EMAIL = """
SELECT id, password_hash IS NOT NULL AS has_password,
    EXISTS (SELECT FROM federated_identity f WHERE f.account_id = a.id) AS federated
FROM account a WHERE email = $1 AND disabled_at IS NULL AND erased_at IS NULL
"""


class AccountExists(DomainError):
    """There is an account with this address."""

    code = "ACCOUNT_EXISTS"


@dataclass(frozen=True, slots=True)
class Affiliation:
    """An organisation that a person belongs to, and what they are there."""

    organisation_id: int
    name: str
    roles: tuple[str, ...]


async def create_account(
    connection: Connection, email: str, name: str, password_hash: str | None, at: datetime
) -> int:
    """Make an account whose address is verified. Raises AccountExists."""
    try:
        row_id: int = await connection.fetchval(
            _CREATE, new_token(), email, at, name, password_hash
        )
    except asyncpg.UniqueViolationError:
        raise AccountExists from None
    return row_id


async def rename_account(by: Principal, name: str) -> None:
    """Change one's own name. Raises NameInvalid."""
    kept = read_name(name)
    async with audited(by, "account:rename") as connection:
        await connection.execute(_RENAME, by.account_id, kept)


async def disable_account(by: Principal, account_id: int, *, at: datetime | None = None) -> None:
    """End an account's sessions and programs, and let nobody sign in to it.

    The secretariat disables anyone else; an organisation's administrator only people who belong to
    no other organisation.

    Raises:
        NotFound: there is no such account.
        PermissionDenied: it is not the caller's to disable.
        LastAdministrator: nobody would be left to manage an organisation, nor be asked to.
    """
    at = at or utc_now()
    async with audited(by, "account:disable") as connection:
        rows = await connection.fetch(_ORGANISATIONS, account_id)
        belongs = {row["organisation_id"] for row in rows}
        check_disables(by, account_id, belongs)
        unmanaged = await find_unmanaged(connection, account_id)
        if await connection.fetchval(_DISABLE, account_id, at) is None:
            raise NotFound
        await call_contacts(connection, unmanaged, at)
        await revoke_sessions(connection, account_id, at)
        await connection.execute(_REVOKE_GRANTS, account_id, at)


async def revoke_programs(connection: Connection, account_id: int, at: datetime) -> None:
    """End what all programs got from a person."""
    await connection.execute(_REVOKE_GRANTS, account_id, at)


async def affiliations(account_id: int) -> list[Affiliation]:
    """Where a person belongs, by the organisations' names."""
    async with transaction() as client:
        rows = await raw(client).fetch(_AFFILIATIONS, account_id)
    return [Affiliation(row["id"], row["name"], tuple(row["roles"])) for row in rows]


async def account_of(connection: Connection, email: str) -> asyncpg.Record | None:
    """The row of the account that may sign in with this address; None: there is none."""
    return await connection.fetchrow(_BY_EMAIL, email)
