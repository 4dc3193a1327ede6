"""What becomes of the sign-ins and programs of the people of a record that was merged.

A refresh token leads to the organisation that has the rows now; an access token, which lives for
minutes, goes on acting for the old record, which has nothing any more. A role that the person has
on both records stays on the old one, where it allows nothing.
"""

import pytest

from consortium.identity.actions.accounts import affiliations
from consortium.identity.actions.roles import revoke_role
from consortium.identity.rules.authority import LastAdministrator
from consortium.identity.rules.roles import Role
from consortium.kernel.principal import Permission, Principal, Rights
from consortium.reorganisations.actions.merging import (
    MergeOrganisations,
    UnmergeOrganisations,
    merge_organisations,
    unmerge_organisations,
)
from consortium.storage.database import Database
from tests.factories import create_account, create_organisation, create_role
from tests.identity.oauth.test_flows import claims_of
from tests.identity.oauth.world import world
from tests.served import TODAY

MANAGES = frozenset({Permission.ORGANISATIONS_MANAGE, Permission.ACCOUNTS_MANAGE})
SECRETARY = Principal(Rights(permissions=MANAGES))


async def merged(database: Database, duplicate: int, survivor: int) -> int:
    """Merge the two."""
    with database.active():
        command = MergeOrganisations(duplicate, survivor)
        return await merge_organisations(SECRETARY, command, TODAY)


async def test_a_doubled_role_allows_nothing_on_the_old_record(database: Database) -> None:
    """It is no place to act for, and its holder is not the last administrator of anything."""
    pool = database.pool
    survivor = await create_organisation(pool, name="One")
    duplicate = await create_organisation(pool, name="One again")
    ada = await create_account(pool)
    for organisation in (survivor, duplicate):
        await create_role(pool, ada, organisation, Role.SECRETARIAT)
    await merged(database, duplicate, survivor)

    with database.active():
        found = await affiliations(ada)
        with pytest.raises(LastAdministrator):
            await revoke_role(SECRETARY, ada, survivor, Role.SECRETARIAT)
    assert [one.organisation_id for one in found] == [survivor]


async def test_tokens_lead_to_the_survivor_and_back(database: Database) -> None:
    """The next token of a person, and of a system, is for the organisation that has the rows."""
    survivor = await create_organisation(database.pool, name="One")
    async with world(database) as w:
        tokens = await w.tokens()
        merge = await merged(database, w.organisation_id, survivor)
        tokens = (await w.refresh(tokens["refresh_token"])).json()
        _, person = await claims_of(w, tokens["access_token"])
        answer = await w.token(
            "/oauth/token",
            (w.service, w.secret),
            grant_type="client_credentials",
            scope="figures:read",
        )
        _, system = await claims_of(w, answer.json()["access_token"])

        assert (person["organisation"], person["member"]) == (f"org_{survivor}", True)
        assert system["organisation"] == f"org_{survivor}"

        with database.active():
            await unmerge_organisations(SECRETARY, UnmergeOrganisations(merge), TODAY)
        tokens = (await w.refresh(tokens["refresh_token"])).json()
        _, person = await claims_of(w, tokens["access_token"])
        assert person["organisation"] == f"org_{w.organisation_id}"
