"""Issue the invoices of a year: to every member that has none, or to one."""

from collections.abc import Iterable
from datetime import date
from decimal import Decimal
from typing import Any, NamedTuple

from consortium.audit.actions import audited
from consortium.identity.actions.admins import admin_addresses
from consortium.kernel.ids import GlobalId
from consortium.kernel.principal import Principal
from consortium.membership.actions.tiers import DuesOf, locked_dues, require_management
from consortium.membership.rules.invoices import (
    DueDatePast,
    InvoicedAlready,
    NotAMember,
    TierUnknown,
    amount_due,
    day_asked,
    months_due,
    number_of,
    reference_of,
)
from consortium.membership.rules.tiers import PerUsd, Revenue, Terms, Unplaced, placed
from consortium.organisations.reads import ORGANISATIONS
from consortium.outbox.actions import enqueue
from consortium.query.visible import require_visible
from consortium.storage.raw import Connection

# Whoever is a member on the day, suspended or not; $3: this organisation alone.
OWING = """
SELECT o.id, o.name, o.revenue_amount, o.revenue_currency, o.revenue_year,
    (SELECT t.name FROM tier_assignment a JOIN tier t ON t.id = a.tier_id
      WHERE a.organisation_id = o.id AND a.year = $1) AS assigned,
    (SELECT min(greatest(coalesce(m.starts_on, make_date($1, 1, 1)), make_date($1, 1, 1)))
       FROM membership m
      WHERE m.organisation_id = o.id
        AND m.status IN ('MEMBER', 'SUSPENDED', 'UNDER_EXPULSION', 'UNDER_APPEAL')
        AND (m.starts_on IS NULL OR m.starts_on <= make_date($1, 12, 31))
        AND (m.ends_on IS NULL OR m.ends_on >= make_date($1, 1, 1))) AS joined_on,
    EXISTS (SELECT FROM invoice i
      WHERE i.organisation_id = o.id AND i.year = $1 AND i.credited < i.amount) AS invoiced
FROM organisation o
WHERE EXISTS (SELECT FROM membership m
      WHERE m.organisation_id = o.id AND m.status IN ('MEMBER', 'SUSPENDED')
        AND (m.starts_on IS NULL OR m.starts_on <= $2) AND (m.ends_on IS NULL OR $2 <= m.ends_on))
  AND ($3::bigint IS NULL OR o.id = $3)
ORDER BY o.name_key
"""
LAST = "SELECT coalesce(max(sequence), 0) FROM invoice WHERE year = $1"
INSERT = """
INSERT INTO invoice (number, reference, year, sequence, organisation_id, tier_id, months, amount,
    currency, issued_on, due_on)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11) RETURNING id
"""
# Another feature's table, which may not be there yet: units of a currency for 1 US dollar.
HAS_RATES = "SELECT to_regclass('exchange_rate') IS NOT NULL"
RATES = "SELECT currency, year, per_usd FROM exchange_rate WHERE currency = ANY ($1)"
SECRETARIAT = """
SELECT DISTINCT a.email FROM role_grant r JOIN account a ON a.id = r.account_id
WHERE r.role = 'SECRETARIAT' AND a.email IS NOT NULL AND a.disabled_at IS NULL
ORDER BY a.email
"""


class IssueInvoices(NamedTuple):
    """Of which year, to be paid by when."""

    year: int
    due_on: date


class IssueInvoice(NamedTuple):
    """To whom, of which year, to be paid by when."""

    organisation: int
    year: int
    due_on: date


class MemberLeftOut(NamedTuple):
    """A member without an invoice, and why."""

    organisation: str
    name: str
    reason: Unplaced


class Issued(NamedTuple):
    """The row of the year (`key`), how many invoices there are now, and who was left out."""

    key: int
    issued: int
    left_out: tuple[MemberLeftOut, ...]


class _Owing(NamedTuple):
    id: int
    name: str
    revenue: Revenue
    assigned: str | None
    joined_on: date
    invoiced: bool


async def issue_invoices(by: Principal, command: IssueInvoices, today: date) -> Issued:
    """Issue an invoice to every member that has none of that year.

    Raises:
        PermissionDenied: the caller manages no memberships.
        YearUnknown: that year has no tiers.
        DueDatePast: it would be overdue at once.
    """
    year, due_on = command
    async with audited(by, "invoices:issue", note=str(year)) as open_:
        require_management(by)
        dues = await locked_dues(open_, year)
        issuing = await _Issuing.begin(open_, dues, due_on, today)
        left_out: list[MemberLeftOut] = []
        issued = 0
        for owing in await _owing(open_, year, today):
            tier = issuing.tier_of(owing)
            if owing.invoiced:
                continue
            if isinstance(tier, Unplaced):
                left_out.append(MemberLeftOut(str(GlobalId("org", owing.id)), owing.name, tier))
                continue
            await issuing.issue(owing, tier)
            issued += 1
        key: int = await open_.fetchval("SELECT id FROM dues_year WHERE year = $1", year)
    return Issued(key, issued, tuple(left_out))


async def issue_invoice(by: Principal, command: IssueInvoice, today: date) -> int:
    """Issue the invoice of one organisation; returns its id.

    Raises:
        NotFound: there is no such organisation.
        PermissionDenied: the caller manages no memberships.
        NotAMember, InvoicedAlready, TierUnknown: there is nothing to be invoiced, or no telling.
        YearUnknown, DueDatePast: as `issue_invoices`.
    """
    organisation, year, due_on = command
    async with audited(by, "invoice:issue", organisation_id=organisation) as open_:
        await require_visible(open_, ORGANISATIONS, organisation, by, today)
        require_management(by)
        dues = await locked_dues(open_, year)
        issuing = await _Issuing.begin(open_, dues, due_on, today)
        owing = next(iter(await _owing(open_, year, today, organisation)), None)
        if owing is None:
            raise NotAMember
        if owing.invoiced:
            raise InvoicedAlready
        tier = issuing.tier_of(owing)
        if isinstance(tier, Unplaced):
            raise TierUnknown(_untold(owing, tier))
        return await issuing.issue(owing, tier)


async def people_to_tell(connection: Connection, organisation_id: int) -> list[str]:
    """The addresses of an organisation's admins; of the secretariat where it has none."""
    if admins := await admin_addresses(connection, organisation_id):
        return admins
    return [row["email"] for row in await connection.fetch(SECRETARIAT)]


def _untold(owing: _Owing, why: Unplaced) -> str:
    if why is Unplaced.REVENUE_UNKNOWN:
        return f"The revenue of {owing.name} is not known: assign a tier, with a reason."
    return (
        f"The revenue of {owing.name} is in {owing.revenue.currency}, and no rate of"
        f" {owing.revenue.year or 'its year'} is known: assign a tier, with a reason."
    )


async def _owing(
    connection: Connection, year: int, today: date, organisation: int | None = None
) -> list[_Owing]:
    rows = await connection.fetch(OWING, year, day_asked(year, today), organisation)
    return [_Owing(row[0], row[1], Revenue(*tuple(row)[2:5]), *tuple(row)[5:8]) for row in rows]


class _Issuing:
    """Issues invoices of one year, one number after the other."""

    def __init__(
        self, connection: Connection, dues: DuesOf, days: tuple[date, date], per_usd: PerUsd
    ) -> None:
        self._connection, self._dues, self._days, self._per_usd = connection, dues, days, per_usd
        self._terms: list[Terms] = [terms for _, terms in dues.tiers.values()]

    @classmethod
    async def begin(
        cls, connection: Connection, dues: DuesOf, due_on: date, today: date
    ) -> "_Issuing":
        """Raises DueDatePast."""
        if due_on < today:
            raise DueDatePast(f"{due_on} is past: an invoice is due today or later.")
        per_usd = await _rates(connection)
        return cls(connection, dues, (today, due_on), per_usd)

    def tier_of(self, owing: _Owing) -> str | Unplaced:
        """The tier that was assigned, else the one of the revenue."""
        if owing.assigned is not None:
            return owing.assigned
        return placed(owing.revenue, self._terms, self._dues.revenue_currency, self._per_usd)

    async def issue(self, owing: _Owing, tier: str) -> int:
        """Write the invoice and tell its organisation; returns its id."""
        tier_id, terms = self._dues.tiers[tier]
        months = months_due(self._dues.year, owing.joined_on)
        assert terms.price is not None  # noqa: S101  the column is not null
        amount = amount_due(terms.price, months, self._dues.currency)
        sequence: int = await self._connection.fetchval(LAST, self._dues.year) + 1
        number = number_of(self._dues.year, sequence)
        about = (self._dues.year, sequence, owing.id, tier_id, months, amount)
        key: int = await self._connection.fetchval(
            INSERT, number, reference_of(number), *about, self._dues.currency, *self._days
        )
        data = told_of(owing.name, number, amount, self._dues.currency, self._days[1])
        for address in await people_to_tell(self._connection, owing.id):
            await enqueue(self._connection, address, "invoice_issued", data)
        return key


def told_of(
    organisation: str, number: str, amount: Decimal, currency: str, due_on: date
) -> dict[str, str]:
    """What mails about an invoice say."""
    return {
        "organisation": organisation,
        "number": number,
        "reference": reference_of(number),
        "amount": f"{amount:f} {currency}",
        "due_on": due_on.isoformat(),
    }


async def _rates(connection: Connection) -> PerUsd:
    """The yearly average rates that are known."""
    if not await connection.fetchval(HAS_RATES):
        return lambda _currency, _year: None
    rows: Iterable[Any] = await connection.fetch(
        "SELECT currency, year, per_usd FROM exchange_rate"
    )
    rates = {(row["currency"], row["year"]): row["per_usd"] for row in rows}
    return lambda currency, year: rates.get((currency, year))
