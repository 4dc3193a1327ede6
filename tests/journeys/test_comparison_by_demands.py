"""A chain is published, a better one copied from it, and what the better one avoids is recorded."""

import csv
import io
from collections.abc import AsyncGenerator
from typing import Any

import pypdf
import pytest

from consortium.storage.database import Database
from tests.effects.story import COMPARISON, EFFECT, SCENARIO, SOLUTION, cohorts, item, whole
from tests.factories import create_membership, create_organisation
from tests.journeys.test_effects import token_of
from tests.journeys.test_value_chain_model import Office
from tests.served import served

# Made up: 10 kWh take 2 l of fuel and emit 1 kg; 100 l of fuel emit 10 kg and 0.1 kg of methane.
FUEL: dict[str, Any] = {
    "code": "fuel",
    "product": "Fuel",
    "unit": "l",
    "output": "100",
    "emissions": [{"gas": "CO2", "mass": "10"}, {"gas": "CH4_FOSSIL", "mass": "0.1"}],
}
POWER: dict[str, Any] = {
    "code": "power",
    "product": "Power",
    "unit": "kWh",
    "output": "10",
    "emissions": [{"gas": "CO2", "mass": "1", "uncertainty": "0.1"}],
}
COMPARED = """query ($a: ChainSideInput!, $b: ChainSideInput!) {
  chainComparison(baseline: $a, scenario: $b, gwpSet: AR6) {
    avoided(unit: KILOGRAM_CO2E) baseline { footprint(unit: KILOGRAM_CO2E) } } }"""
TOLD = """query ($effect: ID!) { node(id: $effect) { ... on Effect {
  avoided(unit: KILOGRAM_CO2E) low(unit: KILOGRAM_CO2E) high(unit: KILOGRAM_CO2E)
  comparison { origin items { referenceEmissions(unit: KILOGRAM_CO2E)
    solutionEmissions(unit: KILOGRAM_CO2E)
    referenceDemand { amount activity { code chainVersion { reference status } } }
    solutionDemand { amount activity { code chainVersion { reference status } } } } } } } }"""


@pytest.fixture
async def office(database: Database) -> AsyncGenerator[Office]:
    """Two members, served."""
    async with database.pool.acquire() as c:
        member, stranger = [
            await create_organisation(c, name=name) for name in ("Member", "Stranger")
        ]
        for one in (member, stranger):
            await create_membership(c, one, status="MEMBER")
    rights = ("figures:read", "figures:write", "figures:approve")
    async with served(database) as api:
        yield Office(
            api,
            await token_of(api, member, "Member", *rights),
            await token_of(api, stranger, "Stranger", *rights),
        )


def inputs(litres: str) -> list[dict[str, str]]:
    """What 10 kWh take."""
    return [{"supplier": "fuel", "amount": litres}]


async def chains(office: Office) -> tuple[dict[str, str], dict[str, str]]:
    """Two published versions, the second with half of the fuel: ids of each and of its power."""
    today = await office.draft("power-2025")
    await office.do("recordActivity", chainVersion=today, version=1, **FUEL)
    power = await office.do(
        "recordActivity", chainVersion=today, version=2, **POWER, inputs=inputs("2")
    )
    await office.do("publishChainVersion", chainVersion=today, version=3)
    copied = await office.do(
        "copyChainVersion",
        "id activities { nodes { id code } }",
        chainVersion=today,
        reference="power-2030",
        title="Half of the fuel",
    )
    ids = {one["code"]: one["id"] for one in copied["activities"]["nodes"]}
    changed = POWER | {"activity": ids["power"], "version": 1, "inputs": inputs("1")}
    await office.do("changeActivity", **changed)
    return (
        {"version": today, "activity": power["id"]},
        {"version": copied["id"], "activity": ids["power"]},
    )


async def test_from_two_chains_to_what_is_avoided(office: Office) -> None:
    """12.98 of 125.96 kg for 1 000 kWh, as the chains say; on record when one is retired."""
    today, better = await chains(office)
    solution = (await office.do("createSolution", **SOLUTION))["id"]
    of_solution: dict[str, Any] = SCENARIO | {"solution": solution}
    scenario = (await office.do("createReferenceScenario", **of_solution))["id"]
    demands = [{"activity": one["activity"], "amount": "1000"} for one in (today, better)]
    use = item("USE", referenceDemand=demands[0], solutionDemand=demands[1])
    about: dict[str, Any] = COMPARISON | {"referenceScenario": scenario, "items": whole(use)}

    draft = await office.do("createComparison", **about)
    assert (draft["code"], draft["path"]) == (
        "CHAIN_VERSION_NOT_IN_FORCE",
        ["items", "0", "solutionDemand", "activity"],
    )
    published: dict[str, Any] = {"chainVersion": better["version"], "version": 2}
    await office.do("publishChainVersion", **published)
    made = await office.do("createComparison", "id uncertaintyMethod", **about)
    assert made["uncertaintyMethod"] == "MONTE_CARLO"
    effect = await office.do(
        "createEffect",
        comparison=made["id"],
        **EFFECT | {"timeframe": "YEAR_ON_YEAR"},
        cohorts=cohorts((2026, "1")),
    )
    sides = {
        name: {"version": one["version"], "demand": [demand]}
        for name, one, demand in zip(("a", "b"), (today, better), demands, strict=True)
    }
    chained = (await office.ask(office.member, COMPARED, **sides))["chainComparison"]
    told = (await office.ask(office.member, TOLD, effect=effect["id"]))["node"]

    # 200 l of fuel emit 20 kg and 0.2 kg of methane at 29.8, and 1 000 kWh 100 kg themselves.
    assert chained == {"avoided": "12.98", "baseline": {"footprint": "125.96"}}
    assert told["avoided"] == "12.98"
    # Only what both emit alike is uncertain.
    assert (told["low"], told["high"]) == ("12.98", "12.98")
    assert told["comparison"]["origin"] == "FROM_VALUE_CHAIN"
    assert told["comparison"]["items"][0] == {
        "referenceEmissions": "125.96",
        "solutionEmissions": "112.98",
        "referenceDemand": demanded("power-2025", "PUBLISHED"),
        "solutionDemand": demanded("power-2030", "PUBLISHED"),
    }

    await office.do("retireChainVersion", chainVersion=better["version"], version=3)
    again = await office.do("createComparison", **about | {"lastEdition": 1})
    assert again["code"] == "CHAIN_VERSION_NOT_IN_FORCE"
    kept = (await office.ask(office.member, TOLD, effect=effect["id"]))["node"]
    assert kept["comparison"]["items"][0]["solutionDemand"] == demanded("power-2030", "RETIRED")
    assert {kept[one] for one in ("avoided", "low", "high")} == {"12.98"}
    await shown_in_files(office, effect["id"])


def demanded(reference: str, status: str) -> dict[str, Any]:
    """What an item says of a demand."""
    version = {"reference": reference, "status": status}
    return {"amount": "1000", "activity": {"code": "power", "chainVersion": version}}


async def shown_in_files(office: Office, effect: str) -> None:
    """The page and the table name the versions that amounts were computed of."""
    headers = {"authorization": f"Bearer {office.member}"}
    page = await office.api.http.get(f"/effects/{effect}/statement.pdf", headers=headers)
    table = await office.api.http.get("/exports/effects.csv", headers=headers)
    [words] = [one.extract_text() for one in pypdf.PdfReader(io.BytesIO(page.content)).pages]
    [row] = csv.DictReader(io.StringIO(table.text))

    both = "power-2025 of Member; power-2030 of Member"
    assert both in " ".join(words.split())
    assert row["chain_versions"] == both


async def test_denied_demands_change_nothing(office: Office, database: Database) -> None:
    """Another's private chain is not found, and no solver answers for it."""
    today, _ = await chains(office)
    by = ("id", office.stranger)
    solution = (await office.do("createSolution", *by, **SOLUTION))["id"]
    of_solution: dict[str, Any] = SCENARIO | {"solution": solution}
    scenario = await office.do("createReferenceScenario", *by, **of_solution)
    use = item("USE", referenceDemand={"activity": today["activity"], "amount": "1"})
    about: dict[str, Any] = COMPARISON | {"referenceScenario": scenario["id"], "items": whole(use)}
    counted = "SELECT count(*) FROM comparison UNION ALL SELECT count(*) FROM audit_entry"
    before = await database.pool.fetch(counted)

    told = await office.do("createComparison", *by, **about)

    assert (told["code"], told["path"]) == (
        "NOT_FOUND",
        ["items", "0", "referenceDemand", "activity"],
    )
    assert await database.pool.fetch(counted) == before
