"""What it means when something that works once comes again."""

from datetime import datetime, timedelta
from enum import Enum

# Two tabs, or an answer that was lost: those who come second so soon are no thieves.
FORGIVEN = timedelta(seconds=10)


class Use(Enum):
    """What becomes of a code or a refresh token that is presented."""

    GOOD = "good"
    REFUSED = "refused"
    # It was stolen, before or now: the whole grant ends.
    STOLEN = "stolen"


def use_of_code(redeemed_at: datetime | None, expires_at: datetime, now: datetime) -> Use:
    """RFC 6749, section 4.1.2: a code that comes again ends what it gave, expired or not."""
    if redeemed_at is not None:
        return Use.STOLEN
    return Use.GOOD if now < expires_at else Use.REFUSED


def use_of_refresh_token(rotated_at: datetime | None, expires_at: datetime, now: datetime) -> Use:
    """RFC 9700, section 4.14.2: a replaced token that comes again ends its family."""
    if rotated_at is not None:
        return Use.REFUSED if now < rotated_at + FORGIVEN else Use.STOLEN
    return Use.GOOD if now < expires_at else Use.REFUSED
