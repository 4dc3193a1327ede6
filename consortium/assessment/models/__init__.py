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
from consortium.assessment.models.totals import (
    AssessedContributor,
    AssessedStanding,
    AssessedTotal,
    AssessedTotalState,
)

__all__ = [
    "EXTRA_CONSTRAINTS",
    "RIGHTS",
    "UNWATCHED",
    "AssessedClaim",
    "AssessedContributor",
    "AssessedStanding",
    "AssessedTotal",
    "AssessedTotalState",
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
    "assessed_standing_share_or_joint",
    "assessed_standing_kept_range",
    "assessed_standing_days_ordered",
    "assessed_total_state_one_row",
)

# What is computed again from the claims.
_DERIVED = "SELECT, INSERT, UPDATE, DELETE, TRUNCATE"

RIGHTS = {
    "assessed_standing": _DERIVED,
    "assessed_total": _DERIVED,
    "assessed_contributor": _DERIVED,
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
    "assessed_standing": "computed from the claims",
    "assessed_total": "sums of the standings",
    "assessed_contributor": "whose claims are in the sums",
    "assessed_total_state": "the day that the sums are of",
    "claim_transition": "a copy of the rules, which migrations write",
    "effect_published": "computed from the claims",
}
