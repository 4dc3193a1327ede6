"""Who is told what: what each may see, and nothing besides."""

import asyncio
from collections.abc import AsyncGenerator, Generator
from typing import Any
from uuid import uuid4

import orjson
import pytest
from graphql import GraphQLField, get_named_type, is_leaf_type

from consortium.catalogue import NODES
from consortium.storage.database import Database
from consortium.web.graphql import told
from consortium.web.subscriptions.hub import Hub
from schema.planner.execution import Executor, Request
from schema.root import GRAPHQL_SCHEMA
from schema.subscriptions import follows_of
from tests.conftest import TestServer, apart
from tests.identity.oauth.world import World
from tests.rights.small_world import CALLERS, SmallWorld, small_world
from tests.served import TODAY
from tests.subscriptions.clients import REQUESTS, ask_footprint, member, socket


class Listener:
    """Keeps what it is told."""

    def __init__(self) -> None:
        self.heard: list[Any] = []

    def next(self, payload: str) -> None:
        """An answer."""
        self.heard.append(orjson.loads(payload))

    def fail(self, errors: list[dict[str, Any]]) -> None:
        """The end."""
        self.heard.append(errors)

    def complete(self) -> None:
        """The end."""


class House:
    """A hub that is told of changes by hand."""

    def __init__(self, database: Database, world: SmallWorld) -> None:
        self.world = world
        self.executor = Executor.over(database.reads)
        self.hub = Hub(database.dsn, database.pool, lambda: TODAY, told, 100_000)

    def follow(self, query: str, caller: str) -> Listener:
        """A subscriber."""
        listener = Listener()
        followed = self.executor.follow(Request(query), self.world.caller(caller), TODAY)
        assert followed is not None
        self.hub.subscribe(followed, listener)
        return listener

    async def ask(self, query: str, caller: str) -> Any:
        """What a query answers."""
        return orjson.loads(
            await self.executor.run(Request(query), self.world.caller(caller), TODAY)
        )


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
async def house(made: tuple[str, dict[str, int]]) -> AsyncGenerator[House]:
    """The small world with a hub."""
    dsn, ids = made
    async with Database.open(dsn, max_size=2, write_size=1) as database:
        yield House(database, SmallWorld(database, ids))


def rows() -> dict[str, tuple[str, str]]:
    """Fields that follow rows: the type of the row, and all that it holds of its own."""
    kind = GRAPHQL_SCHEMA.subscription_type
    assert kind is not None
    return {name: _row(field) for name, field in kind.fields.items() if _source(field)}


def _source(field: GraphQLField) -> Any:
    follows = follows_of(field)
    assert follows is not None
    return follows.source


def _row(field: GraphQLField) -> tuple[str, str]:
    change: Any = get_named_type(field.type)
    node: Any = get_named_type(change.fields["node"].type)
    leaves = [
        name
        for name, one in node.fields.items()
        if is_leaf_type(get_named_type(one.type)) and not one.args
    ]
    return node.name, " ".join(leaves)


async def test_every_row_is_told_as_a_query_answers(house: House) -> None:
    """To every caller, of every row of every kind: what `node` shows them, or nothing."""
    asked: list[tuple[str, str, str, str, Listener]] = []
    for field, (kind, leaves) in rows().items():
        prefix = NODES[kind].prefix
        ids = [
            f"{prefix}_{key}"
            for name, key in house.world.ids.items()
            if name.startswith(f"{prefix} ")
        ]
        assert ids, kind
        for caller in CALLERS:
            for one in ids:
                query = f'subscription {{ {field}(id: "{one}") {{ id node {{ {leaves} }} }} }}'
                asked.append((field, kind, one, caller, house.follow(query, caller)))
    await house.hub._tell({}, another_day=False)
    wrong: list[Any] = []
    seen = 0
    for field, kind, one, caller, listener in asked:
        query = f'{{ node(id: "{one}") {{ ... on {kind} {{ {rows()[field][1]} }} }} }}'
        node = (await house.ask(query, caller))["data"]["node"]
        seen += node is not None
        if listener.heard != [{"data": {field: {"id": one, "node": node}}}]:
            wrong.append((caller, one, node, listener.heard))

    assert wrong == []
    assert 0 < seen < len(asked)


async def test_changes_are_told_to_those_who_see_the_rows(house: House) -> None:
    """Whoever follows all rows of a kind is told of those that a query shows, and no others."""
    for field, (kind, _) in rows().items():
        source = NODES[kind]
        keys = frozenset(
            key for name, key in house.world.ids.items() if name.startswith(f"{source.prefix} ")
        )
        heard = {
            caller: house.follow(f"subscription {{ {field} {{ id node {{ id }} }} }}", caller)
            for caller in CALLERS
        }
        await house.hub._tell({str(source.table): keys}, another_day=False)
        ids = orjson.dumps([f"{source.prefix}_{key}" for key in sorted(keys)]).decode()
        for caller, listener in heard.items():
            nodes = await house.ask(f"{{ nodes(ids: {ids}) {{ id }} }}", caller)
            seen = [one["id"] for one in nodes["data"]["nodes"] if one is not None]
            told_of = [one["data"][field] for one in listener.heard]
            assert told_of == [{"id": one, "node": {"id": one}} for one in seen], (field, caller)


@pytest.mark.parametrize(
    ("field", "asks", "selection"),
    [
        (
            "avoidedEmissionsChanged(groupBy: [YEAR])",
            "avoidedEmissions(groupBy: [YEAR])",
            "{ groups { key { year } claims total { value } } }",
        ),
        (
            "assessedEmissionsChanged",
            "assessedEmissions",
            "{ groups { claims effects } }",
        ),
        (
            "secretariatInboxChanged(first: 100)",
            "secretariatInbox(first: 100)",
            "{ totalCount nodes { kind waitsFor since thing organisation { name } } }",
        ),
        (
            "consortiumChanged",
            "consortium",
            "{ memberCount bySector { sector memberCount revenue { known } } }",
        ),
    ],
)
async def test_answers_are_those_of_the_query(
    house: House, field: str, asks: str, selection: str
) -> None:
    """To every caller, at once; and not again while nothing is another."""
    heard = {
        one: house.follow(f"subscription {{ told: {field} {selection} }}", one) for one in CALLERS
    }
    await house.hub._tell({}, another_day=False)
    await house.hub._tell({}, another_day=True)
    answers = {one: await house.ask(f"{{ told: {asks} {selection} }}", one) for one in CALLERS}

    assert {one: listener.heard for one, listener in heard.items()} == {
        one: [answer] for one, answer in answers.items()
    }
    # The profile is the same to everybody.
    assert (len({orjson.dumps(one) for one in answers.values()}) > 1) is (asks != "consortium")


async def test_one_change_is_one_statement_for_all(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Callers with the same rights share it, whoever they are."""
    listeners = [house.follow(REQUESTS, caller) for caller in ("viewer", "other_viewer") * 3]
    run: list[str] = []
    fetch = house.hub.pool.fetch

    async def counted(sql: str, *values: Any, **more: Any) -> Any:
        run.append(sql)
        return await fetch(sql, *values, **more)

    class Counting:
        pass

    counting: Any = Counting()
    counting.fetch = counted
    monkeypatch.setattr(house.hub, "pool", counting)
    key = house.world.ids["pfrequest one"]
    await house.hub._tell({"footprint_request": frozenset([key])}, another_day=False)

    assert [len(one.heard) for one in listeners] == [1] * 6
    assert len(run) == 1


async def test_two_members_and_one_event(w: World) -> None:
    """Whoever asks and whoever is asked are told; a third member and the public hear nothing."""
    asker, asking = await member(w, "The asker")
    asked, answering = await member(w, "The asked")
    _, other = await member(w, "A third")
    async with socket(w) as one, socket(w) as two, socket(w) as three, socket(w) as public:
        for ws, token in ((one, asking), (two, answering), (three, other), (public, None)):
            await ws.begin(token)
            await ws.subscribe(REQUESTS)
            await ws.settled()
        request = await ask_footprint(w, asker, asked)
        change = {"id": f"pfrequest_{request}", "node": {"status": "OPEN", "comment": "Please"}}
        assert await one.told() == {"footprintRequestChanged": change}
        assert await two.told() == {"footprintRequestChanged": change}
        await ask_footprint(w, w.organisation_id)
        for ws in (one, two, three, public):
            await ws.settled()
        with pytest.raises(TimeoutError):
            await three.get(0.5)


async def test_what_is_gone_is_told_to_whoever_was_told_of_it(w: World) -> None:
    """Once, with its id alone; whoever never saw it hears nothing."""
    pool = w.api.database.pool
    organisation, token = await member(w, "A member")
    request = await ask_footprint(w, organisation)
    gone = {"footprintRequestChanged": {"id": f"pfrequest_{request}", "node": None}}
    query = f'subscription {{ footprintRequestChanged(id: "pfrequest_{request}")'
    async with socket(w) as ws, socket(w) as late, socket(w) as stranger:
        await ws.begin(token)
        await ws.subscribe(query + " { id node { status } } }")
        first = (await ws.told())["footprintRequestChanged"]
        assert first["node"] == {"status": "OPEN"}
        await late.begin(token)
        await late.subscribe(REQUESTS)
        await late.settled()
        await stranger.begin()
        await stranger.subscribe(query + " { id node { status } } }")
        assert await stranger.told() == gone

        await pool.execute("UPDATE footprint_request SET comment = 'changed'")
        assert (await ws.told())["footprintRequestChanged"] == first
        assert (await late.told())["footprintRequestChanged"]["node"]["comment"] == "changed"
        await pool.execute("DELETE FROM footprint_request")
        assert await ws.told() == gone
        assert await late.told() == gone
        with pytest.raises(TimeoutError):
            await stranger.get(0.3)


async def test_an_id_of_another_type_names_nothing(w: World) -> None:
    """As in a query; what is no id at all is refused."""
    async with socket(w) as ws:
        await ws.begin()
        await ws.subscribe('subscription { invoiceChanged(id: "org_1") { id node { id } } }')
        assert await ws.told() == {"invoiceChanged": {"id": "invoice_-1", "node": None}}
        await ws.subscribe('subscription { invoiceChanged(id: "?") { id } }', "2")
        assert (await ws.get())["payload"][0]["extensions"]["code"] == "ID_INVALID"


async def test_a_lost_connection_misses_nothing(w: World) -> None:
    """While the database hung up on the server, something was changed: it is told all the same."""
    organisation, token = await member(w, "A member")
    async with socket(w) as ws:
        await ws.begin(token)
        await ws.subscribe(REQUESTS)
        await ws.settled()
        async with w.api.database.pool.acquire() as connection, connection.transaction():
            await connection.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                " WHERE datname = current_database() AND pid <> pg_backend_pid()"
            )
            other = await connection.fetchval(
                "INSERT INTO organisation (name, name_key, search_text)"
                " VALUES ('Asked', 'asked', 'asked') RETURNING id"
            )
            request = await connection.fetchval(
                "INSERT INTO footprint_request (organisation_id, asked_id, way, product_name,"
                " product_urns, asked_on, due_on, expires_on) VALUES ($1, $2, 'MEMBER', 'Paper',"
                " '{urn:gtin:4712345060507}', '2026-11-01', '2026-12-01', '2027-01-01')"
                " RETURNING id",
                organisation,
                other,
            )
        told_of = (await ws.told(10))["footprintRequestChanged"]
        assert told_of["id"] == f"pfrequest_{request}"
        await asyncio.sleep(0)
