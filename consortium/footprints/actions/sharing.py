"""Share a footprint with an organisation, and take it back."""

from datetime import date
from typing import NamedTuple

from consortium.audit.actions import audited
from consortium.footprints.actions.common import own_footprint
from consortium.kernel.errors import NotFound
from consortium.kernel.principal import Principal
from consortium.organisations.reads import ORGANISATIONS
from consortium.query.visible import require_visible

SHARE = """
INSERT INTO footprint_share (footprint_id, organisation_id, shared_on) VALUES ($1, $2, $3)
ON CONFLICT (footprint_id, organisation_id) DO NOTHING
"""
TAKE_BACK = """
DELETE FROM footprint_share WHERE footprint_id = $1 AND organisation_id = $2 RETURNING id
"""


class ShareFootprint(NamedTuple):
    """A footprint, and who is to see it."""

    footprint: int
    organisation: int


class UnshareFootprint(NamedTuple):
    """A footprint, and who is to see it no more."""

    footprint: int
    organisation: int


async def share_footprint(by: Principal, command: ShareFootprint, today: date) -> int:
    """Let an organisation see a footprint, whatever its visibility; returns its id.

    Raises:
        NotFound, PermissionDenied: of the footprint or the organisation.
    """
    key, whom = command
    async with audited(by, "footprint:share", organisation_id=by.organisation_id) as open_:
        await own_footprint(open_, by, key, None, today)
        await require_visible(open_, ORGANISATIONS, whom, by, today)
        await open_.execute(SHARE, key, whom, today)
    return key


async def unshare_footprint(by: Principal, command: UnshareFootprint, today: date) -> int:
    """Take a footprint back from an organisation; returns its id.

    Raises:
        NotFound, PermissionDenied: of the footprint; or it was not shared with them.
    """
    key, whom = command
    async with audited(by, "footprint:unshare", organisation_id=by.organisation_id) as open_:
        await own_footprint(open_, by, key, None, today)
        if await open_.fetchval(TAKE_BACK, key, whom) is None:
            raise NotFound().at("organisation")
    return key
