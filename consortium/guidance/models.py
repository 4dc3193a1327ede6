# pyright: basic
"""Tables of guidance: versions, their gates, the gates' criteria, and the evidence asked for."""

from tortoise import fields
from tortoise.models import Model

from consortium.evidence.models import Citation
from consortium.guidance.rules import EvidenceKind, GuidanceStatus
from consortium.storage.fields import IdField, KeyField, word_field

# Constraints that Tortoise cannot express; written in the migration, looked for by a test.
EXTRA_CONSTRAINTS = (
    "guidance_version_reference_form",
    "guidance_version_texts",
    "guidance_version_days",
    "guidance_version_not_its_own",
    "guidance_gate_key_form",
    "guidance_gate_texts",
    "guidance_gate_valid_months_range",
    "guidance_gate_position_key",
    "guidance_gate_position_positive",
    "guidance_criterion_key_form",
    "guidance_criterion_texts",
    "guidance_criterion_position_positive",
    "guidance_evidence_texts",
    "guidance_evidence_position_positive",
)

# A claim can name a version for ever.
RIGHTS = {"guidance_version": "SELECT, INSERT, UPDATE"}


class GuidanceVersion(Model):
    """A version of a guidance. Triggers keep it, with all below it, as it was published."""

    id = IdField()
    reference: fields.Field[str] = KeyField(unique=True)
    title = fields.TextField()
    publisher = fields.TextField()
    edition = fields.TextField(default="", db_default="")
    # The publisher's day; the next two are the consortium's.
    issued_on = fields.DateField(null=True)
    status = word_field(GuidanceStatus, default=GuidanceStatus.DRAFT, db_default="DRAFT")
    published_on = fields.DateField(null=True)
    retired_on = fields.DateField(null=True)
    retired_because = fields.TextField(default="", db_default="")
    replaces: fields.ForeignKeyNullableRelation["GuidanceVersion"] = fields.ForeignKeyField(
        "consortium.GuidanceVersion",
        null=True,
        on_delete=fields.RESTRICT,
        related_name="replaced_by",
    )
    citation: fields.ForeignKeyNullableRelation[Citation] = fields.ForeignKeyField(
        "consortium.Citation",
        null=True,
        on_delete=fields.RESTRICT,
        related_name="guidance_versions",
    )
    version = fields.IntField(default=1, db_default=1)

    class Meta:
        table = "guidance_version"


class GuidanceGate(Model):
    """A gate of a version, in the order in which a reviewer takes them."""

    id = IdField()
    guidance_version: fields.ForeignKeyRelation[GuidanceVersion] = fields.ForeignKeyField(
        "consortium.GuidanceVersion", on_delete=fields.RESTRICT, related_name="gates"
    )
    position = fields.IntField()
    key: fields.Field[str] = KeyField()
    title = fields.TextField()
    passes_when = fields.TextField()
    # None: a pass holds without end.
    valid_months = fields.IntField(null=True)

    class Meta:
        table = "guidance_gate"
        unique_together = (("guidance_version_id", "key"),)


class GuidanceCriterion(Model):
    """One thing that a gate asks."""

    id = IdField()
    gate: fields.ForeignKeyRelation[GuidanceGate] = fields.ForeignKeyField(
        "consortium.GuidanceGate", on_delete=fields.RESTRICT, related_name="criteria"
    )
    position = fields.IntField()
    key: fields.Field[str] = KeyField()
    text = fields.TextField()
    required = fields.BooleanField(default=True, db_default=True)

    class Meta:
        table = "guidance_criterion"
        unique_together = (("gate_id", "key"), ("gate_id", "position"))


class GuidanceEvidence(Model):
    """What shows that a criterion is met: a sort of thing, and in words what it must hold."""

    id = IdField()
    criterion: fields.ForeignKeyRelation[GuidanceCriterion] = fields.ForeignKeyField(
        "consortium.GuidanceCriterion", on_delete=fields.RESTRICT, related_name="evidence"
    )
    position = fields.IntField()
    kind = word_field(EvidenceKind, max_length=40)
    must_hold = fields.TextField()
    required = fields.BooleanField(default=True, db_default=True)

    class Meta:
        table = "guidance_evidence"
        unique_together = (("criterion_id", "position"),)
