"""What the secretariat, members and applicants are refused: with a reason, and nothing changes."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest

from consortium.identity.rules.roles import Role
from tests.factories.applications import create_terms
from tests.membership.office import ACCEPTANCE, GIVEN, LEI, TODAY, Office, person
from tests.people import mails
from tests.rights.test_changing import digest

Asked = Callable[[Office], Awaitable[Any]]


async def refused(desk: Office, asked: Awaitable[Any], code: str) -> Any:
    """The refusal that is told; every table is as it was."""
    before = await digest(desk.database)
    answer = await asked

    assert answer.get("code") == code, answer
    assert await digest(desk.database) == before
    return answer


@pytest.mark.parametrize(
    ("change", "code", "path"),
    [
        ({"lei": "529900T8BM49AURSDO56"}, "LEI_INVALID", []),
        ({"lei": "529900"}, "LEI_INVALID", []),
        ({"name": "  "}, "APPLICATION_INVALID", ["name"]),
        ({"domain": "no domain"}, "APPLICATION_INVALID", ["domain"]),
        ({"revenueAmount": "1"}, "APPLICATION_INVALID", ["revenueAmount"]),
        ({"revenueYear": 2025}, "APPLICATION_INVALID", ["revenueYear"]),
        ({"employees": -1}, "APPLICATION_INVALID", ["employees"]),
        ({"aliases": ["x"] * 21}, "APPLICATION_INVALID", ["aliases"]),
        ({"message": "x" * 10_001}, "APPLICATION_INVALID", ["message"]),
        ({"contactEmail": "nobody"}, "ADDRESS_INVALID", []),
    ],
)
async def test_an_application_that_cannot_be_read(
    desk: Office, change: dict[str, Any], code: str, path: list[str]
) -> None:
    answer = await refused(desk, desk.done("applyForMembership", **GIVEN | change), code)

    assert answer["path"] == path


async def test_nobody_is_flooded_with_mail(desk: Office) -> None:
    """After three applications with one mail address the next one waits."""
    for at in range(3):
        await desk.applied(name=f"Company {at}")

    await refused(desk, desk.done("applyForMembership", **GIVEN), "TOO_MANY_ATTEMPTS")


async def test_an_approval_without_a_vote(desk: Office) -> None:
    application, _ = await desk.applied()
    await desk.reviews("reviewApplication", application)

    asked = desk.reviews("approveApplication", application)
    answer = await refused(desk, asked, "APPROVAL_WITHOUT_VOTE")

    assert "0 votes in favour and 0 against" in answer["message"]


async def test_an_approval_with_as_many_against(desk: Office) -> None:
    """A person's last vote counts alone, and votes of people with a conflict do not."""
    application, _ = await desk.applied()
    await desk.reviews("reviewApplication", application)
    await desk.reviews("voteOnApplication", application, vote="APPROVE")
    await desk.reviews("voteOnApplication", application, desk.ana, vote="REJECT")
    asked = desk.reviews("approveApplication", application)
    answer = await refused(desk, asked, "APPROVAL_WITHOUT_VOTE")
    assert "1 votes in favour and 1 against" in answer["message"]

    await desk.reviews("declareConflict", application, desk.ana, reason="A share")

    assert (await desk.reviews("approveApplication", application))["stage"] == "APPROVED"


@pytest.mark.parametrize(
    ("mutation", "given"),
    [
        ("reviewApplication", {}),
        ("voteOnApplication", {"vote": "APPROVE"}),
        ("askApplicant", {"question": "Who?"}),
        ("approveApplication", {}),
        ("rejectApplication", {"reason": "No"}),
    ],
)
async def test_with_a_conflict_of_interest_nobody_votes_or_decides(
    desk: Office, mutation: str, given: dict[str, Any]
) -> None:
    application, _ = await desk.applied()
    await desk.reviews("declareConflict", application, desk.ana, reason="A share")
    asked = desk.reviews(mutation, application, desk.ana, **given)

    await refused(desk, asked, "CONFLICT_OF_INTEREST")


async def test_a_vote_is_a_person_s(desk: Office) -> None:
    """A system of the secretariat reads, and neither votes nor decides."""
    application, _ = await desk.applied()
    system = replace(desk.ben, account_id=None)
    asked = desk.reviews("voteOnApplication", application, system, vote="APPROVE")

    await refused(desk, asked, "PERSON_NEEDED")


async def test_a_stale_version(desk: Office) -> None:
    """Who decides on what they saw before somebody's note is told what it is now."""
    application, _ = await desk.applied()
    seen = await desk.version(application)
    await desk.reviews("noteApplication", application, desk.ana, text="Look again")
    asked = desk.done(
        "rejectApplication", desk.ben, application=application, version=seen, reason="No"
    )

    answer = await refused(desk, asked, "CHANGED_MEANWHILE")

    assert answer["path"] == ["version"]
    assert "SUBMITTED now, in version 2" in answer["message"]


async def test_two_secretaries_at_once(desk: Office) -> None:
    """One decides, the other is told; nothing of what both wrote is lost."""
    application, _ = await desk.applied()
    await desk.reviews("reviewApplication", application)
    await desk.reviews("voteOnApplication", application, vote="APPROVE")
    seen: dict[str, Any] = {"application": application, "version": await desk.version(application)}
    answers = await asyncio.gather(
        desk.done("approveApplication", desk.ana, **seen),
        desk.done("rejectApplication", desk.ben, **seen, reason="No"),
        desk.done("noteApplication", desk.ana, application=application, text="One"),
        desk.done("noteApplication", desk.ben, application=application, text="Two"),
    )
    data = await desk.data(
        """query ($id: ID!) { node(id: $id) { ... on Application {
             stage notes { text } steps { step } } } }""",
        desk.ana,
        id=application,
    )
    found = data["node"]
    decided = [one for one in answers[:2] if one.get("stage")]

    assert all(one["code"] == "CHANGED_MEANWHILE" for one in answers[:2] if "code" in one)
    assert len(decided) <= 1
    assert sorted(one["text"] for one in found["notes"]) == ["One", "Two"]
    assert found["stage"] == (decided[0]["stage"] if decided else "IN_REVIEW")
    assert len(found["steps"]) == 2 + len(decided)


async def test_of_two_decisions_at_once_one_is_made(desk: Office) -> None:
    application, _ = await desk.applied()
    seen: dict[str, Any] = {"application": application, "version": await desk.version(application)}
    answers = await asyncio.gather(
        *(desk.done("reviewApplication", who, **seen) for who in (desk.ana, desk.ben)),
    )

    assert sorted(one.get("code", "") for one in answers) == ["", "CHANGED_MEANWHILE"]


async def test_the_last_of_a_thousand_references(desk: Office) -> None:
    """Applications that come at once get numbers one after the other."""
    made = await asyncio.gather(
        *(
            desk.done("applyForMembership", **(GIVEN | {"contactEmail": f"a{at}@new.example"}))
            for at in range(5)
        )
    )

    assert sorted(one["application"]["reference"] for one in made) == [
        f"A-2026-{at:04d}" for at in range(1, 6)
    ]


async def test_a_known_organisation_is_joined_and_not_made_twice(desk: Office) -> None:
    """By name, alias or LEI; named by the secretary, it keeps what is known of it."""
    async with desk.database.pool.acquire() as connection:
        await connection.execute(
            "UPDATE membership SET ends_on = '2026-01-31' WHERE ends_on IS NULL"
        )
    application, key = await desk.applied(name="OLD  member", lei=LEI)
    await desk.reviews("reviewApplication", application)
    await desk.reviews("voteOnApplication", application, vote="APPROVE")
    asked = desk.reviews("approveApplication", application)
    answer = await refused(desk, asked, "ORGANISATION_KNOWN")
    assert desk.member in answer["message"]

    approved = await desk.reviews("approveApplication", application, organisation=desk.member)
    accepted = await desk.done("acceptTerms", key=key, **ACCEPTANCE)
    data = await desk.data(
        """query ($id: ID!) { organisation(id: $id) { name country lei membership { status } }
             organisations { totalCount } }""",
        desk.ana,
        id=desk.member,
    )

    assert approved["organisation"] == accepted["organisation"] == {"id": desk.member}
    assert data == {
        "organisation": {
            "name": "Old member",
            "country": "FR",
            "lei": LEI,
            "membership": {"status": "MEMBER"},
        },
        "organisations": {"totalCount": 2},
    }


async def test_a_member_does_not_join_again(desk: Office) -> None:
    application, _ = await desk.applied(name="Old member")
    await desk.reviews("reviewApplication", application)
    await desk.reviews("voteOnApplication", application, vote="APPROVE")
    asked = desk.reviews("approveApplication", application, organisation=desk.member)

    await refused(desk, asked, "STEP_NOT_POSSIBLE")


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"authorised": False}, "ACCEPTANCE_INCOMPLETE"),
        ({"competitionLaw": False}, "ACCEPTANCE_INCOMPLETE"),
        ({"termsVersion": "0"}, "TERMS_OUTDATED"),
        ({"signatoryName": ""}, "APPLICATION_INVALID"),
        ({"key": "another"}, "APPLICATION_KEY_INVALID"),
    ],
)
async def test_an_acceptance_that_binds_nobody(
    desk: Office, change: dict[str, Any], code: str
) -> None:
    _, key = await desk.approved()

    await refused(desk, desk.done("acceptTerms", **{"key": key, **ACCEPTANCE} | change), code)


async def test_terms_that_are_not_in_force_yet_or_any_more(desk: Office) -> None:
    """On the day on which new terms come into force the old ones cannot be accepted."""
    _, key = await desk.approved()
    await create_terms(desk.database.pool, version="2", in_force_from=TODAY)
    await refused(desk, desk.done("acceptTerms", key=key, **ACCEPTANCE), "TERMS_OUTDATED")

    answer = await desk.done("acceptTerms", key=key, **ACCEPTANCE | {"termsVersion": "2"})

    assert answer["stage"] == "ACCEPTED"


async def test_no_terms_at_all(desk: Office, owner_dsn: str) -> None:
    import asyncpg

    _, key = await desk.approved()
    connection = await asyncpg.connect(owner_dsn)
    await connection.execute(
        "ALTER TABLE terms DISABLE TRIGGER terms_stays; DELETE FROM terms;"
        "ALTER TABLE terms ENABLE TRIGGER terms_stays"
    )
    await connection.close()

    await refused(desk, desk.done("acceptTerms", key=key, **ACCEPTANCE), "TERMS_MISSING")


async def test_terms_are_accepted_once(desk: Office) -> None:
    _, key = await desk.approved()
    await desk.done("acceptTerms", key=key, **ACCEPTANCE)

    await refused(desk, desk.done("acceptTerms", key=key, **ACCEPTANCE), "STEP_NOT_POSSIBLE")


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"version": "1"}, "TERMS_PUBLISHED"),
        ({"inForceFrom": "2026-11-22"}, "DAY_IN_THE_PAST"),
        ({"competitionLaw": " "}, "TEXT_MISSING"),
    ],
)
async def test_terms_that_cannot_be_published(
    desk: Office, change: dict[str, Any], code: str
) -> None:
    given = {"version": "2", "text": "T", "competitionLaw": "C", "inForceFrom": "2027-01-01"}

    await refused(desk, desk.done("publishTerms", desk.ana, **given | change), code)


@pytest.mark.parametrize(
    ("asked", "code"),
    [
        (lambda d: d.done("retractNotice", d.admin), "NO_NOTICE_GIVEN"),
        (lambda d: d.done("giveNotice", d.admin, lastDay="2026-11-22"), "STEP_IN_THE_PAST"),
        (lambda d: d.done("giveNotice", d.admin, lastDay="2027-02-20"), "NOTICE_TOO_SHORT"),
        (
            lambda d: d.done("giveNotice", d.admin, lastDay="2026-12-31", reason="We must"),
            "NOTICE_TOO_SHORT",
        ),
        (
            lambda d: d.done("giveNotice", d.ana, organisation=d.member, lastDay="2026-12-31"),
            "NOTICE_TOO_SHORT",
        ),
        (
            lambda d: d.done("suspendMembership", d.ana, organisation=d.member, reason=" "),
            "TEXT_MISSING",
        ),
        (
            lambda d: d.done(
                "suspendMembership",
                d.ana,
                organisation=d.member,
                reason="Dues",
                effectiveOn="2026-11-22",
            ),
            "STEP_IN_THE_PAST",
        ),
        (
            lambda d: d.done(
                "expelMember",
                d.ana,
                organisation=d.member,
                reason="Rules",
                appealUntil="2026-11-22",
            ),
            "DEADLINE_MISSING",
        ),
        (lambda d: d.done("appealExpulsion", d.admin, reason="No"), "STEP_NOT_POSSIBLE"),
        (
            lambda d: d.done("suspendMembership", d.admin, organisation=d.member, reason="Us"),
            "PERMISSION_DENIED",
        ),
    ],
)
async def test_steps_that_cannot_be(desk: Office, asked: Asked, code: str) -> None:
    await refused(desk, asked(desk), code)


async def test_a_notice_of_ninety_days_or_one_that_the_secretariat_shortens(desk: Office) -> None:
    first = TODAY + timedelta(days=90)
    given = await desk.done("giveNotice", desk.admin, lastDay=str(first))
    back = await desk.done("retractNotice", desk.admin, TODAY + timedelta(days=1))
    short = await desk.done(
        "giveNotice", desk.ana, organisation=desk.member, lastDay="2026-12-31", reason="Merged"
    )

    assert given["effectiveOn"] == str(first + timedelta(days=1))
    assert (back["before"], back["after"]) == ("MEMBER", "MEMBER")
    assert (short["after"], short["effectiveOn"]) == ("FORMER", "2027-01-01")
    told = [one["what"] for one in await mails(desk.database) if one["to"] == "max@people.example"]
    assert told == [
        "Notice was given: the last day of the membership is 2027-02-21.",
        "The notice was taken back: the membership goes on.",
        "Notice was given: the last day of the membership is 2026-12-31.",
    ]


async def _expelled(desk: Office) -> None:
    answer = await desk.done(
        "expelMember", desk.ana, organisation=desk.member, reason="Rules", appealUntil="2026-12-23"
    )
    assert answer["deadline"] == "2026-12-23"


async def test_an_appeal_that_comes_too_late(desk: Office) -> None:
    await _expelled(desk)
    late = date(2026, 12, 24)

    await refused(
        desk, desk.done("appealExpulsion", desk.admin, late, reason="No"), "APPEAL_TOO_LATE"
    )


@pytest.mark.parametrize(("granted", "after"), [(True, "MEMBER"), (False, "EXPELLED")])
async def test_an_appeal_in_time_is_decided(desk: Office, granted: bool, after: str) -> None:
    """It is the organisation's own admin who appeals, on the last day at the latest."""
    await _expelled(desk)
    stranger = person(Role.ORGANISATION_ADMIN, 10**6, desk.admin.account_id)
    last, later = date(2026, 12, 23), date(2027, 3, 1)
    other = desk.done("appealExpulsion", stranger, last, reason="For them")
    await refused(desk, other, "STEP_NOT_POSSIBLE")
    appealed = await desk.done("appealExpulsion", desk.admin, last, reason="We kept the rules")
    decided = await desk.done(
        "decideAppeal", desk.ana, later, organisation=desk.member, granted=granted, reason="Heard"
    )

    assert appealed["after"] == "UNDER_APPEAL"
    assert (decided["before"], decided["after"]) == ("UNDER_APPEAL", after)
