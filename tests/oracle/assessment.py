"""What assessed claims hold, and what of them is told to whom."""

from collections.abc import Mapping
from typing import Any

from tests.oracle.asking import Ask
from tests.oracle.kinds import KINDS, SOURCE, Kind, Relation, blank, down, global_id, plain, up
from tests.oracle.plain import mass
from tests.oracle.world import Row

TURNS = {
    "DRAFT": "OWNER",
    "SUBMITTED": "REVIEWER",
    "IN_REVIEW": "REVIEWER",
    "CLARIFICATION": "OWNER",
    "ACCEPTED": "OWNER",
}


def _mass(column: str) -> Any:
    return lambda _, row: None if row[column] is None else mass(row[column])


def _whole(relation: Relation) -> Relation:
    """For who sees all of the claimant's figures."""

    def found(ask: Ask, row: Row, args: Mapping[str, Any]) -> list[Row]:
        seen = ask.sees_whole(row["organisation_id"], "CLAIMS")
        return relation(ask, row, args) if seen else []

    return found


def _basis(_: Ask, row: Row, __: Mapping[str, Any]) -> list[Row]:
    return [Row("AssessedClaimBasis", row.values)]


def _document(column: str) -> Relation:
    def found(ask: Ask, row: Row, _: Mapping[str, Any]) -> list[Row]:
        other = ask.world.get("Document", row[column])
        return [other] if other else []

    return found


def _gates(ask: Ask, row: Row, _: Mapping[str, Any]) -> list[Row]:
    found = []
    for gate in ask.world.having("GuidanceGate", "guidance_version_id", row["guidance_version_id"]):
        reviews = [
            one
            for one in ask.world.having("ClaimGateReview", "claim_id", row.id)
            if one["gate_id"] == gate.id
        ]
        last = max(reviews, key=lambda one: one.id, default=None)
        told = {
            "id": row.id * 1000 + gate["position"],
            "position": gate["position"],
            "gate_id": gate.id,
            "outcome": last and last["outcome"],
            "reviewed_on": last and last["reviewed_on"],
            "expires_on": last and last["expires_on"],
        }
        ends = told["expires_on"]
        held = ends is None or ask.today < ends
        found.append(
            Row("ClaimGate", told | {"passes_today": told["outcome"] == "PASSED" and held})
        )
    return found


def _orders(*names: str) -> dict[str, Any]:
    return {name.upper(): lambda _, row, name=name: row[name] for name in names}


def _kept(ask: Ask, row: Row) -> Any:
    known = [
        one["kept"]
        for one in ask.world.having("AssessedStanding", "claim_id", row.id)
        if one["known_to"] is None
    ]
    return known[0] if known else None


ACCOUNT = up("Account", "account_id")
GATE = up("GuidanceGate", "gate_id")

KINDS |= {
    "AssessedClaim": Kind(
        global_id("assessed")
        | plain("reference", "status", "statement", "uncertainty", "specificity", "timeframe")
        | plain("year", "visibility", "submitted_on", "accepted_on", "assured_on")
        | plain("assurance_level", "published_on", "expires_on", "ended_on", "due_on", "version")
        | plain("recorded_at")
        | blank("ended_because")
        | {
            "claim": _mass("claim_kg_co2e"),
            "actsNext": lambda _, row: TURNS.get(row["status"]),
            "kept": _kept,
            "statementUrl": lambda _, row: f"/claims/assessed_{row.id}/statement.pdf",
        },
        {
            "organisation": up("Organisation", "organisation_id"),
            "effect": up("Effect", "effect_id"),
            "guidanceVersion": up("GuidanceVersion", "guidance_version_id"),
            "assuranceBody": up("Organisation", "assurance_body_id"),
            "assuranceDocument": _whole(_document("assurance_document_id")),
            "restates": up("AssessedClaim", "restates_id"),
            "basis": _whole(_basis),
        },
        {
            "restatedBy": down("AssessedClaim", "restates_id"),
            "gates": _gates,
            "gateReviews": _whole(down("ClaimGateReview", "claim_id")),
            "evidence": _whole(down("ClaimEvidence", "claim_id")),
            "steps": _whole(down("AssessedClaimStep", "claim_id")),
        },
        _orders("recorded_at", "published_on", "due_on")
        | {"CLAIM": lambda _, row: row["claim_kg_co2e"]},
        ("RECORDED_AT",),
    ),
    "AssessedClaimBasis": Kind(
        plain("share", "remainder_share") | {"effectMass": _mass("effect_kg_co2e")},
        {"allocation": up("Allocation", "allocation_id")},
    ),
    "ClaimGate": Kind(
        plain("position", "outcome", "passes_today", "reviewed_on", "expires_on"),
        {"gate": GATE},
        orders=_orders("position"),
        default_order=("POSITION",),
    ),
    "ClaimGateReview": Kind(
        plain("outcome", "reason", "reviewed_on", "expires_on", "recorded_at"),
        {"gate": GATE, "account": ACCOUNT},
        orders=_orders("reviewed_on"),
    ),
    "ClaimEvidence": Kind(
        global_id("proof") | plain("kind", "title", "added_on", "removed_on"),
        {
            "claim": up("AssessedClaim", "claim_id"),
            "criterion": up("GuidanceCriterion", "criterion_id"),
            "document": _document("document_id"),
            "source": SOURCE,
            "account": ACCOUNT,
        },
        orders=_orders("added_on"),
    ),
    "AssessedClaimStep": Kind(
        plain("step", "before", "after", "deadline", "taken_on") | blank("reason"),
        {"account": ACCOUNT},
        orders=_orders("taken_on"),
    ),
}
