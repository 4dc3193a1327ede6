"""Land a file as rows, correct it, commit or discard it: each whole, in one transaction.

Rows are checked by recording them for a trial, which is then taken back: what is told of them is
what the commit would be told.
"""

from collections.abc import Sequence
from datetime import date
from typing import NamedTuple

import orjson

from consortium.audit.actions import audited, audited_as_one
from consortium.documents.sheets import SheetRow
from consortium.effects.actions.common import writing_organisation
from consortium.evidence.actions import DocumentFacts, record_document
from consortium.kernel.errors import PermissionDenied, check_seen
from consortium.kernel.principal import Principal
from consortium.query.visible import require_visible
from consortium.staging.actions.kinds import RECORDINGS
from consortium.staging.actions.recording import FAULTS_MAX, Stopped
from consortium.staging.reads import STAGED_IMPORTS
from consortium.staging.rules.cells import Fault
from consortium.staging.rules.imports import (
    CORRECTIONS_MAX,
    CellUnknown,
    CorrectionsTooMany,
    ImportEmpty,
    ImportEnded,
    ImportFaulty,
    ImportStatus,
)
from consortium.staging.rules.kinds import SHEETS_OF, ImportKind
from consortium.storage.database import transaction
from consortium.storage.raw import Connection, raw

INSERT = """
INSERT INTO staged_import
    (organisation_id, account_id, document_id, kind, row_count, fault_count)
VALUES ($1, $2, $3, $4, $5, 0) RETURNING id
"""
FOUND = "SELECT organisation_id, kind, status, version FROM staged_import WHERE id = $1 FOR UPDATE"
ROWS = """
SELECT sheet, number, cells::text FROM staged_row WHERE staged_import_id = $1 ORDER BY position
"""
CLEAR_FAULTS = "DELETE FROM staged_fault WHERE staged_import_id = $1"
CLEAR_ROWS = "DELETE FROM staged_row WHERE staged_import_id = $1"
REMOVE_ROW = "DELETE FROM staged_row WHERE staged_import_id = $1 AND sheet = $2 AND number = $3"
COUNT = """
UPDATE staged_import SET fault_count = $2, version = version + 1,
    row_count = (SELECT count(*) FROM staged_row r WHERE r.staged_import_id = $1)
WHERE id = $1
"""
SET_COUNT = "UPDATE staged_import SET fault_count = $2 WHERE id = $1"
SET_CELLS = """
UPDATE staged_row SET cells = $4::text::jsonb
WHERE staged_import_id = $1 AND sheet = $2 AND number = $3
"""
CELLS = """
SELECT cells::text FROM staged_row WHERE staged_import_id = $1 AND sheet = $2 AND number = $3
"""
END = """
UPDATE staged_import SET status = $2, ended_on = $3, version = version + 1 WHERE id = $1
"""


class _TakenBack(Exception):
    """Ends a trial without keeping anything of it."""


class CellCorrection(NamedTuple):
    """What a cell of a row shall hold; blank empties it."""

    sheet: str
    row: int
    column: str
    value: str


class RowRemoval(NamedTuple):
    """A row that shall not be recorded."""

    sheet: str
    row: int


class CorrectImport(NamedTuple):
    """Other cells, and rows that are left out; `version` as the caller saw it."""

    staged_import: int
    version: int
    cells: tuple[CellCorrection, ...] = ()
    removed: tuple[RowRemoval, ...] = ()


class EndImport(NamedTuple):
    """The import that is committed or discarded; `version` as the caller saw it."""

    staged_import: int
    version: int


def check_importer(by: Principal) -> None:
    """Refuse a file before it is read. Raises PermissionDenied."""
    writing_organisation(by)


async def stage(
    by: Principal, kind: ImportKind, facts: DocumentFacts, rows: Sequence[SheetRow], today: date
) -> int:
    """Keep the rows of a file and what is wrong with them; returns the import's id.

    Raises:
        PermissionDenied: the caller enters no figures.
        ImportEmpty: there are no rows.
    """
    owner = writing_organisation(by)
    if not rows:
        raise ImportEmpty
    async with audited(by, "import:stage", organisation_id=owner) as open_:
        document = await record_document(open_, facts)
        key: int = await open_.fetchval(
            INSERT, owner, by.account_id, document, kind.value, len(rows)
        )
        await open_.copy_records_to_table(
            "staged_row",
            columns=["staged_import_id", "position", "sheet", "number", "cells"],
            records=[
                (key, place, row.sheet, row.number, orjson.dumps(row.cells).decode())
                for place, row in enumerate(rows, 1)
            ],
        )
        faults = await tried(by, kind, rows, today)
        await _keep_faults(open_, key, faults)
        await open_.execute(SET_COUNT, key, len(faults))
    return key


async def correct_import(by: Principal, command: CorrectImport, today: date) -> int:
    """Correct cells, leave out rows, and check all anew; returns the import's id.

    Raises:
        NotFound: there is no such import that the caller may see.
        PermissionDenied: the caller enters no figures for its organisation.
        ChangedMeanwhile, ImportEnded: somebody else corrected or ended it.
        CellUnknown, CorrectionsTooMany: as they say.
    """
    key = command.staged_import
    if len(command.cells) + len(command.removed) > CORRECTIONS_MAX:
        raise CorrectionsTooMany().at("cells")
    async with audited(by, "import:correct", organisation_id=by.organisation_id) as open_:
        kind = await _opened(open_, by, key, command.version, today)
        for place, cell in enumerate(command.cells):
            await _correct(open_, key, kind, cell, place)
        for place, row in enumerate(command.removed):
            if await open_.execute(REMOVE_ROW, key, *row) == "DELETE 0":
                raise CellUnknown().at("removed", str(place))
        faults = await tried(by, kind, await _rows(open_, key), today)
        await _keep_faults(open_, key, faults)
        await open_.execute(COUNT, key, len(faults))
    return key


async def commit_import(by: Principal, command: EndImport, today: date) -> int:
    """Record all that the import holds, or nothing of it; returns the import's id.

    Raises:
        NotFound, PermissionDenied, ChangedMeanwhile, ImportEnded: as `correct_import`.
        ImportFaulty: there are faults, which are found anew.
        ImportEmpty: all rows were left out.
    """
    key = command.staged_import
    try:
        async with audited_as_one(
            by, "import:commit", organisation_id=by.organisation_id, together=True
        ) as open_:
            kind = await _opened(open_, by, key, command.version, today)
            rows = await _rows(open_, key)
            if not rows:
                raise ImportEmpty
            await RECORDINGS[kind](open_, by, today, stops=True).run(rows)
            await open_.execute(END, key, ImportStatus.COMMITTED.value, today)
    except Stopped:
        count = await _checked_again(by, command, today)
        raise ImportFaulty(
            f"{count} of the import's rows or cells cannot be recorded: nothing was. See its"
            " faults; correct them or remove the rows."
        ) from None
    return key


async def discard_import(by: Principal, command: EndImport, today: date) -> int:
    """Take the import back whole: its rows go, and the record that it was sent stays.

    Raises NotFound, PermissionDenied, ChangedMeanwhile, ImportEnded as `correct_import`.
    """
    key = command.staged_import
    async with audited(by, "import:discard", organisation_id=by.organisation_id) as open_:
        await _opened(open_, by, key, command.version, today)
        await open_.execute(CLEAR_FAULTS, key)
        await open_.execute(CLEAR_ROWS, key)
        await open_.execute(END, key, ImportStatus.DISCARDED.value, today)
    return key


async def tried(
    by: Principal, kind: ImportKind, rows: Sequence[SheetRow], today: date
) -> list[Fault]:
    """What would be wrong if the rows were recorded. Nothing of it is kept."""
    # First all together, which is far faster. With a fault, once more with a savepoint for each
    # thing, so that those after a faulty one are looked at as well.
    if await _are_faultless(by, kind, rows, today):
        return []
    faults: list[Fault] = []
    try:
        async with audited_as_one(by, "import:try") as open_:
            await RECORDINGS[kind](open_, by, today, faults=faults).run(rows)
            raise _TakenBack  # noqa: TRY301  the transaction must see it
    except _TakenBack:
        return faults


async def _are_faultless(
    by: Principal, kind: ImportKind, rows: Sequence[SheetRow], today: date
) -> bool:
    try:
        async with audited_as_one(by, "import:try", together=True) as open_:
            await RECORDINGS[kind](open_, by, today, stops=True).run(rows)
            raise _TakenBack  # noqa: TRY301  the transaction must see it
    except _TakenBack:
        return True
    except Stopped:
        return False


async def record_at_once(
    by: Principal, kind: ImportKind, rows: Sequence[SheetRow], note: str, today: date
) -> list[Fault]:
    """Record rows without staging them, unless one is faulty; what is wrong.

    Raises:
        PermissionDenied: the caller enters no figures.
        ImportEmpty: there are no rows.
    """
    owner = writing_organisation(by)
    if not rows:
        raise ImportEmpty
    action = f"import:{kind.value.lower()}"
    try:
        async with audited_as_one(
            by, action, organisation_id=owner, note=note, together=True
        ) as open_:
            await RECORDINGS[kind](open_, by, today, stops=True).run(rows)
    except Stopped:
        return await tried(by, kind, rows, today)
    return []


async def _checked_again(by: Principal, command: EndImport, today: date) -> int:
    """Keep what is wrong by now; returns how much it is."""
    key = command.staged_import
    async with transaction() as client:
        open_ = raw(client)
        kind = await _opened(open_, by, key, command.version, today)
        faults = await tried(by, kind, await _rows(open_, key), today)
        await _keep_faults(open_, key, faults)
        await open_.execute(SET_COUNT, key, len(faults))
    return len(faults)


async def _opened(open_: Connection, by: Principal, key: int, seen: int, today: date) -> ImportKind:
    """Lock the import, which must be open and as the caller saw it; what its rows are."""
    await require_visible(open_, STAGED_IMPORTS, key, by, today)
    [(owner, kind, status, version)] = await open_.fetch(FOUND, key)
    if writing_organisation(by) != owner:
        raise PermissionDenied
    check_seen(seen, version)
    if status != ImportStatus.OPEN:
        raise ImportEnded
    return ImportKind(kind)


async def _rows(open_: Connection, key: int) -> list[SheetRow]:
    return [
        SheetRow(sheet, number, orjson.loads(cells))
        for sheet, number, cells in await open_.fetch(ROWS, key)
    ]


async def _correct(
    open_: Connection, key: int, kind: ImportKind, cell: CellCorrection, place: int
) -> None:
    columns = next((one.names for one in SHEETS_OF[kind] if one.name == cell.sheet), ())
    found = await open_.fetchval(CELLS, key, cell.sheet, cell.row)
    if cell.column not in columns or found is None:
        raise CellUnknown().at("cells", str(place))
    cells = orjson.loads(found)
    if cell.value.strip():
        cells[cell.column] = cell.value.strip()
    else:
        cells.pop(cell.column, None)
    await open_.execute(SET_CELLS, key, cell.sheet, cell.row, orjson.dumps(cells).decode())


async def _keep_faults(open_: Connection, key: int, faults: Sequence[Fault]) -> None:
    """The first of them: with more, a person would begin at the top all the same."""
    await open_.execute(CLEAR_FAULTS, key)
    await open_.copy_records_to_table(
        "staged_fault",
        columns=[
            "staged_import_id",
            "position",
            "sheet",
            "number",
            "sheet_column",
            "code",
            "message",
        ],
        records=[(key, place, *fault) for place, fault in enumerate(faults[:FAULTS_MAX], 1)],
    )
