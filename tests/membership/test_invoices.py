"""Invoices of dues, and what is booked on them."""

import asyncio
import csv
import io
from collections.abc import Awaitable, Callable
from datetime import date
from decimal import Decimal
from typing import Any

import asyncpg
import pytest
from hypothesis import given
from hypothesis import strategies as st

from consortium.documents.csv import WrongColumns
from consortium.identity.rules.roles import Role
from consortium.kernel.errors import DomainError, NotFound, PermissionDenied
from consortium.kernel.money import AmountInvalid, rounded
from consortium.membership.actions.entries import (
    CreditInvoice,
    ImportPayments,
    RecordPayment,
    RefundPayment,
    credit_invoice,
    import_payments,
    record_payment,
    refund_payment,
)
from consortium.membership.actions.invoices import (
    IssueInvoice,
    IssueInvoices,
    issue_invoice,
    issue_invoices,
)
from consortium.membership.actions.tiers import AssignTier, SetTiers, assign_tier, set_tiers
from consortium.membership.reads.dues import invoices_csv
from consortium.membership.rules.invoices import (
    BankReferenceMissing,
    BookedInFuture,
    CreditTooHigh,
    CurrencyDiffers,
    DueDatePast,
    InvoicedAlready,
    NotAMember,
    PaymentTwice,
    RefundTooHigh,
    TierUnknown,
    amount_due,
    months_due,
    reference_of,
)
from consortium.membership.rules.tiers import ReasonMissing, Terms, YearUnknown
from consortium.storage.database import Database, transaction
from consortium.storage.raw import raw
from tests.factories import create_membership, create_organisation
from tests.people import account, acting, mails, rows_of

TODAY = date(2026, 1, 15)
DUE = date(2026, 3, 1)
MILLION = Decimal(10) ** 6
TIERS = (
    Terms("Small", Decimal(0), 10 * MILLION, Decimal(1000)),
    Terms("Large", 10 * MILLION, None, Decimal(5000)),
)
SECRETARY = acting(Role.SECRETARIAT)
TABLES = ("dues_year", "tier", "invoice", "invoice_entry", "outbox_mail", "audit_entry")
HEADER = "invoice,amount,currency,booked_on,bank_reference\n"


async def member(revenue: int | None = 20, currency: str = "USD", **values: Any) -> int:
    """A member with a revenue in millions; `values` are of its membership."""
    async with transaction() as client:
        known: dict[str, Any] = {}
        if revenue is not None:
            known = {"revenue_amount": revenue * MILLION, "revenue_currency": currency}
        company = await create_organisation(raw(client), **known)
        await create_membership(raw(client), company, **values)
    return company


@pytest.fixture
async def year(database: Database) -> Database:
    """A database in which 2026 has its tiers."""
    await set_tiers(SECRETARY, SetTiers(2026, 0, "USD", "EUR", TIERS), TODAY)
    return database


async def issued(organisation: int) -> int:
    return await issue_invoice(SECRETARY, IssueInvoice(organisation, 2026, DUE), TODAY)


def payment(invoice: int, amount: str = "1000", **values: Any) -> RecordPayment:
    return RecordPayment(invoice, Decimal(amount), "EUR", TODAY, "bank 1")._replace(**values)


async def standing(database: Database, invoice: int) -> tuple[Any, ...]:
    """Amount, paid and credited."""
    found = "SELECT amount, paid, credited FROM invoice WHERE id = $1"
    row = await database.pool.fetchrow(found, invoice)
    assert row is not None
    return tuple(row)


async def refused(
    database: Database, error: type[DomainError], does: Callable[[], Awaitable[Any]]
) -> None:
    """The error is raised, and every table is as it was."""
    before = await rows_of(database, *TABLES)
    with pytest.raises(error):
        await does()
    assert await rows_of(database, *TABLES) == before


def test_references_have_the_check_digits_of_iso_11649() -> None:
    """RF18 5390 0754 7034 is the standard's well-known example."""
    assert reference_of("539007547034") == "RF18539007547034"
    assert reference_of("2026-0001")[4:] == "20260001"


@given(st.integers(2000, 2200), st.integers(1, 10**6))
def test_any_two_digits_swapped_are_noticed(year: int, sequence: int) -> None:
    """MOD 97-10: the rearranged reference leaves 1; with neighbours swapped it does not."""

    def rest(reference: str) -> int:
        return int(f"{reference[4:]}2715{reference[2:4]}") % 97

    reference = reference_of(f"{year}-{sequence:04d}")
    assert rest(reference) == 1
    for at in range(4, len(reference) - 1):
        left, right = reference[at], reference[at + 1]
        if left != right:
            assert rest(reference[:at] + right + left + reference[at + 2 :]) != 1


@pytest.mark.parametrize(
    ("joined_on", "months", "due"),
    [
        (None, 12, "1000.00"),
        (date(2020, 5, 5), 12, "1000.00"),
        (date(2026, 1, 31), 12, "1000.00"),
        (date(2026, 6, 30), 7, "583.33"),
        (date(2026, 11, 1), 2, "166.67"),
        (date(2026, 12, 31), 1, "83.33"),
        (date(2027, 1, 1), 0, "0.00"),
    ],
)
def test_who_joins_in_the_year_owes_from_that_month(
    joined_on: date | None, months: int, due: str
) -> None:
    assert months_due(2026, joined_on) == months
    assert amount_due(Decimal(1000), months, "EUR") == Decimal(due)


def test_amounts_are_rounded_to_the_minor_unit_a_half_up() -> None:
    assert [rounded(Decimal("2.5"), one) for one in ("JPY", "EUR", "KWD")] == [
        Decimal(3),
        Decimal("2.50"),
        Decimal("2.500"),
    ]
    assert rounded(Decimal("0.125"), "EUR") == Decimal("0.13")


async def test_every_member_gets_one_invoice_and_who_does_not_is_told(year: Database) -> None:
    """By revenue, by what was assigned, or left out with the reason; a second run does nothing."""
    small, large = await member(5), await member(20)
    unknown, foreign = await member(None), await member(20, "XAF")
    assigned = await member(None)
    suspended = await member(20, ends_on=date(2026, 1, 9))
    async with transaction() as client:
        await create_membership(
            raw(client), suspended, status="SUSPENDED", starts_on=date(2026, 1, 10)
        )
    await member(20, status="PARTICIPANT")
    await member(20, ends_on=date(2026, 1, 14))
    late = await member(20, starts_on=date(2026, 1, 15))
    tier = await year.pool.fetchval("SELECT id FROM tier WHERE name = 'Small'")
    await assign_tier(SECRETARY, AssignTier(assigned, 2026, tier, "A guest", 0), TODAY)
    await account("admin@a.example", (small, Role.ORGANISATION_ADMIN))
    await account("viewer@a.example", (small, Role.VIEWER))

    first = await issue_invoices(SECRETARY, IssueInvoices(2026, DUE), TODAY)
    again = await issue_invoices(SECRETARY, IssueInvoices(2026, DUE), TODAY)

    rows = await year.pool.fetch(
        "SELECT organisation_id, amount, number, reference FROM invoice ORDER BY sequence"
    )
    assert {row["organisation_id"]: row["amount"] for row in rows} == {
        small: 1000,
        large: 5000,
        assigned: 1000,
        suspended: 5000,
        late: 5000,
    }
    assert [row["number"] for row in rows] == [f"2026-000{at}" for at in range(1, 6)]
    assert all(row["reference"] == reference_of(row["number"]) for row in rows)
    assert (first.issued, again.issued) == (5, 0)
    assert {(one.organisation, one.reason.value) for one in first.left_out} == {
        (f"org_{unknown}", "REVENUE_UNKNOWN"),
        (f"org_{foreign}", "RATE_UNKNOWN"),
    }
    assert first.left_out == again.left_out
    told = await mails(year)
    assert [(one["to"], one["amount"], one["due_on"]) for one in told] == [
        ("admin@a.example", "1000.00 EUR", "2026-03-01")
    ]


async def test_joiners_pay_for_the_rest_of_the_year(year: Database) -> None:
    joined = await member(5, starts_on=date(2026, 10, 20))
    on_break = await member(5, starts_on=date(2024, 1, 1), ends_on=date(2026, 2, 1))
    async with transaction() as client:
        await create_membership(
            raw(client), on_break, status="SUSPENDED", starts_on=date(2026, 2, 2)
        )
    await issue_invoices(SECRETARY, IssueInvoices(2026, date(2026, 12, 1)), date(2026, 11, 1))

    rows = await year.pool.fetch("SELECT organisation_id, months, amount FROM invoice")
    assert {tuple(row) for row in rows} == {
        (joined, 3, Decimal("250.00")),
        (on_break, 12, Decimal("1000.00")),
    }


async def test_what_cannot_be_invoiced_is_refused(year: Database) -> None:
    company, unknown = await member(), await member(None)
    async with transaction() as client:
        stranger = await create_organisation(raw(client))
    await issued(company)
    command = IssueInvoice(company, 2026, DUE)

    for wrong, error in (
        (command, InvoicedAlready),
        (command._replace(organisation=unknown), TierUnknown),
        (command._replace(organisation=stranger), NotAMember),
        (command._replace(organisation=10**6), NotFound),
        (command._replace(year=2027), YearUnknown),
        (command._replace(organisation=unknown, due_on=date(2026, 1, 14)), DueDatePast),
    ):
        await refused(year, error, lambda wrong=wrong: issue_invoice(SECRETARY, wrong, TODAY))  # type: ignore[misc]
    for wrong_all, error in (
        (IssueInvoices(2027, DUE), YearUnknown),
        (IssueInvoices(2026, date(2026, 1, 14)), DueDatePast),
    ):
        await refused(
            year,
            error,
            lambda wrong=wrong_all: issue_invoices(SECRETARY, wrong, TODAY),  # type: ignore[misc]
        )
    for role in (Role.ORGANISATION_ADMIN, Role.VIEWER, Role.AUDITOR):
        caller = acting(role, organisation_id=company)
        await refused(
            year,
            PermissionDenied,
            lambda caller=caller: issue_invoices(caller, IssueInvoices(2026, DUE), TODAY),  # type: ignore[misc]
        )


async def test_numbers_have_no_gaps_when_two_secretaries_issue_at_once(year: Database) -> None:
    companies = [await member() for _ in range(12)]

    found = await asyncio.gather(
        *(issued(company) for company in [*companies, *companies[:4]]), return_exceptions=True
    )

    refusals = [one for one in found if isinstance(one, BaseException)]
    assert [type(one) for one in refusals] == [InvoicedAlready] * 4
    numbers = await year.pool.fetch("SELECT sequence FROM invoice ORDER BY 1")
    assert [row[0] for row in numbers] == list(range(1, 13))


async def test_one_credited_in_full_makes_room_for_another(year: Database) -> None:
    company = await member()
    first = await issued(company)
    await credit_invoice(SECRETARY, CreditInvoice(first, "The wrong tier", Decimal(4999)), TODAY)
    await refused(year, InvoicedAlready, lambda: issued(company))
    await credit_invoice(SECRETARY, CreditInvoice(first, "The wrong tier"), TODAY)
    second = await issued(company)

    assert await standing(year, first) == (5000, 0, 5000)
    assert await standing(year, second) == (5000, 0, 0)


async def test_what_is_booked_adds_up(year: Database) -> None:
    """Payments in parts, one too much of which goes back, and a credit of the rest."""
    invoice = await issued(await member())
    await record_payment(SECRETARY, payment(invoice, "1000.10"), TODAY)
    await record_payment(SECRETARY, payment(invoice, "4500", bank_reference=" bank  2 "), TODAY)
    assert await standing(year, invoice) == (5000, Decimal("5500.10"), 0)
    await refund_payment(
        SECRETARY, RefundPayment(invoice, Decimal(1500), TODAY, "bank 3", "Paid twice"), TODAY
    )
    await credit_invoice(SECRETARY, CreditInvoice(invoice, "Goodwill"), TODAY)

    assert await standing(year, invoice) == (5000, Decimal("4000.10"), Decimal("999.90"))
    rows = await year.pool.fetch("SELECT kind, amount, bank_reference FROM invoice_entry")
    assert [tuple(row) for row in rows] == [
        ("PAYMENT", Decimal("1000.10"), "bank 1"),
        ("PAYMENT", 4500, "bank 2"),
        ("REFUND", 1500, "bank 3"),
        ("CREDIT", Decimal("999.90"), None),
    ]


async def test_what_cannot_be_booked_is_refused(year: Database) -> None:
    company = await member()
    invoice = await issued(company)
    await record_payment(SECRETARY, payment(invoice), TODAY)

    for wrong, error in (
        (payment(invoice), PaymentTwice),
        (payment(invoice, currency="USD", bank_reference="b"), CurrencyDiffers),
        (payment(invoice, "-1", bank_reference="b"), AmountInvalid),
        (payment(invoice, "0", bank_reference="b"), AmountInvalid),
        (payment(invoice, "0.001", bank_reference="b"), AmountInvalid),
        (payment(invoice, bank_reference="  "), BankReferenceMissing),
        (payment(invoice, bank_reference="b" * 141), BankReferenceMissing),
        (payment(invoice, bank_reference="b", booked_on=date(2026, 1, 16)), BookedInFuture),
        (payment(10**6), NotFound),
    ):
        await refused(year, error, lambda wrong=wrong: record_payment(SECRETARY, wrong, TODAY))  # type: ignore[misc]
    credit = CreditInvoice(invoice, "Goodwill")
    for bad, why in (
        (credit._replace(amount=Decimal("4000.01")), CreditTooHigh),
        (credit._replace(amount=Decimal(-1)), AmountInvalid),
        (credit._replace(reason=" "), ReasonMissing),
    ):
        await refused(year, why, lambda bad=bad: credit_invoice(SECRETARY, bad, TODAY))  # type: ignore[misc]
    refund = RefundPayment(invoice, Decimal("1000.01"), TODAY, "b", "Too much")
    await refused(year, RefundTooHigh, lambda: refund_payment(SECRETARY, refund, TODAY))
    own = acting(Role.ORGANISATION_ADMIN, organisation_id=company)
    other = acting(Role.ORGANISATION_ADMIN, organisation_id=await member())
    for caller, hears in ((own, PermissionDenied), (other, NotFound)):
        await refused(
            year,
            hears,
            lambda caller=caller: record_payment(caller, payment(invoice), TODAY),  # type: ignore[misc]
        )


async def test_payments_come_from_accounting_whole_or_not_at_all(year: Database) -> None:
    """By reference, in groups of four too, or by number; sent again, nothing is booked twice."""
    invoices = [await issued(await member(5)) for _ in range(3)]
    one, two, three = (
        row["reference"]
        for row in await year.pool.fetch("SELECT reference FROM invoice ORDER BY sequence")
    )
    spaced = " ".join(two[at : at + 4] for at in range(0, len(two), 4))
    good = HEADER + f"{one},1000,EUR,2026-01-10,b1\n{spaced},400.50,EUR,2026-01-11,b2\n"
    wrong = (
        good + f"RF00999,1,EUR,2026-01-11,b3\n{three},-5,EUR,2026-01-11,b4\n"
        f"{three},5,USD,2026-01-11,b5\n{three},5,EUR,2026-01-11,b1\n{three},,EUR,x,b6\n"
    )
    before = await rows_of(year, *TABLES)

    rejected = await import_payments(SECRETARY, ImportPayments(wrong), TODAY)
    assert await rows_of(year, *TABLES) == before
    assert (rejected.rows, rejected.booked, rejected.key) == (7, 0, 0)
    assert [(one.line, one.column) for one in rejected.errors] == [
        (4, "invoice"),
        (5, "amount"),
        (6, "currency"),
        (7, "bank_reference"),
        (8, "booked_on"),
    ]
    assert rejected.errors[0].reason == "There is no invoice RF00999."

    booked = await import_payments(SECRETARY, ImportPayments(good), TODAY)
    more = good + "2026-0003,1000,EUR,2026-01-12,b7\n"
    again = await import_payments(SECRETARY, ImportPayments(more), TODAY)
    assert (booked.booked, booked.unchanged, booked.errors) == (2, 0, ())
    assert (again.booked, again.unchanged, again.errors) == (1, 2, ())
    assert [await standing(year, invoice) for invoice in invoices] == [
        (1000, 1000, 0),
        (1000, Decimal("400.50"), 0),
        (1000, 1000, 0),
    ]
    changed = good.replace("400.50", "400.51")
    [problem] = (await import_payments(SECRETARY, ImportPayments(changed), TODAY)).errors
    assert (problem.line, problem.column) == (3, "bank_reference")
    with pytest.raises(WrongColumns):
        await import_payments(SECRETARY, ImportPayments("a,b\n1,2\n"), TODAY)
    with pytest.raises(PermissionDenied):
        await import_payments(acting(Role.ORGANISATION_ADMIN), ImportPayments(good), TODAY)


async def test_the_file_for_accounting_reads_back(year: Database) -> None:
    """Quotes, commas and formulas in names do no harm."""
    async with transaction() as client:
        for name in ('=cmd|"x", Ltd', "-1+1", 'O"Neil, Inc'):
            company = await create_organisation(
                raw(client), name=name, revenue_amount=Decimal(5), revenue_currency="USD"
            )
            await create_membership(raw(client), company)
    await issue_invoices(SECRETARY, IssueInvoices(2026, DUE), TODAY)
    found = f"SELECT {invoices_csv('2026', '$1::date')}"
    text = await year.pool.fetchval(found, date(2026, 3, 2))

    rows = list(csv.DictReader(io.StringIO(text, newline="")))
    assert {row["organisation"] for row in rows} == {
        '\'=cmd|"x", Ltd',
        "'-1+1",
        'O"Neil, Inc',
    }
    assert [row["number"] for row in rows] == ["2026-0001", "2026-0002", "2026-0003"]
    assert {(row["amount"], row["open"], row["status"]) for row in rows} == {
        ("1000.00", "1000.00", "OVERDUE")
    }


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE invoice SET amount = 1",
        "UPDATE invoice SET paid = amount",
        "UPDATE invoice SET due_on = due_on + 1",
        "DELETE FROM invoice",
        "TRUNCATE invoice CASCADE",
        "UPDATE invoice_entry SET amount = 1",
        "DELETE FROM invoice_entry",
        "TRUNCATE invoice_entry",
    ],
)
async def test_the_books_are_never_rewritten(year: Database, owner_dsn: str, change: str) -> None:
    """Not even by the tables' owner."""
    invoice = await issued(await member())
    await record_payment(SECRETARY, payment(invoice), TODAY)
    before = await rows_of(year, *TABLES)
    connection = await asyncpg.connect(owner_dsn)
    try:
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await connection.execute(change)
    finally:
        await connection.close()
    assert await rows_of(year, *TABLES) == before


async def test_the_database_itself_refuses_a_credit_above_what_is_open(year: Database) -> None:
    invoice = await issued(await member())
    await record_payment(SECRETARY, payment(invoice), TODAY)
    add = "INSERT INTO invoice_entry (invoice_id, kind, amount, booked_on) VALUES ($1, $2, $3, $4)"

    with pytest.raises(asyncpg.CheckViolationError) as caught:
        await year.pool.execute(add, invoice, "CREDIT", Decimal(4001), TODAY)
    assert caught.value.constraint_name == "invoice_credit_within_open"
