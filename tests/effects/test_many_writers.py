"""200 writers at once: no effect is shared out above 1, and nothing is lost."""

import asyncio
from collections import Counter
from collections.abc import Awaitable
from datetime import date
from decimal import Decimal
from typing import Any

import asyncpg

from consortium.effects.actions.shares import (
    AcceptAllocation,
    Party,
    ProposeAllocation,
    accept_allocation,
    propose_allocation,
)
from consortium.effects.rules.shares import ContributorRole, PartyKind
from consortium.identity.rules.roles import Role
from consortium.kernel.errors import DomainError
from consortium.storage.database import Database
from tests.asking import principal
from tests.effects.parties import Table
from tests.factories import create_membership, create_organisation
from tests.factories.shares import create_allocation

TODAY = date(2026, 11, 23)
WRITERS = 200
# Of the test's server, which other tests use as well.
CONNECTIONS = 50


async def members(database: Database, count: int) -> list[int]:
    found = []
    for _ in range(count):
        found.append(await create_organisation(database.pool))
        await create_membership(database.pool, found[-1], status="MEMBER")
    return found


def member(organisation: int, share: str | None) -> Party:
    part = None if share is None else Decimal(share)
    return Party(PartyKind.MEMBER, ContributorRole.MINOR, organisation, share=part)


async def outcomes(work: list[Awaitable[int]]) -> Counter[str]:
    """How often it was done, and how often refused with which code. Anything else is a bug."""
    done = await asyncio.gather(*work, return_exceptions=True)
    bugs = [one for one in done if isinstance(one, BaseException) and not _refused(one)]
    assert bugs == []
    return Counter(one.code if isinstance(one, DomainError) else "DONE" for one in done)


def _refused(error: BaseException) -> bool:
    return isinstance(error, DomainError)


async def rows(database: Database, effect: int) -> dict[str, Any]:
    query = """
    SELECT (SELECT allocated_share FROM effect WHERE id = $1) AS allocated,
        (SELECT count(*) FROM effect_allocation WHERE effect_id = $1) AS allocations,
        (SELECT count(*) FROM effect_allocation WHERE effect_id = $1 AND status = 'IN_FORCE')
            AS in_force,
        (SELECT count(*) FROM effect_contribution c JOIN effect_allocation a
            ON a.id = c.allocation_id WHERE a.effect_id = $1) AS lines,
        (SELECT count(*) FROM effect_contribution c JOIN effect_allocation a
            ON a.id = c.allocation_id WHERE a.effect_id = $1 AND c.answer = 'ACCEPTED') AS accepted
    """
    [found] = await database.pool.fetch(query, effect)
    return dict(found)


async def test_200_parties_accept_at_once(parties: Table) -> None:
    """Every answer is kept, the last of them puts it in force, and the shares are exactly 1."""
    async with Database.open(
        parties.house.database.dsn, max_size=4, write_size=CONNECTIONS
    ) as database:
        others = await members(database, WRITERS - 1)
        everyone = [parties.members["owner"], *others]
        lines = tuple(member(one, "0.005") for one in everyone)
        with database.active():
            proposal = ProposeAllocation(parties.effect_id, lines, Decimal(0))
            key = await propose_allocation(parties.of("owner"), proposal, TODAY)
            assert await parties.allocated() == 0
            told = await outcomes(
                [
                    accept_allocation(
                        principal(Role.APPROVER, organisation=one), AcceptAllocation(key, 1), TODAY
                    )
                    for one in others
                ]
            )
        found = await rows(database, parties.effect_id)

    assert told == {"DONE": WRITERS - 1}
    assert found == {
        "allocated": 1,
        "allocations": 1,
        "in_force": 1,
        "lines": WRITERS,
        "accepted": WRITERS,
    }


async def test_200_rivals_propose_and_are_accepted_at_once(parties: Table) -> None:
    """Each asks for all but a little: one is in force in the end, and every proposal is kept."""
    async with Database.open(
        parties.house.database.dsn, max_size=4, write_size=CONNECTIONS
    ) as database:
        rivals = await members(database, WRITERS)
        owner = parties.members["owner"]
        with database.active():
            proposed = await asyncio.gather(
                *(
                    propose_allocation(
                        principal(Role.APPROVER, organisation=one),
                        ProposeAllocation(
                            parties.effect_id,
                            (member(owner, "0.1"), member(one, "0.9")),
                            Decimal(0),
                        ),
                        TODAY,
                    )
                    for one in rivals
                )
            )
            by = parties.of("owner")
            told = await outcomes(
                [accept_allocation(by, AcceptAllocation(key, 1), TODAY) for key in proposed]
            )
        found = await rows(database, parties.effect_id)

    assert len(set(proposed)) == WRITERS
    # Those that came late saw a version that was superseded meanwhile.
    assert told == {"DONE": 1, "CHANGED_MEANWHILE": WRITERS - 1}
    assert found == {
        "allocated": 1,
        "allocations": WRITERS,
        "in_force": 1,
        "lines": 2 * WRITERS,
        "accepted": WRITERS + 1,
    }


async def test_200_writers_past_the_actions_are_held_to_the_same(parties: Table) -> None:
    """Each puts 0.6 in force with a connection's own transaction; the database lets one."""
    pool = await asyncpg.create_pool(parties.house.database.dsn, min_size=0, max_size=CONNECTIONS)
    owner = parties.members["owner"]

    async def write() -> str:
        async with pool.acquire() as connection:
            try:
                lines = [(owner, "0.6")]
                await create_allocation(
                    connection, parties.effect_id, owner, lines, remainder="0.4"
                )
            except asyncpg.UniqueViolationError as error:
                return str(error.constraint_name)
        return "DONE"

    try:
        told = Counter(await asyncio.gather(*(write() for _ in range(WRITERS))))
    finally:
        await pool.close()

    assert told == {"DONE": 1, "effect_allocation_one_in_force": WRITERS - 1}
    assert await parties.allocated() == Decimal("0.6")


async def test_rival_proposals_of_two_parties_cross(parties: Table) -> None:
    """However their answers interleave, one is in force, and it is what is shared out."""
    async with Database.open(parties.house.database.dsn, max_size=4, write_size=20) as database:
        lines = (member(parties.members["owner"], "0.5"), member(parties.members["second"], "0.5"))
        with database.active():
            keys = await asyncio.gather(
                *(
                    propose_allocation(
                        parties.of(name),
                        ProposeAllocation(parties.effect_id, lines, Decimal(0)),
                        TODAY,
                    )
                    for name in ("owner", "second") * 10
                )
            )
            await outcomes(
                [
                    accept_allocation(parties.of(name), AcceptAllocation(key, 1), TODAY)
                    for key in keys
                    for name in ("owner", "second")
                ]
            )
        found = await rows(database, parties.effect_id)

    assert (found["in_force"], found["allocated"]) == (1, 1)
