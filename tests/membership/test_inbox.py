"""The secretariat's inbox: each sort of thing, from the day it waits to the day it is done."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from consortium.identity.rules.roles import Role
from consortium.kernel.principal import ANONYMOUS
from consortium.membership.actions.statuses import TakeStep, take_step
from consortium.membership.rules.transitions import Step
from consortium.storage.database import Database, transaction
from consortium.storage.raw import raw
from tests.asking import House, principal
from tests.factories import (
    create_account,
    create_delegacy,
    create_engagement,
    create_group,
    create_invitation,
    create_meeting,
    create_membership,
    create_organisation,
    create_role,
)
from tests.factories.rows import insert

SECRETARY = principal(Role.SECRETARIAT)
INBOX = """query ($where: InboxItemFilter) { secretariatInbox(where: $where) {
    totalCount nodes { kind waitsFor since dueOn thing organisation { name } } } }"""
DAY = timedelta(days=1)


async def inbox(database: Database, on: date, **where: Any) -> list[tuple[Any, ...]]:
    """What waits on a day: sort, for whom, since when, due when."""
    data = await House(database).ask(INBOX, SECRETARY, on, where=where or None)
    shown = data["secretariatInbox"]
    assert shown["totalCount"] == len(shown["nodes"])
    return [(one["kind"], one["waitsFor"], one["since"], one["dueOn"]) for one in shown["nodes"]]


async def managed(database: Database, name: str = "Member", **membership: Any) -> int:
    """A member with an administrator."""
    organisation = await create_organisation(database.pool, name=name)
    await create_membership(database.pool, organisation, **membership)
    account = await create_account(database.pool)
    await create_role(database.pool, account, organisation, "ORGANISATION_ADMIN")
    return organisation


async def test_an_empty_inbox(database: Database) -> None:
    """A member with an administrator needs nothing; nor does who is no member."""
    await managed(database)
    await create_organisation(database.pool, name="Stranger")

    assert await inbox(database, date(2026, 6, 1)) == []


async def test_steps_of_a_membership(database: Database) -> None:
    """An expulsion waits for the member, an appeal for the secretariat, until it is decided."""
    organisation = await managed(database)

    async def step(step: Step, today: date, **more: Any) -> None:
        async with transaction() as client:
            command = TakeStep(organisation, step, "why", **more)
            await take_step(raw(client), ANONYMOUS, command, today)

    await step(Step.EXPEL, date(2026, 3, 1), deadline=date(2026, 3, 31))
    expelled = await inbox(database, date(2026, 3, 2))
    await step(Step.APPEAL, date(2026, 3, 10))
    appealed = await inbox(database, date(2026, 3, 11))
    await step(Step.GRANT_APPEAL, date(2026, 4, 1))

    assert expelled == [("EXPULSION", "MEMBER", "2026-03-01", "2026-03-31")]
    assert appealed == [("APPEAL", "SECRETARIAT", "2026-03-10", None)]
    assert await inbox(database, date(2026, 4, 2)) == []


async def test_a_notice_runs(database: Database) -> None:
    """From the day it was given to the last one as a member."""
    organisation = await managed(database)
    async with transaction() as client:
        command = TakeStep(organisation, Step.LEAVE, "merger", date(2027, 1, 1))
        await take_step(raw(client), ANONYMOUS, command, date(2026, 3, 1))
    given_on = str(datetime.now(UTC).date())

    assert await inbox(database, date(2026, 3, 2)) == [
        ("NOTICE", "SECRETARIAT", given_on, "2027-01-01")
    ]
    assert await inbox(database, date(2027, 1, 1)) == []


async def test_an_engagement_ends_soon(database: Database) -> None:
    """In its last thirty days, unless it was ended before."""
    client, assurer = await managed(database), await create_organisation(database.pool)
    for ended_at in (None, datetime(2026, 6, 1, tzinfo=UTC)):
        await create_engagement(database.pool, assurer, client, ended_at=ended_at)
    waits = [("ENGAGEMENT_ENDING", "MEMBER", "2026-12-01", "2026-12-31")]

    assert await inbox(database, date(2026, 11, 30)) == []
    assert await inbox(database, date(2026, 12, 1)) == waits
    assert await inbox(database, date(2026, 12, 31)) == waits
    assert await inbox(database, date(2027, 1, 1)) == []


async def test_groups_and_meetings(database: Database) -> None:
    """A chair whose term has ended has no successor; a meeting has no record after a week."""
    pool = database.pool
    home = await managed(database)
    account = await pool.fetchval("SELECT id FROM account")
    group = await create_group(pool, starts_on=date(2026, 1, 1), ends_on=date(2026, 12, 31))
    term = {"starts_on": date(2026, 2, 1), "ends_on": date(2026, 5, 31)}
    chair = await create_delegacy(pool, group, home, account, office="CHAIR", **term)
    meeting = await create_meeting(pool, group, date(2026, 3, 1))
    await create_meeting(
        pool, group, date(2026, 3, 1), cancelled_at=datetime(2026, 2, 1, tzinfo=UTC)
    )
    vacant = ("CHAIR_MISSING", "SECRETARIAT")
    late = ("MEETING_NOT_RECORDED", "CHAIR", "2026-03-01", "2026-03-08")

    assert await inbox(database, date(2026, 1, 1)) == [(*vacant, "2026-01-01", None)]
    assert await inbox(database, date(2026, 3, 8)) == []
    assert await inbox(database, date(2026, 3, 9)) == [late]
    await insert(pool, "attendance", meeting_id=meeting, delegacy_id=chair, presence="PRESENT")
    assert await inbox(database, date(2026, 3, 9)) == [late]
    await pool.execute("UPDATE meeting SET minutes = 'All agreed.'")
    assert await inbox(database, date(2026, 3, 9)) == []
    assert await inbox(database, date(2026, 6, 1)) == [(*vacant, "2026-06-01", None)]
    assert await inbox(database, date(2027, 1, 1)) == []


async def test_administrators_and_their_invitations(database: Database) -> None:
    """Whoever was invited to administer and says nothing for a week; a later link replaces it."""
    pool = database.pool
    member = await create_organisation(pool, name="Member")
    await create_membership(pool, member, starts_on=date(2026, 1, 1))
    sent = datetime(2026, 3, 1, 12, tzinfo=UTC)
    given = {"roles": "VIEWER ORGANISATION_ADMIN", "email": "kim@example.org"}
    times = {"created_at": sent, "expires_at": sent + 7 * DAY}
    alone = ("ORGANISATION_WITHOUT_ADMIN", "SECRETARIAT", "2026-01-01", None)
    assert await inbox(database, date(2026, 2, 1)) == [alone]
    first = await create_invitation(pool, member, **given, **times)

    assert await inbox(database, date(2026, 3, 8)) == [
        ("ORGANISATION_WITHOUT_ADMIN", "MEMBER", "2026-01-01", None)
    ]
    assert await inbox(database, date(2026, 3, 9)) == [
        alone,
        ("ADMIN_INVITATION_UNANSWERED", "MEMBER", "2026-03-01", None),
    ]
    await pool.execute("UPDATE single_use_link SET revoked_at = now() WHERE id = $1", first)
    assert await inbox(database, date(2026, 3, 9)) == [alone]


async def test_it_is_filtered_by_sort_and_by_who_acts(database: Database) -> None:
    """And each thing is found again by its id."""
    house, pool = House(database), database.pool
    alone = await create_organisation(pool, name="Alone")
    await create_membership(pool, alone, starts_on=date(2026, 2, 1))
    client, assurer = await managed(database), await create_organisation(pool)
    engagement = await create_engagement(pool, assurer, client)
    group = await create_group(pool)
    await create_meeting(pool, group, date(2026, 3, 1))
    day = date(2026, 12, 1)

    async def kinds(**where: Any) -> list[str]:
        return [one[0] for one in await inbox(database, day, **where)]

    assert await kinds() == [
        "CHAIR_MISSING",
        "ORGANISATION_WITHOUT_ADMIN",
        "MEETING_NOT_RECORDED",
        "ENGAGEMENT_ENDING",
    ]
    assert await kinds(waitsFor={"eq": "MEMBER"}) == ["ENGAGEMENT_ENDING"]
    assert await kinds(kind={"in": ["CHAIR_MISSING", "APPEAL"]}) == ["CHAIR_MISSING"]
    assert await kinds(organisation={"name": {"eq": "Alone"}}) == ["ORGANISATION_WITHOUT_ADMIN"]
    things = (await house.ask(INBOX, SECRETARY, day))["secretariatInbox"]["nodes"]
    ids = [one["thing"] for one in things]
    found = await house.ask(
        "query ($ids: [ID!]!) { nodes(ids: $ids) { id } }", SECRETARY, day, ids=ids
    )
    assert [one["id"] for one in found["nodes"]] == ids
    assert f"engagement_{engagement}" in ids


@pytest.mark.parametrize("role", [role for role in Role if role is not Role.SECRETARIAT])
async def test_nobody_else_reads_it(database: Database, role: Role) -> None:
    """Not even how much waits."""
    alone = await create_organisation(database.pool)
    await create_membership(database.pool, alone)
    by = principal(role, organisation=alone)
    data = await House(database).ask(
        "{ secretariatInbox { totalCount nodes { kind } } }", by, date(2026, 6, 1)
    )

    assert data["secretariatInbox"] == {"totalCount": 0, "nodes": []}
