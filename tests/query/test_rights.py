"""What a caller may not see does not show: not in lists, counts, filters, orderings or sums."""

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import orjson
import pytest

from consortium.avoided.actions import refresh
from consortium.kernel.principal import ANONYMOUS, Permission, Principal, Rights
from consortium.storage.database import Database
from schema.planner.execution import Executor, Request
from tests.factories import create_claim, create_inventory, create_membership, create_organisation
from tests.served import TODAY

VISIBILITIES = ("PUBLIC", "CONSORTIUM", "PRIVATE")


@dataclass(frozen=True)
class World:
    """Two members; the first has a claim and an inventory of each visibility."""

    executor: Executor
    owner: int
    other: int
    claims: dict[str, int]

    def caller(self, name: str) -> Principal:
        """A kind of caller."""
        return {
            "public": ANONYMOUS,
            "member": Principal(Rights(is_member=True, has_organisation=True), self.other),
            "owner": Principal(Rights(is_member=True, has_organisation=True), self.owner),
            "secretariat": Principal(
                Rights(permissions=frozenset({Permission.FIGURES_READ_ALL})), None
            ),
        }[name]

    async def ask(self, caller: str, query: str, **variables: Any) -> Any:
        """The data that the caller gets."""
        answer = await self.executor.run(Request(query, variables), self.caller(caller), TODAY)
        return orjson.loads(answer)["data"]


@pytest.fixture
async def world(database: Database) -> World:
    """Claims of 1, 10 and 100 t: public, for the consortium, private."""
    claims: dict[str, int] = {}
    async with database.pool.acquire() as connection:
        owner = await create_organisation(connection, name="Owner")
        other = await create_organisation(connection, name="Other")
        for organisation in (owner, other):
            await create_membership(connection, organisation, status="MEMBER")
        for visibility, tonnes in zip(VISIBILITIES, (1, 10, 100), strict=True):
            claims[visibility] = await create_claim(
                connection,
                owner,
                value_kg_co2e=Decimal(tonnes * 1000),
                visibility=visibility,
                search_text=f"figure {visibility.lower()}",
                category=visibility,
            )
            await create_inventory(connection, owner, visibility=visibility, label=visibility)
    with database.active():
        await refresh([owner, other], today=TODAY)
    return World(Executor.over(database.pool), owner, other, claims)


SEEN = [
    ("public", ["PUBLIC"]),
    ("member", ["PUBLIC", "CONSORTIUM"]),
    ("owner", list(VISIBILITIES)),
    ("secretariat", list(VISIBILITIES)),
]
EVERY_CALLER = pytest.mark.parametrize(("caller", "seen"), SEEN)


@EVERY_CALLER
async def test_lists_and_counts(world: World, caller: str, seen: list[str]) -> None:
    """Lists, nested lists and their counts hold what the caller may see."""
    data = await world.ask(
        caller,
        """{ claims { totalCount nodes { category } }
             inventories { totalCount nodes { label } }
             organisation(name: "owner") { claims { totalCount } inventories { totalCount } } }""",
    )

    assert sorted(one["category"] for one in data["claims"]["nodes"]) == sorted(seen)
    assert sorted(one["label"] for one in data["inventories"]["nodes"]) == sorted(seen)
    counts = [
        data["claims"]["totalCount"],
        data["inventories"]["totalCount"],
        data["organisation"]["claims"]["totalCount"],
        data["organisation"]["inventories"]["totalCount"],
    ]
    assert counts == [len(seen)] * 4


@EVERY_CALLER
async def test_nobody_feels_the_way_with_filters(
    world: World, caller: str, seen: list[str]
) -> None:
    """A filter through a relation finds a row only for those who may see it."""
    query = """query ($c: String!) {
        some: organisations(where: {claims: {some: {category: {eq: $c}}}}) { totalCount }
        none: organisations(where: {claims: {none: {category: {eq: $c}}}}) { totalCount }
        direct: claims(where: {category: {eq: $c}}) { totalCount }
        sum: avoidedEmissions(where: {category: {eq: $c}}) { groups { claims } } }"""

    for visibility in VISIBILITIES:
        data = await world.ask(caller, query, c=visibility)
        found = visibility in seen
        assert data["some"]["totalCount"] == int(found)
        assert data["none"]["totalCount"] == 2 - int(found)
        assert data["direct"]["totalCount"] == int(found)
        assert [one["claims"] for one in data["sum"]["groups"]] == [1] * int(found)


@EVERY_CALLER
async def test_nodes_and_search(world: World, caller: str, seen: list[str]) -> None:
    """A row that may not be seen is not found, by its id, by its name or by words."""
    for visibility, claim in world.claims.items():
        data = await world.ask(
            caller,
            """query ($id: ID!, $words: String!) { node(id: $id) { id } nodes(ids: [$id]) { id }
                 claim(id: $id) { id }
                 search(query: $words) { totalCount nodes { __typename } } }""",
            id=f"claim_{claim}",
            words=f"figure {visibility}",
        )
        if visibility in seen:
            found = {"id": f"claim_{claim}"}
            assert (data["node"], data["nodes"], data["claim"]) == (found, [found], found)
            assert data["search"] == {"totalCount": 1, "nodes": [{"__typename": "Claim"}]}
        else:
            assert (data["node"], data["nodes"], data["claim"]) == (None, [None], None)
            assert data["search"] == {"totalCount": 0, "nodes": []}


@pytest.mark.parametrize(
    ("caller", "tonnes", "claims"),
    [("public", "1", 1), ("member", "11", 2), ("owner", "111", 3), ("secretariat", "111", 3)],
)
async def test_sums_add_only_what_the_caller_may_see(
    world: World, caller: str, tonnes: str, claims: int
) -> None:
    """Totals, their contributions and what was left out agree with one another and with rights."""
    data = await world.ask(
        caller,
        """{ avoidedEmissions(groupBy: [YEAR]) { groups {
               total { value } claims contributions { totalCount nodes { claim { id } } }
               leftOut { totalCount } } leftOut { totalCount } } }""",
    )

    [group] = data["avoidedEmissions"]["groups"]
    assert (group["total"]["value"], group["claims"]) == (tonnes, claims)
    assert group["contributions"]["totalCount"] == claims
    assert all(node["claim"] for node in group["contributions"]["nodes"])
    assert group["leftOut"]["totalCount"] == data["avoidedEmissions"]["leftOut"]["totalCount"] == 0


async def test_a_private_part_does_not_show_in_its_total(database: Database) -> None:
    """The sum of parts is told only to those who may see each part."""
    async with database.pool.acquire() as connection:
        owner = await create_organisation(connection, name="Owner")
        await create_membership(connection, owner, status="MEMBER")
        total = await create_claim(connection, owner, value_kg_co2e=Decimal(100_000))
        await create_claim(
            connection,
            owner,
            value_kg_co2e=Decimal(30_000),
            part_of_id=total,
            category="secret",
            visibility="PRIVATE",
        )
    with database.active():
        await refresh([owner], today=TODAY)
    world = World(Executor.over(database.pool), owner, 0, {})
    query = f"""{{ claim(id: "claim_{total}") {{
          partsTotal partsDifference parts {{ totalCount }} }}
        avoidedEmissions(groupBy: [CATEGORY]) {{ groups {{
            key {{ category notBrokenDown }} total {{ value }} }} }} }}"""

    public, own = await world.ask("public", query), await world.ask("owner", query)

    assert public["claim"] == {
        "partsTotal": None,
        "partsDifference": None,
        "parts": {"totalCount": 0},
    }
    assert public["avoidedEmissions"]["groups"] == [
        {"key": {"category": None, "notBrokenDown": False}, "total": {"value": "100"}}
    ]
    assert own["claim"]["parts"]["totalCount"] == 1
    values = [one["total"]["value"] for one in own["avoidedEmissions"]["groups"]]
    assert sorted(values) == ["30", "70"]
