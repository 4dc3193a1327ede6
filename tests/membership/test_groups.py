"""Working groups and terms of office: who sends whom, one at a time, and what ends when."""

import asyncio
from datetime import date, timedelta
from typing import Any

import asyncpg
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from consortium.identity.actions.persons import erase_person, export_person
from consortium.identity.rules.roles import Role
from consortium.kernel.clock import utc_today
from consortium.kernel.errors import DomainError
from consortium.kernel.principal import ANONYMOUS, Principal
from consortium.membership.rules.groups import (
    EndOutsideTerm,
    Term,
    TermOver,
    check_term,
    ended,
)
from consortium.storage.database import Database
from tests.asking import House, principal
from tests.conftest import TestServer, apart
from tests.factories import (
    create_account,
    create_delegacy,
    create_group,
    create_membership,
    create_organisation,
    create_role,
)
from tests.served import TODAY

SECRETARY = principal(Role.SECRETARIAT)
FIRST, DAY = date(2026, 1, 1), timedelta(days=1)
DAYS = st.integers(0, 12).map(lambda days: FIRST + days * DAY)
TERMS = st.tuples(DAYS, DAYS).map(lambda days: Term(min(days), max(days)))
YEAR = {"startsOn": "2026-12-01", "endsOn": "2027-11-30"}


async def member(connection: Any, name: str, *, status: str = "MEMBER") -> tuple[int, int, Any]:
    """An organisation, its admin's account, and the admin."""
    organisation = await create_organisation(connection, name=name)
    await create_membership(connection, organisation, status=status)
    account = await create_account(connection, name=f"Admin of {name}")
    await create_role(connection, account, organisation, "ORGANISATION_ADMIN")
    by = principal(
        Role.ORGANISATION_ADMIN,
        organisation=organisation,
        account=account,
        member=status == "MEMBER",
    )
    return organisation, account, by


async def person(connection: Any, organisation: int, name: str = "Somebody") -> int:
    """A viewer of an organisation."""
    account = await create_account(connection, name=name)
    await create_role(connection, account, organisation, "VIEWER")
    return account


@given(TERMS, TERMS, DAYS)
def test_terms_lie_within_their_group(term: Term, group: Term, today: date) -> None:
    """A term is taken just where every day of it is the group's, and its last is not over."""
    assert term.ends_on is not None
    days = [term.starts_on + at * DAY for at in range((term.ends_on - term.starts_on).days + 1)]
    possible = term.ends_on >= today and all(group.holds_on(day) for day in days)
    try:
        check_term(term, group, today)
    except DomainError:
        assert not possible
    else:
        assert possible


@given(TERMS, DAYS, DAYS)
def test_what_was_stays_when_a_term_ends(term: Term, ends_on: date, today: date) -> None:
    """No day before today changes, none is added, and nothing is left after the last one."""
    try:
        last = ended(term, ends_on, today)
    except (TermOver, EndOutsideTerm):
        return
    after = None if last is None else Term(term.starts_on, last)
    for at in range(13):
        day = FIRST + at * DAY
        held = after is not None and after.holds_on(day)
        if day < today:
            assert held == term.holds_on(day)
        else:
            assert held == (term.holds_on(day) and day <= ends_on) or last is None


@settings(max_examples=15, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 1), st.integers(0, 1), TERMS), max_size=8))
def test_one_delegate_at_a_time(
    server: TestServer, template: str, asked: list[tuple[int, int, Term]]
) -> None:
    """Of terms of office the database takes just those that meet none before them."""
    name = "consortium_law_terms"

    async def taken() -> list[bool]:
        connection = await asyncpg.connect(await server.create(name, template))
        try:
            groups = [await create_group(connection) for _ in range(2)]
            homes = [(await member(connection, f"M{at}"))[:2] for at in range(2)]
            return [
                await _takes(connection, groups[group], *homes[home], term)
                for group, home, term in asked
            ]
        finally:
            await connection.close()

    expected: list[bool] = []
    for at, (group, home, term) in enumerate(asked):
        before = [
            other
            for kept, (*where, other) in zip(expected, asked[:at], strict=True)
            if kept and where == [group, home]
        ]
        expected.append(not any(_meet(term, other) for other in before))
    try:
        assert apart(taken()) == expected
    finally:
        apart(server.drop(name))


def _meet(one: Term, two: Term) -> bool:
    days = (FIRST + at * DAY for at in range(13))
    return any(one.holds_on(day) and two.holds_on(day) for day in days)


async def _takes(connection: Any, group: int, home: int, account: int, term: Term) -> bool:
    try:
        await create_delegacy(
            connection, group, home, account, starts_on=term.starts_on, ends_on=term.ends_on
        )
    except asyncpg.ExclusionViolationError:
        return False
    return True


async def test_of_two_chairs_appointed_at_once_one_is_refused(database: Database) -> None:
    """Whoever they are from; one who begins after the first has ended is welcome."""
    house, pool = House(database), database.pool
    group = await create_group(pool)
    homes = [await member(pool, f"Member {at}") for at in range(3)]

    async def appoint(home: tuple[int, int, Any], **days: str) -> Any:
        return await house.do(
            "appointDelegate",
            SECRETARY,
            group=f"group_{group}",
            account=f"account_{home[1]}",
            organisation=f"org_{home[0]}",
            office="CHAIR",
            **(YEAR | days),
        )

    answers = await asyncio.gather(*(appoint(home) for home in homes))
    after = await appoint(homes[0], startsOn="2027-12-01", endsOn="2028-11-30")

    assert sorted(one.get("code", "done") for one in answers) == [
        "CHAIR_TAKEN",
        "CHAIR_TAKEN",
        "done",
    ]
    assert "code" not in after


@pytest.mark.parametrize(
    ("given_days", "code"),
    [
        ({"startsOn": "2026-12-02", "endsOn": "2026-12-01"}, "TERM_REVERSED"),
        ({"startsOn": "2025-01-01", "endsOn": "2026-11-22"}, "TERM_IN_THE_PAST"),
        ({"startsOn": "2019-12-31", "endsOn": "2027-01-01"}, "TERM_OUTSIDE_GROUP"),
        ({"startsOn": "2027-01-01", "endsOn": "2028-01-01"}, "TERM_OUTSIDE_GROUP"),
    ],
)
async def test_a_term_that_cannot_be(
    database: Database, given_days: dict[str, str], code: str
) -> None:
    """Reversed, over, or beyond the days of the group: nothing is written."""
    house = House(database)
    group = await create_group(database.pool, ends_on=date(2027, 6, 30))
    _, account, admin = await member(database.pool, "Member")
    given_ids = {"group": f"group_{group}", "account": f"account_{account}", "office": "DELEGATE"}

    assert await house.refused("appointDelegate", admin, **given_ids, **given_days) == code


async def test_who_may_be_sent(database: Database) -> None:
    """People of members and participants of the first day, once each, with a role there today."""
    house, pool = House(database), database.pool
    group = f"group_{await create_group(pool)}"
    former = await create_organisation(pool, name="Former")
    await create_membership(pool, former, status="MEMBER", ends_on=date(2026, 11, 30))
    await create_membership(pool, former, status="FORMER", starts_on=date(2026, 12, 1))
    left = await person(pool, former)
    joining, _, participant = await member(pool, "Participant", status="PARTICIPANT")
    own, gone = await person(pool, joining), await person(pool, joining)
    await pool.execute("UPDATE account SET disabled_at = now() WHERE id = $1", gone)

    async def sent(by: Principal, account: int, office: str = "DELEGATE", **more: Any) -> Any:
        given_ids = {"group": group, "account": f"account_{account}", "office": office}
        return await house.do("appointDelegate", by, **given_ids, **(YEAR | more))

    codes = [
        (await sent(SECRETARY, left, organisation=f"org_{former}")).get("code"),
        (await sent(participant, gone)).get("code"),
        (await sent(participant, own)).get("code"),
        (await sent(participant, own)).get("code"),
        (await sent(participant, own, "ALTERNATE")).get("code"),
        (await sent(participant, own, "ALTERNATE")).get("code"),
    ]
    early = await sent(
        SECRETARY, left, organisation=f"org_{former}", startsOn="2026-11-30", endsOn="2026-12-31"
    )

    assert codes == [
        "NOT_PARTICIPATING",
        "PERSON_NOT_OF_ORGANISATION",
        None,
        "DELEGATE_TAKEN",
        None,
        "APPOINTED_TWICE",
    ]
    # A term once begun is not cut short by the membership's end: that is somebody's to decide.
    assert "code" not in early


async def test_a_term_is_over_by_date_and_ends_early_by_word(database: Database) -> None:
    """In office to the last day; ended by the organisation or the person, and kept as history."""
    house, pool = House(database), database.pool
    group = await create_group(pool)
    home, _, admin = await member(pool, "Member")
    who = await person(pool, home, "Wei Chen")
    appointed = await house.do(
        "appointDelegate",
        admin,
        "id inOffice version",
        group=f"group_{group}",
        account=f"account_{who}",
        office="DELEGATE",
        startsOn=str(TODAY),
        endsOn="2026-12-31",
    )
    shown = "{ delegacies { nodes { inOffice endsOn name organisation { name } } } }"

    async def in_office(day: date) -> bool:
        data = await house.ask(shown, admin, day)
        held: bool = data["delegacies"]["nodes"][0]["inOffice"]
        return held

    days = [TODAY - DAY, TODAY, date(2026, 12, 31), date(2027, 1, 1)]
    assert [await in_office(day) for day in days] == [False, True, True, False]
    mine = principal(Role.VIEWER, organisation=home, account=who)
    colleague = principal(Role.VIEWER, organisation=home, account=await person(pool, home))
    given_id = {"delegacy": appointed["id"]}
    for by, more, code in (
        (colleague, {"version": 1}, "PERMISSION_DENIED"),
        (mine, {"version": 2}, "CHANGED_MEANWHILE"),
        (mine, {"version": 1, "endsOn": str(TODAY - DAY)}, "END_OUTSIDE_TERM"),
        (mine, {"version": 1, "endsOn": "2027-01-01"}, "END_OUTSIDE_TERM"),
    ):
        assert await house.refused("endDelegacy", by, **given_id, **more) == code
    done = await house.do("endDelegacy", mine, "endsOn version", **given_id, version=1)
    assert done == {"endsOn": str(TODAY), "version": 2}
    assert [await in_office(day) for day in (TODAY, TODAY + DAY)] == [True, False]
    again = {"on": TODAY + DAY, **given_id, "version": 2}
    assert await house.refused("endDelegacy", admin, **again) == "TERM_OVER"


async def test_a_term_to_come_is_taken_back(database: Database) -> None:
    """It holds on no day, stays on record, and its place is free."""
    house, pool = House(database), database.pool
    group = await create_group(pool)
    _, account, admin = await member(pool, "Member")
    given_ids = {"group": f"group_{group}", "account": f"account_{account}", "office": "DELEGATE"}
    first = await house.do("appointDelegate", admin, **given_ids, **YEAR)

    done = await house.do(
        "endDelegacy", admin, "withdrawnAt startsOn endsOn", delegacy=first["id"], version=1
    )
    second = await house.do("appointDelegate", admin, "id inOffice", **given_ids, **YEAR)

    assert done["withdrawnAt"] is not None
    assert (done["startsOn"], done["endsOn"]) == ("2026-12-01", "2027-11-30")
    assert second["id"] != first["id"]


@pytest.mark.parametrize("how", ["role", "disabled", "erased"])
async def test_who_leaves_an_organisation_leaves_its_offices(database: Database, how: str) -> None:
    """Offices are free from today on, in that organisation alone; what was is kept."""
    pool, today = database.pool, utc_today()
    house = House(database)
    group = await create_group(pool)
    home, _, _ = await member(pool, "Member")
    other, _, _ = await member(pool, "Other")
    who = await person(pool, home)
    await create_role(pool, who, other, "VIEWER")
    running = await create_delegacy(pool, group, home, who)
    coming = await create_delegacy(
        pool, group, home, who, office="CHAIR", starts_on=today + DAY, ends_on=today + 9 * DAY
    )
    elsewhere = await create_delegacy(pool, await create_group(pool), other, who)

    if how == "erased":
        await erase_person(ANONYMOUS, who)
    elif how == "disabled":
        await house.do("disableAccount", SECRETARY, account=f"account_{who}")
    else:
        given_role = {"account": f"account_{who}", "role": "VIEWER", "organisation": f"org_{home}"}
        await house.do("revokeRole", SECRETARY, **given_role)
    rows = {
        row["id"]: (row["ends_on"], row["withdrawn_at"] is not None)
        for row in await pool.fetch("SELECT id, ends_on, withdrawn_at FROM delegacy")
    }

    assert rows[running] == (today - DAY, False)
    assert rows[coming] == (today + 9 * DAY, True)
    assert (rows[elsewhere][0] > today) == (how == "role")


async def test_a_person_who_was_forgotten_leaves_a_pseudonym(database: Database) -> None:
    """In the list of who worked in a group; before, all of it is in the export."""
    pool, house = database.pool, House(database)
    group = await create_group(pool)
    home, _, admin = await member(pool, "Member")
    who = await person(pool, home, "Wei Chen")
    await create_delegacy(pool, group, home, who, ends_on=utc_today() - DAY)
    shown = "{ delegacies { nodes { name subject account { email } } } }"
    [before] = (await house.ask(shown, admin))["delegacies"]["nodes"]
    exported = await export_person(who)
    await erase_person(ANONYMOUS, who)
    [after] = (await house.ask(shown, admin))["delegacies"]["nodes"]

    assert before["name"] == "Wei Chen"
    assert [row["group_id"] for row in exported["delegacy"]] == [group]
    assert after == {"name": None, "subject": before["subject"], "account": None}


async def test_a_group_that_closes_ends_its_offices_and_meetings(database: Database) -> None:
    """Terms are cut or taken back, meetings to come cancelled; a second secretary is told."""
    house, pool = House(database), database.pool
    made = await house.do(
        "createWorkingGroup",
        SECRETARY,
        "id version",
        name="Batteries",
        mandate="Second life.",
        startsOn="2026-01-01",
    )
    group = int(made["id"].removeprefix("group_"))
    home, account, _ = await member(pool, "Member")
    await create_delegacy(pool, group, home, account, starts_on=date(2026, 2, 1))
    await create_delegacy(
        pool,
        group,
        home,
        account,
        office="CHAIR",
        starts_on=date(2027, 2, 1),
        ends_on=date(2028, 1, 1),
    )
    await house.do(
        "scheduleMeeting",
        SECRETARY,
        group=made["id"],
        title="Spring",
        place="Here",
        startsAt="2027-03-01T09:00:00Z",
        endsAt="2027-03-01T10:00:00Z",
        timeZone="UTC",
    )
    asked = {"group": made["id"], "version": 1}
    for more, code in (
        ({"endsOn": "2026-11-22"}, "WORKING_GROUP_END_IN_THE_PAST"),
        ({"version": 3}, "CHANGED_MEANWHILE"),
    ):
        assert await house.refused("closeWorkingGroup", SECRETARY, **(asked | more)) == code

    answers = await asyncio.gather(
        *(
            house.do(
                "closeWorkingGroup",
                SECRETARY,
                """endsOn delegacies { nodes { office endsOn withdrawnAt } }
                   meetings { nodes { cancelledBecause } }""",
                **asked,
                endsOn="2026-12-31",
            )
            for _ in range(2)
        )
    )
    [done] = [one for one in answers if "code" not in one]
    [told] = [one for one in answers if "code" in one]

    assert told["code"] == "CHANGED_MEANWHILE"
    assert done["endsOn"] == "2026-12-31"
    assert [
        (one["office"], one["endsOn"], one["withdrawnAt"] is None)
        for one in done["delegacies"]["nodes"]
    ] == [("DELEGATE", "2026-12-31", True), ("CHAIR", "2028-01-01", False)]
    assert done["meetings"]["nodes"] == [{"cancelledBecause": "The working group ends before."}]
    later = {"on": date(2027, 1, 1), "group": made["id"], "version": 2}
    assert await house.refused("closeWorkingGroup", SECRETARY, **later) == "WORKING_GROUP_CLOSED"


@pytest.mark.parametrize(
    ("wrong", "code"),
    [
        ({"name": " "}, "WORKING_GROUP_NAME_INVALID"),
        ({"name": "x" * 201}, "WORKING_GROUP_NAME_INVALID"),
        ({"name": "a\tb\x07"}, "WORKING_GROUP_NAME_INVALID"),
        ({"name": "BATTERIES"}, "WORKING_GROUP_EXISTS"),
        ({"mandate": "x" * 100_001}, "TEXT_TOO_LONG"),
        ({"endsOn": "2025-12-31"}, "WORKING_GROUP_DATES_REVERSED"),
    ],
)
async def test_a_group_that_cannot_be(database: Database, wrong: dict[str, str], code: str) -> None:
    """Nameless, of a name that there is, or over before it begins."""
    await create_group(database.pool, name="Batteries")
    asked = {"name": "New", "mandate": "", "startsOn": "2026-01-01"} | wrong

    assert await House(database).refused("createWorkingGroup", SECRETARY, **asked) == code


async def test_the_public_reads_names_and_mandates(database: Database) -> None:
    """Who works there is for members; what is said there for those who take part."""
    house, pool = House(database), database.pool
    group = await create_group(pool, name="Batteries")
    home, account, _ = await member(pool, "Member")
    await create_delegacy(pool, group, home, account)
    asked = """{ workingGroup(name: "batteries") { name mandate
        delegacies { totalCount } meetings { totalCount } attendance { of } } }"""

    public = await house.ask(asked, principal())
    assert public["workingGroup"] == {
        "name": "Batteries",
        "mandate": "To work.",
        "delegacies": {"totalCount": 0},
        "meetings": {"totalCount": 0},
        "attendance": [],
    }
