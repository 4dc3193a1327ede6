"""Two records of one organisation that both claim: nothing is lost or more than a whole."""

from decimal import Decimal
from typing import Any

import pytest

from consortium.assessment.actions import check_assessed_totals
from consortium.kernel.principal import Permission, Principal, Rights
from consortium.reorganisations.actions.merging import (
    MergeOrganisations,
    UnmergeOrganisations,
    merge_organisations,
    unmerge_organisations,
)
from consortium.storage.database import Database
from tests.assessment.story import Story, restated, story
from tests.factories.dumps import differing, dump
from tests.factories.shares import create_allocation
from tests.served import TODAY

SECRETARY = Principal(Rights(permissions=frozenset({Permission.ORGANISATIONS_MANAGE})))
RECORDS = ("audit_entry", "audit_change", "organisation_merge", "organisation_merge_change")
WHOSE = "SELECT organisation_id, reference FROM assessed_claim ORDER BY id"
TOTAL = """{ assessedEmissions { groups { net own joint gross claims effects } } }"""


@pytest.fixture
async def told(database: Database) -> Story:
    """An effect that two records share, which prove to be one organisation."""
    return await story(database)


async def merged(told: Story) -> int:
    """The second record becomes part of the owner's; the kept totals stay true."""
    names = told.members
    with told.house.database.active():
        key = await merge_organisations(
            SECRETARY, MergeOrganisations(names["second"], names["owner"]), TODAY
        )
        assert await check_assessed_totals() == []
    claimed = await told.pool.fetch(
        "SELECT sum(share) FROM assessed_claim WHERE status = 'PUBLISHED' GROUP BY effect_id"
    )
    assert all(row[0] is None or row[0] <= 1 for row in claimed)
    return key


async def total(told: Story) -> list[dict[str, Any]]:
    """What members are told."""
    data = await told.house.ask(TOTAL, told.of("stranger"))
    groups: list[dict[str, Any]] = data["assessedEmissions"]["groups"]
    return groups


async def undone(told: Story, key: int, before: Any) -> None:
    """Every table is as it was."""
    with told.house.database.active():
        await unmerge_organisations(SECRETARY, UnmergeOrganisations(key), TODAY)
    assert differing(before, await dump(told.house.database, *RECORDS)) == {}


async def whose(told: Story) -> list[str]:
    """The record of each claim, by its name in the story."""
    names = {key: name for name, key in told.members.items()}
    return [names[row[0]] for row in await told.pool.fetch(WHOSE)]


async def test_both_have_published_their_shares(told: Story) -> None:
    """0.6 and 0.4 of one effect: the second stays with its record, and both count as before."""
    await told.shared(("owner", "0.6"), ("second", "0.4"))
    await told.published("owner")
    await told.published("second")
    before, sums = await dump(told.house.database, *RECORDS), await total(told)
    assert [one["net"] for one in sums] == ["1000"]

    key = await merged(told)

    lines = await told.pool.fetch("SELECT share FROM effect_contribution ORDER BY id")
    assert [row[0] for row in lines] == [Decimal("0.6"), Decimal("0.4")]
    assert await whose(told) == ["owner", "second"]
    await undone(told, key, before)
    assert await total(told) == sums


async def test_one_has_published_and_the_other_drafts(told: Story) -> None:
    """The draft goes over where the survivor has none in work, and is published nowhere twice."""
    await told.shared(("owner", None), ("second", None), remainder="1")
    await told.published("owner")
    await told.drafted("second", reference="pumps-of-second")
    before, sums = await dump(told.house.database, *RECORDS), await total(told)

    key = await merged(told)

    assert await whose(told) == ["owner", "owner"]
    assert await total(told) == sums
    await undone(told, key, before)


async def test_one_restates_the_claim_of_the_other(told: Story) -> None:
    """A chain over both records stays a chain, and counts once."""
    await told.shared(("second", "1"))
    old = await told.published("second")
    effect = await restated(told.pool, told.effect_id, Decimal(700_000))
    async with told.pool.acquire() as connection:
        line = [(told.members["second"], "1")]
        await create_allocation(connection, effect, told.members["owner"], line)
    await told.do("restateClaim", told.of("second"), await told.now(old), reference="again")
    before, sums = await dump(told.house.database, *RECORDS), await total(told)

    key = await merged(told)

    assert await whose(told) == ["owner", "owner"]
    rows = await told.pool.fetch("SELECT restates_id IS NULL FROM assessed_claim ORDER BY id")
    assert [row[0] for row in rows] == [True, False]
    # What the survivor holds now it may act upon.
    claims = await told.house.ask(
        "{ assessedClaims { nodes { organisation { id } } } }", told.of("owner")
    )
    assert {one["organisation"]["id"] for one in claims["assessedClaims"]["nodes"]} == {
        f"org_{told.members['owner']}"
    }
    await undone(told, key, before)
    assert await total(told) == sums


@pytest.mark.parametrize("answer", ["ACCEPTED", "PENDING"])
async def test_both_are_named_in_allocations(told: Story, answer: str) -> None:
    """Each on its own effect and both on one: every line and every share is kept."""
    async with told.pool.acquire() as connection:
        parties = [(told.members[name], "0.5") for name in ("owner", "second")]
        pending: dict[str, Any] = {"status": "PROPOSED", "decided_on": None}
        await create_allocation(
            connection,
            told.effect_id,
            told.members["second"],
            parties,
            answer=answer,
            **({} if answer == "ACCEPTED" else pending),
        )
    before = await dump(told.house.database, *RECORDS)

    key = await merged(told)

    rows = await told.pool.fetch("SELECT share FROM effect_contribution")
    assert sum(row[0] for row in rows) == 1
    await undone(told, key, before)
