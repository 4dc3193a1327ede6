"""Book what happens to an invoice: payments, credits and refunds."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from datetime import date
from decimal import Decimal
from typing import NamedTuple

from consortium.audit.actions import audited
from consortium.documents.csv import Columns, Table, parse_table
from consortium.documents.imports import Problem, Report, Row
from consortium.kernel.errors import DomainError
from consortium.kernel.money import payable
from consortium.kernel.principal import Principal
from consortium.membership.actions.reminders import reinstate_where_settled
from consortium.membership.actions.tiers import require_management
from consortium.membership.reads.dues import INVOICES
from consortium.membership.rules.invoices import (
    Balance,
    BookedInFuture,
    CurrencyDiffers,
    EntryKind,
    InvoiceUnknown,
    PaymentTwice,
    check_credit,
    check_refund,
    checked_bank_reference,
)
from consortium.membership.rules.tiers import checked_reason
from consortium.query.visible import require_visible
from consortium.storage.database import transaction
from consortium.storage.raw import Connection, raw

COLUMNS = Columns(("invoice", "amount", "currency", "booked_on", "bank_reference"))

LOCKED = """
SELECT id, organisation_id, currency, amount, paid, credited FROM invoice WHERE id = $1 FOR UPDATE
"""
NAMED = "SELECT id FROM invoice WHERE reference = $1 OR number = $1"
BOOKED = """
SELECT invoice_id, kind, amount, booked_on FROM invoice_entry WHERE bank_reference = $1
"""
INSERT = """
INSERT INTO invoice_entry (invoice_id, kind, amount, booked_on, bank_reference, reason, account_id)
VALUES ($1, $2, $3, $4, $5, $6, $7)
"""
ENTRY = "SELECT current_setting('consortium.audit_entry')::bigint"


class RecordPayment(NamedTuple):
    """Money that came in for an invoice, with the bank's reference for it."""

    invoice: int
    amount: Decimal
    currency: str
    booked_on: date
    bank_reference: str


class RefundPayment(NamedTuple):
    """Money that went back, with the bank's reference for it."""

    invoice: int
    amount: Decimal
    booked_on: date
    bank_reference: str
    reason: str


class CreditInvoice(NamedTuple):
    """What is not owed any more; all that is open unless told."""

    invoice: int
    reason: str
    amount: Decimal | None = None


class ImportPayments(NamedTuple):
    """A CSV file of payments, as text."""

    csv: str


class RowProblem(NamedTuple):
    """Why a row is rejected: its line, the column (None: the whole row), and the reason."""

    line: int
    column: str | None
    reason: str


class Imported(NamedTuple):
    """What a file did: its entry in the trail (`key`; 0: nothing was booked), and its rows."""

    key: int
    rows: int
    booked: int
    unchanged: int
    errors: tuple[RowProblem, ...]


class _Locked(NamedTuple):
    id: int
    organisation_id: int
    currency: str
    balance: Balance


class _NothingBooked(Exception):
    """Ends the transaction without keeping anything of it."""


async def record_payment(by: Principal, command: RecordPayment, today: date) -> int:
    """Book a payment; returns the invoice's id.

    More may be paid than is open: it happened, and is refunded. A membership that was suspended
    for this is reinstated when nothing is left for which it would be.

    Raises:
        NotFound: there is no such invoice that the caller may see.
        PermissionDenied: the caller manages no memberships.
        CurrencyDiffers, AmountInvalid, BankReferenceMissing, BookedInFuture: as they say.
        PaymentTwice: this bank reference is booked.
    """
    async with _booking(by, "invoice:pay", command.invoice, today) as (open_, invoice):
        if command.booked_on > today:
            raise BookedInFuture
        await _pay(open_, by, invoice, command)
        await reinstate_where_settled(open_, by, invoice.organisation_id, today)
    return invoice.id


async def refund_payment(by: Principal, command: RefundPayment, today: date) -> int:
    """Book that money went back; returns the invoice's id.

    Raises:
        NotFound, PermissionDenied, AmountInvalid, BankReferenceMissing, BookedInFuture,
        PaymentTwice: as `record_payment`.
        RefundTooHigh: more than was paid.
        ReasonMissing: it needs a reason.
    """
    async with _booking(by, "invoice:refund", command.invoice, today) as (open_, invoice):
        if command.booked_on > today:
            raise BookedInFuture
        amount = payable(command.amount, invoice.currency)
        reason = checked_reason(command.reason)
        check_refund(invoice.balance, amount)
        reference = checked_bank_reference(command.bank_reference)
        if await open_.fetchrow(BOOKED, reference) is not None:
            raise PaymentTwice
        about = (amount, command.booked_on, reference, reason, by.account_id)
        await open_.execute(INSERT, invoice.id, EntryKind.REFUND.value, *about)
    return invoice.id


async def credit_invoice(by: Principal, command: CreditInvoice, today: date) -> int:
    """Take off what is not owed; returns the invoice's id.

    Raises:
        NotFound, PermissionDenied, AmountInvalid: as `record_payment`.
        CreditTooHigh: more than is open.
        ReasonMissing: it needs a reason.
    """
    async with _booking(by, "invoice:credit", command.invoice, today) as (open_, invoice):
        reason = checked_reason(command.reason)
        wanted = invoice.balance.open if command.amount is None else command.amount
        amount = payable(wanted, invoice.currency)
        check_credit(invoice.balance, amount)
        about = (amount, today, None, reason, by.account_id)
        await open_.execute(INSERT, invoice.id, EntryKind.CREDIT.value, *about)
        await reinstate_where_settled(open_, by, invoice.organisation_id, today)
    return invoice.id


async def import_payments(by: Principal, command: ImportPayments, today: date) -> Imported:
    """Book the payments of a file: all of them, or none where a row is rejected.

    Rows that are booked already change nothing, so that a file can be sent again.

    Raises:
        PermissionDenied: the caller manages no memberships.
        FileUnreadable: it is no such table.
    """
    require_management(by)
    table = parse_table("payments.csv", command.csv.encode(), COLUMNS)
    report = Report("payments", rows=len(table.records))
    note = f"SHA-256 {table.sha256}, {report.rows} rows"
    key = 0
    try:
        async with audited(by, "import:payments", note=note) as open_:
            paid = await book_rows(open_, by, table, report, today)
            if report.rejected:
                raise _NothingBooked  # noqa: TRY301  the transaction must see it
            for organisation in sorted(paid):
                await reinstate_where_settled(open_, by, organisation, today)
            key = await open_.fetchval(ENTRY)
    except _NothingBooked:
        return Imported(0, report.rows, 0, 0, tuple(map(_told, report.rejected)))
    return Imported(key, report.rows, report.created, report.unchanged, ())


async def book_rows(
    connection: Connection, by: Principal, table: Table, report: Report, today: date | None = None
) -> set[int]:
    """Book a table of payments, row by row; returns the organisations that paid."""
    paid: set[int] = set()
    lines: dict[str, int] = {}
    for record in table.records:
        row = Row(record, report)
        try:
            paid |= await _book_row(connection, by, row, report, lines, today)
        except DomainError as error:
            row.reject(error.path[0] if error.path else "", error.message)
    return paid


async def _book_row(
    connection: Connection,
    by: Principal,
    row: Row,
    report: Report,
    lines: dict[str, int],
    today: date | None,
) -> set[int]:
    name = row.name("invoice")
    amount, currency = row.number("amount"), row.currency("currency")
    booked_on, reference = row.day("booked_on"), row.name("bank_reference")
    if row.rejected:
        return set()
    if amount is None or currency is None or booked_on is None:
        row.reject("", "amount, currency and booked_on are needed")
        return set()
    if today is not None and booked_on > today:
        raise BookedInFuture().at("booked_on")
    reference = checked_bank_reference(reference)
    first = lines.setdefault(reference, row.line)
    if first != row.line:
        raise PaymentTwice(f"the same bank reference as on line {first}").at("bank_reference")
    invoice = await _named(connection, name)
    payment = RecordPayment(invoice.id, amount, currency, booked_on, reference)
    if await _is_booked(connection, payment):
        report.count("unchanged")
        return set()
    await _pay(connection, by, invoice, payment)
    report.count("created")
    return {invoice.organisation_id}


async def _named(connection: Connection, name: str) -> _Locked:
    """The invoice of a reference (in groups of four or not) or number. Raises InvoiceUnknown."""
    key = await connection.fetchval(NAMED, name.replace(" ", "").upper())
    if key is None:
        raise InvoiceUnknown(f"There is no invoice {name}.").at("invoice")
    return await _locked(connection, key)


async def _is_booked(connection: Connection, payment: RecordPayment) -> bool:
    """Whether this very payment is booked. Raises PaymentTwice for another with its reference."""
    found = await connection.fetchrow(BOOKED, payment.bank_reference)
    if found is None:
        return False
    same = (payment.invoice, EntryKind.PAYMENT.value, payment.amount, payment.booked_on)
    if tuple(found) != same:
        raise PaymentTwice("Another payment with this bank reference is booked already.").at(
            "bank_reference"
        )
    return True


async def _pay(
    connection: Connection, by: Principal, invoice: _Locked, payment: RecordPayment
) -> None:
    if payment.currency != invoice.currency:
        raise CurrencyDiffers(
            f"The invoice is in {invoice.currency}: a payment in {payment.currency} cannot be"
            " booked on it."
        ).at("currency")
    try:
        amount = payable(payment.amount, invoice.currency)
    except DomainError as error:
        raise error.at("amount") from None
    reference = checked_bank_reference(payment.bank_reference)
    if await connection.fetchrow(BOOKED, reference) is not None:
        raise PaymentTwice().at("bank_reference")
    about = (amount, payment.booked_on, reference, "", by.account_id)
    await connection.execute(INSERT, invoice.id, EntryKind.PAYMENT.value, *about)


@asynccontextmanager
async def _booking(
    by: Principal, action: str, key: int, today: date
) -> AsyncGenerator[tuple[Connection, _Locked]]:
    """The audited transaction over an invoice, for whoever manages memberships.

    Raises NotFound and PermissionDenied.
    """
    async with transaction() as client:
        await require_visible(raw(client), INVOICES, key, by, today)
        require_management(by)
        invoice = await _locked(raw(client), key)
        async with audited(by, action, organisation_id=invoice.organisation_id) as open_:
            yield open_, invoice


async def _locked(connection: Connection, key: int) -> _Locked:
    row = await connection.fetchrow(LOCKED, key)
    assert row is not None  # noqa: S101  invoices are never deleted
    return _Locked(row[0], row[1], row[2], Balance(*tuple(row)[3:]))


def _told(problem: Problem) -> RowProblem:
    return RowProblem(problem.line, problem.column or None, problem.reason)
