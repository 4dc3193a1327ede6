"""What an assessed claim may say and when it may be published: figures, gates, deadlines."""

import calendar
from collections.abc import Iterable
from datetime import date, timedelta
from enum import StrEnum
from typing import NamedTuple

from consortium.assessment.rules.statuses import ClaimStatus, GateOutcome
from consortium.kernel.errors import BadInput, DomainError
from consortium.kernel.visibility import Visibility
from consortium.kernel.wording import check_wording

STATEMENT_MAX = 2_000
REASON_MAX = 4_000
TITLE_MAX = 300
EVIDENCE_MAX = 200

# Two weeks: reviewers take claims up in a meeting every other week.
TAKE_UP = timedelta(days=14)
# Two months: evidence of several gates is read, and sources are asked.
REVIEW = timedelta(days=60)
# A month: those asked must find documents in their own organisation.
ANSWER = timedelta(days=30)
# How early an owner hears that a gate ends: as long as a review takes.
EXPIRY_NOTICE = REVIEW


class ActsNext(StrEnum):
    """Whose turn it is with a claim."""

    OWNER = "OWNER"
    REVIEWER = "REVIEWER"


ACTS_NEXT = {
    ClaimStatus.DRAFT: ActsNext.OWNER,
    ClaimStatus.SUBMITTED: ActsNext.REVIEWER,
    ClaimStatus.IN_REVIEW: ActsNext.REVIEWER,
    ClaimStatus.CLARIFICATION: ActsNext.OWNER,
    ClaimStatus.ACCEPTED: ActsNext.OWNER,
}


class ClaimTextInvalid(BadInput):
    """A text is missing or too long; the message says how long it may be."""

    code = "CLAIM_TEXT_INVALID"


class ClaimReferenceTaken(BadInput):
    """Your organisation has a claim of this reference: choose another."""

    code = "CLAIM_REFERENCE_TAKEN"


class ClaimBasisUnclear(BadInput):
    """A claim is on an effect, or on an allocation that you are party to: give one of the two."""

    code = "CLAIM_BASIS_UNCLEAR"


class ClaimExists(DomainError):
    """Your organisation claims this effect already: go on with that claim, or restate it."""

    code = "CLAIM_EXISTS"
    constraint = "assessed_claim_one_in_work"


class ClaimPublishedAlready(DomainError):
    """Your organisation has a published claim on this effect: restate that one."""

    code = "CLAIM_PUBLISHED_ALREADY"
    constraint = "assessed_claim_one_published"


class ClaimRestatedAlready(DomainError):
    """Another claim restates this one already: go on with that one."""

    code = "CLAIM_RESTATED_ALREADY"
    constraint = "assessed_claim_restated_once"


class ClaimNeverPublished(DomainError):
    """Only a claim that was published is restated; a draft is changed, another one discarded."""

    code = "CLAIM_NEVER_PUBLISHED"


class ClaimKept(DomainError):
    """What was submitted stays: discard the claim and draft another, or restate a published one."""

    code = "CLAIM_KEPT"
    constraint = "assessed_claim_kept"


class NothingToClaim(DomainError):
    """Your organisation has no part in this effect that it could claim: agree on shares first."""

    code = "CLAIM_WITHOUT_SHARE"


class ClaimShareChanged(DomainError):
    """The shares changed since the claim was submitted: discard it and draft another."""

    code = "CLAIM_SHARE_CHANGED"


class ClaimsExceedEffect(DomainError):
    """With what is published of this effect, the claims would be more than the whole of it."""

    code = "CLAIMS_EXCEED_EFFECT"
    constraint = "effect_published_at_most_one"


class ClaimEffectSuperseded(DomainError):
    """Another effect took the place of this one: claim that one."""

    code = "CLAIM_EFFECT_SUPERSEDED"


class ClaimEffectNotRestated(BadInput):
    """A claim is restated on an effect that restates its own, directly or further on."""

    code = "CLAIM_EFFECT_NOT_RESTATED"


class GuidanceNotInUse(BadInput):
    """A claim is made under a version of a guidance that is published and not retired."""

    code = "CLAIM_GUIDANCE_NOT_IN_USE"


class GuidanceSame(BadInput):
    """The claim is made under this version already: choose another one."""

    code = "CLAIM_GUIDANCE_SAME"


class GuidanceDoesNotFit(BadInput):
    """This gate or criterion is of another version than the claim is made under."""

    code = "CLAIM_GUIDANCE_OTHER"
    constraint = "claim_guidance_fits"


class GatesNotPassed(DomainError):
    """Every gate of the guidance must be passed on the day; the message says which are not."""

    code = "CLAIM_GATES_NOT_PASSED"
    constraint = "assessed_claim_gates_passed"


class EvidenceMissing(DomainError):
    """A gate is passed with evidence for all that it requires; the message says what is missing."""

    code = "CLAIM_EVIDENCE_MISSING"


class EvidenceNothing(BadInput):
    """Evidence is a file or a source: give the address or the title of one."""

    code = "CLAIM_EVIDENCE_NOTHING"
    constraint = "claim_evidence_shown"


class EvidenceKindUnknown(BadInput):
    """There is no such kind of evidence."""

    code = "CLAIM_EVIDENCE_KIND_UNKNOWN"


class EvidenceGone(DomainError):
    """This evidence was removed already."""

    code = "CLAIM_EVIDENCE_GONE"
    constraint = "claim_evidence_kept"


class EvidenceTooMuch(DomainError):
    """A claim has at most 200 pieces of evidence."""

    code = "CLAIM_EVIDENCE_TOO_MUCH"


class PublishedPrivately(BadInput):
    """A published claim is shown to the consortium or to the public, not to its owner alone."""

    code = "CLAIM_PUBLISHED_PRIVATELY"


class ReviewerConflicted(DomainError):
    """Nobody reviews claims of an organisation in which they have a role."""

    code = "CLAIM_REVIEWER_CONFLICTED"


class ClarificationDayPast(BadInput):
    """An answer is asked for by a day after today."""

    code = "CLAIM_CLARIFICATION_DAY_PAST"


class OverlapUndecided(DomainError):
    """The effect may overlap with one that is claimed in public: a reviewer decides on it first."""

    code = "OVERLAP_UNDECIDED"


class GateState(NamedTuple):
    """A gate's last review, if there is one; `expires_on`: the first day it is passed no more."""

    key: str
    outcome: GateOutcome | None = None
    expires_on: date | None = None

    def passes(self, day: date) -> bool:
        """Whether it is passed on a day, as far as was known at its last review."""
        held = self.expires_on is None or day < self.expires_on
        return self.outcome is GateOutcome.PASSED and held


def checked_text(text: str | None, where: str, longest: int) -> str:
    """The text without blanks around it. Raises ClaimTextInvalid."""
    told = (text or "").strip()
    if not 0 < len(told) <= longest:
        raise ClaimTextInvalid(f"A text of 1 to {longest} characters is needed.").at(where)
    return told


def checked_statement(text: str) -> str:
    """What a communicator may say of the claim. Raises ClaimTextInvalid, WordingMisleading."""
    told = checked_text(text, "statement", STATEMENT_MAX)
    check_wording(told, "statement")
    return told


def months_later(day: date, months: int) -> date:
    """The same day of a later month, or the month's last one."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, calendar.monthrange(year, month + 1)[1]))


def pass_ends(outcome: GateOutcome, reviewed_on: date, valid_months: int | None) -> date | None:
    """The first day on which what was passed is passed no longer; None: without end, or failed."""
    if outcome is GateOutcome.FAILED or valid_months is None:
        return None
    return months_later(reviewed_on, valid_months)


def check_gates(gates: Iterable[GateState], day: date) -> None:
    """Refuse what does not pass every gate on a day. Raises GatesNotPassed."""
    failing = [gate.key for gate in gates if not gate.passes(day)]
    if failing:
        raise GatesNotPassed(
            f"Not passed on {day}: {', '.join(failing)}. Every gate must be reviewed as passed,"
            " and the review not be over."
        )


def first_end(gates: Iterable[GateState]) -> date | None:
    """The first day on which one of the gates is passed no longer; None: there is none."""
    return min((gate.expires_on for gate in gates if gate.expires_on is not None), default=None)


def check_shown(visibility: Visibility) -> None:
    """Refuse to publish for nobody. Raises PublishedPrivately."""
    if visibility is Visibility.PRIVATE:
        raise PublishedPrivately().at("visibility")


def answer_by(asked: date | None, today: date) -> date:
    """Until when an answer is asked for. Raises ClarificationDayPast."""
    if asked is not None and asked <= today:
        raise ClarificationDayPast().at("answerBy")
    return asked or today + ANSWER
