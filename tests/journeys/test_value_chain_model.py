"""An engineer models steel that needs power that needs steel, publishes it, and shows it."""

from collections.abc import AsyncGenerator
from dataclasses import dataclass
from typing import Any

import pytest

from consortium.storage.database import Database
from schema.root import GRAPHQL_SCHEMA
from tests.factories import create_membership, create_organisation
from tests.journeys.test_effects import token_of
from tests.served import Api, served

STEEL: dict[str, Any] = {
    "code": "steel",
    "name": "Make steel",
    "product": "Steel",
    "unit": "kg",
    "output": "1000",
    "geography": "DE",
    "source": {"title": "Works' books 2025"},
    "emissions": [{"gas": "CO2", "mass": "1.8", "unit": "t", "uncertainty": "0.1"}],
}
POWER: dict[str, Any] = {
    "code": "power",
    "product": "Power",
    "unit": "kWh",
    "output": "1000",
    "emissions": [{"gas": "CO2", "mass": "400"}, {"gas": "CH4_FOSSIL", "mass": "0.5"}],
    "inputs": [{"supplier": "steel", "amount": "2", "uncertainty": "0.3"}],
}
CAR: dict[str, Any] = {
    "code": "car",
    "product": "Car",
    "unit": "pcs",
    "output": "1",
    "inputs": [
        {"supplier": "steel", "amount": "0.9", "unit": "tonne", "errorSource": "bill"},
        {"supplier": "power", "amount": "3600", "unit": "MJ"},
    ],
}
SEEN = """
id reference status visibility version publishedOn copiedFrom { reference }
activities(first: 10) { totalCount nodes { code name unit output
  inputs { nodes { amount statedAmount statedUnit uncertainty errorSource supplier { code } } }
  emissions { nodes { gas massKg } } } }
"""


@dataclass(frozen=True)
class Office:
    """The server, and two members' systems."""

    api: Api
    member: str
    stranger: str

    async def ask(self, token: str | None, query: str, **variables: Any) -> Any:
        """The data that a system gets."""
        headers = {} if token is None else {"authorization": f"Bearer {token}"}
        answer = await self.api.http.post(
            "/graphql", json={"query": query, "variables": variables}, headers=headers
        )
        told = answer.json()
        assert "errors" not in told, told
        return told["data"]

    async def do(self, mutation: str, shown: str = "id", by: str = "", **given: Any) -> Any:
        """What a system is answered; the member's unless told."""
        kind = GRAPHQL_SCHEMA.mutation_type
        assert kind is not None
        field = kind.fields[mutation]
        [result] = [
            one.name
            for one in GRAPHQL_SCHEMA.get_possible_types(field.type)
            if one.name != "Refusal"
        ]
        query = (
            f"mutation ($input: {field.args['input'].type}) {{ {mutation}(input: $input)"
            f" {{ ... on {result} {{ {shown} }} ... on Refusal {{ code message path }} }} }}"
        )
        return (await self.ask(by or self.member, query, input=given))[mutation]

    async def draft(self, reference: str = "car-2025") -> str:
        """An empty draft of a chain of cars."""
        stages = [{"name": "Works", "supplies": "Roads"}, {"name": "Roads"}]
        chain = await self.do("createValueChain", name=f"Cars {reference}", stages=stages)
        made = await self.do(
            "createChainVersion", valueChain=chain["id"], reference=reference, title="A car"
        )
        return str(made["id"])

    async def modelled(self) -> tuple[str, dict[str, str]]:
        """A draft of three activities with a loop, at version 5; and their ids."""
        version = await self.draft()
        ids = {}
        for at, one in enumerate((STEEL, POWER, CAR), 1):
            made = await self.do("recordActivity", chainVersion=version, version=at, **one)
            ids[one["code"]] = made["id"]
        loop = [{"supplier": "power", "amount": "0.5", "unit": "MWh"}]
        await self.do("changeActivity", activity=ids["steel"], version=4, **STEEL, inputs=loop)
        return version, ids


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


async def test_from_the_draft_to_the_scenario(office: Office) -> None:
    """Drafted, published, shown and copied; amounts in the units of what they are of."""
    version, ids = await office.modelled()
    of_version = f'{{ node(id: "{version}") {{ ... on ChainVersion {{ {SEEN} }} }} }}'
    draft = (await office.ask(office.member, of_version))["node"]
    assert (draft["status"], draft["visibility"], draft["version"]) == ("DRAFT", "PRIVATE", 5)
    car, power, steel = draft["activities"]["nodes"]
    assert steel == {
        "code": "steel",
        "name": "Make steel",
        "unit": "kg",
        "output": "1000",
        "inputs": {
            "nodes": [
                {
                    "amount": "500",
                    "statedAmount": "0.5",
                    "statedUnit": "MWh",
                    "uncertainty": None,
                    "errorSource": None,
                    "supplier": {"code": "power"},
                }
            ]
        },
        "emissions": {"nodes": [{"gas": "CO2", "massKg": "1800"}]},
    }
    assert [(one["amount"], one["statedUnit"]) for one in car["inputs"]["nodes"]] == [
        ("900", "t"),
        ("1000", "MJ"),
    ]
    assert [one["gas"] for one in power["emissions"]["nodes"]] == ["CH4_FOSSIL", "CO2"]
    assert (await office.ask(office.stranger, of_version))["node"] is None
    shown: dict[str, Any] = {"chainVersion": version, "version": 5, "visibility": "CONSORTIUM"}
    refused = await office.do("setChainVersionVisibility", **shown)
    assert refused["code"] == "CHAIN_VERSION_DRAFT"

    published = await office.do("publishChainVersion", SEEN, chainVersion=version, version=5)
    assert (published["status"], published["publishedOn"]) == ("PUBLISHED", "2026-11-23")
    late = await office.do("removeActivity", activity=ids["car"], version=6)
    assert late["code"] == "CHAIN_VERSION_PUBLISHED"
    assert (await office.ask(office.stranger, of_version))["node"] is None
    denied: dict[str, Any] = {"chainVersion": version, "reference": "mine", "title": "Mine"}
    assert (await office.do("copyChainVersion", by=office.stranger, **denied))["code"] == (
        "NOT_FOUND"
    )

    await office.do("setChainVersionVisibility", **shown | {"version": 6})
    assert (await office.ask(office.stranger, of_version))["node"]["activities"] == (
        draft["activities"]
    )
    assert (await office.ask(None, of_version))["node"] is None
    copy = await office.do("copyChainVersion", SEEN, by=office.stranger, **denied)
    assert copy["activities"] == draft["activities"]
    assert (copy["status"], copy["copiedFrom"]) == ("DRAFT", {"reference": "car-2025"})
    everywhere = """{ a: chainVersions { totalCount } b: organisation(name: "Stranger") {
      chainVersions { nodes { reference } } }
      c: valueChain(name: "Cars car-2025") { versions { totalCount } } }"""
    assert await office.ask(office.member, everywhere) == {
        "a": {"totalCount": 1},
        "b": {"chainVersions": {"nodes": []}},
        "c": {"versions": {"totalCount": 1}},
    }
    retired = await office.do("retireChainVersion", "status", chainVersion=version, version=7)
    assert retired == {"status": "RETIRED"}
    gone: dict[str, Any] = {"by": office.stranger, "chainVersion": copy["id"], "version": 1}
    assert (await office.do("discardChainVersion", "name", **gone)) == {"name": "Cars car-2025"}
    assert (await office.do("discardChainVersion", **gone))["code"] == "NOT_FOUND"


async def test_up_and_down_stream(office: Office) -> None:
    """Tiers end where a loop closes; an activity is told once, where it is met first."""
    version, ids = await office.modelled()
    wheels = CAR | {"code": "fleet", "inputs": [{"supplier": "car", "amount": "2"}]}
    await office.do("recordActivity", chainVersion=version, version=5, **wheels)
    tiers = "nodes { tier activity { code } } totalCount pageInfo { hasNextPage }"
    query = f"""query ($fleet: ID!, $steel: ID!, $tiers: Int) {{
      a: node(id: $fleet) {{ ... on Activity {{
        one: suppliers {{ {tiers} }} all: suppliers(tiers: 20) {{ {tiers} }}
        first: suppliers(tiers: $tiers, first: 2) {{ {tiers} }} }} }}
      b: node(id: $steel) {{ ... on Activity {{ customers(tiers: 9) {{ {tiers} }} }} }} }}"""
    fleet = (
        await office.ask(
            office.member,
            f'{{ node(id: "{version}") {{ ... on ChainVersion {{'
            ' activities(where: {code: {eq: "fleet"}}) { nodes { id } } } } }',
        )
    )["node"]["activities"]["nodes"][0]["id"]
    variables = {"fleet": fleet, "steel": ids["steel"], "tiers": 3}
    told = await office.ask(office.member, query, **variables)

    def pairs(page: Any) -> list[tuple[int, str]]:
        return [(one["tier"], one["activity"]["code"]) for one in page["nodes"]]

    assert pairs(told["a"]["one"]) == [(1, "car")]
    assert pairs(told["a"]["all"]) == [(1, "car"), (2, "steel"), (2, "power")]
    assert pairs(told["a"]["first"]) == [(1, "car"), (2, "steel")]
    assert told["a"]["first"]["totalCount"] == 3
    assert told["a"]["first"]["pageInfo"]["hasNextPage"]
    assert pairs(told["b"]["customers"]) == [(1, "power"), (1, "car"), (2, "fleet")]
    answer = await office.api.http.post(
        "/graphql",
        json={"query": query, "variables": variables | {"tiers": 21}},
        headers={"authorization": f"Bearer {office.member}"},
    )
    assert [one["extensions"]["code"] for one in answer.json()["errors"]] == ["TIERS_INVALID"]


WRONG: list[tuple[dict[str, Any], str, list[str], str]] = [
    (
        {"inputs": [{"supplier": "steel", "amount": "1", "unit": "kWh"}]},
        "UNIT_DOES_NOT_FIT",
        ["inputs", "0", "unit"],
        "kWh measures energy, and kg measures mass: state the amount in kg",
    ),
    ({"unit": "ton"}, "UNIT_UNKNOWN", ["unit"], "Given was “ton”."),
    (
        {"emissions": [{"gas": "CO2", "mass": "1"}, {"gas": "CO3", "mass": "1"}]},
        "GAS_UNKNOWN",
        ["emissions", "1", "gas"],
        "CO3",
    ),
    (
        {"emissions": [{"gas": "CO2", "mass": "1"}] * 2},
        "EMISSION_TWICE",
        ["emissions", "1", "gas"],
        "",
    ),
    (
        {"emissions": [{"gas": "CO2", "mass": "1", "unit": "m3"}]},
        "UNIT_DOES_NOT_FIT",
        ["emissions", "0", "unit"],
        "measures mass",
    ),
    (
        {"inputs": [{"supplier": "iron", "amount": "1"}]},
        "SUPPLIER_UNKNOWN",
        ["inputs", "0", "supplier"],
        "“iron”",
    ),
    (
        {"inputs": [{"supplier": "steel", "amount": "1", "uncertainty": "-1"}]},
        "UNCERTAINTY_INVALID",
        ["inputs", "0", "uncertainty"],
        "",
    ),
    ({"output": "0"}, "OUTPUT_MISSING", ["output"], ""),
    ({"share": "1.1"}, "SHARES_NOT_ONE", ["share"], ""),
    ({"code": "steel"}, "ACTIVITY_TWICE", ["code"], ""),
    ({"code": " "}, "TEXT_MISSING", ["code"], ""),
    ({"geography": "Mars"}, "GEOGRAPHY_UNKNOWN", ["geography"], ""),
    (
        {"periodStart": "2025-02-01", "periodEnd": "2025-01-01"},
        "PERIOD_REVERSED",
        ["periodEnd"],
        "",
    ),
    ({"stage": "stage_999999"}, "STAGE_UNKNOWN", ["stage"], ""),
    ({"organisation": "org_999999"}, "NOT_FOUND", [], ""),
    ({"version": 9}, "CHANGED_MEANWHILE", ["version"], "you saw version 9, it is 5 now"),
]


async def test_what_is_wrong_is_named(office: Office) -> None:
    """Each mistake of an activity by its place in the input, and nothing of it is kept."""
    version, _ = await office.modelled()
    heard = []
    for wrong, *_ in WRONG:
        given = {"chainVersion": version, "version": 5, **CAR, "code": "new", **wrong}
        told = await office.do("recordActivity", **given)
        heard.append((told.get("code"), told.get("path"), told.get("message")))

    expected = [(code, path) for _, code, path, _ in WRONG]
    assert [one[:2] for one in heard] == expected
    assert [m for (_, _, m), (*_, part) in zip(heard, WRONG, strict=True) if part not in m] == []
    kept = await office.ask(
        office.member,
        f'{{ node(id: "{version}") {{ ... on ChainVersion {{ version'
        " activities { totalCount } } } }",
    )
    assert kept["node"] == {"version": 5, "activities": {"totalCount": 3}}


async def test_what_does_not_compute_is_not_published(office: Office) -> None:
    """Empty, shares that are no whole, a loop that needs more than it makes."""
    empty = await office.draft("empty")

    async def publish(key: str, version: int) -> Any:
        return await office.do("publishChainVersion", "status", chainVersion=key, version=version)

    assert (await publish(empty, 1))["code"] == "SYSTEM_EMPTY"

    version, ids = await office.modelled()
    part = CAR | {"code": "van", "process": "works", "share": "0.4"}
    made = await office.do("recordActivity", chainVersion=version, version=5, **part)
    told = await publish(version, 6)
    assert (told["code"], "“works” add up to 0.4" in told["message"]) == ("SHARES_NOT_ONE", True)
    await office.do("removeActivity", activity=made["id"], version=6)
    loop = [{"supplier": "power", "amount": "600", "unit": "MWh"}]
    await office.do("changeActivity", activity=ids["steel"], version=7, **STEEL, inputs=loop)
    told = await publish(version, 8)
    assert told["code"] == "LOOP_NEVER_ENDS"
    assert told["message"].endswith("The loop: steel, power.")

    used = await office.do("removeActivity", activity=ids["power"], version=8)
    assert (used["code"], "“car”" in used["message"]) == ("ACTIVITY_USED", True)
    turned = STEEL | {"unit": "kWh"}
    told = await office.do("changeActivity", activity=ids["steel"], version=8, **turned)
    assert (told["code"], told["path"]) == ("UNIT_DOES_NOT_FIT", ["unit"])
    # In another unit of mass, what others take is converted; then it computes.
    turned = STEEL | {"unit": "t", "output": "1"}
    shown = "uses { nodes { amount statedAmount statedUnit consumer { code } } }"
    told = await office.do("changeActivity", shown, activity=ids["steel"], version=8, **turned)
    assert [tuple(one.values())[:3] for one in told["uses"]["nodes"]] == [
        ("0.002", "2", "kg"),
        ("0.9", "0.9", "t"),
    ]
    assert await publish(version, 9) == {"status": "PUBLISHED"}
