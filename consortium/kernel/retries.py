"""When something that did not reach another system is tried again."""

from datetime import datetime, timedelta
from typing import NamedTuple


class Retries(NamedTuple):
    """The waits double from the first to the longest; the last attempt is at the end."""

    first: timedelta
    longest: timedelta
    given_up_after: timedelta

    def next_try(self, began_at: datetime, attempts: int, now: datetime) -> datetime | None:
        """When to try again after that many failed attempts; None: give up."""
        end = began_at + self.given_up_after
        return None if now >= end else min(now + self.wait(attempts), end)

    def wait(self, attempts: int) -> timedelta:
        """How long to wait after that many failed attempts."""
        # Doubled thirty times, a second is longer than any wait that is meant.
        return min(self.first * (1 << min(max(attempts - 1, 0), 30)), self.longest)
