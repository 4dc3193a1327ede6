"""Two worlds, one of which holds a private claim: a stranger cannot tell which it is in.

Neither by an answer, byte by byte, nor by the rows that a statement reads.
"""

from collections.abc import AsyncGenerator, Mapping, Sequence
from dataclasses import replace
from typing import Any

import asyncpg
import orjson
import pytest
from graphql import GraphQLEnumType, GraphQLObjectType

from consortium.evidence.actions import DocumentFacts
from consortium.kernel.errors import DomainError
from consortium.kernel.principal import ANONYMOUS, Principal
from consortium.staging.actions.imports import stage
from consortium.staging.rules.kinds import ImportKind
from consortium.web.exports import EXPORTS
from schema.planner.execution import Executor, Request
from schema.root import GRAPHQL_SCHEMA
from tests.assessment.story import STATEMENT, Story
from tests.factories.assessed import Part, create_accepted_claim
from tests.factories.rows import insert
from tests.factories.shares import create_allocation, create_shared_effect, create_shared_solution
from tests.rights.small_world import SmallWorld
from tests.rights.walk import everything, ways
from tests.served import TODAY
from tests.staging.workbooks import sheet_rows

# The id of everything that is private, by which a stranger asks in both worlds.
KEY = 900_001
KINDS = (
    *("solution", "scenario", "comparison", "effect", "allocation", "assessed", "document"),
    *("proof", "evidence", "sideeffect", "overlapdecision", "import"),
)
TYPES = ("Organisation", "Solution", "Effect", "AssessedClaim", "ValueChain", "Account")
PLACES = ("member", "sector", "country", "category", "assured")


def dimensions(name: str) -> list[str]:
    """What totals can be grouped by."""
    kind = GRAPHQL_SCHEMA.type_map[name]
    assert isinstance(kind, GraphQLEnumType)
    return list(kind.values)


def totals(told: Story) -> list[str]:
    """Questions about totals: by every dimension, by every filter, on other days."""
    second = f'{{id: {{eq: "org_{told.members["second"]}"}}}}'
    asked = ["", '(onDate: "2026-07-01")', '(knownAt: "2026-07-01")', "(groupBy: [MEMBER, YEAR])"]
    asked += [f"(groupBy: [{one}])" for one in dimensions("AssessedEmissionsDimension")]
    asked += [
        f"(where: {{{one}}})"
        for one in (
            f"member: {second}",
            f"group: {second}",
            'sector: {eq: "Mining"}',
            'country: {eq: "DE"}',
            'category: {eq: "Hidden"}',
            "assured: {eq: false}",
            "specificity: {eq: SPECIFIC}",
            "timeframe: {eq: FORWARD_LOOKING}",
            "year: {eq: 2025}",
            f'valueChain: {{id: {{eq: "chain_{KEY}"}}}}',
        )
    ]
    return [
        f"""{{ assessedEmissions{args} {{ groups {{ key {{ timeframe year member {{ id }} }}
          net own joint gross overlap assured claims effects contributors
          interval {{ low high }} beside {{ unallocated nonMembers platform }}
          contributions(first: 100) {{ totalCount nodes {{ claim {{ id }} }} }} }} }} }}"""
        for args in asked
    ]


def questions(told: Story) -> list[str]:
    """What can be asked: lists with their counts, each private id, words, totals."""
    ids = {f"{kind} hidden one": KEY for kind in KINDS}
    ids |= {f"{kind} owner PRIVATE": KEY for kind in ("claim", "product")} | {"bulk own": KEY}
    world = SmallWorld(told.house.database, ids)
    reached = ways(GRAPHQL_SCHEMA, world)
    query = GRAPHQL_SCHEMA.query_type
    assert query is not None
    asked = [f"{{ {everything(query, world)} }}"]
    for name in TYPES:
        kind = GRAPHQL_SCHEMA.type_map[name]
        assert isinstance(kind, GraphQLObjectType)
        asked.append(reached[name].query(everything(kind, world)))
    asked += [
        f'{{ search(query: "{word}", first: 100) {{ totalCount hits: nodes {{ __typename }} }} }}'
        for word in ("hidden", "pumps", "heat pump")
    ]
    asked += [f'{{ node(id: "{kind}_{KEY}") {{ __typename }} }}' for kind in KINDS]
    feel = [
        'effects(where: {solution: {category: {eq: "Hidden"}}})',
        "organisations(where: {assessedClaims: {some: {status: {eq: ACCEPTED}}}})",
        "effects(where: {assessedClaims: {some: {status: {eq: ACCEPTED}}}})",
        "assessedClaims(where: {status: {eq: ACCEPTED}})",
    ]
    asked += [f"{{ {one} {{ totalCount nodes {{ id }} }} }}" for one in feel]
    return [*asked, *totals(told)]


def attempts(told: Story) -> list[tuple[str, Mapping[str, Any]]]:
    """What a stranger may try with what is not its own."""
    claim = {"claim": f"assessed_{KEY}", "version": 1}
    effect = f"effect_{KEY}"
    line = {
        "kind": "MEMBER",
        "role": "SUBSTANTIAL",
        "organisation": f"org_{told.members['stranger']}",
        "share": "1",
    }
    draft = {
        "reference": "felt",
        "guidanceVersion": f"guidance_{told.guidance_id}",
        "statement": STATEMENT,
    }
    seen = [{"effect": one, "version": 1} for one in (effect, f"effect_{told.effect_id}")]
    return [
        ("createClaimDraft", draft | {"effect": effect}),
        ("createClaimDraft", draft | {"allocation": f"allocation_{KEY}"}),
        ("submitClaim", claim),
        ("publishClaim", claim | {"visibility": "PUBLIC"}),
        ("withdrawClaim", claim | {"reason": "Felt."}),
        ("restateClaim", claim | {"reference": "felt"}),
        ("assureClaim", claim | {"level": "LIMITED"}),
        ("acceptClaim", claim),
        ("proposeAllocation", {"effect": effect, "contributions": [line], "remainder": "0"}),
        ("acceptAllocation", {"allocation": f"allocation_{KEY}", "version": 1}),
        ("restateEffect", {"effect": effect, "version": 1, "reference": "felt"}),
        ("setEffectVisibility", {"effect": effect, "version": 1, "visibility": "PUBLIC"}),
        (
            "decideOverlap",
            {"effects": seen, "lastDecision": 0, "decision": "SEPARATE", "reason": "Felt."},
        ),
    ]


def strangers(told: Story) -> dict[str, Principal]:
    """Who has no right to what the second member keeps to itself."""
    outsider = told.of("stranger")
    return {
        "the public": ANONYMOUS,
        "another member": outsider,
        "a party to another effect": told.of("third"),
        "the owner of what overlaps": told.of("owner"),
        "somebody else's assurer": told.assurer,
        "who is no member": replace(outsider, rights=replace(outsider.rights, is_member=False)),
    }


async def answers(told: Story, by: Principal) -> list[bytes]:
    """All that a stranger is told."""
    executor = Executor.over(told.pool)
    read = [await executor.run(Request(one), by, TODAY) for one in questions(told)]
    exported = [
        orjson.dumps([page async for page in export.pages(executor, by, TODAY)])
        for export in EXPORTS.values()
    ]
    refused = [
        orjson.dumps(await told.house.do(mutation, by, "__typename", **given))
        for mutation, given in attempts(told)
    ]
    return [*read, *exported, *refused]


async def hidden_of(told: Story, shown: int) -> None:
    """The second member's own: a solution that contains the owner's, an effect, a claim of it.

    And a claim of an effect that strangers see.
    """
    pool, second = told.pool, told.members["second"]
    about: dict[str, Any] = {"id": KEY, "visibility": "PRIVATE"}
    part = await pool.fetchval("SELECT solution_id FROM effect WHERE id = $1", told.effect_id)
    solution = await create_shared_solution(
        pool, second, name="Hidden heat pump", category="Hidden", **about
    )
    await insert(pool, "solution_part", containing_id=solution, contained_id=part)
    effect = await create_shared_effect(pool, second, solution_id=solution, **about)
    async with pool.acquire() as connection:
        allocation = await create_allocation(
            connection, effect, second, [(second, "0.7")], remainder="0.3", id=KEY
        )
    await create_accepted_claim(
        pool, second, effect, Part(allocation_id=allocation, share=None), id=KEY
    )
    await create_accepted_claim(pool, second, shown)


async def test_a_private_claim_is_told_by_nothing(told: Story) -> None:
    """Lists, counts, words, totals, files, refusals: what strangers are told stays as it was."""
    await told.shared(("owner", "0.6"), ("third", "0.4"))
    await told.published("third")
    accepted = await told.accepted("owner")
    shown = await create_shared_effect(told.pool, told.members["second"], geography="FR")
    callers = strangers(told)
    before = {name: await answers(told, by) for name, by in callers.items()}

    await hidden_of(told, shown)

    for name, by in callers.items():
        for one, was, now in zip(
            [*questions(told), *EXPORTS, *attempts(told)],
            before[name],
            await answers(told, by),
            strict=True,
        ):
            assert now == was, (name, one)
    # Nor does it stand in the way of a claim on what it contains.
    published = await told.do("publishClaim", told.of("owner"), accepted, visibility="PUBLIC")
    assert published["status"] == "PUBLISHED"


NAMING = {
    ImportKind.CLAIMS: [
        {"reference": f"felt-{at}", "statement": STATEMENT, "guidance": "felt", "effect": one}
        for at, one in enumerate((f"effect_{KEY}", f"allocation_{KEY}", "hidden-1"))
    ],
    ImportKind.EFFECTS: [
        {"solution": "hidden", "reference": "felt", "comparison": "hidden", "value_chain": one}
        for one in (f"chain_{KEY}", f"solution_{KEY}")
    ],
}


async def filed(told: Story, by: Principal, kind: ImportKind) -> bytes:
    """What a file is told that names what is private."""
    rows = sheet_rows({str(kind).lower(): NAMING[kind]})
    try:
        key = await stage(by, kind, DocumentFacts("felt.csv", "text/csv", 9, "0" * 64), rows, TODAY)
    except DomainError as error:
        return orjson.dumps([error.code, str(error)])
    faults = await told.pool.fetch(
        "SELECT sheet, number, sheet_column, code, message FROM staged_fault"
        " WHERE staged_import_id = $1 ORDER BY position",
        key,
    )
    return orjson.dumps([tuple(one) for one in faults])


async def test_a_private_claim_is_told_by_no_file(told: Story) -> None:
    """Files that name what is private land with the same faults, in the same words."""
    shown = await create_shared_effect(told.pool, told.members["second"], geography="FR")
    callers = strangers(told)
    asked = [(name, kind) for name in callers for kind in ImportKind]
    before = [await filed(told, callers[name], kind) for name, kind in asked]

    await hidden_of(told, shown)

    for one, was in zip(asked, before, strict=True):
        assert await filed(told, callers[one[0]], one[1]) == was, one
    assert any(b"NOT_FOUND" in was for was in before)


ROWS = ("Actual Rows", "Rows Removed by Filter", "Rows Removed by Index Recheck")
SOME, MANY = 500, 2000
# Another plan may look once more into an index.
PROBE = 5
EXPLAIN = "EXPLAIN (ANALYZE, TIMING OFF, FORMAT JSON) "


def work(plan: Mapping[str, Any]) -> float:
    """The rows that a plan touched."""
    below: Sequence[Mapping[str, Any]] = plan.get("Plans", ())
    here = sum(plan.get(name, 0) for name in ROWS) * plan.get("Actual Loops", 1)
    return float(here) + sum(work(one) for one in below)


@pytest.fixture
async def owner(owner_dsn: str) -> AsyncGenerator[Any]:
    """Who may refresh what PostgreSQL knows of its tables."""
    connection = await asyncpg.connect(owner_dsn)
    yield connection
    await connection.close()


async def touched(told: Story, by: Principal, query: str) -> float:
    """The rows that a question's statement touched."""
    bound = Executor.over(told.pool).prepare(Request(query), by, TODAY)
    assert bound is not None
    [plan] = orjson.loads(await told.pool.fetchval(EXPLAIN + bound.sql, *bound.values))
    return work(plan["Plan"])


MANY_EFFECTS = """
INSERT INTO effect (reference, solution_id, reference_scenario_id, comparison_id, geography,
    period_start, period_end, timeframe, reference_kg_co2e, solution_kg_co2e, avoided_kg_co2e,
    specificity, visibility)
SELECT 'hidden-' || n, solution_id, reference_scenario_id, comparison_id,
    chr(65 + n / 15 / 26) || chr(65 + n / 15 % 26), period_start + n % 15, period_end,
    timeframe, reference_kg_co2e, solution_kg_co2e, avoided_kg_co2e, specificity, 'PRIVATE'
FROM effect, generate_series($2::int + 1, $2 + $3::int) n WHERE id = $1
RETURNING id
"""
MANY_CLAIMS = """
INSERT INTO assessed_claim (reference, organisation_id, effect_id, guidance_version_id, status,
    statement)
SELECT 'hidden-' || id, $2, id, $3, 'DRAFT', 'Avoids.' FROM unnest($1::bigint[]) id
"""
STEPS = (
    """
    UPDATE assessed_claim c SET status = 'SUBMITTED', submitted_on = '2026-06-10', share = 1,
        effect_kg_co2e = e.avoided_kg_co2e, claim_kg_co2e = e.avoided_kg_co2e,
        remainder_share = 0, specificity = e.specificity, timeframe = e.timeframe, year = 2025
    FROM effect e WHERE e.id = c.effect_id AND c.effect_id = ANY ($1)
    """,
    "UPDATE assessed_claim SET status = 'IN_REVIEW' WHERE effect_id = ANY ($1)",
    """
    UPDATE assessed_claim SET status = 'ACCEPTED', accepted_on = '2026-06-10'
    WHERE effect_id = ANY ($1)
    """,
)


async def hide(told: Story, owner: Any, effect: int, there: int, more: int) -> None:
    """The second member records private claims, as many more, where there are some."""
    keys = [row[0] for row in await told.pool.fetch(MANY_EFFECTS, effect, there, more)]
    await told.pool.execute(MANY_CLAIMS, keys, told.members["second"], told.guidance_id)
    for step in STEPS:
        await told.pool.execute(step, keys)
    await owner.execute("VACUUM ANALYZE")


async def test_a_stranger_waits_for_nobodys_private_claims(told: Story, owner: Any) -> None:
    """With 2 000 private claims more, statements touch as many rows as before.

    Counted in the plans, so that no clock decides. The first world has some too: what it costs to
    use an index at all is paid in both.
    """
    await told.published()
    shown = await create_shared_effect(told.pool, told.members["second"], geography="US")
    asked = [
        *totals(told),
        *(f'{{ node(id: "{kind}_{KEY}") {{ __typename }} }}' for kind in KINDS),
        "{ effectOverlaps { totalCount } }",
        "{ assessedClaims { totalCount nodes { id claim } } }",
        "{ effects { totalCount nodes { id avoided } } }",
        "{ allocations { totalCount nodes { id } } }",
        '{ search(query: "hidden") { totalCount hits: nodes { __typename } } }',
    ]
    callers = strangers(told)
    pairs = [(name, one) for name in callers for one in asked]
    await hide(told, owner, shown, 0, SOME)
    before = {(name, one): await touched(told, callers[name], one) for name, one in pairs}

    await hide(told, owner, shown, SOME, MANY)

    more = {
        (name, one): now - before[name, one]
        for name, one in pairs
        if (now := await touched(told, callers[name], one)) > before[name, one] + PROBE
    }
    assert more == {}, sorted(more)
