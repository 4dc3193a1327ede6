"""Amounts of comparisons as demands on value chains: exact, drawn together, kept and refused."""

import random
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from typing import Any

import asyncpg
import orjson
import pytest

from consortium.effects.actions.checking import check_effects
from consortium.identity.rules.roles import Role
from consortium.storage.database import Database
from consortium.value_chains.computing.processes import Solving
from tests.asking import principal
from tests.effects.story import COMPARISON, Engineer, engineer, item, whole
from tests.factories import create_engagement, create_organisation
from tests.factories.chains import (
    create_activity,
    create_chain,
    create_emission,
    create_exchange,
    create_version,
)

ITEMS = """
origin uncertaintyMethod items { stage name referenceEmissions(unit: KILOGRAM_CO2E)
  solutionEmissions(unit: KILOGRAM_CO2E) referenceUncertainty solutionUncertainty
  referenceDemand { activity { code unit chainVersion { reference } } amount }
  solutionDemand { activity { code unit chainVersion { reference } } amount } }
"""
COMPARED = """query ($baseline: ChainSideInput!, $scenario: ChainSideInput!) {
  chainComparison(baseline: $baseline, scenario: $scenario, gwpSet: AR6) {
    avoided(unit: KILOGRAM_CO2E)
    uncertainty { low(unit: KILOGRAM_CO2E) high(unit: KILOGRAM_CO2E) } } }"""
AVOIDED = """query ($effect: ID!) { node(id: $effect) { ... on Effect {
  avoided(unit: KILOGRAM_CO2E) low(unit: KILOGRAM_CO2E) high(unit: KILOGRAM_CO2E) uncertainty
  uncertaintyMethod } } }"""


@dataclass(frozen=True)
class Power:
    """A version of a chain: electricity from fuel."""

    version: int
    electricity: int
    fuel: int


@pytest.fixture
async def wei(database: Database) -> Engineer:
    """An engineer of a member."""
    return await engineer(database)


async def power(
    wei: Engineer, fuel_litres: str = "2", status: str = "PUBLISHED", **given: Any
) -> Power:
    """10 kWh from 2 l of fuel and 1 kg CO2; 100 l of fuel with 10 kg CO2.

    Heijungs and Suh, The Computational Structure of Life Cycle Assessment (2002), section 2.2:
    1 000 kWh emit 120 kg. With 1 l of fuel they emit 110 kg.
    """
    pool, owner = wei.house.database.pool, wei.by.organisation_id
    assert owner is not None
    uncertain = {"uncertainty": given.pop("uncertainty", None), "error_source": "stack"}
    gas = given.pop("gas", "CO2")
    version = await create_version(pool, given.pop("owner", owner), **given)
    electricity = await create_activity(pool, version, "electricity", unit="kWh", output=10)
    fuel = await create_activity(pool, version, "fuel", unit="l", output=100)
    await create_exchange(pool, version, electricity, fuel, Decimal(fuel_litres))
    await create_emission(pool, version, electricity, 1, **uncertain)
    await create_emission(pool, version, fuel, 10, gas=gas)
    await publish(wei, version, status)
    return Power(version, electricity, fuel)


async def publish(wei: Engineer, version: int, status: str = "PUBLISHED") -> None:
    if status != "DRAFT":
        await wei.house.database.pool.execute(
            "UPDATE chain_version SET status = $2, published_on = '2026-01-01' WHERE id = $1",
            version,
            status,
        )


def demand(activity: int, amount: str = "1000") -> dict[str, str]:
    return {"activity": f"activity_{activity}", "amount": amount}


def used(reference: int, solution: int, *amounts: str, **given: Any) -> dict[str, Any]:
    """Use, by two demands."""
    one, other = amounts or ("1000", "1000")
    return item(
        "USE",
        referenceDemand=demand(reference, one),
        solutionDemand=demand(solution, other),
        **given,
    )


async def test_two_demands_are_the_two_sides(wei: Engineer) -> None:
    """120 kg less 110 kg a year; each side says of which version it is, and of how much."""
    baseline = await power(wei, reference="power-2025")
    scenario = await power(wei, "1", reference="power-2030")
    items = whole(
        used(baseline.electricity, scenario.electricity),
        item(
            "MANUFACTURING",
            referenceKgCo2e="3",
            solutionDemand=demand(scenario.fuel, "20.5"),
        ),
    )
    comparison = await wei.compared(items)
    shown = f'{{ node(id: "{comparison}") {{ ... on Comparison {{ {ITEMS} }} }} }}'
    told = (await wei.house.ask(shown, wei.by))["node"]
    effect = await wei.effect(comparison, (2026, "100"))

    assert (told["origin"], told["uncertaintyMethod"]) == ("FROM_VALUE_CHAIN", "ANALYTIC")
    unknown = {"referenceUncertainty": None, "solutionUncertainty": None}
    assert told["items"][:2] == [
        {
            "stage": "USE",
            "name": "use",
            "referenceEmissions": "120",
            "solutionEmissions": "110",
            **unknown,
            "referenceDemand": {
                "activity": {
                    "code": "electricity",
                    "unit": "kWh",
                    "chainVersion": {"reference": "power-2025"},
                },
                "amount": "1000",
            },
            "solutionDemand": {
                "activity": {
                    "code": "electricity",
                    "unit": "kWh",
                    "chainVersion": {"reference": "power-2030"},
                },
                "amount": "1000",
            },
        },
        {
            "stage": "MANUFACTURING",
            "name": "manufacturing",
            "referenceEmissions": "3",
            "solutionEmissions": "2.05",
            **unknown,
            "referenceDemand": None,
            "solutionDemand": {
                "activity": {
                    "code": "fuel",
                    "unit": "l",
                    "chainVersion": {"reference": "power-2030"},
                },
                "amount": "20.5",
            },
        },
    ]
    # 100 units of 15 years of 10 kg, and 0.95 kg once.
    assert effect["avoided"] == "15.095"
    assert await check(wei) == []


async def test_a_negative_difference_is_kept(wei: Engineer) -> None:
    """More of the better power may still emit more."""
    baseline, scenario = await power(wei), await power(wei, "1")
    use = used(baseline.electricity, scenario.electricity, "1000", "2000")
    effect = await wei.effect(await wei.compared(whole(use)), (2026, "1"), **ONE_YEAR)

    assert effect["avoided"] == "-0.1"


async def test_what_is_taken_back_is_less(wei: Engineer) -> None:
    """An amount below 0 is given, and its footprint with it."""
    scenario = await power(wei, "1")
    use = item("USE", referenceKgCo2e="1", solutionDemand=demand(scenario.electricity, "-1000"))
    effect = await wei.effect(await wei.compared(whole(use)), (2026, "1"), **ONE_YEAR)

    assert effect["solutionEmissions"] == "-0.11"


ONE_YEAR = {"timeframe": "YEAR_ON_YEAR"}


async def check(wei: Engineer) -> list[str]:
    """What the doctor finds."""
    with wei.house.database.active():
        return await check_effects()


async def random_chain(wei: Engineer, seed: int) -> list[tuple[int, int]]:
    """A chain of six activities with loops in two versions: each, and the activities' first id."""
    dice = random.Random(seed)  # noqa: S311  a generated world
    owner = wei.by.organisation_id
    assert owner is not None
    pool, size = wei.house.database.pool, range(6)
    found = []
    for _ in range(2):
        needs = [[Decimal(dice.randint(0, 15)) / 100 for _ in size] for _ in size]
        version, ids = await create_chain(pool, owner, needs, [])
        for at in size:
            mass = Decimal(dice.randint(-20, 100)) / 7
            error = Decimal(dice.randint(0, 40)) / 100
            await create_emission(pool, version, ids[at], mass, uncertainty=error)
        await publish(wei, version)
        found.append((version, ids[0]))
    return found


@pytest.mark.parametrize("seed", range(4))
async def test_an_effect_is_what_the_comparison_of_the_chains_says(
    wei: Engineer, seed: int
) -> None:
    """Avoided to 1e-9, and the interval by the same draws, in which both versions err together."""
    (before, first), (after, second) = await random_chain(wei, seed)
    use = used(first, second, "3.7", "3.1")
    comparison = await wei.compared(whole(use))
    effect = await wei.effect(comparison, (2026, "1"), **ONE_YEAR)
    told = (await wei.house.ask(AVOIDED, wei.by, effect=effect["id"]))["node"]
    sides: dict[str, Any] = {
        "baseline": {"version": f"chainversion_{before}", "demand": [demand(first, "3.7")]},
        "scenario": {"version": f"chainversion_{after}", "demand": [demand(second, "3.1")]},
    }
    chains = (await wei.house.ask(COMPARED, wei.by, **sides))["chainComparison"]

    size = abs(Decimal(effect["referenceEmissions"]) + Decimal(effect["solutionEmissions"])) * 1000
    assert abs(Decimal(told["avoided"]) - Decimal(chains["avoided"])) < Decimal("1e-9") * size
    assert told["uncertaintyMethod"] == "MONTE_CARLO"
    width = float(told["high"]) - float(told["low"])
    assert width > 0
    for end in ("low", "high"):
        expected = float(chains["uncertainty"][end])
        assert float(told[end]) == pytest.approx(expected, abs=width / 100)
    assert await check(wei) == []


async def test_what_both_sides_share_cancels(wei: Engineer) -> None:
    """One stack of ± 20 % under both: of the difference of 10 kg of fuel nothing is uncertain."""
    baseline = await power(wei, uncertainty=Decimal("0.2"))
    scenario = await power(wei, "1", uncertainty=Decimal("0.2"))
    comparison = await wei.compared(whole(used(baseline.electricity, scenario.electricity)))
    effect = await wei.effect(comparison, (2026, "1"), **ONE_YEAR)
    shown = f'{{ node(id: "{comparison}") {{ ... on Comparison {{ {ITEMS} }} }} }}'
    use = (await wei.house.ask(shown, wei.by))["node"]["items"][0]
    told = (await wei.house.ask(AVOIDED, wei.by, effect=effect["id"]))["node"]

    # 100 of the 120 kg are the stack's, and 100 of the 110.
    assert float(use["referenceUncertainty"]) == pytest.approx(0.2 * 100 / 120, rel=0.05)
    assert float(use["solutionUncertainty"]) == pytest.approx(0.2 * 100 / 110, rel=0.05)
    assert [Decimal(told[end]) for end in ("avoided", "low", "high")] == [10, 10, 10]
    assert Decimal(told["uncertainty"]) < Decimal("1e-9")


async def test_what_a_chain_does_not_say_is_unknown(wei: Engineer) -> None:
    """Without uncertainties in the chain, that of the effect is not known, and is not 0."""
    baseline, scenario = await power(wei), await power(wei, "1", uncertainty=Decimal("0.2"))
    comparison = await wei.compared(whole(used(baseline.electricity, scenario.electricity)))
    effect = await wei.effect(comparison, (2026, "1"), **ONE_YEAR)
    told = (await wei.house.ask(AVOIDED, wei.by, effect=effect["id"]))["node"]

    assert told == {
        "avoided": "10",
        **dict.fromkeys(("low", "high", "uncertainty", "uncertaintyMethod")),
    }


async def test_draws_are_needed_for_what_was_drawn(wei: Engineer) -> None:
    """Root-sum-square does not know what demands share."""
    baseline = await power(wei, uncertainty=Decimal("0.2"))
    about = await about_to_compare(wei, used(baseline.electricity, baseline.electricity))

    asked = about | {"uncertaintyMethod": "ANALYTIC"}
    assert await wei.refused("createComparison", **asked) == (
        "UNCERTAINTY_NEEDS_DRAWS",
        ["uncertaintyMethod"],
    )


async def about_to_compare(wei: Engineer, *items: dict[str, Any], **given: Any) -> dict[str, Any]:
    scenario = await wei.scenario(await wei.solution())
    return COMPARISON | {"referenceScenario": scenario, "items": whole(*items)} | given


@pytest.mark.parametrize("status", ["DRAFT", "RETIRED"])
async def test_nothing_stands_on_a_version_that_is_not_in_force(wei: Engineer, status: str) -> None:
    """Neither on a draft, which changes, nor on what was retired; the database refuses it too."""
    published, other = await power(wei), await power(wei, status=status)
    about = await about_to_compare(wei, used(published.electricity, other.electricity))

    assert await wei.refused("createComparison", **about) == (
        "CHAIN_VERSION_NOT_IN_FORCE",
        ["items", "0", "solutionDemand", "activity"],
    )
    comparison = int((await wei.comparison(about["referenceScenario"])).split("_")[1])
    with pytest.raises(asyncpg.CheckViolationError) as refused:
        await wei.house.database.pool.execute(
            INSERT.format("reference_activity_id, reference_demand, reference_kg_co2e", "$2, 1, 1"),
            comparison,
            other.fuel,
        )
    assert refused.value.constraint_name == "chain_version_in_force"


INSERT = """
INSERT INTO comparison_item (comparison_id, position, stage, name, specificity, {})
VALUES ($1, 99, 'USE', 'x', 'SPECIFIC', {})
"""


HALVES = (
    ("reference_activity_id, reference_kg_co2e", "$2, 1"),
    ("reference_demand, reference_kg_co2e", "$2, 1"),
    ("reference_activity_id, reference_demand, solution_kg_co2e", "$2, 1, 1"),
    ("reference_activity_id, reference_demand, reference_kg_co2e", "$2, 0, 1"),
    ("reference_activity_id, reference_demand, reference_kg_co2e", "$2, 'NaN', 1"),
    (
        "reference_activity_id, reference_demand, reference_kg_co2e, reference_uncertainty",
        "$2, 1, 1, 0.1",
    ),
    ("reference_kg_co2e, reference_demand, reference_draws", "1, $2, '{1}'"),
    (
        "solution_activity_id, solution_demand, solution_kg_co2e, shares_error_with",
        "$2, 1, 1, 'grid'",
    ),
)


async def test_half_a_demand_is_never_kept(wei: Engineer) -> None:
    """The activity, its amount and what that emits stand together, or the database refuses them."""
    activity = (await power(wei)).fuel
    comparison = int((await wei.compared()).split("_")[1])
    refused = []
    for half in HALVES:
        with pytest.raises(asyncpg.CheckViolationError) as told:
            await wei.house.database.pool.execute(INSERT.format(*half), comparison, activity)
        refused.append(told.value.constraint_name)

    assert refused == ["comparison_item_demand"] * len(HALVES)


WRONG: Sequence[tuple[dict[str, Any], str, list[str]]] = [
    ({"referenceKgCo2e": "1"}, "ITEM_DEMAND_INVALID", ["referenceDemand"]),
    ({"solutionKgCo2e": "1"}, "ITEM_DEMAND_INVALID", ["solutionDemand"]),
    ({"referenceUncertainty": "0.1"}, "ITEM_DEMAND_INVALID", ["referenceDemand"]),
    ({"sharesErrorWith": "grid"}, "ITEM_DEMAND_INVALID", ["referenceDemand"]),
    ({"equalBecause": "So."}, "ITEM_AMOUNTS_INVALID", []),
    ({"referenceQuantity": "1"}, "ITEM_AMOUNTS_INVALID", []),
    (
        {"solutionDemand": demand(999_999)},
        "NOT_FOUND",
        ["solutionDemand", "activity"],
    ),
]


async def test_what_no_demand_may_be_is_named(wei: Engineer) -> None:
    """Each at its place in the input, and nothing is kept."""
    baseline = await power(wei)
    about = await about_to_compare(wei)
    zero = {"solutionDemand": demand(baseline.fuel, "0")}
    nothing = (zero, "ITEM_DEMAND_INVALID", ["solutionDemand", "amount"])
    for wrong, code, path in [*WRONG, nothing]:
        use = used(baseline.electricity, baseline.fuel) | wrong
        items = whole(use, item("MANUFACTURING", referenceKgCo2e="1"))
        told = await wei.refused("createComparison", **about | {"items": items})
        assert told == (code, ["items", "0", *path]), wrong
    chain = {"referenceDemand": demand(baseline.fuel) | {"activity": "chain_1"}}
    of_another_type = whole(item("USE", **chain))
    assert await wei.refused("createComparison", **about | {"items": of_another_type}) == (
        "NOT_FOUND",
        [],
    )


async def test_a_demand_with_a_factor_series_is_no_amount(wei: Engineer) -> None:
    """One way or the other."""
    baseline = await power(wei)
    points = [{"year": 2026, "value": "0.4"}]
    series = await wei.id_of(
        "createFactorSeries",
        reference="grid",
        lastEdition=0,
        name="Grid",
        unit="kWh",
        geography="DE",
        gwpSet="AR6",
        points=points,
    )
    use = item("USE", referenceDemand=demand(baseline.fuel), factorSeries=series)
    about = await about_to_compare(wei, use)

    assert await wei.refused("createComparison", **about) == (
        "ITEM_AMOUNTS_INVALID",
        ["items", "0"],
    )


async def test_a_gas_without_a_factor_is_refused(wei: Engineer) -> None:
    """What is known in CO2e of one set alone is no amount in another."""
    baseline = await power(wei, gas="CO2E_AR5")
    about = await about_to_compare(wei, used(baseline.electricity, baseline.fuel))

    assert await wei.refused("createComparison", **about) == ("GAS_NOT_IN_SET", ["gwpSet"])
    assert await wei.id_of("createComparison", **about | {"gwpSet": "AR5"})


async def test_demands_are_of_a_few_versions(wei: Engineer) -> None:
    """Each is solved while others wait: 20 may be, 21 not."""
    chains = [await power(wei) for _ in range(21)]
    uses = [item("USE", referenceDemand=demand(one.electricity)) for one in chains]
    about = await about_to_compare(wei, *uses)

    assert await wei.refused("createComparison", **about) == ("TOO_MANY_CHAIN_VERSIONS", ["items"])
    assert await wei.id_of("createComparison", **about | {"items": whole(*uses[:20])})


async def test_a_solver_that_does_not_answer_leaves_nothing(wei: Engineer) -> None:
    """Nothing of the comparison is recorded, and it can be tried again."""
    baseline = await power(wei)
    about = await about_to_compare(wei, used(baseline.electricity, baseline.fuel))
    slow = Solving(seconds=0.001)

    hasty = replace(wei, house=replace(wei.house, solves=slow))
    assert await hasty.refused("createComparison", **about) == ("SOLVER_TIMED_OUT", [])
    await slow.close()
    assert await wei.id_of("createComparison", **about)


async def test_the_trail_tells_the_demand_without_its_draws(wei: Engineer) -> None:
    """What was demanded, of what, and how uncertain it is: a thousand draws say no more."""
    baseline = await power(wei, uncertainty=Decimal("0.2"))
    await wei.compared(whole(used(baseline.electricity, baseline.fuel)))
    pool = wei.house.database.pool
    draws = await pool.fetchval("SELECT cardinality(reference_draws) FROM comparison_item LIMIT 1")
    [row] = await pool.fetch(
        "SELECT after FROM audit_change WHERE row_table = 'comparison_item' ORDER BY id LIMIT 1"
    )
    told = orjson.loads(row["after"])

    assert draws == 1_000
    assert (told["reference_activity_id"], told["reference_demand"]) == (baseline.electricity, 1000)
    assert not {"reference_draws", "solution_draws"} & told.keys()


async def test_nothing_stands_on_what_is_not_shown(wei: Engineer, database: Database) -> None:
    """Another's private chain is not found; who assures it sees it, and may not record of it."""
    other = await engineer(database, "Other")
    hidden = await power(other)
    about = await about_to_compare(wei, used(hidden.electricity, hidden.fuel))
    place = ["items", "0", "referenceDemand", "activity"]

    assert await wei.refused("createComparison", **about) == ("NOT_FOUND", place)
    assert wei.by.organisation_id is not None
    assert other.by.organisation_id is not None
    await create_engagement(
        database.pool,
        wei.by.organisation_id,
        other.by.organisation_id,
        covers="CLAIMS",
        starts_on=date(2026, 1, 1),
        ends_on=date(2026, 12, 31),
    )
    roles = (Role.APPROVER, Role.ASSURER)
    by = principal(*roles, organisation=wei.by.organisation_id, account=wei.by.account_id)
    assurer = Engineer(wei.house, by)
    assert await assurer.refused("createComparison", **about) == ("PERMISSION_DENIED", place)
    await database.pool.execute("UPDATE chain_version SET visibility = 'CONSORTIUM'")
    assert await wei.id_of("createComparison", **about)


async def test_a_chain_is_not_told_to_those_who_see_the_comparison(
    wei: Engineer, database: Database
) -> None:
    """What was demanded, and what that emits, is the comparison's; the chain stays private."""
    baseline = await power(wei)
    solution = await wei.solution()
    comparison = await wei.comparison(
        await wei.scenario(solution), whole(used(baseline.electricity, baseline.fuel))
    )
    shown = {"solution": solution, "version": 1, "visibility": "PUBLIC"}
    await wei.do("updateSolution", **shown)
    query = f'{{ node(id: "{comparison}") {{ ... on Comparison {{ {ITEMS} }} }} }}'
    for_all = principal(organisation=await create_organisation(database.pool))
    told = (await wei.house.ask(query, for_all))["node"]

    assert told["origin"] == "FROM_VALUE_CHAIN"
    use = told["items"][0]
    assert use["referenceEmissions"] == "120"
    assert use["referenceDemand"] == {"activity": None, "amount": "1000"}
    assert use["solutionDemand"] == {"activity": None, "amount": "1000"}
