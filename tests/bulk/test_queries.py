"""A list becomes a file: whole, within the rights of who asked, or not at all."""

import asyncio
from dataclasses import replace
from typing import Any

import pytest

from consortium.bulk.actions.documents import Documents, Page
from consortium.bulk.jobs.runner import Limits
from consortium.bulk.rules.operations import WAITING_MAX
from consortium.cli.background import runner_of
from consortium.identity.rules.roles import Role
from consortium.settings import Settings
from consortium.storage.database import Database
from schema.planner import whole_lists
from tests.asking import executor_of, principal
from tests.bulk.conftest import Bulk, Wrapping
from tests.factories import create_account, create_role
from tests.factories.footprints import create_product
from tests.served import SECRET_KEY

FOOTPRINTS = "{ footprints { nodes { id visibility } } }"


async def test_a_list_is_read_to_its_end(bulk: Bulk, monkeypatch: pytest.MonkeyPatch) -> None:
    """Every row once, over any number of pages; what others have is not in it."""
    monkeypatch.setattr(whole_lists, "PAGE", 7)
    own = await bulk.footprints(30)
    await bulk.footprints(5, bulk.other)
    asked = await bulk.query(FOOTPRINTS)
    assert (asked["state"], asked["url"]) == ("WAITING", None)

    assert await bulk.runner.work_off()

    done = await bulk.seen(asked["id"])
    assert (done["state"], done["rows"]) == ("DONE", 30)
    assert done["url"] == f"/bulk/{asked['id']}/result.jsonl"
    rows = await bulk.result(asked["id"])
    assert {row["id"] for row in rows} == own
    assert len(rows) == 30
    assert rows[0] == {"id": rows[0]["id"], "visibility": "PRIVATE"}
    assert not await bulk.runner.work_off()


async def test_it_is_as_of_one_moment(bulk: Bulk, monkeypatch: pytest.MonkeyPatch) -> None:
    """What is recorded or hidden while it is read is in it as it was at its beginning."""
    monkeypatch.setattr(whole_lists, "PAGE", 5)
    own = await bulk.footprints(12)
    asked = await bulk.query(FOOTPRINTS)
    documents = _Between(bulk.runner.documents, lambda: bulk.footprints(3))

    await replace(bulk.runner, documents=documents).work_off()

    assert {row["id"] for row in await bulk.result(asked["id"])} == own


class _Between(Wrapping):
    """Does something between pages."""

    def __init__(self, documents: Documents, work: Any) -> None:
        super().__init__(documents)
        self.work = work

    async def page(self, *given: Any) -> Page:
        """A page, and then that."""
        page = await super().page(*given)
        await self.work()
        return page


async def test_lists_inside_are_whole_or_it_fails(bulk: Bulk) -> None:
    """A row that does not show all would be taken for one that does."""
    for _ in range(3):
        await create_product(bulk.database.pool, bulk.owner)
    few = "{ organisations { nodes { name products(first: 2) { nodes { id } } } } }"
    enough = few.replace("first: 2", "first: 3")
    first, second = await bulk.query(few), await bulk.query(enough)
    while await bulk.runner.work_off():
        pass

    failed = await bulk.seen(first["id"])
    assert (failed["state"], failed["failureCode"]) == ("FAILED", "BULK_LIST_CUT")
    assert "organisations.products" in failed["told"]
    assert failed["url"] is None
    [owner] = [row for row in await bulk.result(second["id"]) if row["name"] == "Owner"]
    assert set(owner) == {"name", "products"}
    assert set(owner["products"]) == {"nodes"}
    assert len(owner["products"]["nodes"]) == 3


async def test_variables_aliases_and_fragments(bulk: Bulk) -> None:
    """As in any query."""
    for _ in range(2):
        await create_product(bulk.database.pool, bulk.owner)
    query = """query ($name: String!) {
      mine: organisations(where: {name: {eq: $name}}) { nodes { ...Named } }
    } fragment Named on Organisation { called: name products { nodes { id } } }"""
    asked = await bulk.query(query, variables='{"name": "Owner"}')
    await bulk.runner.work_off()

    [row] = await bulk.result(asked["id"])
    assert row["called"] == "Owner"
    assert len(row["products"]["nodes"]) == 2


@pytest.mark.parametrize(
    ("query", "variables", "code"),
    [
        ("{ footprints { nodes { id } }", None, "BULK_QUERY_INVALID"),
        ("{ footprints(first: 5) { nodes { id } } }", None, "BULK_QUERY_INVALID"),
        ("{ footprints { nodes { id } totalCount } }", None, "BULK_QUERY_INVALID"),
        ("{ footprints { edges { node { id } } } }", None, "BULK_QUERY_INVALID"),
        ("{ footprints { rows: nodes { id } } }", None, "BULK_QUERY_INVALID"),
        ("{ a: footprints { nodes { id } } b: claims { nodes { id } } }", None, None),
        ("{ viewer { permissions } }", None, "BULK_QUERY_INVALID"),
        ('{ node(id: "org_1") { id } }', None, "BULK_QUERY_INVALID"),
        ("{ ...A } fragment A on Query { footprints { nodes { id } } }", None, None),
        (
            'mutation { cancelBulkOperation(input: {operation: "bulk_1"}) { __typename } }',
            None,
            "BULK_QUERY_INVALID",
        ),
        (
            "{ organisations { nodes { products(last: 3) { nodes { id } } } } }",
            None,
            "BULK_QUERY_INVALID",
        ),
        ("{ footprints { nodes { bulkMore: id } } }", None, "BULK_QUERY_INVALID"),
        ("{ footprints { nodes { id } } }" + " " * 20_000, None, "BULK_QUERY_INVALID"),
        (FOOTPRINTS, "[1]", "BULK_VARIABLES_INVALID"),
        (FOOTPRINTS, "{", "BULK_VARIABLES_INVALID"),
        (
            "query ($n: String!) { organisations(where: {name: {eq: $n}}) { nodes { id } } }",
            "{}",
            "BULK_QUERY_INVALID",
        ),
    ],
)
async def test_what_is_no_whole_list_is_refused(
    bulk: Bulk, query: str, variables: str | None, code: str | None
) -> None:
    """With a code, before anything waits."""
    given = {"query": query} | ({} if variables is None else {"variables": variables})
    refused = await bulk.refused("startBulkQuery", bulk.by, **given)
    assert refused == (code or "BULK_QUERY_INVALID")


async def test_rights_that_are_lost_end_it(bulk: Bulk, monkeypatch: pytest.MonkeyPatch) -> None:
    """At the next page; nothing of it can be fetched."""
    monkeypatch.setattr(whole_lists, "PAGE", 5)
    await bulk.footprints(12)
    asked = await bulk.query(FOOTPRINTS)
    take = "DELETE FROM role_grant WHERE account_id = $1"
    lost = lambda: bulk.database.pool.execute(take, bulk.by.account_id)  # noqa: E731
    await replace(bulk.runner, documents=_Between(bulk.runner.documents, lost)).work_off()

    failed = await bulk.seen(asked["id"])
    assert (failed["state"], failed["failureCode"]) == ("FAILED", "BULK_RIGHTS_LOST")
    assert (failed["url"], failed["sizeBytes"]) == (None, None)
    assert _files(bulk) == []


def _files(bulk: Bulk) -> list[Any]:
    return [one for one in bulk.runner.files.directory.rglob("*") if one.is_file()]


@pytest.mark.parametrize(
    "loss",
    [
        "UPDATE account SET disabled_at = now()",
        "UPDATE membership SET ends_on = '2020-01-01'",
        "UPDATE role_grant SET role = 'VIEWER'",
    ],
)
async def test_any_loss_of_rights_counts(bulk: Bulk, loss: str) -> None:
    """The account, the membership, a role."""
    asked = await bulk.query(FOOTPRINTS)
    await bulk.database.pool.execute(loss)
    await bulk.runner.work_off()

    assert (await bulk.seen(asked["id"]))["failureCode"] == "BULK_RIGHTS_LOST"


async def test_what_was_held_by_a_process_that_died_begins_anew(
    bulk: Bulk, monkeypatch: pytest.MonkeyPatch
) -> None:
    """After its lease; no half of a file is left, and after three deaths it is given up."""
    monkeypatch.setattr(whole_lists, "PAGE", 5)
    own = await bulk.footprints(12)
    asked = await bulk.query(FOOTPRINTS)

    async def dies() -> None:
        raise _Killed

    dying = replace(bulk.runner, documents=_Between(bulk.runner.documents, dies))
    with pytest.raises(_Killed):
        await dying.work_off()
    assert _files(bulk) == []
    assert not await bulk.runner.work_off()
    assert await bulk.later(minutes=6).work_off()
    assert {row["id"] for row in await bulk.result(asked["id"])} == own

    again = await bulk.query(FOOTPRINTS)
    for at in range(3):
        late = replace(dying, now=bulk.later(minutes=6 * at).now)
        with pytest.raises(_Killed):
            await late.work_off()
    await bulk.later(minutes=18).work_off()
    failed = await bulk.seen(again["id"])
    assert (failed["state"], failed["failureCode"]) == ("FAILED", "BULK_INTERRUPTED")


class _Killed(Exception):
    """As if the process had gone."""


async def test_a_server_that_stops_hands_it_on_at_once(
    bulk: Bulk, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nobody waits for a lease, and it counts as no failure."""
    monkeypatch.setattr(whole_lists, "PAGE", 5)
    await bulk.footprints(12)
    asked = await bulk.query(FOOTPRINTS)
    under_way = asyncio.Event()

    async def waits() -> None:
        under_way.set()
        await asyncio.Event().wait()

    slow = replace(bulk.runner, documents=_Between(bulk.runner.documents, waits))
    running = asyncio.create_task(slow.run())
    await under_way.wait()
    running.cancel()
    await asyncio.wait([running])

    assert _files(bulk) == []
    assert await bulk.later(seconds=1).work_off()
    assert (await bulk.seen(asked["id"]))["state"] == "DONE"


async def test_it_is_cancelled_by_who_asked(bulk: Bulk, monkeypatch: pytest.MonkeyPatch) -> None:
    """Also while it runs; by nobody else, and not twice."""
    monkeypatch.setattr(whole_lists, "PAGE", 5)
    await bulk.footprints(12)
    asked = await bulk.query(FOOTPRINTS)
    this = {"operation": asked["id"]}
    stranger = principal(Role.APPROVER, organisation=bulk.other, account=999)
    colleague = principal(Role.APPROVER, organisation=bulk.owner, account=999)
    assert await bulk.refused("cancelBulkOperation", stranger, **this) == "NOT_FOUND"
    assert await bulk.refused("cancelBulkOperation", colleague, **this) == "PERMISSION_DENIED"
    cancel = lambda: bulk.do("cancelBulkOperation", bulk.by, "state", **this)  # noqa: E731
    await replace(bulk.runner, documents=_Between(bulk.runner.documents, cancel)).work_off()

    assert (await bulk.seen(asked["id"]))["state"] == "CANCELLED"
    assert _files(bulk) == []
    assert await bulk.refused("cancelBulkOperation", bulk.by, **this) == "BULK_OVER"


async def test_one_runs_at_a_time_for_an_organisation(
    bulk: Bulk, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Another organisation's does not wait for it; a setting allows more."""
    monkeypatch.setattr(whole_lists, "PAGE", 5)
    await bulk.footprints(7)
    account = await create_account(bulk.database.pool)
    await create_role(bulk.database.pool, account, bulk.other, "VIEWER")
    first, second = await bulk.query(FOOTPRINTS), await bulk.query(FOOTPRINTS)
    by = principal(Role.VIEWER, organisation=bulk.other, account=account)
    others = await bulk.query(FOOTPRINTS, by)
    seen: list[list[str]] = []
    many = replace(bulk.runner, limits=Limits(running_max=2))

    async def meanwhile() -> None:
        runner = bulk.runner if not seen else many
        seen.append([])
        await runner.work_off()
        rows = await bulk.database.pool.fetch("SELECT state FROM bulk_operation ORDER BY id")
        seen[-1] = [row["state"] for row in rows]

    await replace(bulk.runner, documents=_Between(bulk.runner.documents, meanwhile)).work_off()

    assert seen[0] == ["RUNNING", "WAITING", "DONE"]
    assert seen[1] == ["RUNNING", "DONE", "DONE"]
    assert (await bulk.seen(first["id"]))["state"] == "DONE"
    assert second["state"] == others["state"] == "WAITING"


async def test_the_smallest_server_runs_it(bulk: Bulk, dsn: str) -> None:
    """It holds none of the few connections that everything else has to do with."""
    asked = await bulk.query(FOOTPRINTS)
    async with Database.open(dsn, max_size=1, write_size=1) as small:
        # Reads keep what they borrowed.
        await small.reads.fetchval("SELECT 1")
        settings = Settings(data_dir=bulk.runner.files.directory, secret_key=SECRET_KEY)
        async with asyncio.timeout(20):
            assert await runner_of(settings, small, executor_of(small)).work_off()

    assert (await bulk.seen(asked["id"]))["state"] == "DONE"


async def test_only_so_many_wait(bulk: Bulk) -> None:
    """And a caller without an organisation asks for none."""
    for _ in range(WAITING_MAX):
        await bulk.query(FOOTPRINTS)
    assert await bulk.refused("startBulkQuery", bulk.by, query=FOOTPRINTS) == "BULK_TOO_MANY"
    nobody = principal(Role.VIEWER, organisation=None)
    assert await bulk.refused("startBulkQuery", nobody, query=FOOTPRINTS) == "PERMISSION_DENIED"


async def test_a_result_that_is_too_large_is_refused(bulk: Bulk) -> None:
    """Whole; nothing of it stays on the disk."""
    await bulk.footprints(3)
    asked = await bulk.query(FOOTPRINTS)
    await replace(bulk.runner, limits=Limits(bytes_max=50)).work_off()

    assert (await bulk.seen(asked["id"]))["failureCode"] == "FILE_TOO_LARGE"
    assert _files(bulk) == []


async def test_results_go_after_a_week(bulk: Bulk) -> None:
    """Unless another operation has the same content, which is one file."""
    await bulk.footprints(3)
    first, second = await bulk.query(FOOTPRINTS), await bulk.query(FOOTPRINTS)
    while await bulk.runner.work_off():
        pass
    assert len(_files(bulk)) == 1
    age = "UPDATE bulk_operation SET ended_at = now() - interval '8 days' WHERE id = $1"
    await bulk.database.pool.execute(age, int(first["id"].split("_")[1]))
    await bulk.runner.prune()
    assert (await bulk.seen(first["id"]))["url"] is None
    assert len(await bulk.result(second["id"])) == 3

    await bulk.later(days=8).prune()

    assert _files(bulk) == []
    assert (await bulk.seen(second["id"]))["state"] == "DONE"
