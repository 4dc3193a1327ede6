"""Totals of assessed claims: DOMAIN's numbers, what is told to whom, and what was known when."""

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import orjson
import pytest

from consortium.assessment.actions import check_assessed_totals
from consortium.kernel.principal import ANONYMOUS, Permission, Principal, Rights
from consortium.storage.database import Database
from schema.planner.execution import Executor, Request
from tests.factories.assessed import (
    Part,
    assure,
    create_accepted_claim,
    create_published_claim,
    end,
)
from tests.factories.membership import create_membership
from tests.factories.organisations import create_organisation
from tests.factories.shares import create_allocation, create_shared_effect

TODAY = datetime.now(UTC).date()
MEMBER = Principal(Rights(is_member=True))
SECRETARIAT = Principal(Rights(permissions=frozenset({Permission.FIGURES_READ_ALL})))
ASKED = """
query ($by: [AssessedEmissionsDimension!]!, $where: AssessedEmissionsFilter, $on: Date,
       $known: Date) {
  assessedEmissions(groupBy: $by, where: $where, onDate: $on, knownAt: $known) { groups {
    key { timeframe year sector undivided member { id } }
    net own joint gross overlap claims effects contributors assured
    specificity { lowest specific regional globalAverage }
    interval { low high signNotEstablished }
    beside { unallocated nonMembers platform }
    contributions(first: 10) { nodes {
      claimed own joint effect { explanation { nodes { position } } } } } } }
}
"""


@pytest.fixture
async def members(database: Database) -> list[int]:
    """Three members."""
    keys = [await create_organisation(database.pool, sector="Steel") for _ in range(3)]
    for key in keys:
        await create_membership(database.pool, key)
    return keys


async def asked(
    database: Database,
    caller: Principal = ANONYMOUS,
    *by: str,
    where: Any = None,
    on: date | None = None,
    known: date | None = None,
) -> list[dict[str, Any]]:
    """The groups."""
    variables = {
        "by": by,
        "where": where,
        "on": None if on is None else str(on),
        "known": None if known is None else str(known),
    }
    answer = await Executor.over(database.pool).run(Request(ASKED, variables, None), caller, TODAY)
    groups: list[dict[str, Any]] = orjson.loads(answer)["data"]["assessedEmissions"]["groups"]
    return groups


async def shared(
    database: Database,
    parties: Sequence[tuple[int | str, str | None]],
    remainder: str = "0",
    **values: Any,
) -> list[int]:
    """An effect of 1 000 t shared so, and a public claim of each of its members."""
    owner = next(party for party, _ in parties if isinstance(party, int))
    published = {key: values.pop(key) for key in ("visibility",) if key in values}
    async with database.pool.acquire() as connection:
        effect = await create_shared_effect(connection, owner, **values)
        key = await create_allocation(connection, effect, owner, parties, remainder=remainder)
        return [
            await create_published_claim(
                connection,
                party,
                effect,
                Part(None if share is None else Decimal(share), Decimal(remainder), key),
                **published,
            )
            for party, share in parties
            if isinstance(party, int)
        ]


def numbers(group: dict[str, Any], *names: str) -> list[int]:
    """Whole tonnes and counts."""
    return [int(group[name]) for name in names]


async def test_three_joint_members(database: Database, members: list[int]) -> None:
    """1 000 t that three claim jointly: gross 3 000, overlap 2 000, net 1 000; nobody's own."""
    await shared(database, [(key, None) for key in members], "1")

    [group] = await asked(database)
    assert numbers(group, "gross", "overlap", "net", "own", "joint") == [3000, 2000, 1000, 0, 1000]
    assert numbers(group, "claims", "effects", "contributors") == [3, 1, 3]
    [undivided] = await asked(database, ANONYMOUS, "MEMBER")
    assert undivided["key"]["undivided"]
    assert undivided["key"]["member"] is None
    assert numbers(undivided, "net", "contributors") == [1000, 3]


async def test_shares_of_50_30_20(database: Database, members: list[int]) -> None:
    """500, 300, 200; net 1 000 and no overlap."""
    await shared(database, list(zip(members, ("0.5", "0.3", "0.2"), strict=True)))

    [group] = await asked(database)
    assert numbers(group, "gross", "overlap", "net") == [1000, 0, 1000]
    by_member = await asked(database, ANONYMOUS, "MEMBER")
    assert [int(one["own"]) for one in by_member] == [500, 300, 200]


@pytest.mark.parametrize(
    ("outsider", "remainder", "unallocated", "non_members"),
    [((), "0.2", 200, 0), ((("Acme", "0.2"),), "0", 0, 200)],
)
async def test_what_stands_beside(
    database: Database,
    members: list[int],
    outsider: tuple[tuple[str, str], ...],
    remainder: str,
    unallocated: int,
    non_members: int,
) -> None:
    """50 and 30 of 1 000 t: net 800; what is nobody's or a non-member's stands beside it."""
    parties: list[tuple[int | str, str | None]] = [(members[0], "0.5"), (members[1], "0.3")]
    parties += outsider
    await shared(database, parties, remainder)

    [group] = await asked(database, SECRETARIAT)
    assert numbers(group, "net", "gross") == [800, 800]
    assert numbers(group["beside"], "unallocated", "nonMembers") == [unallocated, non_members]
    # A party sees how the effect is shared; other members and the public do not.
    party = Principal(Rights(is_member=True, has_organisation=True), members[1])
    assert (await asked(database, party))[0]["beside"] == group["beside"]
    other = Principal(Rights(is_member=True, has_organisation=True), members[2])
    for caller in (other, MEMBER, ANONYMOUS):
        [seen] = await asked(database, caller)
        assert seen["beside"] is None
        assert seen["net"] == group["net"]


async def test_a_filter_counts_a_remainder_once(database: Database, members: list[int]) -> None:
    """Of one sector, all of which claim jointly, the remainder counts once."""
    await shared(database, [(key, None) for key in members], "1")

    [group] = await asked(database, where={"sector": {"eq": "Steel"}})
    assert numbers(group, "net", "gross", "contributors") == [1000, 3000, 3]
    keys = {"id": {"eq": f"org_{members[0]}"}}
    [alone] = await asked(database, where={"member": keys})
    assert numbers(alone, "net", "gross", "overlap", "contributors") == [1000, 1000, 0, 1]


async def test_what_is_not_published_changes_nothing(
    database: Database, members: list[int]
) -> None:
    """A claim before its publication is in no total or count of anybody, the secretariat too."""
    await shared(database, [(members[0], "1")])
    callers = (ANONYMOUS, MEMBER, SECRETARIAT)
    before = [await asked(database, caller, "YEAR") for caller in callers]

    effect = await create_shared_effect(database.pool, members[1])
    await create_accepted_claim(database.pool, members[1], effect)

    assert [await asked(database, caller, "YEAR") for caller in callers] == before
    assert await check_assessed_totals() == []


async def test_what_members_are_shown_changes_nothing_for_the_public(
    database: Database, members: list[int]
) -> None:
    """A claim for the consortium alone is in members' totals, and its remainder in no other."""
    await shared(database, [(members[0], "1")])
    before = [await asked(database, ANONYMOUS, *by) for by in ((), ("SECTOR",), ("MEMBER", "YEAR"))]

    claims = await shared(
        database, [(members[1], None), (members[2], None)], "1", visibility="CONSORTIUM"
    )

    after = [await asked(database, ANONYMOUS, *by) for by in ((), ("SECTOR",), ("MEMBER", "YEAR"))]
    assert after == before
    [group] = await asked(database, MEMBER)
    assert numbers(group, "net", "gross", "contributors") == [2000, 3000, 3]
    # Of two joint claims one is shown to everyone: the remainder counts once for the public too.
    await database.pool.execute(
        f"UPDATE assessed_claim SET visibility = 'PUBLIC' WHERE id = {claims[0]}"  # noqa: S608
    )
    [public] = await asked(database)
    assert numbers(public, "net", "gross", "contributors") == [2000, 2000, 2]


async def test_last_year_as_it_was_known(database: Database, members: list[int]) -> None:
    """What was withdrawn, restated or assured later is told as it was known on a day."""
    first, second = members[:2]
    effect = await create_shared_effect(database.pool, first)
    old = await create_published_claim(
        database.pool, first, effect, published_on=TODAY - timedelta(days=50)
    )
    other = await create_shared_effect(database.pool, second, tonnes="30")
    kept = await create_published_claim(
        database.pool, second, other, published_on=TODAY - timedelta(days=20)
    )
    await end(database.pool, old, TODAY - timedelta(days=10))
    await assure(database.pool, kept, TODAY - timedelta(days=5))

    def days(before: int) -> date:
        return TODAY - timedelta(days=before)

    assert await asked(database, known=days(51)) == []
    told = [
        numbers((await asked(database, known=days(before)))[0], "net", "assured")
        for before in (50, 21, 20, 11, 10, 6, 5, 0)
    ]
    assert told == [
        *([1000, 0], [1000, 0], [1030, 0], [1030, 0]),
        *([30, 0], [30, 0], [30, 30], [30, 30]),
    ]


async def test_members_of_the_day_asked_about(database: Database, members: list[int]) -> None:
    """Whose claims count is asked with onDate: of organisations that are members on it."""
    await shared(database, [(members[0], "1")])
    ended = TODAY - timedelta(days=3)
    await database.pool.execute(
        f"UPDATE membership SET ends_on = '{ended}' WHERE organisation_id = {members[0]}"  # noqa: S608
    )

    assert await asked(database) == []
    [then] = await asked(database, on=ended)
    assert numbers(then, "net") == [1000]
    assert await check_assessed_totals() == []


async def test_an_open_sign_is_said(database: Database, members: list[int]) -> None:
    """Effects err apart: 1 000 t with 30 % and 1 000 t with 40 % are 2 000 t with 500 t."""
    await shared(database, [(members[0], "1")], uncertainty=Decimal("0.3"))
    await shared(database, [(members[1], "1")], uncertainty=Decimal("0.4"))

    [group] = await asked(database)
    assert group["interval"] == {"low": "1500", "high": "2500", "signNotEstablished": False}
    await shared(database, [(members[2], "1")], tonnes="-10", uncertainty=Decimal(300))
    [group] = await asked(database)
    assert group["interval"]["signNotEstablished"]
    await shared(database, [(members[2], "1")], tonnes="1")
    [group] = await asked(database)
    assert group["interval"] is None


async def test_timeframes_are_never_added(database: Database, members: list[int]) -> None:
    """Each has a total of its own, whatever is asked."""
    await shared(database, [(members[0], "1")], timeframe="YEAR_ON_YEAR")
    await shared(database, [(members[0], "1")], tonnes="7")

    groups = await asked(database)
    assert {one["key"]["timeframe"]: int(one["net"]) for one in groups} == {
        "FORWARD_LOOKING": 7,
        "YEAR_ON_YEAR": 1000,
    }
