"""Metrics, as Prometheus reads them."""

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st
from prometheus_client.parser import text_string_to_metric_families

from consortium.kernel.principal import ANONYMOUS, Principal
from consortium.storage.database import Database
from consortium.web.observing import metrics
from consortium.web.observing.metrics import (
    ANONYMOUS_NAMES_MAX,
    NAMES_MAX,
    OTHER,
    UNNAMED,
    Names,
)
from tests.served import served

Samples = dict[tuple[str, frozenset[tuple[str, str]]], float]
MEMBER = Principal(organisation_id=1, client_id=1)


async def scraped(url: str) -> Samples:
    """Every sample of the page by name and labels."""
    async with httpx.AsyncClient() as http:
        page = await http.get(url)
    assert page.status_code == 200
    return {
        (one.name, frozenset(one.labels.items())): one.value
        for family in text_string_to_metric_families(page.text)
        for one in family.samples
    }


def sample(samples: Samples, name: str, **labels: str) -> float:
    """One of them."""
    return samples[name, frozenset(labels.items())]


@given(st.lists(st.tuples(st.text(min_size=1, max_size=80), st.booleans()), max_size=400))
def test_names_never_take_more_places_than_there_are(asked: list[tuple[str, bool]]) -> None:
    """However many names come, by whomever."""
    names = Names()
    labels = {names.label(name, ANONYMOUS if anonymous else MEMBER) for name, anonymous in asked}
    assert len(labels - {OTHER}) <= NAMES_MAX + ANONYMOUS_NAMES_MAX


def test_a_flood_of_anonymous_names_takes_nobody_elses_place() -> None:
    """What a member names afterwards is still counted on its own."""
    names = Names()
    flood = [names.label(f"Flood{i}", ANONYMOUS) for i in range(1000)]

    assert flood.count(OTHER) == 1000 - ANONYMOUS_NAMES_MAX
    assert names.label("Directory", MEMBER) == "Directory"
    assert names.label("Directory", ANONYMOUS) == "Directory"
    assert names.label("", MEMBER) == UNNAMED


async def test_what_was_done_is_counted(database: Database) -> None:
    """Operations by name and outcome, plans kept and made, requests, pools, queues."""
    async with served(database, metrics_port=0) as api:
        for _ in range(3):
            await api.data("query Directory { members { totalCount } }")
        await api.codes("query Wrong { nothingOfThisName }")
        await api.http.get("/no/such/path/42")
        found = await scraped(api.metrics)
        public = await api.http.get("/metrics")

    assert public.status_code == 404
    directory = {"operation": "Directory", "type": "query"}
    assert sample(found, "consortium_operations_total", outcome="answered", **directory) == 3
    assert sample(found, "consortium_operation_seconds_count", **directory) == 3
    unknown = {"operation": "(unknown)", "type": "(unknown)"}
    assert sample(found, "consortium_operations_total", outcome="refused", **unknown) == 1
    assert sample(found, "consortium_plans_total", cache="miss") == 1
    assert sample(found, "consortium_plans_total", cache="hit") == 2
    assert sample(found, "consortium_statement_seconds_count") == 3
    asked = {"method": "POST", "route": "/graphql"}
    assert sample(found, "consortium_http_requests_total", status="200", **asked) == 4
    lost = {"method": "GET", "route": "(none)", "status": "404"}
    assert sample(found, "consortium_http_requests_total", **lost) == 1
    assert sample(found, "consortium_pool_connections", pool="read", state="idle") == 1
    assert sample(found, "consortium_pool_connections", pool="read", state="busy") == 0
    for name in ("pool_waiting", "solver_busy", "solver_waiting", "subscriptions", "mail_waiting"):
        assert sample(found, f"consortium_{name}") == 0
    assert sample(found, "consortium_database_up") == 1


async def test_jobs_that_wait_are_counted(database: Database) -> None:
    """By their queue; those that are done are not."""
    await database.pool.execute(
        "INSERT INTO procrastinate_jobs (queue_name, task_name, status)"
        " VALUES ('bulk', 'a', 'todo'), ('bulk', 'a', 'todo'), ('bulk', 'a', 'succeeded')"
    )
    async with served(database, metrics_port=0) as api:
        found = await scraped(api.metrics)

    assert sample(found, "consortium_jobs", queue="bulk", status="todo") == 2
    assert len([name for name, _ in found if name == "consortium_jobs"]) == 1


async def test_of_queues_nothing_is_told_while_the_database_does_not_answer(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Unknown is not nought; everything else is told."""
    monkeypatch.setattr(metrics, "QUEUES_SECONDS", 0.2)
    async with (
        served(database, metrics_port=0) as api,
        database.pool.acquire() as connection,
        connection.transaction(),
    ):
        await connection.execute("LOCK TABLE outbox_mail IN ACCESS EXCLUSIVE MODE")
        found = await scraped(api.metrics)

    assert sample(found, "consortium_database_up") == 0
    assert ("consortium_mail_waiting", frozenset()) not in found
    assert sample(found, "consortium_solver_busy") == 0
