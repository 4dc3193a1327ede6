"""From draft to end: every step of an assessed claim, in one table, which the database enforces."""

from enum import StrEnum

from consortium.kernel.errors import DomainError


class ClaimStatus(StrEnum):
    """How far an assessed claim has come; only a PUBLISHED one counts."""

    DRAFT = "DRAFT"
    SUBMITTED = "SUBMITTED"
    IN_REVIEW = "IN_REVIEW"
    CLARIFICATION = "CLARIFICATION"
    ACCEPTED = "ACCEPTED"
    REJECTED = "REJECTED"
    DISCARDED = "DISCARDED"
    PUBLISHED = "PUBLISHED"
    EXPIRED = "EXPIRED"
    WITHDRAWN = "WITHDRAWN"
    RESTATED = "RESTATED"


class ClaimStep(StrEnum):
    """What is done with an assessed claim. ASSURE leaves its status as it is."""

    DRAFT = "DRAFT"
    SUBMIT = "SUBMIT"
    REVIEW = "REVIEW"
    ASK = "ASK"
    ANSWER = "ANSWER"
    ACCEPT = "ACCEPT"
    REJECT = "REJECT"
    DISCARD = "DISCARD"
    ASSURE = "ASSURE"
    PUBLISH = "PUBLISH"
    EXPIRE = "EXPIRE"
    WITHDRAW = "WITHDRAW"
    RESTATE = "RESTATE"


class GateOutcome(StrEnum):
    """What a reviewer found of a gate."""

    PASSED = "PASSED"
    FAILED = "FAILED"


class AssuranceLevel(StrEnum):
    """How far an assurer went (ISAE 3000): limited or reasonable."""

    LIMITED = "LIMITED"
    REASONABLE = "REASONABLE"


class ReminderKind(StrEnum):
    """What somebody is reminded of: a step that is overdue, or a pass that ends soon."""

    OVERDUE = "OVERDUE"
    EXPIRING = "EXPIRING"


_Is = ClaimStatus

# (before, step) -> after; before the first step there is nothing.
TRANSITIONS: dict[tuple[ClaimStatus | None, ClaimStep], ClaimStatus] = {
    (None, ClaimStep.DRAFT): _Is.DRAFT,
    (_Is.DRAFT, ClaimStep.SUBMIT): _Is.SUBMITTED,
    (_Is.SUBMITTED, ClaimStep.REVIEW): _Is.IN_REVIEW,
    (_Is.IN_REVIEW, ClaimStep.ASK): _Is.CLARIFICATION,
    (_Is.CLARIFICATION, ClaimStep.ANSWER): _Is.IN_REVIEW,
    (_Is.IN_REVIEW, ClaimStep.ACCEPT): _Is.ACCEPTED,
    (_Is.IN_REVIEW, ClaimStep.REJECT): _Is.REJECTED,
    # Who was asked does not answer.
    (_Is.CLARIFICATION, ClaimStep.REJECT): _Is.REJECTED,
    (_Is.DRAFT, ClaimStep.DISCARD): _Is.DISCARDED,
    (_Is.SUBMITTED, ClaimStep.DISCARD): _Is.DISCARDED,
    (_Is.IN_REVIEW, ClaimStep.DISCARD): _Is.DISCARDED,
    (_Is.CLARIFICATION, ClaimStep.DISCARD): _Is.DISCARDED,
    (_Is.ACCEPTED, ClaimStep.DISCARD): _Is.DISCARDED,
    (_Is.ACCEPTED, ClaimStep.ASSURE): _Is.ACCEPTED,
    (_Is.PUBLISHED, ClaimStep.ASSURE): _Is.PUBLISHED,
    (_Is.ACCEPTED, ClaimStep.PUBLISH): _Is.PUBLISHED,
    (_Is.PUBLISHED, ClaimStep.EXPIRE): _Is.EXPIRED,
    (_Is.PUBLISHED, ClaimStep.WITHDRAW): _Is.WITHDRAWN,
    (_Is.PUBLISHED, ClaimStep.RESTATE): _Is.RESTATED,
}

# Before they are published or ended: of these, an organisation has one for an effect at most.
IN_WORK = frozenset({_Is.DRAFT, _Is.SUBMITTED, _Is.IN_REVIEW, _Is.CLARIFICATION, _Is.ACCEPTED})
# What was claimed in public, and so can be restated.
ONCE_PUBLISHED = frozenset({_Is.PUBLISHED, _Is.EXPIRED, _Is.WITHDRAWN})


class ClaimStepNotPossible(DomainError):
    """This step cannot follow what was before; the message says what it is now."""

    code = "CLAIM_STEP_NOT_POSSIBLE"
    constraint = "claim_step_possible"


def next_status(before: ClaimStatus | None, step: ClaimStep) -> ClaimStatus:
    """The status after a step. Raises ClaimStepNotPossible, naming where it would be possible."""
    after = TRANSITIONS.get((before, step))
    if after is not None:
        return after
    possible = " or ".join(
        "new" if was is None else was.value for was, taken in TRANSITIONS if taken is step
    )
    now = "new" if before is None else before.value
    raise ClaimStepNotPossible(f"The claim is {now}; to {step.value} it, it must be {possible}.")


def possible_pairs() -> frozenset[tuple[str | None, str]]:
    """What the table `claim_transition` must hold."""
    return frozenset(
        (None if before is None else before.value, after.value)
        for (before, _), after in TRANSITIONS.items()
        if before is not after
    )
