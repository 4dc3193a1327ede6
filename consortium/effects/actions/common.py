"""What the actions share: who may write, and sources."""

from consortium.evidence.actions import Cited, citation_of
from consortium.kernel.errors import NotFound, PermissionDenied
from consortium.kernel.principal import Principal
from consortium.kernel.visibility import writing_organisation
from consortium.storage.raw import Connection

__all__ = ["Cited", "citation_of", "require_owner", "writing_organisation"]

OWNER = "SELECT organisation_id FROM solution WHERE id = $1"


async def require_owner(connection: Connection, by: Principal, solution: int) -> None:
    """Refuse who does not enter figures for the owner of a solution. Raises PermissionDenied."""
    owner = await connection.fetchval(OWNER, solution)
    if owner is None:
        raise NotFound
    if writing_organisation(by) != owner:
        raise PermissionDenied
