"""What days bring: passes that end, reminders, and the secretariat's inbox."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from consortium.assessment import jobs
from consortium.assessment.actions.calendar import claims_due
from consortium.assessment.jobs import CLAIMS
from consortium.cli.worker import queue_of, run_jobs
from consortium.membership import jobs as membership
from tests.assessment.story import DAY, Story
from tests.factories import create_account, create_role
from tests.served import TODAY

YEAR_ON = TODAY.replace(year=TODAY.year + 1)
SENT = "SELECT kind, day, sent_on, mails FROM claim_reminder ORDER BY id"


async def due(told: Story, day: Any) -> tuple[int, ...]:
    with told.house.database.active():
        return tuple(await claims_due(day))


async def status(told: Story, claim: Any) -> str:
    return str((await told.now(claim))["status"])


async def test_a_claim_expires_on_the_day_its_pass_ends_and_not_before(told: Story) -> None:
    """Once, whoever asks how often; with the gate that is passed no longer."""
    claim = await told.published()
    assert await due(told, YEAR_ON - DAY) == (0, 1)
    assert await status(told, claim) == "PUBLISHED"
    assert await due(told, YEAR_ON) == (1, 0)
    assert await due(told, YEAR_ON) == (0, 0)
    [row] = await told.pool.fetch("SELECT status, ended_on, ended_because FROM assessed_claim")
    assert tuple(row) == ("EXPIRED", YEAR_ON, "No longer passed: gate-1.")


async def test_a_gate_that_is_reviewed_again_in_time_renews_the_claim(told: Story) -> None:
    """The claim holds for as long as the new pass does."""
    claim = await told.published()
    again = YEAR_ON - 30 * DAY
    claim = await told.reviewed(claim, on=again)
    assert (await due(told, YEAR_ON))[0] == 0
    assert await due(told, again.replace(year=again.year + 1)) == (1, 0)
    assert await status(told, claim) == "EXPIRED"


async def test_a_published_claim_that_fails_a_gate_ends_at_once(told: Story) -> None:
    """Nothing is published that does not pass; what is only accepted cannot be published."""
    claim = await told.published()
    [gate, _] = await told.gates(claim)
    claim = await told.do(
        "reviewGate",
        told.reviewer,
        claim,
        gate=f"gate_{gate}",
        outcome="FAILED",
        reason="The target was given up.",
    )
    assert claim["status"] == "EXPIRED"
    [row] = await told.pool.fetch("SELECT shares, remainder FROM effect_published")
    assert tuple(row) == (0, 0)


async def test_owner_and_reviewers_are_reminded_once_of_a_day(told: Story) -> None:
    """Reviewers of what waits for them, approvers of an answer; sooner of a pass that ends."""
    account = await create_account(told.pool, email="approver@owner.example")
    await create_role(told.pool, account, told.members["owner"], role="APPROVER")
    claim = await told.drafted()
    claim = await told.do("submitClaim", told.of("owner"), claim)
    late = TODAY + 15 * DAY
    assert [await due(told, day) for day in (late - DAY, late, late)] == [(0, 0), (0, 1), (0, 0)]
    claim = await told.do("takeClaimIntoReview", told.reviewer, claim, on=late)
    await told.do("askForClarification", told.reviewer, claim, question="Why?", on=late)
    assert await due(told, late + 31 * DAY) == (0, 1)

    assert [tuple(row) for row in await told.pool.fetch(SENT)] == [
        ("OVERDUE", late - DAY, late, 1),
        ("OVERDUE", late + 30 * DAY, late + 31 * DAY, 1),
    ]


@pytest.mark.parametrize("times", [1, 2])
async def test_the_job_of_the_night_follows_the_day(
    told: Story, times: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A real worker over a real queue, at a given moment; twice does no more than once."""
    hour = (datetime.now(UTC).hour + 12) % 24
    for feature in (jobs, membership):
        monkeypatch.setattr(feature, "EVERY_NIGHT", f"10 {hour} * * *")
    claim = await told.published()
    moment = datetime(YEAR_ON.year, YEAR_ON.month, YEAR_ON.day, tzinfo=UTC) + timedelta(hours=1)
    async with queue_of(told.house.database).open_async() as queue:
        for _ in range(times):
            task = queue.configure_task(CLAIMS)
            await task.defer_async(timestamp=int(moment.timestamp()))
        await run_jobs(queue, told.house.database, wait=False)

    assert await status(told, claim) == "EXPIRED"


async def test_the_inbox_tells_what_waits_for_whom(told: Story) -> None:
    """A submitted claim for the secretariat, an accepted one for its owner, a draft for nobody."""
    await told.shared(("owner", "0.6"), ("second", "0.4"))
    accepted = await told.accepted()
    draft = await told.drafted("second")
    query = """{ secretariatInbox(where: {kind: {eq: ASSESSED_CLAIM}}) {
        nodes { waitsFor thing dueOn organisation { name } } } }"""
    first = (await told.house.ask(query, told.reviewer))["secretariatInbox"]["nodes"]
    submitted = await told.do("submitClaim", told.of("second"), draft)
    then = (await told.house.ask(query, told.reviewer))["secretariatInbox"]["nodes"]

    assert [(one["waitsFor"], one["thing"]) for one in first] == [("MEMBER", accepted["id"])]
    assert sorted((one["waitsFor"], one["thing"], one["dueOn"]) for one in then) == [
        ("MEMBER", accepted["id"], str(YEAR_ON)),
        ("SECRETARIAT", submitted["id"], str(TODAY + 14 * DAY)),
    ]
