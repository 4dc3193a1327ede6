"""What an answer means, and when a message is tried again."""

from datetime import datetime, timedelta
from typing import Final

from consortium.kernel.retries import Retries

RETRIES: Final = Retries(
    first=timedelta(seconds=10), longest=timedelta(hours=6), given_up_after=timedelta(hours=72)
)
# A process that took a message and died leaves it to others after this long.
LEASE: Final = timedelta(minutes=5)
# Waits differ by up to this part, so that what failed together does not come back together.
JITTER: Final = 0.2
GONE: Final = 410
_BUSY: Final = {429, 503}


def arrived(status: int) -> bool:
    """Whether the message was taken: any 2xx (Standard Webhooks, "Response")."""
    return 200 <= status < 300


def next_attempt(
    began_at: datetime, attempts: int, now: datetime, draw: float, asked_wait: timedelta
) -> datetime | None:
    """When to try again after that many failed attempts; None: give up.

    `draw` is from 0 to 1; `asked_wait` is what the receiver asked for at least.
    """
    again = RETRIES.next_try(began_at, attempts, now)
    if again is None:
        return None
    jittered = now + (again - now) * (1 + JITTER * (2 * draw - 1))
    return max(jittered, now + min(asked_wait, RETRIES.longest))


def asked_wait(status: int, retry_after: str | None) -> timedelta:
    """How long a busy receiver asks to be left in peace; a date there is not read."""
    given = (retry_after or "").strip()
    if status not in _BUSY or not given.isdecimal() or len(given) > 6:
        return timedelta()
    return timedelta(seconds=int(given))
