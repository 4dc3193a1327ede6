"""When a signing key is made, signs, and is forgotten."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import NamedTuple

SIGNS_FOR = timedelta(days=30)
# Published before it signs, so that whoever keeps our key set for a while has it in time.
PUBLISHED_BEFORE = timedelta(days=2)
# Longer than any token lives, and the leeway of clocks.
PUBLISHED_AFTER = timedelta(hours=2)


class KeyPeriod(NamedTuple):
    """The life of one key."""

    signs_from: datetime
    signs_until: datetime
    expires_at: datetime


def next_period(ends: Iterable[datetime], now: datetime) -> KeyPeriod | None:
    """The life of the key that is to be made now, given when each key stops signing.

    None while there is one that lasts. The first key signs at once, as does one that is made after
    nobody has run the server for long.
    """
    last = max(ends, default=now)
    if now < last - PUBLISHED_BEFORE:
        return None
    begin = max(last, now)
    return KeyPeriod(begin, begin + SIGNS_FOR, begin + SIGNS_FOR + PUBLISHED_AFTER)
