"""Each line of a file is a change, exactly once, whatever stops in between."""

import asyncio
from dataclasses import replace
from typing import Any

import orjson
import pytest

from consortium.bulk.actions.documents import Documents
from consortium.identity.rules.roles import Role
from tests.asking import principal
from tests.bulk.conftest import Bulk, Wrapping

RECORD = """mutation ($input: RecordProductInput!) { recordProduct(input: $input) {
  ... on Product { name } ... on Refusal { code } } }"""


def product(name: str) -> dict[str, Any]:
    """Variables of a product."""
    return {"input": {"name": name}}


async def names(bulk: Bulk) -> list[str]:
    """The products that there are."""
    rows = await bulk.database.pool.fetch("SELECT name FROM product ORDER BY id")
    return [row["name"] for row in rows]


async def test_each_line_is_a_change(bulk: Bulk) -> None:
    """With its answer at its number; what is wrong with one stops no other."""
    asked = await bulk.change(
        RECORD,
        product("Ink"),
        b"",
        product(""),
        b"[1]",
        b"\xff{",
        {"input": {"unknown": "x"}},
        b'{"input": {"name": "' + b"x" * 1_000_000 + b'"}}',
        product("Pulp"),
    )
    assert await bulk.runner.work_off()

    done = await bulk.seen(asked["id"])
    assert (done["state"], done["rows"]) == ("DONE", 7)
    told = await bulk.result(asked["id"])
    assert [one["line"] for one in told] == [1, 2, 3, 4, 5, 6, 7]
    assert told[0]["data"] == {"recordProduct": {"name": "Ink"}}
    assert told[1]["data"]["recordProduct"]["code"] == "PRODUCT_TEXT_MISSING"
    codes = [one["errors"][0]["extensions"]["code"] for one in told[2:6]]
    assert codes == ["BULK_LINE_INVALID"] * 2 + ["BAD_VARIABLES", "BULK_LINE_INVALID"]
    assert told[6]["data"] == {"recordProduct": {"name": "Pulp"}}
    assert await names(bulk) == ["Ink", "Pulp"]
    entries = await bulk.database.pool.fetch(
        "SELECT account_id FROM audit_entry WHERE action = 'product:record'"
    )
    assert {row["account_id"] for row in entries} == {bulk.by.account_id}
    assert await bulk.database.pool.fetchval("SELECT count(*) FROM bulk_line") == 0


async def test_a_line_is_done_once_whenever_it_stops(bulk: Bulk) -> None:
    """Before a change, in its middle, after it: those that come after go on behind it."""
    asked = await bulk.change(RECORD, *(product(f"P{at}") for at in range(6)))
    dying = _Dying(bulk.runner.documents)
    runner = replace(bulk.runner, documents=dying)
    for at, when in enumerate(("before", "after")):
        dying.when, dying.left = when, 2
        late = replace(runner, now=bulk.later(minutes=6 * at).now)
        with pytest.raises(_Killed):
            await late.work_off()
    await bulk.later(minutes=12).work_off()

    assert (await bulk.seen(asked["id"]))["state"] == "DONE"
    assert await names(bulk) == [f"P{at}" for at in range(6)]
    assert [one["line"] for one in await bulk.result(asked["id"])] == [1, 2, 3, 4, 5, 6]


class _Killed(BaseException):
    """As if the process had gone."""


class _Dying(Wrapping):
    """Dies before or after a change, in its transaction."""

    def __init__(self, documents: Documents) -> None:
        super().__init__(documents)
        self.when = ""
        self.left = 0

    async def change(self, *given: Any) -> bytes:
        self.left -= 1
        if self.when == "before" and not self.left:
            raise _Killed
        answer = await super().change(*given)
        if self.when == "after" and not self.left:
            raise _Killed
        return answer


async def test_two_at_once_do_no_line_twice(bulk: Bulk) -> None:
    """As when a process was thought to be dead, and is not."""
    asked = await bulk.change(RECORD, *(product(f"P{at}") for at in range(10)))
    slow = replace(bulk.runner, documents=_Slow(bulk.runner.documents))
    first = asyncio.create_task(slow.work_off())
    await asyncio.sleep(0.3)
    await bulk.later(minutes=6).work_off()
    await first

    assert (await bulk.seen(asked["id"]))["state"] == "DONE"
    assert sorted(await names(bulk)) == sorted(f"P{at}" for at in range(10))


class _Slow(Wrapping):
    """Takes its time in the middle of a change."""

    async def change(self, *given: Any) -> bytes:
        """A change, and then a while."""
        answer = await super().change(*given)
        await asyncio.sleep(0.1)
        return answer


async def test_what_was_done_before_it_was_cancelled_can_be_fetched(bulk: Bulk) -> None:
    """And stays done; no line after it is."""
    asked = await bulk.change(RECORD, *(product(f"P{at}") for at in range(5)))
    documents = _Cancelling(bulk.runner.documents, bulk)
    await replace(bulk.runner, documents=documents).work_off()

    ended = await bulk.seen(asked["id"])
    assert ended["state"] == "CANCELLED"
    assert await names(bulk) == ["P0", "P1"]
    assert [one["line"] for one in await bulk.result(asked["id"])] == [1, 2]
    assert ended["url"] is not None


class _Cancelling(_Slow):
    """Is cancelled after its second change."""

    def __init__(self, documents: Documents, bulk: Bulk) -> None:
        super().__init__(documents)
        self.bulk = bulk
        self.count = 0

    async def change(self, *given: Any) -> bytes:
        self.count += 1
        if self.count == 2:
            await self.bulk.database.pool.execute(
                "UPDATE bulk_operation SET state = 'CANCELLED', ended_at = now(),"
                " cancelled_at = now()"
            )
        return await super().change(*given)


async def test_a_lost_role_ends_it(bulk: Bulk) -> None:
    """Between lines; what was done stays."""
    asked = await bulk.change(RECORD, product("A"), product("B"))
    await bulk.database.pool.execute("UPDATE role_grant SET role = 'VIEWER'")
    await bulk.runner.work_off()

    assert (await bulk.seen(asked["id"]))["failureCode"] == "BULK_RIGHTS_LOST"
    assert await names(bulk) == []


@pytest.mark.parametrize(
    "mutation",
    [
        "{ footprints { nodes { id } } }",
        "mutation { nothing }",
        'mutation { startBulkQuery(input: {query: "{ x }"}) { __typename } }',
        "mutation { ...A } fragment A on Mutation { __typename }",
    ],
)
async def test_what_is_no_one_mutation_is_refused(bulk: Bulk, mutation: str) -> None:
    """Before anything waits."""
    upload = await bulk.upload(orjson.dumps({}))
    given = {"mutation": mutation, "upload": upload}
    assert await bulk.refused("startBulkMutation", bulk.by, **given) == "BULK_MUTATION_INVALID"


async def test_a_file_is_used_by_who_sent_it(bulk: Bulk) -> None:
    """For a week, and longer where an operation waits for it."""
    upload = await bulk.upload(orjson.dumps(product("Ink")))
    given = {"mutation": RECORD, "upload": upload}
    for by in (
        principal(Role.APPROVER, organisation=bulk.owner, account=999),
        principal(Role.APPROVER, organisation=bulk.other, account=bulk.by.account_id),
    ):
        assert await bulk.refused("startBulkMutation", by, **given) == "NOT_FOUND"
    await bulk.do("startBulkMutation", bulk.by, **given)
    await bulk.later(days=8).prune()
    await bulk.runner.work_off()
    assert await names(bulk) == ["Ink"]
    await bulk.later(days=8).prune()

    assert await bulk.refused("startBulkMutation", bulk.by, **given) == "BULK_UPLOAD_GONE"
