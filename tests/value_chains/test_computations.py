"""Questions that take long: asked, worked off beside the server, cancelled, begun again."""

import asyncio
from collections.abc import AsyncGenerator
from datetime import datetime, timedelta
from typing import Any

import pytest

from consortium.identity.rules.roles import Role
from consortium.kernel.clock import utc_now
from consortium.kernel.principal import Principal
from consortium.storage.database import Database
from consortium.value_chains.computing.processes import Solving
from consortium.value_chains.jobs import LEASE, Calculator
from consortium.value_chains.rules.computations import ATTEMPTS_MAX, WAITING_MAX
from tests.asking import House, principal
from tests.effects.story import Engineer, engineer
from tests.factories.chains import create_activity, create_emission, create_exchange, create_version

PARTS = """
    footprint(unit: KILOGRAM_CO2E) method
    version { id } gases { gas emitted } activities { activity { code } emitted share }
    tiers { tier emitted } paths { isComplete found { steps { activity { code } } emitted } }
    sensitivities { supplier { code } consumer { code } elasticity }
    sankey { supplier { code } footprint } uncertainty { draws mean low median high }
"""
SEEN = f"""
query ($id: ID!) {{ node(id: $id) {{ ... on ChainComputation {{
  status draws drawsWanted version code message startedAt endedAt footprint {{ {PARTS} }}
  comparison {{ avoided(unit: KILOGRAM_CO2E) activities {{ activity {{ code }} avoided }}
    uncertainty {{ draws low high }} baseline {{ footprint version {{ id }} }}
    scenario {{ footprint uncertainty {{ draws }} }} }}
}} }} }}
"""
AT_ONCE = f"""
query ($version: ID!, $demand: [ChainDemandInput!]!, $whatIf: WhatIfInput) {{
  chainFootprint(version: $version, demand: $demand, whatIf: $whatIf, draws: 200, seed: 7)
    {{ {PARTS} }}
}}
"""


class Clock:
    """Moves on when it is told to."""

    def __init__(self) -> None:
        self.ahead = timedelta(0)

    def __call__(self) -> datetime:
        return utc_now() + self.ahead


@pytest.fixture
async def owner(database: Database) -> Engineer:
    return await engineer(database, "Owner")


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
async def calculator(database: Database, clock: Clock) -> AsyncGenerator[Calculator]:
    made = Calculator(database, Solving(1), clock)
    yield made
    await made.solving.close()


async def power(by: Engineer, *, published: bool = True) -> dict[str, Any]:
    """A question of 10 kWh, whose fuel is uncertain; published unless told."""
    pool = by.house.database.pool
    organisation = by.by.organisation_id
    assert organisation is not None
    version = await create_version(pool, organisation)
    electricity = await create_activity(pool, version, "electricity", unit="kWh", output=10)
    fuel = await create_activity(pool, version, "fuel", unit="l", output=100)
    await create_exchange(pool, version, electricity, fuel, 2, uncertainty="0.2")
    await create_emission(pool, version, electricity, 1)
    await create_emission(pool, version, fuel, 10, uncertainty="0.1")
    if published:
        await by.id_of("publishChainVersion", chainVersion=f"chainversion_{version}", version=1)
    return {
        "version": f"chainversion_{version}",
        "demand": [{"activity": f"activity_{electricity}", "amount": "10"}],
    }


async def seen(by: Engineer, computation: str, who: Principal | None = None) -> Any:
    return (await by.house.ask(SEEN, who or by.by, id=computation))["node"]


async def eventually(by: Engineer, computation: str, wanted: str) -> Any:
    async with asyncio.timeout(30):
        while (told := await seen(by, computation))["status"] != wanted or not told["draws"]:  # noqa: ASYNC110  another process changes it
            await asyncio.sleep(0.1)
    return told


async def test_the_answer_is_what_is_told_at_once(owner: Engineer, calculator: Calculator) -> None:
    """Part by part, to the last digit: of the same seed."""
    asked = await power(owner)
    fuel = owner.house.database.pool.fetchval(
        "SELECT id FROM activity WHERE code = 'fuel' AND chain_version_id = $1",
        int(asked["version"].split("_")[1]),
    )
    what_if = {"emissions": [{"activity": f"activity_{await fuel}", "factor": "0.5"}]}
    asked["whatIf"] = what_if
    computation = await owner.id_of("startChainFootprint", **asked, draws=200, seed=7)
    waiting = await seen(owner, computation)

    assert await calculator.work()
    assert not await calculator.work()

    told = await seen(owner, computation)
    at_once = await owner.house.ask(AT_ONCE, owner.by, **asked)
    assert (waiting["status"], waiting["footprint"], waiting["startedAt"]) == (
        "WAITING",
        None,
        None,
    )
    assert (told["status"], told["draws"], told["drawsWanted"]) == ("DONE", 200, 200)
    assert told["footprint"] == at_once["chainFootprint"]
    assert told["footprint"]["uncertainty"]["draws"] == 200
    assert told["comparison"] is None
    stranger = await engineer(owner.house.database, "Stranger")
    assert await seen(owner, computation, stranger.by) is None


async def test_a_comparison_is_of_what_differs(owner: Engineer, calculator: Calculator) -> None:
    """Both sides err together, draw by draw."""
    before, after = await power(owner), await power(owner)
    after["demand"][0]["amount"] = "8"
    computation = await owner.id_of(
        "startChainComparison", baseline=before, scenario=after, draws=100
    )
    await calculator.work()

    told = (await seen(owner, computation))["comparison"]
    assert told["avoided"] == "0.24"
    assert told["baseline"]["version"]["id"] == before["version"]
    assert told["scenario"]["uncertainty"] is None  # that of the difference is told
    assert told["uncertainty"]["draws"] == 100
    assert float(told["uncertainty"]["high"]) - float(told["uncertainty"]["low"]) < 0.05


async def test_who_cancels_stops_what_runs(
    owner: Engineer, calculator: Calculator, database: Database
) -> None:
    """And is told meanwhile how far it is."""
    computation = await owner.id_of("startChainFootprint", **await power(owner), draws=100_000)
    working = asyncio.create_task(calculator.work())
    running = await eventually(owner, computation, "RUNNING")

    await owner.id_of("cancelChainComputation", computation=computation, version=1)
    async with asyncio.timeout(10):
        await working

    assert 0 < running["draws"] < 100_000
    told = await seen(owner, computation)
    assert (told["status"], told["footprint"]) == ("CANCELLED", None)
    again = await owner.refused("cancelChainComputation", computation=computation, version=2)
    assert again[0] == "COMPUTATION_OVER"
    # The process that computed it is gone, and the next question is answered.
    following = await owner.id_of("startChainFootprint", **await power(owner), draws=100)
    await calculator.work()
    assert (await seen(owner, following))["status"] == "DONE"
    del database


async def test_what_a_dead_worker_held_is_begun_again(
    owner: Engineer, calculator: Calculator, clock: Clock
) -> None:
    """After its lease; and given up where that goes wrong again and again."""
    computation = await owner.id_of("startChainFootprint", **await power(owner), draws=100_000)
    for _ in range(ATTEMPTS_MAX):
        working = asyncio.create_task(calculator.work())
        await eventually(owner, computation, "RUNNING")
        working.cancel()
        with pytest.raises(asyncio.CancelledError):
            await working
        assert not await calculator.work()  # it is still held
        clock.ahead += 2 * LEASE

    await calculator.work()

    told = await seen(owner, computation)
    assert (told["status"], told["code"]) == ("FAILED", "COMPUTATION_ABANDONED")
    assert told["endedAt"] is not None


async def test_what_has_no_answer_says_why(owner: Engineer, calculator: Calculator) -> None:
    """As the question asked at once would."""
    asked = await power(owner)
    what_if = {"emissions": [{"activity": asked["demand"][0]["activity"], "gas": "CO2"}]}
    computation = await owner.id_of("startChainFootprint", **asked, whatIf=what_if)
    await calculator.work()

    told = await seen(owner, computation)
    assert (told["status"], told["code"]) == ("FAILED", "CHANGE_INVALID")
    assert "new amount" in told["message"]


async def test_what_cannot_be_asked_is_refused(owner: Engineer, database: Database) -> None:
    """And nothing waits for it."""
    asked, draft = await power(owner), await power(owner, published=False)
    stranger = await engineer(database, "Stranger")
    viewer = principal(Role.VIEWER, organisation=owner.by.organisation_id)

    async def refused(by: Engineer, **given: Any) -> Any:
        return await by.refused("startChainFootprint", **given)

    assert (await refused(stranger, **asked))[0] == "NOT_FOUND"
    assert (await refused(Engineer(House(database), viewer), **asked))[0] == "PERMISSION_DENIED"
    assert (await refused(owner, **draft))[0] == "CHAIN_VERSION_NOT_IN_FORCE"
    assert await refused(owner, **(asked | {"demand": draft["demand"]})) == (
        "DEMAND_ACTIVITY_UNKNOWN",
        ["demand"],
    )
    assert (await refused(owner, **(asked | {"demand": []})))[0] == "DEMAND_EMPTY"
    assert (await refused(owner, **asked, draws=99))[0] == "SYSTEM_DRAWS_INVALID"
    assert (await refused(owner, **asked, tiers=51))[0] == "TIERS_INVALID"
    for _ in range(WAITING_MAX):
        await owner.id_of("startChainFootprint", **asked)
    assert (await refused(owner, **asked))[0] == "TOO_MANY_COMPUTATIONS"
