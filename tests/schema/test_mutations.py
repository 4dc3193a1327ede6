"""Mutations run one after the other, each whole or not at all, and answer within rights."""

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import orjson
import pytest

from consortium.avoided.actions import check_totals, refresh
from consortium.identity.rules.roles import Role, permissions_of
from consortium.kernel.principal import ANONYMOUS, Principal, Rights
from consortium.storage.database import Database
from schema.errors import RequestRefused
from schema.planner.execution import Executor, Request
from schema.planner.mutations import Writing
from tests.factories import create_account, create_claim, create_membership, create_organisation
from tests.served import TODAY, served

SET = """mutation ($input: SetClaimVisibilityInput!) { setClaimVisibility(input: $input) {
    __typename ... on Claim { id visibility organisation { name } }
    ... on Refusal { code message path } } }"""
TOTAL = "{ avoidedEmissions(groupBy: [YEAR]) { groups { total { value } claims } } }"


@dataclass(frozen=True)
class World:
    """A member with a claim of 1 t and one of 10 t, both public, and one of its approvers."""

    database: Database
    executor: Executor
    approver: Principal
    claims: tuple[str, str]

    async def answer(self, query: str, by: Principal, **variables: Any) -> Any:
        """The whole answer."""
        return orjson.loads(await self.executor.run(Request(query, variables), by, TODAY))

    async def total(self, by: Principal) -> list[tuple[str, int]]:
        """What counts for a caller."""
        groups = (await self.answer(TOTAL, by))["data"]["avoidedEmissions"]["groups"]
        return [(one["total"]["value"], one["claims"]) for one in groups]


@pytest.fixture
async def world(database: Database) -> World:
    """The member, its figures, and who may change them."""
    async with database.pool.acquire() as connection:
        owner = await create_organisation(connection, name="Owner")
        await create_membership(connection, owner, status="MEMBER")
        account = await create_account(connection)
        keys = [
            await create_claim(connection, owner, value_kg_co2e=Decimal(tonnes * 1000))
            for tonnes in (1, 10)
        ]
    with database.active():
        await refresh([owner], today=TODAY)
    rights = Rights(
        is_member=True, has_organisation=True, permissions=permissions_of([Role.APPROVER])
    )
    told = [{"message": "Something went wrong.", "extensions": {"code": "INTERNAL_ERROR"}}]
    writing = Writing(database.active, lambda _: told)
    return World(
        database,
        Executor.over(database.pool, writing),
        Principal(rights, owner, account),
        (f"claim_{keys[0]}", f"claim_{keys[1]}"),
    )


async def test_the_sums_of_everyone_follow(world: World) -> None:
    """A figure made private leaves the public's sum and stays in its owner's, at once."""
    before = await world.total(ANONYMOUS)
    answer = await world.answer(
        SET, world.approver, input={"claim": world.claims[1], "visibility": "PRIVATE"}
    )

    assert before == await world.total(world.approver) == [("11", 2)]
    assert answer == {
        "data": {
            "setClaimVisibility": {
                "__typename": "Claim",
                "id": world.claims[1],
                "visibility": "PRIVATE",
                "organisation": {"name": "Owner"},
            }
        }
    }
    assert await world.total(ANONYMOUS) == [("1", 1)]
    with world.database.active():
        assert await check_totals(today=TODAY) == []


async def test_a_refusal_says_what_and_where(world: World) -> None:
    """The code is stable, the message a sentence, and what is not asked for is not told."""
    given = {"claim": world.claims[0], "visibility": "PRIVATE"}

    answer = await world.answer(SET, ANONYMOUS, input=given)

    assert answer["data"]["setClaimVisibility"] == {
        "__typename": "Refusal",
        "code": "PERMISSION_DENIED",
        "message": "You may not do this.",
        "path": [],
    }


async def test_fields_run_in_their_order(world: World) -> None:
    """Each field sees what those before it did; a refusal keeps the others from nothing."""
    one = f'"{world.claims[0]}"'
    answer = await world.answer(
        f"""mutation {{ __typename
          first: setClaimVisibility(input: {{claim: {one}, visibility: PRIVATE}}) {{ ...shown }}
          wrong: setClaimVisibility(input: {{claim: "claim_999999", visibility: PRIVATE}}) {{
            ...shown }}
          last: setClaimVisibility(input: {{claim: {one}, visibility: CONSORTIUM}}) {{
            ...shown }} }}
        fragment shown on ClaimResult {{
          ... on Claim {{ visibility }} ... on Refusal {{ code }} }}""",
        world.approver,
    )

    assert list(answer["data"].items()) == [
        ("__typename", "Mutation"),
        ("first", {"visibility": "PRIVATE"}),
        ("wrong", {"code": "NOT_FOUND"}),
        ("last", {"visibility": "CONSORTIUM"}),
    ]


async def test_a_failure_is_told_at_its_field(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What was done before a bug stays done, and the answer says which field failed."""
    monkeypatch.setattr("consortium.avoided.actions.visibility.CHANGE", "UPDATE no_such_table")
    one, other = world.claims

    answer = await world.answer(
        f"""mutation {{
          a: setClaimVisibility(input: {{claim: "{one}", visibility: PUBLIC}}) {{ __typename }}
          b: setClaimVisibility(input: {{claim: "{other}", visibility: PRIVATE}}) {{ __typename }}
        }}""",
        world.approver,
    )

    assert answer["data"] == {"a": {"__typename": "Claim"}, "b": None}
    assert [(one["path"], one["extensions"]["code"]) for one in answer["errors"]] == [
        (["b"], "INTERNAL_ERROR")
    ]
    assert await world.total(ANONYMOUS) == [("11", 2)]


@pytest.mark.parametrize("claim", ["claim_0", "no id", "claim_1; DROP TABLE account"])
async def test_nothing_runs_where_an_input_cannot_be_read(world: World, claim: str) -> None:
    """An id that is none refuses the whole operation, planned before or not."""
    query = f"""mutation ($id: ID!) {{
      a: setClaimVisibility(input: {{claim: "{world.claims[0]}", visibility: PRIVATE}}) {{
        __typename }}
      b: setClaimVisibility(input: {{claim: $id, visibility: PRIVATE}}) {{ __typename }} }}"""
    for _ in range(2):
        with pytest.raises(RequestRefused, match="This is not an id of this API"):
            await world.answer(query, world.approver, id=claim)
        assert await world.total(ANONYMOUS) == [("11", 2)]
        # Now the plan is kept.
        await world.answer(query.replace("PRIVATE", "PUBLIC"), world.approver, id=world.claims[1])


async def test_a_payload_shows_no_more_than_a_query(world: World) -> None:
    """Whoever changes something reads its result within its rights, as any query would."""
    blind = Principal(
        Rights(permissions=world.approver.rights.permissions),
        world.approver.organisation_id,
        world.approver.account_id,
    )

    answer = await world.answer(
        SET, blind, input={"claim": world.claims[0], "visibility": "CONSORTIUM"}
    )

    assert answer == {"data": {"setClaimVisibility": None}}
    assert await world.total(ANONYMOUS) == [("10", 1)]


async def test_a_secret_is_shown_once(world: World) -> None:
    """A service client's secret is in the answer to its making, and nowhere after."""
    may = permissions_of([Role.ORGANISATION_ADMIN])
    admin = Principal(Rights(permissions=may), world.approver.organisation_id)

    made = await world.answer(
        """mutation { createServiceClient(input: {name: "ERP", scopes: ["figures:read"]}) {
          ... on ServiceClientSecret { secret client { id clientId name scopes } } } }""",
        admin,
    )
    new = made["data"]["createServiceClient"]
    turned = await world.answer(
        f"""mutation {{ rotateClientSecret(input: {{client: "{new["client"]["id"]}"}}) {{
          ... on ServiceClientSecret {{ __typename secret client {{ name }} }} }} }}""",
        admin,
    )
    again = turned["data"]["rotateClientSecret"]
    async with world.database.pool.acquire() as connection:
        kept = await connection.fetchval("SELECT secret_sha256 FROM oauth_client")

    assert (new["client"]["name"], new["client"]["scopes"]) == ("ERP", ["figures:read"])
    assert again["client"] == {"name": "ERP"}
    assert len({new["secret"], again["secret"], kept}) == 3


async def test_get_changes_nothing(world: World) -> None:
    """A mutation comes by POST; by GET it is refused as what may not change anything."""
    query = SET.replace("$input: SetClaimVisibilityInput!", "").replace("mutation ()", "mutation")
    text = query.replace("$input", f'{{claim: "{world.claims[0]}", visibility: PRIVATE}}')
    async with served(world.database) as api:
        by_get = await api.http.get("/graphql", params={"query": text})
        by_post = await api.post(text)

    assert by_get.status_code == 405
    assert by_get.json()["errors"][0]["extensions"]["code"] == "METHOD_NOT_ALLOWED"
    assert by_post.json()["data"]["setClaimVisibility"]["code"] == "PERMISSION_DENIED"
    assert await world.total(ANONYMOUS) == [("11", 2)]
