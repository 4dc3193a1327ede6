"""An engineer's system records what solutions avoid; an assurer walks back to the source."""

from collections.abc import AsyncGenerator
from dataclasses import dataclass
from datetime import date
from typing import Any

import pytest

from consortium.identity.actions.clients import ClientFacts, create_client
from consortium.identity.rules.clients import AuthMethod, ClientKind
from consortium.kernel.principal import Principal
from consortium.storage.database import Database
from schema.root import GRAPHQL_SCHEMA
from tests.effects.story import COMPARISON, EFFECT, EXAMPLE, SCENARIO, SOLUTION, cohorts, item
from tests.factories import (
    create_chain,
    create_engagement,
    create_membership,
    create_organisation,
    create_stage,
)
from tests.served import Api, served

EXPLAINED = """query ($effect: ID!, $after: String) { node(id: $effect) { ... on Effect {
  avoided(unit: KILOGRAM_CO2E) referenceEmissions(unit: KILOGRAM_CO2E)
  solutionEmissions(unit: KILOGRAM_CO2E) specificity timeframe geography
  solution { name functionalUnit sideEffects { objective finding source { url } }
    roles { role valueChain { name } stage { name } } }
  referenceScenario { situation basis path reason edition source { url title } }
  comparison { edition gwpSet rebound reboundReason items { stage equalBecause } }
  explanation(first: 1000, after: $after) { totalCount nodes { kind stage soldYear yearOfLife units
    referenceEmissions(unit: KILOGRAM_CO2E) solutionEmissions(unit: KILOGRAM_CO2E)
    factor { year value series { name edition } } source { url title } } } } } }"""


@dataclass(frozen=True)
class Desk:
    """The server, and systems with tokens of their own."""

    api: Api
    member: str
    assurer: str
    stranger: str
    chain: int
    stage: int

    async def ask(self, token: str | None, query: str, **variables: Any) -> Any:
        """The data that a system gets."""
        headers = {} if token is None else {"authorization": f"Bearer {token}"}
        answer = await self.api.http.post(
            "/graphql", json={"query": query, "variables": variables}, headers=headers
        )
        told = answer.json()
        assert "errors" not in told, told
        return told["data"]

    async def do(self, mutation: str, wanted: Any = "id", **given: Any) -> Any:
        """What the member's system is answered."""
        kind = GRAPHQL_SCHEMA.mutation_type
        assert kind is not None
        field = kind.fields[mutation]
        results = GRAPHQL_SCHEMA.get_possible_types(field.type)
        shown = " ".join(
            f"... on {one.name} {{ {wanted} }}" for one in results if one.name != "Refusal"
        )
        query = (
            f"mutation ($input: {field.args['input'].type}) {{ {mutation}(input: $input)"
            f" {{ {shown} ... on Refusal {{ code message path }} }} }}"
        )
        return (await self.ask(self.member, query, input=given))[mutation]


async def token_of(api: Api, organisation: int, name: str, *scopes: str) -> str:
    """An access token of a system of an organisation."""
    facts = ClientFacts(
        name, ClientKind.SERVICE, AuthMethod.CLIENT_SECRET_BASIC, scopes, organisation
    )
    with api.database.active():
        made = await create_client(Principal(), facts)
    assert made.secret is not None
    answer = await api.http.post(
        "/oauth/token",
        data={"grant_type": "client_credentials"},
        auth=(made.client_id, made.secret),
    )
    assert answer.status_code == 200, answer.text
    return str(answer.json()["access_token"])


@pytest.fixture
async def desk(database: Database) -> AsyncGenerator[Desk]:
    """A member, its assurer and somebody else, served."""
    async with database.pool.acquire() as c:
        member, assurer, stranger = [
            await create_organisation(c, name=name) for name in ("Member", "Assurer", "Stranger")
        ]
        for one in (member, stranger):
            await create_membership(c, one, status="MEMBER")
        await create_engagement(
            c,
            assurer,
            member,
            covers="CLAIMS",
            starts_on=date(2026, 1, 1),
            ends_on=date(2026, 12, 31),
        )
        chain = await create_chain(c, name="Homes")
        stage = await create_stage(c, chain, name="Heating")
    async with served(database) as api:
        yield Desk(
            api,
            await token_of(
                api, member, "Member", "figures:read", "figures:write", "figures:approve"
            ),
            await token_of(api, assurer, "Assurer", "figures:read", "figures:assure"),
            await token_of(api, stranger, "Stranger", "figures:read", "figures:write"),
            chain,
            stage,
        )


async def test_from_the_solution_to_the_voucher(desk: Desk) -> None:
    """17 000 t forward-looking; 200, 1 300 and 1 960 t year-on-year; each with its sources."""
    role = {"valueChain": f"chain_{desk.chain}", "stage": f"stage_{desk.stage}"}
    solution = (
        await desk.do(
            "createSolution",
            **SOLUTION,
            roles=[{**role, "role": "END_USE", "explanation": "It heats."}],
            fossilUse=False,
            fossilReason="It runs on electricity.",
        )
    )["id"]
    for objective in ("WATER", "POLLUTION"):
        await desk.do(
            "recordSideEffect",
            solution=solution,
            objective=objective,
            version=0,
            finding="NO_SIGNIFICANT_HARM",
            explanation="None was found.",
            source={"url": f"https://{objective.lower()}.example"},
        )
    scenario = await desk.do(
        "createReferenceScenario", "id situation edition", solution=solution, **SCENARIO
    )
    assert scenario | {"id": ""} == {
        "id": "",
        "situation": "END_OF_LIFE_REPLACEMENT",
        "edition": 1,
    }
    compared = COMPARISON | {"referenceScenario": scenario["id"], "items": EXAMPLE}
    comparison = (await desk.do("createComparison", **compared))["id"]

    await _forward(desk, comparison)
    await _year_by_year(desk, comparison)


async def _forward(desk: Desk, comparison: str) -> None:
    """1 000 units sold in 2026, over 15 years, of one place."""
    given = {**EFFECT, "comparison": comparison, "geography": "FR"}
    made = await desk.do("createEffect", "id avoided", **given, cohorts=cohorts((2026, "1000")))
    assert made["avoided"] == "17000"
    read = (await desk.ask(desk.assurer, EXPLAINED, effect=made["id"]))["node"]
    lines = read["explanation"]["nodes"]
    assert read["avoided"] == "17000000"
    assert read["explanation"]["totalCount"] == len(lines) == 16
    assert [(one["stage"], one["yearOfLife"]) for one in lines] == [
        ("MANUFACTURING", 0),
        *(("USE", t) for t in range(15)),
    ]
    assert lines[0]["source"] == {"url": "https://lca.example", "title": "LCA"}
    assert sum(int(one["referenceEmissions"]) for one in lines) == int(read["referenceEmissions"])
    assert sum(int(one["solutionEmissions"]) for one in lines) == int(read["solutionEmissions"])
    assert read["referenceScenario"]["source"] == {
        "url": "https://market.example",
        "title": "Market report",
    }
    assert read["solution"]["roles"] == [
        {"role": "END_USE", "valueChain": {"name": "Homes"}, "stage": {"name": "Heating"}}
    ]
    assert sorted(one["objective"] for one in read["solution"]["sideEffects"]) == [
        "POLLUTION",
        "WATER",
    ]
    # To other members, and to the public, there is nothing.
    for token in (desk.stranger, None):
        data = await desk.ask(
            token,
            "query ($effect: ID!) { node(id: $effect) { id } effects { totalCount }"
            " solutions { totalCount } comparisons { totalCount }"
            " referenceScenarios { totalCount } }",
            effect=made["id"],
        )
        assert data.pop("node") is None
        assert {one["totalCount"] for one in data.values()} == {0}


async def _year_by_year(desk: Desk, comparison: str) -> None:
    """Units of three years in use, in another place; the same units are not counted ahead too."""
    sold = [(2024, "1000"), (2025, "500"), (2026, "800")]
    found = []
    for at, year in enumerate((2024, 2025, 2026)):
        made = await desk.do(
            "createEffect",
            "id avoided",
            comparison=comparison,
            reference=f"in-use-{year}",
            geography="DE",
            timeframe="YEAR_ON_YEAR",
            periodStart=f"{year}-01-01",
            periodEnd=f"{year}-12-31",
            cohorts=cohorts(*sold[: at + 1]),
        )
        read = (await desk.ask(desk.assurer, EXPLAINED, effect=made["id"]))["node"]
        lines = read["explanation"]["nodes"]
        sums = [
            sum(int(one[side]) for one in lines)
            for side in ("referenceEmissions", "solutionEmissions")
        ]
        assert sums[0] - sums[1] == int(read["avoided"])
        assert sorted({one["soldYear"] for one in lines}) == [year for year, _ in sold[: at + 1]]
        found.append(made["avoided"])

    assert found == ["200", "1300", "1960"]
    ahead = {**EFFECT, "comparison": comparison, "reference": "ahead", "geography": "DE"}
    refused = await desk.do("createEffect", **ahead, cohorts=cohorts((2026, "800")))
    assert refused["code"] == "UNITS_COUNTED_ALREADY"


async def test_what_is_missing_is_named(desk: Desk) -> None:
    """A reference without a reason, and a stage without a word."""
    solution = (await desk.do("createSolution", **SOLUTION))["id"]
    refused = await desk.do(
        "createReferenceScenario", solution=solution, **SCENARIO | {"reason": " "}
    )
    assert (refused["code"], refused["path"]) == ("TEXT_MISSING", ["reason"])

    scenario = (await desk.do("createReferenceScenario", solution=solution, **SCENARIO))["id"]
    about = COMPARISON | {"referenceScenario": scenario}
    used = item("USE", referenceKgCo2e="2", solutionKgCo2e="1")
    refused = await desk.do("createComparison", **about, items=[used])
    assert (refused["code"], refused["path"]) == ("STAGE_MISSING", ["items"])
    assert "END_OF_LIFE" in refused["message"]
