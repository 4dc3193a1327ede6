"""Every mutation, every kind of caller: done, or refused and nothing changed."""

import orjson
import pytest

from consortium.storage.database import Database
from consortium.storage.trail import unwatched
from schema.planner.execution import Request
from schema.root import GRAPHQL_SCHEMA
from tests.asking import executor_of
from tests.rights.changing import CASES, DONE, Case
from tests.rights.small_world import CALLERS, SmallWorld, small_world
from tests.served import TODAY

DIGEST = """
SELECT md5(coalesce(string_agg(t::text, E'\\n' ORDER BY t::text), '')) FROM {name} t
"""
TABLES = """
SELECT tablename FROM pg_tables WHERE schemaname = 'public' ORDER BY tablename
"""


async def digest(database: Database) -> dict[str, str]:
    """Each table's rows in one hash."""
    async with database.pool.acquire() as connection:
        names = [row[0] for row in await connection.fetch(TABLES)]
        return {name: await connection.fetchval(DIGEST.format(name=name)) for name in names}


async def outcome(world: SmallWorld, case: Case, caller: str) -> str:
    """What the caller hears: DONE, or the code of the refusal."""
    kind = GRAPHQL_SCHEMA.mutation_type
    assert kind is not None
    given = kind.fields[case.mutation].args["input"].type
    query = (
        f"mutation ($input: {given}) {{ {case.mutation}(input: $input)"
        " { __typename ... on Refusal { code message path } } }"
    )
    executor = executor_of(world.database)
    request = Request(query, {"input": dict(case.given(world))})
    answer = orjson.loads(await executor.run(request, world.caller(caller), TODAY))
    assert list(answer) == ["data"]
    found = answer["data"][case.mutation]
    return str(found["code"]) if found and found["__typename"] == "Refusal" else DONE


def test_every_mutation_has_its_lines() -> None:
    """Whoever adds a mutation writes down who may do it."""
    kind = GRAPHQL_SCHEMA.mutation_type
    assert kind is not None

    assert {case.mutation for case in CASES} == set(kind.fields)
    assert [one for case in CASES for one in case.by if one not in CALLERS] == []


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case.mutation} {case.about}")
async def test_who_may_change_what(database: Database, case: Case) -> None:
    """Each caller hears what the matrix says, and a refusal leaves every table as it was."""
    world = await small_world(database)
    before = await digest(database)
    expected = {caller: case.by.get(caller, case.otherwise) for caller in CALLERS}
    refused = [caller for caller in CALLERS if expected[caller] != DONE]
    heard = {caller: await outcome(world, case, caller) for caller in refused}

    assert heard == {caller: expected[caller] for caller in refused}
    assert await digest(database) == before


@pytest.mark.parametrize(
    ("case", "caller"),
    [
        pytest.param(case, caller, id=f"{case.mutation} {case.about}, by {caller}")
        for case in CASES
        for caller, expected in case.by.items()
        if expected == DONE
    ],
)
async def test_who_may_does(database: Database, case: Case, caller: str) -> None:
    """What is allowed changes something, in one entry of the audit trail by who asked."""
    world = await small_world(database)
    before = await digest(database)
    entries = "SELECT account_id, acting_organisation_id FROM audit_entry WHERE action <> ALL ($1)"
    # What made the world.
    others = ["sql:change", "owner:noted"]

    assert await outcome(world, case, caller) == DONE
    changed = {name for name, one in (await digest(database)).items() if one != before[name]}
    by = world.caller(caller)
    async with database.pool.acquire() as connection:
        rows = [tuple(row) for row in await connection.fetch(entries, others)]

    assert rows == [(by.account_id, by.organisation_id)]
    # What is changed of tables that the trail watches is in it, row by row.
    done = changed - {"audit_entry", "audit_change"}
    assert done
    assert ("audit_change" in changed) == bool(done - unwatched().keys())
