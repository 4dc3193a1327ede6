"""Progress is what judging every claim by the pure rules gives, for anyone on any day.

Worlds are made from seeds; Hypothesis draws who asks what. CONSORTIUM_LAW_TIMES as in
`test_planner_equals_oracle`.
"""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import asyncpg
import pytest
from hypothesis import given
from hypothesis import strategies as st

from consortium.assessment.actions import rebuild_totals
from consortium.avoided.actions import rebuild_all
from consortium.kernel.principal import Principal
from consortium.storage.database import Database
from tests.factories.assessed_worlds import AssessedMaker
from tests.factories.worlds import Maker
from tests.laws.test_planner_equals_oracle import Bench, analyzed, bench_of, many
from tests.oracle.documents import Operation
from tests.oracle.plain import total

PROGRESS = """
basis onDate startsOn endsOn quantity(unit: KILOGRAM_CO2E) achieved(unit: KILOGRAM_CO2E) share
remaining(unit: KILOGRAM_CO2E) years meanPerYear(unit: KILOGRAM_CO2E) neededFrom yearsLeft
neededPerYear(unit: KILOGRAM_CO2E)
periods(first: 1000) { totalCount nodes { startsOn endsOn year quantity(unit: KILOGRAM_CO2E)
  organisation { id } claim { id } assessedClaim { id } } }
leftOut(first: 1000) { totalCount nodes { reason organisation { id } claim { id }
  assessedClaim { id } because { id } } }
missing { startsOn endsOn year }
path { startsOn endsOn year needed(unit: KILOGRAM_CO2E) neededByThen(unit: KILOGRAM_CO2E)
  achieved(unit: KILOGRAM_CO2E) }
contributions(first: 1000) { nodes { organisation { id } claims quantity(unit: KILOGRAM_CO2E) } }
"""
PLEDGES = f"""
query ($basis: Basis!, $on: Date, $known: Date) {{
  pledges(first: 1000) {{ nodes {{ id disclosed statement
    progress(basis: $basis, onDate: $on, knownAt: $known) {{ {PROGRESS} }} }} }}
}}
"""
TARGETS = f"""
query ($basis: Basis!, $on: Date, $known: Date) {{
  initiatives(first: 1000) {{ nodes {{ targets {{ description
    progress(basis: $basis, onDate: $on, knownAt: $known) {{ {PROGRESS} }} }} }} }}
}}
"""


@pytest.fixture
def today() -> date:
    """The database's today: its triggers ask for it."""
    return datetime.now(UTC).date()


@pytest.fixture(params=[2, 5])
async def disclosed(
    request: pytest.FixtureRequest, database: Database, owner_dsn: str, today: date
) -> Bench:
    """A world of disclosed claims, dense and not."""
    connection = await asyncpg.connect(database.dsn)
    try:
        maker = Maker(connection, request.param, today)
        await maker.organised()
        await maker.shared()
        await maker.claimed(60)
        await maker.pledged()
        await maker.engaged(14)
    finally:
        await connection.close()
    await rebuild_all(today=today)
    await analyzed(owner_dsn)
    return await bench_of(database, today)


@pytest.fixture(params=[1, 12])
async def assessed(
    request: pytest.FixtureRequest, database: Database, owner_dsn: str, today: date
) -> Bench:
    """A world of assessed claims that name initiatives."""
    connection = await asyncpg.connect(database.dsn)
    try:
        maker = AssessedMaker(connection, request.param, today)
        await maker.organised()
        await maker.claimed(14)
        for _ in range(10):
            await maker.changed()
    finally:
        await connection.close()
    await rebuild_totals(today=today)
    await analyzed(owner_dsn)
    return await bench_of(database, today)


@st.composite
def questions(draw: st.DrawFn, bench: Bench) -> tuple[Operation, Principal]:
    """Which targets, by which claims, on which days, and who asks."""
    far = st.integers(-400, 1800).map(lambda n: str(bench.today - timedelta(days=n)))
    asked = {
        "basis": draw(st.sampled_from(["DISCLOSED", "DISCLOSED", "ASSESSED"])),
        "on": draw(st.none() | far),
        "known": draw(st.none() | far),
    }
    document = draw(st.sampled_from([PLEDGES, TARGETS]))
    return Operation(document, asked), bench.caller(draw)


async def compared(bench: Bench, data: st.DataObject) -> None:
    """Both give the same answer to a drawn question of a drawn caller."""
    await bench.compare(*data.draw(questions(bench)))


@many(40)
@given(data=st.data())
async def test_progress_equals_the_rules(disclosed: Bench, data: st.DataObject) -> None:
    """By disclosed claims."""
    await compared(disclosed, data)


@many(40)
@given(data=st.data())
async def test_progress_of_assessed_claims(assessed: Bench, data: st.DataObject) -> None:
    """By assessed claims, whose joint remainders count once."""
    await compared(assessed, data)


@many(15)
@given(data=st.data())
async def test_contributions_add_up(assessed: Bench, data: st.DataObject) -> None:
    """What was achieved is what organisations and joint remainders contributed."""
    asked, caller = data.draw(questions(assessed))
    answer = await assessed.planned(asked, caller)

    for told in every_progress(answer):
        achieved = told["achieved"] and Decimal(told["achieved"])
        for name, rows in (
            ("contributions", told["contributions"]["nodes"]),
            ("periods", told["periods"]["nodes"]),
        ):
            found = [Decimal(one["quantity"]) for one in rows]
            assert (total(found) if found else None) == achieved, name


def every_progress(answer: Any) -> list[dict[str, Any]]:
    """Each progress of an answer."""
    if isinstance(answer, dict):
        if "achieved" in answer and "periods" in answer:
            return [answer]
        return [one for value in answer.values() for one in every_progress(value)]
    if isinstance(answer, list):
        return [one for value in answer for one in every_progress(value)]
    return []
