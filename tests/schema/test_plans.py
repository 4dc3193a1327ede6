"""Plans are kept by shape: values are bound, structure is not."""

from datetime import date
from typing import Any

import pytest

from consortium.kernel.principal import ANONYMOUS, Principal, Rights
from schema.errors import RequestRefused
from schema.planner.execution import Executor, Request

TODAY = date(2026, 11, 23)


class Recording:
    """A pool that answers nothing and remembers what it was asked."""

    def __init__(self) -> None:
        self.statements: list[str] = []
        self.values: list[tuple[Any, ...]] = []

    async def fetchval(self, query: str, *args: Any) -> bytes:
        """Remember the statement."""
        self.statements.append(query)
        self.values.append(args)
        return b"{}"


FILTERED = """query (
  $where: ClaimFilter, $first: Int, $order: [ClaimOrder!], $deep: Boolean = false
) {
  claims(where: $where, first: $first, orderBy: $order) {
    nodes { id organisation @include(if: $deep) { name } } } }"""


async def statements(*variables: dict[str, Any], query: str = FILTERED) -> Recording:
    """What is run for these variables, one after the other."""
    pool = Recording()
    executor = Executor.over(pool)
    for given in variables:
        await executor.run(Request(query, given), ANONYMOUS, TODAY)
    return pool


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ({"where": {"year": {"eq": 2020}}}, {"where": {"year": {"eq": 2021}}}),
        ({"where": {"year": {"in": [1]}}}, {"where": {"year": {"in": [1, 2, 3]}}}),
        ({"where": {"category": {"eq": "a' OR '1'='1"}}}, {"where": {"category": {"eq": "b"}}}),
        ({"where": None}, {}),
    ],
)
async def test_values_share_a_plan(one: dict[str, Any], other: dict[str, Any]) -> None:
    """Two runs that differ in values only, however long a list, are the same statement."""
    pool = await statements(one, other)

    assert pool.statements[0] == pool.statements[1]


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ({"where": {"year": {"eq": 2020}}}, {"where": {"year": {"gt": 2020}}}),
        ({"where": {"or": [{}]}}, {"where": {"or": [{}, {}]}}),
        ({"where": {"year": {"eq": 2020}}}, {"where": {}}),
        ({"first": 3}, {"first": 4}),
        ({"order": [{"field": "YEAR"}]}, {"order": [{"field": "VALUE"}]}),
        ({"order": [{"field": "YEAR"}]}, {"order": [{"field": "YEAR", "direction": "DESC"}]}),
        ({"deep": True}, {"deep": False}),
    ],
)
async def test_structures_do_not(one: dict[str, Any], other: dict[str, Any]) -> None:
    """What decides on the statement is never answered by another's plan."""
    pool = await statements(one, other, one)

    assert pool.statements[0] != pool.statements[1]
    assert pool.statements[0] == pool.statements[2]


async def test_no_value_stands_in_a_statement() -> None:
    """Texts and numbers of a document or of variables are parameters, never SQL."""
    query = """query ($n: String) { claims(where: {or: [
        {category: {contains: "literal' --"}}, {category: {eq: $n}}, {year: {gt: 98765}}]}) {
        totalCount } }"""

    pool = await statements({"n": "variable'; DROP TABLE"}, query=query)

    assert "literal" not in pool.statements[0]
    assert "variable" not in pool.statements[0]
    assert "98765" not in pool.statements[0]
    assert set(pool.values[0]) >= {"literal' --", "variable'; DROP TABLE", 98765}


async def test_rights_are_part_of_the_key() -> None:
    """A member's plan is not given to the public, whoever came first."""
    pool = Recording()
    executor = Executor.over(pool)
    member = Principal(Rights(is_member=True, has_organisation=True), organisation_id=7)
    for principal in (member, ANONYMOUS, member):
        await executor.run(Request("{ claims { totalCount } }"), principal, TODAY)

    assert "CONSORTIUM" in pool.statements[0]
    assert "CONSORTIUM" not in pool.statements[1]
    assert pool.statements[2] == pool.statements[0]
    assert pool.values == [(7,), (), (7,)]


async def test_plans_of_a_document_are_bounded() -> None:
    """An endless variety of shapes does not fill the memory."""
    executor = Executor.over(Recording())
    for first in range(200):
        await executor.run(Request(FILTERED, {"first": first}), ANONYMOUS, TODAY)
    operation = executor.planner._kept[FILTERED].document.operation(None)

    assert 0 < len(operation.plans) <= 64


async def test_documents_are_bounded_by_their_bytes() -> None:
    """The longest unused documents go first, and nothing invalid is kept."""
    executor = Executor.over(Recording())
    first = "{ claims { totalCount } } # 0"
    for number in range(400):
        text = f"{{ claims {{ totalCount }} }} # {number}" + " " * (50_000 if number else 0)
        await executor.run(Request(text), ANONYMOUS, TODAY)
    with pytest.raises(RequestRefused):
        await executor.run(Request("{ nope }"), ANONYMOUS, TODAY)

    kept = executor.planner._kept
    assert first not in kept
    assert "{ nope }" not in kept
    assert 0 < len(kept) < 400


async def test_introspection_needs_no_database() -> None:
    """What the schema tells of itself is answered without a statement, or beside one."""
    pool = Recording()
    executor = Executor.over(pool)

    alone = await executor.run(Request("{ __schema { queryType { name } } }"), ANONYMOUS, TODAY)

    assert alone == b'{"data":{"__schema":{"queryType":{"name":"Query"}}}}'
    assert pool.statements == []
