"""How far pledges and initiatives have come, asked by a stranger over real companies' figures."""

from collections.abc import AsyncGenerator
from typing import Any

import pytest
import pytest_asyncio

from consortium.kernel.clock import utc_today
from consortium.storage.database import Database
from tests.served import Api, served

pytestmark = pytest.mark.asyncio(loop_scope="module")

PROGRESS = """
basis startsOn endsOn quantity(unit: MEGATONNE_CO2E) achieved(unit: MEGATONNE_CO2E) share
remaining(unit: MEGATONNE_CO2E) years meanPerYear(unit: MEGATONNE_CO2E) neededFrom yearsLeft
neededPerYear(unit: MEGATONNE_CO2E)
periods { nodes { year startsOn endsOn quantity(unit: MEGATONNE_CO2E) organisation { name }
  claim { fiscalLabel source { url } } } }
missing { year startsOn endsOn }
leftOut { nodes { reason claim { reference } because { reference } } }
path { year startsOn endsOn needed(unit: MEGATONNE_CO2E) neededByThen(unit: MEGATONNE_CO2E)
  achieved(unit: MEGATONNE_CO2E) }
contributions { nodes { organisation { name } quantity(unit: MEGATONNE_CO2E) claims } }
"""


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def api(demo_dsn: str) -> AsyncGenerator[Api]:
    """The demo, served."""
    async with (
        Database.open(demo_dsn, max_size=4) as database,
        served(database, today=utc_today) as running,
    ):
        yield running


async def pledge(api: Api, name: str, question: str) -> dict[str, Any]:
    """The only pledge of an organisation, with its progress."""
    data = await api.data(
        f"""{{ organisation(name: "{name}") {{ pledges(first: 10) {{ edges {{ node {{
          statement quantity(unit: GIGATONNE_CO2E) startsOn endsOn disclosed
          progress({question}) {{ {PROGRESS} }} }} }} }} }} }}"""
    )
    [edge] = data["organisation"]["pledges"]["edges"]
    found: dict[str, Any] = edge["node"]
    return found


async def test_alibaba_s_pledge(api: Api) -> None:
    """1.5 Gt over 15 years: 115.455 Mt by March 2025, 7.697 %, the year to March 2022 missing."""
    found = await pledge(api, "Alibaba Group", 'onDate: "2025-06-30"')
    progress = found["progress"]

    assert (found["quantity"], found["startsOn"], found["endsOn"]) == (
        "1.5",
        "2021-01-01",
        "2035-12-31",
    )
    assert found["disclosed"]
    assert found["statement"].startswith("1.5 Gt over 15 years")
    assert (progress["basis"], progress["achieved"], progress["share"]) == (
        "DISCLOSED",
        "115.455",
        "0.07697",
    )
    assert (progress["years"], progress["meanPerYear"]) == ("15", "100")
    assert progress["remaining"] == "1384.545"
    told = [
        (p["year"], p["quantity"], p["claim"]["fiscalLabel"]) for p in progress["periods"]["nodes"]
    ]
    assert told == [
        (2022, "22.907", "FY2023"),
        (2023, "33.34", "FY2024"),
        (2024, "59.208", "FY2025"),
    ]
    # The window begins in January, the company's years in April.
    assert progress["missing"] == [
        {"year": None, "startsOn": "2021-01-01", "endsOn": "2021-03-31"},
        {"year": 2021, "startsOn": "2021-04-01", "endsOn": "2022-03-31"},
    ]
    # Ten years to March 2035, and April to December of a year of 366 days.
    assert (progress["neededFrom"], progress["yearsLeft"]) == ("2025-04-01", "10.751366120219")
    assert progress["neededPerYear"].startswith("128.7785")
    # What its cloud told apart is within the year's figure.
    assert progress["leftOut"]["nodes"] == [
        {
            "reason": "PART_OF_TOTAL",
            "claim": {
                "reference": "alibaba-cloud-fy2024-cloud-computing-reported-with-scope-3-results"
            },
            "because": None,
        }
    ]
    path = progress["path"]
    assert (len(path), path[-1]["endsOn"], path[-1]["neededByThen"]) == (16, "2035-12-31", "1500")
    assert [(p["year"], p["achieved"]) for p in path[1:5]] == [
        (2021, None),
        (2022, "22.907"),
        (2023, "33.34"),
        (2024, "59.208"),
    ]
    assert progress["contributions"]["nodes"] == [
        {"organisation": {"name": "Alibaba Group"}, "quantity": "115.455", "claims": 3}
    ]


async def test_alibaba_s_pledge_as_it_was_known(api: Api) -> None:
    """After the first report 1.52713 %; before the pledge was made there is none to ask about."""
    first = await pledge(api, "Alibaba Group", 'onDate: "2023-08-01", knownAt: "2023-08-01"')
    before = await pledge(api, "Alibaba Group", 'knownAt: "2021-06-01"')
    assessed = await pledge(api, "Alibaba Group", "basis: ASSESSED")

    assert first["progress"]["achieved"] == "22.907"
    assert first["progress"]["share"] == "0.015271333333"
    assert before["progress"] is None
    # No assessed claim is published: unknown, and nothing of the disclosed ones.
    assert assessed["progress"]["achieved"] is None
    assert assessed["progress"]["neededPerYear"] is None


async def test_running_totals_count_towards_nothing(api: Api) -> None:
    """Schneider Electric and AT&T publish running totals: shown with the reason, never added."""
    for name in ("Schneider Electric", "AT&T"):
        progress = (await pledge(api, name, 'onDate: "2025-06-30"'))["progress"]
        reasons = {one["reason"] for one in progress["leftOut"]["nodes"]}

        assert progress["achieved"] is progress["share"] is progress["neededPerYear"] is None
        assert "NOT_YEAR_ON_YEAR" in reasons
        assert progress["missing"] != []


async def test_an_initiative_s_target(api: Api) -> None:
    """Of a start that is not known and claims that nobody linked: said so, and nothing made up."""
    data = await api.data(
        f"""{{ initiative(name: "Connected Climate Initiative") {{ targets {{
          description targetYear quantity(unit: GIGATONNE_CO2E)
          progress(onDate: "2025-06-30") {{ {PROGRESS} }} }} }}
          steel: initiative(name: "SteelZero") {{ targets {{ progress {{ basis }} }} }} }}"""
    )
    [target] = data["initiative"]["targets"]
    progress = target["progress"]

    assert (target["targetYear"], target["quantity"]) == (2035, "1")
    assert (progress["startsOn"], progress["endsOn"]) == (None, "2035-12-31")
    assert progress["achieved"] is progress["years"] is None
    assert (progress["missing"], progress["path"]) == ([], [])
    assert progress["neededFrom"] == "2025-01-01"
    assert progress["yearsLeft"] == "11"
    assert data["steel"]["targets"] == [{"progress": None}, {"progress": None}]
