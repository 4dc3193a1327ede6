"""Steps of memberships: what was stays, every status may follow the one before it."""

from datetime import date, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from consortium.membership.rules.timeline import (
    DeadlineMissing,
    NoNoticeGiven,
    Span,
    Spans,
    StepInThePast,
    StepTooSoon,
    status_on,
    taken,
)
from consortium.membership.rules.transitions import (
    RECORDED,
    TRANSITIONS,
    MembershipStatus,
    Step,
    StepNotPossible,
)

Is = MembershipStatus
TODAY = date(2026, 3, 1)
MEMBER = (Span(Is.MEMBER, date(2020, 1, 1)),)
STEPS = sorted({step for (_, step), after in TRANSITIONS.items() if isinstance(after, Is)})
POSSIBLE = {(before, after) for (before, _), after in TRANSITIONS.items()} | RECORDED


def day(number: int) -> date:
    return TODAY + timedelta(days=number)


def test_a_notice_ends_a_membership_and_can_be_taken_back() -> None:
    leaving = taken(MEMBER, Step.LEAVE, TODAY, day(90)).spans

    assert leaving == (Span(Is.MEMBER, date(2020, 1, 1), day(89)), Span(Is.FORMER, day(90)))
    assert taken(leaving, Step.STAY, day(1)).spans == MEMBER


def test_a_suspension_keeps_the_notice_that_runs() -> None:
    leaving = taken(MEMBER, Step.LEAVE, TODAY, day(90)).spans
    suspended = taken(leaving, Step.SUSPEND, day(1)).spans

    assert [span.status for span in suspended] == [Is.MEMBER, Is.SUSPENDED, Is.FORMER]
    assert suspended[1] == Span(Is.SUSPENDED, day(1), day(89))


def test_an_expulsion_takes_its_end_unless_there_is_an_appeal() -> None:
    expelled = taken(MEMBER, Step.EXPEL, TODAY, deadline=day(30)).spans
    appealed = taken(expelled, Step.APPEAL, day(10)).spans
    back = taken(appealed, Step.GRANT_APPEAL, day(20)).spans

    assert status_on(expelled, day(30)) is Is.UNDER_EXPULSION
    assert status_on(expelled, day(31)) is Is.EXPELLED
    assert [status_on(appealed, day(n)) for n in (9, 10, 99)] == [
        Is.UNDER_EXPULSION,
        Is.UNDER_APPEAL,
        Is.UNDER_APPEAL,
    ]
    assert status_on(back, day(20)) is Is.MEMBER


@pytest.mark.parametrize(
    ("spans", "step", "told", "refused"),
    [
        (MEMBER, Step.LEAVE, {"effective_on": day(-1)}, StepInThePast),
        (MEMBER, Step.REINSTATE, {}, StepNotPossible),
        (MEMBER, Step.APPEAL, {}, StepNotPossible),
        (MEMBER, Step.STAY, {}, NoNoticeGiven),
        (MEMBER, Step.EXPEL, {}, DeadlineMissing),
        (MEMBER, Step.EXPEL, {"effective_on": day(5), "deadline": day(4)}, DeadlineMissing),
        ((), Step.SUSPEND, {}, StepNotPossible),
        ((Span(Is.MEMBER, TODAY),), Step.SUSPEND, {"effective_on": TODAY}, StepTooSoon),
    ],
)
def test_what_cannot_be(spans: Spans, step: Step, told: dict[str, date], refused: type) -> None:
    with pytest.raises(refused):
        taken(spans, step, TODAY, **told)


@given(
    st.lists(
        st.tuples(st.sampled_from(STEPS), st.integers(0, 40), st.integers(-3, 60)), max_size=12
    )
)
def test_no_steps_lead_where_the_table_does_not(steps: list[tuple[Step, int, int]]) -> None:
    """Days before a step stay as they were, spans never meet, and each may follow the last."""
    spans: Spans = ()
    today = TODAY
    for step, later, ahead in steps:
        today += timedelta(days=later)
        try:
            changed = taken(
                spans, step, today, today + timedelta(days=ahead), today + timedelta(days=ahead + 9)
            )
        except (StepNotPossible, StepInThePast, StepTooSoon, NoNoticeGiven, DeadlineMissing):
            continue
        for n in range(-5, 5):
            before = today - timedelta(days=6 - n)
            if before < today:
                assert status_on(changed.spans, before) == status_on(spans, before)
        spans = changed.spans
        for one, other in pairwise(spans):
            assert one.ends_on is not None
            assert other.starts_on is not None
            assert one.ends_on < other.starts_on
            assert (one.status, other.status) in POSSIBLE
