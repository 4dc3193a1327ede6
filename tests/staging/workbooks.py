"""Workbooks of effects for tests: the template's own example, and changes to it."""

import csv
import io
from collections.abc import Mapping
from datetime import date
from typing import Any

import xlsxwriter

from consortium.documents.sheets import SheetRow
from consortium.staging.rules.effect_sheets import EFFECT_SHEETS

TODAY = date(2026, 11, 23)
EQUAL = (
    "RAW_MATERIALS",
    "DISTRIBUTION",
    "INSTALLATION",
    "MAINTENANCE",
    "END_OF_LIFE",
)
Rows = dict[str, list[dict[str, str]]]


def example(owner: str = "Member") -> Rows:
    """The example of DOMAIN, section 2: 17 000 t forward-looking, 60 % of it the owner's."""
    rows = {
        sheet.name: [{one.name: one.example for one in sheet.columns if one.example}]
        for sheet in EFFECT_SHEETS
    }
    of = {"solution": "pump-1", "comparison": "flat", "specificity": "SPECIFIC"}
    rows["items"].append(
        of
        | {
            "stage": "MANUFACTURING",
            "name": "Making it",
            "reference_kg_co2e": "500",
            "solution_kg_co2e": "1500",
        }
    )
    rows["items"] += [
        of | {"stage": stage, "name": stage.lower(), "equal_because": "The same"} for stage in EQUAL
    ]
    rows["shares"][0]["party"] = owner
    return rows


def sheet_rows(rows: Mapping[str, list[dict[str, str]]]) -> list[SheetRow]:
    """As a reader gives them."""
    return [
        SheetRow(sheet, number, dict(cells))
        for sheet, below in rows.items()
        for number, cells in enumerate(below, 2)
    ]


def workbook(rows: Mapping[str, list[dict[str, Any]]]) -> bytes:
    """The rows as a workbook; a number is written as such, a text with `=` as a failed formula."""
    file = io.BytesIO()
    book = xlsxwriter.Workbook(file, {"in_memory": True})
    for name, below in rows.items():
        sheet = book.add_worksheet(name)
        columns = list(dict.fromkeys(column for row in below for column in row))
        sheet.write_row(0, 0, columns)
        for number, row in enumerate(below, 1):
            for column, value in row.items():
                place = columns.index(column)
                if isinstance(value, str) and value.startswith("="):
                    sheet.write_formula(number, place, value, None, value[1:])
                else:
                    sheet.write(number, place, value)
    book.close()
    return file.getvalue()


def flat(rows: Mapping[str, list[dict[str, str]]]) -> bytes:
    """The rows as one CSV file."""
    columns = list(dict.fromkeys(c for sheet in EFFECT_SHEETS for c in sheet.names))
    text = io.StringIO()
    writer = csv.DictWriter(text, ["sheet", *columns])
    writer.writeheader()
    for sheet, below in rows.items():
        writer.writerows({"sheet": sheet} | row for row in below)
    return text.getvalue().encode()
