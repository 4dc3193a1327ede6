"""What a pledge must say, and the errors of those that do not."""

from datetime import date
from decimal import Decimal

from consortium.kernel.errors import BadInput, DomainError

# Nobody pledges for longer, and a path has a line for each year.
YEARS_MAX = 100


class PledgeQuantityInvalid(BadInput):
    """A pledge is of a mass above 0, in kg CO2e: give how much is to be avoided in all."""

    code = "PLEDGE_QUANTITY_INVALID"


class PledgeWindowInvalid(BadInput):
    """A pledge's window ends on its first day or later, and within 100 years of it."""

    code = "PLEDGE_WINDOW_INVALID"


class PledgeExists(DomainError):
    """Your organisation has a pledge of this reference: change that, or choose another name."""

    code = "PLEDGE_EXISTS"
    constraint = "pledge_reference_key"


class PledgeDisclosed(DomainError):
    """This pledge is a disclosed figure as published: correct it where figures are loaded from."""

    code = "PLEDGE_DISCLOSED"


class PledgeWithdrawn(DomainError):
    """This pledge was withdrawn, and stays so: record another."""

    code = "PLEDGE_WITHDRAWN"


def checked_quantity(quantity: Decimal) -> Decimal:
    """The quantity as it stands. Raises PledgeQuantityInvalid."""
    if not quantity.is_finite() or quantity <= 0:
        raise PledgeQuantityInvalid().at("quantityKgCo2e")
    return quantity


def check_window(starts_on: date, ends_on: date) -> None:
    """Refuse a window that is none. Raises PledgeWindowInvalid."""
    if ends_on < starts_on or ends_on.year - starts_on.year > YEARS_MAX:
        raise PledgeWindowInvalid().at("endsOn")
