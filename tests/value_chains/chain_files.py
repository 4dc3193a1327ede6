"""Files of a small chain for tests: steel needs power, and power needs steel."""

import csv
import io
import json
import zipfile
from collections.abc import Mapping
from typing import Any

import xlsxwriter

from consortium.value_chains.rules.sheets import CHAIN_SHEETS

Rows = dict[str, list[dict[str, str]]]


def steel_and_power() -> Rows:
    """Two activities that need one another, with units to convert, and what they emit."""
    steel = {"code": "steel", "name": "Arc furnace", "product": "Steel", "unit": "t", "output": "1"}
    power = {"code": "power", "name": "Grid", "product": "Power", "unit": "MJ", "output": "3.6"}
    return {
        "activities": [
            steel | {"geography": "SE", "period_start": "2025-01-01", "period_end": "2025-12-31"},
            power | {"source_url": "https://grid.example", "source_title": "Grid report"},
        ],
        "exchanges": [
            {"consumer": "steel", "supplier": "power", "amount": "500", "unit": "kWh"},
            {
                "consumer": "power",
                "supplier": "Steel",
                "amount": "0.002",
                "unit": "kg",
                "uncertainty": "0.2",
                "error_source": "meter",
            },
        ],
        "emissions": [
            {"activity": "steel", "gas": "CO2", "mass": "60"},
            {"activity": "power", "gas": "Methane, fossil", "mass": "0.5", "unit": "g"},
        ],
    }


def as_csv(rows: Rows) -> bytes:
    """The rows as one CSV file; what stands first is on line 2."""
    columns = list(dict.fromkeys(name for sheet in CHAIN_SHEETS for name in sheet.names))
    file = io.StringIO()
    writer = csv.DictWriter(file, ["sheet", *columns])
    writer.writeheader()
    for sheet, below in rows.items():
        writer.writerows({"sheet": sheet, **row} for row in below)
    return file.getvalue().encode()


def as_xlsx(rows: Rows) -> bytes:
    """The rows as a workbook; a text that begins with `#` is what a failed formula shows."""
    file = io.BytesIO()
    with xlsxwriter.Workbook(file, {"in_memory": True}) as book:
        for sheet in CHAIN_SHEETS:
            page = book.add_worksheet(sheet.name)
            page.write_row(0, 0, sheet.names)
            for number, row in enumerate(rows.get(sheet.name, []), 1):
                for place, name in enumerate(sheet.names):
                    text = row.get(name, "")
                    if text.startswith("#"):
                        page.write_formula(number, place, "=1/0", None, text)
                    elif text:
                        page.write_string(number, place, text)
    return file.getvalue()


def as_zip(parts: Mapping[str, Any]) -> bytes:
    """A package of parts; what is no bytes is written as JSON."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for path, content in parts.items():
            is_bytes = isinstance(content, bytes)
            archive.writestr(path, content if is_bytes else json.dumps(content))
    return file.getvalue()


def flow(key: str, name: str, kind: str = "PRODUCT_FLOW", **more: str) -> dict[str, Any]:
    """A flow of openLCA's."""
    return {"@type": "Flow", "@id": key, "name": name, "flowType": kind, **more}


def exchange(
    of: dict[str, Any], amount: float, unit: str, provider: str = "", **more: Any
) -> dict[str, Any]:
    """An exchange of openLCA's; an input unless told."""
    given = {"flow": {"@id": of["@id"]}, "amount": amount, "unit": {"name": unit}, "isInput": True}
    linked = {"defaultProvider": {"@id": provider}} if provider else {}
    return given | linked | more


STEEL, POWER = flow("f-steel", "Steel"), flow("f-power", "Electricity")
CO2 = flow("f-co2", "Carbon dioxide, fossil", "ELEMENTARY_FLOW", category="Emission to air/low")
DUST = flow("f-dust", "Particulates", "ELEMENTARY_FLOW", category="Emission to air/low")


def openlca() -> dict[str, Any]:
    """The same chain as a package of openLCA's, by its parts."""
    made: dict[str, Any] = {"isInput": False, "isQuantitativeReference": True}
    steel = {
        "@id": "p-steel",
        "name": "Arc furnace",
        "location": {"@id": "l-se"},
        "exchanges": [
            exchange(STEEL, 1, "t", **made),
            exchange(POWER, 500, "kWh", "p-power"),
            exchange(CO2, 40, "kg", isInput=False),
            exchange(CO2, 20000, "g", isInput=False),
            exchange(DUST, 1, "kg", isInput=False),
        ],
    }
    power = {
        "@id": "p-power",
        "name": "Grid",
        "exchanges": [
            exchange(POWER, 3.6, "MJ", **made),
            exchange(
                STEEL,
                0.002,
                "kg",
                uncertainty={"distributionType": "LOG_NORMAL_DISTRIBUTION", "geomSd": 1.1},
            ),
        ],
    }
    units = {"@id": "u-mass", "units": [{"name": "kg", "conversionFactor": 1}]}
    return {
        "openlca.json": {"schemaVersion": 2},
        "locations/l-se.json": {"@id": "l-se", "code": "SE"},
        "unit_groups/u-mass.json": units,
        **{f"flows/{one['@id']}.json": one for one in (STEEL, POWER, CO2, DUST)},
        "processes/p-power.json": power,
        "processes/p-steel.json": steel,
    }
