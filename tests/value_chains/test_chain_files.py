"""Files of chains: what they state is read exactly, and each fault is told by its row."""

import time
import zipfile
from decimal import Decimal
from io import BytesIO
from typing import Any

import pytest

from consortium.documents import archives
from consortium.documents.archives import ArchiveTooLarge, MalformedArchive
from consortium.documents.csv import FileUnreadable, WrongColumns
from consortium.documents.tables import template_csv, template_xlsx
from consortium.documents.workbooks import MalformedWorkbook
from consortium.value_chains.imports.openlca import MalformedPackage
from consortium.value_chains.imports.reading import ChainFormatUnknown, read_chain
from consortium.value_chains.rules.checking import Checked, Known, checked
from consortium.value_chains.rules.gas_names import _CAS, gas_named
from consortium.value_chains.rules.sheets import CHAIN_SHEETS
from consortium.value_chains.rules.stated import CheckedSystem, Fault
from tests.value_chains.chain_files import (
    DUST,
    POWER,
    STEEL,
    Rows,
    as_csv,
    as_xlsx,
    as_zip,
    exchange,
    openlca,
    steel_and_power,
)

KNOWN = Known({"Maker": 7}.get, {"melting": 3})


def read(name: str, data: bytes) -> Checked:
    return checked(read_chain(name, data), KNOWN)


def system(name: str, data: bytes) -> CheckedSystem:
    found = read(name, data)
    assert found.system is not None, found.faults.told
    return found.system


def faults(name: str, data: bytes) -> list[Fault]:
    found = read(name, data)
    assert found.system is None
    assert found.faults.count == len(found.faults.told)
    return found.faults.told


@pytest.mark.parametrize("form", ["csv", "xlsx"])
def test_a_table_is_read_with_its_units(form: str) -> None:
    """Amounts are those of the supplier's unit, and what was stated is kept beside them."""
    rows = steel_and_power()
    rows["activities"][0] |= {"organisation": "Maker", "stage": "Melting"}
    found = system(f"a.{form}", as_csv(rows) if form == "csv" else as_xlsx(rows))

    assert [one.code for one in found.activities] == ["steel", "power"]
    assert (found.activities[0].organisation_id, found.activities[0].stage_id) == (7, 3)
    assert [(one.consumer, one.supplier, one.amount) for one in found.exchanges] == [
        (0, 1, Decimal(1800)),
        (1, 0, Decimal("0.000002")),
    ]
    assert [(one.stated_amount, one.stated_unit) for one in found.exchanges] == [
        (Decimal(500), "kWh"),
        (Decimal("0.002"), "kg"),
    ]
    assert found.exchanges[1].uncertainty == Decimal("0.2")
    assert [(one.activity, one.gas, one.mass_kg) for one in found.emissions] == [
        (0, "CO2", Decimal(60)),
        (1, "CH4_FOSSIL", Decimal("0.0005")),
    ]


@pytest.mark.parametrize("form", ["csv", "xlsx"])
def test_a_template_is_a_file_that_can_be_read(form: str) -> None:
    """With its example."""
    made = template_csv(CHAIN_SHEETS) if form == "csv" else template_xlsx(CHAIN_SHEETS)

    assert [one.code for one in system(f"a.{form}", made).activities] == ["steel"]


CELLS: list[tuple[str, int, str, str, str, str]] = [
    ("activities", 0, "output", "0", "OUTPUT_MISSING", "not 0"),
    ("activities", 0, "output", "", "CELL_INVALID", "needed"),
    ("activities", 1, "output", "1e999", "CELL_INVALID", "digits"),
    ("activities", 1, "output", "NaN", "CELL_INVALID", "finite"),
    ("activities", 1, "code", "steel", "ACTIVITY_TWICE", "'steel' is taken"),
    ("activities", 1, "product", "", "PRODUCT_MISSING", "name it"),
    ("activities", 0, "share", "0.7", "SHARES_NOT_ONE", "add up to 0.7"),
    ("activities", 0, "share", "1.7", "CELL_INVALID", "0 to 1"),
    ("activities", 0, "unit", "heaps", "UNIT_UNKNOWN", "heaps"),
    ("activities", 0, "organisation", "Nobody", "ORGANISATION_UNKNOWN", "'Nobody'"),
    ("activities", 0, "stage", "Selling", "STAGE_UNKNOWN", "'Selling'"),
    ("activities", 0, "geography", "Atlantis", "GEOGRAPHY_UNKNOWN", "ISO 3166-1"),
    ("activities", 0, "period_end", "2024-01-01", "PERIOD_REVERSED", "2025-01-01"),
    ("activities", 0, "period_end", "soon", "CELL_INVALID", "YYYY-MM-DD"),
    ("activities", 0, "name", "x" * 4001, "CELL_INVALID", "4000"),
    ("exchanges", 0, "supplier", "coal", "SUPPLIER_UNKNOWN", "'coal'"),
    ("exchanges", 1, "consumer", "coal", "ACTIVITY_UNKNOWN", "'coal'"),
    ("exchanges", 0, "unit", "kg", "UNIT_DOES_NOT_FIT", "kWh"),
    ("exchanges", 0, "amount", "#DIV/0!", "CELL_INVALID", "#DIV/0!"),
    ("exchanges", 0, "uncertainty", "-1", "CELL_INVALID", "0 or more"),
    ("emissions", 0, "gas", "CO3", "GAS_UNKNOWN", "CH4_FOSSIL"),
    ("emissions", 0, "unit", "kWh", "UNIT_DOES_NOT_FIT", "kg"),
    ("emissions", 1, "activity", "coal", "ACTIVITY_UNKNOWN", "'coal'"),
]


@pytest.mark.parametrize(("sheet", "row", "column", "value", "code", "words"), CELLS)
def test_a_fault_is_told_by_its_row(
    sheet: str, row: int, column: str, value: str, code: str, words: str
) -> None:
    """In a CSV file by its line, in a workbook by sheet and row; with what would be right."""
    rows = steel_and_power()
    rows[sheet][row][column] = value
    before = {"activities": 0, "exchanges": 2, "emissions": 4}[sheet]

    [*first] = faults("a.csv", as_csv(rows))
    [*other] = faults("a.xlsx", as_xlsx(rows))

    wanted = (sheet, column, code)
    assert (sheet, before + row + 2, column, code) in [fault[:4] for fault in first]
    assert (sheet, row + 2, column, code) in [fault[:4] for fault in other]
    assert any(
        (one.sheet, one.column, one.code) == wanted and words in one.message for one in first
    )


def test_a_product_of_two_makers_needs_a_choice() -> None:
    """It is told who makes it."""
    rows = steel_and_power()
    rows["activities"].append(dict(rows["activities"][0], code="steel-2"))

    [one] = faults("a.csv", as_csv(rows))

    assert (one.sheet, one.row, one.code) == ("exchanges", 6, "SUPPLIER_AMBIGUOUS")
    assert "'steel', 'steel-2'" in one.message


def test_an_endless_loop_and_a_gas_told_twice_are_named() -> None:
    """The loop by the codes of its activities."""
    rows = steel_and_power()
    rows["exchanges"][1] |= {"amount": "1", "unit": "t"}
    [loop] = faults("a.csv", as_csv(rows))
    rows = steel_and_power()
    rows["emissions"].append(dict(rows["emissions"][0]))
    [twice] = faults("a.csv", as_csv(rows))

    assert loop.code == "LOOP_NEVER_ENDS"
    assert "'steel', 'power'" in loop.message
    assert (twice.sheet, twice.row, twice.code) == ("emissions", 8, "EMISSION_TWICE")


def test_what_undoes_itself_is_singular() -> None:
    """Amounts below 0 can leave no single answer."""
    rows = steel_and_power()
    rows["exchanges"] = [
        {"consumer": "steel", "supplier": "power", "amount": "-3.6"},
        {"consumer": "power", "supplier": "steel", "amount": "-1"},
    ]

    [one] = faults("a.csv", as_csv(rows))

    assert one.code in {"SYSTEM_SINGULAR", "SYSTEM_NOT_SOLVED"}


def test_the_first_hundred_faults_are_told_and_all_counted() -> None:
    """Whoever mends a file begins at the top."""
    rows = steel_and_power()
    rows["exchanges"] = [{"consumer": "steel", "supplier": "coal", "amount": "1"}] * 250

    found = read("a.csv", as_csv(rows)).faults

    assert (len(found.told), found.count) == (100, 250)
    assert found.told[0].row == 4


def test_a_package_of_openlca_is_read() -> None:
    """Links, units, gases of all compartments added up, and what is no greenhouse gas left out."""
    stated = read_chain("a.zip", as_zip(openlca()))
    found = checked(stated, KNOWN).system
    assert found is not None

    assert [(one.code, one.unit, one.output) for one in found.activities] == [
        ("p-power", "MJ", Decimal("3.6")),
        ("p-steel", "t", Decimal(1)),
    ]
    assert found.activities[1].geography == "SE"
    assert [(one.consumer, one.supplier, one.amount) for one in found.exchanges] == [
        (0, 1, Decimal("0.000002")),
        (1, 0, Decimal(1800)),
    ]
    assert found.exchanges[0].uncertainty == Decimal("0.191777")
    assert [(one.activity, one.gas, one.mass_kg) for one in found.emissions] == [
        (1, "CO2", Decimal(60))
    ]
    assert stated.left_out == {DUST["name"]: 1}


def test_products_of_one_process_share_it() -> None:
    """By the allocation that the process names; without one it is told."""
    parts = openlca()
    process = parts["processes/p-steel.json"]
    slag = dict(STEEL, **{"@id": "f-slag", "name": "Slag"})
    parts["flows/f-slag.json"] = slag
    process["exchanges"].append(exchange(slag, 0.1, "t", isInput=False))
    [fault] = [one for one in faults("a.zip", as_zip(parts)) if one.code == "ALLOCATION_MISSING"]
    process["defaultAllocationMethod"] = "PHYSICAL_ALLOCATION"
    process["allocationFactors"] = [
        {"allocationType": method, "product": {"@id": key}, "value": value}
        for method, key, value in (
            ("PHYSICAL_ALLOCATION", "f-steel", 0.9),
            ("PHYSICAL_ALLOCATION", "f-slag", 0.1),
            ("ECONOMIC_ALLOCATION", "f-steel", 0.5),
        )
    ]
    found = system("a.zip", as_zip(parts))

    assert fault.sheet == "processes/p-steel.json"
    assert [(one.code, one.process, one.share) for one in found.activities[1:]] == [
        ("p-steel/f-steel", "p-steel", Decimal("0.9")),
        ("p-steel/f-slag", "p-steel", Decimal("0.1")),
    ]
    assert len(found.exchanges) == 2


@pytest.mark.parametrize(
    ("changes", "place", "code"),
    [
        ({"amount": 0}, ("processes/p-steel.json", 0), "OUTPUT_MISSING"),
        ({"unit": {"name": "kWh"}}, ("processes/p-power.json", 2), "UNIT_DOES_NOT_FIT"),
        ({"isInput": True, "isQuantitativeReference": False}, None, "PRODUCT_MISSING"),
    ],
)
def test_a_fault_of_a_package_is_told_by_its_part(
    changes: dict[str, Any], place: tuple[str, int] | None, code: str
) -> None:
    """By the file in the package, and the place of the exchange."""
    parts = openlca()
    parts["processes/p-steel.json"]["exchanges"][0] |= changes

    found = faults("a.zip", as_zip(parts))

    assert code in [one.code for one in found]
    assert place is None or (*place, code) in [(one.sheet, one.row, one.code) for one in found]


def test_a_package_without_a_supplier_names_the_exchange() -> None:
    """By the flow's own name."""
    parts = openlca()
    del parts["processes/p-power.json"]
    del parts["processes/p-steel.json"]["exchanges"][1]["defaultProvider"]

    [one] = faults("a.zip", as_zip(parts))

    assert (one.sheet, one.row, one.code) == ("processes/p-steel.json", 2, "SUPPLIER_UNKNOWN")
    assert repr(POWER["name"]) in one.message


def entities(data: bytes) -> bytes:
    """A workbook whose sheets declare entities that double each other."""
    bomb = b'<?xml version="1.0"?><!DOCTYPE b [<!ENTITY a "aa"><!ENTITY c "&a;&a;">]><b>&c;</b>'
    file = BytesIO()
    with zipfile.ZipFile(BytesIO(data)) as old, zipfile.ZipFile(file, "w") as new:
        for one in old.namelist():
            new.writestr(one, bomb if one == "xl/worksheets/sheet1.xml" else old.read(one))
    return file.getvalue()


def test_what_is_no_such_file_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    """Bombs before they are unpacked, nests of brackets, and files that are something else."""
    deep = as_zip({"processes/a.json": b"[" * 200_000})
    refused: list[tuple[str, bytes, type[FileUnreadable]]] = [
        ("a.zip", deep, MalformedPackage),
        ("a.zip", as_zip({"processes/a.json": [1]}), MalformedPackage),
        ("a.zip", as_zip({"processes/a.json": {"@id": "a", "exchanges": [{}]}}), MalformedPackage),
        ("a.zip", as_zip({"nothing.json": {}}), MalformedPackage),
        ("a.zip", b"PK\x03\x04 and no more", MalformedArchive),
        ("a.xlsx", entities(as_xlsx(steel_and_power())), MalformedWorkbook),
        ("a.csv", b"sheet,code\nactivities,a\n", WrongColumns),
        ("a.pdf", b"%PDF", ChainFormatUnknown),
    ]
    for name, data, error in refused:
        with pytest.raises(error):
            read_chain(name, data)

    monkeypatch.setattr(archives, "PART_BYTES_MAX", 1_000_000)
    bomb = as_zip({"processes/a.json": b" " * 50_000_000})
    assert len(bomb) < 100_000
    with pytest.raises(ArchiveTooLarge, match=r"processes/a\.json"):
        read_chain("a.zip", bomb)


def test_gases_go_by_many_names() -> None:
    """Names of databases, codes in them, and CAS numbers, whose last digit checks the others."""
    named = {
        "Carbon dioxide, non-fossil": "CO2_BIOGENIC",
        "Ethane, 1,1,1,2-tetrafluoro-, HFC-134a": "HFC134a",
        "Methane, bromotrifluoro-, Halon 1301": "Halon1301",
        "Methane, tetrafluoro-, CFC-14": "CF4",
        "Ethane, hexafluoro-, HFC-116": "C2F6",
        "Dinitrogen monoxide": "N2O",
        "Water": None,
    }

    assert {name: gas_named(name) for name in named} == named
    assert gas_named("?", "000811-97-2") == "HFC134a"
    for number in _CAS.values():
        digits = [int(one) for one in number.replace("-", "")]
        total = sum(place * one for place, one in enumerate(reversed(digits[:-1]), 1))
        assert total % 10 == digits[-1], number


def large(count: int) -> Rows:
    """So many activities in a ring, with five exchanges each."""
    return {
        "activities": [
            {"code": f"a{n}", "name": "Making", "product": f"p{n}", "unit": "kg", "output": "1"}
            for n in range(count)
        ],
        "exchanges": [
            {
                "consumer": f"a{n}",
                "supplier": f"a{(n * 7 + k * k + 1) % count}",
                "amount": f"0.0{k + 1}",
                "unit": "g",
            }
            for n in range(count)
            for k in range(5)
        ],
        "emissions": [{"activity": f"a{n}", "gas": "CO2", "mass": "1"} for n in range(count)],
    }


def test_ten_thousand_activities_are_checked_in_seconds() -> None:
    """A tenth of the largest system: read, checked and solved."""
    data = as_csv(large(10_000))
    begun = time.perf_counter()
    found = system("a.csv", data)

    assert len(found.exchanges) == 50_000
    assert time.perf_counter() - begun < 20
