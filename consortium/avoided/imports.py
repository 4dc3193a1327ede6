"""Disclosed avoided emissions from a file. Rows may refer to each other, also forward."""

from collections.abc import Iterable
from typing import NamedTuple, TypeVar

from consortium.avoided.actions.claims import ClaimLinks, ClaimRecord, record_claims
from consortium.avoided.rules.quantities import bound_of
from consortium.avoided.rules.vocabulary import Bound, ClaimKind, RecordType
from consortium.documents.csv import Columns, Table
from consortium.documents.imports import Importer, Progress, Report, Row, ordered
from consortium.evidence.actions import Citations
from consortium.kernel.visibility import Visibility
from consortium.organisations.actions.names import Names
from consortium.storage.raw import Connection

COLUMNS = Columns(
    ("row_id", "company", "kind", "record_type"),
    (
        "fiscal_label",
        "period_start",
        "period_end",
        "quantity_tco2e",
        "quantity_low_tco2e",
        "quantity_high_tco2e",
        "category_or_solution",
        "methodology_named",
        "part_of",
        "series",
        "supersedes",
        "method_change_from",
        "verified_by",
        "qualifier",
        "as_published",
        "quality",
        "separate_from_parent",
        "visibility",
        "notes",
        "published_on",
        "source_url",
        "source_title",
    ),
)
KINDS = {
    "year-on-year": ClaimKind.YEAR_ON_YEAR,
    "forward-looking": ClaimKind.FORWARD_LOOKING,
    "forward-looking/lifetime": ClaimKind.FORWARD_LOOKING,
    "cumulative": ClaimKind.CUMULATIVE,
}
RECORD_TYPES = {one.value.casefold(): one for one in RecordType}
VISIBILITIES = {one.value.casefold(): one for one in Visibility}
YES_NO = {"yes": True, "no": False}
QUARANTINE = "quarantine"
LINK_COLUMNS = ("part_of", "supersedes", "method_change_from")

# Each recorded claim that the given ones lead to, with its own links and its organisation.
RECORDED = """
WITH RECURSIVE reached (id) AS (
    SELECT id FROM avoided_claim WHERE reference = ANY ($1)
    UNION
    SELECT next.id FROM reached r JOIN avoided_claim c ON c.id = r.id
    JOIN avoided_claim next ON next.id IN (c.part_of_id, c.supersedes_id, c.method_change_from_id)
)
SELECT c.reference, c.organisation_id, p.reference, s.reference, m.reference
FROM reached r JOIN avoided_claim c ON c.id = r.id
LEFT JOIN avoided_claim p ON p.id = c.part_of_id
LEFT JOIN avoided_claim s ON s.id = c.supersedes_id
LEFT JOIN avoided_claim m ON m.id = c.method_change_from_id
"""


Value = TypeVar("Value")


class _Read(NamedTuple):
    """A row of the file as read; the organisation and the citation are found later."""

    row: Row
    company: str
    claim: ClaimRecord
    links: ClaimLinks
    source: tuple[str, str]


class _Recorded(NamedTuple):
    organisation_id: int
    links: ClaimLinks


async def load(connection: Connection, table: Table, report: Report, progress: Progress) -> None:
    """Load the claims; companies that no name matches are recorded."""
    read = [one for one in (_read(Row(record, report), report) for record in table.records) if one]
    read = _distinct(read, report)
    named = {ref for one in read for ref in (one.claim.reference, *one.links) if ref}
    recorded = {
        row[0]: _Recorded(row[1], ClaimLinks(*row[2:]))
        for row in await connection.fetch(RECORDED, list(named))
    }
    read = _resolvable(read, recorded)
    found = await _found(connection, read, report, progress)
    _check_restatements(found, recorded)
    kept = [one for one in found if not one.row.rejected]
    today = await connection.fetchval("SELECT current_date")
    # A row may have become unresolvable when the one it names was rejected just now.
    kept = _resolvable(kept, recorded)
    outcomes = await record_claims(connection, [(one.claim, one.links) for one in kept], today)
    for outcome in outcomes:
        report.count(outcome)
    _note_lonely_series(kept, report)


def _read(row: Row, report: Report) -> _Read | None:
    kind, record_type = row.word("kind", KINDS), row.word("record_type", RECORD_TYPES)
    bound, qualifier = _bound(row, report)
    published = row.partial("published_on")
    starts, ends = row.day("period_start"), row.day("period_end")
    ordered(row, "period_start", "period_end", starts, ends)
    quality = row.text("quality")
    links = ClaimLinks(*(row.name(column, required=False) or None for column in LINK_COLUMNS))
    claim = ClaimRecord(
        reference=row.name("row_id"),
        organisation_id=0,
        kind=kind or ClaimKind.YEAR_ON_YEAR,
        record_type=record_type or RecordType.ACTUAL,
        fiscal_label=row.name("fiscal_label", required=False),
        period_start=starts,
        period_end=ends,
        value_kg_co2e=row.tonnes_as_kg("quantity_tco2e"),
        low_kg_co2e=row.tonnes_as_kg("quantity_low_tco2e"),
        high_kg_co2e=row.tonnes_as_kg("quantity_high_tco2e"),
        bound=bound,
        qualifier=qualifier,
        as_published=row.text("as_published"),
        category=row.name("category_or_solution", required=False) or None,
        methodology=row.text("methodology_named") or None,
        series=row.name("series", required=False) or None,
        verifier=row.text("verified_by") or None,
        separate_from_parent=_optional(row, "separate_from_parent", YES_NO, otherwise=False),
        quarantined=quality.casefold().startswith(QUARANTINE),
        quality=quality,
        notes=row.text("notes"),
        published_on=published.last if published else None,
        published_as=row.text("published_on"),
        visibility=_optional(row, "visibility", VISIBILITIES, otherwise=Visibility.PUBLIC),
    )
    source = (row.text("source_url"), row.text("source_title"))
    _check_quantity(row, claim)
    return None if row.rejected else _Read(row, row.name("company"), claim, links, source)


def _optional(row: Row, column: str, words: dict[str, Value], *, otherwise: Value) -> Value:
    found = row.word(column, words) if row.text(column) else None
    return otherwise if found is None else found


def _bound(row: Row, report: Report) -> tuple[Bound, str]:
    qualifier = row.text("qualifier")
    bound = bound_of(qualifier)
    if bound is None:
        report.note(f"line {row.line}: qualifier {qualifier!r} bounds nothing; kept as text")
    return bound or Bound.EXACT, qualifier


def _check_quantity(row: Row, claim: ClaimRecord) -> None:
    low, value, high = claim.low_kg_co2e, claim.value_kg_co2e, claim.high_kg_co2e
    ordered(row, "quantity_low_tco2e", "quantity_high_tco2e", low, high)
    if value is not None:
        ordered(row, "quantity_low_tco2e", "quantity_tco2e", low, value)
        ordered(row, "quantity_tco2e", "quantity_high_tco2e", value, high)
    elif low is None and high is None and not claim.as_published and not row.rejected:
        row.reject("quantity_tco2e", "states neither a quantity, nor a range, nor a text")
    if not row.text("company"):
        row.reject("company", "a value is needed")


def _distinct(read: list[_Read], report: Report) -> list[_Read]:
    """Without rows whose row_id came before; that is a fault where they say something else."""
    first: dict[str, _Read] = {}
    for one in read:
        earlier = first.setdefault(one.claim.reference, one)
        if earlier is one:
            continue
        if earlier[1:] == one[1:]:
            report.note(f"line {one.row.line}: the same as line {earlier.row.line}")
        else:
            one.row.reject("row_id", f"line {earlier.row.line} has it, with other content")
    return list(first.values())


def _resolvable(read: list[_Read], recorded: dict[str, _Recorded]) -> list[_Read]:
    """Rows whose links lead somewhere and not back to themselves; a fault spreads to its users."""
    kept = {one.claim.reference: one for one in read}
    while True:
        faulty = [one for one in kept.values() if _link_fault(one, kept, recorded)]
        if not faulty:
            return list(kept.values())
        for one in faulty:
            del kept[one.claim.reference]


def _link_fault(one: _Read, kept: dict[str, _Read], recorded: dict[str, _Recorded]) -> bool:
    for n, (column, target) in enumerate(zip(LINK_COLUMNS, one.links, strict=True)):
        if target is None:
            continue
        if target not in kept and target not in recorded:
            one.row.reject(column, f"no row {target!r} in this file or loaded before")
        elif one.claim.reference in _chain(target, n, kept, recorded):
            one.row.reject(column, "leads back to this row")
    return one.row.rejected


def _chain(
    start: str, link: int, kept: dict[str, _Read], recorded: dict[str, _Recorded]
) -> Iterable[str]:
    seen: list[str] = []
    current: str | None = start
    while current is not None and current not in seen:
        seen.append(current)
        links = kept[current].links if current in kept else None
        if links is None and current in recorded:
            links = recorded[current].links
        current = links[link] if links is not None else None
    return seen


async def _found(
    connection: Connection, read: list[_Read], report: Report, progress: Progress
) -> list[_Read]:
    """The rows with their organisation and citation."""
    names, citations = await Names.load(connection), Citations(connection)
    answer: list[_Read] = []
    for done, one in enumerate(read, 1):
        organisation_id = names.find(one.company)
        if organisation_id is None:
            organisation_id = await names.add(one.company)
            report.note(f"new organisation: {one.company}")
        citation_id = await citations.of(*one.source)
        claim = one.claim._replace(organisation_id=organisation_id, citation_id=citation_id)
        answer.append(one._replace(claim=claim))
        progress(done, len(read))
    return answer


def _check_restatements(read: list[_Read], recorded: dict[str, _Recorded]) -> None:
    """Nobody restates the figure of another organisation."""
    owner = {ref: one.organisation_id for ref, one in recorded.items()}
    owner |= {one.claim.reference: one.claim.organisation_id for one in read}
    for one in read:
        earlier = one.links.supersedes
        if earlier is not None and owner.get(earlier) != one.claim.organisation_id:
            one.row.reject("supersedes", f"{earlier!r} is a figure of another organisation")


def _note_lonely_series(read: list[_Read], report: Report) -> None:
    totals = {one.claim.series for one in read if one.claim.kind is ClaimKind.CUMULATIVE}
    for one in read:
        series = one.claim.series
        if series is not None and series not in totals:
            report.note(f"line {one.row.line}: series {series!r} has no cumulative figure here")


IMPORTER = Importer("avoided-emissions", COLUMNS, load)
