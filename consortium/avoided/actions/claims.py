"""Record claims. What they do to the sums follows in `refresh`, in the same transaction."""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from enum import Enum
from typing import Any, Literal, NamedTuple

from consortium.avoided.rules.vocabulary import Basis, Bound, ClaimKind, RecordType
from consortium.kernel.periods import year_of
from consortium.kernel.text import search_words
from consortium.kernel.visibility import Visibility
from consortium.storage.raw import Connection

Recorded = Literal["created", "updated", "unchanged"]


class ClaimRecord(NamedTuple):
    """A claim as its publisher states it; masses in kg CO2e. Links name other claims' references.

    `published_on` is the last day that the publication's date may mean; `known_on` follows from
    it, and is the day of recording where no date is given.
    """

    reference: str
    organisation_id: int
    kind: ClaimKind
    record_type: RecordType
    fiscal_label: str = ""
    period_start: date | None = None
    period_end: date | None = None
    value_kg_co2e: Decimal | None = None
    low_kg_co2e: Decimal | None = None
    high_kg_co2e: Decimal | None = None
    bound: Bound = Bound.EXACT
    qualifier: str = ""
    as_published: str = ""
    category: str | None = None
    methodology: str | None = None
    series: str | None = None
    verifier: str | None = None
    separate_from_parent: bool = False
    quarantined: bool = False
    quality: str = ""
    notes: str = ""
    published_on: date | None = None
    published_as: str = ""
    visibility: Visibility = Visibility.PUBLIC
    citation_id: int | None = None
    basis: Basis = Basis.DISCLOSED


class ClaimLinks(NamedTuple):
    """What a claim refers to, by reference; None: nothing."""

    part_of: str | None = None
    supersedes: str | None = None
    method_change_from: str | None = None


GIVEN = ClaimRecord._fields
LINKS = ("part_of_id", "supersedes_id", "method_change_from_id")
DERIVED = ("year", "search_text", "known_on")
COLUMNS = ("id", *GIVEN, *LINKS, *DERIVED)
IDS = "SELECT reference, id FROM avoided_claim WHERE reference = ANY ($1)"
KEPT = f"SELECT {', '.join(COLUMNS)} FROM avoided_claim WHERE reference = ANY ($1) FOR UPDATE"  # noqa: S608
NEW_IDS = """
SELECT nextval(pg_get_serial_sequence('avoided_claim', 'id')) FROM generate_series(1, $1)
"""
UPDATE = (
    "UPDATE avoided_claim SET "  # noqa: S608  our own names
    + ", ".join(f"{name} = ${n}" for n, name in enumerate(COLUMNS[1:], 2))
    + " WHERE id = $1"
)


async def record_claims(
    connection: Connection,
    claims: Sequence[tuple[ClaimRecord, ClaimLinks]],
    today: date,
) -> list[Recorded]:
    """Add claims, or correct those with the same reference; what became of each, in order.

    They may refer to each other in any order, and to claims that are recorded. The first day on
    which a claim was known stays when it is corrected.
    """
    references = {claim.reference for claim, _ in claims}
    kept = {row["reference"]: row for row in await connection.fetch(KEPT, list(references))}
    ids = await _ids(connection, claims, {ref: row["id"] for ref, row in kept.items()})
    added: list[tuple[Any, ...]] = []
    outcomes: list[Recorded] = []
    for claim, links in claims:
        old = kept.get(claim.reference)
        known_on = min(claim.published_on or today, today)
        if old is not None:
            # Without a date of publication, it was known when it was first recorded.
            known_on = old["known_on"] if claim.published_on is None else known_on
        row = _row(ids, claim, links, known_on)
        if old is None:
            added.append(row)
            outcomes.append("created")
        elif tuple(old) == row:
            outcomes.append("unchanged")
        else:
            await connection.execute(UPDATE, *row)
            outcomes.append("updated")
    if added:
        await connection.copy_records_to_table("avoided_claim", records=added, columns=COLUMNS)
    return outcomes


async def _ids(
    connection: Connection,
    claims: Sequence[tuple[ClaimRecord, ClaimLinks]],
    known: dict[str, int],
) -> dict[str, int]:
    """The id of every claim that is recorded, will be, or is referred to."""
    named = {ref for _, links in claims for ref in links if ref is not None}
    rows = await connection.fetch(IDS, list(named))
    ids = known | {row[0]: row[1] for row in rows}
    new = [claim.reference for claim, _ in claims if claim.reference not in ids]
    numbers = await connection.fetch(NEW_IDS, len(new))
    return ids | {ref: row[0] for ref, row in zip(new, numbers, strict=True)}


def _row(
    ids: dict[str, int], claim: ClaimRecord, links: ClaimLinks, known_on: date
) -> tuple[Any, ...]:
    given = map(_plain, claim)
    targets: list[str | None] = list(links)
    linked = (None if target is None else ids[target] for target in targets)
    words = search_words(
        " ".join(
            filter(
                None,
                [
                    claim.category,
                    claim.methodology,
                    claim.fiscal_label,
                    claim.as_published,
                    claim.notes,
                ],
            )
        )
    )
    year = year_of(claim.period_start, claim.period_end)
    return (ids[claim.reference], *given, *linked, year, words, known_on)


def _plain(value: object) -> object:
    return value.value if isinstance(value, Enum) else value
