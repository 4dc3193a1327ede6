"""How a step changes the days of a membership: what was stays, what is planned must follow."""

from datetime import date, timedelta
from typing import NamedTuple

from consortium.kernel.errors import BadInput
from consortium.membership.rules.transitions import (
    TRANSITIONS,
    MembershipStatus,
    Step,
    StepNotPossible,
    next_state,
)

_DAY = timedelta(days=1)


class Span(NamedTuple):
    """A status from one day to another, both included; None: not known, or without end."""

    status: MembershipStatus
    starts_on: date | None = None
    ends_on: date | None = None

    def holds_on(self, day: date) -> bool:
        """Whether the day is one of its days."""
        return not self.starts_after(day) and (self.ends_on is None or day <= self.ends_on)

    def starts_after(self, day: date) -> bool:
        """Whether it is still to come on the day."""
        return self.starts_on is not None and day < self.starts_on


Spans = tuple[Span, ...]


class StepInThePast(BadInput):
    """A step takes effect today or later: what was is not written anew."""

    code = "STEP_IN_THE_PAST"


class StepTooSoon(BadInput):
    """A status lasts a day at least: the next step takes effect on a later day."""

    code = "STEP_TOO_SOON"


class NoNoticeGiven(BadInput):
    """There is no notice to take back: the organisation is not about to leave."""

    code = "NO_NOTICE_GIVEN"


class DeadlineMissing(BadInput):
    """An expulsion names the last day for an appeal, which is not before it takes effect."""

    code = "DEADLINE_MISSING"


class Changed(NamedTuple):
    """The status before and after a step, the day it takes effect, and all spans from then on."""

    before: MembershipStatus | None
    after: MembershipStatus
    effective_on: date
    spans: Spans


def status_on(spans: Spans, day: date) -> MembershipStatus | None:
    """The status on a day; None where it has none."""
    return next((span.status for span in spans if span.holds_on(day)), None)


def earliest(spans: Spans, today: date) -> date:
    """The first day on which a step can take effect: today, or after a status of that day began."""
    began = any(span.starts_on == today for span in spans)
    return today + _DAY if began else today


def taken(
    spans: Spans,
    step: Step,
    today: date,
    effective_on: date | None = None,
    deadline: date | None = None,
) -> Changed:
    """The spans after a step that takes effect on a day, the earliest possible unless told.

    `spans` are in order and do not meet. For LEAVE the day is the first one as a former member.
    `deadline` is the last day for an appeal, which EXPEL needs.

    Raises:
        StepNotPossible: not from the status of that day, or not before what is planned after it.
        StepInThePast, StepTooSoon, NoNoticeGiven, DeadlineMissing: as they say.
    """
    day = earliest(spans, today) if effective_on is None else effective_on
    if day < today:
        raise StepInThePast(f"{day} is in the past: give {today} or a later day.")
    before = status_on(spans, day)
    after = MembershipStatus(next_state(before, step))
    if any(span.starts_on == day for span in spans):
        raise StepTooSoon(f"It becomes {before} on {day}: give a later day.")
    held = [_ending(span, day - _DAY) for span in spans if not span.starts_after(day)]
    planned = [span for span in spans if span.starts_after(day)]
    match step:
        case Step.STAY:
            new = _stayed(spans, planned, day)
            return Changed(before, after, day, new)
        case Step.EXPEL:
            if deadline is None or deadline < day:
                raise DeadlineMissing
            coming = [Span(MembershipStatus.EXPELLED, deadline + _DAY)]
        case Step.SUSPEND | Step.REINSTATE:
            coming = planned
        case _:
            coming = []
    until = coming[0].starts_on - _DAY if coming and coming[0].starts_on else None
    return Changed(before, after, day, (*held, Span(after, day, until), *_following(after, coming)))


def _ending(span: Span, day: date) -> Span:
    """The span, over on the day at the latest."""
    return span if span.ends_on is not None and span.ends_on <= day else span._replace(ends_on=day)


def _following(after: MembershipStatus, coming: list[Span]) -> list[Span]:
    """What is planned, if it can follow. Raises StepNotPossible."""
    possible = {(before, then) for (before, _), then in TRANSITIONS.items()}
    if coming and (after, coming[0].status) not in possible:
        [first, *_] = coming
        raise StepNotPossible(
            f"From {first.starts_on} it is {first.status}, which cannot follow {after}."
        )
    return coming


def _stayed(spans: Spans, planned: list[Span], day: date) -> Spans:
    """The spans without the planned leaving. Raises NoNoticeGiven."""
    if [span.status for span in planned] != [MembershipStatus.FORMER]:
        raise NoNoticeGiven
    [*before, last] = [span for span in spans if not span.starts_after(day)]
    return (*before, last._replace(ends_on=None))
