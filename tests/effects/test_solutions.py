"""Solutions, their parts and side effects, references and comparisons, and their refusals."""

import asyncio
from typing import Any

import asyncpg
import pytest

from consortium.storage.database import Database
from tests.effects.story import (
    COMPARISON,
    EXAMPLE,
    SCENARIO,
    SOLUTION,
    Engineer,
    engineer,
    item,
    whole,
)
from tests.factories import create_chain, create_stage


@pytest.fixture
async def wei(database: Database) -> Engineer:
    """An engineer of a member."""
    return await engineer(database)


@pytest.mark.parametrize(
    ("given", "code", "path"),
    [
        ({"name": " "}, "TEXT_MISSING", ["name"]),
        ({"functionalUnit": ""}, "TEXT_MISSING", ["functionalUnit"]),
        ({"lifetimeYears": "0"}, "LIFETIME_INVALID", ["lifetimeYears"]),
        ({"lifetimeYears": "100.1"}, "LIFETIME_INVALID", ["lifetimeYears"]),
        ({"reference": "no blanks"}, "REFERENCE_INVALID", ["reference"]),
        ({"fossilUse": True}, "FOSSIL_USE_UNEXPLAINED", ["fossilReason"]),
        ({"fossilReason": "Because."}, "FOSSIL_USE_UNEXPLAINED", ["fossilReason"]),
        ({"parts": ["solution_999"]}, "NOT_FOUND", []),
        ({"parts": ["org_1"]}, "NOT_FOUND", []),
    ],
)
async def test_bad_solutions_are_refused(
    wei: Engineer, given: dict[str, Any], code: str, path: list[str]
) -> None:
    """The error names the field."""
    assert await wei.refused("createSolution", **SOLUTION | given) == (code, path)


async def test_a_reference_is_an_owner_s_own(wei: Engineer, database: Database) -> None:
    """Twice in one organisation it is refused; of another's private solution nothing is told."""
    await wei.solution()
    other = await engineer(database, "Other")

    assert await wei.refused("createSolution", **SOLUTION) == ("REFERENCE_TAKEN", ["reference"])
    assert await other.solution()


async def test_parts_run_in_no_ring(wei: Engineer) -> None:
    """A flat contains a pump that contains a motor; the motor cannot contain the flat."""
    motor = await wei.solution(reference="motor")
    pump = await wei.solution(reference="pump", parts=[motor])
    flat = await wei.solution(reference="flat", parts=[pump])
    ring = {"solution": motor, "version": 1, "parts": [flat]}
    itself = {"solution": motor, "version": 1, "parts": [motor]}
    data = await wei.house.ask(
        f'{{ node(id: "{pump}") {{ ... on Solution {{ parts {{ id }} partOf {{ id }} }} }} }}',
        wei.by,
    )

    assert data["node"] == {"parts": [{"id": motor}], "partOf": [{"id": flat}]}
    assert await wei.refused("updateSolution", **ring) == ("SOLUTION_PARTS_IN_RING", [])
    assert (await wei.refused("updateSolution", **itself))[0].startswith("SOLUTION_PARTS")
    twice = {"solution": flat, "version": 1, "parts": [pump, pump]}
    assert await wei.refused("updateSolution", **twice) == ("SOLUTION_PARTS_INVALID", ["parts"])


async def test_two_who_close_a_ring_at_once(wei: Engineer) -> None:
    """One of them is refused: the database asks one after the other."""
    keys = [int((await wei.solution(reference=one)).split("_")[1]) for one in ("a", "b")]

    async def contain(containing: int, contained: int) -> str:
        async with wei.house.database.pool.acquire() as connection, connection.transaction():
            try:
                await connection.execute(
                    "INSERT INTO solution_part (containing_id, contained_id) VALUES ($1, $2)",
                    containing,
                    contained,
                )
                await asyncio.sleep(0.1)
            except asyncpg.CheckViolationError as error:
                return str(error.constraint_name)
            return "done"

    found = await asyncio.gather(contain(*keys), contain(*reversed(keys)))

    assert sorted(found) == ["done", "solution_part_no_ring"]


async def test_roles_are_of_one_chain(wei: Engineer) -> None:
    """A stage of another chain is refused, and a second role in the same place."""
    pool = wei.house.database.pool
    chain, elsewhere = [await create_chain(pool, name=name) for name in ("One", "Other")]
    stage = await create_stage(pool, elsewhere, name="There")
    role = {"valueChain": f"chain_{chain}", "role": "ENABLING", "explanation": "It helps."}
    far = {**role, "stage": f"stage_{stage}"}

    assert await wei.refused("createSolution", **SOLUTION, roles=[far]) == (
        "STAGE_OF_ANOTHER_CHAIN",
        [],
    )
    assert await wei.refused("createSolution", **SOLUTION, roles=[role, role]) == (
        "SOLUTION_ROLE_REPEATED",
        [],
    )


async def test_a_solution_changes_under_its_version(wei: Engineer) -> None:
    """What is left out stays; what comparisons are made by stays in any case."""
    solution = await wei.solution(description="Old")
    changed = await wei.do(
        "updateSolution",
        "version name description lifetimeYears unit",
        solution=solution,
        version=1,
        name="Better pump",
        lifetimeYears="16",
    )

    assert changed == {
        "version": 2,
        "name": "Better pump",
        "description": "Old",
        "lifetimeYears": "16",
        "unit": "piece",
    }
    about = {"solution": solution, "name": "Late"}
    assert await wei.refused("updateSolution", **about, version=1) == ("CHANGED_MEANWHILE", [])
    await wei.scenario(solution)
    longer = {"solution": solution, "version": 2, "lifetimeYears": "20"}
    assert await wei.refused("updateSolution", **longer) == ("SOLUTION_COMPARED", [])
    assert await wei.id_of("updateSolution", **about, version=2) == solution


async def test_side_effects_change_under_their_version(wei: Engineer) -> None:
    """Of two findings at once, the later one is told what there is."""
    finding = {
        "solution": await wei.solution(),
        "objective": "BIODIVERSITY",
        "finding": "SIGNIFICANT_HARM",
        "explanation": "It hums.",
    }
    first = await wei.do(
        "recordSideEffect", "sideEffects { finding version }", **finding, version=0
    )

    assert first == {"sideEffects": [{"finding": "SIGNIFICANT_HARM", "version": 1}]}
    assert await wei.refused("recordSideEffect", **finding, version=0) == ("CHANGED_MEANWHILE", [])
    silent = finding | {"version": 1, "explanation": " "}
    assert await wei.refused("recordSideEffect", **silent) == ("TEXT_MISSING", ["explanation"])
    second = await wei.do(
        "recordSideEffect",
        "sideEffects { finding version }",
        **finding | {"version": 1, "finding": "NO_SIGNIFICANT_HARM"},
    )
    assert second == {"sideEffects": [{"finding": "NO_SIGNIFICANT_HARM", "version": 2}]}


async def test_a_changed_reference_is_a_new_edition(wei: Engineer) -> None:
    """The old one stays; who saw an older one is told."""
    solution = await wei.solution()
    await wei.scenario(solution)
    again = SCENARIO | {"solution": solution}

    assert await wei.refused("createReferenceScenario", **again) == ("CHANGED_MEANWHILE", [])
    unexplained = again | {"lastEdition": 1, "reason": " "}
    assert await wei.refused("createReferenceScenario", **unexplained) == (
        "TEXT_MISSING",
        ["reason"],
    )
    made = await wei.do(
        "createReferenceScenario", "edition situation", **again | {"lastEdition": 1}
    )
    assert made == {"edition": 2, "situation": "END_OF_LIFE_REPLACEMENT"}
    data = await wei.house.ask("{ referenceScenarios { nodes { edition } } }", wei.by)
    assert data["referenceScenarios"]["nodes"] == [{"edition": 1}, {"edition": 2}]


@pytest.mark.parametrize(
    ("given", "code", "path"),
    [
        ({"items": []}, "COMPARISON_ITEMS_INVALID", ["items"]),
        ({"items": EXAMPLE[:2]}, "STAGE_MISSING", ["items"]),
        ({"items": [*EXAMPLE, item("USE")]}, "ITEM_AMOUNTS_INVALID", ["items", "7"]),
        ({"rebound": "-0.1"}, "REBOUND_INVALID", ["rebound"]),
        ({"reboundReason": " "}, "REBOUND_INVALID", ["rebound"]),
        ({"boundary": ""}, "TEXT_MISSING", ["boundary"]),
        ({"lastEdition": 3}, "CHANGED_MEANWHILE", []),
        ({"referenceScenario": "scenario_999"}, "NOT_FOUND", []),
    ],
)
async def test_bad_comparisons_are_refused(
    wei: Engineer, given: dict[str, Any], code: str, path: list[str]
) -> None:
    """The error names the field."""
    scenario = await wei.scenario(await wei.solution())
    about = COMPARISON | {"referenceScenario": scenario, "items": EXAMPLE}

    assert await wei.refused("createComparison", **about | given) == (code, path)


SERIES = {
    "reference": "grid",
    "lastEdition": 0,
    "name": "Grid",
    "unit": "kWh",
    "geography": "DE",
    "gwpSet": "AR5",
    "points": [{"year": 2026, "value": "0.4", "uncertainty": "0.05"}],
}


async def test_factor_series_have_editions_and_an_owner(wei: Engineer, database: Database) -> None:
    """A correction is a new edition, by who recorded the first; sets of GWP are never mixed."""
    first = await wei.id_of("createFactorSeries", **SERIES)
    other = await engineer(database, "Other")

    assert await wei.refused("createFactorSeries", **SERIES) == ("CHANGED_MEANWHILE", [])
    corrected = SERIES | {"lastEdition": 1}
    assert await other.refused("createFactorSeries", **corrected) == ("PERMISSION_DENIED", [])
    assert (await wei.do("createFactorSeries", "edition", **corrected)) == {"edition": 2}
    twice = SERIES | {"reference": "x", "points": [{"year": 2026, "value": "1"}] * 2}
    assert await wei.refused("createFactorSeries", **twice) == ("FACTORS_INVALID", ["points"])
    scenario = await other.scenario(await other.solution())
    used = item("USE", factorSeries=first, referenceQuantity="2", solutionQuantity="1")
    mixed = COMPARISON | {"referenceScenario": scenario, "items": whole(used)}
    assert await other.refused("createComparison", **mixed) == (
        "GWP_SETS_MIXED",
        ["items", "0", "factorSeries"],
    )
    assert await other.id_of("createComparison", **mixed | {"gwpSet": "AR5"})
