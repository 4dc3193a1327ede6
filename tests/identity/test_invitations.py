"""Invitations by the organisation's own admin: sent, sent again, taken back, taken up."""

import pytest

from consortium.identity.actions.invitations import accept_as_new
from consortium.identity.actions.links import LinkInvalid
from consortium.identity.rules.roles import Role
from consortium.kernel.clock import utc_now
from consortium.storage.database import Database
from tests.asking import House, principal
from tests.factories import create_account, create_organisation, create_role
from tests.people import PASSWORD, mails

INVITED = "{ invitations { nodes { email usedAt revokedAt } } }"


async def test_an_admin_fills_the_seats_alone(database: Database) -> None:
    """Invites, sends again what was lost, takes back what was wrong, gives and takes roles."""
    home = await create_organisation(database.pool)
    who = await create_account(database.pool)
    await create_role(database.pool, who, home, "ORGANISATION_ADMIN")
    admin = principal(Role.ORGANISATION_ADMIN, organisation=home, account=who)
    house = House(database)

    one = await house.do("invitePerson", admin, email="one@example.org", roles=["VIEWER"])
    two = await house.do("invitePerson", admin, email="two@example.org", roles=["EDITOR"])
    again = await house.do("resendInvitation", admin, invitation=one["id"])
    back = await house.do("revokeInvitation", admin, "revokedAt", invitation=two["id"])
    first, wrong, second = await mails(database)
    for token in (first["token"], wrong["token"]):
        with pytest.raises(LinkInvalid):
            await accept_as_new(token, "One", PASSWORD, utc_now())
    account = await accept_as_new(second["token"], "One", PASSWORD, utc_now())
    for mutation, role in (("grantRole", "APPROVER"), ("revokeRole", "VIEWER")):
        await house.do(mutation, admin, account=f"account_{account}", role=role)
    shown = await house.ask(INVITED, admin)
    held = await database.pool.fetch("SELECT role FROM role_grant WHERE account_id = $1", account)

    assert back["revokedAt"] is not None
    assert again["id"] != one["id"]
    assert second["to"] == "one@example.org"
    assert [row["role"] for row in held] == ["APPROVER"]
    assert [
        (one["email"], bool(one["usedAt"]), bool(one["revokedAt"]))
        for one in shown["invitations"]["nodes"]
    ] == [
        ("one@example.org", False, True),
        ("two@example.org", False, True),
        ("one@example.org", True, False),
    ]


@pytest.mark.parametrize("mutation", ["resendInvitation", "revokeInvitation"])
async def test_what_is_over_is_not_sent_or_taken_back(database: Database, mutation: str) -> None:
    """Neither what was taken back nor what was taken up."""
    home = await create_organisation(database.pool)
    admin = principal(Role.ORGANISATION_ADMIN, organisation=home)
    house = House(database)
    for email, ends in (("a@example.org", "used_at"), ("b@example.org", "revoked_at")):
        made = await house.do("invitePerson", admin, email=email, roles=["VIEWER"])
        await database.pool.execute(
            f"UPDATE single_use_link SET {ends} = now() WHERE email = $1",  # noqa: S608
            email,
        )
        assert await house.refused(mutation, admin, invitation=made["id"]) == "INVITATION_OVER"


async def test_an_admin_sends_no_roles_that_reach_further(database: Database) -> None:
    """An invitation of the secretariat's is not sent again by the organisation itself."""
    home = await create_organisation(database.pool)
    admin = principal(Role.ORGANISATION_ADMIN, organisation=home)
    house = House(database)
    made = await house.do(
        "invitePerson",
        principal(Role.SECRETARIAT),
        email="a@example.org",
        roles=["ASSURER"],
        organisation=f"org_{home}",
    )

    assert (
        await house.refused("resendInvitation", admin, invitation=made["id"]) == "PERMISSION_DENIED"
    )
