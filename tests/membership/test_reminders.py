"""What follows when dues are not paid: day by day against a slow model of it."""

import contextlib
import random
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from consortium.identity.rules.roles import Role
from consortium.kernel.principal import ANONYMOUS
from consortium.membership.actions.entries import RecordPayment, record_payment
from consortium.membership.actions.reminders import Followed, dues_due
from consortium.membership.actions.statuses import TakeStep, spans_of, take_step
from consortium.membership.rules.reminders import Claimed, Level, next_level
from consortium.membership.rules.timeline import Span
from consortium.membership.rules.transitions import MembershipStatus, Step
from consortium.outbox.actions import enqueue
from consortium.storage.database import Database, transaction
from consortium.storage.raw import raw
from tests.factories import (
    create_dues_year,
    create_invoice,
    create_membership,
    create_organisation,
)
from tests.people import account, acting, mails

Is = MembershipStatus
DAY = timedelta(days=1)
DUE = date(2026, 3, 1)
JOINED = date(2020, 1, 1)
SECRETARY = acting(Role.SECRETARIAT)


@dataclass
class Model:
    """One invoice, told slowly: how long each thing has been so is counted day by day."""

    issued_on: date
    due_on: date
    paid_on: date | None
    sent: dict[str, date] = field(default_factory=dict)
    status: str = "MEMBER"

    def live(self, day: date) -> None:
        """What the job does on a day."""
        if self.paid_on is not None and self.paid_on <= day:
            if self.status == "SUSPENDED":
                self.status = "MEMBER"
            return
        late = (day - self.due_on).days
        if late <= 0:
            if late >= -14 and (self.due_on - self.issued_on).days > 14:
                self.sent.setdefault("UPCOMING", day)
        elif "FIRST" not in self.sent:
            self._send("FIRST", day, late >= 14)
        elif "SECOND" not in self.sent:
            self._send("SECOND", day, late >= 30 and (day - self.sent["FIRST"]).days >= 16)
        elif "SUSPENSION" not in self.sent:
            rested = (day - self.sent["SECOND"]).days >= 30
            if self._send("SUSPENSION", day, late >= 60 and rested):
                self.status = "SUSPENDED"

    def _send(self, level: str, day: date, ripe: bool) -> bool:
        if ripe:
            self.sent[level] = day
        return ripe


@given(
    st.integers(0, 40),
    st.none() | st.integers(0, 150),
    st.sets(st.integers(0, 250), max_size=60) | st.just(set(range(250))),
)
def test_each_follows_once_and_none_too_soon(
    issued_before: int, paid_after: int | None, days_run: set[int]
) -> None:
    """Whatever days the job runs on, it tells what the slow model tells."""
    issued_on = DUE - issued_before * DAY
    paid_on = None if paid_after is None else issued_on + paid_after * DAY
    model = Model(issued_on, DUE, paid_on)
    sent: dict[Level, date] = {}
    for number in sorted(days_run):
        day = issued_on + number * DAY
        is_open = paid_on is None or day < paid_on
        level = next_level(Claimed(issued_on, DUE, Decimal(is_open), sent), day)
        if level is not None:
            assert level not in sent
            sent[level] = day
        model.live(day)

    assert {level.value: day for level, day in sent.items()} == model.sent


def test_the_calendar_of_an_invoice_that_nobody_pays() -> None:
    """Run each day: a mail two weeks before, and on days 14, 30 and 60 after."""
    sent: dict[Level, date] = {}
    for number in range(-40, 300):
        level = next_level(Claimed(DUE - 40 * DAY, DUE, Decimal(1), sent), DUE + number * DAY)
        if level is not None:
            sent[level] = DUE + number * DAY

    assert {level.value: (day - DUE).days for level, day in sent.items()} == {
        "UPCOMING": -14,
        "FIRST": 14,
        "SECOND": 30,
        "SUSPENSION": 60,
    }


async def company_with_invoice(tier: int, sequence: int, **values: Any) -> tuple[int, int]:
    """A member with an invoice."""
    async with transaction() as client:
        company = await create_organisation(raw(client))
        await create_membership(raw(client), company, starts_on=JOINED)
        invoice = await create_invoice(raw(client), company, tier, sequence, **values)
    return company, invoice


async def tier_of_everybody() -> int:
    async with transaction() as client:
        return await create_dues_year(raw(client))


async def status_of(company: int, day: date) -> str:
    async with transaction() as client:
        spans = await spans_of(raw(client), company)
    return next(span.status.value for span in spans if span.holds_on(day))


async def pay(invoice: int, today: date, amount: str = "1200") -> None:
    command = RecordPayment(invoice, Decimal(amount), "EUR", today, f"bank {invoice} {today}")
    await record_payment(SECRETARY, command, today)


SENT = """
SELECT invoice_id, level, sent_on FROM invoice_reminder ORDER BY invoice_id, sent_on, id
"""


async def told(database: Database) -> dict[int, dict[str, date]]:
    """What followed, by invoice."""
    found: dict[int, dict[str, date]] = {}
    for row in await database.pool.fetch(SENT):
        found.setdefault(row["invoice_id"], {})[row["level"]] = row["sent_on"]
    return found


class Killed(Exception):
    """The process ends here."""


def killed_after(mails_sent: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the job die in the middle of a transaction, after so many mails."""
    whole, left = enqueue, [mails_sent]

    async def dying(connection: Any, to: str, template: str, data: Mapping[str, str]) -> None:
        await whole(connection, to, template, data)
        left[0] -= 1
        if left[0] < 0:
            raise Killed

    monkeypatch.setattr("consortium.membership.actions.reminders.enqueue", dying)


@pytest.mark.parametrize("seed", [1, 2])
async def test_a_year_day_by_day_is_the_slow_models(
    database: Database, monkeypatch: pytest.MonkeyPatch, seed: int
) -> None:
    """Twenty members who pay or not; the job sleeps some days, runs twice or dies on others."""
    luck = random.Random(seed)  # noqa: S311
    tier = await tier_of_everybody()
    models: dict[int, tuple[int, Model]] = {}
    for sequence in range(1, 21):
        due_on = DUE + luck.randint(0, 60) * DAY
        issued_on = due_on - luck.randint(0, 40) * DAY
        company, invoice = await company_with_invoice(
            tier, sequence, issued_on=issued_on, due_on=due_on
        )
        await account(f"admin{company}@a.example", (company, Role.ORGANISATION_ADMIN))
        paid_on = None if luck.random() < 0.4 else due_on + luck.randint(-10, 120) * DAY
        models[invoice] = company, Model(issued_on, due_on, paid_on)
    first = date(2026, 1, 15)
    for number in range(250):
        day = first + number * DAY
        for invoice, (_, model) in models.items():
            if model.paid_on == day:
                await pay(invoice, day)
        if luck.random() < 0.2:
            continue
        if luck.random() < 0.3:
            with monkeypatch.context() as patch:
                killed_after(luck.randint(0, 1), patch)
                with contextlib.suppress(Killed):
                    await dues_due(day)
        for _ in range(luck.randint(1, 2)):
            await dues_due(day)
        assert await dues_due(day) == Followed()
        for _, model in models.values():
            model.live(day)

    assert await told(database) == {
        invoice: model.sent for invoice, (_, model) in models.items() if model.sent
    }
    last = first + 260 * DAY
    assert {company: await status_of(company, last) for company, _ in models.values()} == {
        company: model.status for company, model in models.values()
    }
    sent = sum(len(model.sent) for _, model in models.values())
    assert len(await mails(database)) == sent
    assert "SUSPENSION" in {level for _, model in models.values() for level in model.sent}
    again = [model for _, model in models.values() if "SUSPENSION" in model.sent and model.paid_on]
    assert again, "somebody pays after the suspension"


async def test_a_suspension_says_why_and_ends_with_the_payment(database: Database) -> None:
    company, invoice = await company_with_invoice(await tier_of_everybody(), 1)
    await account("secretary@c.example", (company, Role.SECRETARIAT))
    for late in (14, 30, 60):
        await dues_due(DUE + late * DAY)
    suspended_on = DUE + 60 * DAY
    await pay(invoice, suspended_on + DAY, "1199.99")
    assert await status_of(company, suspended_on + 3 * DAY) == "SUSPENDED"
    await pay(invoice, suspended_on + 2 * DAY, "0.01")

    async with transaction() as client:
        spans = await spans_of(raw(client), company)
    assert spans == (
        Span(Is.MEMBER, JOINED, suspended_on - DAY),
        Span(Is.SUSPENDED, suspended_on, suspended_on + DAY),
        Span(Is.MEMBER, suspended_on + 2 * DAY),
    )
    rows = await database.pool.fetch(
        "SELECT step, reason, account_id FROM membership_decision ORDER BY id"
    )
    assert [tuple(row) for row in rows] == [
        (
            "SUSPEND",
            "Invoice 2026-0001, due on 2026-03-01, is not paid: 1200 EUR is open.",
            None,
        ),
        ("REINSTATE", "The dues it was suspended for are settled.", None),
    ]
    entries = await database.pool.fetch(
        "SELECT action, note, account_id, organisation_id FROM audit_entry"
        " WHERE action <> 'sql:change' ORDER BY id"
    )
    assert [tuple(row) for row in entries] == [
        *[("invoice:remind", "the calendar of dues", None, company)] * 3,
        *[("invoice:pay", "", None, company)] * 2,
    ]
    # It has no admin of its own who could be told.
    assert {one["to"] for one in await mails(database)} == {"secretary@c.example"}
    assert [one["template"] for one in await mails(database)] == [
        "invoice_reminder",
        "invoice_reminder",
        "dues_suspended",
    ]


async def test_a_payment_from_a_file_reinstates_with_the_next_days_job(database: Database) -> None:
    company, invoice = await company_with_invoice(await tier_of_everybody(), 1)
    for late in (14, 30, 60):
        await dues_due(DUE + late * DAY)
    await database.pool.execute(
        "INSERT INTO invoice_entry (invoice_id, kind, amount, booked_on, bank_reference)"
        " VALUES ($1, 'PAYMENT', 1200, $2, 'b')",
        invoice,
        DUE,
    )
    done = [await dues_due(DUE + late * DAY) for late in (61, 61, 62)]

    assert done == [Followed(reinstated=1), Followed(), Followed()]
    assert await status_of(company, DUE + 61 * DAY) == "MEMBER"


@pytest.mark.usefixtures("database")
async def test_what_somebody_decided_since_stands() -> None:
    """A secretary reinstates without payment, or suspends for more: neither is overruled."""
    tier = await tier_of_everybody()
    lenient, unpaid = await company_with_invoice(tier, 1)
    strict, paid = await company_with_invoice(tier, 2)
    for late in (14, 30, 60):
        await dues_due(DUE + late * DAY)
    async with transaction() as client:
        for company, step in ((lenient, Step.REINSTATE), (strict, Step.REINSTATE)):
            await take_step(raw(client), ANONYMOUS, TakeStep(company, step), DUE + 61 * DAY)
        await take_step(
            raw(client), ANONYMOUS, TakeStep(strict, Step.SUSPEND, "Conduct"), DUE + 62 * DAY
        )
    await pay(paid, DUE + 63 * DAY)
    for late in range(62, 80):
        assert await dues_due(DUE + late * DAY) == Followed()

    assert await status_of(lenient, DUE + 80 * DAY) == "MEMBER"
    assert await status_of(strict, DUE + 80 * DAY) == "SUSPENDED"
    assert unpaid


async def test_nobody_is_suspended_twice_at_once(database: Database) -> None:
    """Who rests already is left alone, and suspended once the membership goes on."""
    company, _ = await company_with_invoice(await tier_of_everybody(), 1)
    async with transaction() as client:
        await take_step(raw(client), ANONYMOUS, TakeStep(company, Step.SUSPEND), DUE + 20 * DAY)
    for late in (21, 37, 67, 68):
        await dues_due(DUE + late * DAY)
    assert "SUSPENSION" not in next(iter((await told(database)).values()))
    async with transaction() as client:
        await take_step(raw(client), ANONYMOUS, TakeStep(company, Step.REINSTATE), DUE + 69 * DAY)

    assert await dues_due(DUE + 70 * DAY) == Followed(suspended=1)
    assert await status_of(company, DUE + 70 * DAY) == "SUSPENDED"
