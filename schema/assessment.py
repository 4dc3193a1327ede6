"""Assessed claims: what members claim of effects, and how it was reviewed."""

from datetime import date, datetime
from decimal import Decimal

import strawberry

from consortium.assessment.reads.claims import ASSESSED_CLAIMS
from consortium.assessment.reads.evidence import CLAIM_EVIDENCE, GATE_REVIEWS, STEPS
from consortium.assessment.rules.claims import ActsNext
from consortium.assessment.rules.statuses import (
    AssuranceLevel,
    ClaimStatus,
    ClaimStep,
    GateOutcome,
)
from consortium.effects.rules.vocabulary import Specificity, Timeframe
from consortium.guidance.rules import EvidenceKind
from consortium.kernel.visibility import Visibility
from schema.applications import Document
from schema.effects import Effect
from schema.enums import described
from schema.evidence import Source
from schema.filters import filter_of, order_of
from schema.guidance import GuidanceCriterion, GuidanceGate, GuidanceVersion
from schema.identity import Account
from schema.masses import mass
from schema.nodes import Node, extends
from schema.organisations import Organisation
from schema.paging import Connection, connection
from schema.shares import Allocation
from schema.subscriptions import Change, rows

described(
    ClaimStatus,
    "How far an assessed claim has come. Only a PUBLISHED one counts.",
    DRAFT="At work; its owner changes it.",
    SUBMITTED="Its figures are fixed; it waits for review.",
    IN_REVIEW="Its gates are reviewed.",
    CLARIFICATION="Its owner was asked something.",
    ACCEPTED="It may be published.",
    REJECTED="It was not accepted.",
    DISCARDED="Its owner gave it up before it was published.",
    PUBLISHED="It is made, and counts.",
    EXPIRED="A gate is passed no longer.",
    WITHDRAWN="Its owner took it back.",
    RESTATED="Another claim took its place.",
)
described(
    ClaimStep,
    "What was done with an assessed claim.",
    DRAFT="It was drafted.",
    SUBMIT="It was submitted with its figures.",
    REVIEW="Its review began.",
    ASK="Its owner was asked something.",
    ANSWER="Its owner answered.",
    ACCEPT="It was accepted.",
    REJECT="It was rejected.",
    DISCARD="Its owner gave it up.",
    ASSURE="An assurer assured it.",
    PUBLISH="It was published.",
    EXPIRE="A gate was passed no longer.",
    WITHDRAW="It was withdrawn.",
    RESTATE="Another claim took its place.",
)
described(
    GateOutcome,
    "What a reviewer found of a gate.",
    PASSED="All that it requires is shown.",
    FAILED="It is not.",
)
described(
    AssuranceLevel,
    "How far an assurer went (ISAE 3000).",
    LIMITED="Nothing was found that speaks against it.",
    REASONABLE="It was examined, and is right in all that matters.",
)
described(
    ActsNext,
    "Whose turn it is with a claim.",
    OWNER="The claiming organisation's.",
    REVIEWER="A reviewer's, of the secretariat.",
)

AssessedClaimFilter = filter_of(ASSESSED_CLAIMS)
AssessedClaimOrder = order_of(ASSESSED_CLAIMS)
ClaimGateReviewFilter = filter_of(GATE_REVIEWS)
ClaimGateReviewOrder = order_of(GATE_REVIEWS)
ClaimEvidenceFilter = filter_of(CLAIM_EVIDENCE)
ClaimEvidenceOrder = order_of(CLAIM_EVIDENCE)
AssessedClaimStepFilter = filter_of(STEPS)
AssessedClaimStepOrder = order_of(STEPS)

_WHOLE = " Seen by the claimant, its assurers and the secretariat."


@strawberry.type(
    description="What a claim is a part of, as it was when the claim was submitted." + _WHOLE
)
class AssessedClaimBasis:
    effect_mass: Decimal | None = mass("What the whole effect avoids; null of a draft.")
    share: Decimal | None = strawberry.field(
        description="The organisation's share of it, from 0 to 1; null of a draft, and of a joint"
        " contributor, who claims the remainder."
    )
    remainder_share: Decimal | None = strawberry.field(
        description="What all shares leave of 1; null of a draft."
    )
    allocation: Allocation | None = strawberry.field(
        description="The allocation that was in force; null where the effect is its owner's alone."
    )


@strawberry.type(description="A gate of the guidance that a claim is made under.")
class ClaimGate:
    position: int = strawberry.field(description="Its place among the gates, 1 first.")
    outcome: GateOutcome | None = strawberry.field(
        description="What its last review found; null before the first."
    )
    passes_today: bool = strawberry.field(description="Whether it is passed today.")
    reviewed_on: date | None = strawberry.field(description="When it was reviewed last.")
    expires_on: date | None = strawberry.field(
        description="The first day on which it is passed no longer; null: it holds without end."
    )
    gate: GuidanceGate = strawberry.field(description="The gate.")


@strawberry.type(description="A review of a gate. The last one of a gate counts." + _WHOLE)
class ClaimGateReview:
    outcome: GateOutcome = strawberry.field(description="What was found.")
    reason: str = strawberry.field(description="Why.")
    reviewed_on: date = strawberry.field(description="When.")
    expires_on: date | None = strawberry.field(
        description="The first day on which it is passed no longer; null: it holds without end."
    )
    recorded_at: datetime = strawberry.field(description="When it was recorded here.")
    gate: GuidanceGate = strawberry.field(description="Of which gate.")
    account: Account | None = strawberry.field(description="Who reviewed it.")


@strawberry.type(description="What shows that a criterion is met: a file or a source." + _WHOLE)
class ClaimEvidence(Node):
    kind: EvidenceKind = strawberry.field(description="What sort of thing it is.")
    title: str = strawberry.field(description="What it is.")
    added_on: date = strawberry.field(description="When it was added.")
    removed_on: date | None = strawberry.field(description="When it was taken back, if it was.")
    claim: "AssessedClaim" = strawberry.field(description="For which claim.")
    criterion: GuidanceCriterion = strawberry.field(description="What it is to show.")
    document: Document | None = strawberry.field(description="The file, if it is one.")
    source: Source | None = strawberry.field(description="The source, if it is one.")
    account: Account | None = strawberry.field(description="Who added it.")


@strawberry.type(description="A step of a claim. It stays as it was taken." + _WHOLE)
class AssessedClaimStep:
    step: ClaimStep = strawberry.field(description="What was done.")
    before: ClaimStatus | None = strawberry.field(description="The status before; null: new.")
    after: ClaimStatus = strawberry.field(description="The status after.")
    reason: str | None = strawberry.field(description="Why, or what was asked or answered.")
    deadline: date | None = strawberry.field(description="Until when the next step was due.")
    taken_on: date = strawberry.field(description="When.")
    account: Account | None = strawberry.field(
        description="Who took it; null where the calendar did."
    )


@strawberry.type(
    description="What an organisation claims of an effect, under one version of a guidance. It"
    " stands beside inventories and is never subtracted from them. Private until it is published."
)
class AssessedClaim(Node):
    reference: str = strawberry.field(description="Its name within the organisation.")
    status: ClaimStatus = strawberry.field(description="How far it has come.")
    statement: str = strawberry.field(description="What may be said of it.")
    claim: Decimal | None = mass(
        "What is claimed, below zero where the solution emits more; null of a draft. Joint"
        " contributors each claim the whole remainder."
    )
    uncertainty: Decimal | None = strawberry.field(
        description="Half the 95 % interval of the effect, as a fraction of it; null: not known."
    )
    specificity: Specificity | None = strawberry.field(
        description="That of the least specific data; null of a draft."
    )
    timeframe: Timeframe | None = strawberry.field(
        description="Which units, over which years; null of a draft."
    )
    year: int | None = strawberry.field(
        description="The calendar year that holds most of the effect's days; null of a draft."
    )
    visibility: Visibility = strawberry.field(description="Who may see it.")
    submitted_on: date | None = strawberry.field(description="When it was submitted.")
    accepted_on: date | None = strawberry.field(description="When it was accepted.")
    assured_on: date | None = strawberry.field(description="When it was assured.")
    assurance_level: AssuranceLevel | None = strawberry.field(description="How far.")
    published_on: date | None = strawberry.field(description="From when on it counts.")
    expires_on: date | None = strawberry.field(
        description="The first day on which a gate is passed no longer; null: none ends."
    )
    ended_on: date | None = strawberry.field(
        description="The first day on which it counts no more."
    )
    ended_because: str | None = strawberry.field(description="Why it ended.")
    acts_next: ActsNext | None = strawberry.field(
        description="Whose turn it is; null where it is nobody's."
    )
    due_on: date | None = strawberry.field(description="Until when they should act.")
    kept: Decimal | None = strawberry.field(
        description="How much of it counts in totals, from 0 to 1, as was decided about overlaps;"
        " null while it is not published."
    )
    statement_url: str = strawberry.field(
        description="Where its statement is fetched as PDF, as a path of this server: the wording"
        " that may be used, and what must be said with it."
    )
    version: int = strawberry.field(description="Grows with each change.")
    recorded_at: datetime = strawberry.field(description="When it was drafted here.")
    organisation: Organisation = strawberry.field(description="Whose claim.")
    effect: Effect | None = strawberry.field(
        description="Of what; null where that is not shown to you."
    )
    guidance_version: GuidanceVersion = strawberry.field(description="Under which guidance.")
    assurance_body: Organisation | None = strawberry.field(description="Who assured it.")
    assurance_document: Document | None = strawberry.field(
        description="The assurer's statement." + _WHOLE
    )
    restates: "AssessedClaim | None" = strawberry.field(
        description="The claim that it takes the place of."
    )
    restated_by: list["AssessedClaim"] = strawberry.field(
        description="Claims that take its place, or were to."
    )
    basis: AssessedClaimBasis | None = strawberry.field(
        description="What it is a part of; null where that is not shown to you."
    )
    gates: list[ClaimGate] = strawberry.field(description="The gates, and how they stand.")
    gate_reviews: Connection[ClaimGateReview] = connection(
        "All reviews of its gates, as far as they are shown to you.",
        ClaimGateReviewFilter,
        ClaimGateReviewOrder,
    )
    evidence: Connection[ClaimEvidence] = connection(
        "What was shown for it, as far as that is shown to you.",
        ClaimEvidenceFilter,
        ClaimEvidenceOrder,
    )
    steps: Connection[AssessedClaimStep] = connection(
        "What was done with it, as far as that is shown to you.",
        AssessedClaimStepFilter,
        AssessedClaimStepOrder,
    )


_CLAIMS = "Assessed claims that you may see, in the order in which they were drafted."


@extends(Organisation)
class OrganisationAssessedClaims:
    assessed_claims: Connection[AssessedClaim] = connection(
        _CLAIMS, AssessedClaimFilter, AssessedClaimOrder
    )


@extends(Effect)
class EffectAssessedClaims:
    assessed_claims: Connection[AssessedClaim] = connection(
        _CLAIMS, AssessedClaimFilter, AssessedClaimOrder
    )


@strawberry.type
class AssessmentQuery:
    assessed_claims: Connection[AssessedClaim] = connection(
        _CLAIMS, AssessedClaimFilter, AssessedClaimOrder
    )


@strawberry.type
class AssessmentSubscription:
    assessed_claim_changed: Change[AssessedClaim] = rows(
        ASSESSED_CLAIMS, "An assessed claim was drafted or has come further."
    )
