"""Whether what a token says still holds, for connections that outlive a request."""

from collections.abc import Sequence

from consortium.identity.oauth.introspection import LIVING
from consortium.identity.rules.roles import Role, permissions_of
from consortium.kernel.principal import Permission
from consortium.storage.connections import Pool

_STANDING = f"""
SELECT g.id, g.account_id, string_to_array(c.scopes, ' ') AS scopes,
    ARRAY(SELECT r.role FROM role_grant r JOIN organisation o ON o.id = r.organisation_id
        WHERE r.account_id = g.account_id AND o.id = g.organisation_id
            AND o.merged_into_id IS NULL) AS roles
{LIVING} AND g.id = ANY ($1)
"""  # noqa: S608  our own words


async def standing(pool: Pool, grants: Sequence[int]) -> dict[int, frozenset[Permission]]:
    """What may be done today by each of these grants; those that have ended are left out."""
    found: dict[int, frozenset[Permission]] = {}
    for row in await pool.fetch(_STANDING, grants):
        of_client = frozenset(one for one in Permission if one.value in row["scopes"])
        if row["account_id"] is not None:
            of_client &= permissions_of([Role(role) for role in row["roles"]])
        found[row["id"]] = of_client
    return found
