"""Versions of a guidance from a file: a row for each piece of evidence that a criterion asks for.

A criterion that asks for none has a row of its own. What is said of a version, a gate or a
criterion stands in the first row that names it; later ones leave it blank or say the same. Gates,
criteria and evidence come in the order of the file.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

from consortium.documents.csv import Columns, Table
from consortium.documents.imports import Importer, Progress, Report, Row
from consortium.guidance.actions.files import GuidanceFacts, record_guidance_version
from consortium.guidance.rules import (
    EDITION_MAX,
    KEY,
    KEY_MAX,
    TEXT_MAX,
    TITLE_MAX,
    VALID_MONTHS_MAX,
    Criterion,
    Evidence,
    EvidenceKind,
    Gate,
    Head,
)
from consortium.kernel.errors import DomainError
from consortium.storage.raw import Connection

OF_VERSION = (
    "title",
    "publisher",
    "edition",
    "issued_on",
    "replaces",
    "source_url",
    "source_title",
)
OF_GATE = ("gate_title", "passes_when", "valid_months")
OF_CRITERION = ("criterion_text", "criterion_required")
OF_EVIDENCE = ("evidence_kind", "must_hold", "evidence_required")
COLUMNS = Columns(
    (
        "version",
        "title",
        "publisher",
        "gate",
        "gate_title",
        "passes_when",
        "criterion",
        "criterion_text",
        "evidence_kind",
        "must_hold",
    ),
    (
        "edition",
        "issued_on",
        "replaces",
        "source_url",
        "source_title",
        "valid_months",
        "criterion_required",
        "evidence_required",
    ),
)
KINDS = {kind.value.casefold(): kind for kind in EvidenceKind}
YES_NO = {"yes": True, "no": False}


@dataclass(slots=True)
class _Named:
    """What a key names: the row that says what it is, what that row says, and what is below."""

    row: Row
    told: Mapping[str, str]
    rows: int = 0
    below: dict[str, "_Named"] = field(default_factory=dict[str, "_Named"])


async def load(connection: Connection, table: Table, report: Report, progress: Progress) -> None:
    """Load the versions as drafts; one that was published may only be said again."""
    versions = dict[str, _Named]()
    for record in table.records:
        row = Row(record, report)
        if not row.rejected:
            _read(row, versions)
    facts = [(one, _facts(one)) for one in versions.values()]
    if report.rejected:
        return
    done = 0
    for one, version in facts:
        try:
            outcome = await record_guidance_version(connection, version)
        except DomainError as error:
            one.row.reject("replaces" if "replaces" in error.path else "version", error.message)
            continue
        for _ in range(one.rows):
            report.count(outcome)
        done += one.rows
        progress(done, len(table.records))


def _read(row: Row, versions: dict[str, _Named]) -> None:
    """Put a row below the version, gate and criterion that it names."""
    version = _named(row, versions, "version", OF_VERSION)
    gate = _named(row, version.below, "gate", OF_GATE)
    criterion = _named(row, gate.below, "criterion", OF_CRITERION)
    told = {column: row.text(column) for column in OF_EVIDENCE}
    asked = f"{told['evidence_kind'].casefold()} {told['must_hold']}".strip()
    same = criterion.below.get(asked)
    if same is not None:
        row.reject("must_hold", f"line {same.row.line} asks for the same")
    elif asked:
        criterion.below[asked] = _Named(row, told)
    elif criterion.row is not row:
        row.reject("evidence_kind", f"line {criterion.row.line} has this criterion already")
    elif told["evidence_required"]:
        row.reject("evidence_kind", "a value is needed")


def _named(row: Row, known: dict[str, _Named], column: str, columns: tuple[str, ...]) -> _Named:
    """What the row's key names; a fault where the row says something else of it."""
    key = _key(row, column)
    told = {name: row.text(name) for name in columns}
    found = known.setdefault(key, _Named(row, told))
    found.rows += 1
    for name, text in told.items():
        if text and text != found.told[name]:
            reason = f"line {found.row.line} says otherwise: leave it blank, or say the same"
            row.reject(name, reason)
    return found


def _key(row: Row, column: str) -> str:
    key = row.text(column, required=True)
    if key and (len(key) > KEY_MAX or not KEY.fullmatch(key)):
        row.reject(
            column,
            f"not 1 to {KEY_MAX} small letters and digits, with single hyphens or dots"
            f" between: {key!r}",
        )
    return key


def _facts(version: _Named) -> GuidanceFacts:
    row = version.row
    return GuidanceFacts(
        Head(
            row.text("version"),
            row.text("title", required=True, longest=TITLE_MAX),
            row.text("publisher", required=True, longest=TITLE_MAX),
            row.text("edition", longest=EDITION_MAX),
            row.day("issued_on"),
        ),
        tuple(_gate(key, one) for key, one in version.below.items()),
        row.text("replaces") or None,
        (row.text("source_url"), row.text("source_title", longest=TITLE_MAX)),
    )


def _gate(key: str, gate: _Named) -> Gate:
    row = gate.row
    months = row.whole("valid_months", least=1)
    if months is not None and months > VALID_MONTHS_MAX:
        row.reject("valid_months", f"more than {VALID_MONTHS_MAX} months: {months}")
    return Gate(
        key,
        row.text("gate_title", required=True, longest=TITLE_MAX),
        row.text("passes_when", required=True, longest=TEXT_MAX),
        months,
        tuple(_criterion(below, one) for below, one in gate.below.items()),
    )


def _criterion(key: str, criterion: _Named) -> Criterion:
    row = criterion.row
    return Criterion(
        key,
        row.text("criterion_text", required=True, longest=TEXT_MAX),
        _required(row, "criterion_required"),
        tuple(_evidence(one.row) for one in criterion.below.values()),
    )


def _evidence(row: Row) -> Evidence:
    return Evidence(
        row.word("evidence_kind", KINDS) or EvidenceKind.DOCUMENT,
        row.text("must_hold", required=True, longest=TEXT_MAX),
        _required(row, "evidence_required"),
    )


def _required(row: Row, column: str) -> bool:
    """Yes, unless the row says no."""
    return not row.text(column) or row.word(column, YES_NO) is not False


IMPORTER = Importer("guidance", COLUMNS, load)
