"""Assessed claims, walked through every step that the database wants."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from tests.factories.guidance import create_guidance
from tests.factories.rows import Connection, insert, number

PUBLISHED_ON = date(2026, 6, 10)


@dataclass(frozen=True)
class Part:
    """What is claimed of an effect: a share of it, or jointly the remainder."""

    share: Decimal | None = Decimal(1)
    remainder: Decimal = Decimal(0)
    allocation_id: int | None = None


async def create_published_claim(
    connection: Connection,
    organisation_id: int,
    effect_id: int,
    part: Part | None = None,
    *,
    published_on: date = PUBLISHED_ON,
    visibility: str = "PUBLIC",
    assured_on: date | None = None,
    **values: Any,
) -> int:
    """A claim of the whole effect, unless told, that is published; never assured unless told."""
    claim = await create_accepted_claim(
        connection, organisation_id, effect_id, part, accepted_on=published_on, **values
    )
    await connection.fetch(
        "UPDATE assessed_claim SET status = 'PUBLISHED', published_on = $2, visibility = $3"
        " WHERE id = $1",
        *(claim, published_on, visibility),
    )
    if assured_on is not None:
        await assure(connection, claim, max(assured_on, published_on))
    return claim


async def create_accepted_claim(
    connection: Connection,
    organisation_id: int,
    effect_id: int,
    part: Part | None = None,
    *,
    accepted_on: date = PUBLISHED_ON,
    **values: Any,
) -> int:
    """A claim with its figures that nobody else is told of."""
    part = part or Part()
    [effect] = await connection.fetch("SELECT * FROM effect WHERE id = $1", effect_id)
    if "guidance_version_id" not in values:
        values["guidance_version_id"] = await create_guidance(connection, gates=0)
    defaults = {
        "reference": f"claim-{number()}",
        "organisation_id": organisation_id,
        "effect_id": effect_id,
        "status": "DRAFT",
        "statement": "Our heat pumps helped to avoid emissions.",
    }
    claim = await insert(connection, "assessed_claim", **defaults | values)
    mass = effect["avoided_kg_co2e"]
    await connection.fetch(
        "UPDATE assessed_claim SET status = 'SUBMITTED', submitted_on = $2, effect_kg_co2e = $3,"
        " share = $4, remainder_share = $5, claim_kg_co2e = $6, uncertainty = $7,"
        " specificity = $8, timeframe = $9, year = $10, allocation_id = $11 WHERE id = $1",
        *(claim, accepted_on, mass, part.share, part.remainder),
        mass * (part.remainder if part.share is None else part.share),
        *(effect["uncertainty"], effect["specificity"], effect["timeframe"]),
        *(effect["period_end"].year, part.allocation_id),
    )
    await connection.fetch("UPDATE assessed_claim SET status = 'IN_REVIEW' WHERE id = $1", claim)
    await connection.fetch(
        "UPDATE assessed_claim SET status = 'ACCEPTED', accepted_on = $2 WHERE id = $1",
        *(claim, accepted_on),
    )
    return claim


async def assure(connection: Connection, claim: int, on: date) -> None:
    """Record that its own organisation's assurer, whoever that is, stands behind a claim."""
    await connection.fetch(
        "UPDATE assessed_claim SET assured_on = $2, assurance_level = 'LIMITED',"
        " assurance_body_id = organisation_id WHERE id = $1",
        *(claim, on),
    )


async def end(connection: Connection, claim: int, on: date, status: str = "WITHDRAWN") -> None:
    """End a published claim."""
    await connection.fetch(
        "UPDATE assessed_claim SET status = $2, ended_on = $3, ended_because = 'So it is.'"
        " WHERE id = $1",
        *(claim, status, on),
    )
