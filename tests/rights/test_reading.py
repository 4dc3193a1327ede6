"""Every type, every field, every kind of caller: nobody reads more than the matrix says."""

from collections.abc import AsyncGenerator, Generator, Mapping
from typing import Any
from uuid import uuid4

import asyncpg
import orjson
import pytest
from graphql import GraphQLObjectType

from consortium.storage.database import Database
from schema.planner.execution import Executor, Request
from tests.conftest import TestServer, apart
from tests.oracle import Oracle, World
from tests.oracle.comparison import differences
from tests.oracle.resolvers import contract
from tests.rights import reading
from tests.rights.small_world import CALLERS, MEMBERS, SmallWorld, small_world
from tests.rights.walk import every_id, everything, ways
from tests.served import TODAY

CONTRACT = contract()
EVERY_CALLER = pytest.mark.parametrize("caller", CALLERS)
# Questions about sums that take every way there is: kept ready, by parts, by links, row by row.
SUMS = (
    "",
    "(groupBy: [YEAR])",
    "(groupBy: [MEMBER])",
    "(groupBy: [YEAR, CATEGORY])",
    "(groupBy: [INITIATIVE])",
    "(groupBy: [VALUE_CHAIN])",
    "(groupBy: [GROUP, CATEGORY, VERIFIED])",
    '(where: {category: {eq: "owner PRIVATE"}})',
    '(where: {member: {name: {eq: "The owner"}}}, groupBy: [YEAR])',
    '(onDate: "2026-01-01", groupBy: [YEAR])',
    '(knownAt: "2024-12-31", groupBy: [YEAR])',
)
SUM = """{ groups { key { member { id } category notBrokenDown year initiative { id } }
    total { value low high bound } claims verifiedShare
    contributions(first: 1000) { totalCount nodes { claim { id } counted { value } } }
    leftOut(first: 1000) { totalCount nodes { claim { id } reason because { id } } } }
  leftOut(first: 1000) { totalCount nodes { claim { id } reason because { id } } } }"""


class Asked:
    """The world, the server's answers from it and the oracle's."""

    def __init__(self, world: SmallWorld, oracle: Oracle) -> None:
        self.world, self.oracle = world, oracle
        self.executor = Executor.over(world.database.pool)

    async def answer(self, caller: str, query: str) -> Any:
        """What the server tells a caller."""
        principal = self.world.caller(caller)
        told = await self.executor.run(Request(query), principal, TODAY)
        # What proves who somebody is, hashed or sealed, is in no answer to anyone.
        assert b"PROOF" not in told
        answer = orjson.loads(told)
        assert list(answer) == ["data"]
        return answer["data"]

    async def differences(self, caller: str, query: str) -> list[str]:
        """Where that differs from what the oracle tells."""
        expected = self.oracle.answer(query, {}, self.world.caller(caller), TODAY)
        return differences(expected, await self.answer(caller, query))


@pytest.fixture(scope="module")
def made(server: TestServer, template: str) -> Generator[tuple[str, dict[str, int]]]:
    """A small world that all tests of this module read: its address and ids."""

    async def make(dsn: str) -> dict[str, int]:
        async with Database.open(dsn, max_size=2, write_size=2) as database:
            return (await small_world(database)).ids

    name = f"consortium_{uuid4().hex}"
    dsn = apart(server.create(name, template))
    yield dsn, apart(make(dsn))
    apart(server.drop(name))


@pytest.fixture
async def asked(made: tuple[str, dict[str, int]]) -> AsyncGenerator[Asked]:
    """The small world, read whole by the oracle."""
    dsn, ids = made
    async with Database.open(dsn, max_size=2, write_size=1) as database:
        connection = await asyncpg.connect(dsn)
        rows = await World.load(connection)
        await connection.close()
        yield Asked(SmallWorld(database, ids), Oracle(CONTRACT, rows))


def object_types(oracle: Oracle) -> dict[str, GraphQLObjectType]:
    """The object types of the contract, mutations aside."""
    return {
        name: kind
        for name, kind in oracle.schema.type_map.items()
        if isinstance(kind, GraphQLObjectType)
        and not name.startswith("__")
        and kind is not oracle.schema.mutation_type
    }


def test_every_type_and_field_has_its_line() -> None:
    """Whoever adds a field writes down who may see it."""
    found = {
        name: set(kind.fields) for name, kind in object_types(Oracle(CONTRACT, World({}))).items()
    }
    lines = {name: set(fields.split()) for name, (_, fields) in reading.TYPES.items()}

    assert found == lines


@EVERY_CALLER
async def test_every_field_tells_what_the_oracle_tells(asked: Asked, caller: str) -> None:
    """All fields of all types, reached from the root, are the oracle's for this caller."""
    schema = asked.oracle.schema
    reached = ways(schema, asked.world)
    unreached = set(object_types(asked.oracle)) - set(reached)
    wrong = {
        name: found
        for name, way in reached.items()
        if (
            found := await asked.differences(
                caller, way.query(everything(_object(schema.type_map[name]), asked.world))
            )
            if name != "Query"
            else await asked.differences(
                caller, f"{{ {everything(_object(schema.query_type), asked.world)} }}"
            )
        )
    }

    assert wrong == {}
    # What only mutations answer with is their matrix's.
    assert unreached == {
        "ImportedPayments",
        "IssuedInvoices",
        "MemberLeftOut",
        "NewApplication",
        "PartnerSecret",
        "Refusal",
        "RowProblem",
        "ServiceClientSecret",
        "WebhookSecret",
    }


def _object(kind: Any) -> GraphQLObjectType:
    assert isinstance(kind, GraphQLObjectType)
    return kind


@EVERY_CALLER
async def test_rows_are_those_of_the_matrix(asked: Asked, caller: str) -> None:
    """Lists, counts and nodes hold the rows that the matrix names, and no others."""
    data = await asked.answer(
        caller,
        """{ claims(first: 1000) { totalCount nodes { id } }
             inventories(first: 1000) { totalCount nodes { id } }
             accounts(first: 1000) { totalCount nodes { id } }
             invitations(first: 1000) { totalCount nodes { id } }
             serviceClients(first: 1000) { totalCount nodes { id } }
             identityProviders(first: 1000) { totalCount nodes { id } }
              invoices(first: 1000) { totalCount nodes { id } }
              tierAssignments(first: 1000) { totalCount nodes { id } }
              engagements(first: 1000) { totalCount nodes { id } }
              organisationMerges(first: 1000) { totalCount nodes { id } }
              applications(first: 1000) { totalCount nodes { id } }
              delegacies(first: 1000) { totalCount nodes { id } }
              meetings(first: 1000) { totalCount nodes { id } }
              solutions(first: 1000) { totalCount nodes { id } }
              referenceScenarios(first: 1000) { totalCount nodes { id } }
              comparisons(first: 1000) { totalCount nodes { id } }
              effects(first: 1000) { totalCount nodes { id } }
              allocations(first: 1000) { totalCount nodes { id } }
              assessedClaims(first: 1000) { totalCount nodes { id } }
              chainVersions(first: 1000) { totalCount nodes { id } }
              pledges(first: 1000) { totalCount nodes { id } }
              products(first: 1000) { totalCount nodes { id } }
              footprints(first: 1000) { totalCount nodes { id } }
              footprintRequests(first: 1000) { totalCount nodes { id } }
              stagedImports(first: 1000) { totalCount nodes { id } }
              partners(first: 1000) { totalCount nodes { id } }
              chainComputations(first: 1000) { totalCount nodes { id } }
              exchangeEvents(first: 1000) { totalCount nodes { id } }
              exchangeErrands(first: 1000) { totalCount nodes { id } }
              bulkOperations(first: 1000) { totalCount nodes { id } }
              webhooks(first: 1000) { totalCount nodes { id } }
              webhookDeliveries(first: 1000) { totalCount nodes { id } }
              guidanceVersions(first: 1000) { totalCount nodes { id } } }""",
    )
    expected = seen_rows(asked.world, caller)
    everyone = {
        *("org", "membership", "chain", "stage", "initiative", "terms", "tier", "group", "series"),
    }
    ids = every_id(asked.world)
    nodes = await asked.answer(caller, f"{{ nodes(ids: {orjson.dumps(ids).decode()}) {{ id }} }}")
    by_id = {one["id"] for one in nodes["nodes"] if one is not None}

    assert {name: {one["id"] for one in page["nodes"]} for name, page in data.items()} == expected
    assert {name: page["totalCount"] for name, page in data.items()} == {
        name: len(rows) for name, rows in expected.items()
    }
    decisions = {asked.world.id("decision", one) for one in reading.DECISIONS[caller]}
    parts = {
        asked.world.id(kind, one)
        for kind in ("gate", "criterion", "evidence")
        for one in reading.GUIDANCE[caller]
    }
    owners = [name for name in asked.world.ids if name.startswith("chainversion ")]
    for owner in owners:
        if asked.world.id(*owner.split(" ", 1)) in expected["chainVersions"]:
            activity = owner.removeprefix("chainversion ")
            parts |= {asked.world.id("activity", f"{activity}{one}") for one in ("", " used")}
    parts |= {asked.world.id("proof", one) for one in reading.PROOFS[caller]}
    overlaps = {one for one in ids if one.startswith("overlapdecision_")}
    assert len(overlaps) == 1
    assert {one for one in by_id if one.split("_")[0] not in everyone} == decisions.union(
        parts, overlaps if caller in reading.OVERLAPS else (), *expected.values()
    )


def seen_rows(world: SmallWorld, caller: str) -> dict[str, set[str]]:
    """The ids of the rows that the matrix shows to a caller."""

    def figures(kind: str, lines: Mapping[str, tuple[tuple[str, ...], ...]]) -> set[str]:
        shown = zip(MEMBERS, lines[caller], strict=True)
        return {world.id(kind, f"{owner} {one}") for owner, all_ in shown for one in all_}

    def shared(kind: str) -> set[str]:
        return {world.id(kind, "owner shared")} if caller in reading.SHARED_FOOTPRINTS else set()

    claims = figures("claim", reading.CLAIMS)
    for owner, shown in zip(MEMBERS, reading.CLAIMS[caller], strict=True):
        claims.add(world.id("claim", f"{owner} total"))
        claims |= {world.id("claim", f"{owner} part")} if "PRIVATE" in shown else set()
        claims |= {world.id("claim", f"{owner} restated")} if "CONSORTIUM" in shown else set()
    effects = figures("effect", reading.CLAIMS)
    for owner, shown in zip(MEMBERS, reading.CLAIMS[caller], strict=True):
        # Public, though its solution is not; and the other way round.
        effects |= {world.id("effect", f"{owner} ahead")} if "CONSORTIUM" in shown else set()
        effects |= {world.id("effect", f"{owner} hidden")} if "PRIVATE" in shown else set()
    versions = figures("chainversion", reading.CLAIMS)
    for owner, shown in zip(MEMBERS, reading.CLAIMS[caller], strict=True):
        versions |= {world.id("chainversion", f"{owner} draft")} if "PRIVATE" in shown else set()
    return {
        "claims": claims,
        "chainVersions": versions,
        "solutions": figures("solution", reading.CLAIMS),
        "referenceScenarios": figures("scenario", reading.CLAIMS),
        "comparisons": figures("comparison", reading.CLAIMS),
        "effects": effects,
        "allocations": {world.id("allocation", one) for one in reading.SHARED[caller]},
        "assessedClaims": {world.id("assessed", one) for one in reading.ASSESSED[caller]},
        "pledges": figures("pledge", reading.CLAIMS),
        "partners": {world.id("partner", one) for one in reading.PARTNERS[caller]},
        "exchangeEvents": {world.id("exchange", one) for one in reading.PARTNERS[caller]},
        "exchangeErrands": {world.id("errand", one) for one in reading.PARTNERS[caller]},
        "bulkOperations": {world.id("bulk", one) for one in reading.PARTNERS[caller]},
        "webhooks": {world.id("webhook", one) for one in reading.HOOKS[caller]},
        "webhookDeliveries": {world.id("delivery", one) for one in reading.HOOKS[caller][:1]},
        "chainComputations": {world.id("computation", one) for one in reading.PARTNERS[caller]},
        "products": figures("product", reading.INVENTORIES) | shared("product"),
        "footprints": figures("footprint", reading.INVENTORIES) | shared("footprint"),
        "footprintRequests": {world.id("pfrequest", one) for one in reading.REQUESTS[caller]},
        "stagedImports": {world.id("import", one) for one in reading.IMPORTS[caller]},
        "inventories": figures("inventory", reading.INVENTORIES),
        "accounts": {world.id("account", one) for one in reading.ACCOUNTS[caller]},
        "invitations": {world.id("invitation", one) for one in reading.MANAGED[caller]},
        "serviceClients": {world.id("client", one) for one in reading.MANAGED[caller]},
        "identityProviders": {world.id("provider", one) for one in reading.PROVIDERS[caller]},
        "invoices": {world.id("invoice", one) for one in reading.DUES[caller]},
        "tierAssignments": {world.id("assignment", one) for one in reading.DUES[caller]},
        "engagements": {world.id("engagement", one) for one in reading.ENGAGEMENTS[caller]},
        "organisationMerges": {world.id("merge", "twice")} if caller in reading.MERGES else set(),
        "applications": {world.id("application", one) for one in reading.APPLICATIONS[caller]},
        "delegacies": {world.id("delegacy", one) for one in reading.DELEGACIES[caller]},
        "guidanceVersions": {world.id("guidance", one) for one in reading.GUIDANCE[caller]},
        "meetings": {world.id("meeting", one) for one in reading.MEETINGS[caller]},
    }


@EVERY_CALLER
async def test_the_trail_is_read_by_its_readers(asked: Asked, caller: str) -> None:
    """Auditors read all of it, an administrator what concerns its organisation, others nothing."""
    data = await asked.answer(
        caller,
        """{ all: auditEntries { totalCount }
             own: auditEntries(where: {action: {eq: "owner:noted"}}) { totalCount } }""",
    )

    assert data["own"]["totalCount"] == (caller in reading.TRAIL_OF_OWNER)
    assert (data["all"]["totalCount"] > 1) == (caller in reading.TRAIL)


@EVERY_CALLER
async def test_how_many_people_there_are_is_told_to_few(asked: Asked, caller: str) -> None:
    """Seats and the contact of last resort; what waits is the secretariat's alone."""
    data = await asked.answer(
        caller,
        """{ secretariatInbox { totalCount }
             organisations(first: 1000) { nodes { id seats { granted }
               contactOfLastResort { email } } } }""",
    )
    listed = data["organisations"]["nodes"]
    limited = [one["id"] for one in listed if (one["seats"] or {}).get("granted") == 20]
    contacts = [one["id"] for one in listed if one["contactOfLastResort"]]

    assert sorted(limited) == sorted(asked.world.id("org", one) for one in reading.SEATS[caller])
    assert contacts == [asked.world.id("org", one) for one in reading.CONTACTS[caller]]
    assert (data["secretariatInbox"]["totalCount"] > 0) == (caller in reading.INBOX)


@EVERY_CALLER
async def test_overlaps_are_told_to_reviewers_alone(asked: Asked, caller: str) -> None:
    """Not that there are any, also to the owner of both effects."""
    data = await asked.answer(caller, "{ effectOverlaps { totalCount nodes { kind } } }")

    assert (data["effectOverlaps"]["totalCount"] > 0) == (caller in reading.OVERLAPS)
    assert (data["effectOverlaps"]["nodes"] != []) == (caller in reading.OVERLAPS)


@EVERY_CALLER
async def test_sums_are_the_oracles(asked: Asked, caller: str) -> None:
    """Whatever is asked of the sums, and by whichever way they are found."""
    wrong = {
        args: found
        for args in SUMS
        if (found := await asked.differences(caller, f"{{ avoidedEmissions{args} {SUM} }}"))
    }

    assert wrong == {}


@EVERY_CALLER
async def test_nobody_feels_the_way(asked: Asked, caller: str) -> None:
    """Filters through relations, orderings and searches find a row only for who may see it."""
    queries = [
        f"""{{ a: organisations(where: {{claims: {{some: {{category: {{eq: "{one}"}}}}}}}})
                  {{ totalCount nodes {{ id }} }}
              b: organisations(where: {{claims: {{none: {{category: {{eq: "{one}"}}}}}}}})
                  {{ totalCount nodes {{ id }} }}
              c: initiatives(where: {{claims: {{some: {{category: {{eq: "{one}"}}}}}}}})
                  {{ totalCount }}
              d: search(query: "{one.lower()}", first: 1000) {{ totalCount hits: nodes {{
                  __typename ... on Claim {{ id }} }} }}
              e: organisations(where: {{inventories: {{some: {{visibility: {{eq: PRIVATE}}}}}}}})
                  {{ totalCount nodes {{ id }} }}
              f: claims(orderBy: [{{field: VALUE, direction: DESC}}], first: 1) {{ nodes {{ id }} }}
              g: accounts(where: {{roles: {{some: {{role: {{eq: VIEWER}}}}}}}})
                  {{ totalCount nodes {{ id roles {{ organisation {{ id }} }} }} }}
              h: engagements(where: {{client: {{claims: {{some: {{category: {{eq: "{one}"}}}}}}}}}})
                  {{ totalCount }} }}"""
        for one in ("owner PRIVATE", "other PRIVATE", "owner CONSORTIUM", "owner part")
    ]

    assert [await asked.differences(caller, query) for query in queries] == [[], [], [], []]
