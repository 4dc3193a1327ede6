"""Totals of assessed claims are what adding up every claim, slowly and obviously, gives.

Worlds are made from seeds; Hypothesis draws who asks what. CONSORTIUM_LAW_TIMES as in
`test_planner_equals_oracle`.
"""

from collections.abc import Iterable
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import asyncpg
import pytest
from hypothesis import given
from hypothesis import strategies as st

from consortium.assessment.actions import (
    advance_totals,
    check_assessed_totals,
    rebuild_totals,
)
from consortium.kernel.principal import ANONYMOUS, Permission, Principal, Rights
from consortium.storage.database import Database
from tests.factories.assessed_worlds import AssessedMaker
from tests.laws.test_planner_equals_oracle import Bench, bench_of, many
from tests.oracle.documents import Operation
from tests.oracle.world import Row

DIMENSIONS = ("YEAR", "CATEGORY", "VALUE_CHAIN", "MEMBER", "GROUP", "SECTOR", "COUNTRY", "ASSURED")
# An effect that names two initiatives is in two groups.
OVERLAPPING = "INITIATIVE"
ASKED = """
query ($by: [AssessedEmissionsDimension!]!, $where: AssessedEmissionsFilter,
       $on: Date, $known: Date) {
  assessedEmissions(groupBy: $by, where: $where, onDate: $on, knownAt: $known) {
    groups {
      key { timeframe year category sector country assured undivided
        valueChain { id } initiative { id } member { id } group { id } }
      net(unit: KILOGRAM_CO2E) own(unit: KILOGRAM_CO2E) joint(unit: KILOGRAM_CO2E)
      gross(unit: KILOGRAM_CO2E) overlap(unit: KILOGRAM_CO2E) assured(unit: KILOGRAM_CO2E)
      claims effects contributors
      specificity { lowest specific regional globalAverage }
      interval { low high signNotEstablished }
      beside { unallocated nonMembers platform }
      contributions(first: 1000) { totalCount nodes {
        claim { id } effect { id } member { id } initiatives { id }
        claimed own joint kept assured } }
    }
  }
}
"""
ADDED = ("net", "own", "joint", "gross", "overlap", "assured", "claims")
# What was decided about effects: taken off a part from a day on, and less from a later one.
DECIDED = """
CREATE OR REPLACE FUNCTION effect_kept(key bigint, on_day date) RETURNS numeric LANGUAGE sql STABLE
AS $$ SELECT 1 - coalesce(sum(d.part), 0) FROM (VALUES {rows}) d (effect, since, until, part)
    WHERE d.effect = $1 AND d.since <= $2 AND (d.until IS NULL OR $2 < d.until) $$;
CREATE OR REPLACE FUNCTION effect_kept_days(key bigint) RETURNS SETOF date LANGUAGE sql STABLE
AS $$ SELECT unnest(ARRAY[d.since, d.until])
    FROM (VALUES {rows}) d (effect, since, until, part) WHERE d.effect = $1 $$;
SELECT assessed_refresh(ARRAY(SELECT id FROM effect WHERE original_id IS NULL), '{today}');
"""


@pytest.fixture
def today() -> date:
    """The database's today: its triggers ask for it."""
    return datetime.now(UTC).date()


async def decide(owner_dsn: str, today: date) -> list[Row]:
    """Decisions about overlaps of every third effect, for the database and for the oracle."""
    owner = await asyncpg.connect(owner_dsn)
    try:
        effects = [row[0] for row in await owner.fetch("SELECT id FROM effect WHERE id % 3 = 0")]
        rows = [
            (key, today - timedelta(days=since), until and today - timedelta(days=until), part)
            for key in effects
            for since, until, part in ((90, 30, "1"), (30, None, "0.25"))
        ]
        values = ", ".join(
            f"({key}, '{since}'::date, {(until and repr(str(until))) or 'NULL'}::date, {part})"
            for key, since, until, part in rows
        )
        await owner.execute(DECIDED.format(rows=values, today=today))
    finally:
        await owner.close()
    return [
        Row(
            "EffectOverlapDecision",
            {
                "deducted_effect_id": key,
                "decided_on": since,
                "superseded_on": until,
                "deducted_share": Decimal(part),
            },
        )
        for key, since, until, part in rows
    ]


async def made(database: Database, owner_dsn: str, seed: int, today: date, changes: int) -> Bench:
    """A world, and what both answer from it."""
    connection = await asyncpg.connect(database.dsn)
    try:
        maker = AssessedMaker(connection, seed, today)
        await maker.organised()
        await maker.claimed()
        for _ in range(changes):
            await maker.changed()
    finally:
        await connection.close()
    decisions = await decide(owner_dsn, today)
    if not changes:
        await rebuild_totals(today=today)
    bench = await bench_of(database, today)
    bench.oracle.world.rows["EffectOverlapDecision"] = decisions
    return bench


@pytest.fixture(params=[1, 2, 3])
async def rebuilt(
    request: pytest.FixtureRequest, database: Database, owner_dsn: str, today: date
) -> Bench:
    """A world whose totals were computed at once."""
    return await made(database, owner_dsn, request.param, today, 0)


@pytest.fixture(params=[11, 12, 13])
async def followed(
    request: pytest.FixtureRequest, database: Database, owner_dsn: str, today: date
) -> Bench:
    """A world whose totals followed many changes."""
    return await made(database, owner_dsn, request.param, today, 25)


def callers(bench: Bench) -> list[Principal]:
    """The public, a member, the secretariat, an owner who is one or left, an engaged assurer."""
    world = bench.oracle.world
    figures = frozenset({Permission.FIGURES_READ})
    owner = world.all("EffectContribution")[0]["organisation_id"]
    engaged = world.all("Engagement")[0]["assurer_id"]
    return [
        ANONYMOUS,
        Principal(Rights(is_member=True)),
        Principal(Rights(permissions=frozenset({Permission.FIGURES_READ_ALL}))),
        Principal(Rights(is_member=True, has_organisation=True, permissions=figures), owner),
        Principal(Rights(has_organisation=True, permissions=figures), owner),
        # Drawn most often: what it sees is put together from two parts.
        *[
            Principal(
                Rights(has_organisation=True, permissions=figures | {Permission.FIGURES_ASSURE}),
                engaged,
            )
        ]
        * 3,
    ]


@st.composite
def questions(draw: st.DrawFn, bench: Bench) -> dict[str, Any]:
    """What to ask: usual and unusual groupings, filters, and days."""
    by = draw(
        st.lists(st.sampled_from([*DIMENSIONS, OVERLAPPING, OVERLAPPING]), unique=True, max_size=3)
    )
    days = st.none() | st.integers(-10, 310).map(lambda n: str(bench.today - timedelta(days=n)))
    keys = [f"org_{one.id}" for one in bench.oracle.world.all("Organisation")]
    named = [f"initiative_{one.id}" for one in bench.oracle.world.all("Initiative")]
    filters = {
        "year": st.sampled_from([{"eq": 2024}, {"in": [2023, 2025]}]),
        "category": st.sampled_from([{"eq": "Heating"}, {"ne": "Cloud"}]),
        "timeframe": st.just({"eq": "YEAR_ON_YEAR"}),
        "assured": st.booleans().map(lambda yes: {"eq": yes}),
        "sector": st.sampled_from([{"eq": "Steel"}, {"isNull": True}]),
        "country": st.just({"in": ["DE", "FR"]}),
        "specificity": st.just({"eq": "REGIONAL"}),
        "member": st.sampled_from(keys).map(lambda key: {"id": {"eq": key}}),
        "initiatives": st.sampled_from(named).map(lambda key: {"some": {"id": {"eq": key}}}),
    }
    chosen = draw(st.lists(st.sampled_from(sorted(filters)), unique=True, max_size=2))
    where = {name: draw(filters[name]) for name in chosen}
    if where and draw(st.integers(0, 4)) == 0:
        where = {"not": where}
    return {"by": by, "where": where or None, "on": draw(days), "known": draw(days)}


def groups_of(answer: Any) -> list[dict[str, Any]]:
    """The groups of an answer."""
    found: list[dict[str, Any]] = answer["assessedEmissions"]["groups"]
    return found


async def compared(bench: Bench, data: st.DataObject) -> None:
    """Both give the same answer to a drawn question of a drawn caller."""
    caller = data.draw(st.sampled_from(callers(bench)))
    asked = data.draw(questions(bench))
    await bench.compare(Operation(ASKED, asked), caller)


@many(60)
@given(data=st.data())
async def test_totals_equal_the_slow_sum(rebuilt: Bench, data: st.DataObject) -> None:
    """Of any caller, grouping, filter and days."""
    await compared(rebuilt, data)


@many(60)
@given(data=st.data())
async def test_totals_equal_the_slow_sum_after_changes(
    followed: Bench, data: st.DataObject
) -> None:
    """The same where the kept totals followed every change."""
    await compared(followed, data)


async def test_kept_totals_are_those_of_a_rebuild(followed: Bench) -> None:
    """After any changes the kept rows are what computing them from the claims gives."""
    assert await check_assessed_totals(today=followed.today) == []
    await rebuild_totals(today=followed.today)
    assert await check_assessed_totals(today=followed.today) == []


async def test_totals_follow_the_calendar(followed: Bench) -> None:
    """A membership that ends later is taken out when its day comes, and nothing else changes."""
    later = followed.today + timedelta(days=70)
    await advance_totals(today=later)
    assert await check_assessed_totals(today=later) == []
    assert not await advance_totals(today=later)


@many(25)
@given(data=st.data())
async def test_groups_add_up(followed: Bench, data: st.DataObject) -> None:
    """Gross is net and overlap; groups of one question add up to the total of each timeframe."""
    caller = data.draw(st.sampled_from(callers(followed)))
    asked = data.draw(questions(followed)) | {"where": None}
    asked["by"] = [one for one in asked["by"] if one != OVERLAPPING]
    groups = groups_of(await followed.planned(Operation(ASKED, asked), caller))
    whole = groups_of(await followed.planned(Operation(ASKED, asked | {"by": []}), caller))

    for group in groups:
        assert Decimal(group["gross"]) == Decimal(group["net"]) + Decimal(group["overlap"])
        assert Decimal(group["net"]) == Decimal(group["own"]) + Decimal(group["joint"])
    for name in ADDED:
        assert _by_timeframe(groups, name) == _by_timeframe(whole, name)


@many(10)
@given(data=st.data())
async def test_an_initiative_s_group_is_what_names_it(followed: Bench, data: st.DataObject) -> None:
    """Each group is the total of the effects that name its initiative: groups overlap."""
    caller = data.draw(st.sampled_from(callers(followed)))
    asked = data.draw(questions(followed)) | {"by": [OVERLAPPING], "where": None}
    groups = groups_of(await followed.planned(Operation(ASKED, asked), caller))

    for one in followed.oracle.world.all("Initiative"):
        key = f"initiative_{one.id}"
        filtered = {"initiatives": {"some": {"id": {"eq": key}}}}
        alone = groups_of(
            await followed.planned(Operation(ASKED, asked | {"by": [], "where": filtered}), caller)
        )
        mine = [g for g in groups if (g["key"]["initiative"] or {}).get("id") == key]
        for name in ADDED:
            assert _by_timeframe(mine, name) == _by_timeframe(alone, name)


def _by_timeframe(groups: Iterable[dict[str, Any]], name: str) -> dict[str, Decimal]:
    found: dict[str, Decimal] = {}
    for group in groups:
        timeframe = group["key"]["timeframe"]
        found[timeframe] = found.get(timeframe, Decimal(0)) + Decimal(group[name])
    return found
