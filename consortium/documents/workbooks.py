"""Workbooks (XLSX) that people send: read within bounds of memory, with the place of every fault.

A workbook is a ZIP of XML, and both can grow without bounds when they are opened. So every part is
first unpacked here up to a limit, and its cells are counted as they stream by; only what passed is
handed to the reader, which would keep room for all cells up to the last one. That walk finds the
cells whose formulas failed as well, which the reader takes for blank.
"""

import io
import re
import zipfile
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Final
from xml.parsers import expat

from python_calamine import CalamineError, CalamineWorkbook

from consortium.documents.csv import Columns, FileUnreadable, TooManyRows, WrongColumns, parse_table
from consortium.documents.sheets import Sheet, SheetRow

PARTS_MAX: Final = 500
UNPACKED_BYTES_MAX: Final = 64 * 1024 * 1024
COLUMNS_MAX: Final = 100
_CHUNK: Final = 1 << 16
_PLACE: Final = re.compile(r"([A-Z]{1,3})([0-9]{1,7})", re.ASCII)
_SHEET_PART: Final = re.compile(r"xl/worksheets/[^/]+\.xml", re.IGNORECASE)


class MalformedWorkbook(FileUnreadable):
    """The file is no workbook (XLSX): save it as an Excel workbook, without a password."""

    code = "FILE_MALFORMED_WORKBOOK"


class WorkbookTooLarge(FileUnreadable):
    """Unpacked, the workbook is larger than can be read: split it, or save it anew."""

    code = "FILE_WORKBOOK_TOO_LARGE"


class SheetsMissing(WrongColumns):
    """The workbook has none of the sheets of this kind of file."""

    code = "FILE_WRONG_SHEETS"


def read_workbook(name: str, data: bytes, sheets: Sequence[Sheet], rows_max: int) -> list[SheetRow]:
    """The rows of the sheets that are known, in the order of the declaration.

    Raises:
        MalformedWorkbook: it is no XLSX.
        TooManyRows, WorkbookTooLarge: it has more rows, columns or bytes than are read.
        WrongColumns, SheetsMissing: a sheet's header is another, or no sheet is known.
    """
    parts = _unpacked(name, data)
    errors = _walked(name, parts, rows_max)
    try:
        workbook = CalamineWorkbook.from_filelike(io.BytesIO(_packed(parts)))
        known = {sheet.name: sheet for sheet in sheets}
        found = {one.strip().casefold(): one for one in workbook.sheet_names}
        present = [sheet for sheet in sheets if sheet.name in found]
        if not present:
            raise SheetsMissing(
                f"{name}: none of the sheets {', '.join(known)} is in the workbook."
            )
        paths = _paths(parts)
        rows: list[SheetRow] = []
        for sheet in present:
            title = found[sheet.name]
            values = workbook.get_sheet_by_name(title).to_python(skip_empty_area=False)
            rows += _rows(name, sheet, values, errors.get(paths.get(title, ""), {}))
            if len(rows) > rows_max:
                raise _too_many(name, rows_max)
    except CalamineError as error:
        raise MalformedWorkbook(f"{name}: {MalformedWorkbook.meaning()}") from error
    return rows


def read_flat(name: str, data: bytes, sheets: Sequence[Sheet], rows_max: int) -> list[SheetRow]:
    """The rows of a CSV file that holds all sheets: its column `sheet` says which a row is of.

    A row may fill the columns of its own sheet alone, so rows are numbered by their lines.

    Raises FileUnreadable, as it says; WrongColumns also where a sheet is none of them.
    """
    known = {sheet.name: sheet for sheet in sheets}
    union = tuple(dict.fromkeys(column for sheet in sheets for column in sheet.names))
    table = parse_table(name, data, Columns(("sheet",), union), rows_max)
    rows: list[SheetRow] = []
    for record in table.records:
        title = record.values.get("sheet", "").casefold()
        filled = {key: text for key, text in record.values.items() if text and key != "sheet"}
        foreign = [] if title not in known else [c for c in filled if c not in known[title].names]
        fault = record.fault
        if title not in known:
            fault = f"column sheet names none of {', '.join(known)}"
        elif foreign:
            fault = f"{', '.join(foreign)}: of another sheet than {title}; leave it blank"
        if fault is not None:
            raise WrongColumns(f"{name}: line {record.line}: {fault}.")
        rows.append(SheetRow(title, record.line, filled))
    return rows


def _too_many(name: str, rows_max: int) -> TooManyRows:
    return TooManyRows(
        f"{name}: more than {rows_max} rows; send it in several files of at most {rows_max} rows"
        " in all sheets together."
    )


def _unpacked(name: str, data: bytes) -> dict[str, bytes]:
    """The parts of the ZIP that a workbook's values are in. Its own word on sizes is not taken."""
    parts: dict[str, bytes] = {}
    left = UNPACKED_BYTES_MAX
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            entries = archive.infolist()
            if len(entries) > PARTS_MAX:
                raise WorkbookTooLarge(f"{name}: more than {PARTS_MAX} parts in the workbook.")
            for entry in entries:
                if entry.filename.endswith((".xml", ".rels")):
                    with archive.open(entry) as part:
                        parts[entry.filename] = part.read(left + 1)
                    left -= len(parts[entry.filename])
                    if left < 0:
                        raise WorkbookTooLarge(
                            f"{name}: unpacked, the workbook is larger than"
                            f" {UNPACKED_BYTES_MAX >> 20} MiB."
                        )
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, OSError, EOFError) as error:
        raise MalformedWorkbook(f"{name}: {MalformedWorkbook.meaning()}") from error
    return parts


def _packed(parts: Mapping[str, bytes]) -> bytes:
    """The parts again, so that nothing is unpacked that was not looked at."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_STORED) as archive:
        for path, content in parts.items():
            archive.writestr(path, content)
    return file.getvalue()


# Of a part: the place of a cell (row and column from 1) -> its error, such as #REF!.
_Errors = dict[tuple[int, int], str]


def _walked(name: str, parts: Mapping[str, bytes], rows_max: int) -> dict[str, _Errors]:
    """The cells of each sheet whose formulas failed. Raises TooManyRows and the like."""
    found: dict[str, _Errors] = {}
    for path, content in parts.items():
        walk = _Walk(name, rows_max)
        try:
            if _SHEET_PART.fullmatch(path):
                walk.over(content)
            elif not path.endswith(".rels"):
                _Walk(name, rows_max, cells=False).over(content)
        except expat.ExpatError as error:
            raise MalformedWorkbook(f"{name}: {path}: {error}.") from error
        found[path] = walk.errors
    return found


class _Walk:
    """Streams over the XML of a sheet; refuses declarations of entities, and cells far out."""

    def __init__(self, name: str, rows_max: int, *, cells: bool = True) -> None:
        self.name, self.rows_max = name, rows_max
        self.errors: _Errors = {}
        self._place = (0, 0)
        self._failed = False
        self._value: list[str] | None = None
        self._parser = expat.ParserCreate(namespace_separator=" ")
        self._parser.EntityDeclHandler = self._entity
        if cells:
            self._parser.StartElementHandler = self._start
            self._parser.EndElementHandler = self._end
            self._parser.CharacterDataHandler = self._text

    def over(self, content: bytes) -> None:
        for start in range(0, len(content), _CHUNK):
            self._parser.Parse(content[start : start + _CHUNK], False)
        self._parser.Parse(b"", True)

    def _entity(self, *_: object) -> None:
        raise MalformedWorkbook(f"{self.name}: its XML declares entities, as no workbook does.")

    def _start(self, tag: str, given: dict[str, str]) -> None:
        match tag.rpartition(" ")[2]:
            case "row":
                row = given.get("r", "")
                row_number = int(row) if row.isdecimal() else self._place[0] + 1
                self._place = (row_number, 0)
                self._check()
            case "c":
                self._place = self._placed(given.get("r", ""))
                self._failed = given.get("t") == "e"
                self._check()
            case "v" if self._failed:
                self._value = []
            case _:
                pass

    def _end(self, tag: str) -> None:
        if self._value is not None and tag.rpartition(" ")[2] == "v":
            self.errors[self._place] = "".join(self._value)
            self._value, self._failed = None, False

    def _text(self, text: str) -> None:
        if self._value is not None:
            self._value.append(text)

    def _placed(self, text: str) -> tuple[int, int]:
        found = _PLACE.fullmatch(text)
        if found is None:
            return self._place[0], self._place[1] + 1
        column = 0
        for letter in found[1]:
            column = column * 26 + ord(letter) - ord("A") + 1
        return int(found[2]), column

    def _check(self) -> None:
        row, column = self._place
        # The header is a row too.
        if row > self.rows_max + 1:
            raise _too_many(self.name, self.rows_max)
        if column > COLUMNS_MAX:
            raise WorkbookTooLarge(
                f"{self.name}: a cell stands in column {column}; at most {COLUMNS_MAX} columns are"
                " read: delete what stands to the right."
            )


def _paths(parts: Mapping[str, bytes]) -> dict[str, str]:
    """The title of each sheet -> its part, as the workbook lists them."""
    targets: dict[str, str] = {}
    titles: dict[str, str] = {}

    def relation(_: str, given: dict[str, str]) -> None:
        if "Target" in given:
            targets[given.get("Id", "")] = "xl/" + given["Target"].removeprefix("/xl/")

    def sheet(tag: str, given: dict[str, str]) -> None:
        if tag.rpartition(" ")[2] == "sheet":
            related = [value for key, value in given.items() if key.rpartition(" ")[2] == "id"]
            titles[given.get("name", "")] = related[0] if related else ""

    for path, handler in (("xl/_rels/workbook.xml.rels", relation), ("xl/workbook.xml", sheet)):
        parser = expat.ParserCreate(namespace_separator=" ")
        parser.StartElementHandler = handler
        parser.Parse(parts.get(path, b"<none/>"), True)
    return {title: targets.get(related, "") for title, related in titles.items()}


def _rows(
    name: str,
    sheet: Sheet,
    values: Sequence[Sequence[object]],
    errors: Mapping[tuple[int, int], str],
) -> list[SheetRow]:
    header = [_text(value) for value in values[0]] if values else []
    headers = [text.strip().casefold() for text in header]
    while headers and not headers[-1]:
        headers.pop()
    check_headers(f"{name}, sheet {sheet.name}", sheet, headers)
    rows: list[SheetRow] = []
    for number, row in enumerate(values[1:], 2):
        cells = {
            title: errors.get((number, place)) or _text(value).strip()
            for place, (title, value) in enumerate(zip(headers, row, strict=False), 1)
            if title
        }
        filled = {title: text for title, text in cells.items() if text}
        if filled:
            rows.append(SheetRow(sheet.name, number, filled))
    return rows


def check_headers(place: str, sheet: Sheet, headers: Sequence[str]) -> None:
    """Refuse a header that is not the sheet's. Raises WrongColumns with all that is wrong."""
    faults = {
        "missing": [one.name for one in sheet.columns if one.required and one.name not in headers],
        "unknown": [one for one in headers if one and one not in sheet.names],
        "named twice": sorted({one for one in headers if one and headers.count(one) > 1}),
    }
    told = "; ".join(f"{what}: {', '.join(names)}" for what, names in faults.items() if names)
    if told:
        raise WrongColumns(f"{place}, row 1: {told}. The columns are: {', '.join(sheet.names)}.")


def _text(value: object) -> str:
    """A value of the reader as people would type it; numbers as they are shown shortest."""
    match value:
        case bool():
            return "yes" if value else "no"
        case float():
            return f"{Decimal(repr(value)):f}".removesuffix(".0")
        case datetime():
            return value.date().isoformat()
        case date():
            return value.isoformat()
        case _:
            return str(value)
