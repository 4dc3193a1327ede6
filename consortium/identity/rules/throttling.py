"""How guessing is slowed: after a few failures, each further one doubles the wait.

Nobody is ever locked out for good: the wait has an upper limit, and a browser in which the person
signed in before has a count of its own, which strangers cannot raise.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from ipaddress import IPv4Address, IPv6Network, ip_address
from math import ceil

from consortium.kernel.errors import DomainError

# Failures older than this are forgotten.
WINDOW = timedelta(hours=24)
_FIRST_WAIT = timedelta(seconds=1)
_LONGEST_WAIT = timedelta(minutes=15)


class TooManyAttempts(DomainError):
    """Too many attempts: wait, then try again."""

    code = "TOO_MANY_ATTEMPTS"

    def __init__(self, wait: timedelta) -> None:
        self.retry_after = max(1, ceil(wait.total_seconds()))
        super().__init__(f"Too many attempts. Try again in {self.retry_after} seconds.")


@dataclass(frozen=True, slots=True)
class Counted:
    """Something whose failures are counted; the first `free` ones cost no wait."""

    key: str
    free: int


def of_account(email: str) -> Counted:
    """Attempts at an account, whether it exists or not."""
    return Counted(f"account {email}", free=5)


def of_known_browser(email: str, browser: str) -> Counted:
    """Attempts at an account from a browser in which its person signed in before."""
    return Counted(f"browser {email} {browser}", free=5)


def of_second_factor(account_id: int) -> Counted:
    """Attempts at a person's second factor, by someone who knows the password."""
    return Counted(f"factor {account_id}", free=5)


def of_address(address: str) -> Counted:
    """Attempts from a network address. An office shares one, so more are free."""
    return Counted(f"address {network_of(address)}", free=30)


def network_of(address: str) -> str:
    """What one subscriber has: an address of IPv4, or 2**64 of IPv6."""
    try:
        parsed = ip_address(address)
    except ValueError:
        return address
    if isinstance(parsed, IPv4Address):
        return address
    return str(IPv6Network((int(parsed), 64), strict=False))


def of_mail(email: str) -> Counted:
    """Requests for mail to an address."""
    return Counted(f"mail {email}", free=3)


def wait_left(failures: Sequence[datetime], free: int, at: datetime) -> timedelta:
    """How long until the next attempt is taken; not positive: now."""
    recent = [failure for failure in failures if failure > at - WINDOW]
    beyond = len(recent) - free
    if beyond < 0:
        return timedelta(0)
    # 2**20 seconds are beyond the longest wait anyway.
    wait = min(_FIRST_WAIT * (1 << min(beyond, 20)), _LONGEST_WAIT)
    return max(recent) + wait - at
