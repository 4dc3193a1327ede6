"""Forget what changed long ago."""

from datetime import datetime, timedelta

from consortium.storage.database import transaction
from consortium.storage.raw import raw

# Whoever follows, and lost the database for longer, asks anew.
KEPT = timedelta(hours=1)

_FORGET = "DELETE FROM row_change WHERE at < $1"


async def forget_changes(now: datetime) -> None:
    """Delete what is older than anyone may still want to catch up with.

    No entry of the audit trail: nothing is lost that it does not hold itself.
    """
    async with transaction() as client:
        await raw(client).execute(_FORGET, now - KEPT)
