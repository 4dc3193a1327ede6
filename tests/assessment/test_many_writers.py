"""200 writers at once: nothing is claimed above the whole, no claim is lost or changed."""

import asyncio
from collections import Counter
from collections.abc import Awaitable, Sequence
from decimal import Decimal
from typing import Any

import asyncpg

from consortium.assessment.actions.drafts import CreateClaimDraft, create_claim_draft
from consortium.assessment.actions.publishing import (
    PublishClaim,
    WithdrawClaim,
    publish_claim,
    withdraw_claim,
)
from consortium.identity.rules.roles import Role
from consortium.kernel.errors import DomainError
from consortium.kernel.visibility import Visibility
from consortium.storage.database import Database
from tests.asking import principal
from tests.assessment.story import STATEMENT, Story
from tests.factories import create_membership, create_organisation
from tests.factories.assessment import create_assessed_claim
from tests.factories.shares import create_allocation
from tests.served import TODAY

WRITERS = 200
# Of the test's server, which other tests use as well.
CONNECTIONS = 50


async def outcomes(work: Sequence[Awaitable[int]]) -> Counter[str]:
    """How often it was done, and how often refused with which code. Anything else is a bug."""
    done = await asyncio.gather(*work, return_exceptions=True)
    bugs = [
        one for one in done if isinstance(one, BaseException) and not isinstance(one, DomainError)
    ]
    assert bugs == []
    return Counter(one.code if isinstance(one, DomainError) else "DONE" for one in done)


async def members(told: Story, count: int) -> list[int]:
    found = []
    for _ in range(count):
        found.append(await create_organisation(told.pool))
        await create_membership(told.pool, found[-1], status="MEMBER")
    return found


async def published(told: Story) -> Any:
    """How much is published: by the kept sum, and by the claims."""
    return tuple(
        await told.pool.fetchrow(
            "SELECT (SELECT shares + remainder FROM effect_published), count(*),"
            " sum(coalesce(share, 0)) FROM assessed_claim WHERE status = 'PUBLISHED'"
        )
    )


async def test_200_members_publish_their_shares_at_once(told: Story) -> None:
    """Every claim is published, and together they are exactly the whole."""
    async with Database.open(
        told.house.database.dsn, max_size=4, write_size=CONNECTIONS
    ) as database:
        everyone = [told.members["owner"], *await members(told, WRITERS - 1)]
        async with told.pool.acquire() as connection:
            lines = [(one, "0.005") for one in everyone]
            allocation = await create_allocation(
                connection, told.effect_id, everyone[0], lines, remainder="0"
            )
            keys = [
                await create_assessed_claim(
                    connection, one, told.effect_id, told.guidance_id, status="DRAFT"
                )
                for one in everyone
            ]
            await connection.execute(
                "UPDATE assessed_claim SET status = 'SUBMITTED', submitted_on = '2026-03-01',"
                " share = 0.005, remainder_share = 0, effect_kg_co2e = 1000000,"
                " claim_kg_co2e = 5000, specificity = 'SPECIFIC', year = 2025,"
                " timeframe = 'FORWARD_LOOKING', allocation_id = $1",
                allocation,
            )
            await connection.execute("UPDATE assessed_claim SET status = 'IN_REVIEW'")
            await connection.execute(
                "UPDATE assessed_claim SET status = 'ACCEPTED', accepted_on = '2026-03-01'"
            )
        with database.active():
            work = [
                publish_claim(
                    principal(Role.APPROVER, organisation=one),
                    PublishClaim(key, 1, Visibility.PUBLIC),
                    TODAY,
                )
                for one, key in zip(everyone, keys, strict=True)
            ]
            assert await outcomes(work) == {"DONE": WRITERS}
    assert await published(told) == (1, WRITERS, 1)


async def test_200_writers_past_the_actions_are_held_to_the_whole(told: Story) -> None:
    """Each wants 0.3 of one effect with a connection's own transaction; the database lets 3."""
    everyone = await members(told, WRITERS)
    pool = await asyncpg.create_pool(told.house.database.dsn, min_size=0, max_size=CONNECTIONS)

    async def write(organisation: int) -> str:
        async with pool.acquire() as connection:
            try:
                async with connection.transaction():
                    await create_assessed_claim(
                        connection,
                        organisation,
                        told.effect_id,
                        told.guidance_id,
                        status="PUBLISHED",
                        share="0.3",
                    )
            except asyncpg.CheckViolationError as error:
                return str(error.constraint_name)
        return "DONE"

    try:
        found = Counter(await asyncio.gather(*(write(one) for one in everyone)))
    finally:
        await pool.close()
    assert found == {"DONE": 3, "effect_published_at_most_one": WRITERS - 3}
    assert await published(told) == (Decimal("0.9"), 3, Decimal("0.9"))


async def test_200_drafts_of_one_claim_leave_one(told: Story) -> None:
    """Of an organisation and effect there is one claim in work, and no draft is lost."""
    by = told.of("owner")
    async with Database.open(
        told.house.database.dsn, max_size=4, write_size=CONNECTIONS
    ) as database:
        with database.active():
            work = [
                create_claim_draft(
                    by,
                    CreateClaimDraft(f"c-{at}", told.guidance_id, STATEMENT, told.effect_id),
                    TODAY,
                )
                for at in range(WRITERS)
            ]
            found = await outcomes(work)
    assert found == {"DONE": 1, "CLAIM_EXISTS": WRITERS - 1}
    assert await told.pool.fetchval("SELECT count(*) FROM assessed_claim") == 1


async def test_200_writers_cannot_change_a_published_claim(told: Story) -> None:
    """Figures, statement, effect and dates are refused by the database; one withdrawal is made."""
    claim = await told.published()
    key = int(claim["id"].removeprefix("assessed_"))
    before = await told.pool.fetchrow("SELECT * FROM assessed_claim")
    changes = (
        "claim_kg_co2e = 2 * effect_kg_co2e, share = 2",
        "statement = 'More.'",
        "submitted_on = '2020-01-01'",
        "visibility = 'CONSORTIUM'",
        "published_on = '2026-01-01'",
    )
    pool = await asyncpg.create_pool(told.house.database.dsn, min_size=0, max_size=CONNECTIONS)

    async def write(at: int) -> str:
        async with pool.acquire() as connection:
            try:
                await connection.execute(
                    f"UPDATE assessed_claim SET {changes[at % len(changes)]}"  # noqa: S608
                )
            except asyncpg.CheckViolationError as error:
                return str(error.constraint_name)
        return "DONE"

    try:
        found = Counter(await asyncio.gather(*(write(at) for at in range(WRITERS))))
    finally:
        await pool.close()
    assert found == {"assessed_claim_kept": WRITERS}
    assert await told.pool.fetchrow("SELECT * FROM assessed_claim") == before

    async with Database.open(
        told.house.database.dsn, max_size=4, write_size=CONNECTIONS
    ) as database:
        with database.active():
            command = WithdrawClaim(key, claim["version"], "It leaked.")
            work = [withdraw_claim(told.of("owner"), command, TODAY) for _ in range(WRITERS)]
            assert await outcomes(work) == {"DONE": 1, "CHANGED_MEANWHILE": WRITERS - 1}
    steps = "SELECT count(*) FROM claim_step WHERE step = 'WITHDRAW'"
    assert await told.pool.fetchval(steps) == 1
