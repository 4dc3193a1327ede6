"""Somebody always manages an organisation, or is asked to, whoever hurries."""

import asyncio
from datetime import timedelta
from typing import Any

import pytest

from consortium.identity.actions.invitations import accept_as_new
from consortium.identity.actions.people import (
    DisableAccount,
    RoleOf,
    disable_account,
    revoke_role,
)
from consortium.identity.actions.persons import erase_person, export_person
from consortium.identity.rules.authority import LastAdministrator
from consortium.identity.rules.roles import Role, permissions_of
from consortium.kernel.clock import utc_now, utc_today
from consortium.kernel.principal import ANONYMOUS, Principal, Rights
from consortium.storage.database import Database
from tests.asking import House, principal
from tests.factories import create_account, create_membership, create_organisation, create_role
from tests.people import PASSWORD, mails
from tests.served import TODAY

INBOX = "{ secretariatInbox { nodes { kind waitsFor thing since } } }"

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


async def managed(database: Database, *, contact: str | None = "Kim@Example.org") -> Any:
    """An organisation, its only administrator, and whom to ask when they have gone."""
    organisation = await create_organisation(database.pool, name="Members Ltd")
    admin = await create_account(database.pool, email="admin@example.org", name="Ann Lee")
    await create_role(database.pool, admin, organisation, "ORGANISATION_ADMIN")
    house = House(database)
    if contact is not None:
        by = principal(Role.ORGANISATION_ADMIN, organisation=organisation, account=admin)
        given = {"name": "Kim", "email": contact}
        assert "code" not in await house.do("setContactOfLastResort", by, "name", **given)
    return house, organisation, admin


async def leave(house: House, organisation: int, admin: int, how: str) -> Any:
    """The administrator goes; the code of the refusal, if it is refused."""
    by, account = principal(Role.SECRETARIAT), f"account_{admin}"
    if how == "erased":
        try:
            with house.database.active():
                await erase_person(ANONYMOUS, admin)
        except LastAdministrator as error:
            return error.code
        return None
    if how == "disabled":
        answer = await house.do("disableAccount", by, account=account)
    else:
        role = {"role": "ORGANISATION_ADMIN", "organisation": f"org_{organisation}"}
        answer = await house.do("revokeRole", by, account=account, **role)
    return answer and answer.get("code")


@pytest.mark.parametrize("how", ["revoked", "disabled", "erased"])
async def test_the_contact_of_last_resort_takes_over(database: Database, how: str) -> None:
    """Invited by mail as the last administrator goes, and administers once they have accepted."""
    house, organisation, admin = await managed(database)

    assert await leave(house, organisation, admin, how) is None
    [mail] = await mails(database)
    inbox = await house.ask(INBOX, principal(Role.SECRETARIAT))
    successor = await accept_as_new(mail["token"], "Kim", PASSWORD, utc_now())
    held = await database.pool.fetch(
        "SELECT organisation_id, role FROM role_grant WHERE account_id = $1", successor
    )

    assert (mail["to"], mail["template"]) == ("kim@example.org", "last_resort")
    assert [tuple(row) for row in held] == [(organisation, "ORGANISATION_ADMIN")]
    # Of members alone: this one is none yet.
    assert inbox["secretariatInbox"]["nodes"] == []


async def test_the_inbox_shows_that_nobody_administers(database: Database) -> None:
    """It waits for the contact while the invitation is open, and then for the secretariat."""
    house, organisation, admin = await managed(database)
    await create_membership(database.pool, organisation)
    secretary = principal(Role.SECRETARIAT)
    assert (await house.ask(INBOX, secretary))["secretariatInbox"]["nodes"] == []
    await leave(house, organisation, admin, "disabled")

    waiting = await house.ask(INBOX, secretary, utc_today())
    later = await house.ask(INBOX, secretary, utc_today() + timedelta(days=8))

    shown = {
        "kind": "ORGANISATION_WITHOUT_ADMIN",
        "thing": f"org_{organisation}",
        "since": str(utc_today()),
    }
    assert waiting["secretariatInbox"]["nodes"] == [shown | {"waitsFor": "MEMBER"}]
    assert [(one["kind"], one["waitsFor"]) for one in later["secretariatInbox"]["nodes"]] == [
        ("ORGANISATION_WITHOUT_ADMIN", "SECRETARIAT"),
        ("ADMIN_INVITATION_UNANSWERED", "MEMBER"),
    ]


@pytest.mark.parametrize("how", ["revoked", "disabled", "erased"])
@pytest.mark.parametrize("contact", [None, "admin@example.org", "gone@example.org"])
async def test_nobody_is_asked_who_cannot_follow(
    database: Database, how: str, contact: str | None
) -> None:
    """No contact, the one who leaves, or somebody shut out: the last one stays, nothing changes."""
    await create_account(database.pool, email="gone@example.org", disabled_at=utc_now())
    house, organisation, admin = await managed(database, contact=contact)
    before = await house.digest()

    assert await leave(house, organisation, admin, how) == "LAST_ADMINISTRATOR"
    assert await house.digest() == before


async def test_of_two_who_leave_at_once_one_calls_the_contact(database: Database) -> None:
    """Both may go; the contact is invited once."""
    house, organisation, admin = await managed(database)
    other = await create_account(database.pool)
    await create_role(database.pool, other, organisation, "ORGANISATION_ADMIN")

    done = await asyncio.gather(
        leave(house, organisation, admin, "disabled"),
        leave(house, organisation, other, "disabled"),
    )

    assert list(done) == [None, None]
    assert [mail["to"] for mail in await mails(database)] == ["kim@example.org"]


async def test_a_contact_is_forgotten(database: Database) -> None:
    """By erasure of the person with that address, and by who manages the organisation's people."""
    house, organisation, admin = await managed(database)
    kim = await create_account(database.pool, email="kim@example.org", name="Kim")
    exported = await export_person(kim)
    await erase_person(ANONYMOUS, kim)
    by = principal(Role.ORGANISATION_ADMIN, organisation=organisation, account=admin)
    gone = await database.pool.fetchval("SELECT count(*) FROM organisation_contact")
    made = await house.do(
        "setContactOfLastResort", by, "version", name="Lee", email="lee@example.org"
    )
    await house.do("removeContactOfLastResort", by, version=made["version"])

    assert [row["name"] for row in exported["organisation_contact"]] == ["Kim"]
    assert gone == 0
    assert await database.pool.fetchval("SELECT count(*) FROM organisation_contact") == 0
    told = await database.pool.fetch(
        "SELECT c::text FROM audit_change c WHERE row_table = 'organisation_contact'"
    )
    assert told
    assert [row[0] for row in told if "kim@" in row[0] or "Lee" in row[0]] == []


async def test_of_two_who_set_the_contact_at_once_one_is_told(database: Database) -> None:
    """Nobody's choice is overwritten unseen."""
    house, organisation, admin = await managed(database, contact=None)
    by = principal(Role.ORGANISATION_ADMIN, organisation=organisation, account=admin)

    async def set_to(who: str, **version: int) -> Any:
        given = {"name": who, "email": f"{who}@example.org"} | version
        return await house.do("setContactOfLastResort", by, "version", **given)

    for seen, kept in (({}, 1), ({"version": 1}, 2)):
        answers = await asyncio.gather(*(set_to(who, **seen) for who in ("a", "b", "c")))
        assert [one["version"] for one in answers if "version" in one] == [kept]
        assert {one["code"] for one in answers if "code" in one} == {"CHANGED_MEANWHILE"}
