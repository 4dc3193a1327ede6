"""Dues: tiers of a year, invoices, and what is booked on them."""

from datetime import date, datetime
from decimal import Decimal
from typing import Annotated

import strawberry

from consortium.audit.reads import AUDIT_ENTRIES
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
from consortium.membership.reads.dues import DUES, INVOICES, TIER_ASSIGNMENTS, TIERS
from consortium.membership.rules.invoices import EntryKind, InvoiceStatus
from consortium.membership.rules.reminders import Level
from consortium.membership.rules.tiers import Unplaced
from consortium.organisations.reads import ORGANISATIONS
from schema.audit import AuditEntry
from schema.enums import described
from schema.filters import filter_of, order_of
from schema.mutations import Does, Refusal, mutation
from schema.nodes import Node, extends
from schema.organisations import Organisation
from schema.paging import Connection, argument, connection, field, optional
from schema.scalars import BigInt, CurrencyCode
from schema.subscriptions import Change, rows

described(
    InvoiceStatus,
    "How far an invoice is settled, today.",
    OPEN="Nothing is paid, and it is not due yet.",
    PARTLY_PAID="Something is paid or credited, and the rest is not due yet.",
    PAID="Paid, or paid and credited, in full.",
    CREDITED="Credited in full: nothing is owed.",
    OVERDUE="Something is open, and the due date is past.",
)
described(
    EntryKind,
    "What is booked on an invoice.",
    PAYMENT="Money that came in.",
    CREDIT="Something that is not owed any more.",
    REFUND="Money that went back.",
)
described(
    Level,
    "What follows when dues are not paid; each once for an invoice.",
    UPCOMING="A mail two weeks before the due date.",
    FIRST="A reminder, 14 days after the due date.",
    SECOND="Another one, 30 days after it.",
    SUSPENSION="The membership is suspended, 60 days after it.",
)
described(
    Unplaced,
    "Why an organisation belongs to no tier by its revenue.",
    REVENUE_UNKNOWN="Its revenue is not known.",
    RATE_UNKNOWN="Its revenue is in another currency, and no rate of that year is known.",
)

TierFilter = filter_of(TIERS)
TierOrder = order_of(TIERS)
InvoiceFilter = filter_of(INVOICES)
InvoiceOrder = order_of(INVOICES)
TierAssignmentFilter = filter_of(TIER_ASSIGNMENTS)
TierAssignmentOrder = order_of(TIER_ASSIGNMENTS)


@strawberry.type(
    description="What members of a band of revenue owe in a year. The bands of a year neither"
    " overlap nor leave a gap."
)
class Tier(Node):
    year: int = strawberry.field(description="The year.")
    name: str = strawberry.field(description="Its name, of its own in the year.")
    revenue_currency: CurrencyCode = strawberry.field(description="The currency of the band.")
    revenue_from: Decimal = strawberry.field(description="The band's lower end, included.")
    revenue_to: Decimal | None = strawberry.field(
        description="The band's upper end, excluded; null where it is open."
    )
    price: Decimal = strawberry.field(description="The dues for the whole year.")
    currency: CurrencyCode = strawberry.field(description="The currency of the price.")
    seats: int | None = strawberry.field(
        description="How many people of a member may have a role; null where there is no limit."
    )


@strawberry.type(
    description="The tier that the secretariat gave to an organisation for a year, whatever its"
    " revenue. Seen by the secretariat and by whoever represents the organisation."
)
class TierAssignment(Node):
    year: int = strawberry.field(description="The year.")
    reason: str = strawberry.field(description="Why.")
    version: int = strawberry.field(description="Grows with each change; to be sent with the next.")
    assigned_at: datetime = strawberry.field(description="When it was last changed.")
    organisation: Organisation = strawberry.field(description="Whose tier.")
    tier: Tier = strawberry.field(description="The tier.")


@strawberry.type(description="Something booked on an invoice. It is never changed.")
class InvoiceEntry:
    kind: EntryKind = strawberry.field(description="What it is.")
    amount: Decimal = strawberry.field(description="How much, in the invoice's currency.")
    booked_on: date = strawberry.field(description="Its day in the books.")
    bank_reference: str | None = strawberry.field(
        description="The bank's reference; null for a credit."
    )
    reason: str | None = strawberry.field(description="Why, where one was given.")
    recorded_at: datetime = strawberry.field(description="When it was recorded here.")


@strawberry.type(description="What followed because an invoice was not paid.")
class InvoiceReminder:
    level: Level = strawberry.field(description="What it was.")
    sent_on: date = strawberry.field(description="The day.")
    mails: int = strawberry.field(description="How many people were told.")


@strawberry.type(
    description="What an organisation owes for a year. Numbers have no gaps. Seen by the"
    " secretariat and by whoever represents the organisation."
)
class Invoice(Node):
    number: str = strawberry.field(description="Its number, such as 2026-0001.")
    reference: str = strawberry.field(
        description="What a payment names: a creditor reference (ISO 11649)."
    )
    year: int = strawberry.field(description="The year of the dues.")
    months: int = strawberry.field(
        description="For how many months of it: from the month of joining, it included."
    )
    amount: Decimal = strawberry.field(
        description="The tier's price for these months, in the currency's minor unit, a half up."
    )
    currency: CurrencyCode = strawberry.field(description="The currency.")
    issued_on: date = strawberry.field(description="When it was issued.")
    due_on: date = strawberry.field(description="The last day on which it is paid in time.")
    paid: Decimal = strawberry.field(description="What was paid; refunds are taken off.")
    credited: Decimal = strawberry.field(description="What was credited.")
    open: Decimal = strawberry.field(
        description="What is still to be paid; 0 where more was paid than asked."
    )
    status: InvoiceStatus = strawberry.field(description="How far it is settled, today.")
    organisation: Organisation = strawberry.field(description="Who owes it.")
    tier: Tier = strawberry.field(description="The tier it was issued for.")
    entries: list[InvoiceEntry] = strawberry.field(description="What was booked, in that order.")
    reminders: list[InvoiceReminder] = strawberry.field(description="What followed, in that order.")


@strawberry.type(description="The dues of a year, as they stand today. Seen by the secretariat.")
class Dues:
    year: int = strawberry.field(description="The year.")
    version: int = strawberry.field(
        description="Grows with each change of the tiers; to be sent with the next."
    )
    revenue_currency: CurrencyCode = strawberry.field(description="The currency of the bands.")
    currency: CurrencyCode = strawberry.field(description="The currency of all amounts.")
    tiers: list[Tier] = strawberry.field(description="The tiers, from the lowest band.")
    invoices: Connection[Invoice] = connection(
        "The year's invoices, latest first.", InvoiceFilter, InvoiceOrder
    )
    invoice_count: BigInt = strawberry.field(description="How many there are.")
    invoiced: Decimal = strawberry.field(description="The sum of all invoices.")
    paid: Decimal = strawberry.field(description="What was paid; refunds are taken off.")
    credited: Decimal = strawberry.field(description="What was credited.")
    open: Decimal = strawberry.field(description="What is still to be paid.")
    overdue: Decimal = strawberry.field(description="What of that was due before today.")
    csv: str = strawberry.field(
        description="The year's invoices as CSV (RFC 4180), for accounting."
    )


@extends(Organisation)
class OrganisationDues:
    invoices: list[Invoice] = strawberry.field(
        description="Its invoices, latest first; empty for whoever may not see them."
    )
    tier_assignments: list[TierAssignment] = strawberry.field(
        description="The tiers it was given, latest year first; empty as for invoices."
    )


@strawberry.type
class DuesQuery:
    tiers: Connection[Tier] = connection(
        "The tiers of every year, latest year first.", TierFilter, TierOrder
    )
    invoice: Invoice | None = field(
        "One invoice, by its id or its reference.",
        optional("id", strawberry.ID, "Its global id."),
        optional("reference", str, "What a payment names, such as RF6320260001."),
    )
    invoices: Connection[Invoice] = connection(
        "Invoices that you may see, latest first.", InvoiceFilter, InvoiceOrder
    )
    tier_assignments: Connection[TierAssignment] = connection(
        "Tiers that were given to organisations, latest year first.",
        TierAssignmentFilter,
        TierAssignmentOrder,
    )
    dues: Dues | None = field(
        "The dues of a year; null if it has no tiers, or you may not see them.",
        argument("year", int, "The year."),
    )


@strawberry.type
class DuesSubscription:
    invoice_changed: Change[Invoice] = rows(INVOICES, "An invoice was issued, paid or changed.")


@strawberry.input(description="A tier of a year.")
class TierInput:
    name: str = strawberry.field(description="Its name, 1 to 100 characters.")
    revenue_from: Decimal = strawberry.field(description="The band's lower end, included.")
    revenue_to: Decimal | None = strawberry.field(
        description="The band's upper end, excluded; left out where it is open.",
        default=strawberry.UNSET,
    )
    price: Decimal | None = strawberry.field(
        description="The dues for a whole year. Needed.", default=strawberry.UNSET
    )
    seats: int | None = strawberry.field(
        description="How many people of a member may have a role; left out: no limit.",
        default=strawberry.UNSET,
    )


@strawberry.input(description="All tiers of a year.")
class SetTiersInput:
    year: int = strawberry.field(description="The year.")
    version: int = strawberry.field(
        description="The version of the year's dues that you read; 0 where it had none."
    )
    revenue_currency: CurrencyCode = strawberry.field(description="The currency of the bands.")
    currency: CurrencyCode = strawberry.field(description="The currency of the prices.")
    tiers: list[TierInput] = strawberry.field(
        description="The tiers. Their bands begin at 0 and cover every revenue."
    )


@strawberry.input(description="A tier for an organisation whose revenue decides nothing.")
class AssignTierInput:
    organisation: strawberry.ID = strawberry.field(description="Whose tier.")
    year: int = strawberry.field(description="The year.")
    tier: strawberry.ID = strawberry.field(description="The tier, one of that year.")
    reason: str = strawberry.field(description="Why, 1 to 1000 characters.")
    version: int = strawberry.field(
        description="The version of the assignment that you read; 0 where there was none."
    )


@strawberry.input(description="Invoices for every member that has none of that year.")
class IssueInvoicesInput:
    year: int = strawberry.field(description="The year of the dues.")
    due_on: date = strawberry.field(description="The last day on which they are paid in time.")


@strawberry.input(description="The invoice of one member.")
class IssueInvoiceInput:
    organisation: strawberry.ID = strawberry.field(description="Who owes it.")
    year: int = strawberry.field(description="The year of the dues.")
    due_on: date = strawberry.field(description="The last day on which it is paid in time.")


@strawberry.input(description="A payment that came in.")
class RecordPaymentInput:
    invoice: strawberry.ID = strawberry.field(description="For which invoice.")
    amount: Decimal = strawberry.field(description="How much.")
    currency: CurrencyCode = strawberry.field(description="In which currency: the invoice's.")
    booked_on: date = strawberry.field(description="Its day in the books; today or earlier.")
    bank_reference: str = strawberry.field(
        description="The bank's reference, which is booked once."
    )


@strawberry.input(description="A payment that went back.")
class RefundPaymentInput:
    invoice: strawberry.ID = strawberry.field(description="Of which invoice.")
    amount: Decimal = strawberry.field(description="How much; at most what was paid.")
    booked_on: date = strawberry.field(description="Its day in the books; today or earlier.")
    bank_reference: str = strawberry.field(
        description="The bank's reference, which is booked once."
    )
    reason: str = strawberry.field(description="Why, 1 to 1000 characters.")


@strawberry.input(description="What is not owed any more of an invoice.")
class CreditInvoiceInput:
    invoice: strawberry.ID = strawberry.field(description="Of which invoice.")
    reason: str = strawberry.field(description="Why, 1 to 1000 characters.")
    amount: Decimal | None = strawberry.field(
        description="How much; all that is open unless given.", default=strawberry.UNSET
    )


@strawberry.input(description="Payments from accounting.")
class ImportPaymentsInput:
    csv: str = strawberry.field(
        description="CSV with the columns invoice (its reference or number), amount, currency,"
        " booked_on and bank_reference."
    )


@strawberry.type(description="A member without an invoice.")
class MemberLeftOut:
    organisation: strawberry.ID = strawberry.field(description="Its global id.")
    name: str = strawberry.field(description="Its name.")
    reason: Unplaced = strawberry.field(description="Why: assign it a tier.")


@strawberry.type(description="What issuing the invoices of a year did.")
class IssuedInvoices:
    dues: Dues | None = strawberry.field(description="The dues of the year.")
    issued: int = strawberry.field(description="How many invoices were issued now.")
    left_out: list[MemberLeftOut] = strawberry.field(description="Who got none, and why.")


@strawberry.type(description="Why a row of a file was rejected.")
class RowProblem:
    line: int = strawberry.field(description="The line of the file; the header's is 1.")
    column: str | None = strawberry.field(description="The column; null for the whole row.")
    reason: str = strawberry.field(description="What is wrong.")


@strawberry.type(
    description="What a file of payments did: everything, or nothing where there are errors."
)
class ImportedPayments:
    entry: AuditEntry | None = strawberry.field(
        description="Its entry in the audit trail; null where nothing was booked."
    )
    rows: int = strawberry.field(description="How many rows the file has.")
    booked: int = strawberry.field(description="How many payments were booked.")
    unchanged: int = strawberry.field(description="How many had been booked before.")
    errors: list[RowProblem] = strawberry.field(description="The rows that were rejected.")


DuesResult = Annotated[
    Dues | Refusal,
    strawberry.union("DuesResult", description="The year's dues, or why nothing was changed."),
]
TierAssignmentResult = Annotated[
    TierAssignment | Refusal,
    strawberry.union(
        "TierAssignmentResult", description="The assignment, or why nothing was changed."
    ),
]
InvoiceResult = Annotated[
    Invoice | Refusal,
    strawberry.union("InvoiceResult", description="The invoice, or why nothing was done."),
]
IssuedInvoicesResult = Annotated[
    IssuedInvoices | Refusal,
    strawberry.union(
        "IssuedInvoicesResult", description="What was issued, or why nothing was done."
    ),
]
ImportedPaymentsResult = Annotated[
    ImportedPayments | Refusal,
    strawberry.union(
        "ImportedPaymentsResult", description="What was booked, or why the file cannot be read."
    ),
]
_OF_INVOICE = {"invoice": INVOICES}


@strawberry.type
class DuesMutation:
    set_tiers: DuesResult | None = mutation(
        "Set the tiers of a year as a whole. What was invoiced stays as it is.",
        Does(set_tiers, SetTiers, SetTiersInput, DUES),
    )
    assign_tier: TierAssignmentResult | None = mutation(
        "Give an organisation a tier, whatever its revenue.",
        Does(
            assign_tier,
            AssignTier,
            AssignTierInput,
            TIER_ASSIGNMENTS,
            {"organisation": ORGANISATIONS, "tier": TIERS},
        ),
    )
    issue_invoices: IssuedInvoicesResult | None = mutation(
        "Issue an invoice to every member that has none of the year, and tell it by mail.",
        Does(issue_invoices, IssueInvoices, IssueInvoicesInput, DUES, around="dues"),
    )
    issue_invoice: InvoiceResult | None = mutation(
        "Issue the invoice of one member, and tell it by mail.",
        Does(
            issue_invoice,
            IssueInvoice,
            IssueInvoiceInput,
            INVOICES,
            {"organisation": ORGANISATIONS},
        ),
    )
    record_payment: InvoiceResult | None = mutation(
        "Book a payment. A membership that was suspended for it is reinstated.",
        Does(record_payment, RecordPayment, RecordPaymentInput, INVOICES, _OF_INVOICE),
    )
    refund_payment: InvoiceResult | None = mutation(
        "Book that money went back.",
        Does(refund_payment, RefundPayment, RefundPaymentInput, INVOICES, _OF_INVOICE),
    )
    credit_invoice: InvoiceResult | None = mutation(
        "Take off what is not owed. One that is credited in full makes room for another.",
        Does(credit_invoice, CreditInvoice, CreditInvoiceInput, INVOICES, _OF_INVOICE),
    )
    import_payments: ImportedPaymentsResult | None = mutation(
        "Book the payments of a file: all of them, or none. Sent again, it changes nothing.",
        Does(
            import_payments,
            ImportPayments,
            ImportPaymentsInput,
            AUDIT_ENTRIES,
            around="entry",
        ),
    )
