"""When something that did not reach a partner is tried again (PACT, 3.0: up to 72 hours)."""

from datetime import timedelta

from consortium.kernel.retries import Retries

# A process that took something and died leaves it to others after this long.
LEASE = timedelta(minutes=10)
RETRIES = Retries(
    first=timedelta(seconds=30), longest=timedelta(hours=6), given_up_after=timedelta(hours=72)
)
