"""What can be read of dues: tiers by everyone, invoices by the secretariat and who owes them.

Sums over a year are the secretariat's.
"""

from consortium.kernel.principal import Permission, Rights
from consortium.membership.models import (
    DuesYear,
    Invoice,
    InvoiceEntry,
    InvoiceReminder,
    Tier,
    TierAssignment,
)
from consortium.membership.reads.waiting import Waiting
from consortium.membership.rules.inbox import WaitKind, WaitsFor
from consortium.membership.rules.invoices import InvoiceStatus
from consortium.organisations.reads import ORGANISATIONS
from consortium.query.source import Column, Many, One, Source, everyone
from consortium.query.sqltypes import SqlType
from consortium.query.tables import columns


def _secretariat(rights: Rights) -> str:
    return "true" if rights.may(Permission.MEMBERSHIPS_MANAGE) else "false"


def _own(rights: Rights) -> str:
    """Rows of an organisation: for whoever acts for it towards the consortium."""
    if rights.may(Permission.MEMBERSHIPS_MANAGE):
        return "true"
    if rights.may(Permission.ORGANISATIONS_REPRESENT):
        return "{t}.organisation_id = {caller_organisation}"
    return "false"


def _of_own_invoice(rights: Rights) -> str:
    """Rows below an invoice."""
    if rights.may(Permission.MEMBERSHIPS_MANAGE):
        return "true"
    if rights.may(Permission.ORGANISATIONS_REPRESENT):
        return (
            "{t}.invoice_id IN (SELECT own.id FROM invoice own"
            " WHERE own.organisation_id = {caller_organisation})"
        )
    return "false"


TIERS = Source(
    name="tier",
    table="tier",
    prefix="tier",
    visible_to=everyone,
    fields=columns(Tier, "tier", ("year", "name", "revenue_from", "revenue_to", "price", "seats"))
    | {
        "revenue_currency": Column(
            "(SELECT y.revenue_currency FROM dues_year y WHERE y.year = {t}.year)", nullable=False
        ),
        "currency": Column(
            "(SELECT y.currency FROM dues_year y WHERE y.year = {t}.year)", nullable=False
        ),
    },
    filters=("id", "year", "name"),
    orders={"year": ("year",), "revenue_from": ("revenue_from",)},
    default_order=(("year", True), ("revenue_from", False)),
)

TIER_ASSIGNMENTS = Source(
    name="tier_assignment",
    table="tier_assignment",
    prefix="assignment",
    visible_to=_own,
    fields=columns(TierAssignment, "assignment", ("year", "reason", "version", "assigned_at"))
    | {
        "organisation": One(ORGANISATIONS, "{u}.id = {t}.organisation_id"),
        "tier": One(TIERS, "{u}.id = {t}.tier_id"),
    },
    filters=("year", "organisation", "tier"),
    orders={"year": ("year",)},
    default_order=(("year", True),),
)

OPEN = "greatest({t}.amount - {t}.paid - {t}.credited, 0)"
STATUS = (
    "(CASE WHEN {t}.credited >= {t}.amount THEN 'CREDITED'"
    " WHEN {t}.paid + {t}.credited >= {t}.amount THEN 'PAID'"
    " WHEN {t}.due_on < {today} THEN 'OVERDUE'"
    " WHEN {t}.paid + {t}.credited > 0 THEN 'PARTLY_PAID' ELSE 'OPEN' END)"
)

WAITING = (
    Waiting(
        WaitKind.INVOICE_OVERDUE,
        WaitsFor.MEMBER,
        "invoice",
        "SELECT i.id AS key, i.organisation_id, i.due_on AS since, NULL::date AS due_on"
        f" FROM invoice i WHERE {STATUS.format(t='i', today='{today}')} = 'OVERDUE'",
    ),
)

ENTRIES = Source(
    name="invoice_entry",
    table="invoice_entry",
    visible_to=_of_own_invoice,
    fields=columns(
        InvoiceEntry,
        None,
        ("kind", "amount", "booked_on", "bank_reference", "reason", "recorded_at"),
    ),
    filters=("kind", "booked_on", "bank_reference"),
)

REMINDERS = Source(
    name="invoice_reminder",
    table="invoice_reminder",
    visible_to=_of_own_invoice,
    fields=columns(InvoiceReminder, None, ("level", "sent_on", "mails")),
    filters=("level", "sent_on"),
)

INVOICES = Source(
    name="invoice",
    table="invoice",
    prefix="invoice",
    visible_to=_own,
    fields=columns(
        Invoice,
        "invoice",
        (
            "number",
            "reference",
            "year",
            "months",
            "amount",
            "currency",
            "issued_on",
            "due_on",
            "paid",
            "credited",
        ),
    )
    | {
        "open": Column(OPEN, SqlType.NUMERIC, nullable=False),
        "status": Column(STATUS, nullable=False, enum=InvoiceStatus),
        "organisation": One(ORGANISATIONS, "{u}.id = {t}.organisation_id"),
        "tier": One(TIERS, "{u}.id = {t}.tier_id"),
        "entries": Many(ENTRIES, "{u}.invoice_id = {t}.id"),
        "reminders": Many(REMINDERS, "{u}.invoice_id = {t}.id"),
    },
    filters=(
        "id",
        "number",
        "reference",
        "year",
        "amount",
        "issued_on",
        "due_on",
        "status",
        "organisation",
        "tier",
    ),
    orders={"number": ("number",), "due_on": ("due_on",), "amount": ("amount",)},
    default_order=(("number", True),),
)

ORGANISATIONS.relate(
    invoices=Many(INVOICES, "{u}.organisation_id = {t}.id"),
    tier_assignments=Many(TIER_ASSIGNMENTS, "{u}.organisation_id = {t}.id"),
)

CSV_HEADER = (
    "number,reference,organisation,tier,months,amount,currency,issued_on,due_on,paid,credited,"
    "open,status"
)


def _text(sql: str) -> str:
    """SQL of a quoted value. A spreadsheet would take one that begins like a formula for one."""
    guard = f"CASE WHEN {sql} ~ '^[-=+@\\t\\r]' THEN '''' ELSE '' END"
    return f"""'"' || {guard} || replace({sql}, '"', '""') || '"'"""


_VALUES = (
    "i.number",
    "i.reference",
    _text("o.name"),
    _text("b.name"),
    "i.months",
    "i.amount",
    "i.currency",
    "i.issued_on",
    "i.due_on",
    "i.paid",
    "i.credited",
    OPEN.format(t="i"),
    STATUS.replace("{today}", "{{today}}").format(t="i"),
)


def invoices_csv(year: str, today: str) -> str:
    """SQL of the invoices of a year as CSV (RFC 4180), by their numbers, as they are on the day."""
    line = ", ".join(_VALUES).replace("{today}", today)
    return (
        f"(SELECT '{CSV_HEADER}' || E'\\r\\n'"
        f" || coalesce(string_agg(concat_ws(',', {line}), E'\\r\\n' ORDER BY i.sequence)"
        " || E'\\r\\n', '')"
        " FROM invoice i JOIN organisation o ON o.id = i.organisation_id"
        f" JOIN tier b ON b.id = i.tier_id WHERE i.year = {year})"
    )


def _sum(of: str, where: str = "true") -> Column:
    return Column(
        f"(SELECT coalesce(sum({of}), 0) FROM invoice i WHERE i.year = {{t}}.year AND {where})",
        SqlType.NUMERIC,
        nullable=False,
    )


_OPEN = OPEN.format(t="i")

DUES = Source(
    name="dues",
    table="dues_year",
    visible_to=_secretariat,
    fields=columns(DuesYear, None, ("year", "version", "revenue_currency", "currency"))
    | {
        "tiers": Many(TIERS, "{u}.year = {t}.year", (("revenue_from", False),)),
        "invoices": Many(INVOICES, "{u}.year = {t}.year"),
        "invoice_count": Column(
            "(SELECT count(*) FROM invoice i WHERE i.year = {t}.year)",
            SqlType.BIGINT,
            nullable=False,
        ),
        "invoiced": _sum("i.amount"),
        "paid": _sum("i.paid"),
        "credited": _sum("i.credited"),
        "open": _sum(_OPEN),
        "overdue": _sum(_OPEN, "i.due_on < {today}"),
        "csv": Column(invoices_csv("{t}.year", "{today}"), nullable=False),
    },
)
