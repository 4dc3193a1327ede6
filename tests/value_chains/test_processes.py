"""Processes beside the server: what they keep, and what becomes of one that dies or is slow."""

import asyncio
import os
import signal
from collections.abc import AsyncGenerator
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from consortium.storage.arrays import BIGINT, DOUBLE, ArrayUnreadable, fetch_array
from consortium.storage.database import Database
from consortium.value_chains.computing.loading import recorded
from consortium.value_chains.computing.processes import (
    SolverBusy,
    SolverFailed,
    SolverTimedOut,
    Solving,
)
from consortium.value_chains.computing.worker import Check, Refused, Side, Task, Version
from consortium.value_chains.rules.building import Recorded
from consortium.value_chains.rules.questions import Question
from consortium.value_chains.rules.vocabulary import ComputedAnswer
from tests.factories import create_organisation
from tests.factories.chains import create_chain

VERSION = Version(1, 1)
QUESTION = Question({1: 1.0}, {"CO2": 1.0}, frozenset(), 0.01, 5, 100, 1)
TASK = Task(ComputedAnswer.FOOTPRINT, (Side(VERSION, (), (), QUESTION),), frozenset(), {})


def rows(**columns: list[Any]) -> Any:
    kinds = [
        (name, "f8" if name in {"output", "share", "amount", "mass_kg"} else "i8")
        for name in columns
    ]
    return np.array(list(zip(*columns.values(), strict=True)), dtype=kinds)


def one_activity(mass_kg: float = 2.0) -> Recorded:
    """1 unit from 2 kg, of nothing else."""
    return Recorded(
        gases=("CO2",),
        activities=rows(
            id=[1], code=[1], process=[1], output=[1.0], share=[1.0], organisation=[0], stage=[0]
        ),
        exchanges=rows(consumer=[], supplier=[], amount=[]),
        emissions=rows(activity=[1], gas=[0], mass_kg=[mass_kg]),
        exchange_errors=rows(consumer=[], supplier=[], uncertainty=[], name=[]),
        emission_errors=rows(activity=[], gas=[], uncertainty=[], name=[]),
    )


class Shelf:
    """Rows, and how often they were asked for."""

    def __init__(self) -> None:
        self.loads = 0

    async def load(self, _: Version) -> Recorded:
        self.loads += 1
        return one_activity()


@pytest.fixture
async def solving() -> AsyncGenerator[Solving]:
    made = Solving(size=1, waiting_max=2)
    yield made
    await made.close()


async def test_a_version_is_loaded_once_and_again_after_the_process_died(solving: Solving) -> None:
    shelf = Shelf()

    answers = [await solving.done(TASK, shelf.load) for _ in range(2)]
    assert [one["kg_co2e"] for one in answers if isinstance(one, dict)] == ["2", "2"]
    assert shelf.loads == 1

    [process] = solving._idle
    assert process._running is not None
    os.kill(process._running.pid, signal.SIGKILL)
    with pytest.raises(SolverFailed):
        await solving.done(TASK, shelf.load)

    again = await solving.done(TASK, shelf.load)
    assert isinstance(again, dict)
    assert (again["kg_co2e"], shelf.loads) == ("2", 2)


async def test_what_a_rule_refuses_ends_no_process(solving: Solving) -> None:
    shelf = Shelf()
    wrong = TASK._replace(
        sides=(TASK.sides[0]._replace(question=QUESTION._replace(demand={9: 1.0})),)
    )

    refused = await solving.done(wrong, shelf.load)
    right = await solving.done(TASK, shelf.load)

    assert isinstance(refused, Refused)
    assert refused.kind.code == "DEMAND_ACTIVITY_UNKNOWN"
    assert isinstance(right, dict)
    assert shelf.loads == 1


async def test_what_does_not_compute_is_told_with_its_loop(solving: Solving) -> None:
    endless = replace(
        one_activity(),
        activities=rows(
            id=[7], code=[1], process=[1], output=[1.0], share=[1.0], organisation=[0], stage=[0]
        ),
        exchanges=rows(consumer=[7], supplier=[7], amount=[1.0]),
        emissions=rows(activity=[7], gas=[0], mass_kg=[1.0]),
    )

    refused = await solving.checked(Check(endless))

    assert refused is not None
    assert (refused.kind.code, refused.activities) == ("LOOP_NEVER_ENDS", (7,))
    assert await solving.checked(Check(one_activity())) is None


async def test_who_takes_too_long_is_told_and_replaced() -> None:
    solving = Solving(size=1, seconds=0.01)

    async def never(_: Version) -> Recorded:
        await asyncio.sleep(60)
        return one_activity()

    with pytest.raises(SolverTimedOut):
        await solving.done(TASK, never)
    await solving.close()


async def test_more_than_may_wait_are_refused_at_once(solving: Solving) -> None:
    opened = asyncio.Event()

    async def slow(_: Version) -> Recorded:
        await opened.wait()
        return one_activity()

    first = [asyncio.create_task(solving.done(TASK, slow)) for _ in range(2)]
    await asyncio.sleep(0)
    with pytest.raises(SolverBusy):
        await solving.done(TASK, slow)
    opened.set()
    assert [one["kg_co2e"] for one in await asyncio.gather(*first) if isinstance(one, dict)] == [
        "2",
        "2",
    ]


async def test_a_caller_that_leaves_takes_no_answer_of_another(solving: Solving) -> None:
    """The process that was asked is replaced: its answer would stand before the next one's."""
    shelf = Shelf()
    await solving.done(TASK, shelf.load)
    left = asyncio.create_task(solving.done(TASK, shelf.load))
    await asyncio.sleep(0)
    left.cancel()
    with pytest.raises(asyncio.CancelledError):
        await left

    other = replace(one_activity(), gases=("CO2",))
    side = TASK.sides[0]._replace(version=Version(2, 1))
    found = await solving.done(TASK._replace(sides=(side,), rows={side.version: other}), shelf.load)

    assert isinstance(found, dict)
    assert found["kg_co2e"] == "2"


async def test_rows_come_as_arrays(database: Database) -> None:
    """By COPY in binary; what has nulls or other types is refused rather than misread."""
    pool = database.pool
    owner = await create_organisation(pool)
    version, ids = await create_chain(pool, owner, [[0, 0], ["0.25", 0]], [1, "1.5"])

    found = await recorded(pool, version)
    nothing = await recorded(pool, version + 1)

    assert found.activities["id"].tolist() == list(ids.values())
    assert found.exchanges[["consumer", "supplier", "amount"]].tolist() == [(ids[0], ids[1], 0.25)]
    assert found.emissions["mass_kg"].tolist() == [1.0, 1.5]
    assert len(nothing.activities) == 0
    async with pool.acquire() as connection:
        for query in ("SELECT NULL::bigint", "SELECT 1::int", "SELECT 1::bigint, 2::bigint"):
            with pytest.raises(ArrayUnreadable):
                await fetch_array(connection, query, one=BIGINT)
        several = await fetch_array(
            connection, "VALUES (1::bigint, 0.5::float8)", a=BIGINT, b=DOUBLE
        )
        assert (several["a"].tolist(), several["b"].tolist()) == ([1], [0.5])
