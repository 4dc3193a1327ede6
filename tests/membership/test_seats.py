"""How many people an organisation may have: set, told, and held at the last seat."""

import asyncio
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from consortium.identity.actions.federation import Person, Provider, admit
from consortium.identity.actions.invitations import accept_as_new, invite
from consortium.identity.actions.roles import grant_role
from consortium.identity.rules.authority import NoSeatLeft
from consortium.identity.rules.roles import Role
from consortium.kernel.clock import utc_now, utc_today
from consortium.membership.rules.seats import free, granted
from consortium.storage.database import Database
from tests.asking import House, principal
from tests.factories import (
    create_account,
    create_assignment,
    create_dues_year,
    create_invoice,
    create_organisation,
    create_role,
)
from tests.factories.rows import insert
from tests.people import PASSWORD, browsing, mails, rows_of

SECRETARY = principal(Role.SECRETARIAT)
SEATS = "{ organisations { nodes { seats { granted taken free } } } }"
ROWS = ("account", "federated_identity", "role_grant", "single_use_link", "outbox_mail")


async def limited(database: Database, seats: int | None, people: int = 0) -> int:
    """An organisation with so many seats, and so many viewers in them."""
    organisation = await create_organisation(database.pool, name="Limited")
    for _ in range(people):
        await create_role(
            database.pool, await create_account(database.pool), organisation, "VIEWER"
        )
    await insert(
        database.pool,
        "organisation_seats",
        organisation_id=organisation,
        seats=seats,
        starts_on=date(2020, 1, 1),
    )
    return organisation


async def told(database: Database, on: date | None = None) -> Any:
    """The only organisation's seats."""
    data = await House(database).ask(SEATS, SECRETARY, on or utc_today())
    [one] = data["organisations"]["nodes"]
    return one["seats"]


@given(st.none() | st.integers(0, 9), st.none() | st.integers(0, 9), st.integers(0, 9))
def test_what_was_set_comes_before_the_tier(explicit: Any, of_tier: Any, taken: int) -> None:
    """And without both there is no limit; there are never fewer than no seats free."""
    seats = granted(explicit, of_tier)

    assert seats == (explicit if explicit is not None else of_tier)
    assert free(seats, taken) == (None if seats is None else max(0, seats - taken))


async def test_of_many_who_want_the_last_seat_one_gets_it(database: Database) -> None:
    """Invitations and roles at once: the database counts them one after the other."""
    organisation = await limited(database, 3, people=2)
    strangers = [await create_account(database.pool) for _ in range(4)]

    async def invited(at: int) -> Any:
        with database.active():
            return await invite(SECRETARY, f"new{at}@example.org", organisation, [Role.VIEWER])

    async def given_a_role(account: int) -> Any:
        with database.active():
            return await grant_role(SECRETARY, account, organisation, Role.VIEWER)

    found = await asyncio.gather(
        *(invited(at) for at in range(4)),
        *(given_a_role(one) for one in strangers),
        return_exceptions=True,
    )

    assert [type(one) for one in found if isinstance(one, Exception)] == [NoSeatLeft] * 7
    assert await told(database) == {"granted": 3, "taken": 3, "free": 0}


async def test_one_person_takes_one_seat(database: Database) -> None:
    """Another role, or an invitation to who is here or invited already, needs no other."""
    organisation = await limited(database, 2)
    account = await create_account(database.pool, email="here@example.org")

    await grant_role(SECRETARY, account, organisation, Role.VIEWER)
    await grant_role(SECRETARY, account, organisation, Role.EDITOR)
    await invite(SECRETARY, "here@example.org", organisation, [Role.APPROVER])
    await invite(SECRETARY, "new@example.org", organisation, [Role.VIEWER])
    await invite(SECRETARY, "new@example.org", organisation, [Role.EDITOR])

    assert await told(database) == {"granted": 2, "taken": 2, "free": 0}


async def test_an_invitation_holds_its_seat_until_it_is_taken_up(database: Database) -> None:
    """Nobody else gets it meanwhile; what ended or was taken back holds none."""
    organisation = await limited(database, 1)
    first = await invite(SECRETARY, "first@example.org", organisation, [Role.VIEWER])
    before = await rows_of(database, *ROWS)
    with pytest.raises(NoSeatLeft):
        await invite(SECRETARY, "second@example.org", organisation, [Role.VIEWER])
    assert await rows_of(database, *ROWS) == before

    [mail] = await mails(database)
    await accept_as_new(mail["token"], "First", PASSWORD, utc_now())
    assert await told(database) == {"granted": 1, "taken": 1, "free": 0}

    await database.pool.execute("UPDATE account SET disabled_at = now()")
    again = await invite(SECRETARY, "second@example.org", organisation, [Role.VIEWER])
    await database.pool.execute(
        "UPDATE single_use_link SET expires_at = now() WHERE id = $1", again
    )
    assert await told(database) == {"granted": 1, "taken": 0, "free": 1}
    assert first != again


async def test_who_comes_from_a_provider_needs_a_seat(database: Database) -> None:
    """Without one there is no account; with one, it is made as ever."""
    organisation = await limited(database, 0)
    await insert(
        database.pool, "verified_domain", organisation_id=organisation, domain="limited.example"
    )
    key = await insert(
        database.pool,
        "identity_provider",
        organisation_id=organisation,
        name="Own",
        issuer="https://id.limited.example",
        client_id="c",
    )
    provider = Provider(key, organisation, "Own", "https://i.x", "c", None, Role.VIEWER)
    person = Person("s", "li@limited.example", email_verified=True, name="Li")
    before = await rows_of(database, *ROWS)

    with pytest.raises(NoSeatLeft):
        await admit(provider, person, utc_now())
    assert await rows_of(database, *ROWS) == before

    house = House(database)
    await house.do(
        "setSeats",
        SECRETARY,
        on=utc_today(),
        organisation=f"org_{organisation}",
        seats=1,
        reason="One more.",
    )
    await admit(provider, person, utc_now())

    assert await told(database) == {"granted": 1, "taken": 1, "free": 0}


async def test_a_full_house_is_said_on_the_page(database: Database) -> None:
    """Seats taken away after an invitation: the link stays unused, and the page says why."""
    organisation = await limited(database, 1)
    await invite(SECRETARY, "new@example.org", organisation, [Role.VIEWER])
    await database.pool.execute("UPDATE organisation_seats SET seats = 0")
    [mail] = await mails(database)
    before = await rows_of(database, *ROWS)

    async with browsing(database) as browser:
        link = f"/invitations/{mail['token']}"
        answer = await browser.send(link, name="New", password=PASSWORD)
        assert answer.status_code == 409
        assert "seats are all taken" in answer.text
        assert await rows_of(database, *ROWS) == before
        await database.pool.execute("UPDATE organisation_seats SET seats = 1")
        done = await browser.send(link, name="New", password=PASSWORD)

    assert done.status_code == 303


async def test_an_organisation_without_admin_can_always_get_one(database: Database) -> None:
    """Else nobody could take a role back there; the second one needs a seat again."""
    organisation = await limited(database, 1, people=1)
    with pytest.raises(NoSeatLeft):
        await invite(SECRETARY, "admin@example.org", organisation, [Role.VIEWER])

    await invite(SECRETARY, "admin@example.org", organisation, [Role.ORGANISATION_ADMIN])
    [mail] = await mails(database)
    await accept_as_new(mail["token"], "Admin", PASSWORD, utc_now())

    assert await told(database) == {"granted": 1, "taken": 2, "free": 0}
    with pytest.raises(NoSeatLeft):
        await invite(SECRETARY, "other@example.org", organisation, [Role.ORGANISATION_ADMIN])


async def test_seats_are_dated_and_kept(database: Database) -> None:
    """From its day on what was set last holds; without a number the tier's do, or no limit."""
    organisation = await limited(database, 5)
    house, today = House(database), utc_today()
    later, last = today + timedelta(days=10), today + timedelta(days=20)
    for seats, starts_on in ((7, None), (8, None), (2, str(later)), (None, str(last))):
        given = {"organisation": f"org_{organisation}", "seats": seats, "startsOn": starts_on}
        done = await house.do("setSeats", SECRETARY, on=today, reason="As agreed.", **given)
        assert done == {"id": f"org_{organisation}"}

    days = [today - timedelta(days=1), today, later - timedelta(days=1), later, last]
    assert [(await told(database, day))["granted"] for day in days] == [5, 8, 8, 2, None]
    assert await database.pool.fetchval("SELECT count(*) FROM organisation_seats") == 5


async def test_members_people_see_their_own_alone(database: Database) -> None:
    """And the public sees none."""
    mine = await limited(database, 4)
    other = await create_organisation(database.pool, name="Other")
    house = House(database)
    admin = principal(Role.ORGANISATION_ADMIN, organisation=mine)
    stranger = principal(Role.ORGANISATION_ADMIN, organisation=other)

    for by, seen in ((admin, [4, None]), (stranger, [None, None]), (principal(), [None, None])):
        data = await house.ask(SEATS, by, datetime.now(UTC).date())
        listed = [(one["seats"] or {}).get("granted") for one in data["organisations"]["nodes"]]
        assert listed == seen


async def test_a_tier_has_seats_where_none_were_set(database: Database) -> None:
    """The tier that was assigned, then that of the year's invoice; what was set comes first."""
    organisation = await create_organisation(database.pool, name="Limited")
    year, day = 2026, date(2026, 5, 1)
    band = {"revenue_from": Decimal(10**9), "price": 5, "seats": 9}
    # Together they leave no gap.
    async with database.pool.acquire() as connection, connection.transaction():
        small = await create_dues_year(connection, year)
        await connection.execute("UPDATE tier SET seats = 4, revenue_to = 10^9")
        large = await insert(connection, "tier", year=year, name="Large", **band)

    assert await told(database, day) == {"granted": None, "taken": 0, "free": None}
    await create_assignment(database.pool, organisation, small, year=year)
    assert (await told(database, day))["granted"] == 4
    await create_invoice(database.pool, organisation, large, year=year)
    assert (await told(database, day))["granted"] == 9
    assert (await told(database, date(2027, 1, 1)))["granted"] is None
    await insert(
        database.pool,
        "organisation_seats",
        organisation_id=organisation,
        seats=1,
        starts_on=date(2026, 1, 1),
    )
    assert (await told(database, day))["granted"] == 1
