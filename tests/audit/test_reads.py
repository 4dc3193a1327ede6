"""Who may read which part of the audit trail, and how it is found."""

from dataclasses import dataclass
from typing import Any

import orjson
import pytest

from consortium.audit.actions import audited
from consortium.kernel.principal import ANONYMOUS, Permission, Principal, Rights
from consortium.storage.database import Database
from schema.planner.execution import Executor, Request
from tests.factories import create_claim, create_organisation
from tests.served import TODAY

READ = Rights(permissions=frozenset({Permission.AUDIT_READ}))
READ_ALL = Rights(permissions=frozenset({Permission.AUDIT_READ, Permission.AUDIT_READ_ALL}))


@dataclass(frozen=True)
class World:
    """Two organisations; Ann of the first and Ben of the second have changed rows."""

    executor: Executor
    first: int
    second: int
    claim: int

    def caller(self, name: str) -> Principal:
        """A kind of caller."""
        everything = Rights(permissions=frozenset({Permission.FIGURES_READ_ALL}))
        return {
            "public": ANONYMOUS,
            "member": Principal(Rights(is_member=True, has_organisation=True), self.first),
            "figures": Principal(everything, self.first),
            "first": Principal(READ, self.first),
            "second": Principal(READ, self.second),
            "of none": Principal(READ),
            "auditor": Principal(READ_ALL),
        }[name]

    async def ask(self, caller: str, query: str, **variables: Any) -> Any:
        """The data that the caller gets."""
        answer = await self.executor.run(Request(query, variables), self.caller(caller), TODAY)
        data = orjson.loads(answer)
        assert "errors" not in data
        return data["data"]

    async def actions(self, caller: str, where: Any = None) -> list[str]:
        """The actions that the caller finds, latest first."""
        query = (
            "query($where: AuditEntryFilter) { auditEntries(where: $where) {"
            " totalCount nodes { action } } }"
        )
        found = (await self.ask(caller, query, where=where))["auditEntries"]
        actions = [node["action"] for node in found["nodes"]]
        assert found["totalCount"] == len(actions)
        return actions


@pytest.fixture
async def world(database: Database) -> World:
    """Ann records a claim and changes it; Ben changes his organisation; both through a client."""
    pool = database.pool
    async with audited(ANONYMOUS, "organisations:record") as connection:
        first = await create_organisation(connection, name="First")
        second = await create_organisation(connection, name="Second")
        people = [
            await connection.fetchval(
                "INSERT INTO account (subject, email, name) VALUES ($1, $2, $3) RETURNING id",
                f"sub-{name}",
                f"{name}@example.org",
                name,
            )
            for name in ("Ann", "Ben")
        ]
        for account, organisation in zip(people, (first, second), strict=True):
            await connection.execute(
                "INSERT INTO role_grant (account_id, organisation_id, role)"
                " VALUES ($1, $2, 'EDITOR')",
                account,
                organisation,
            )
        client = await connection.fetchval(
            "INSERT INTO oauth_client (client_id, name, kind, auth_method, scopes)"
            " VALUES ('cli', 'Query page', 'PUBLIC', 'NONE', '') RETURNING id"
        )
    ann = Principal(account_id=people[0], client_id=client, organisation_id=first)
    ben = Principal(account_id=people[1], client_id=client, organisation_id=second)
    async with audited(ann, "claims:record", organisation_id=first) as connection:
        claim = await create_claim(connection, first, reference="R1", visibility="PRIVATE")
    async with audited(ann, "claims:show", organisation_id=first) as connection:
        await connection.execute("UPDATE avoided_claim SET visibility = 'PUBLIC'")
    async with audited(ben, "organisations:engage", organisation_id=first) as connection:
        await connection.execute("UPDATE organisation SET notes = 'x' WHERE id = $1", second)
    async with audited(ben, "organisations:note", organisation_id=second) as connection:
        await connection.execute("UPDATE organisation SET notes = 'y' WHERE id = $1", second)
    return World(Executor.over(pool), first, second, claim)


async def test_auditor_reads_who_showed_a_claim(world: World) -> None:
    """Who changed a claim's visibility, through which client, and the row before and after."""
    query = """query($row: ID!) { auditEntries(
        where: {changes: {some: {row: {eq: $row}}}, action: {eq: "claims:show"}}) { nodes {
          action actor { subject name } client { clientId name }
          actingOrganisation { name } organisation { name }
          changes { totalCount nodes {
            table rowId row before after entry { action } } } } } }"""
    found = await world.ask("auditor", query, row=f"claim_{world.claim}")

    assert found["auditEntries"]["nodes"] == [
        {
            "action": "claims:show",
            "actor": {"subject": "sub-Ann", "name": "Ann"},
            "client": {"clientId": "cli", "name": "Query page"},
            "actingOrganisation": {"name": "First"},
            "organisation": {"name": "First"},
            "changes": {
                "totalCount": 1,
                "nodes": [
                    {
                        "table": "avoided_claim",
                        "rowId": world.claim,
                        "row": f"claim_{world.claim}",
                        "before": {"visibility": "PRIVATE"},
                        "after": {"visibility": "PUBLIC"},
                        "entry": {"action": "claims:show"},
                    }
                ],
            },
        }
    ]


ALL = [
    "organisations:note",
    "organisations:engage",
    "claims:show",
    "claims:record",
    "organisations:record",
]


@pytest.mark.parametrize(
    ("caller", "seen"),
    [
        ("auditor", ALL),
        ("first", ALL[1:4]),
        ("second", ALL[:2]),
        ("of none", []),
        ("member", []),
        ("figures", []),
        ("public", []),
    ],
)
async def test_each_reads_its_own_part(world: World, caller: str, seen: list[str]) -> None:
    """Auditors read all, others what their organisation did or what was done to it."""
    assert await world.actions(caller) == seen


@pytest.mark.parametrize(
    ("where", "seen"),
    [
        ({"action": {"startsWith": "claims:"}}, ALL[2:4]),
        ({"actor": {"subject": {"eq": "sub-Ben"}}}, ALL[:2]),
        ({"client": {"clientId": {"eq": "cli"}}}, ALL[:4]),
        ({"client": {"clientId": {"eq": "none"}}}, []),
        ({"organisation": {"name": {"eq": "First"}}}, ALL[1:4]),
        ({"actingOrganisation": {"name": {"eq": "Second"}}}, ALL[:2]),
        ({"changes": {"some": {"table": {"eq": "avoided_claim"}}}}, ALL[2:4]),
        ({"changes": {"some": {"row": {"eq": "org_{second}"}}}}, [*ALL[:2], ALL[4]]),
        ({"changes": {"some": {"row": {"in": ["org_{first}", "claim_{claim}"]}}}}, ALL[2:]),
        ({"changes": {"some": {"row": {"eq": "audit_1"}}}}, []),
        ({"at": {"lt": "2020-01-01T00:00:00Z"}}, []),
        ({"at": {"gte": "2020-01-01T00:00:00Z"}}, ALL),
    ],
)
async def test_trail_is_filtered(world: World, where: Any, seen: list[str]) -> None:
    """By time, action, person, client, organisation, table and row."""
    text = orjson.dumps(where).decode()
    for name in ("first", "second", "claim"):
        text = text.replace(f"{{{name}}}", str(getattr(world, name)))

    assert await world.actions("auditor", orjson.loads(text)) == seen


async def test_names_are_for_those_who_know_them(world: World) -> None:
    """Of another organisation's people an administrator reads the pseudonym only."""
    query = "{ auditEntries { nodes { action actor { subject name } } } }"
    found = (await world.ask("first", query))["auditEntries"]["nodes"]

    assert [(node["action"], node["actor"]["name"]) for node in found] == [
        ("organisations:engage", None),
        ("claims:show", "Ann"),
        ("claims:record", "Ann"),
    ]
    assert found[0]["actor"]["subject"] == "sub-Ben"


async def test_filters_feel_for_nothing(world: World) -> None:
    """A caller without the right finds nothing through a relation, a node or a count either."""
    auditor = "{ auditEntries { nodes { id changes { nodes { rowId } } } } }"
    first = (await world.ask("auditor", auditor))["auditEntries"]["nodes"][0]["id"]
    for caller in ("public", "member", "first"):
        assert await world.ask(caller, f'{{ node(id: "{first}") {{ id }} }}') == {"node": None}
    where = {"changes": {"some": {"entry": {"action": {"eq": "organisations:note"}}}}}
    assert await world.actions("first", where) == []


async def test_pages_go_on_where_they_ended(world: World) -> None:
    """A cursor leads through the whole trail, each entry once."""
    query = (
        "query($after: String) { auditEntries(first: 2, after: $after) {"
        " nodes { action } pageInfo { endCursor hasNextPage } } }"
    )
    seen: list[str] = []
    after = None
    while True:
        page = (await world.ask("auditor", query, after=after))["auditEntries"]
        seen += [node["action"] for node in page["nodes"]]
        after = page["pageInfo"]["endCursor"]
        if not page["pageInfo"]["hasNextPage"]:
            break

    assert seen == ALL
