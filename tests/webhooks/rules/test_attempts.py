"""What an answer means, and when a message is tried again."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from consortium.webhooks.rules.attempts import (
    JITTER,
    RETRIES,
    arrived,
    asked_wait,
    next_attempt,
)

BEGAN = datetime(2026, 1, 1, tzinfo=UTC)
NO_WAIT = timedelta()


@given(
    st.integers(1, 100),
    st.timedeltas(timedelta(), timedelta(days=4)),
    st.floats(0, 1),
    st.timedeltas(timedelta(), timedelta(days=2)),
)
def test_there_is_always_a_later_attempt_until_the_end(
    attempts: int, late: timedelta, draw: float, asked: timedelta
) -> None:
    """The next one is later, not sooner than asked within six hours, and near what is meant."""
    now = BEGAN + late
    again = next_attempt(BEGAN, attempts, now, draw, asked)

    if late >= RETRIES.given_up_after:
        assert again is None
        return
    meant = RETRIES.next_try(BEGAN, attempts, now)
    assert again is not None
    assert meant is not None
    assert again > now
    assert again - now >= min(asked, RETRIES.longest)
    if not asked:
        assert abs((again - now) - (meant - now)) <= (meant - now) * JITTER + timedelta(seconds=1)


@pytest.mark.parametrize(
    ("status", "header", "seconds"),
    [
        (429, "120", 120),
        (503, " 7 ", 7),
        (503, "Wed, 21 Oct 2026 07:28:00 GMT", 0),
        (503, "9" * 40, 0),
        (503, "-5", 0),
        (500, "120", 0),
        (429, None, 0),
    ],
)
def test_a_busy_receiver_says_how_long(status: int, header: str | None, seconds: int) -> None:
    """Only where the status means it, and only as a number."""
    assert asked_wait(status, header) == timedelta(seconds=seconds)


def test_only_success_is_success() -> None:
    """A redirect is none: it would lead where nobody checked."""
    assert [one for one in range(100, 600) if arrived(one)] == list(range(200, 300))
