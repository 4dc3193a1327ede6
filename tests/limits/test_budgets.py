"""Budgets: what operations cost, who pays, and what is said when nothing is left."""

import asyncio
from typing import Any

import asyncpg
import pytest

from consortium.kernel.principal import ANONYMOUS, Principal, Rights
from consortium.query.pick import Inputs
from consortium.settings import Settings
from consortium.storage.budgets import Buckets
from consortium.storage.database import Database
from consortium.web.app import limits_of
from consortium.web.budgets import Budget, BudgetExhausted, Budgets
from schema.limits import COUNT, DEFAULTS, LISTED, SEARCH, CostTooHigh
from schema.planner.execution import Executor, Request
from schema.planner.plans import Planner
from schema.root import GRAPHQL_SCHEMA
from tests.served import SECRET_KEY, TODAY, served

NAMES = "{ organisations(first: 100) { nodes { id name } } }"


def cost(query: str, **variables: Any) -> int:
    """What an operation costs whoever asks without a token."""
    planned = Planner(GRAPHQL_SCHEMA).planned(query, None, variables, Rights())
    return planned.plan.cost.at(Inputs(planned.variables, ANONYMOUS, TODAY))


def budgets(database: Database) -> Budgets:
    """The budgets of one process."""
    return Budgets(
        buckets=Buckets(database.pool),
        key=SECRET_KEY.get_secret_value().encode(),
        anonymous=10_000,
        signed_in=50_000,
        cost_max=5_000,
        at_once=2,
    )


def of(process: Budgets, address: str = "192.0.2.1", by: Principal = ANONYMOUS) -> Budget:
    """The budget of somebody who asks from that address."""
    return process.of(by, {"type": "http", "client": (address, 1)})


@pytest.mark.parametrize(
    ("query", "points"),
    [
        ("{ __typename }", 1),
        # Rows times fields, and a point for each row and for the page.
        (NAMES, 1 + 100 * (1 + 2)),
        ("{ organisations { nodes { id } } }", 1 + 20 * 2),
        ("{ organisations(first: 100) { edges { cursor node { id } } } }", 1 + 100 * (1 + 1 + 2)),
        ("{ organisations(last: 5) { nodes { id } totalCount } }", 1 + 5 * 2 + COUNT),
        ('{ organisations(first: 5, search: "x") { nodes { id } } }', 1 + SEARCH + 5 * 2),
        (
            "{ organisations(first: 5) { nodes { claims(first: 7) { nodes { id } } } } }",
            1 + 5 * (1 + 1 + 7 * 2),
        ),
        ("{ a: __typename ...F } fragment F on Query { b: __typename }", 2),
        ('{ valueChain(id: "chain_1") { endStages { id } } }', 1 + 1 + LISTED * 2),
    ],
)
def test_an_operation_costs_what_its_answer_may_hold(query: str, points: int) -> None:
    """Pages by their size, fields of each row, weights for what takes longer."""
    assert cost(query) == points


def test_pages_and_ids_cost_by_what_the_variables_say() -> None:
    """The size of a page is part of the plan, the number of ids is bound."""
    paged = "query ($n: Int) { organisations(first: $n) { nodes { id } } }"
    listed = "query ($ids: [ID!]!) { nodes(ids: $ids) { id } }"

    assert [cost(paged, n=n) for n in (0, 1, 50, None)] == [1, 3, 101, 41]
    assert cost(listed, ids=["org_1"] * 9) - cost(listed, ids=["org_1"] * 8) == 2


def test_the_settings_and_the_plan_have_the_same_bounds() -> None:
    """Whoever plans without a server plans within the same."""
    assert limits_of(Settings(secret_key=SECRET_KEY)) == DEFAULTS


async def test_points_run_out_and_come_back(database: Database) -> None:
    """A caller spends so many a minute in all; the refusal says when to ask again."""
    budget = of(budgets(database))
    for _ in range(2):
        await budget.spend(5_000)
    with pytest.raises(BudgetExhausted) as refused:
        await budget.spend(1_000)
    await database.pool.execute(
        "UPDATE request_budget SET as_of = as_of - make_interval(secs => $1)", refused.value.seconds
    )

    assert 1 <= refused.value.seconds <= 7
    await budget.spend(1_000)


async def test_one_operation_may_not_cost_everything(database: Database) -> None:
    """Too high a cost is refused without a point being taken."""
    budget = of(budgets(database))
    with pytest.raises(CostTooHigh, match="5001 points, one may cost 5000"):
        await budget.spend(5_001)

    assert await database.pool.fetchval("SELECT count(*) FROM request_budget") == 0


async def test_processes_share_a_budget_and_callers_do_not(database: Database) -> None:
    """What one process leased is gone for the others; another address has its own."""
    one, other = budgets(database), budgets(database)
    for process in (one, other):
        await of(process).spend(5_000)

    with pytest.raises(BudgetExhausted):
        await of(other).spend(5_000)
    await of(other, "192.0.2.2").spend(5_000)
    await of(other, by=Principal(account_id=1)).spend(5_000)
    assert of(one, "2001:db8::1") is of(one, "2001:db8::ffff:1")
    assert of(one, "2001:db8::1") is not of(one, "2001:db8:0:1::1")
    assert of(one, "::ffff:192.0.2.1") is of(one, "192.0.2.1")
    assert of(one, by=Principal(account_id=1)).per_minute == 50_000


async def test_small_operations_write_once_for_many(database: Database) -> None:
    """A slice is leased and counted in memory, also when many ask at once."""
    budget = of(budgets(database))
    leased = 0
    lease = budget.buckets.lease

    async def counted(*given: Any) -> Any:
        nonlocal leased
        leased += 1
        return await lease(*given)

    budget.buckets = type("Counted", (), {"lease": staticmethod(counted)})()
    await asyncio.gather(*(budget.spend(1) for _ in range(400)))

    assert leased == 2
    assert await database.pool.fetchval("SELECT round(used) FROM request_budget") == 400


async def test_no_address_is_kept(database: Database) -> None:
    """The table holds digests, which without the server's key tell nothing."""
    await of(budgets(database)).spend(1)
    caller: bytes = await database.pool.fetchval("SELECT caller FROM request_budget")

    assert len(caller) == 16
    assert b"192.0.2.1" not in caller


async def test_a_process_counts_alone_where_nothing_can_be_shared(demo_database: Database) -> None:
    """On a replica that takes no writes there are budgets all the same."""
    budget = of(budgets(demo_database))
    await budget.spend(5_000)
    await budget.spend(5_000)

    with pytest.raises(BudgetExhausted):
        await budget.spend(5_000)


async def test_a_crash_empties_the_buckets(owner_dsn: str) -> None:
    """The table is not logged, so that counting costs no disk."""
    connection = await asyncpg.connect(owner_dsn)
    kind = "SELECT relpersistence FROM pg_class WHERE relname = 'request_budget'"
    assert await connection.fetchval(kind) == b"u"
    await connection.close()


async def test_the_door_tells_the_cost_to_whoever_asks(database: Database) -> None:
    """Asked, granted and left, by a header; a document that is new costs a little more."""
    async with served(database, budget_anonymous=10_000) as api:
        plain = await api.post(NAMES)
        told = await api.http.post("/graphql", json={"query": NAMES}, headers={"graphql-cost": "1"})

    assert "extensions" not in plain.json()
    spent = told.json()["extensions"]["cost"]
    assert spent["requested"] == spent["granted"] == 301
    assert spent["perMinute"] == 10_000
    assert 9_000 < spent["remaining"] < 10_000 - 602 + 20


async def test_the_door_refuses_and_says_when_to_come_back(database: Database) -> None:
    """429 with `Retry-After` in either media type; what costs too much is another matter."""
    async with served(database, budget_anonymous=700, max_cost=400) as api:
        answers = [await api.post(NAMES) for _ in range(4)]
        large = await api.post("{ organisations(first: 1000) { nodes { id } } }")
    statuses = [one.status_code for one in answers]
    last = answers[-1]

    assert statuses == [200, 200, 429, 429]
    assert last.json()["errors"][0]["extensions"]["code"] == "BUDGET_EXHAUSTED"
    assert 1 <= int(last.headers["retry-after"]) <= 60
    assert large.json()["errors"][0]["extensions"]["code"] == "COST_TOO_HIGH"


async def test_one_caller_does_not_take_all_connections(database: Database) -> None:
    """Its operations wait for their turn, and another caller's runs at once."""
    budget = of(budgets(database))
    async with budget.turns, budget.turns:
        assert budget.turns.locked()
        assert not of(budgets(database), "192.0.2.2").turns.locked()


async def test_what_runs_for_long_is_cancelled_in_the_database(dsn: str) -> None:
    """PostgreSQL itself ends the statement, and the caller is told what to do."""
    async with Database.open(dsn, max_size=2, statement_seconds=0.2) as database:
        with pytest.raises(asyncpg.QueryCanceledError):
            await database.reads.fetchval("SELECT pg_sleep(5)")
        running = (
            "SELECT count(*) FROM pg_stat_activity WHERE query LIKE '%pg_sleep(5)%'"
            " AND state = 'active' AND pid <> pg_backend_pid()"
        )
        assert await database.reads.fetchval(running) == 0


async def test_executors_without_an_account_are_free(demo_database: Database) -> None:
    """What the server asks for itself, as for an export, is nobody's to pay."""
    executor = Executor.over(demo_database.reads)
    assert await executor.run(Request(NAMES), ANONYMOUS, TODAY)
