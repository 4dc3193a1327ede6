# pyright: basic
"""Tables of assessed claims. All masses in kg CO2e."""

from consortium.assessment.models.claims import (
    AssessedClaim,
    ClaimEvidence,
    ClaimGateReview,
    ClaimReminder,
    ClaimStepTaken,
    ClaimTransition,
    EffectPublished,
)

__all__ = [
    "EXTRA_CONSTRAINTS",
    "RIGHTS",
    "UNWATCHED",
    "AssessedClaim",
    "ClaimEvidence",
    "ClaimGateReview",
    "ClaimReminder",
    "ClaimStepTaken",
    "ClaimTransition",
    "EffectPublished",
]

EXTRA_CONSTRAINTS = (
    "assessed_claim_texts",
    "assessed_claim_figures_whole",
    "assessed_claim_share_range",
    "assessed_claim_product",
    "assessed_claim_dates_ordered",
    "assessed_claim_shown_where_published",
    "assessed_claim_assurance_whole",
    "assessed_claim_ended_explained",
    "assessed_claim_not_its_own",
    "claim_gate_review_explained",
    "claim_gate_review_expiry_later",
    "claim_evidence_shown",
    "claim_evidence_dates_ordered",
    "claim_transition_key",
    "effect_published_at_most_one",
)

RIGHTS = {
    "claim_transition": "SELECT",
    # Never deleted; what an update may change, triggers say.
    "assessed_claim": "SELECT, INSERT, UPDATE",
    "claim_evidence": "SELECT, INSERT, UPDATE",
    # What was done and found stays.
    "claim_step": "SELECT, INSERT",
    "claim_gate_review": "SELECT, INSERT",
    "claim_reminder": "SELECT, INSERT",
}

UNWATCHED = {
    "claim_transition": "a copy of the rules, which migrations write",
    "effect_published": "computed from the claims",
}
