"""Disclosed inventories from a file."""

from hashlib import sha256

from consortium.documents.csv import Columns, Table
from consortium.documents.imports import Importer, Progress, Report, Row, ordered
from consortium.evidence.actions import Citations
from consortium.inventory.actions import InventoryFacts, record_inventory
from consortium.kernel.text import search_words
from consortium.organisations.actions.names import Names
from consortium.storage.raw import Connection

COLUMNS = Columns(
    ("company", "year_label"),
    (
        "hq_country",
        "period_start",
        "period_end",
        "scope1_tco2e",
        "scope2_location_tco2e",
        "scope2_market_tco2e",
        "scope2_unspecified_tco2e",
        "scope3_tco2e",
        "total_reported_tco2e",
        "notes",
        "primary_source",
        "quality",
        "source_url",
        "source_title",
    ),
)
QUARANTINE = "quarantine"


def reference(company: str, label: str, source: str) -> str:
    """The key of an inventory: who, when, and by which source, since two may tell of one year."""
    digest = sha256(source.encode()).hexdigest()[:6]
    words = search_words(f"{company} {label}").replace(" ", "-")
    return f"{words}-{digest}"


async def load(connection: Connection, table: Table, report: Report, progress: Progress) -> None:
    """Load the inventories; companies that no name matches are recorded."""
    names, citations = await Names.load(connection), Citations(connection)
    lines: dict[str, int] = {}
    for done, record in enumerate(table.records, 1):
        row = Row(record, report)
        country = row.country("hq_country")
        source = (row.text("source_url"), row.text("source_title"))
        facts = _facts(row)
        first = lines.setdefault(facts.reference, row.line)
        if first != row.line:
            row.reject("year_label", f"the same company, label and source as on line {first}")
        if row.rejected:
            continue
        organisation_id = await _organisation(names, row.name("company"), country, report)
        citation_id = await citations.of(*source)
        facts = facts._replace(organisation_id=organisation_id, citation_id=citation_id)
        report.count(await record_inventory(connection, facts))
        progress(done, len(table.records))


async def _organisation(names: Names, name: str, country: str | None, report: Report) -> int:
    found = names.find(name)
    if found is None:
        found = await names.add(name, country)
        report.note(f"new organisation: {name}")
    elif country is not None:
        await names.place(found, country)
    return found


def _facts(row: Row) -> InventoryFacts:
    """The inventory of a row, its organisation still to be found."""
    starts, ends = row.day("period_start"), row.day("period_end")
    ordered(row, "period_start", "period_end", starts, ends)
    company, label = row.name("company"), row.name("year_label")
    quality = row.text("quality")
    source = row.text("source_url") or row.text("source_title")
    return InventoryFacts(
        reference=reference(company, label, source),
        organisation_id=0,
        label=label,
        period_start=starts,
        period_end=ends,
        scope1_kg_co2e=row.tonnes_as_kg("scope1_tco2e"),
        scope2_location_kg_co2e=row.tonnes_as_kg("scope2_location_tco2e"),
        scope2_market_kg_co2e=row.tonnes_as_kg("scope2_market_tco2e"),
        scope2_unspecified_kg_co2e=row.tonnes_as_kg("scope2_unspecified_tco2e"),
        scope3_kg_co2e=row.tonnes_as_kg("scope3_tco2e"),
        total_kg_co2e=row.tonnes_as_kg("total_reported_tco2e"),
        notes=row.text("notes"),
        primary_source=row.text("primary_source"),
        quality=quality,
        quarantined=quality.casefold().startswith(QUARANTINE),
    )


IMPORTER = Importer("inventories", COLUMNS, load)
