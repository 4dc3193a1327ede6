"""Corporate groups and exchange rates from files."""

from decimal import ROUND_HALF_EVEN, Context, Decimal

from consortium.documents.csv import Columns, Table
from consortium.documents.imports import Importer, Progress, Report, Row, ordered
from consortium.evidence.actions import Citations
from consortium.organisations.actions.exchange_rates import RateFacts, record_exchange_rates
from consortium.organisations.actions.names import Names
from consortium.organisations.actions.parentage import (
    ParentageConflict,
    ParentageFacts,
    record_parentage,
)
from consortium.organisations.rules import ParentageRelation
from consortium.storage.raw import Connection

COLUMNS = Columns(
    ("child", "parent", "relation"),
    ("equity_share", "starts_on", "ends_on", "notes", "source_url", "source_title"),
)
# Published rates have at most so many digits.
INVERTED = Context(prec=8, rounding=ROUND_HALF_EVEN)
RELATIONS = {
    "control": ParentageRelation.CONTROL,
    "associate": ParentageRelation.ASSOCIATE,
    "joint venture": ParentageRelation.JOINT_VENTURE,
    "joint_venture": ParentageRelation.JOINT_VENTURE,
}


async def known_or_new(names: Names, name: str, report: Report, country: str | None = None) -> int:
    """The organisation of a name; one that matches nothing is recorded, and that is told."""
    found = names.find(name)
    if found is None:
        found = await names.add(name, country)
        report.note(f"new organisation: {name}")
    return found


async def load(connection: Connection, table: Table, report: Report, progress: Progress) -> None:
    """Load the relations; each row on its own."""
    names, citations = await Names.load(connection), Citations(connection)
    for done, record in enumerate(table.records, 1):
        row = Row(record, report)
        child, parent = row.name("child"), row.name("parent")
        relation = row.word("relation", RELATIONS)
        share = row.number("equity_share")
        if share is not None and not 0 <= share <= 1:
            row.reject("equity_share", f"a share is a number from 0 to 1, not {share}")
        starts, ends = row.day("starts_on"), row.day("ends_on")
        ordered(row, "starts_on", "ends_on", starts, ends)
        url, title = row.text("source_url"), row.text("source_title")
        notes = row.text("notes")
        if row.rejected or relation is None:
            continue
        child_id = await known_or_new(names, child, report)
        parent_id = await known_or_new(names, parent, report)
        citation_id = await citations.of(url, title)
        facts = ParentageFacts(
            child_id, parent_id, relation, share, starts, ends, citation_id, notes
        )
        await _record(connection, facts, row, report)
        progress(done, len(table.records))


async def _record(connection: Connection, facts: ParentageFacts, row: Row, report: Report) -> None:
    if facts.child_id == facts.parent_id:
        row.reject("parent", "an organisation does not belong to itself")
        return
    try:
        outcome = await record_parentage(connection, facts)
    except ParentageConflict as error:
        row.reject("parent", error.message)
        return
    report.count(outcome)


IMPORTER = Importer("corporate-groups", COLUMNS, load)

RATE_COLUMNS = Columns(
    ("currency", "year"), ("per_usd", "usd_per_unit", "source_url", "source_title")
)


async def load_rates(
    connection: Connection, table: Table, report: Report, progress: Progress
) -> None:
    """Load yearly average rates: units for one US dollar, or US dollars for one unit."""
    citations, rates = Citations(connection), dict[tuple[str, int], RateFacts]()
    for done, record in enumerate(table.records, 1):
        row = Row(record, report)
        currency, year = row.currency("currency"), row.year("year")
        source = (row.text("source_url"), row.text("source_title"))
        per_usd = _per_usd(row)
        if currency is None or year is None:
            row.reject("currency" if currency is None else "year", "a value is needed")
        elif currency == "USD":
            row.reject("currency", "the US dollar is what rates are told in")
        elif (currency, year) in rates:
            row.reject("year", f"the rate of {currency} in {year} stands above already")
        if row.rejected or currency is None or year is None or per_usd is None:
            continue
        citation_id = await citations.of(*source)
        rates[currency, year] = RateFacts(currency, year, per_usd, citation_id)
        progress(done, len(table.records))
    if not report.rejected:
        for outcome in await record_exchange_rates(connection, list(rates.values())):
            report.count(outcome)


def _per_usd(row: Row) -> Decimal | None:
    """Units for one dollar, as given; the other way round, to eight significant digits."""
    given = {name: row.number(name) for name in ("per_usd", "usd_per_unit")}
    told = {name: value for name, value in given.items() if value is not None}
    if len(told) != 1:
        row.reject("per_usd", "give the units for one US dollar, or the dollars for one unit")
        return None
    [(name, value)] = told.items()
    if value <= 0:
        row.reject(name, f"a rate is above 0: {value}")
        return None
    return value if name == "per_usd" else INVERTED.divide(Decimal(1), value)


EXCHANGE_RATES = Importer("exchange-rates", RATE_COLUMNS, load_rates)
