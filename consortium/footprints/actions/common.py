"""What the actions on products and footprints share: who may, on whose."""

from datetime import date

from asyncpg import Record

from consortium.footprints.reads.footprints import FOOTPRINTS, PRODUCTS
from consortium.kernel.errors import PermissionDenied, check_seen
from consortium.kernel.principal import Permission, Principal
from consortium.query.visible import require_visible
from consortium.storage.raw import Connection

PRODUCT = "SELECT organisation_id, name, description, unit, visibility, version FROM product"
FOOTPRINT = """
SELECT organisation_id, product_id, pact_id, status, origin, visibility, version FROM footprint
"""
LOCKED = " WHERE id = $1 FOR UPDATE"


def entering(by: Principal) -> int:
    """The organisation for which the caller enters figures. Raises PermissionDenied."""
    enters = by.rights.has_organisation and by.may(Permission.FIGURES_WRITE)
    if by.organisation_id is None or not enters:
        raise PermissionDenied
    return by.organisation_id


async def own_product(connection: Connection, by: Principal, key: int, today: date) -> Record:
    """A product of the caller's organisation, locked. Raises NotFound, PermissionDenied."""
    await require_visible(connection, PRODUCTS, key, by, today)
    [kept] = await connection.fetch(PRODUCT + LOCKED, key)
    if entering(by) != kept["organisation_id"]:
        raise PermissionDenied
    return kept


async def own_footprint(
    connection: Connection, by: Principal, key: int, seen: int | None, today: date
) -> Record:
    """A footprint of the caller's organisation, locked, as of the version that it saw.

    Raises NotFound, PermissionDenied, ChangedMeanwhile.
    """
    await require_visible(connection, FOOTPRINTS, key, by, today)
    [kept] = await connection.fetch(FOOTPRINT + LOCKED, key)
    if entering(by) != kept["organisation_id"]:
        raise PermissionDenied
    if seen is not None:
        check_seen(seen, kept["version"], "version")
    return kept
