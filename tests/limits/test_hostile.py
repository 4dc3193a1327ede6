"""Whatever is sent, the answer is soon there and says what would be right."""

import time
from collections.abc import AsyncGenerator

import pytest
import pytest_asyncio

from consortium.storage.database import Database
from tests.limits.payloads import PAYLOADS, Payload
from tests.served import Api, served

pytestmark = pytest.mark.asyncio(loop_scope="module")

# On a slow machine with other work; `tests/bench/hostile.py` measures what it really takes.
SECONDS = 5


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def api(demo_dsn: str) -> AsyncGenerator[Api]:
    """One server for the whole module: it must outlive every payload."""
    async with Database.open(demo_dsn, max_size=4) as database, served(database) as running:
        yield running


async def test_there_are_payloads_of_many_kinds() -> None:
    """Each is one of its kind."""
    assert len({one.name for one in PAYLOADS}) == len(PAYLOADS) >= 40


@pytest.mark.parametrize("payload", PAYLOADS, ids=lambda one: one.name)
async def test_a_hostile_payload_gets_its_answer(api: Api, payload: Payload) -> None:
    """Its code, in a short answer and a short time; and the server goes on."""
    begun = time.perf_counter()
    answer = await api.http.post(
        "/graphql", content=payload.body(), headers={"content-type": "application/json"}
    )
    taken = time.perf_counter() - begun
    errors = answer.json().get("errors", [])

    assert next((one["extensions"]["code"] for one in errors), None) == payload.code
    assert all(10 < len(one["message"]) <= 1000 for one in errors)
    assert taken < SECONDS
    assert (await api.data("{ __typename }")) == {"__typename": "Query"}
