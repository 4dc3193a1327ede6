"""Figures are shown and hidden by many at once, and the sums stay true."""

import asyncio
from random import Random

from consortium.avoided.actions import check_totals, refresh
from consortium.avoided.actions.visibility import SetClaimVisibility, set_claim_visibility
from consortium.identity.rules.roles import Role, permissions_of
from consortium.kernel.principal import Principal, Rights
from consortium.kernel.visibility import Visibility
from consortium.storage.database import Database
from tests.factories import create_claim, create_membership, create_organisation
from tests.served import TODAY


async def test_many_at_once(database: Database) -> None:
    """Changes of related claims wait for one another, none for ever, and the sums are right."""
    async with database.pool.acquire() as connection:
        owner = await create_organisation(connection)
        await create_membership(connection, owner, status="MEMBER")
        total = await create_claim(connection, owner)
        parts = [
            await create_claim(connection, owner, part_of_id=total, category=f"part {at}")
            for at in range(3)
        ]
    with database.active():
        await refresh([owner], today=TODAY)
    may = permissions_of([Role.APPROVER])
    by = Principal(Rights(is_member=True, has_organisation=True, permissions=may), owner)
    random = Random(1)  # noqa: S311

    async def change() -> None:
        with database.active():
            for _ in range(5):
                shown = random.choice(list(Visibility))
                command = SetClaimVisibility(random.choice([total, *parts]), shown)
                await set_claim_visibility(by, command, TODAY)

    async with asyncio.timeout(60):
        await asyncio.gather(*(change() for _ in range(4)))

    with database.active():
        assert await check_totals(today=TODAY) == []
