"""How many people an organisation may have: those with a role there, and those invited."""

from datetime import date

from consortium.kernel.errors import BadInput

SEATS_MAX = 100_000


class SeatsInvalid(BadInput):
    """Seats are a whole number from 0 to 100 000; give none for what the tier has."""

    code = "SEATS_INVALID"
    constraint = "organisation_seats_possible"


class SeatsInThePast(BadInput):
    """Seats are set from today or a later day on: what was is not written anew."""

    code = "SEATS_IN_THE_PAST"


def granted(explicit: int | None, of_tier: int | None) -> int | None:
    """The seats that an organisation has on a day; None: as many as it likes.

    What the secretariat set for it, else what its tier has. As the SQL function `seats_granted`.
    """
    return of_tier if explicit is None else explicit


def free(seats: int | None, taken: int) -> int | None:
    """How many may still come. Seats that are taken away send nobody out."""
    return None if seats is None else max(seats - taken, 0)


def check_seats(seats: int | None, starts_on: date, today: date) -> None:
    """Refuse seats that are no number of people, or for days that are over."""
    if seats is not None and not 0 <= seats <= SEATS_MAX:
        raise SeatsInvalid().at("seats")
    if starts_on < today:
        raise SeatsInThePast(f"{starts_on} is in the past: give {today} or a later day.").at(
            "startsOn"
        )
