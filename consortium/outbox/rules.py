"""When a mail that could not be sent is tried again."""

from datetime import timedelta

# Together about a day; the links in mails live an hour or a week.
ATTEMPTS_MAX = 12
_FIRST = timedelta(seconds=30)
_LONGEST = timedelta(hours=4)

# A process that took a mail and died leaves it to others after this long.
LEASE = timedelta(minutes=10)


def next_delay(attempts: int) -> timedelta | None:
    """How long to wait after that many failed attempts; None: give up."""
    if attempts >= ATTEMPTS_MAX:
        return None
    return min(_FIRST * (1 << (attempts - 1)), _LONGEST)
