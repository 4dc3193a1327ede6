"""How long a session lasts."""

from datetime import datetime, timedelta

IDLE_MAX = timedelta(days=14)
ABSOLUTE_MAX = timedelta(days=60)

# "Last seen" is written no oftener than this.
SEEN_EVERY = timedelta(minutes=5)

# For what can take an account over, the person must have proved who they are this recently.
FRESH = timedelta(minutes=15)


def expiry(at: datetime) -> datetime:
    """When a session that begins now ends at the latest."""
    return at + ABSOLUTE_MAX


def is_alive(last_seen_at: datetime, expires_at: datetime, at: datetime) -> bool:
    """Whether a session that nobody revoked still holds."""
    return at < expires_at and at - last_seen_at < IDLE_MAX
