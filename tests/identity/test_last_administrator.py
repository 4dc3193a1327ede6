"""Somebody always manages an organisation, whoever hurries."""

import asyncio
from typing import Any

import pytest

from consortium.identity.actions.people import (
    DisableAccount,
    RoleOf,
    disable_account,
    revoke_role,
)
from consortium.identity.rules.authority import LastAdministrator
from consortium.identity.rules.roles import Role, permissions_of
from consortium.kernel.principal import Principal, Rights
from consortium.storage.database import Database
from tests.factories import create_account, create_organisation, create_role
from tests.served import TODAY

LEFT = """
SELECT count(*) FROM role_grant g JOIN account a ON a.id = g.account_id
WHERE g.role = 'ORGANISATION_ADMIN' AND a.disabled_at IS NULL
"""


@pytest.mark.parametrize("how", ["revoked", "disabled"])
async def test_two_who_shut_each_other_out(database: Database, how: str) -> None:
    """Of administrators who take each other's role away at once, the last one stays."""
    async with database.pool.acquire() as connection:
        organisation = await create_organisation(connection)
        people = [await create_account(connection) for _ in range(4)]
        for one in people:
            await create_role(connection, one, organisation, "ORGANISATION_ADMIN")
    rights = Rights(permissions=permissions_of([Role.ORGANISATION_ADMIN]))

    async def against(by: int, other: int) -> Any:
        principal = Principal(rights, organisation, by)
        with database.active():
            if how == "disabled":
                return await disable_account(principal, DisableAccount(other), TODAY)
            command = RoleOf(other, Role.ORGANISATION_ADMIN)
            return await revoke_role(principal, command, TODAY)

    pairs = zip(people, [*people[1:], people[0]], strict=True)
    found = await asyncio.gather(*(against(*pair) for pair in pairs), return_exceptions=True)
    async with database.pool.acquire() as connection:
        left = await connection.fetchval(LEFT)

    assert left == 1
    assert [type(one) for one in found if isinstance(one, Exception)] == [LastAdministrator]
