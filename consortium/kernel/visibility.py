"""Who may see a figure, and who enters figures."""

from enum import StrEnum

from consortium.kernel.errors import PermissionDenied
from consortium.kernel.principal import Permission, Principal


class Visibility(StrEnum):
    """PRIVATE: its owner; CONSORTIUM: all members; PUBLIC: everyone."""

    PRIVATE = "PRIVATE"
    CONSORTIUM = "CONSORTIUM"
    PUBLIC = "PUBLIC"


def check_visibility_change(
    by: Principal, organisation_id: int, before: Visibility, after: Visibility
) -> None:
    """Refuse a change of who may see a figure of the organisation; PermissionDenied.

    Only for one's own organisation: entering figures allows PRIVATE and CONSORTIUM, and whatever
    makes a figure PUBLIC, or takes it back from the public, has to be approved.
    """
    public = Visibility.PUBLIC in {before, after}
    needed = Permission.FIGURES_APPROVE if public else Permission.FIGURES_WRITE
    if by.organisation_id != organisation_id or not by.may(needed):
        raise PermissionDenied


def writing_organisation(by: Principal) -> int:
    """The organisation for which the caller enters figures. Raises PermissionDenied."""
    # A token without `figures:read` does no more than the public.
    writes = by.rights.has_organisation and by.may(Permission.FIGURES_WRITE)
    if by.organisation_id is None or not writes:
        raise PermissionDenied
    return by.organisation_id
