"""Tables that go out: CSV and XLSX, in which no text is ever taken for a formula."""

import csv
import io
import tempfile
from collections.abc import Iterable, Sequence
from decimal import Decimal
from typing import IO, Any, Final, Self

import xlsxwriter  # pyright: ignore[reportMissingTypeStubs]

from consortium.documents.sheets import Sheet

# How a cell begins that a spreadsheet computes (OWASP, CSV injection).
_COMPUTED: Final = ("=", "+", "-", "@", "\t", "\r")
# A spreadsheet keeps 15 digits of a number: what has more is written as text, exactly.
_DIGITS_MAX: Final = 15
_TEXT_MAX: Final = 32_767
ROWS_MAX: Final = 1_048_575

Cell = str | int | Decimal | bool | None


def csv_lines(rows: Iterable[Sequence[Cell]]) -> bytes:
    """Rows as CSV in UTF-8: null is blank, and what would be computed has an apostrophe before."""
    text = io.StringIO()
    csv.writer(text).writerows([[_csv(cell) for cell in row] for row in rows])
    return text.getvalue().encode()


def _csv(cell: Cell) -> str:
    match cell:
        case None:
            return ""
        case bool():
            return "yes" if cell else "no"
        case Decimal():
            return f"{cell:f}"
        case str() if cell.startswith(_COMPUTED):
            return f"'{cell}"
        case _:
            return str(cell)


class Workbook:
    """A workbook that is written row by row to a temporary file, and holds no row in memory."""

    def __init__(self) -> None:
        self._file: IO[bytes] = tempfile.TemporaryFile()  # noqa: SIM115  closed by __exit__
        # Only texts, numbers and yes or no: nothing that is given becomes a formula or a link.
        self._book: Any = xlsxwriter.Workbook(
            self._file,
            {
                "constant_memory": True,
                "strings_to_formulas": False,
                "strings_to_urls": False,
                "strings_to_numbers": False,
            },
        )
        self._bold = self._book.add_format({"bold": True})

    def __enter__(self) -> Self:
        """Itself."""
        return self

    def __exit__(self, *_: object) -> None:
        """Forget the file."""
        self._file.close()

    def sheet(self, name: str, header: Sequence[str]) -> "WorkbookSheet":
        """A new sheet; the one before is finished."""
        sheet = self._book.add_worksheet(name)
        sheet.freeze_panes(1, 0)
        for place, title in enumerate(header):
            sheet.write_string(0, place, title, self._bold)
        sheet.set_column(0, max(len(header) - 1, 0), 18)
        return WorkbookSheet(sheet)

    def finished(self) -> IO[bytes]:
        """The file, at its beginning."""
        self._book.close()
        self._file.seek(0)
        return self._file


class WorkbookSheet:
    """A sheet of a workbook that is being written."""

    def __init__(self, sheet: Any) -> None:  # noqa: ANN401  of a library without types
        self.sheet: Any = sheet
        self._rows = 0

    def add(self, row: Sequence[Cell]) -> None:
        """Write the next row; null stays blank."""
        self._rows += 1
        for place, cell in enumerate(row):
            match cell:
                case None | "":
                    pass
                case bool():
                    self.sheet.write_boolean(self._rows, place, cell)
                case Decimal() if len(cell.as_tuple().digits) > _DIGITS_MAX:
                    self.sheet.write_string(self._rows, place, f"{cell:f}")
                case int() | Decimal():
                    self.sheet.write_number(self._rows, place, cell)
                case _:
                    self.sheet.write_string(self._rows, place, cell[:_TEXT_MAX])


def template_csv(sheets: Sequence[Sheet]) -> bytes:
    """A file to fill in, of all sheets in one: the header, and an example of each."""
    columns = list(dict.fromkeys(name for sheet in sheets for name in sheet.names))
    rows = [["sheet", *columns]]
    for sheet in sheets:
        example = {column.name: column.example for column in sheet.columns}
        rows.append([sheet.name, *(example.get(name, "") for name in columns)])
    return csv_lines(rows)


def template_xlsx(sheets: Sequence[Sheet]) -> bytes:
    """A workbook to fill in: what each column holds, and a sheet with an example for each."""
    with Workbook() as book:
        about = book.sheet(
            "about", ("sheet", "column", "holds", "needed", "allowed", "unit", "about", "example")
        )
        for sheet in sheets:
            about.add((sheet.name, "", "", "", "", "", sheet.about, ""))
            for one in sheet.columns:
                needed = "yes" if one.required else ""
                words = ", ".join(one.words)
                about.add(("", one.name, one.kind, needed, words, one.unit, one.about, one.example))
        for sheet in sheets:
            page = book.sheet(sheet.name, sheet.names)
            page.add([one.example for one in sheet.columns])
            for place, one in enumerate(sheet.columns):
                # Excel takes lists of up to 255 characters; longer ones stand in the first sheet.
                if one.words and len(",".join(one.words)) <= 255 and " " not in one.example:
                    page.sheet.data_validation(
                        1, place, ROWS_MAX, place, {"validate": "list", "source": list(one.words)}
                    )
        return book.finished().read()
