"""The kept standings and sums follow whatever is written."""

import asyncio
from collections import Counter
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from random import Random

import pytest

from consortium.avoided.actions import advance, check_totals, rebuild_all, refresh
from consortium.avoided.actions.standing_rows import COLUMNS
from consortium.storage.database import Database, transaction
from consortium.storage.raw import raw
from tests.factories.avoided import create_claim, link_claim
from tests.factories.initiatives import create_initiative
from tests.factories.membership import create_membership
from tests.factories.organisations import create_organisation, create_parentage

TOTAL = """
SELECT claims, value_kg_co2e FROM avoided_total
WHERE grouping = $1 AND kind = 'YEAR_ON_YEAR' AND claims > 0 ORDER BY id
"""


def today_here() -> date:
    """The day as the server, which runs in UTC, has it."""
    return datetime.now(UTC).date()


async def row_of(database: Database, statement: str, *values: object) -> tuple[object, ...]:
    """The one row of a statement."""
    row = await database.pool.fetchrow(statement, *values)
    assert row is not None
    return tuple(row)


async def member(database: Database) -> int:
    """An organisation that is a member."""
    organisation = await create_organisation(database.pool, country="DE", sector="Steel")
    await create_membership(database.pool, organisation)
    return organisation


async def totals(database: Database, grouping: int = 0) -> list[tuple[int, Decimal]]:
    """Claims and values of the sums of a grouping."""
    return [tuple(row) for row in await database.pool.fetch(TOTAL, grouping)]


async def standings(database: Database) -> Counter[tuple[object, ...]]:
    """All standings, without their ids."""
    rows = await database.pool.fetch(f"SELECT {', '.join(COLUMNS)} FROM avoided_standing")  # noqa: S608
    return Counter(tuple(map(str, row)) for row in rows)


async def random_world(database: Database, random: Random) -> None:
    """Organisations in groups, memberships of all times, and claims with all kinds of links."""
    pool, today = database.pool, today_here()
    organisations = [
        await create_organisation(pool, country=random.choice(["DE", "US", None])) for _ in range(6)
    ]
    for organisation in organisations[:4]:
        starts = today - timedelta(days=random.randrange(100, 900))
        ends = random.choice([None, None, today - timedelta(days=20)])
        await create_membership(pool, organisation, starts_on=starts, ends_on=ends)
    await create_parentage(pool, organisations[1], organisations[0])
    await create_parentage(pool, organisations[2], organisations[1])
    initiative = await create_initiative(pool)
    claims: list[int] = []
    for _ in range(60):
        year = random.choice([2021, 2022])
        claim = await create_claim(
            pool,
            random.choice(organisations),
            kind=random.choice(["YEAR_ON_YEAR", "YEAR_ON_YEAR", "CUMULATIVE"]),
            period_start=date(year, 1, 1),
            period_end=date(random.choice([year, 2022]), 12, 31),
            value_kg_co2e=Decimal(random.randrange(-500, 5000)),
            bound=random.choice(["EXACT", "AT_LEAST", "APPROXIMATE"]),
            category=random.choice(["wind", "solar", None]),
            part_of_id=random.choice([None, *claims[-3:]]),
            supersedes_id=random.choice([None, None, None, *claims[-2:]]),
            visibility=random.choice(["PUBLIC", "PUBLIC", "CONSORTIUM", "PRIVATE"]),
            known_on=today - timedelta(days=random.randrange(-5, 50)),
        )
        claims.append(claim)
        if random.random() < 0.3:
            await link_claim(pool, claim, initiative_id=initiative)


@pytest.mark.parametrize("seed", [1, 2, 3])
async def test_sums_and_standings_follow_all_that_is_written(database: Database, seed: int) -> None:
    """After any writes, refreshing leaves what computing everything anew gives."""
    random = Random(seed)  # noqa: S311  the same world every time
    await random_world(database, random)
    await refresh()
    assert await check_totals() == []
    pool = database.pool
    await pool.execute("UPDATE avoided_claim SET quarantined = true WHERE id % 7 = 0")
    await pool.execute("UPDATE avoided_claim SET value_kg_co2e = 7 WHERE id % 5 = 0")
    await pool.execute("UPDATE organisation SET country = 'FR' WHERE id % 2 = 0")
    await pool.execute("DELETE FROM avoided_claim_initiative WHERE id % 3 = 0")
    await pool.execute("UPDATE parentage SET ends_on = '2021-12-31' WHERE id % 2 = 0")
    await refresh()
    assert await check_totals() == []

    kept = await standings(database)
    await rebuild_all()

    assert await standings(database) == kept
    assert await check_totals() == []


async def test_a_second_refresh_changes_nothing(database: Database) -> None:
    """Rows that are right stay."""
    await random_world(database, Random(4))  # noqa: S311
    assert (await refresh()).added > 0

    assert await refresh() == (0, 0)


async def test_sums_follow_membership_at_once(database: Database) -> None:
    """Joining counts, leaving uncounts, in the statement that says so."""
    organisation = await create_organisation(database.pool)
    await create_claim(database.pool, organisation)
    await refresh()
    assert await totals(database) == []

    membership = await create_membership(database.pool, organisation)
    assert await totals(database) == [(1, Decimal(1_000_000))]

    await database.pool.execute("UPDATE membership SET status = 'FORMER' WHERE id = $1", membership)
    assert await totals(database) == []
    assert await check_totals() == []


async def test_a_subsidiary_counts_when_its_controller_is_no_member(database: Database) -> None:
    """What covers it is in the sums only while the controller is a member."""
    parent, child = await member(database), await member(database)
    await create_parentage(database.pool, child, parent)
    await create_claim(database.pool, parent, value_kg_co2e=Decimal(100))
    await create_claim(database.pool, child, value_kg_co2e=Decimal(30))
    await refresh()
    assert await totals(database) == [(1, Decimal(100))]

    await database.pool.execute("DELETE FROM membership WHERE organisation_id = $1", parent)

    assert await totals(database) == [(1, Decimal(30))]
    assert await check_totals() == []


async def test_sums_by_initiative_follow_links(database: Database) -> None:
    """A claim moves between those without an initiative and those of each that it names."""
    organisation = await member(database)
    one, two = await create_initiative(database.pool), await create_initiative(database.pool)
    claim = await create_claim(database.pool, organisation)
    await refresh()
    by_initiative = """SELECT initiative_id, claims FROM avoided_total
        WHERE grouping = 128 AND claims > 0 ORDER BY 1"""

    async def counted() -> list[tuple[int | None, int]]:
        return [tuple(row) for row in await database.pool.fetch(by_initiative)]

    assert await counted() == [(None, 1)]
    await link_claim(database.pool, claim, initiative_id=one)
    assert await counted() == [(one, 1)]
    await link_claim(database.pool, claim, initiative_id=two)
    assert await counted() == [(one, 1), (two, 1)]
    await database.pool.execute("DELETE FROM avoided_claim_initiative")
    assert await counted() == [(None, 1)]
    assert await totals(database) == [(1, Decimal(1_000_000))]


async def test_deleting_a_claim_takes_it_out_of_the_sums(database: Database) -> None:
    """Its standings and links go with it, in whatever order."""
    organisation = await member(database)
    initiative = await create_initiative(database.pool)
    claim = await create_claim(database.pool, organisation)
    await link_claim(database.pool, claim, initiative_id=initiative)
    await refresh()

    await database.pool.execute("DELETE FROM avoided_claim")
    await refresh()

    assert await totals(database) == []
    assert await check_totals() == []


async def test_two_writers_at_once_lose_nothing(database: Database) -> None:
    """Each adds a claim of one organisation and refreshes; the sums hold both."""
    organisation = await member(database)

    async def write(value: int) -> None:
        with database.active():
            async with transaction() as client:
                connection = raw(client)
                await create_claim(connection, organisation, value_kg_co2e=Decimal(value))
                await refresh([organisation])

    await asyncio.gather(*(write(10**n) for n in range(4)))

    assert await totals(database) == [(4, Decimal(1111))]
    assert await check_totals() == []


async def test_a_wrong_sum_is_found(database: Database) -> None:
    """The check is no formality: a changed row is told with both values."""
    organisation = await member(database)
    await create_claim(database.pool, organisation)
    await refresh()
    await database.pool.execute("UPDATE avoided_total SET claims = 2 WHERE grouping = 4")
    await database.pool.execute("INSERT INTO avoided_stale (organisation_id) VALUES (1)")

    wrong, stale = await check_totals()

    assert '"grouping": 4' in wrong.what
    assert '"claims": 2' in wrong.kept
    assert '"claims": 1' in wrong.computed
    assert stale.what == "organisations with stale standings"


async def test_parts_are_noted_on_their_total(database: Database) -> None:
    """Verizon 2017: what the parts add up to, and the total less that; blank without parts."""
    organisation = await member(database)
    total = await create_claim(database.pool, organisation, value_kg_co2e=Decimal(7700))
    part = await create_claim(
        database.pool, organisation, value_kg_co2e=Decimal(7710), part_of_id=total
    )
    await refresh()
    noted = "SELECT parts_kg_co2e, parts_difference_kg_co2e FROM avoided_claim WHERE id = $1"
    assert await row_of(database, noted, total) == (7710, -10)

    await database.pool.execute("UPDATE avoided_claim SET part_of_id = NULL WHERE id = $1", part)
    await refresh()

    assert await row_of(database, noted, total) == (None, None)


async def test_the_sums_say_for_which_days_they_hold(database: Database) -> None:
    """From the last change of membership to the next known one; then `advance` moves them on."""
    organisation = await create_organisation(database.pool)
    today = today_here()
    joins, leaves = today - timedelta(days=10), today + timedelta(days=5)
    await create_membership(database.pool, organisation, starts_on=joins, ends_on=leaves)
    await create_claim(database.pool, organisation)
    await refresh()
    state = "SELECT valid_from, valid_until FROM avoided_total_state"
    assert await row_of(database, state) == (joins, leaves + timedelta(days=1))
    assert await totals(database) == [(1, Decimal(1_000_000))]
    assert not await advance()

    day_after = leaves + timedelta(days=1)
    assert await advance(today=day_after)

    assert await row_of(database, state) == (day_after, None)
    assert await totals(database) == []
    assert await check_totals(today=day_after) == []
