"""Who administers an organisation, for mail to them."""

from consortium.identity.rules.roles import Role
from consortium.storage.raw import Connection

_ADMINS = """
SELECT DISTINCT a.email FROM account a JOIN role_grant r ON r.account_id = a.id
WHERE r.organisation_id = $1 AND r.role = $2 AND a.email IS NOT NULL AND a.disabled_at IS NULL
ORDER BY a.email
"""


async def admin_addresses(connection: Connection, organisation_id: int) -> list[str]:
    """The mail addresses of the organisation's admins."""
    rows = await connection.fetch(_ADMINS, organisation_id, Role.ORGANISATION_ADMIN.value)
    return [row["email"] for row in rows]
