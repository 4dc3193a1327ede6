"""When something that did not reach a partner is tried again (PACT, 3.0: up to 72 hours)."""

from datetime import datetime, timedelta

GIVEN_UP_AFTER = timedelta(hours=72)
# A process that took something and died leaves it to others after this long.
LEASE = timedelta(minutes=10)
_FIRST = timedelta(seconds=30)
_LONGEST = timedelta(hours=6)


def next_try(began_at: datetime, attempts: int, now: datetime) -> datetime | None:
    """When to try again after that many failed attempts; None: give up.

    The waits double from 30 seconds to 6 hours. The last attempt is at the end of the 72 hours.
    """
    end = began_at + GIVEN_UP_AFTER
    if now >= end:
        return None
    doubled = _FIRST * (1 << min(attempts - 1, 10)) if attempts > 0 else _FIRST
    return min(now + min(doubled, _LONGEST), end)
