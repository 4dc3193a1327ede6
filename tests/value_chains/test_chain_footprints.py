"""A demand on a version of a chain, asked in GraphQL: published numbers, and who may ask."""

from decimal import Decimal
from typing import Any

import pytest

from consortium.identity.rules.roles import Role
from consortium.kernel.principal import Principal
from consortium.storage.database import Database
from schema.errors import RequestRefused
from tests.asking import House, principal
from tests.factories import create_membership, create_organisation
from tests.factories.chains import (
    create_activity,
    create_chain,
    create_emission,
    create_exchange,
    create_version,
)

WHOLE = """
query ($version: ID!, $demand: [ChainDemandInput!]!, $whatIf: WhatIfInput, $gwpSet: GwpSet! = AR6) {
  chainFootprint(version: $version, demand: $demand, whatIf: $whatIf, gwpSet: $gwpSet, tiers: 3) {
    footprint(unit: KILOGRAM_CO2E) method residual largestLoop activityCount
    gases { gas massKg emitted(unit: KILOGRAM_CO2E) }
    activities { activity { code } amount emitted(unit: KILOGRAM_CO2E) share }
    organisations { organisation { name } emitted(unit: KILOGRAM_CO2E) }
    stages { stage { name } emitted(unit: KILOGRAM_CO2E) }
    tiers { tier emitted(unit: KILOGRAM_CO2E) }
    suppliers { activity { code } amount footprint(unit: KILOGRAM_CO2E) }
    paths {
      isComplete found(first: 2) { steps { activity { code } } emitted(unit: KILOGRAM_CO2E) }
    }
    sensitivities(first: 1) { supplier { code } consumer { code } elasticity }
    sankey { supplier { code } consumer { code } footprint(unit: KILOGRAM_CO2E) }
    uncertainty { draws low median high }
  }
}
"""


@pytest.fixture
async def house(database: Database) -> House:
    return House(database)


async def engineer(house: House, name: str = "Owner") -> Principal:
    organisation = await create_organisation(house.database.pool, name=name)
    await create_membership(house.database.pool, organisation)
    return principal(Role.APPROVER, organisation=organisation)


async def power(house: House, by: Principal) -> tuple[int, int, int]:
    """10 kWh from 2 l of fuel and 1 kg CO2; 100 l of fuel with 10 kg CO2.

    Heijungs and Suh, The Computational Structure of Life Cycle Assessment (2002), section 2.2:
    1 000 kWh take 200 l of fuel and emit 120 kg.
    """
    pool, owner = house.database.pool, by.organisation_id
    assert owner is not None
    version = await create_version(pool, owner)
    electricity = await create_activity(pool, version, "electricity", unit="kWh", output=10)
    fuel = await create_activity(pool, version, "fuel", unit="l", output=100, organisation_id=owner)
    await create_exchange(pool, version, electricity, fuel, 2)
    await create_emission(pool, version, electricity, 1)
    await create_emission(pool, version, fuel, 10)
    return version, electricity, fuel


def demand(activity: int, amount: str = "1000") -> list[dict[str, str]]:
    return [{"activity": f"activity_{activity}", "amount": amount}]


async def test_the_published_example_is_answered_in_all_its_parts(house: House) -> None:
    by = await engineer(house)
    version, electricity, _ = await power(house, by)

    data = await house.ask(WHOLE, by, version=f"chainversion_{version}", demand=demand(electricity))

    told = data["chainFootprint"]
    assert told | {"residual": "0"} == {
        "footprint": "120",
        "method": "TRIANGULAR",
        "residual": "0",
        "largestLoop": 1,
        "activityCount": 2,
        "gases": [{"gas": "CO2", "massKg": "120", "emitted": "120"}],
        "activities": [
            {
                "activity": {"code": "electricity"},
                "amount": "1000",
                "emitted": "100",
                "share": "0.833333333333333",
            },
            {
                "activity": {"code": "fuel"},
                "amount": "200",
                "emitted": "20",
                "share": "0.166666666666667",
            },
        ],
        "organisations": [
            {"organisation": None, "emitted": "100"},
            {"organisation": {"name": "Owner"}, "emitted": "20"},
        ],
        "stages": [{"stage": None, "emitted": "120"}],
        "tiers": [
            {"tier": 0, "emitted": "100"},
            {"tier": 1, "emitted": "20"},
            {"tier": 2, "emitted": "0"},
            {"tier": None, "emitted": "0"},
        ],
        "suppliers": [{"activity": {"code": "fuel"}, "amount": "200", "footprint": "20"}],
        "paths": {
            "isComplete": True,
            "found": [
                {"steps": [{"activity": {"code": "electricity"}}], "emitted": "100"},
                {
                    "steps": [{"activity": {"code": one}} for one in ("electricity", "fuel")],
                    "emitted": "20",
                },
            ],
        },
        "sensitivities": [
            {
                "supplier": {"code": "fuel"},
                "consumer": {"code": "electricity"},
                "elasticity": "0.166666666666667",
            }
        ],
        "sankey": [
            {
                "supplier": {"code": "fuel"},
                "consumer": {"code": "electricity"},
                "footprint": "20",
            }
        ],
        "uncertainty": None,
    }


async def test_units_of_many_products_are_told_at_once(house: House) -> None:
    """12 kg for 10 kWh of which 2 are the fuel's; 10 kg for 100 l."""
    by, other = await engineer(house), await engineer(house, "Other")
    version, electricity, fuel = await power(house, by)
    query = """query ($version: ID!, $activities: [ID!]!) {
      productFootprints(version: $version, activities: $activities) {
        products { activity { code } footprint(unit: KILOGRAM_CO2E) error } } }"""
    asked: dict[str, Any] = {
        "version": f"chainversion_{version}",
        "activities": [f"activity_{one}" for one in (fuel, electricity)],
    }

    assert await house.ask(query, by, **asked) == {
        "productFootprints": {
            "products": [
                {"activity": {"code": "fuel"}, "footprint": "0.1", "error": "0"},
                {"activity": {"code": "electricity"}, "footprint": "0.12", "error": "0"},
            ]
        }
    }
    assert await house.ask(query, other, **asked) == {"productFootprints": None}


async def test_a_private_version_is_computed_for_nobody_else(house: House) -> None:
    by, other = await engineer(house), await engineer(house, "Other")
    version, electricity, _ = await power(house, by)
    asked: dict[str, Any] = {"version": f"chainversion_{version}", "demand": demand(electricity)}

    assert (await house.ask(WHOLE, other, **asked))["chainFootprint"] is None
    nothing = asked | {"version": "chainversion_999"}
    assert (await house.ask(WHOLE, other, **nothing))["chainFootprint"] is None


async def test_what_if_and_comparison(house: House) -> None:
    """Fuel that emits half, and less of it; the difference by activity; nothing is recorded."""
    by = await engineer(house)
    version, electricity, fuel = await power(house, by)
    side: dict[str, Any] = {"version": f"chainversion_{version}", "demand": demand(electricity)}
    what_if = {
        "exchanges": [
            {
                "consumer": f"activity_{electricity}",
                "supplier": f"activity_{fuel}",
                "amount": "1",
            }
        ],
        "emissions": [
            {"activity": f"activity_{fuel}", "factor": "0.5"},
            {"activity": f"activity_{fuel}", "gas": "N2O", "massKg": "0.1"},
        ],
    }
    before = await house.digest()

    data = await house.ask(
        """query ($a: ChainSideInput!, $b: ChainSideInput!) {
          chainComparison(baseline: $a, scenario: $b) {
            avoided(unit: KILOGRAM_CO2E) share
            baseline { footprint(unit: KILOGRAM_CO2E) gases { gas } }
            scenario { footprint(unit: KILOGRAM_CO2E) gases { gas massKg } }
            activities { activity { code } baseline(unit: KILOGRAM_CO2E)
              scenario(unit: KILOGRAM_CO2E) avoided(unit: KILOGRAM_CO2E) }
          } }""",
        by,
        a=side,
        b=side | {"whatIf": what_if},
    )

    # 100 l of fuel: 5 kg of CO2 and 0.1 kg of N2O at 273.
    told = data["chainComparison"]
    assert Decimal(told["scenario"]["footprint"]) == Decimal("132.3")
    assert Decimal(told["avoided"]) == Decimal("-12.3")
    assert told["baseline"] == {"footprint": "120", "gases": [{"gas": "CO2"}]}
    assert told["scenario"]["gases"] == [
        {"gas": "CO2", "massKg": "105"},
        {"gas": "N2O", "massKg": "0.1"},
    ]
    assert told["activities"] == [
        {
            "activity": {"code": "fuel"},
            "baseline": "20",
            "scenario": "32.3",
            "avoided": "-12.3",
        }
    ]
    assert await house.digest() == before


async def test_co_products_share_what_their_process_takes_and_emits(house: House) -> None:
    """Heat and power from one plant, 25 % and 75 %; what is asked of heat bears a quarter."""
    by = await engineer(house)
    pool, owner = house.database.pool, by.organisation_id
    assert owner is not None
    version = await create_version(pool, owner)
    plant = {"process": "plant", "output": 10}
    electricity = await create_activity(pool, version, "power", **plant, share="0.75")
    heat = await create_activity(pool, version, "heat", **plant, share="0.25")
    gas = await create_activity(pool, version, "gas")
    await create_exchange(pool, version, electricity, gas, 8)
    await create_emission(pool, version, heat, 100)
    await create_emission(pool, version, gas, "0.5")

    for activity, mass in ((heat, "26"), (electricity, "78")):
        data = await house.ask(
            WHOLE, by, version=f"chainversion_{version}", demand=demand(activity, "10")
        )
        assert data["chainFootprint"]["footprint"] == mass


async def test_what_cannot_be_solved_is_told_by_name(house: House) -> None:
    by = await engineer(house)
    pool, owner = house.database.pool, by.organisation_id
    assert owner is not None
    version, ids = await create_chain(pool, owner, [[0, 2], [1, 0]], [1, 1])
    other, others = await create_chain(pool, owner, [[0]], [1])
    await create_emission(pool, other, others[0], 1, "CO2E_AR5")

    async def refused(version: int, wanted: list[dict[str, str]], **given: Any) -> tuple[str, str]:
        with pytest.raises(RequestRefused) as caught:
            await house.ask(WHOLE, by, version=f"chainversion_{version}", demand=wanted, **given)
        [error] = caught.value.errors
        return error["extensions"]["code"], error["message"]

    code, message = await refused(version, demand(ids[0]))
    assert (code, "a0, a1" in message) == ("LOOP_NEVER_ENDS", True)
    # Nor where nothing in the loop emits, and only the whole is asked for.
    clean, those = await create_chain(pool, owner, [[0, 2], [1, 0]], [0, 0])
    with pytest.raises(RequestRefused, match="as much of its own"):
        await house.ask(
            "query ($v: ID!, $d: [ChainDemandInput!]!)"
            " { chainFootprint(version: $v, demand: $d) { footprint } }",
            by,
            v=f"chainversion_{clean}",
            d=demand(those[0]),
        )
    code, message = await refused(other, demand(others[0]))
    assert (code, "CO2E_AR5" in message) == ("GAS_NOT_IN_SET", True)
    assert (await refused(other, demand(ids[0])))[0] == "DEMAND_ACTIVITY_UNKNOWN"
    assert (await refused(other, demand(others[0], "0")))[0] == "DEMAND_EMPTY"
    assert (await refused(other, []))[0] == "DEMAND_EMPTY"
    change = {"emissions": [{"activity": f"activity_{others[0]}"}]}
    assert (await refused(other, demand(others[0]), whatIf=change))[0] == "CHANGE_INVALID"
    assert (
        await house.ask(
            WHOLE, by, version=f"chainversion_{other}", demand=demand(others[0]), gwpSet="AR5"
        )
    )["chainFootprint"]["footprint"] == "2000"


async def test_uncertainty_is_the_same_for_a_seed_and_none_where_all_is_sure(house: House) -> None:
    by = await engineer(house)
    pool, owner = house.database.pool, by.organisation_id
    assert owner is not None
    version = await create_version(pool, owner)
    steel = await create_activity(pool, version, "steel")
    await create_emission(pool, version, steel, 1, uncertainty="0.1")
    asked: dict[str, Any] = {"version": f"chainversion_{version}", "demand": demand(steel, "1")}

    first = (await house.ask(WHOLE, by, **asked))["chainFootprint"]["uncertainty"]
    again = (await house.ask(WHOLE, by, **asked))["chainFootprint"]["uncertainty"]

    assert first == again
    assert first["draws"] == 1000
    # Tonnes: 1 kg, 0.9 to 1.1 in 95 % of cases.
    assert float(first["low"]) == pytest.approx(0.0009, rel=0.02)
    assert float(first["high"]) == pytest.approx(0.0011, rel=0.02)


ONE_HOP = """
query ($activity: ID!) {
  supplierFootprints(activity: $activity, amount: "10") {
    footprint(unit: KILOGRAM_CO2E) own(unit: KILOGRAM_CO2E)
    beyond(unit: KILOGRAM_CO2E) isBeyondHidden
    suppliers { product { product organisation { name } } amount footprint(unit: KILOGRAM_CO2E) }
  }
}
"""


async def test_a_maker_sees_its_suppliers_and_one_sum_beyond(house: House) -> None:
    """Of a chain that it does not see: while five stand behind five suppliers, and none is large.

    Nobody else is told anything; whoever sees the version is told in any case.
    """
    owner, maker, other = (
        await engineer(house),
        await engineer(house, "Maker"),
        await engineer(house, "Other"),
    )
    pool = house.database.pool
    assert owner.organisation_id is not None
    # 0 is made of 1 kg each of 1 to 5; each of these of 1 kg of another of 6 to 10.
    needs = [[0] * 11 for _ in range(11)]
    for at in range(1, 6):
        needs[at][0] = 1
        needs[at + 5][at] = 1
    version, ids = await create_chain(pool, owner.organisation_id, needs, [1, *[2] * 5, *[3] * 5])
    named = [(maker.organisation_id, ids[0])]
    named += [
        (await create_organisation(pool, name=f"Supplier {at}"), ids[at]) for at in range(1, 11)
    ]
    for organisation, activity in named:
        await pool.execute(
            "UPDATE activity SET organisation_id = $1 WHERE id = $2", organisation, activity
        )
    asked: dict[str, Any] = {"activity": f"activity_{ids[0]}"}

    async def told(by: Principal) -> Any:
        return (await house.ask(ONE_HOP, by, **asked))["supplierFootprints"]

    assert await told(maker) is None  # a draft
    await pool.execute("UPDATE chain_version SET status = 'PUBLISHED', published_on = '2026-01-01'")
    seen = await told(maker)
    assert seen | {"suppliers": seen["suppliers"][:1]} == {
        "footprint": "260",
        "own": "10",
        "beyond": "150",
        "isBeyondHidden": False,
        "suppliers": [
            {
                "product": {"product": "a1", "organisation": {"name": "Supplier 1"}},
                "amount": "10",
                "footprint": "50",
            }
        ],
    }
    assert await told(other) is None
    assert (
        await house.ask(WHOLE, maker, version=f"chainversion_{version}", demand=demand(ids[0]))
    )["chainFootprint"] is None

    # Two of those behind prove to be one group: four are too few.
    await pool.execute(
        "INSERT INTO parentage (child_id, parent_id, relation) VALUES ($1, $2, 'CONTROL')",
        named[6][0],
        named[7][0],
    )
    hidden = await told(maker)
    assert (hidden["beyond"], hidden["isBeyondHidden"], hidden["footprint"]) == (None, True, "260")
    assert (await told(owner))["beyond"] == "150"
