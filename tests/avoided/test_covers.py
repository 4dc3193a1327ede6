"""A disclosed claim that an effect covers is in no disclosed sum until that is undone."""

from datetime import date, timedelta
from typing import Any

import pytest

from consortium.avoided.actions import check_totals, rebuild_all, refresh
from consortium.identity.rules.roles import Role
from consortium.storage.database import Database
from tests.asking import House, principal
from tests.factories import create_claim, create_membership, create_organisation
from tests.factories.dumps import dump
from tests.factories.shares import create_shared_effect, create_shared_solution
from tests.served import TODAY

ASKED = """query ($known: Date) { avoidedEmissions(groupBy: [YEAR], knownAt: $known) {
  groups { total { value } claims }
  leftOut(first: 10) { nodes { reason claim { id coveredBy { id } } } } } }"""
DAY = timedelta(days=1)


async def asked(house: House, on: date = TODAY, known: date | None = None) -> Any:
    """The sum of the one group, if there is one, and why what is left out is."""
    by = principal(organisation=None)
    told = (await house.ask(ASKED, by, on, known=known and str(known)))["avoidedEmissions"]
    sums = [one["total"]["value"] for one in told["groups"]]
    return sums, [(one["reason"], one["claim"]["coveredBy"]) for one in told["leftOut"]["nodes"]]


async def made(database: Database) -> tuple[int, int, int]:
    """A member with a public claim of 1 000 t for 2023, and with an effect of that year."""
    pool = database.pool
    member = await create_organisation(pool)
    await create_membership(pool, member)
    claim = await create_claim(
        pool,
        member,
        kind="FORWARD_LOOKING",
        period_start=date(2023, 1, 1),
        period_end=date(2023, 12, 31),
        year=2023,
        known_on=date(2024, 3, 1),
    )
    days: dict[str, Any] = {"period_start": date(2023, 1, 1), "period_end": date(2023, 12, 31)}
    effect = await create_shared_effect(pool, member, sold_years=(2023,), **days)
    with database.active():
        await refresh([member], today=TODAY)
    return member, claim, effect


async def test_a_covered_claim_leaves_the_sums_and_comes_back(database: Database) -> None:
    """At once for everyone; what was known before stays known, and kept sums are a scan's."""
    member, claim, effect = await made(database)
    house, by = House(database), principal(Role.APPROVER, organisation=member)
    before = await asked(house)
    assert before == (["1000"], [])
    given = {"claim": f"claim_{claim}", "effect": f"effect_{effect}", "reason": "The same pumps."}

    covered = await house.do("coverClaim", by, "coveredBy { id }", **given)

    assert covered == {"coveredBy": {"id": f"effect_{effect}"}}
    left_out: Any = ([], [("COVERED_BY_EFFECT", {"id": f"effect_{effect}"})])
    assert await asked(house) == left_out
    assert (await asked(house, known=TODAY - DAY))[0] == ["1000"]
    with database.active():
        assert await check_totals(today=TODAY) == []
    assert await house.refused("coverClaim", by, **given) == "CLAIM_COVERED"

    later = TODAY + 9 * DAY
    await house.do("uncoverClaim", by, "id", later, claim=f"claim_{claim}")

    assert (await asked(house, later)) == before
    assert (await asked(house, later, known=later - DAY))[0] == []
    assert await house.refused("uncoverClaim", by, claim=f"claim_{claim}") == "CLAIM_NOT_COVERED"
    kept = (await dump(database))["avoided_total"]
    with database.active():
        assert await check_totals(today=later) == []
        await rebuild_all(today=later)
    assert (await dump(database))["avoided_total"] == kept
    entries = await database.pool.fetch(
        "SELECT action FROM audit_entry WHERE action LIKE 'claim:%' ORDER BY id"
    )
    assert [row[0] for row in entries] == ["claim:cover", "claim:uncover"]


@pytest.mark.parametrize(
    ("claimed", "shown", "reason", "code"),
    [
        ({}, {}, " ", "COVER_UNEXPLAINED"),
        ({"kind": "YEAR_ON_YEAR"}, {}, "Same.", "COVER_DIFFERS"),
        (
            {"period_start": date(2021, 1, 1), "period_end": date(2021, 12, 31), "year": 2021},
            {},
            "Same.",
            "COVER_DIFFERS",
        ),
        ({}, {"visibility": "CONSORTIUM"}, "Same.", "EFFECT_SHOWN_TO_FEWER"),
        ({}, {"hidden": True}, "Same.", "EFFECT_SHOWN_TO_FEWER"),
        ({"part": True}, {}, "Same.", "COVERS_PART"),
    ],
)
async def test_what_covers_no_claim(
    database: Database, claimed: dict[str, Any], shown: dict[str, Any], reason: str, code: str
) -> None:
    """Nothing is changed, and it is said why."""
    member, claim, _ = await made(database)
    if claimed.pop("part", False):
        claim = await create_claim(
            database.pool, member, kind="FORWARD_LOOKING", part_of_id=claim, value_kg_co2e=1000
        )
    elif claimed:
        claim = await create_claim(database.pool, member, **claimed)
    visible = "PRIVATE" if shown.pop("hidden", False) else "PUBLIC"
    solution = await create_shared_solution(database.pool, member, visibility=visible)
    days: dict[str, Any] = {"period_start": date(2023, 1, 1), "period_end": date(2023, 12, 31)}
    effect = await create_shared_effect(
        database.pool, member, solution_id=solution, sold_years=(2023,), **days, **shown
    )
    by = principal(Role.APPROVER, organisation=member)
    given = {"claim": f"claim_{claim}", "effect": f"effect_{effect}", "reason": reason}

    assert await House(database).refused("coverClaim", by, **given) == code
