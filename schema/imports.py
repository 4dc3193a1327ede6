"""Imports of figures: rows that were sent, what is wrong with them, and what becomes of them."""

from datetime import date, datetime
from typing import Annotated

import strawberry

from consortium.staging.actions.files import StageFile, stage_file
from consortium.staging.actions.imports import (
    CorrectImport,
    EndImport,
    commit_import,
    correct_import,
    discard_import,
)
from consortium.staging.reads import STAGED_FAULTS, STAGED_IMPORTS, STAGED_ROWS
from consortium.staging.rules.imports import ImportStatus
from consortium.staging.rules.kinds import ImportKind
from schema.enums import described
from schema.filters import filter_of, order_of
from schema.mutations import Does, Refusal, mutation
from schema.nodes import Node
from schema.organisations import Organisation
from schema.paging import Connection, connection
from schema.scalars import Json, Upload
from schema.subscriptions import Change, rows

ImportedRowFilter = filter_of(STAGED_ROWS)
ImportFaultFilter = filter_of(STAGED_FAULTS)
StagedImportFilter = filter_of(STAGED_IMPORTS)
StagedImportOrder = order_of(STAGED_IMPORTS)

described(
    ImportKind,
    "What the rows of an import are.",
    EFFECTS="Effects, with all that they stand on.",
    CLAIMS="Drafts of claims, with sources that are evidence.",
)
described(
    ImportStatus,
    "Where an import stands.",
    OPEN="Its rows wait: nothing of it is recorded.",
    COMMITTED="All that it holds was recorded.",
    DISCARDED="It was taken back; nothing of it was recorded.",
)


@strawberry.type(description="A row of a file, as it was sent or corrected since.")
class ImportedRow:
    position: int = strawberry.field(description="Its place in the file, from 1.")
    sheet: str = strawberry.field(description="The sheet that it stands in.")
    number: int = strawberry.field(
        description="Its number in the sheet, as a spreadsheet shows it; of a CSV file, its line."
    )
    cells: Json = strawberry.field(
        description="What its cells hold, as text, by their columns; blank ones are left out."
    )


@strawberry.type(description="What is wrong with a row or a cell, and what would be right.")
class ImportFault:
    position: int = strawberry.field(description="Its place among the faults, from 1.")
    sheet: str = strawberry.field(description="The sheet.")
    number: int = strawberry.field(description="The row's number in the sheet.")
    sheet_column: str | None = strawberry.field(
        description="The column; null where it is the row as a whole."
    )
    code: str = strawberry.field(description="The stable code, such as CELL_INVALID.")
    message: str = strawberry.field(description="What is wrong and what would be right.")


@strawberry.type(
    description="A file that was sent with `stageImport`, or to `/imports/effects` or"
    " `/imports/claims`. Its rows are"
    " reviewed, corrected, and committed or discarded as a whole. Seen by those alone who enter"
    " figures for its organisation."
)
class StagedImport(Node):
    kind: ImportKind = strawberry.field(description="What its rows are.")
    status: ImportStatus = strawberry.field(description="Where it stands.")
    row_count: int = strawberry.field(description="How many rows it holds.")
    fault_count: int = strawberry.field(
        description="How many faults were found when it was last checked; the first 1000 are kept."
    )
    version: int = strawberry.field(description="Grows with each change.")
    recorded_at: datetime = strawberry.field(description="When it was sent.")
    ended_on: date | None = strawberry.field(description="When it was committed or discarded.")
    file_name: str = strawberry.field(description="The name of the file.")
    sha256: str = strawberry.field(description="The digest of the file, which is kept.")
    organisation: Organisation = strawberry.field(description="For whom it was sent.")
    rows: Connection[ImportedRow] = connection("Its rows, in their order.", ImportedRowFilter)
    faults: Connection[ImportFault] = connection("What is wrong with them.", ImportFaultFilter)


@strawberry.type
class ImportsQuery:
    staged_imports: Connection[StagedImport] = connection(
        "Files of effects and claims that were sent for your organisation, latest first.",
        StagedImportFilter,
        StagedImportOrder,
    )


@strawberry.type
class ImportsSubscription:
    staged_import_changed: Change[StagedImport] = rows(
        STAGED_IMPORTS, "An import was sent, corrected or ended."
    )


@strawberry.input(description="What a cell shall hold.")
class CellCorrectionInput:
    sheet: str = strawberry.field(description="The sheet.")
    row: int = strawberry.field(description="The row's number in the sheet.")
    column: str = strawberry.field(description="The column.")
    value: str = strawberry.field(description="What it shall hold; blank empties it.")


@strawberry.input(description="A row that shall not be recorded.")
class RowRemovalInput:
    sheet: str = strawberry.field(description="The sheet.")
    row: int = strawberry.field(description="The row's number in the sheet.")


_VERSION = "The version that you saw."


@strawberry.input(description="Other cells, and rows to leave out; at most 500 together.")
class CorrectStagedImportInput:
    staged_import: strawberry.ID = strawberry.field(description="Which import.")
    version: int = strawberry.field(description=_VERSION)
    cells: list[CellCorrectionInput] | None = strawberry.field(
        description="What cells shall hold.", default=strawberry.UNSET
    )
    removed: list[RowRemovalInput] | None = strawberry.field(
        description="Rows to leave out.", default=strawberry.UNSET
    )


@strawberry.input(description="A file of figures, to be reviewed before anything is recorded.")
class StageImportInput:
    kind: ImportKind = strawberry.field(description="What its rows are.")
    file: Upload = strawberry.field(description="A workbook (XLSX) or a CSV file.")


@strawberry.input(description="An import to commit or to discard.")
class EndStagedImportInput:
    staged_import: strawberry.ID = strawberry.field(description="Which import.")
    version: int = strawberry.field(description=_VERSION)


StagedImportResult = Annotated[
    StagedImport | Refusal,
    strawberry.union("StagedImportResult", description="The import, or why nothing was done."),
]
_IDS = {"staged_import": STAGED_IMPORTS}


@strawberry.type
class ImportsMutation:
    stage_import: StagedImportResult | None = mutation(
        "Send a file of figures: its rows wait for review, and nothing is recorded yet.",
        Does(stage_file, StageFile, StageImportInput, STAGED_IMPORTS),
    )
    correct_staged_import: StagedImportResult | None = mutation(
        "Correct cells of an import or leave out rows, and check it anew.",
        Does(correct_import, CorrectImport, CorrectStagedImportInput, STAGED_IMPORTS, _IDS),
    )
    commit_staged_import: StagedImportResult | None = mutation(
        "Record all that an import holds, or nothing where a row is faulty.",
        Does(commit_import, EndImport, EndStagedImportInput, STAGED_IMPORTS, _IDS),
    )
    discard_staged_import: StagedImportResult | None = mutation(
        "Take an import back as a whole.",
        Does(discard_import, EndImport, EndStagedImportInput, STAGED_IMPORTS, _IDS),
    )
