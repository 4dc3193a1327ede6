"""Set how many people an organisation may have. What was set before stays on record."""

from datetime import date
from typing import NamedTuple

from consortium.audit.actions import audited
from consortium.kernel.errors import PermissionDenied
from consortium.kernel.principal import Permission, Principal
from consortium.membership.rules.groups import read_text
from consortium.membership.rules.seats import check_seats
from consortium.organisations.reads import ORGANISATIONS
from consortium.query.visible import require_visible

# Whoever is just taking a seat comes before or after.
LOCK = "SELECT pg_advisory_xact_lock(hashtextextended('seats', $1))"
INSERT = """
INSERT INTO organisation_seats (organisation_id, seats, starts_on, reason) VALUES ($1, $2, $3, $4)
"""


class SetSeats(NamedTuple):
    """Seats from a day on, today unless told; without a number, as the tier has."""

    organisation: int
    reason: str
    seats: int | None = None
    starts_on: date | None = None


async def set_seats(by: Principal, command: SetSeats, today: date) -> int:
    """Set an organisation's seats; returns its id. Fewer than are taken send nobody out.

    Raises:
        NotFound: there is no such organisation.
        PermissionDenied: the caller manages no memberships.
        SeatsInvalid, SeatsInThePast: as they say.
    """
    organisation, reason, seats, starts_on = command
    starts_on = today if starts_on is None else starts_on
    async with audited(by, "seats:set", organisation_id=organisation) as open_:
        await require_visible(open_, ORGANISATIONS, organisation, by, today)
        if not by.may(Permission.MEMBERSHIPS_MANAGE):
            raise PermissionDenied
        check_seats(seats, starts_on, today)
        await open_.execute(LOCK, organisation)
        await open_.execute(INSERT, organisation, seats, starts_on, read_text(reason, "reason"))
    return organisation
