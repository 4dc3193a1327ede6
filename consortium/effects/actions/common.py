"""What the actions share: who may write, and sources."""

from typing import NamedTuple

from consortium.evidence.actions import Citations
from consortium.kernel.errors import NotFound, PermissionDenied
from consortium.kernel.principal import Permission, Principal
from consortium.storage.raw import Connection

OWNER = "SELECT organisation_id FROM solution WHERE id = $1"


class Cited(NamedTuple):
    """Where something was published: its address, its title, or both."""

    url: str = ""
    title: str = ""


async def citation_of(connection: Connection, cited: Cited | None) -> int | None:
    """The source, recorded if it is new; None of none."""
    if cited is None:
        return None
    return await Citations(connection).of(cited.url.strip(), cited.title.strip())


def writing_organisation(by: Principal) -> int:
    """The organisation for which the caller enters figures. Raises PermissionDenied."""
    # A token without `figures:read` does no more than the public.
    writes = by.rights.has_organisation and by.may(Permission.FIGURES_WRITE)
    if by.organisation_id is None or not writes:
        raise PermissionDenied
    return by.organisation_id


async def require_owner(connection: Connection, by: Principal, solution: int) -> None:
    """Refuse who does not enter figures for the owner of a solution. Raises PermissionDenied."""
    owner = await connection.fetchval(OWNER, solution)
    if owner is None:
        raise NotFound
    if writing_organisation(by) != owner:
        raise PermissionDenied
