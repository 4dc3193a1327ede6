"""The workflow of assessed claims: from draft to end."""

from datetime import date
from typing import Annotated

import strawberry

from consortium.assessment.actions.drafts import (
    AddClaimEvidence,
    AnswerClarification,
    CreateClaimDraft,
    DiscardClaim,
    RemoveClaimEvidence,
    SubmitClaim,
    UpdateClaimDraft,
    add_claim_evidence,
    answer_clarification,
    create_claim_draft,
    discard_claim,
    remove_claim_evidence,
    submit_claim,
    update_claim_draft,
)
from consortium.assessment.actions.publishing import (
    AssureClaim,
    PublishClaim,
    WithdrawClaim,
    assure_claim,
    publish_claim,
    withdraw_claim,
)
from consortium.assessment.actions.restating import (
    ReassessClaim,
    RestateClaim,
    reassess_claim,
    restate_claim,
)
from consortium.assessment.actions.review import (
    AcceptClaim,
    AskForClarification,
    RejectClaim,
    ReviewGate,
    TakeClaimIntoReview,
    accept_claim,
    ask_for_clarification,
    reject_claim,
    review_gate,
    take_claim_into_review,
)
from consortium.assessment.reads.claims import ASSESSED_CLAIMS
from consortium.assessment.reads.evidence import CLAIM_EVIDENCE
from consortium.assessment.rules.statuses import AssuranceLevel, GateOutcome
from consortium.effects.reads.effects import EFFECTS
from consortium.effects.reads.shares import ALLOCATIONS
from consortium.guidance.reads import CRITERIA, GATES, VERSIONS
from consortium.guidance.rules import EvidenceKind
from consortium.kernel.visibility import Visibility
from schema.assessment import AssessedClaim, ClaimEvidence
from schema.evidence import SourceInput
from schema.mutations import Does, Refusal, mutation


@strawberry.input(description="A claim to draft, on an effect or on the one of an allocation.")
class CreateClaimDraftInput:
    reference: str = strawberry.field(description="Its name within your organisation.")
    guidance_version: strawberry.ID = strawberry.field(description="Under which guidance.")
    statement: str = strawberry.field(
        description="What may be said of it in public; misleading words are refused."
    )
    effect: strawberry.ID | None = strawberry.field(
        description="Of what.", default=strawberry.UNSET
    )
    allocation: strawberry.ID | None = strawberry.field(
        description="Of whose effect, where that is not shown to you itself.",
        default=strawberry.UNSET,
    )


@strawberry.input(description="What a draft says. What is left out stays.")
class UpdateClaimDraftInput:
    claim: strawberry.ID = strawberry.field(description="Which claim.")
    version: int = strawberry.field(description="The version of the claim that you saw.")
    reference: str | None = strawberry.field(
        description="Its name within your organisation.", default=strawberry.UNSET
    )
    statement: str | None = strawberry.field(
        description="What may be said of it in public; misleading words are refused.",
        default=strawberry.UNSET,
    )


@strawberry.input(
    description="A source that shows that a criterion is met. A file is sent to /claims/evidence."
)
class AddClaimEvidenceInput:
    claim: strawberry.ID = strawberry.field(description="Which claim.")
    version: int = strawberry.field(description="The version of the claim that you saw.")
    criterion: strawberry.ID = strawberry.field(description="What it is to show.")
    kind: EvidenceKind = strawberry.field(description="What sort of thing it is.")
    title: str = strawberry.field(description="What it is.")
    source: SourceInput | None = strawberry.field(
        description="The source.", default=strawberry.UNSET
    )


@strawberry.input(description="Evidence to take back.")
class RemoveClaimEvidenceInput:
    evidence: strawberry.ID = strawberry.field(description="Which.")
    version: int = strawberry.field(description="The version of the claim that you saw.")


@strawberry.input(description="A draft to submit.")
class SubmitClaimInput:
    claim: strawberry.ID = strawberry.field(description="Which claim.")
    version: int = strawberry.field(description="The version of the claim that you saw.")


@strawberry.input(description="An answer to a reviewer.")
class AnswerClarificationInput:
    claim: strawberry.ID = strawberry.field(description="Which claim.")
    version: int = strawberry.field(description="The version of the claim that you saw.")
    answer: str = strawberry.field(description="What you answer.")
    statement: str | None = strawberry.field(
        description="Another statement, if that was asked for.", default=strawberry.UNSET
    )


@strawberry.input(description="A claim to give up.")
class DiscardClaimInput:
    claim: strawberry.ID = strawberry.field(description="Which claim.")
    version: int = strawberry.field(description="The version of the claim that you saw.")
    reason: str = strawberry.field(description="Why.")


@strawberry.input(description="A submitted claim.")
class TakeClaimIntoReviewInput:
    claim: strawberry.ID = strawberry.field(description="Which claim.")
    version: int = strawberry.field(description="The version of the claim that you saw.")


@strawberry.input(description="What was found of a gate.")
class ReviewGateInput:
    claim: strawberry.ID = strawberry.field(description="Which claim.")
    version: int = strawberry.field(description="The version of the claim that you saw.")
    gate: strawberry.ID = strawberry.field(description="Which gate of its guidance.")
    outcome: GateOutcome = strawberry.field(description="What was found.")
    reason: str = strawberry.field(description="Why; the owner reads it.")


@strawberry.input(description="A question to the owner of a claim.")
class AskForClarificationInput:
    claim: strawberry.ID = strawberry.field(description="Which claim.")
    version: int = strawberry.field(description="The version of the claim that you saw.")
    question: str = strawberry.field(description="What you ask.")
    answer_by: date | None = strawberry.field(
        description="Until when it should answer; in 30 days unless told.", default=strawberry.UNSET
    )


@strawberry.input(description="A claim to accept.")
class AcceptClaimInput:
    claim: strawberry.ID = strawberry.field(description="Which claim.")
    version: int = strawberry.field(description="The version of the claim that you saw.")


@strawberry.input(description="A claim to reject.")
class RejectClaimInput:
    claim: strawberry.ID = strawberry.field(description="Which claim.")
    version: int = strawberry.field(description="The version of the claim that you saw.")
    reason: str = strawberry.field(description="Why; the owner reads it.")


@strawberry.input(description="How far your organisation assures a claim.")
class AssureClaimInput:
    claim: strawberry.ID = strawberry.field(description="Which claim.")
    version: int = strawberry.field(description="The version of the claim that you saw.")
    level: AssuranceLevel = strawberry.field(description="How far.")
    evidence: strawberry.ID | None = strawberry.field(
        description="The evidence that holds the statement of assurance.", default=strawberry.UNSET
    )


@strawberry.input(description="A claim to publish.")
class PublishClaimInput:
    claim: strawberry.ID = strawberry.field(description="Which claim.")
    version: int = strawberry.field(description="The version of the claim that you saw.")
    visibility: Visibility = strawberry.field(description="Who shall see it: CONSORTIUM or PUBLIC.")


@strawberry.input(description="A claim to withdraw.")
class WithdrawClaimInput:
    claim: strawberry.ID = strawberry.field(description="Which claim.")
    version: int = strawberry.field(description="The version of the claim that you saw.")
    reason: str = strawberry.field(description="Why; whoever saw the claim reads it.")


@strawberry.input(
    description="A once published claim, to be made on the effect that restates its own."
)
class RestateClaimInput:
    claim: strawberry.ID = strawberry.field(description="Which claim.")
    version: int = strawberry.field(description="The version of the claim that you saw.")
    reference: str = strawberry.field(description="The new claim's name within your organisation.")
    statement: str | None = strawberry.field(
        description="What may be said of it in public; misleading words are refused.",
        default=strawberry.UNSET,
    )
    guidance_version: strawberry.ID | None = strawberry.field(
        description="Under which guidance; as before unless told.", default=strawberry.UNSET
    )


@strawberry.input(description="A once published claim, to be made under another guidance.")
class ReassessClaimInput:
    claim: strawberry.ID = strawberry.field(description="Which claim.")
    version: int = strawberry.field(description="The version of the claim that you saw.")
    reference: str = strawberry.field(description="The new claim's name within your organisation.")
    guidance_version: strawberry.ID = strawberry.field(description="Under which guidance.")
    statement: str | None = strawberry.field(
        description="What may be said of it in public; misleading words are refused.",
        default=strawberry.UNSET,
    )


AssessedClaimResult = Annotated[
    AssessedClaim | Refusal,
    strawberry.union("AssessedClaimResult", description="The claim, or why nothing was done."),
]
ClaimEvidenceResult = Annotated[
    ClaimEvidence | Refusal,
    strawberry.union("ClaimEvidenceResult", description="The evidence, or why nothing was done."),
]


@strawberry.type
class AssessmentMutation:
    create_claim_draft: AssessedClaimResult | None = mutation(
        "Draft a claim of your organisation, seen by nobody else.",
        Does(
            create_claim_draft,
            CreateClaimDraft,
            CreateClaimDraftInput,
            ASSESSED_CLAIMS,
            {"effect": EFFECTS, "allocation": ALLOCATIONS, "guidance_version": VERSIONS},
        ),
    )
    update_claim_draft: AssessedClaimResult | None = mutation(
        "Change what a draft says.",
        Does(
            update_claim_draft,
            UpdateClaimDraft,
            UpdateClaimDraftInput,
            ASSESSED_CLAIMS,
            {"claim": ASSESSED_CLAIMS},
        ),
    )
    add_claim_evidence: ClaimEvidenceResult | None = mutation(
        "Show a source for a criterion.",
        Does(
            add_claim_evidence,
            AddClaimEvidence,
            AddClaimEvidenceInput,
            CLAIM_EVIDENCE,
            {"claim": ASSESSED_CLAIMS, "criterion": CRITERIA},
        ),
    )
    remove_claim_evidence: ClaimEvidenceResult | None = mutation(
        "Take evidence back, as long as the claim is not accepted; it stays on record.",
        Does(
            remove_claim_evidence,
            RemoveClaimEvidence,
            RemoveClaimEvidenceInput,
            CLAIM_EVIDENCE,
            {"evidence": CLAIM_EVIDENCE},
        ),
    )
    submit_claim: AssessedClaimResult | None = mutation(
        "Submit a draft for review, with the figures and shares of today, which stay.",
        Does(
            submit_claim, SubmitClaim, SubmitClaimInput, ASSESSED_CLAIMS, {"claim": ASSESSED_CLAIMS}
        ),
    )
    answer_clarification: AssessedClaimResult | None = mutation(
        "Answer what a reviewer asked.",
        Does(
            answer_clarification,
            AnswerClarification,
            AnswerClarificationInput,
            ASSESSED_CLAIMS,
            {"claim": ASSESSED_CLAIMS},
        ),
    )
    discard_claim: AssessedClaimResult | None = mutation(
        "Give a claim up before it is published; it stays on record.",
        Does(
            discard_claim,
            DiscardClaim,
            DiscardClaimInput,
            ASSESSED_CLAIMS,
            {"claim": ASSESSED_CLAIMS},
        ),
    )
    take_claim_into_review: AssessedClaimResult | None = mutation(
        "Begin to review a submitted claim, as a reviewer.",
        Does(
            take_claim_into_review,
            TakeClaimIntoReview,
            TakeClaimIntoReviewInput,
            ASSESSED_CLAIMS,
            {"claim": ASSESSED_CLAIMS},
        ),
    )
    review_gate: AssessedClaimResult | None = mutation(
        "Say whether a claim passes a gate, as a reviewer. A published claim that fails one ends.",
        Does(
            review_gate,
            ReviewGate,
            ReviewGateInput,
            ASSESSED_CLAIMS,
            {"claim": ASSESSED_CLAIMS, "gate": GATES},
        ),
    )
    ask_for_clarification: AssessedClaimResult | None = mutation(
        "Ask the owner of a claim, as a reviewer.",
        Does(
            ask_for_clarification,
            AskForClarification,
            AskForClarificationInput,
            ASSESSED_CLAIMS,
            {"claim": ASSESSED_CLAIMS},
        ),
    )
    accept_claim: AssessedClaimResult | None = mutation(
        "Accept a claim that passes every gate, as a reviewer; its owner may publish it then.",
        Does(
            accept_claim, AcceptClaim, AcceptClaimInput, ASSESSED_CLAIMS, {"claim": ASSESSED_CLAIMS}
        ),
    )
    reject_claim: AssessedClaimResult | None = mutation(
        "Reject a claim, as a reviewer, which ends it.",
        Does(
            reject_claim, RejectClaim, RejectClaimInput, ASSESSED_CLAIMS, {"claim": ASSESSED_CLAIMS}
        ),
    )
    assure_claim: AssessedClaimResult | None = mutation(
        "Assure an accepted or published claim, as an assurer that its organisation engaged.",
        Does(
            assure_claim,
            AssureClaim,
            AssureClaimInput,
            ASSESSED_CLAIMS,
            {"claim": ASSESSED_CLAIMS, "evidence": CLAIM_EVIDENCE},
        ),
    )
    publish_claim: AssessedClaimResult | None = mutation(
        "Publish an accepted claim of your organisation, or show a published one to the public.",
        Does(
            publish_claim,
            PublishClaim,
            PublishClaimInput,
            ASSESSED_CLAIMS,
            {"claim": ASSESSED_CLAIMS},
        ),
    )
    withdraw_claim: AssessedClaimResult | None = mutation(
        "Take a published claim back, from today on; it stays on record.",
        Does(
            withdraw_claim,
            WithdrawClaim,
            WithdrawClaimInput,
            ASSESSED_CLAIMS,
            {"claim": ASSESSED_CLAIMS},
        ),
    )
    restate_claim: AssessedClaimResult | None = mutation(
        "Draft a claim on the effect that restates that of an old one. The old claim ends when the"
        " new one is published.",
        Does(
            restate_claim,
            RestateClaim,
            RestateClaimInput,
            ASSESSED_CLAIMS,
            {"claim": ASSESSED_CLAIMS, "guidance_version": VERSIONS},
        ),
    )
    reassess_claim: AssessedClaimResult | None = mutation(
        "Draft a claim on the same effect under another guidance. The old claim ends when the new"
        " one is published.",
        Does(
            reassess_claim,
            ReassessClaim,
            ReassessClaimInput,
            ASSESSED_CLAIMS,
            {"claim": ASSESSED_CLAIMS, "guidance_version": VERSIONS},
        ),
    )
