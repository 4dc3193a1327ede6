"""A version of a chain as a file: CSV or a workbook, which can be sent again, or JSON.

Amounts are as they were stated, with their units and sources; all in one snapshot.
"""

import tempfile
from collections.abc import AsyncGenerator, Sequence
from datetime import date
from decimal import Decimal
from typing import IO, Final

import orjson

from consortium.documents.sheets import Sheet
from consortium.documents.tables import Cell, Workbook, csv_lines
from consortium.kernel.principal import Principal
from consortium.query.visible import require_visible
from consortium.storage.connections import PoolConnection
from consortium.value_chains.reads import CHAIN_VERSIONS
from consortium.value_chains.rules.sheets import (
    ACTIVITIES,
    CHAIN_SHEETS,
    EMISSIONS,
    EXCHANGES,
)

PREFIX: Final = "chainversion"
FORMS: Final = ("csv", "json", "xlsx")
# Rows that are fetched at once.
PAGE: Final = 5_000

ABOUT = """
SELECT v.reference, v.title, v.status, v.version, c.name AS chain, o.name AS organisation
FROM chain_version v JOIN value_chain c ON c.id = v.value_chain_id
    JOIN organisation o ON o.id = v.organisation_id
WHERE v.id = $1
"""
# In the order of the columns of each sheet.
ROWS: Final = {
    ACTIVITIES.name: """
SELECT a.code, a.process, a.name, a.product, a.unit, a.output, a.share, o.name, s.name,
    a.geography, a.period_start::text, a.period_end::text, c.url, c.title
FROM activity a LEFT JOIN organisation o ON o.id = a.organisation_id
    LEFT JOIN value_chain_stage s ON s.id = a.stage_id LEFT JOIN citation c ON c.id = a.citation_id
WHERE a.chain_version_id = $1 ORDER BY a.id
""",
    EXCHANGES.name: """
SELECT t.code, m.code, x.stated_amount, x.stated_unit, x.uncertainty, x.error_source, c.url, c.title
FROM activity_exchange x JOIN activity t ON t.id = x.consumer_id
    JOIN activity m ON m.id = x.supplier_id LEFT JOIN citation c ON c.id = x.citation_id
WHERE x.chain_version_id = $1 ORDER BY x.id
""",
    EMISSIONS.name: """
SELECT a.code, e.gas, e.mass_kg, 'kg', e.uncertainty, e.error_source
FROM activity_emission e JOIN activity a ON a.id = e.activity_id
WHERE e.chain_version_id = $1 ORDER BY e.id
""",
}


async def version_file(
    connection: PoolConnection, by: Principal, key: int, today: date, form: str
) -> IO[bytes]:
    """The version as a file of a form (`csv`, `json` or `xlsx`), at its beginning; to be closed.

    Raises NotFound: there is no such version that the caller may see.
    """
    async with connection.transaction(isolation="repeatable_read", readonly=True):
        await require_visible(connection, CHAIN_VERSIONS, key, by, today)
        if form == "xlsx":
            return await _workbook(connection, key)
        file = tempfile.TemporaryFile()  # noqa: SIM115  the caller closes it
        if form == "csv":
            await _csv(connection, key, file)
        else:
            await _json(connection, key, file)
        file.seek(0)
        return file


async def _pages(
    connection: PoolConnection, sheet: Sheet, key: int
) -> AsyncGenerator[Sequence[Sequence[Cell]]]:
    """The rows of a sheet, page by page."""
    cursor = await connection.cursor(ROWS[sheet.name], key)
    while page := await cursor.fetch(PAGE):
        yield [tuple(row) for row in page]


async def _csv(connection: PoolConnection, key: int, file: IO[bytes]) -> None:
    """One table of all sheets; before an apostrophe at the beginning another is written."""
    columns = list(dict.fromkeys(name for sheet in CHAIN_SHEETS for name in sheet.names))
    file.write(csv_lines([["sheet", *columns]]))
    for sheet in CHAIN_SHEETS:
        places = [columns.index(name) for name in sheet.names]
        async for page in _pages(connection, sheet, key):
            lines: list[list[Cell]] = []
            for row in page:
                line: list[Cell] = [None] * len(columns)
                for place, cell in zip(places, row, strict=True):
                    quoted = isinstance(cell, str) and cell.startswith("'")
                    line[place] = f"'{cell}" if quoted else cell
                lines.append([sheet.name, *line])
            file.write(csv_lines(lines))


async def _workbook(connection: PoolConnection, key: int) -> IO[bytes]:
    book = Workbook()
    for sheet in CHAIN_SHEETS:
        page_of = book.sheet(sheet.name, sheet.names)
        async for page in _pages(connection, sheet, key):
            for row in page:
                page_of.add(row)
    return book.finished()


async def _json(connection: PoolConnection, key: int, file: IO[bytes]) -> None:
    """One object: what the version is, and its rows; amounts are texts, so that none is rounded."""
    about = await connection.fetchrow(ABOUT, key)
    file.write(orjson.dumps(dict(about or {}))[:-1])
    for sheet in CHAIN_SHEETS:
        file.write(f',"{sheet.name}":['.encode())
        between = b""
        async for page in _pages(connection, sheet, key):
            for row in page:
                values = dict(zip(sheet.names, map(_plain, row), strict=True))
                file.write(between + orjson.dumps(values))
                between = b","
        file.write(b"]")
    file.write(b"}\n")


def _plain(cell: Cell) -> Cell:
    return f"{cell:f}" if isinstance(cell, Decimal) else cell
