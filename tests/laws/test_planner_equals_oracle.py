"""What the planner answers is what plain resolvers answer, for any operation, world and caller.

CONSORTIUM_LAW_TIMES=20 asks for twenty times as many operations as the quick run, for other ones
each time, and for the smallest one that differs.
"""

import os
from datetime import UTC, date, datetime
from typing import Any

import asyncpg
import orjson
import pytest
from hypothesis import HealthCheck, Phase, assume, given, settings
from hypothesis import strategies as st

from consortium.avoided.actions import check_totals, rebuild_all, refresh
from consortium.identity.rules.roles import Role, permissions_of
from consortium.kernel.principal import ANONYMOUS, Permission, Principal, Rights
from consortium.storage.database import Database
from schema.planner.execution import Executor, Request
from tests.factories.worlds import Maker
from tests.oracle import Ask, Oracle, World
from tests.oracle.choices import Drawn
from tests.oracle.comparison import differences
from tests.oracle.documents import Operation
from tests.oracle.operations import operation, totals
from tests.oracle.pages import Lists, PagedList, found

TIMES = int(os.environ.get("CONSORTIUM_LAW_TIMES", "0"))


def many(examples: int) -> settings:
    """So many examples, the same ones in every quick run."""
    return settings(
        max_examples=examples * (TIMES or 1),
        derandomize=not TIMES,
        # To find the smallest operation that differs takes minutes: only where more was asked for.
        phases=tuple(Phase) if TIMES else (Phase.generate,),
        database=None,
        deadline=None,
        suppress_health_check=list(HealthCheck),
    )


class Bench:
    """One world, and the two that answer from it.

    No dataclass: Hypothesis would print the whole world when a test fails.
    """

    def __init__(self, oracle: Oracle, executor: Executor, today: date) -> None:
        self.oracle = oracle
        self.executor = executor
        self.today = today

    def operation(self, draw: Any, caller: Principal) -> Operation:
        """A random operation that asks for what this world holds."""
        ask = Ask(self.oracle.world, caller, self.today)
        return operation(self.oracle.schema, ask, Drawn(draw))

    def totals(self, draw: Any, caller: Principal) -> Operation:
        """A random question about avoided emissions, answered whole."""
        return totals(self.oracle.schema, Ask(self.oracle.world, caller, self.today), Drawn(draw))

    def paged_list(self, draw: Any, caller: Principal) -> PagedList:
        """A random list to be read in pages."""
        ask = Ask(self.oracle.world, caller, self.today)
        return Lists.of(self.oracle.schema, ask, Drawn(draw)).paged_list()

    async def planned(self, asked: Operation, caller: Principal) -> Any:
        """The planner's data."""
        request = Request(asked.text, asked.variables, asked.name)
        answer = orjson.loads(await self.executor.run(request, caller, self.today))
        assert list(answer) == ["data"]
        return answer["data"]

    def expected(self, asked: Operation, caller: Principal) -> Any:
        """The oracle's data."""
        return self.oracle.answer(asked.text, asked.variables, caller, self.today, asked.name)

    async def compare(self, asked: Operation, caller: Principal) -> None:
        """Both answer the same."""
        expected = self.expected(asked, caller)
        actual = await self.planned(asked, caller)

        assert differences(expected, actual) == []

    def caller(self, draw: Any) -> Principal:
        """Anyone: the public, members, owners who are or are no members, assurers, people, all."""
        kind = draw(st.integers(0, 9))
        if kind < 3:
            return ANONYMOUS
        if kind == 3:
            return Principal(Rights(is_member=True))
        if kind == 4:
            return Principal(Rights(permissions=frozenset({Permission.FIGURES_READ_ALL})))
        world = self.oracle.world
        organisation = draw(st.sampled_from(world.all("Organisation"))).id
        member = draw(st.booleans())
        if kind == 5:
            return Principal(Rights(member, has_organisation=True), organisation)
        if kind < 8:
            return self.assurer(draw, member=member)
        return self.person(draw, organisation, member=member)

    def assurer(self, draw: Any, *, member: bool) -> Principal:
        """An engineer of an organisation that was engaged once, maybe still is."""
        may = frozenset({Permission.FIGURES_READ, Permission.FIGURES_ASSURE})
        rows = self.oracle.world.all("Engagement")
        organisation = draw(st.sampled_from(rows))["assurer_id"] if rows else None
        reads = organisation is not None
        return Principal(Rights(member, has_organisation=reads, permissions=may), organisation)

    def person(self, draw: Any, organisation: int, *, member: bool) -> Principal:
        """A person with any roles, or a system, whose token may leave some permissions out."""
        roles = draw(st.sets(st.sampled_from(list(Role)), max_size=3))
        may = permissions_of(roles) - draw(st.sets(st.sampled_from(list(Permission)), max_size=4))
        reads = Permission.FIGURES_READ in may
        accounts = self.oracle.world.all("Account")
        account = draw(st.none() | st.sampled_from(accounts)) if accounts else None
        return Principal(
            Rights(member and reads, has_organisation=reads, permissions=may),
            organisation,
            None if account is None else account.id,
            draw(st.none() | st.just(1)),
        )


async def analyzed(owner_dsn: str) -> None:
    """Without statistics PostgreSQL plans badly; only a table's owner gathers them."""
    connection = await asyncpg.connect(owner_dsn)
    await connection.execute("ANALYZE")
    await connection.close()


async def bench_of(database: Database, today: date) -> Bench:
    """The database as it is now."""
    connection = await asyncpg.connect(database.dsn)
    try:
        world = await World.load(connection)
    finally:
        await connection.close()
    return Bench(Oracle.over(world), Executor.over(database.pool), today)


@pytest.fixture
def today() -> date:
    """The database's today: its triggers ask for it."""
    return datetime.now(UTC).date()


@pytest.fixture(params=[1, 2, 3])
async def rebuilt(
    request: pytest.FixtureRequest, database: Database, owner_dsn: str, today: date
) -> Bench:
    """A random world whose sums were computed at once."""
    connection = await asyncpg.connect(database.dsn)
    try:
        await Maker(connection, request.param, today).world()
    finally:
        await connection.close()
    await rebuild_all(today=today)
    await analyzed(owner_dsn)
    return await bench_of(database, today)


@pytest.fixture(params=[11, 12])
async def followed(
    request: pytest.FixtureRequest, database: Database, owner_dsn: str, today: date
) -> Bench:
    """A random world whose sums followed many small changes, in every order."""
    connection = await asyncpg.connect(database.dsn)
    try:
        maker = Maker(connection, request.param, today)
        await maker.organised()
        await maker.shared()
        for _ in range(15):
            await maker.claimed(3)
            await refresh(today=today)
            await maker.changed()
        await maker.identified()
    finally:
        await connection.close()
    await refresh(today=today)
    await analyzed(owner_dsn)
    return await bench_of(database, today)


@pytest.fixture
async def demo(demo_database: Database, today: date) -> Bench:
    """The demo's figures."""
    return await bench_of(demo_database, today)


@many(30)
@given(data=st.data())
async def test_planner_equals_oracle(rebuilt: Bench, data: st.DataObject) -> None:
    """Any operation of any caller has the answer of plain resolvers over the same rows."""
    caller = rebuilt.caller(data.draw)
    asked = data.draw(st.composite(rebuilt.operation)(caller))

    await rebuilt.compare(asked, caller)


@many(20)
@given(data=st.data())
async def test_totals_equal_oracle(rebuilt: Bench, data: st.DataObject) -> None:
    """What counts, what does not and why is what DOMAIN's rules say, applied to every claim."""
    caller = rebuilt.caller(data.draw)
    asked = data.draw(st.composite(rebuilt.totals)(caller))

    await rebuilt.compare(asked, caller)


@many(20)
@given(data=st.data())
async def test_totals_after_changes(followed: Bench, data: st.DataObject) -> None:
    """The same where standings and sums followed changes."""
    caller = followed.caller(data.draw)
    asked = data.draw(st.composite(followed.totals)(caller))

    await followed.compare(asked, caller)


@many(25)
@given(data=st.data())
async def test_equal_after_changes(followed: Bench, data: st.DataObject) -> None:
    """Answers are right as well where rows changed and the kept sums followed."""
    caller = followed.caller(data.draw)
    asked = data.draw(st.composite(followed.operation)(caller))

    await followed.compare(asked, caller)


async def test_sums_follow_changes(followed: Bench) -> None:
    """After any changes the kept sums are what a computation from nothing gives."""
    assert followed.oracle.world.all("Claim")
    assert await check_totals(today=followed.today) == []


@many(40)
@given(data=st.data())
async def test_equal_on_demo(demo: Bench, data: st.DataObject) -> None:
    """Real companies' figures are answered alike too."""
    asked = data.draw(st.composite(demo.operation)(ANONYMOUS))

    await demo.compare(asked, ANONYMOUS)


@many(15)
@given(data=st.data())
async def test_pages_join_to_the_list(rebuilt: Bench, data: st.DataObject) -> None:
    """Pages of any list, forward and backward, joined, are the list: nothing twice or missing."""
    caller = rebuilt.caller(data.draw)
    listed = data.draw(st.composite(rebuilt.paged_list)(caller))
    whole = found(await rebuilt.planned(listed.page(first=1000), caller))
    assume(whole is not None)
    items = [edge["node"] for edge in whole["edges"]]
    size = data.draw(st.integers(1, 4)) + len(items) // 10

    assert whole["totalCount"] == len(items)
    assert items == await _read(rebuilt, listed, caller, size, forward=True)
    assert items == await _read(rebuilt, listed, caller, size, forward=False)


@many(15)
@given(data=st.data())
async def test_pages_between_cursors(rebuilt: Bench, data: st.DataObject) -> None:
    """A page between two cursors is the oracle's page between the same places."""
    caller = rebuilt.caller(data.draw)
    listed = data.draw(st.composite(rebuilt.paged_list)(caller))
    whole = found(await rebuilt.planned(listed.page(first=1000), caller))
    expected = found(rebuilt.expected(listed.page(first=1000), caller))
    assert differences(expected, whole) == []
    assume(whole and whole["edges"])
    places = st.none() | st.integers(0, len(whole["edges"]) - 1)
    after, before = data.draw(places), data.draw(places)
    assume(after is None or before is None or after < before)
    window = {"after": after, "before": before}
    size = {data.draw(st.sampled_from(("first", "last"))): data.draw(st.integers(0, 5))}

    def between(edges: list[Any]) -> Operation:
        cursors = {name: edges[at]["cursor"] for name, at in window.items() if at is not None}
        return listed.page(**size, **cursors)

    ours = rebuilt.expected(between(expected["edges"]), caller)
    theirs = await rebuilt.planned(between(whole["edges"]), caller)
    assert differences(ours, theirs) == []


async def _read(
    bench: Bench, listed: PagedList, caller: Principal, size: int, *, forward: bool
) -> list[Any]:
    """All items, read page after page."""
    items: list[Any] = []
    args: dict[str, Any] = {"first" if forward else "last": size}
    while True:
        page = found(await bench.planned(listed.page(**args), caller))
        nodes = [edge["node"] for edge in page["edges"]]
        items = [*items, *nodes] if forward else [*nodes, *items]
        if not page["pageInfo"]["hasNextPage" if forward else "hasPreviousPage"]:
            return items
        cursor = page["pageInfo"]["endCursor" if forward else "startCursor"]
        args["after" if forward else "before"] = cursor


@many(20)
@given(data=st.data())
async def test_one_statement(demo: Bench, demo_database: Database, data: st.DataObject) -> None:
    """An operation issues exactly one statement, in a database that can only be read.

    A question about a day for which the kept sums do not hold learns that from its first statement,
    which answers nothing, and is answered by its second; without such a day there is never one.
    """
    asked = data.draw(st.composite(demo.operation)(ANONYMOUS))
    issued: list[str] = []
    async with demo_database.pool.acquire() as connection:
        assert await connection.fetchval("SHOW transaction_read_only") == "on"
        with connection.query_logger(lambda record: issued.append(record.query)):
            alone = Bench(demo.oracle, Executor.over(connection), demo.today)
            answer = await alone.planned(asked, ANONYMOUS)

    assert {query.split(maxsplit=1)[0] for query in issued} <= {"SELECT"}
    # Nothing is asked of the database where every field is skipped.
    other_day = "Emissions" in asked.text and "onDate" in asked.text
    assert len(issued) in ({1, 2} if other_day else {1} if answer else {0})
    assert all("total_state" in query for query in issued[:-1])
