"""What can become of organisations, and what is refused."""

from datetime import date
from enum import StrEnum

from consortium.kernel.errors import BadInput, DomainError


class SuccessionKind(StrEnum):
    """How one organisation follows another."""

    MERGER = "MERGER"
    SPLIT = "SPLIT"


class DateNotYetCome(BadInput):
    """This day is still to come: enter the change on the day, or later."""

    code = "DATE_NOT_YET_COME"


class SucceedsItself(BadInput):
    """An organisation cannot become itself: name another one."""

    code = "SUCCEEDS_ITSELF"
    constraint = "succession_not_itself"


class AlreadySucceeded(DomainError):
    """This succession is on record already."""

    code = "ALREADY_SUCCEEDED"


class NobodySucceeds(BadInput):
    """A split names one organisation at least that comes out of it."""

    code = "NOBODY_SUCCEEDS"


def check_come(day: date | None, today: date, where: str) -> None:
    """Refuse a day that is still to come. Raises DateNotYetCome."""
    if day is not None and day > today:
        raise DateNotYetCome(
            f"{day} is still to come: enter the change on that day, or give {today} or earlier."
        ).at(where)
