"""From application to exit: every step that there is, in one table, which the database enforces."""

from enum import StrEnum
from itertools import product
from typing import NamedTuple

from consortium.kernel.errors import DomainError


class ApplicationStage(StrEnum):
    """How far an application has come."""

    SUBMITTED = "SUBMITTED"
    IN_REVIEW = "IN_REVIEW"
    MORE_ASKED = "MORE_ASKED"
    APPROVED = "APPROVED"
    ACCEPTED = "ACCEPTED"
    REJECTED = "REJECTED"
    RETRACTED = "RETRACTED"


class MembershipStatus(StrEnum):
    """How an organisation belongs to the consortium. Rights and figures count as a MEMBER alone."""

    MEMBER = "MEMBER"
    PARTICIPANT = "PARTICIPANT"
    SUSPENDED = "SUSPENDED"
    UNDER_EXPULSION = "UNDER_EXPULSION"
    UNDER_APPEAL = "UNDER_APPEAL"
    EXPELLED = "EXPELLED"
    FORMER = "FORMER"


class Step(StrEnum):
    """What somebody decides, of an application or of a membership."""

    SUBMIT = "SUBMIT"
    REVIEW = "REVIEW"
    ASK = "ASK"
    ANSWER = "ANSWER"
    APPROVE = "APPROVE"
    REJECT = "REJECT"
    RETRACT = "RETRACT"
    ACCEPT = "ACCEPT"
    JOIN = "JOIN"
    SUSPEND = "SUSPEND"
    REINSTATE = "REINSTATE"
    LEAVE = "LEAVE"
    STAY = "STAY"
    EXPEL = "EXPEL"
    LAPSE = "LAPSE"
    APPEAL = "APPEAL"
    GRANT_APPEAL = "GRANT_APPEAL"
    DISMISS_APPEAL = "DISMISS_APPEAL"


State = ApplicationStage | MembershipStatus
_At, _Is = ApplicationStage, MembershipStatus

# (before, step) -> after; before the first step there is nothing.
TRANSITIONS: dict[tuple[State | None, Step], State] = {
    (None, Step.SUBMIT): _At.SUBMITTED,
    (_At.SUBMITTED, Step.REVIEW): _At.IN_REVIEW,
    (_At.IN_REVIEW, Step.ASK): _At.MORE_ASKED,
    (_At.MORE_ASKED, Step.ANSWER): _At.IN_REVIEW,
    (_At.IN_REVIEW, Step.APPROVE): _At.APPROVED,
    (_At.SUBMITTED, Step.REJECT): _At.REJECTED,
    (_At.IN_REVIEW, Step.REJECT): _At.REJECTED,
    (_At.MORE_ASKED, Step.REJECT): _At.REJECTED,
    (_At.SUBMITTED, Step.RETRACT): _At.RETRACTED,
    (_At.IN_REVIEW, Step.RETRACT): _At.RETRACTED,
    (_At.MORE_ASKED, Step.RETRACT): _At.RETRACTED,
    (_At.APPROVED, Step.RETRACT): _At.RETRACTED,
    (_At.APPROVED, Step.ACCEPT): _At.ACCEPTED,
    (None, Step.JOIN): _Is.MEMBER,
    (_Is.PARTICIPANT, Step.JOIN): _Is.MEMBER,
    (_Is.FORMER, Step.JOIN): _Is.MEMBER,
    (_Is.EXPELLED, Step.JOIN): _Is.MEMBER,
    (_Is.MEMBER, Step.SUSPEND): _Is.SUSPENDED,
    (_Is.SUSPENDED, Step.REINSTATE): _Is.MEMBER,
    (_Is.MEMBER, Step.LEAVE): _Is.FORMER,
    (_Is.SUSPENDED, Step.LEAVE): _Is.FORMER,
    # The notice is taken back.
    (_Is.MEMBER, Step.STAY): _Is.MEMBER,
    (_Is.SUSPENDED, Step.STAY): _Is.SUSPENDED,
    (_Is.MEMBER, Step.EXPEL): _Is.UNDER_EXPULSION,
    (_Is.SUSPENDED, Step.EXPEL): _Is.UNDER_EXPULSION,
    # Nobody appealed in time.
    (_Is.UNDER_EXPULSION, Step.LAPSE): _Is.EXPELLED,
    (_Is.UNDER_EXPULSION, Step.APPEAL): _Is.UNDER_APPEAL,
    (_Is.UNDER_APPEAL, Step.GRANT_APPEAL): _Is.MEMBER,
    (_Is.UNDER_APPEAL, Step.DISMISS_APPEAL): _Is.EXPELLED,
}

# What sources publish of the past follows no procedure of ours.
_PUBLISHED = (_Is.MEMBER, _Is.PARTICIPANT, _Is.FORMER)
RECORDED: frozenset[tuple[State | None, State]] = frozenset(
    product((None, *_PUBLISHED), _PUBLISHED)
)


class StepNotPossible(DomainError):
    """This step cannot follow what was before."""

    code = "STEP_NOT_POSSIBLE"
    constraint = "step_possible"


class Pair(NamedTuple):
    """One state after another, of one subject: as the database holds what is possible."""

    subject: str
    before: str | None
    after: str


def next_state(before: State | None, step: Step) -> State:
    """The state after a step. Raises StepNotPossible, naming where the step would be possible."""
    after = TRANSITIONS.get((before, step))
    if after is not None:
        return after
    possible = [was for was, taken in TRANSITIONS if taken == step]
    names = " or ".join("new" if was is None else was.value for was in possible)
    now = "new" if before is None else before.value
    raise StepNotPossible(f"It is {now}; to {_verb(step)} it, it must be {names}.")


def possible_pairs() -> frozenset[Pair]:
    """What the table `membership_transition` must hold."""
    taken = {(before, after) for (before, _), after in TRANSITIONS.items() if before != after}
    return frozenset(
        Pair(subject_of(after), None if before is None else before.value, after.value)
        for before, after in taken | RECORDED
    )


def subject_of(state: State) -> str:
    """Whose state it is: an application's or a membership's."""
    return "application" if isinstance(state, ApplicationStage) else "membership"


def _verb(step: Step) -> str:
    return step.value.lower().replace("_", " ")
