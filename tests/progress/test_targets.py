"""An initiative's target is reached by what members claim of effects that name it."""

from datetime import date
from decimal import Decimal
from typing import Any

import asyncpg
import pytest

from consortium.assessment.actions import check_assessed_totals
from consortium.avoided.actions import rebuild_all
from consortium.kernel.principal import ANONYMOUS
from consortium.storage.database import Database
from tests.assessment.story import Story, story
from tests.effects.story import engineer
from tests.factories import create_claim, create_initiative, create_target, link_claim
from tests.factories.assessed import Part, create_published_claim
from tests.factories.progress import create_pledge, name_initiative
from tests.factories.shares import create_allocation, create_shared_effect
from tests.served import TODAY

ASKED = """
basis startsOn endsOn quantity achieved share remaining neededFrom yearsLeft
contributions { nodes { quantity claims organisation { name } } }
periods { nodes { year quantity organisation { name } } }
leftOut { nodes { reason organisation { name } } } missing { year } path { year }
"""
YEAR_2025: dict[str, Any] = {"period_start": date(2025, 1, 1), "period_end": date(2025, 12, 31)}


@pytest.fixture
async def told(database: Database) -> Story:
    """Members who claim an effect."""
    return await story(database)


async def target(told: Story, by: Any = None, basis: str = "DISCLOSED") -> Any:
    """The progress of the only target."""
    asked = f"progress(basis: {basis}) {{ {ASKED} }}"
    query = f"{{ initiatives {{ nodes {{ targets {{ {asked} }} }} }} }}"
    data = await told.house.ask(query, by or told.of("stranger"))
    [found] = data["initiatives"]["nodes"][0]["targets"]
    return found["progress"]


async def test_members_contribute_to_an_initiative(told: Story, database: Database) -> None:
    """Own shares by member, the joint remainder once, disclosed figures apart from it all."""
    pool, members = database.pool, told.members
    initiative = await create_initiative(pool)
    await create_target(pool, initiative, target_year=2030, quantity_kg_co2e=Decimal(4_000_000))
    effect = await create_shared_effect(
        pool, members["owner"], timeframe="YEAR_ON_YEAR", tonnes="1000", **YEAR_2025
    )
    other = await create_shared_effect(
        pool, members["owner"], timeframe="YEAR_ON_YEAR", **YEAR_2025
    )
    for one in (effect, other):
        await name_initiative(pool, one, initiative)
    lines: list[tuple[int | str, str | None]] = [
        (members["owner"], "0.6"),
        (members["second"], None),
        (members["third"], None),
    ]
    async with pool.acquire() as connection:
        allocation = await create_allocation(
            connection, effect, members["owner"], lines, remainder="0.4"
        )
    for party, share in lines:
        assert isinstance(party, int)
        part = Part(None if share is None else Decimal(share), Decimal("0.4"), allocation)
        await create_published_claim(pool, party, effect, part)
    await create_published_claim(pool, members["owner"], other, visibility="CONSORTIUM")
    # Of the lives of products: never added to years.
    lives = await create_shared_effect(pool, members["second"], **YEAR_2025)
    await name_initiative(pool, lives, initiative)
    await create_published_claim(pool, members["second"], lives)
    disclosed = await create_claim(pool, members["third"], value_kg_co2e=Decimal(7_000))
    await link_claim(pool, disclosed, initiative_id=initiative)
    await rebuild_all(today=TODAY)

    progress = await target(told, basis="ASSESSED")
    assert (progress["startsOn"], progress["endsOn"]) == (None, "2030-12-31")
    assert (progress["achieved"], progress["share"], progress["remaining"]) == (
        "2000",
        "0.5",
        "2000",
    )
    assert sorted(
        (one["organisation"] and one["organisation"]["name"], one["quantity"], one["claims"])
        for one in progress["contributions"]["nodes"]
        if one["organisation"]
    ) == [("The owner", "1600", 2)]
    [joint] = [one for one in progress["contributions"]["nodes"] if not one["organisation"]]
    assert (joint["quantity"], joint["claims"]) == ("400", 1)
    assert sorted(one["reason"] for one in progress["leftOut"]["nodes"]) == [
        "COUNTED_ONCE",
        "NOT_YEAR_ON_YEAR",
    ]
    assert (progress["missing"], progress["path"]) == ([], [])
    assert (progress["neededFrom"], progress["yearsLeft"]) == ("2026-01-01", "5")

    # The public is told of what is public.
    seen = await target(told, ANONYMOUS, basis="ASSESSED")
    assert seen["achieved"] == "1000"
    apart = await target(told)
    assert (apart["basis"], apart["achieved"]) == ("DISCLOSED", "7")
    assert [one["organisation"]["name"] for one in apart["contributions"]["nodes"]] == ["The third"]

    totals = await told.house.ask(
        """{ assessedEmissions(groupBy: [INITIATIVE], where: { timeframe: { eq: YEAR_ON_YEAR } }) {
             groups { key { initiative { id } } net joint claims } } }""",
        told.of("stranger"),
    )
    assert totals["assessedEmissions"]["groups"] == [
        {
            "key": {"initiative": {"id": f"initiative_{initiative}"}},
            "net": "2000",
            "joint": "400",
            "claims": 4,
        }
    ]
    assert await check_assessed_totals(today=TODAY) == []


async def test_a_pledge_by_assessed_claims(told: Story, database: Database) -> None:
    """A member's own shares alone; a joint remainder is in no member's total."""
    pool, members = database.pool, told.members
    await create_pledge(pool, members["owner"], quantity_kg_co2e=Decimal(15_000_000))
    for name, tonnes in (("owner", "300"), ("second", "500")):
        effect = await create_shared_effect(
            pool, members["owner"], timeframe="YEAR_ON_YEAR", tonnes=tonnes, **YEAR_2025
        )
        async with pool.acquire() as connection:
            share, remainder = ("1", "0") if name == "owner" else (None, "1")
            allocation = await create_allocation(
                connection,
                effect,
                members["owner"],
                [(members["owner"], share)],
                remainder=remainder,
            )
        part = Part(None if share is None else Decimal(share), Decimal(remainder), allocation)
        await create_published_claim(pool, members["owner"], effect, part)

    data = await told.house.ask(
        f"{{ pledges {{ nodes {{ progress(basis: ASSESSED) {{ {ASKED} }} }} }} }}",
        told.of("stranger"),
    )
    progress = data["pledges"]["nodes"][0]["progress"]

    assert progress["achieved"] == "300"
    assert progress["share"] == "0.02"
    assert [one["reason"] for one in progress["leftOut"]["nodes"]] == ["JOINT"]
    assert [one["year"] for one in progress["missing"]] == [2021, 2022, 2023, 2024]
    assert len(progress["path"]) == 15


async def test_effects_name_initiatives(database: Database) -> None:
    """As they are recorded, corrected and restated; unknown ones are not found."""
    wei = await engineer(database)
    pool = database.pool
    first, second = [f"initiative_{await create_initiative(pool)}" for _ in range(2)]
    comparison = await wei.compared()
    effect = await wei.effect(comparison, (2026, "10"), initiatives=[first, second, first])
    named = "version initiatives { id }"

    about = {"effect": effect["id"], "version": 1}
    kept = await wei.do("updateEffect", named, **about)
    assert [one["id"] for one in kept["initiatives"]] == [first, second]
    changed = await wei.do("updateEffect", named, **about | {"version": 2}, initiatives=[second])
    assert [one["id"] for one in changed["initiatives"]] == [second]
    refused = await wei.refused(
        "updateEffect", **about | {"version": 3}, initiatives=["initiative_9"]
    )
    assert refused[0] == "NOT_FOUND"

    listed = await wei.house.ask(
        f'{{ effects(where: {{ initiatives: {{ some: {{ id: {{ eq: "{second}" }} }} }} }})'
        " { nodes { id } } }",
        wei.by,
    )
    assert listed["effects"]["nodes"] == [{"id": effect["id"]}]

    # Once it is claimed it names what it names.
    key = int(effect["id"].removeprefix("effect_"))
    assert wei.by.organisation_id is not None
    await create_published_claim(pool, wei.by.organisation_id, key)
    with pytest.raises(asyncpg.CheckViolationError):
        await pool.execute("DELETE FROM effect_initiative")
    again = {"effect": effect["id"], "version": 3, "reference": "sold-2026-again"}
    restated = await wei.do("restateEffect", named, **again)
    assert [one["id"] for one in restated["initiatives"]] == [second]
