"""What can be read of how a claim was made: reviews, evidence and steps, seen with all of it."""

from consortium.assessment.models import ClaimEvidence, ClaimGateReview, ClaimStepTaken
from consortium.assessment.reads.claims import ASSESSED_CLAIMS
from consortium.assessment.reads.visible import document_seen_whole, of_claim_seen_whole
from consortium.evidence.reads import CITATIONS, documents
from consortium.guidance.reads import CRITERIA, GATES
from consortium.identity.reads import ACCOUNTS
from consortium.query.source import Many, One, Source
from consortium.query.tables import columns

_BY = One(ACCOUNTS, "{u}.id = {t}.account_id")
_CLAIM = One(ASSESSED_CLAIMS, "{u}.id = {t}.claim_id")

GATE_REVIEWS = Source(
    name="claim_gate_review",
    table="claim_gate_review",
    visible_to=of_claim_seen_whole,
    fields=columns(
        ClaimGateReview, None, ("outcome", "reason", "reviewed_on", "expires_on", "recorded_at")
    )
    | {"gate": One(GATES, "{u}.id = {t}.gate_id"), "account": _BY},
    filters=("outcome", "reviewed_on", "expires_on", "gate"),
    orders={"reviewed_on": ("reviewed_on",)},
)

CLAIM_EVIDENCE = Source(
    name="claim_evidence",
    table="claim_evidence",
    prefix="proof",
    visible_to=of_claim_seen_whole,
    fields=columns(ClaimEvidence, "proof", ("kind", "title", "added_on", "removed_on"))
    | {
        "claim": _CLAIM,
        "criterion": One(CRITERIA, "{u}.id = {t}.criterion_id"),
        "document": One(documents(document_seen_whole), "{u}.id = {t}.document_id"),
        "source": One(CITATIONS, "{u}.id = {t}.citation_id"),
        "account": _BY,
    },
    filters=("id", "kind", "added_on", "removed_on", "criterion"),
    orders={"added_on": ("added_on",)},
)

STEPS = Source(
    name="assessed_claim_step",
    table="claim_step",
    visible_to=of_claim_seen_whole,
    fields=columns(
        ClaimStepTaken, None, ("step", "before", "after", "reason", "deadline", "taken_on")
    )
    | {"account": _BY},
    filters=("step", "after", "taken_on"),
    orders={"taken_on": ("taken_on",)},
)

_MINE = "{u}.claim_id = {t}.id"
ASSESSED_CLAIMS.relate(
    gate_reviews=Many(GATE_REVIEWS, _MINE),
    evidence=Many(CLAIM_EVIDENCE, _MINE),
    steps=Many(STEPS, _MINE),
)
ASSESSED_CLAIMS.fields["assurance_document"] = One(
    documents(document_seen_whole), "{u}.id = {t}.assurance_document_id"
)
