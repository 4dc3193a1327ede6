"""Claims on effects that see the same tonne: published once a reviewer has decided."""

import asyncio
from typing import Any

import pytest

from tests.assessment.story import Story
from tests.factories.shares import create_shared_effect, create_shared_solution


@pytest.fixture
async def whole(told: Story) -> dict[str, Any]:
    """The second member's effect of what contains the owner's solution, as a draft names it."""
    part = await told.pool.fetchval("SELECT solution_id FROM effect WHERE id = $1", told.effect_id)
    member = told.members["second"]
    containing = await create_shared_solution(told.pool, member)
    await told.pool.execute(
        "INSERT INTO solution_part (containing_id, contained_id) VALUES ($1, $2)", containing, part
    )
    effect = await create_shared_effect(told.pool, member, solution_id=containing)
    return {"effect": f"effect_{effect}", "reference": "wholes-2025"}


def decision(told: Story, other: str) -> dict[str, Any]:
    """All of the owner's effect lies in the other one."""
    own = f"effect_{told.effect_id}"
    return {
        "effects": [{"effect": one, "version": 1} for one in (own, other)],
        "lastDecision": 0,
        "decision": "BLOCK",
        "deductedEffect": own,
        "reason": "The part is in the whole.",
    }


async def test_what_overlaps_a_published_claim_waits_for_a_decision(
    told: Story, whole: dict[str, Any]
) -> None:
    """The first is published, the second refused until it is decided which of them counts."""
    await told.published()
    claim = await told.accepted("second", **whole)
    second = told.of("second")

    refused = await told.refused("publishClaim", second, claim, visibility="PUBLIC")
    assert refused == "OVERLAP_UNDECIDED"
    made = await told.house.do(
        "decideOverlap", told.reviewer, "number", **decision(told, whole["effect"])
    )
    assert made == {"number": 1}
    done = await told.do("publishClaim", second, claim, visibility="PUBLIC")
    assert done["status"] == "PUBLISHED"


async def test_of_two_who_publish_at_once_one_waits_for_a_decision(
    told: Story, whole: dict[str, Any]
) -> None:
    """Neither saw the other's claim when it began."""
    first = await told.accepted()
    second = await told.accepted("second", **whole)
    answers = await asyncio.gather(
        *(
            told.house.do("publishClaim", told.of(by), "status", **given, visibility="PUBLIC")
            for by, claim in (("owner", first), ("second", second))
            for given in ({"claim": claim["id"], "version": claim["version"]},)
        )
    )

    heard = sorted(one.get("code", one.get("status")) for one in answers)
    assert heard == ["OVERLAP_UNDECIDED", "PUBLISHED"]
