"""What a person agreed that programs may do for them, and how they take it back."""

from datetime import datetime

import asyncpg

from consortium.audit.actions import audited
from consortium.kernel.errors import NotFound
from consortium.kernel.principal import Principal
from consortium.storage.database import transaction
from consortium.storage.raw import raw

_GIVEN = """
SELECT organisation_id, scope FROM consent WHERE account_id = $1 AND client_id = $2
ORDER BY given_at DESC, id DESC
"""
_LOCK = "SELECT id FROM account WHERE id = $1 FOR NO KEY UPDATE"
_FIND = """
SELECT id, scope FROM consent
WHERE account_id = $1 AND client_id = $2 AND organisation_id IS NOT DISTINCT FROM $3
"""
_UPDATE = "UPDATE consent SET scope = $2, given_at = $3 WHERE id = $1"
_INSERT = """
INSERT INTO consent (account_id, client_id, organisation_id, scope, given_at)
VALUES ($1, $2, $3, $4, $5)
"""
_PROGRAMS = """
SELECT c.id, c.name, o.name AS organisation, o.id AS organisation_id,
    string_agg(DISTINCT given.scope, ' ') AS scope, min(given.at) AS since
FROM (
    SELECT client_id, organisation_id, scope, given_at AS at FROM consent WHERE account_id = $1
    UNION ALL
    SELECT client_id, organisation_id, scope, created_at FROM oauth_grant
    WHERE account_id = $1 AND revoked_at IS NULL
) AS given
JOIN oauth_client c ON c.id = given.client_id
LEFT JOIN organisation o ON o.id = given.organisation_id
GROUP BY c.id, c.name, o.name, o.id ORDER BY c.name, c.id, o.name
"""
_FORGET = "DELETE FROM consent WHERE account_id = $1 AND client_id = $2 RETURNING id"
_REVOKE = """
UPDATE oauth_grant SET revoked_at = $3
WHERE account_id = $1 AND client_id = $2 AND revoked_at IS NULL RETURNING id
"""


async def consents_given(
    account_id: int, client_id: int
) -> list[tuple[int | None, frozenset[str]]]:
    """For which organisations a person let a client do what, the latest first."""
    async with transaction() as client:
        rows = await raw(client).fetch(_GIVEN, account_id, client_id)
    return [(row["organisation_id"], frozenset(row["scope"].split())) for row in rows]


async def give_consent(
    by: Principal,
    client_id: int,
    organisation_id: int | None,
    scopes: tuple[str, ...],
    at: datetime,
) -> None:
    """Note that a person agreed; what was agreed before in that organisation stays agreed."""
    async with audited(by, "consent:give", organisation_id=organisation_id) as connection:
        await connection.fetchval(_LOCK, by.account_id)
        row = await connection.fetchrow(_FIND, by.account_id, client_id, organisation_id)
        if row is None:
            about = (by.account_id, client_id, organisation_id)
            await connection.execute(_INSERT, *about, " ".join(scopes), at)
        else:
            both = dict.fromkeys((*row["scope"].split(), *scopes))
            await connection.execute(_UPDATE, row["id"], " ".join(both), at)


async def programs_of(account_id: int) -> list[asyncpg.Record]:
    """The programs that act for a person: name, organisation, scope, since when."""
    async with transaction() as client:
        return list(await raw(client).fetch(_PROGRAMS, account_id))


async def revoke_program(by: Principal, client_id: int, at: datetime) -> None:
    """Let a program act for the caller no more, in any organisation. Raises NotFound."""
    async with audited(by, "consent:revoke") as connection:
        forgotten = await connection.fetch(_FORGET, by.account_id, client_id)
        revoked = await connection.fetch(_REVOKE, by.account_id, client_id, at)
        if not forgotten and not revoked:
            raise NotFound
