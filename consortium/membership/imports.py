"""Members and participants from a file, with their sizes and aliases; payments of dues."""

import re
from datetime import date
from decimal import Decimal

from consortium.documents.csv import Columns, Table
from consortium.documents.imports import Importer, Progress, Report, Row
from consortium.evidence.actions import Citations
from consortium.kernel.periods import PartialDate
from consortium.kernel.principal import ANONYMOUS
from consortium.membership.actions.entries import COLUMNS as PAYMENT_COLUMNS
from consortium.membership.actions.entries import book_rows
from consortium.membership.actions.memberships import (
    MembershipFacts,
    MembershipOverlaps,
    record_membership,
)
from consortium.membership.rules.transitions import MembershipStatus
from consortium.organisations.actions.names import AliasTaken, Names
from consortium.organisations.actions.record import (
    OrganisationFacts,
    complete_organisation,
    record_organisation,
)
from consortium.storage.raw import Connection

COLUMNS = Columns(
    ("name", "membership_status"),
    (
        "aliases",
        "evidence_as_of",
        "hq_country_iso2",
        "sector",
        "revenue_usd_bn",
        "revenue_amount",
        "revenue_currency",
        "revenue_year",
        "employees",
        "employees_year",
        "facts_matched_name",
        "facts_source",
        "notes",
        "source_url",
        "source_title",
    ),
)
STATUSES = {
    "member": MembershipStatus.MEMBER,
    "participant": MembershipStatus.PARTICIPANT,
    "sector_project_or_initiative_participant": MembershipStatus.PARTICIPANT,
    "former": MembershipStatus.FORMER,
    "historical_member": MembershipStatus.FORMER,
}
USD_PER_BILLION = Decimal(10) ** 9
_ADDRESS = re.compile(r"https?://\S+")


def starts_on(evidence_as_of: str) -> date | None:
    """The first day that the evidence speaks for; None when it names no date.

    A month stands for its first day. "undated" and spans are no date.
    """
    try:
        return PartialDate.parse(evidence_as_of).first
    except ValueError:
        return None


async def load(connection: Connection, table: Table, report: Report, progress: Progress) -> None:
    """Load organisations, their aliases and their status."""
    loader = _Loader(connection, await Names.load(connection), report)
    for done, record in enumerate(table.records, 1):
        await loader.load(Row(record, report))
        progress(done, len(table.records))


class _Loader:
    def __init__(self, connection: Connection, names: Names, report: Report) -> None:
        self._connection, self._names, self._report = connection, names, report
        self._citations = Citations(connection)
        self._lines: dict[int, int] = {}

    async def load(self, row: Row) -> None:
        facts = self._organisation(row)
        status = row.word("membership_status", STATUSES)
        evidence = row.text("evidence_as_of")
        source = (row.text("source_url"), row.text("source_title"))
        size_source = row.text("facts_source")
        aliases = [alias.strip() for alias in row.text("aliases").split(";") if alias.strip()]
        if row.rejected or status is None:
            return
        citation_id = await self._citations.of(*source)
        size_id = await self._size_citation(size_source)
        facts = facts._replace(citation_id=citation_id, size_citation_id=size_id)
        organisation_id, changed = await self._record(facts)
        if self._lines.setdefault(organisation_id, row.line) != row.line:
            row.reject("name", f"the same organisation as on line {self._lines[organisation_id]}")
            return
        changed |= await self._add_aliases(row, organisation_id, aliases)
        membership = MembershipFacts(
            organisation_id,
            status,
            starts_on(evidence),
            None,
            evidence,
            citation_id,
        )
        await self._record_membership(row, membership, changed=changed)

    def _organisation(self, row: Row) -> OrganisationFacts:
        revenue, currency = _revenue(row)
        notes = row.text("notes")
        matched = row.text("facts_matched_name")
        if matched and matched != row.text("name"):
            notes = "; ".join(filter(None, [notes, f"sizes found under the name {matched}"]))
        return OrganisationFacts(
            name=row.name("name"),
            country=row.country("hq_country_iso2"),
            sector=row.name("sector", required=False) or None,
            revenue_amount=revenue,
            revenue_currency=currency,
            revenue_year=row.year("revenue_year"),
            employees=row.whole("employees"),
            employees_year=row.year("employees_year"),
            notes=notes,
        )

    async def _size_citation(self, text: str) -> int | None:
        if _ADDRESS.fullmatch(text):
            return await self._citations.of(text, "")
        return await self._citations.of("", text)

    async def _record(self, facts: OrganisationFacts) -> tuple[int, bool]:
        known = self._names.exact(facts.name)
        if known is not None:
            return known, await complete_organisation(self._connection, known, facts)
        organisation_id = await record_organisation(self._connection, facts)
        self._names.learn(facts.name, organisation_id)
        return organisation_id, True

    async def _add_aliases(self, row: Row, organisation_id: int, aliases: list[str]) -> bool:
        added = False
        for alias in aliases:
            try:
                added |= await self._names.add_alias(organisation_id, alias)
            except AliasTaken as error:
                row.reject("aliases", error.message)
        return added

    async def _record_membership(self, row: Row, facts: MembershipFacts, *, changed: bool) -> None:
        try:
            outcome = await record_membership(self._connection, facts)
        except MembershipOverlaps as error:
            row.reject("membership_status", error.message)
            return
        if row.rejected:
            return
        self._report.count("updated" if changed and outcome == "unchanged" else outcome)


def _revenue(row: Row) -> tuple[Decimal | None, str | None]:
    """The revenue with its currency: given in full, or in billions of US dollars."""
    billions, amount = row.number("revenue_usd_bn"), row.number("revenue_amount")
    currency = row.currency("revenue_currency")
    if billions is not None:
        amount, currency = billions * USD_PER_BILLION, "USD"
    if amount is not None and amount < 0:
        row.reject("revenue_amount", f"revenue is not negative: {amount}")
    if (amount is None) != (currency is None) and not row.rejected:
        row.reject("revenue_currency", "an amount needs its currency, and a currency its amount")
    return amount, currency


async def load_payments(
    connection: Connection, table: Table, report: Report, progress: Progress
) -> None:
    """Book payments. Memberships that they settle are reinstated by the next day's job."""
    await book_rows(connection, ANONYMOUS, table, report)
    progress(len(table.records), len(table.records))


IMPORTER = Importer("members", COLUMNS, load)
PAYMENTS = Importer("payments", PAYMENT_COLUMNS, load_payments)
