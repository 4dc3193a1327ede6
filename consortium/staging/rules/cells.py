"""Cells as they were sent: their values, or what is wrong and what would be right."""

from collections.abc import Callable, Mapping
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import NamedTuple

from consortium.documents.sheets import FORMULA_ERRORS, CellKind, Sheet, SheetColumn, SheetRow

TEXT_MAX = 10_000
DIGITS_MAX = 30
WHOLE_MAX = 2**31 - 1
CELL_INVALID = "CELL_INVALID"

Value = str | Decimal | int | date | bool | tuple[str, ...]


class Fault(NamedTuple):
    """What is wrong with a row, or a cell of it (`column`), and what would be right."""

    sheet: str
    row: int
    column: str
    code: str
    message: str


def read_cells(sheet: Sheet, row: SheetRow) -> tuple[dict[str, Value], list[Fault]]:
    """The values of a row's cells by their columns, blank ones left out; and what is wrong."""
    values: dict[str, Value] = {}
    faults: list[Fault] = []
    for column in sheet.columns:
        try:
            value = _value(column, row.cells)
        except ValueError as error:
            faults.append(Fault(row.sheet, row.number, column.name, CELL_INVALID, str(error)))
        else:
            if value is not None:
                values[column.name] = value
    return values, faults


def _value(column: SheetColumn, cells: Mapping[str, str]) -> Value | None:
    """The value of a cell, None where it is blank. Raises ValueError, telling what is right."""
    text = cells.get(column.name, "").strip()
    if not text:
        if column.required:
            unit = f" in {column.unit}" if column.unit else ""
            raise ValueError(f"A value is needed: {_wanted(column)}{unit}.")
        return None
    if text in FORMULA_ERRORS:
        raise ValueError(
            f"The formula of this cell fails with {text}: mend it, or write the value."
        )
    return _READ[column.kind](column, text)


def _wanted(column: SheetColumn) -> str:
    if column.words:
        return f"one of {', '.join(column.words)}"
    return f"{column.kind}" + (f", such as {column.example}" if column.example else "")


def _number(column: SheetColumn, text: str) -> Decimal:
    wanted = f"write a number as 1234567.89{f', in {column.unit}' if column.unit else ''}"
    try:
        value = Decimal(text)
    except InvalidOperation:
        raise ValueError(f"{text[:60]!r} is no number: {wanted}.") from None
    if not value.is_finite():
        raise ValueError(f"{text[:60]!r} is no finite number: {wanted}.")
    digits, exponent = value.as_tuple().digits, int(value.as_tuple().exponent)
    if len(digits) + abs(exponent) > DIGITS_MAX:
        raise ValueError(f"A number has at most {DIGITS_MAX} digits.")
    return value


def _whole(_: SheetColumn, text: str) -> int:
    if not text.isdecimal() or not text.isascii() or int(text[:12]) > WHOLE_MAX or len(text) > 12:
        raise ValueError(f"{text[:60]!r} is no whole number of 0 or more.")
    return int(text)


def _date(_: SheetColumn, text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise ValueError(f"{text[:60]!r} is no date: write YYYY-MM-DD.") from None


def _word(text: str, words: tuple[str, ...]) -> str:
    for word in words:
        if word.casefold() == text.casefold():
            return str(word)
    raise ValueError(f"{text[:60]!r} is none of: {', '.join(words)}.")


def _text(_: SheetColumn, text: str) -> str:
    if len(text) > TEXT_MAX:
        raise ValueError(f"A text has at most {TEXT_MAX} characters.")
    return text


_READ: dict[CellKind, Callable[[SheetColumn, str], Value]] = {
    CellKind.TEXT: _text,
    CellKind.NUMBER: _number,
    CellKind.WHOLE: _whole,
    CellKind.DATE: _date,
    CellKind.YES_NO: lambda _, text: _word(text, ("yes", "no")) == "yes",
    CellKind.WORD: lambda column, text: _word(text, column.words),
    CellKind.WORDS: lambda column, text: tuple(
        _word(one, column.words) for one in text.replace(",", " ").split()
    ),
}
