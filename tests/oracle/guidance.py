"""What versions of guidance hold, down to the evidence that they ask for."""

from tests.oracle.kinds import KINDS, SOURCE, Kind, blank, down, global_id, plain, up

KINDS |= {
    "GuidanceVersion": Kind(
        global_id("guidance")
        | plain("reference", "title", "publisher", "issued_on", "status", "published_on")
        | plain("retired_on", "version")
        | blank("edition", "retired_because"),
        {"source": SOURCE, "replaces": up("GuidanceVersion", "replaces_id")},
        {
            "replacedBy": down("GuidanceVersion", "replaces_id"),
            "gates": down("GuidanceGate", "guidance_version_id"),
        },
        {
            "REFERENCE": lambda _, row: row["reference"],
            "ISSUED_ON": lambda _, row: row["issued_on"],
            "PUBLISHED_ON": lambda _, row: row["published_on"],
        },
        ("REFERENCE",),
    ),
    "GuidanceGate": Kind(
        global_id("gate") | plain("position", "key", "title", "passes_when", "valid_months"),
        {"guidanceVersion": up("GuidanceVersion", "guidance_version_id")},
        {"criteria": down("GuidanceCriterion", "gate_id")},
        {"POSITION": lambda _, row: row["position"]},
        ("POSITION",),
    ),
    "GuidanceCriterion": Kind(
        global_id("criterion") | plain("position", "key", "text", "required"),
        {"gate": up("GuidanceGate", "gate_id")},
        {"evidence": down("GuidanceEvidence", "criterion_id")},
        {"POSITION": lambda _, row: row["position"]},
        ("POSITION",),
    ),
    "GuidanceEvidence": Kind(
        global_id("evidence") | plain("position", "kind", "must_hold", "required"),
        {"criterion": up("GuidanceCriterion", "criterion_id")},
        orders={"POSITION": lambda _, row: row["position"]},
        default_order=("POSITION",),
    ),
}
