"""Systems of activities from tables: a workbook with three sheets, or one CSV file."""

from collections.abc import Callable
from operator import itemgetter
from typing import Final

from consortium.documents.csv import MalformedCsv, TooManyRows, WrongColumns, streamed_rows
from consortium.documents.sheets import Sheet
from consortium.documents.workbooks import read_workbook
from consortium.value_chains.rules.sheets import (
    ACTIVITIES,
    CHAIN_SHEETS,
    CSV_ROWS_MAX,
    EMISSIONS,
    EXCHANGES,
    WORKBOOK_ROWS_MAX,
)
from consortium.value_chains.rules.stated import Place, StatedRows, StatedSystem

# A cell that begins so was kept from being computed by a spreadsheet (`reports.files`).
_GUARDED: Final = ("'=", "'+", "'-", "'@", "''")


def read_chain_workbook(name: str, data: bytes) -> StatedSystem:
    """The rows of a workbook. Raises FileUnreadable, as `read_workbook` says."""
    stated = StatedSystem()
    rows = _rows_of(stated)
    for one in read_workbook(name, data, CHAIN_SHEETS, WORKBOOK_ROWS_MAX):
        rows[one.sheet].add(Place(one.sheet, one.number), one.cells)
    return stated


def read_chain_csv(name: str, data: bytes) -> StatedSystem:
    """The rows of a CSV file, whose column `sheet` says what a row is; numbered by their lines.

    Raises FileUnreadable: it is no such table, or a row fills columns of another sheet.
    """
    stated = StatedSystem()
    lines = streamed_rows(name, data)
    _, header = next(lines, (1, list[str]()))
    names = [cell.strip() for cell in header]
    _check_header(name, names)
    adders = {sheet.name: _adder(stated, sheet, names, name) for sheet in CHAIN_SHEETS}
    at = names.index("sheet")
    for count, (line, cells) in enumerate(lines):
        if count == CSV_ROWS_MAX:
            raise TooManyRows(f"{name}: more than {CSV_ROWS_MAX} rows.")
        if len(cells) != len(names):
            told = f"{len(cells)} values where the header names {len(names)} columns"
            raise MalformedCsv(f"{name}: line {line}: {told}.")
        add = adders.get(cells[at].strip().casefold())
        if add is None:
            told = f"column sheet names none of {', '.join(adders)}"
            raise WrongColumns(f"{name}: line {line}: {told}.")
        add(line, cells)
    return stated


def _rows_of(stated: StatedSystem) -> dict[str, StatedRows]:
    return {
        ACTIVITIES.name: stated.activities,
        EXCHANGES.name: stated.exchanges,
        EMISSIONS.name: stated.emissions,
    }


def _check_header(name: str, names: list[str]) -> None:
    needed = [
        "sheet",
        *(one.name for sheet in CHAIN_SHEETS for one in sheet.columns if one.required),
    ]
    known = {"sheet", *(column for sheet in CHAIN_SHEETS for column in sheet.names)}
    faults = {
        "missing": [one for one in dict.fromkeys(needed) if one not in names],
        "unknown": [one or "(blank)" for one in names if one not in known],
        "named twice": sorted({one for one in names if names.count(one) > 1}),
    }
    told = "; ".join(f"{what}: {', '.join(found)}" for what, found in faults.items() if found)
    if told:
        raise WrongColumns(f"{name}: line 1: {told}. Begin with the template.")


def _adder(
    stated: StatedSystem, sheet: Sheet, names: list[str], name: str
) -> Callable[[int, list[str]], None]:
    """What adds a line to the rows of its sheet."""
    rows = _rows_of(stated)[sheet.name]
    # A column that is left out is blank: beyond the last cell stands one.
    own = [names.index(title) if title in names else len(names) for title in rows.names]
    foreign = [place for place, title in enumerate(names) if title not in {"sheet", *sheet.names}]
    mine, others = itemgetter(*own), itemgetter(*foreign, len(names), len(names))

    def add(line: int, cells: list[str]) -> None:
        cells.append("")
        if any(others(cells)):
            filled = ", ".join(names[place] for place in foreign if cells[place].strip())
            if filled:
                told = f"{filled}: of another sheet than {sheet.name}; leave it blank"
                raise WrongColumns(f"{name}: line {line}: {told}.")
        texts = [_plain(text) if text else text for text in mine(cells)]
        rows.append(Place(sheet.name, line), texts)

    return add


def _plain(text: str) -> str:
    """What a cell says, without what a spreadsheet was kept from computing it by."""
    text = text.strip()
    return text[1:] if text.startswith(_GUARDED) else text
