"""Versions of guidance. They begin as drafts, as the database wants it."""

from datetime import date
from typing import Any

from tests.factories.rows import Connection, insert, number

# Up to a status; each only after the one before.
STEPS = {
    "DRAFT": (),
    "PUBLISHED": ("status = 'PUBLISHED', published_on = '2026-01-02'",),
    "RETIRED": (
        "status = 'PUBLISHED', published_on = '2026-01-02'",
        "status = 'RETIRED', retired_on = '2026-06-01', retired_because = 'Old'",
    ),
}


async def create_guidance(connection: Connection, status: str = "DRAFT", **values: Any) -> int:
    """A version with as many gates as told, each with a criterion that asks for a target."""
    gates = values.pop("gates", 1)
    defaults = {
        "reference": f"guidance-{number()}",
        "title": "A guidance",
        "publisher": "A publisher",
        "issued_on": date(2023, 3, 22),
    }
    key = await insert(connection, "guidance_version", **defaults | values)
    for position in range(1, gates + 1):
        gate = await create_gate(connection, key, position=position)
        await create_evidence(connection, await create_criterion(connection, gate))
    await advance_guidance(connection, key, status)
    return key


async def advance_guidance(connection: Connection, key: int, status: str) -> None:
    """Publish a draft, or publish and retire it."""
    for step in STEPS[status]:
        await connection.execute(
            f"UPDATE guidance_version SET {step} WHERE id = {key}"  # noqa: S608
        )


async def create_gate(connection: Connection, version: int, **values: Any) -> int:
    """The first gate, without criteria."""
    position = values.setdefault("position", 1)
    defaults = {
        "guidance_version_id": version,
        "key": f"gate-{position}",
        "title": f"Gate {position}",
        "passes_when": "It is so.",
    }
    return await insert(connection, "guidance_gate", **defaults | values)


async def create_criterion(connection: Connection, gate: int, **values: Any) -> int:
    """The first criterion, which asks for nothing yet."""
    position = values.setdefault("position", 1)
    defaults = {"gate_id": gate, "key": f"criterion-{position}", "text": "So it is."}
    return await insert(connection, "guidance_criterion", **defaults | values)


async def create_evidence(connection: Connection, criterion: int, **values: Any) -> int:
    """The first evidence: a target."""
    defaults = {
        "criterion_id": criterion,
        "position": 1,
        "kind": "TARGET",
        "must_hold": "Who validated it.",
    }
    return await insert(connection, "guidance_evidence", **defaults | values)
