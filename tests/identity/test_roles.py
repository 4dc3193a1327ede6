"""Who may give, take and invite; each refusal changes nothing."""

import asyncio

import pytest

from consortium.identity.actions.accounts import disable_account
from consortium.identity.actions.invitations import RolesMissing, invite
from consortium.identity.actions.roles import grant_role, revoke_role
from consortium.identity.rules.addresses import AddressInvalid
from consortium.identity.rules.authority import LastAdministrator
from consortium.identity.rules.roles import FAR_REACHING, Role
from consortium.kernel.errors import NotFound, PermissionDenied
from consortium.kernel.principal import ANONYMOUS
from consortium.storage.database import Database
from tests.people import account, acting, mails, organisation, rows_of

TABLES = ("account", "role_grant", "session", "single_use_link", "outbox_mail", "audit_entry")
SECRETARY = acting(Role.SECRETARIAT)


async def test_an_administrator_gives_roles_in_their_organisation(database: Database) -> None:
    """Once each; taking one back leaves the others."""
    home = await organisation("Home")
    wei = await account("wei@home.example")
    admin = acting(Role.ORGANISATION_ADMIN, organisation_id=home, account_id=7)

    for role in (Role.EDITOR, Role.EDITOR, Role.APPROVER):
        await grant_role(admin, wei, home, role)
    await revoke_role(admin, wei, home, Role.EDITOR)

    rows = await database.pool.fetch("SELECT role FROM role_grant")
    assert [row["role"] for row in rows] == ["APPROVER"]
    actions = await database.pool.fetch(
        "SELECT action FROM audit_entry WHERE account_id = $1 ORDER BY id", 7
    )
    assert [row[0] for row in actions] == ["role:grant"] * 3 + ["role:revoke"]


async def test_nobody_gives_or_takes_beyond_their_reach(database: Database) -> None:
    """Not elsewhere, not without the permission, not what reaches far, not to nobody."""
    home, other = await organisation("Home"), await organisation("Other")
    wei = await account("wei@home.example", (home, Role.VIEWER), (other, Role.VIEWER))
    admin = acting(Role.ORGANISATION_ADMIN, organisation_id=home)
    viewer = acting(Role.APPROVER, organisation_id=home)
    before = await rows_of(database, *TABLES)

    tries = [
        grant_role(admin, wei, other, Role.EDITOR),
        revoke_role(admin, wei, other, Role.VIEWER),
        grant_role(viewer, wei, home, Role.EDITOR),
        grant_role(ANONYMOUS, wei, home, Role.EDITOR),
        grant_role(SECRETARY, 999, home, Role.EDITOR),
        grant_role(SECRETARY, wei, 999, Role.EDITOR),
        invite(admin, "x@home.example", other, [Role.VIEWER]),
        invite(SECRETARY, "x@home.example", 999, [Role.VIEWER]),
        disable_account(viewer, wei),
        disable_account(admin, wei),
        disable_account(SECRETARY, 999),
        *(grant_role(admin, wei, home, role) for role in FAR_REACHING),
        *(invite(admin, "x@home.example", home, [Role.VIEWER, role]) for role in FAR_REACHING),
    ]
    for one in tries:
        with pytest.raises((NotFound, PermissionDenied)):
            await one

    assert await rows_of(database, *TABLES) == before


async def test_the_last_administrator_stays(database: Database) -> None:
    """Of two that are taken away at once, one stays; an end of the account counts as well."""
    home = await organisation("Home")
    one = await account("one@home.example", (home, Role.ORGANISATION_ADMIN))
    two = await account("two@home.example", (home, Role.ORGANISATION_ADMIN))

    answers = await asyncio.gather(
        revoke_role(SECRETARY, one, home, Role.ORGANISATION_ADMIN),
        revoke_role(SECRETARY, two, home, Role.ORGANISATION_ADMIN),
        return_exceptions=True,
    )
    assert [type(answer) for answer in answers if answer] == [LastAdministrator]
    [left] = await database.pool.fetch("SELECT account_id FROM role_grant")
    before = await rows_of(database, *TABLES)
    with pytest.raises(LastAdministrator):
        await disable_account(SECRETARY, left["account_id"])

    assert await rows_of(database, *TABLES) == before


async def test_an_invitation_is_the_same_for_known_and_unknown(database: Database) -> None:
    """Both get a mail; a bad address or no role gets none."""
    home = await organisation("Home")
    await account("wei@home.example")
    admin = acting(Role.ORGANISATION_ADMIN, organisation_id=home)

    for email in ("wei@home.example", "new@home.example"):
        await invite(admin, email, home, [Role.VIEWER])
    for bad in ("", "wei", "a@b@c", "a b@home.example", "x@" + "y" * 300, "nu\0l@home.example"):
        with pytest.raises(AddressInvalid):
            await invite(admin, bad, home, [Role.VIEWER])
    with pytest.raises(RolesMissing):
        await invite(admin, "new@home.example", home, [])

    sent = await mails(database)
    assert [(m["to"], m["template"], m["organisation"]) for m in sent] == [
        ("wei@home.example", "invitation", "Home"),
        ("new@home.example", "invitation", "Home"),
    ]
    # The token is in the mail alone.
    for table in ("single_use_link", "audit_entry", "account"):
        assert sent[0]["token"] not in str(await rows_of(database, table))


@pytest.mark.usefixtures("database")
async def test_a_disabled_account_ends_with_its_sessions_and_programs() -> None:
    """At once."""
    from consortium.identity.actions.sessions import Browser, find_session
    from consortium.identity.actions.sign_in import sign_in
    from tests.people import NOW

    home = await organisation("Home")
    wei = await account("wei@home.example", (home, Role.VIEWER))
    token = await sign_in(wei, ("pwd",), Browser(), NOW)
    assert await find_session(token, NOW) is not None

    await disable_account(acting(Role.ORGANISATION_ADMIN, organisation_id=home), wei)

    assert await find_session(token, NOW) is None
