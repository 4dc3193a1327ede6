"""Invoices of dues: their numbers, references and amounts, and what may be booked on them."""

from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import NamedTuple

from consortium.kernel.errors import BadInput, DomainError
from consortium.kernel.money import rounded

MONTHS = 12
BANK_REFERENCE_MAX = 140


class InvoiceStatus(StrEnum):
    """How far an invoice is settled. Derived by the day; kept nowhere."""

    OPEN = "OPEN"
    PARTLY_PAID = "PARTLY_PAID"
    PAID = "PAID"
    CREDITED = "CREDITED"
    OVERDUE = "OVERDUE"


class EntryKind(StrEnum):
    """What is booked on an invoice."""

    PAYMENT = "PAYMENT"
    CREDIT = "CREDIT"
    REFUND = "REFUND"


class InvoicedAlready(DomainError):
    """The organisation has an invoice of that year; credit it in full before you issue another."""

    code = "INVOICED_ALREADY"
    constraint = "invoice_once_a_year"


class NotAMember(DomainError):
    """Dues are of members: the organisation is none in that year."""

    code = "NOT_A_MEMBER"


class TierUnknown(DomainError):
    """The organisation belongs to no tier by what is known of its revenue: assign one."""

    code = "TIER_UNKNOWN"


class DueDatePast(BadInput):
    """An invoice is due today or later."""

    code = "DUE_DATE_PAST"
    constraint = "invoice_due_after_issue"


class InvoiceUnknown(BadInput):
    """There is no invoice of that reference."""

    code = "INVOICE_UNKNOWN"


class PaymentTwice(DomainError):
    """A payment with this bank reference is booked already."""

    code = "PAYMENT_TWICE"
    constraint = "invoice_entry_bank_reference"


class CurrencyDiffers(BadInput):
    """A payment is booked in the invoice's own currency."""

    code = "CURRENCY_DIFFERS"


class CreditTooHigh(DomainError):
    """A credit is at most what is still open."""

    code = "CREDIT_ABOVE_OPEN"
    constraint = "invoice_credit_within_open"


class RefundTooHigh(DomainError):
    """A refund is at most what was paid."""

    code = "REFUND_ABOVE_PAID"
    constraint = "invoice_refund_within_paid"


class BankReferenceMissing(BadInput):
    """A payment needs the bank's reference, of 1 to 140 characters."""

    code = "BANK_REFERENCE_MISSING"
    constraint = "invoice_entry_bank_reference_given"


class BookedInFuture(BadInput):
    """What is booked has happened: today or earlier."""

    code = "BOOKED_IN_FUTURE"


class Balance(NamedTuple):
    """What an invoice is over, and what of it was paid (refunds taken off) and credited."""

    amount: Decimal
    paid: Decimal
    credited: Decimal

    @property
    def open(self) -> Decimal:
        """What is still to be paid; 0 where more was paid than asked."""
        return max(self.amount - self.paid - self.credited, Decimal(0))


def number_of(year: int, sequence: int) -> str:
    """The number of the nth invoice of a year, such as 2026-0001."""
    return f"{year}-{sequence:04d}"


def reference_of(number: str) -> str:
    """The creditor reference of an invoice's number (ISO 11649): RF, two check digits, digits.

    The check digits are those of ISO 7064, MOD 97-10, over the digits and "RF00" with R as 27 and
    F as 15.
    """
    digits = number.replace("-", "")
    return f"RF{98 - int(f'{digits}271500') % 97:02d}{digits}"


def months_due(year: int, joined_on: date | None) -> int:
    """For how many months of the year dues are owed: from the month of joining, it included.

    `joined_on` is the first day as a member; None: before anybody knows.
    """
    if joined_on is None or joined_on.year < year:
        return MONTHS
    return max(MONTHS - joined_on.month + 1, 0) if joined_on.year == year else 0


def amount_due(price: Decimal, months: int, currency: str) -> Decimal:
    """The price for so many months of twelve, in the currency's minor unit, a half up."""
    return rounded(price * months / MONTHS, currency)


def day_asked(year: int, today: date) -> date:
    """The day that decides who is a member for the dues of a year: today, or the year's nearest."""
    return min(max(today, date(year, 1, 1)), date(year, 12, 31))


def checked_bank_reference(reference: str) -> str:
    """The reference without blanks around it. Raises BankReferenceMissing."""
    told = " ".join(reference.split())
    if not 0 < len(told) <= BANK_REFERENCE_MAX:
        raise BankReferenceMissing
    return told


def check_credit(balance: Balance, amount: Decimal) -> None:
    """Refuse more than is open. Raises CreditTooHigh."""
    if amount > balance.open:
        raise CreditTooHigh(f"{balance.open:f} is still open; a credit is at most that.")


def check_refund(balance: Balance, amount: Decimal) -> None:
    """Refuse more than was paid. Raises RefundTooHigh."""
    if amount > balance.paid:
        raise RefundTooHigh(f"{balance.paid:f} was paid; a refund is at most that.")
