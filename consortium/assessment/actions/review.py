"""Review a claim gate by gate, ask for clarification, accept or reject it: as a reviewer."""

from datetime import date
from typing import NamedTuple

from consortium.assessment.actions.rows import Because, Claim, advance, for_review, gates_of, touch
from consortium.assessment.rules.claims import (
    REASON_MAX,
    EvidenceMissing,
    GuidanceDoesNotFit,
    answer_by,
    check_gates,
    checked_text,
    first_end,
    pass_ends,
)
from consortium.assessment.rules.statuses import (
    ClaimStatus,
    ClaimStep,
    ClaimStepNotPossible,
    GateOutcome,
)
from consortium.audit.actions import audited
from consortium.guidance.reads import GATES
from consortium.kernel.principal import Principal
from consortium.query.visible import require_visible
from consortium.storage.raw import Connection

GATE = "SELECT guidance_version_id, key, valid_months FROM guidance_gate WHERE id = $1"
FOUND = """
INSERT INTO claim_gate_review
    (claim_id, gate_id, outcome, reason, account_id, reviewed_on, expires_on)
VALUES ($1, $2, $3, $4, $5, $6, $7)
"""
MISSING = """
SELECT c.key || ' (' || e.kind || ')' FROM guidance_criterion c
JOIN guidance_evidence e ON e.criterion_id = c.id
WHERE c.gate_id = $2 AND c.required AND e.required AND NOT EXISTS (
    SELECT FROM claim_evidence s WHERE s.claim_id = $1 AND s.criterion_id = c.id
        AND s.kind = e.kind AND s.removed_on IS NULL)
ORDER BY c.position, e.position
"""
RENEW = "UPDATE assessed_claim SET expires_on = $2, version = version + 1 WHERE id = $1"


class TakeClaimIntoReview(NamedTuple):
    """A submitted claim that is looked at now."""

    claim: int
    version: int


class ReviewGate(NamedTuple):
    """What was found of a gate, and why."""

    claim: int
    version: int
    gate: int
    outcome: GateOutcome
    reason: str


class AskForClarification(NamedTuple):
    """What the owner is asked, and until when it should answer: in a month unless told."""

    claim: int
    version: int
    question: str
    answer_by: date | None = None


class AcceptClaim(NamedTuple):
    """A claim that may be published by its owner."""

    claim: int
    version: int


class RejectClaim(NamedTuple):
    """A claim that is not accepted, and why."""

    claim: int
    version: int
    reason: str


async def take_claim_into_review(by: Principal, command: TakeClaimIntoReview, today: date) -> int:
    """Begin the review; returns the claim's id.

    Raises:
        NotFound, PermissionDenied, ChangedMeanwhile: as of the claim.
        PersonNeeded, ReviewerConflicted: the caller is nobody who may review it.
        ClaimStepNotPossible: it is not waiting for review.
    """
    async with audited(by, "claim:review") as open_:
        claim = await for_review(open_, by, command.claim, command.version, today)
        await advance(open_, by, claim, ClaimStep.REVIEW, today)
    return claim.id


async def review_gate(by: Principal, command: ReviewGate, today: date) -> int:
    """Say whether a gate is passed; the last word counts. Returns the claim's id.

    An accepted or published claim is reviewed again before a pass ends. One that fails then is
    published no longer from today on.

    Raises:
        NotFound, PermissionDenied, PersonNeeded, ReviewerConflicted, ChangedMeanwhile: as above.
        GuidanceDoesNotFit: the gate is of another version of a guidance.
        EvidenceMissing: the gate requires evidence that nobody showed.
        ClaimStepNotPossible: it is not under review, accepted or published.
    """
    async with audited(by, "claim:review-gate") as open_:
        claim = await for_review(open_, by, command.claim, command.version, today)
        await require_visible(open_, GATES, command.gate, by, today)
        reason = checked_text(command.reason, "reason", REASON_MAX)
        [(version, key, months)] = await open_.fetch(GATE, command.gate)
        if version != claim.guidance_version_id:
            raise GuidanceDoesNotFit().at("gate")
        _check_reviewable(claim)
        if command.outcome is GateOutcome.PASSED:
            await _check_evidence(open_, claim, command.gate)
        ends = pass_ends(command.outcome, today, months)
        about = (command.outcome.value, reason, by.account_id, today, ends)
        await open_.execute(FOUND, claim.id, command.gate, *about)
        await _follow(open_, by, claim, command.outcome, f"The gate {key} was failed.", today)
    return claim.id


async def _check_evidence(open_: Connection, claim: Claim, gate: int) -> None:
    missing = [row[0] for row in await open_.fetch(MISSING, claim.id, gate)]
    if missing:
        raise EvidenceMissing(
            f"No evidence is shown for: {', '.join(missing)}. Ask the owner to add it, and review"
            " the gate then."
        )


def _check_reviewable(claim: Claim) -> None:
    if claim.status not in {ClaimStatus.IN_REVIEW, ClaimStatus.ACCEPTED, ClaimStatus.PUBLISHED}:
        raise ClaimStepNotPossible(
            f"The claim is {claim.status}: gates are reviewed while it is IN_REVIEW, ACCEPTED or"
            " PUBLISHED."
        )


async def _follow(
    open_: Connection,
    by: Principal,
    claim: Claim,
    outcome: GateOutcome,
    because: str,
    today: date,
) -> None:
    """What a review means for a claim: a published one ends, or holds longer or shorter."""
    if claim.status is not ClaimStatus.PUBLISHED:
        await touch(open_, claim)
    elif outcome is GateOutcome.FAILED:
        values = {"ended_on": today, "ended_because": because}
        await advance(open_, by, claim, ClaimStep.EXPIRE, today, Because(because), **values)
    else:
        await open_.execute(RENEW, claim.id, first_end(await gates_of(open_, claim)))


async def ask_for_clarification(by: Principal, command: AskForClarification, today: date) -> int:
    """Ask the owner; returns the claim's id.

    Raises:
        NotFound, PermissionDenied, PersonNeeded, ReviewerConflicted, ChangedMeanwhile: as above.
        ClaimStepNotPossible: it is not under review.
        ClaimTextInvalid, ClarificationDayPast: as they say.
    """
    async with audited(by, "claim:ask") as open_:
        claim = await for_review(open_, by, command.claim, command.version, today)
        question = checked_text(command.question, "question", REASON_MAX)
        until = answer_by(command.answer_by, today)
        await advance(open_, by, claim, ClaimStep.ASK, today, Because(question, until))
    return claim.id


async def accept_claim(by: Principal, command: AcceptClaim, today: date) -> int:
    """Accept a claim that passes every gate; its owner may publish it. Returns its id.

    Raises:
        NotFound, PermissionDenied, PersonNeeded, ReviewerConflicted, ChangedMeanwhile: as above.
        GatesNotPassed: a gate is not, or no longer, passed.
        ClaimStepNotPossible: it is not under review.
    """
    async with audited(by, "claim:accept") as open_:
        claim = await for_review(open_, by, command.claim, command.version, today)
        if claim.status is ClaimStatus.IN_REVIEW:
            check_gates(await gates_of(open_, claim), today)
        ends = first_end(await gates_of(open_, claim))
        await advance(
            open_, by, claim, ClaimStep.ACCEPT, today, Because("", ends), accepted_on=today
        )
    return claim.id


async def reject_claim(by: Principal, command: RejectClaim, today: date) -> int:
    """Reject a claim, which ends it; returns its id.

    Raises:
        NotFound, PermissionDenied, PersonNeeded, ReviewerConflicted, ChangedMeanwhile: as above.
        ClaimStepNotPossible: it is not under review.
        ClaimTextInvalid: of the reason.
    """
    async with audited(by, "claim:reject") as open_:
        claim = await for_review(open_, by, command.claim, command.version, today)
        reason = checked_text(command.reason, "reason", REASON_MAX)
        values = {"ended_on": today, "ended_because": reason}
        await advance(open_, by, claim, ClaimStep.REJECT, today, Because(reason), **values)
    return claim.id
