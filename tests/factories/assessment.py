"""Assessed claims. They begin as drafts, as the database wants it."""

from datetime import date
from decimal import Decimal
from typing import Any

from tests.factories.rows import Connection, insert, number

DAY = date(2026, 3, 1)
# Each status, with the one before it.
BEFORE = {
    "SUBMITTED": "DRAFT",
    "IN_REVIEW": "SUBMITTED",
    "CLARIFICATION": "IN_REVIEW",
    "ACCEPTED": "IN_REVIEW",
    "PUBLISHED": "ACCEPTED",
}
FIGURES = """
submitted_on = '2026-03-01', share = $2::numeric, remainder_share = 1 - $2::numeric,
effect_kg_co2e = {effect},
claim_kg_co2e = {effect} * $2::numeric, specificity = 'SPECIFIC',
timeframe = 'FORWARD_LOOKING', year = 2026
"""


async def create_assessed_claim(
    connection: Connection,
    organisation_id: int,
    effect_id: int,
    guidance_version_id: int,
    *,
    status: str = "DRAFT",
    visibility: str = "PUBLIC",
    share: str = "1",
    account_id: int | None = None,
    **values: Any,
) -> int:
    """A claim up to a status, every gate passed, with evidence for every criterion and a step."""
    defaults = {
        "reference": f"claim-{number()}",
        "organisation_id": organisation_id,
        "effect_id": effect_id,
        "guidance_version_id": guidance_version_id,
        "status": "DRAFT",
        "statement": "Avoids emissions against the average.",
    }
    key = await insert(connection, "assessed_claim", **defaults | values)
    await insert(
        connection,
        "claim_step",
        claim_id=key,
        step="DRAFT",
        after="DRAFT",
        taken_on=DAY,
        account_id=account_id,
    )
    await _shown(connection, key, guidance_version_id, account_id)
    await _advance(connection, key, status, visibility, Decimal(share))
    return key


async def _shown(connection: Connection, key: int, guidance: int, account: int | None) -> None:
    gates = await connection.fetch(
        "SELECT id FROM guidance_gate WHERE guidance_version_id = $1 ORDER BY id", guidance
    )
    for gate in gates:
        about = {"claim_id": key, "gate_id": gate[0], "account_id": account}
        await insert(
            connection,
            "claim_gate_review",
            **about,
            outcome="PASSED",
            reason="As shown.",
            reviewed_on=DAY,
        )
    criteria = await connection.fetch(
        "SELECT c.id FROM guidance_criterion c JOIN guidance_gate g ON g.id = c.gate_id"
        " WHERE g.guidance_version_id = $1 ORDER BY c.id",
        guidance,
    )
    for criterion in criteria:
        document = await insert(
            connection,
            "document",
            name="target.pdf",
            media_type="application/pdf",
            size_bytes=5,
            sha256="a" * 64,
        )
        await insert(
            connection,
            "claim_evidence",
            claim_id=key,
            criterion_id=criterion[0],
            kind="TARGET",
            title="Our target",
            document_id=document,
            account_id=account,
            added_on=DAY,
        )


async def _advance(
    connection: Connection, key: int, status: str, visibility: str, share: Decimal
) -> None:
    if status == "DRAFT":
        return
    await _advance(connection, key, BEFORE[status], visibility, share)
    effect = "(SELECT e.avoided_kg_co2e FROM effect e WHERE e.id = assessed_claim.effect_id)"
    shown = {
        "SUBMITTED": FIGURES.format(effect=effect),
        "ACCEPTED": "accepted_on = '2026-03-01'",
        "PUBLISHED": f"published_on = '2026-03-01', visibility = '{visibility}'",
    }.get(status, "due_on = '2026-12-01'")
    about = (key, share) if status == "SUBMITTED" else (key,)
    await connection.fetch(
        f"UPDATE assessed_claim SET status = '{status}', {shown} WHERE id = $1 RETURNING id",  # noqa: S608
        *about,
    )
