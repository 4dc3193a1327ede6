"""Meetings: a chair arranges, moves and records them; what cannot be is refused with a reason."""

import asyncio
from dataclasses import dataclass
from datetime import date
from typing import Any

import pytest

from consortium.identity.rules.roles import Role
from consortium.kernel.principal import Principal
from consortium.membership.rules.meetings import MeetingLinkInvalid, read_link
from consortium.storage.database import Database
from tests.asking import House, principal
from tests.factories import (
    create_account,
    create_delegacy,
    create_group,
    create_meeting,
    create_membership,
    create_organisation,
    create_role,
)
from tests.served import TODAY

SECRETARY = principal(Role.SECRETARIAT)
NEXT = {
    "title": "Kick-off",
    "startsAt": "2026-12-01T23:30:00-05:00",
    "endsAt": "2026-12-02T01:00:00-05:00",
    "timeZone": "America/New_York",
    "place": "Room 1",
}


@dataclass(frozen=True)
class Story:
    """A working group with a chair of one member and a delegate of each of two."""

    house: House
    group: str
    delegacies: dict[str, int]
    chair: Principal
    delegate: Principal
    stranger: Principal

    async def schedule(self, **given: Any) -> Any:
        """The chair arranges a meeting."""
        wanted = "id version startsAt heldOn timeZone link"
        return await self.house.do(
            "scheduleMeeting", self.chair, wanted, group=self.group, **(NEXT | given)
        )


@pytest.fixture
async def story(database: Database) -> Story:
    """The beginning."""
    pool = database.pool
    group = await create_group(pool, name="Batteries")
    people: dict[str, Principal] = {}
    delegacies: dict[str, int] = {}
    homes = {name: await create_organisation(pool, name=name) for name in ("One", "Two", "Far")}
    for name, home, office in (
        ("chair", "One", "CHAIR"),
        ("one", "One", "DELEGATE"),
        ("two", "Two", "DELEGATE"),
        ("stranger", "Far", None),
    ):
        account = await create_account(pool, name=name)
        await create_role(pool, account, homes[home], "VIEWER")
        if not await pool.fetchval(
            "SELECT EXISTS (SELECT FROM membership WHERE organisation_id = $1)", homes[home]
        ):
            await create_membership(pool, homes[home])
        people[name] = principal(Role.VIEWER, organisation=homes[home], account=account)
        if office:
            delegacies[name] = await create_delegacy(
                pool, group, homes[home], account, office=office
            )
    house = House(database)
    return Story(
        house, f"group_{group}", delegacies, people["chair"], people["two"], people["stranger"]
    )


async def test_a_chair_runs_a_meeting(story: Story) -> None:
    """Arranged, moved, held and recorded, each seen by the delegates and by no stranger."""
    house = story.house
    made = await story.schedule()
    moved = await house.do(
        "rescheduleMeeting",
        story.chair,
        "version heldOn timeZone place link",
        meeting=made["id"],
        version=1,
        startsAt="2026-12-03T09:00:00+01:00",
        endsAt="2026-12-03T10:00:00+01:00",
        timeZone="Europe/Berlin",
        link="https://meet.example/1",
    )
    day = date(2026, 12, 3)
    recorded = await house.do(
        "recordAttendance",
        story.chair,
        "version attendance { presence delegacy { name } }",
        on=day,
        meeting=made["id"],
        version=2,
        present=[f"delegacy_{story.delegacies['chair']}"],
        excused=[f"delegacy_{story.delegacies['two']}"],
    )
    written = await house.do(
        "recordMinutes",
        story.chair,
        "version minutes",
        on=day,
        meeting=made["id"],
        version=3,
        minutes="All agreed.",
    )
    shown = """{ meetings { nodes { title minutes group { name
        attendance { attended of organisation { name } } } } } }"""
    seen = await house.ask(shown, story.delegate, day)
    unseen = await house.ask(shown, story.stranger, day)

    # Half past eleven in New York is the next day in UTC, and not there.
    assert (made["heldOn"], made["startsAt"]) == ("2026-12-01", "2026-12-02T04:30:00+00:00")
    assert moved == {
        "version": 2,
        "heldOn": "2026-12-03",
        "timeZone": "Europe/Berlin",
        "place": "Room 1",
        "link": "https://meet.example/1",
    }
    assert recorded["attendance"] == [
        {"presence": "PRESENT", "delegacy": {"name": "chair"}},
        {"presence": "EXCUSED", "delegacy": {"name": "two"}},
    ]
    assert written == {"version": 4, "minutes": "All agreed."}
    [one] = seen["meetings"]["nodes"]
    assert one["group"]["attendance"] == [
        {"attended": 1, "of": 1, "organisation": {"name": "One"}},
        {"attended": 0, "of": 1, "organisation": {"name": "Two"}},
    ]
    assert unseen["meetings"]["nodes"] == []


@pytest.mark.parametrize(
    ("wrong", "code", "path"),
    [
        ({"title": ""}, "MEETING_TITLE_INVALID", ["title"]),
        ({"endsAt": "2026-12-01T23:30:00-05:00"}, "MEETING_TIMES_REVERSED", ["endsAt"]),
        ({"endsAt": "2026-12-10T23:30:00-05:00"}, "MEETING_TIMES_REVERSED", ["endsAt"]),
        (
            {"startsAt": "2026-11-22T09:00:00Z", "endsAt": "2026-11-22T10:00:00Z"},
            "MEETING_IN_THE_PAST",
            ["startsAt"],
        ),
        (
            {"startsAt": "9999-12-31T09:00:00Z", "endsAt": "9999-12-31T10:00:00Z"},
            "MEETING_TOO_FAR",
            ["startsAt"],
        ),
        ({"timeZone": "Berlin"}, "TIME_ZONE_UNKNOWN", ["timeZone"]),
        ({"timeZone": "UTC+25'; --"}, "TIME_ZONE_UNKNOWN", ["timeZone"]),
        ({"place": ""}, "MEETING_PLACE_MISSING", ["place"]),
        ({"link": "http://meet.example"}, "MEETING_LINK_INVALID", ["link"]),
        ({"agenda": "x" * 100_001}, "TEXT_TOO_LONG", ["agenda"]),
    ],
)
async def test_a_meeting_that_cannot_be(
    story: Story, wrong: dict[str, str], code: str, path: list[str]
) -> None:
    """Each is refused with its reason and place, and nothing is written."""
    before = await story.house.digest()
    answer = await story.schedule(**wrong)

    assert (answer["code"], answer["path"]) == (code, path)
    assert await story.house.digest() == before


@pytest.mark.parametrize(
    "link",
    [
        "javascript:alert(1)",
        "https://",
        "https:///x",
        "https://user:password@meet.example/",
        "https://meet.example/a b",
        "https://meet.example\\@evil.example",
        "https://meet.example:port/",
        "https://[",
        "HTTPS://meet.example",
        "//meet.example",
        "https://meet.example/\u202e",
        "https://meet.example/" + "x" * 2000,
    ],
)
def test_no_link_but_one_of_https(link: str) -> None:
    """Nothing that a browser could take for something else."""
    with pytest.raises(MeetingLinkInvalid):
        read_link(link)


async def test_outside_the_group_s_days(story: Story) -> None:
    """A group that ends holds no meeting after its last day."""
    for table in ("delegacy", "working_group"):
        await story.house.database.pool.execute(
            f"UPDATE {table} SET ends_on = '2026-11-30'"  # noqa: S608  our own words
        )

    assert (await story.schedule())["code"] == "MEETING_OUTSIDE_GROUP"


async def test_those_who_preside_run_it_while_in_office(story: Story) -> None:
    """Not a delegate, not a stranger, not a chair whose term is over, nor one with a weak token."""
    house, pool = story.house, story.house.database.pool
    await create_meeting(pool, int(story.group.removeprefix("group_")), date(2026, 12, 1))
    given = {"group": story.group, **NEXT}
    blind = Principal(
        organisation_id=story.chair.organisation_id, account_id=story.chair.account_id
    )
    for by in (story.delegate, story.stranger, blind):
        assert await house.refused("scheduleMeeting", by, **given) == "PERMISSION_DENIED"
    await pool.execute(
        "UPDATE delegacy SET ends_on = '2026-11-22' WHERE id = $1", story.delegacies["chair"]
    )

    assert await house.refused("scheduleMeeting", story.chair, **given) == "PERMISSION_DENIED"


async def test_who_stands_in_the_list_was_in_office(story: Story) -> None:
    """Each once, in office on that day, in that group; else the whole list is refused."""
    house, pool = story.house, story.house.database.pool
    group = int(story.group.removeprefix("group_"))
    held = f"meeting_{await create_meeting(pool, group, TODAY)}"
    other = await create_group(pool)
    [(home, account)] = await pool.fetch(
        "SELECT organisation_id, account_id FROM delegacy WHERE id = $1", story.delegacies["two"]
    )
    elsewhere = await create_delegacy(pool, other, home, account)
    over = await create_delegacy(
        pool, group, home, account, office="ALTERNATE", ends_on=date(2026, 11, 22)
    )
    one = f"delegacy_{story.delegacies['one']}"
    for listed, code in (
        ({"present": [one, f"delegacy_{elsewhere}"]}, "NOT_A_DELEGATE"),
        ({"present": [one], "absent": [f"delegacy_{over}"]}, "NOT_A_DELEGATE"),
        ({"present": [one, "delegacy_999999"]}, "NOT_A_DELEGATE"),
        ({"present": [one, "account_1"]}, "NOT_FOUND"),
        ({"present": [one], "excused": [one]}, "ATTENDANCE_TWICE"),
    ):
        given = {"meeting": held, "version": 1, **listed}
        assert await house.refused("recordAttendance", story.chair, **given) == code


async def test_a_list_takes_the_place_of_the_one_before(story: Story) -> None:
    """Whole; of two who record at once the second is told, and nothing is lost."""
    house, pool = story.house, story.house.database.pool
    held = await create_meeting(pool, int(story.group.removeprefix("group_")), TODAY)
    chair, one, two = (f"delegacy_{key}" for key in story.delegacies.values())

    async def record(by: Principal, version: int, **lists: list[str]) -> Any:
        given = {"meeting": f"meeting_{held}", "version": version, **lists}
        wanted = "version attendance { presence delegacy { id } }"
        return await house.do("recordAttendance", by, wanted, **given)

    answers = await asyncio.gather(
        record(story.chair, 1, present=[chair, one], absent=[two]),
        record(SECRETARY, 1, present=[two]),
    )
    second = await record(SECRETARY, 2, present=[two], excused=[one])

    assert sorted(answer.get("code", "done") for answer in answers) == ["CHANGED_MEANWHILE", "done"]
    assert {row["delegacy"]["id"]: row["presence"] for row in second["attendance"]} == {
        two: "PRESENT",
        one: "EXCUSED",
    }
    assert second["version"] == 3


async def test_what_was_held_or_cancelled_stays(story: Story) -> None:
    """Neither is moved or cancelled again, and nobody attends what was cancelled."""
    house = story.house
    made = await story.schedule()
    asked = {"meeting": made["id"], "version": 1}
    early = {**asked, "present": []}
    assert await house.refused("recordAttendance", story.chair, **early) == "MEETING_NOT_BEGUN"
    later = {"on": date(2026, 12, 2), **asked, "reason": "Too late."}
    assert await house.refused("cancelMeeting", story.chair, **later) == "MEETING_HELD"

    done = await house.do(
        "cancelMeeting", story.chair, "cancelledAt cancelledBecause", **asked, reason="No quorum."
    )
    times = {"startsAt": NEXT["startsAt"], "endsAt": NEXT["endsAt"]}
    gone = {"meeting": made["id"], "version": 2}

    assert done["cancelledAt"] is not None
    assert done["cancelledBecause"] == "No quorum."
    for mutation, given in (
        ("rescheduleMeeting", times),
        ("cancelMeeting", {"reason": "Again."}),
        ("recordAttendance", {"present": [], "on": date(2026, 12, 2)}),
        ("recordMinutes", {"minutes": "None.", "on": date(2026, 12, 2)}),
    ):
        assert await house.refused(mutation, story.chair, **gone, **given) == "MEETING_CANCELLED"
