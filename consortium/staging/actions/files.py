"""Files of figures: taken apart into rows, which are staged."""

import asyncio
import io
from collections.abc import Sequence
from datetime import date
from typing import NamedTuple

from consortium.documents.sheets import Sheet, SheetRow
from consortium.documents.workbooks import read_flat, read_workbook
from consortium.evidence.actions import DocumentFacts
from consortium.evidence.rules import (
    DocumentRefused,
    MediaType,
    check_content,
    read_file_name,
    read_media_type,
)
from consortium.kernel.principal import Principal
from consortium.staging.actions.imports import check_importer, stage
from consortium.staging.rules.kinds import ROWS_MAX, SHEETS_OF, ImportKind
from consortium.storage.files import Received, SentFile

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


class StageFile(NamedTuple):
    """A file, and what its rows are."""

    kind: ImportKind
    file: SentFile


def read_figures_type(media_type: str) -> MediaType:
    """The kind of a file of figures. Raises DocumentRefused."""
    kind = read_media_type(media_type)
    if kind.name not in {XLSX, "text/csv"}:
        raise DocumentRefused("Figures come as a workbook (XLSX) or as CSV.")
    return kind


async def stage_file(by: Principal, command: StageFile, today: date) -> int:
    """Keep a file, and its rows for review; returns the import's id.

    Raises:
        PermissionDenied: the caller enters no figures.
        DocumentRefused: the file is no workbook and no CSV, or not what its name says.
        TooManyRows, WorkbookTooLarge, ImportEmpty: as they say.
        StorageFull, FileUnusable: it cannot be kept.
    """
    check_importer(by)
    media_type = read_figures_type(command.file.media_type)
    name = read_file_name(command.file.name, media_type)
    received = command.file.received
    check_content(media_type, received.content.head)
    rows = await asyncio.to_thread(_read, received, media_type, name, SHEETS_OF[command.kind])
    await received.keep()
    sha256, size, _ = received.content
    facts = DocumentFacts(name, media_type.name, size, sha256)
    return await stage(by, command.kind, facts, rows, today)


def _read(
    received: Received, kind: MediaType, name: str, sheets: Sequence[Sheet]
) -> list[SheetRow]:
    received.file.seek(0)
    data = received.file.read()
    received.file.seek(0, io.SEEK_END)
    read = read_workbook if kind.name == XLSX else read_flat
    return read(name, data, sheets, ROWS_MAX)
