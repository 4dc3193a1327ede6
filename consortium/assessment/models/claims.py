# pyright: basic
"""Tables of assessed claims, of their review and of the evidence for them."""

from tortoise import fields
from tortoise.fields.db_defaults import Now
from tortoise.indexes import Index
from tortoise.models import Model

from consortium.assessment.rules.statuses import (
    AssuranceLevel,
    ClaimStatus,
    ClaimStep,
    GateOutcome,
    ReminderKind,
)
from consortium.effects.models import Effect, EffectAllocation
from consortium.effects.rules.vocabulary import Specificity, Timeframe
from consortium.evidence.models import Citation, Document
from consortium.guidance.models import GuidanceCriterion, GuidanceGate, GuidanceVersion
from consortium.guidance.rules import EvidenceKind
from consortium.identity.models import Account
from consortium.kernel.visibility import Visibility
from consortium.organisations.models import Organisation
from consortium.storage.fields import IdField, KeyField, NumericField, word_field


def _account(related_name: str) -> fields.ForeignKeyNullableRelation[Account]:
    """Who did it."""
    return fields.ForeignKeyField(
        "consortium.Account", null=True, on_delete=fields.RESTRICT, related_name=related_name
    )


class AssessedClaim(Model):
    """What an organisation claims of an effect, under one version of a guidance.

    The figures are those of the day on which it was submitted, and blank before. `share` is blank
    where the organisation contributed jointly, without a share: then the claim is the remainder.
    """

    id = IdField()
    # Its own within the organisation.
    reference: fields.Field[str] = KeyField()
    organisation: fields.ForeignKeyRelation[Organisation] = fields.ForeignKeyField(
        "consortium.Organisation", on_delete=fields.RESTRICT, related_name="assessed_claims"
    )
    effect: fields.ForeignKeyRelation[Effect] = fields.ForeignKeyField(
        "consortium.Effect", on_delete=fields.RESTRICT, related_name="assessed_claims"
    )
    guidance_version: fields.ForeignKeyRelation[GuidanceVersion] = fields.ForeignKeyField(
        "consortium.GuidanceVersion", on_delete=fields.RESTRICT, related_name="assessed_claims"
    )
    # Of an effect that is nobody else's there is none: it is its owner's as a whole.
    allocation: fields.ForeignKeyNullableRelation[EffectAllocation] = fields.ForeignKeyField(
        "consortium.EffectAllocation",
        null=True,
        on_delete=fields.RESTRICT,
        related_name="assessed_claims",
    )
    # The claim that it takes the place of, on the day on which it is published.
    restates: fields.ForeignKeyNullableRelation["AssessedClaim"] = fields.ForeignKeyField(
        "consortium.AssessedClaim",
        null=True,
        on_delete=fields.RESTRICT,
        related_name="restated_by",
    )
    status = word_field(ClaimStatus)
    statement = fields.TextField()
    effect_kg_co2e: fields.Field[object] = NumericField(null=True)
    share: fields.Field[object] = NumericField(null=True)
    remainder_share: fields.Field[object] = NumericField(null=True)
    claim_kg_co2e: fields.Field[object] = NumericField(null=True)
    # Half the 95 % interval as a fraction of the effect; blank: not known.
    uncertainty: fields.Field[object] = NumericField(null=True)
    specificity = word_field(Specificity, null=True)
    timeframe = word_field(Timeframe, null=True)
    # The calendar year that holds most of the effect's days.
    year = fields.IntField(null=True)
    visibility = word_field(Visibility, default=Visibility.PRIVATE, db_default="PRIVATE")
    submitted_on = fields.DateField(null=True)
    accepted_on = fields.DateField(null=True)
    assured_on = fields.DateField(null=True)
    assurance_level = word_field(AssuranceLevel, null=True)
    assurance_body: fields.ForeignKeyNullableRelation[Organisation] = fields.ForeignKeyField(
        "consortium.Organisation",
        null=True,
        on_delete=fields.RESTRICT,
        related_name="claims_assured",
    )
    assurance_document: fields.ForeignKeyNullableRelation[Document] = fields.ForeignKeyField(
        "consortium.Document", null=True, on_delete=fields.RESTRICT, related_name="claims_assured"
    )
    published_on = fields.DateField(null=True)
    # The first day on which a gate is passed no longer; blank: none ends.
    expires_on = fields.DateField(null=True)
    # The first day on which it is no longer published, or no longer in work.
    ended_on = fields.DateField(null=True)
    ended_because = fields.TextField(default="", db_default="")
    # Until when whoever acts next should.
    due_on = fields.DateField(null=True)
    version = fields.IntField(default=1, db_default=1)
    recorded_at = fields.DatetimeField(auto_now_add=True, db_default=Now())

    class Meta:
        table = "assessed_claim"
        unique_together = (("organisation_id", "reference"),)
        indexes = (
            Index(fields=("effect_id", "id"), name="assessed_claim_effect_idx"),
            Index(fields=("guidance_version_id",), name="assessed_claim_guidance_idx"),
            Index(fields=("allocation_id",), name="assessed_claim_allocation_idx"),
            Index(fields=("restates_id",), name="assessed_claim_restates_idx"),
            Index(fields=("assurance_body_id",), name="assessed_claim_body_idx"),
            Index(fields=("assurance_document_id",), name="assessed_claim_document_idx"),
            Index(fields=("status", "due_on"), name="assessed_claim_status_idx"),
        )


def _claim(related_name: str) -> fields.ForeignKeyRelation[AssessedClaim]:
    """Of which claim."""
    return fields.ForeignKeyField(
        "consortium.AssessedClaim", on_delete=fields.RESTRICT, related_name=related_name
    )


class ClaimStepTaken(Model):
    """A step of a claim. Never changed."""

    id = IdField()
    claim = _claim("steps")
    step = word_field(ClaimStep)
    before = word_field(ClaimStatus, null=True)
    after = word_field(ClaimStatus)
    reason = fields.TextField(default="", db_default="")
    deadline = fields.DateField(null=True)
    taken_on = fields.DateField()
    # Blank where the clock took it.
    account = _account("claim_steps")
    taken_at = fields.DatetimeField(auto_now_add=True, db_default=Now())

    class Meta:
        table = "claim_step"
        indexes = (
            Index(fields=("claim_id", "id"), name="claim_step_claim_idx"),
            Index(fields=("account_id",), name="claim_step_account_idx"),
        )


class ClaimGateReview(Model):
    """What a reviewer found of a gate; the last one of a gate counts. Never changed."""

    id = IdField()
    claim = _claim("gate_reviews")
    gate: fields.ForeignKeyRelation[GuidanceGate] = fields.ForeignKeyField(
        "consortium.GuidanceGate", on_delete=fields.RESTRICT, related_name="reviews"
    )
    outcome = word_field(GateOutcome)
    reason = fields.TextField()
    account = _account("claim_gate_reviews")
    reviewed_on = fields.DateField()
    # The first day on which it is passed no longer; blank: it holds without end, or was failed.
    expires_on = fields.DateField(null=True)
    recorded_at = fields.DatetimeField(auto_now_add=True, db_default=Now())

    class Meta:
        table = "claim_gate_review"
        indexes = (
            Index(fields=("claim_id", "gate_id", "id"), name="claim_gate_review_claim_idx"),
            Index(fields=("gate_id",), name="claim_gate_review_gate_idx"),
            Index(fields=("account_id",), name="claim_gate_review_account_idx"),
        )


class ClaimEvidence(Model):
    """What shows that a criterion is met: a file, a source, or both. Removed by marking."""

    id = IdField()
    claim = _claim("evidence")
    criterion: fields.ForeignKeyRelation[GuidanceCriterion] = fields.ForeignKeyField(
        "consortium.GuidanceCriterion", on_delete=fields.RESTRICT, related_name="claim_evidence"
    )
    kind = word_field(EvidenceKind, max_length=40)
    title = fields.TextField()
    document: fields.ForeignKeyNullableRelation[Document] = fields.ForeignKeyField(
        "consortium.Document", null=True, on_delete=fields.RESTRICT, related_name="claim_evidence"
    )
    citation: fields.ForeignKeyNullableRelation[Citation] = fields.ForeignKeyField(
        "consortium.Citation", null=True, on_delete=fields.RESTRICT, related_name="claim_evidence"
    )
    account = _account("claim_evidence")
    added_on = fields.DateField()
    removed_on = fields.DateField(null=True)

    class Meta:
        table = "claim_evidence"
        indexes = (
            Index(fields=("claim_id", "id"), name="claim_evidence_claim_idx"),
            Index(fields=("criterion_id",), name="claim_evidence_criterion_idx"),
            Index(fields=("document_id",), name="claim_evidence_document_idx"),
            Index(fields=("citation_id",), name="claim_evidence_citation_idx"),
            Index(fields=("account_id",), name="claim_evidence_account_idx"),
        )


class ClaimReminder(Model):
    """That somebody was reminded of a day, once for that day. Never changed."""

    id = IdField()
    claim = _claim("reminders")
    kind = word_field(ReminderKind)
    # The day that was reminded of.
    day = fields.DateField()
    sent_on = fields.DateField()
    mails = fields.IntField()

    class Meta:
        table = "claim_reminder"
        unique_together = (("claim_id", "kind", "day"),)


class ClaimTransition(Model):
    """What may follow what: a copy of the rules' table, which a trigger reads."""

    id = IdField()
    before = fields.CharField(max_length=20, null=True)
    after = fields.CharField(max_length=20)

    class Meta:
        table = "claim_transition"


class EffectPublished(Model):
    """How much of an effect is claimed in public, over all its restatements.

    `effect` is the first of them. The remainder is claimed once by all who contributed jointly.
    """

    id = IdField()
    effect: fields.OneToOneRelation[Effect] = fields.OneToOneField(
        "consortium.Effect", on_delete=fields.RESTRICT, related_name="published"
    )
    shares: fields.Field[object] = NumericField(default=0, db_default=0)
    remainder: fields.Field[object] = NumericField(default=0, db_default=0)

    class Meta:
        table = "effect_published"
