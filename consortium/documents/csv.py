"""CSV files that people send: read strictly, with the place of every fault."""

import csv
import hashlib
import io
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from consortium.kernel.errors import DomainError

_BOM = b"\xef\xbb\xbf"


class FileUnreadable(DomainError):
    """The file cannot be read."""

    code = "FILE_UNREADABLE"


class NotUtf8(FileUnreadable):
    """The file is not text in UTF-8: save it with that encoding."""

    code = "FILE_NOT_UTF8"


class MalformedCsv(FileUnreadable):
    """The file is not well-formed CSV."""

    code = "FILE_MALFORMED_CSV"


class TooManyRows(FileUnreadable):
    """The file has more rows than are read at once: split it."""

    code = "FILE_TOO_MANY_ROWS"


class WrongColumns(FileUnreadable):
    """The header does not name the columns of this kind of file."""

    code = "FILE_WRONG_COLUMNS"


@dataclass(frozen=True, slots=True)
class Columns:
    """The header that a kind of file must have; the order is free."""

    required: tuple[str, ...]
    optional: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Record:
    """One row: the line it begins on (the header's is 1), its values, faults in its shape."""

    line: int
    values: dict[str, str]
    fault: str | None = None


@dataclass(frozen=True, slots=True)
class Table:
    """A whole file, with the digest of its bytes in hexadecimal."""

    name: str
    records: tuple[Record, ...]
    sha256: str


def read_table(path: Path, columns: Columns) -> Table:
    """Read a file; raise FileUnreadable, naming line and byte, when it is no such table."""
    try:
        data = path.read_bytes()
    except OSError as error:
        raise FileUnreadable(f"{path}: {error.strerror or error}.") from error
    return parse_table(path.name, data, columns)


def parse_table(name: str, data: bytes, columns: Columns, rows_max: int | None = None) -> Table:
    """As `read_table`, from bytes; TooManyRows where there are more than `rows_max`."""
    text = _decoded(name, data)
    rows = _rows(name, text)
    header = next(rows, None)
    if header is None:
        raise WrongColumns(f"{name}: the file is empty; its first line must name the columns.")
    names = [cell.strip() for cell in header[1]]
    _check_header(name, names, columns)
    records = tuple(_record(names, line, cells) for line, cells in islice(rows, rows_max))
    if next(rows, None) is not None:
        raise TooManyRows(
            f"{name}: more than {rows_max} rows; send it in several files of at most {rows_max}"
            " rows."
        )
    return Table(name, records, hashlib.sha256(data).hexdigest())


def streamed_rows(name: str, data: bytes) -> Iterator[tuple[int, list[str]]]:
    """The rows that are not blank, header and all, each with the line that it begins on.

    For files of many rows, which are kept in another form. Raises FileUnreadable on the way.
    """
    return _rows(name, _decoded(name, data))


def _decoded(name: str, data: bytes) -> str:
    body = data.removeprefix(_BOM)
    skipped = len(data) - len(body)
    try:
        text = body.decode("utf-8")
    except UnicodeDecodeError as error:
        line = body.count(b"\n", 0, error.start) + 1
        raise NotUtf8(
            f"{name}: line {line}, byte {error.start + skipped + 1}: {body[error.start]:#04x} is no"
            " text in UTF-8; save the file with that encoding (Latin-1 is a common cause)."
        ) from error
    if "\0" in text:
        at = text.index("\0")
        line = text.count("\n", 0, at) + 1
        byte = len(text[:at].encode()) + skipped + 1
        raise MalformedCsv(f"{name}: line {line}, byte {byte}: a NUL character.")
    return text


def _rows(name: str, text: str) -> Iterator[tuple[int, list[str]]]:
    """Rows that are not blank, each with the line it begins on."""
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    line = 1
    while True:
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            raise _malformed(name, text, line, reader.line_num, error) from error
        if any(cell.strip() for cell in cells):
            yield line, cells
        line = reader.line_num + 1


def _malformed(name: str, text: str, first: int, last: int, error: csv.Error) -> MalformedCsv:
    lines = io.StringIO(text, newline="").readlines()
    byte = len("".join(lines[: first - 1]).encode()) + 1
    # An open quotation mark is only noticed at the end of the file: the row's start is the clue.
    where = f"line {first}" if last <= first else f"the row that begins on line {first}"
    return MalformedCsv(
        f"{name}: {where} (byte {byte}): {error}; look for a stray quotation mark:"
        ' inside a quoted value it is written twice ("").'
    )


def _check_header(name: str, names: Sequence[str], columns: Columns) -> None:
    known = {*columns.required, *columns.optional}
    faults = [
        _listed("missing", (c for c in columns.required if c not in names)),
        _listed("unknown", (c or "(blank)" for c in names if c not in known)),
        _listed("named twice", sorted({c for c in names if names.count(c) > 1})),
    ]
    told = "; ".join(fault for fault in faults if fault)
    if told:
        raise WrongColumns(f"{name}: line 1: {told}.")


def _listed(what: str, names: Iterable[str]) -> str:
    listed = ", ".join(names)
    return f"{what}: {listed}" if listed else ""


def _record(names: Sequence[str], line: int, cells: list[str]) -> Record:
    fault = None
    if len(cells) != len(names):
        fault = f"{len(cells)} values where the header names {len(names)} columns"
    return Record(line, dict(zip(names, (cell.strip() for cell in cells), strict=False)), fault)
