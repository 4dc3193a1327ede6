"""The sums follow the calendar while a server runs."""

import asyncio
from datetime import UTC, date, datetime, timedelta

import pytest

from consortium.avoided.actions import check_totals, refresh
from consortium.avoided.jobs import follow_calendar, seconds_to_midnight
from consortium.storage.database import Database
from tests.factories import create_claim, create_membership, create_organisation


@pytest.mark.parametrize(
    ("now", "seconds"),
    [
        (datetime(2026, 11, 23, 23, 59, 59, tzinfo=UTC), 1),
        (datetime(2026, 11, 23, tzinfo=UTC), 86_400),
        (datetime(2026, 12, 31, 12, tzinfo=UTC), 43_200),
    ],
)
def test_the_next_midnight(now: datetime, seconds: int) -> None:
    """Midnight is the first moment of the next day, never the one that is now."""
    assert seconds_to_midnight(now) == seconds


async def test_a_server_that_starts_later_brings_the_sums_to_its_day(database: Database) -> None:
    """A membership that ended since the sums were made no longer counts in them."""
    today = datetime.now(UTC).date()
    made = today - timedelta(days=10)
    async with database.pool.acquire() as connection:
        organisation = await create_organisation(connection)
        ends_on = today - timedelta(days=3)
        await create_membership(connection, organisation, status="MEMBER", ends_on=ends_on)
        await create_claim(connection, organisation, known_on=date(2020, 1, 1))
    with database.active():
        await refresh([organisation], today=made)
    kept = "SELECT coalesce(sum(claims), 0) FROM avoided_total WHERE grouping = 0"
    before = await database.pool.fetchval(kept)

    following = asyncio.create_task(follow_calendar(database))
    for _ in range(200):
        await asyncio.sleep(0.05)
        if await database.pool.fetchval(kept) != before:
            break
    following.cancel()
    await asyncio.wait([following])

    assert (before, await database.pool.fetchval(kept)) == (1, 0)
    with database.active():
        assert await check_totals(today=today) == []
