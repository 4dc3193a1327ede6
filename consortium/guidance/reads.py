"""What can be read of guidance: by everyone once published, drafts by who manages guidance."""

from consortium.evidence.reads import CITATIONS
from consortium.guidance.models import (
    GuidanceCriterion,
    GuidanceEvidence,
    GuidanceGate,
    GuidanceVersion,
)
from consortium.kernel.principal import Permission, Rights
from consortium.query.source import Many, One, RowRule, Source
from consortium.query.tables import columns

_IN_PLACE = (("position", False),)


def _published(rights: Rights) -> str:
    """Versions that are no drafts; all of them for who manages guidance."""
    return "true" if rights.may(Permission.GUIDANCE_MANAGE) else "{t}.status <> 'DRAFT'"


def _of_published(path: str) -> RowRule:
    """Rows below such a version; `path` selects from it, down to the row."""

    def rule(rights: Rights) -> str:
        if rights.may(Permission.GUIDANCE_MANAGE):
            return "true"
        return f"EXISTS (SELECT FROM guidance_version v {path} AND v.status <> 'DRAFT')"

    return rule


VERSIONS = Source(
    name="guidance_version",
    table="guidance_version",
    prefix="guidance",
    visible_to=_published,
    fields=columns(
        GuidanceVersion,
        "guidance",
        (
            "reference",
            "title",
            "publisher",
            "edition",
            "issued_on",
            "status",
            "published_on",
            "retired_on",
            "retired_because",
            "version",
        ),
    )
    | {"source": One(CITATIONS, "{u}.id = {t}.citation_id")},
    filters=(
        "id",
        "reference",
        "title",
        "publisher",
        "edition",
        "issued_on",
        "status",
        "published_on",
        "retired_on",
    ),
    orders={
        "reference": ("reference",),
        "issued_on": ("issued_on",),
        "published_on": ("published_on",),
    },
    default_order=(("reference", False),),
)

GATES = Source(
    name="guidance_gate",
    table="guidance_gate",
    prefix="gate",
    visible_to=_of_published("WHERE v.id = {t}.guidance_version_id"),
    fields=columns(
        GuidanceGate, "gate", ("position", "key", "title", "passes_when", "valid_months")
    )
    | {"guidance_version": One(VERSIONS, "{u}.id = {t}.guidance_version_id")},
    filters=("id", "position", "key", "title", "valid_months"),
)

CRITERIA = Source(
    name="guidance_criterion",
    table="guidance_criterion",
    prefix="criterion",
    visible_to=_of_published(
        "JOIN guidance_gate g ON g.guidance_version_id = v.id WHERE g.id = {t}.gate_id"
    ),
    fields=columns(GuidanceCriterion, "criterion", ("position", "key", "text", "required"))
    | {"gate": One(GATES, "{u}.id = {t}.gate_id")},
    filters=("id", "position", "key", "required"),
)

EVIDENCE = Source(
    name="guidance_evidence",
    table="guidance_evidence",
    prefix="evidence",
    visible_to=_of_published(
        "JOIN guidance_gate g ON g.guidance_version_id = v.id"
        " JOIN guidance_criterion c ON c.gate_id = g.id WHERE c.id = {t}.criterion_id"
    ),
    fields=columns(GuidanceEvidence, "evidence", ("position", "kind", "must_hold", "required"))
    | {"criterion": One(CRITERIA, "{u}.id = {t}.criterion_id")},
    filters=("id", "position", "kind", "required"),
)

VERSIONS.relate(
    replaces=One(VERSIONS, "{u}.id = {t}.replaces_id"),
    replaced_by=Many(VERSIONS, "{u}.replaces_id = {t}.id"),
    gates=Many(GATES, "{u}.guidance_version_id = {t}.id", _IN_PLACE),
)
GATES.relate(criteria=Many(CRITERIA, "{u}.gate_id = {t}.id", _IN_PLACE))
CRITERIA.relate(evidence=Many(EVIDENCE, "{u}.criterion_id = {t}.id", _IN_PLACE))
