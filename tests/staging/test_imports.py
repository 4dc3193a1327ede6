"""A file lands, is corrected, and is recorded or discarded whole."""

from decimal import Decimal
from typing import Any

import pytest

from consortium.documents.csv import TooManyRows
from consortium.documents.workbooks import read_flat, read_workbook
from consortium.evidence.actions import DocumentFacts
from consortium.kernel.errors import ChangedMeanwhile, DomainError, NotFound, PermissionDenied
from consortium.staging.actions.imports import (
    CellCorrection,
    CorrectImport,
    EndImport,
    RowRemoval,
    commit_import,
    correct_import,
    discard_import,
    stage,
)
from consortium.staging.rules.effect_sheets import EFFECT_SHEETS
from consortium.staging.rules.imports import ImportEnded, ImportFaulty
from consortium.staging.rules.kinds import ROWS_MAX, ImportKind
from consortium.storage.database import Database
from tests.effects.story import Engineer, engineer
from tests.staging.workbooks import TODAY, Rows, example, flat, sheet_rows, workbook

FILE = DocumentFacts("effects.xlsx", "text/csv", 10, "0" * 64)
RECORDED = (
    "solution",
    "factor_series",
    "factor_point",
    "reference_scenario",
    "comparison",
    "comparison_item",
    "effect",
    "effect_cohort",
    "effect_line",
    "effect_allocation",
    "effect_contribution",
    "citation",
)


@pytest.fixture
async def desk(database: Database) -> Engineer:
    """An approver of a member."""
    return await engineer(database)


async def counts(database: Database, *tables: str) -> list[int]:
    """How many rows there are."""
    return [await database.pool.fetchval(f"SELECT count(*) FROM {one}") for one in tables]  # noqa: S608


async def staged(desk: Engineer, rows: Rows) -> int:
    """The import of rows."""
    return await stage(desk.by, ImportKind.EFFECTS, FILE, sheet_rows(rows), TODAY)


async def faults_of(database: Database, key: int) -> list[tuple[Any, ...]]:
    """What is wrong, without the words."""
    rows = await database.pool.fetch(
        "SELECT sheet, number, sheet_column, code FROM staged_fault WHERE staged_import_id = $1"
        " ORDER BY position",
        key,
    )
    return [tuple(row) for row in rows]


async def words_of(database: Database, key: int) -> str:
    """What the first fault says."""
    return str(
        await database.pool.fetchval(
            "SELECT message FROM staged_fault WHERE staged_import_id = $1 AND position = 1", key
        )
    )


async def test_a_file_is_recorded_as_a_whole_in_one_entry(
    database: Database, desk: Engineer
) -> None:
    """What stands in it is recorded, with the figure of the worked example, as one action."""
    key = await staged(desk, example())

    assert await faults_of(database, key) == []
    assert await counts(database, *RECORDED) == [0] * len(RECORDED)

    entries = await database.pool.fetchval("SELECT max(id) FROM audit_entry")
    await commit_import(desk.by, EndImport(key, 1), TODAY)
    actions = await database.pool.fetch(
        "SELECT action, (SELECT count(*) FROM audit_change c WHERE c.entry_id = e.id) > 15 AS many"
        " FROM audit_entry e WHERE id > $1",
        entries,
    )
    effect = await database.pool.fetchrow("SELECT * FROM effect")

    assert [tuple(row) for row in actions] == [("import:commit", True)]
    assert effect is not None
    assert effect["avoided_kg_co2e"] == Decimal(17_000_000)
    assert (
        await database.pool.fetchval(
            "SELECT (status, row_count, ended_on)::text FROM staged_import"
        )
        == f"(COMMITTED,14,{TODAY})"
    )
    assert await database.pool.fetchval("SELECT share FROM effect_contribution") == Decimal("0.6")


def test_a_workbook_and_a_flat_file_say_the_same() -> None:
    """Whatever the form: the rows are the same, but for their numbers."""
    rows = example()
    book = read_workbook("a.xlsx", workbook(rows), EFFECT_SHEETS, ROWS_MAX)
    one = read_flat("a.csv", flat(rows), EFFECT_SHEETS, ROWS_MAX)

    assert book == sheet_rows(rows)
    assert [(row.sheet, row.cells) for row in one] == [(row.sheet, row.cells) for row in book]
    assert [row.number for row in one] == list(range(2, 2 + len(book)))


@pytest.mark.parametrize("form", ["csv", "xlsx"])
def test_200_000_rows_are_refused_before_any_is_kept(form: str) -> None:
    """Told with how many there may be."""
    rows: Rows = {"solutions": [{"reference": "s", "name": "x"}] * 200_000}
    data = flat(rows) if form == "csv" else workbook(rows)
    read = read_flat if form == "csv" else read_workbook

    with pytest.raises(TooManyRows, match=f"at most {ROWS_MAX} rows"):
        read(f"a.{form}", data, EFFECT_SHEETS, ROWS_MAX)


@pytest.mark.parametrize(
    ("cell", "value", "code", "words"),
    [
        ("items.solution_kg_co2e", "#REF!", "CELL_INVALID", "#REF!"),
        ("items.solution_kg_co2e", "many", "CELL_INVALID", "1234567.89, in kg CO2e per unit"),
        ("solutions.lifetime_years", "", "CELL_INVALID", "needed"),
        ("solutions.lifetime_years", "0", "LIFETIME_INVALID", "above 0"),
        ("scenarios.reason", " ", "CELL_INVALID", "needed"),
        ("scenarios.path", "SYSTEM_IN_PLACE", "REFERENCE_PATH_UNKNOWN", "ways through"),
        ("scenarios.basis", "WORST", "CELL_INVALID", "BEST_AVAILABLE"),
        ("effects.period_end", "2026-01-01", "EFFECT_PERIOD_NOT_A_YEAR", "350 to 380"),
        ("effects.period_end", "2025-12-31", "EFFECT_PERIOD_NOT_A_YEAR", "350 to 380"),
        ("effects.geography", "XX", "GEOGRAPHY_UNKNOWN", "ISO 3166"),
        ("effects.remainder", "0.0001", "SHARES_NOT_WHOLE", ""),
        ("effects.value_chain", "None", "IMPORT_NAMES_NOTHING", "None"),
        ("effects.comparison", "other", "IMPORT_NAMES_NOTHING", "other"),
        ("comparisons.gwp_set", "AR7", "CELL_INVALID", "AR6"),
        ("cohorts.sold_year", "2025", "COHORT_OUTSIDE_PERIOD", "2026"),
        ("shares.share", "1.5", "PART_SHARE_INVALID", "at most 1"),
        ("shares.party", "Nobody", "IMPORT_NAMES_NOTHING", "Nobody"),
        ("factors.year", "1.5", "CELL_INVALID", "whole"),
    ],
)
async def test_a_fault_is_told_at_its_cell(
    database: Database,
    desk: Engineer,
    cell: str,
    value: str,
    code: str,
    words: str,
) -> None:
    """With what would be right; nothing else is said of what stands on it, and nothing is kept."""
    rows = example()
    sheet, _, column = cell.partition(".")
    rows[sheet][0][column] = value
    key = await staged(desk, rows)

    assert await faults_of(database, key) == [(sheet, 2, column, code)]
    assert words in await words_of(database, key)
    with pytest.raises(ImportFaulty):
        await commit_import(desk.by, EndImport(key, 1), TODAY)
    assert await counts(database, *RECORDED) == [0] * len(RECORDED)


async def test_rows_below_nothing_are_told(database: Database, desk: Engineer) -> None:
    """Units of an effect that the file does not hold, which leave another without units."""
    rows = example()
    rows["cohorts"][0]["effect"] = "other"
    key = await staged(desk, rows)

    assert await faults_of(database, key) == [
        ("effects", 2, "", "COHORTS_MISSING"),
        ("cohorts", 2, "effect", "IMPORT_NAMES_NOTHING"),
    ]


async def test_thirds_that_are_not_whole_are_told_with_their_sum(
    database: Database, desk: Engineer
) -> None:
    """Three times 0.3333 is not 1: the remainder takes the rest."""
    rows = example()
    of = {"solution": "pump-1", "effect": "sold-2026", "role": "MINOR", "share": "0.3333"}
    rows["shares"] = [
        of | {"kind": "MEMBER", "party": "Member"},
        of | {"kind": "NON_MEMBER", "party": "One"},
        of | {"kind": "NON_MEMBER", "party": "Two"},
    ]
    rows["effects"][0]["remainder"] = "0"
    key = await staged(desk, rows)

    [(sheet, number, _, code)] = await faults_of(database, key)
    assert (sheet, number, code) == ("effects", 2, "SHARES_NOT_WHOLE")
    assert "0.9999" in await words_of(database, key)


async def test_mixed_gwp_sets_and_units_are_told(database: Database, desk: Engineer) -> None:
    """At the item's own cells."""
    rows = example()
    item = rows["items"][0]
    del item["reference_kg_co2e"], item["solution_kg_co2e"]
    item |= {
        "factor_series": "grid-de",
        "reference_quantity": "10",
        "solution_quantity": "5",
        "quantity_unit": "MWh",
    }
    units = await staged(desk, rows)
    item["quantity_unit"] = "kWh"
    rows["factors"][0]["gwp_set"] = "AR5"
    sets = await staged(desk, rows)

    assert await faults_of(database, units) == [
        ("items", 2, "quantity_unit", "IMPORT_UNIT_DIFFERS")
    ]
    assert "convert them to kWh" in await words_of(database, units)
    assert await faults_of(database, sets) == [("items", 2, "factor_series", "GWP_SETS_MIXED")]


async def test_what_the_database_refuses_keeps_no_later_fault_from_being_told(
    database: Database, desk: Engineer
) -> None:
    """The same units twice, which a constraint holds off, and a fault of another row after it."""
    rows = example()
    effect, units = rows["effects"][0], rows["cohorts"][0]
    del effect["remainder"]
    rows["shares"] = []
    for reference, given in (("again", {}), ("last", {"geography": "XX"})):
        rows["effects"].append(effect | {"reference": reference} | given)
        rows["cohorts"].append(units | {"effect": reference})
    key = await staged(desk, rows)
    faults = await faults_of(database, key)
    with pytest.raises(ImportFaulty):
        await commit_import(desk.by, EndImport(key, 1), TODAY)

    assert [one[:2] for one in faults] == [("effects", 3), ("effects", 4)]
    assert faults[0][3] in {"EFFECT_EXISTS", "UNITS_COUNTED_ALREADY"}
    assert faults[1][2:] == ("geography", "GEOGRAPHY_UNKNOWN")
    assert await faults_of(database, key) == faults
    assert await counts(database, *RECORDED) == [0] * len(RECORDED)


async def test_faults_are_corrected_cell_by_cell_or_left_out(
    database: Database, desk: Engineer
) -> None:
    """Each correction checks all anew; whoever saw another version is told."""
    rows = example()
    rows["cohorts"][0]["units"] = "many"
    rows["solutions"].append({"reference": "pump-1", "name": "Again"})
    key = await staged(desk, rows)
    before = await faults_of(database, key)
    cells = (CellCorrection("cohorts", 2, "units", "1000"),)
    removed = (RowRemoval("solutions", 3),)
    await correct_import(desk.by, CorrectImport(key, 1, cells, removed), TODAY)

    assert ("cohorts", 2, "units", "CELL_INVALID") in before
    assert await faults_of(database, key) == []
    with pytest.raises(ChangedMeanwhile):
        await commit_import(desk.by, EndImport(key, 1), TODAY)
    for cell in (("cohorts", 9, "units"), ("cohorts", 2, "other"), ("none", 2, "units")):
        wrong = CorrectImport(key, 2, (CellCorrection(*cell, "1"),))
        with pytest.raises(DomainError) as refused:
            await correct_import(desk.by, wrong, TODAY)
        assert (refused.value.code, refused.value.path) == ("IMPORT_CELL_UNKNOWN", ("cells", "0"))

    await commit_import(desk.by, EndImport(key, 2), TODAY)

    assert await counts(database, "effect", "solution") == [1, 1]


async def test_an_import_is_discarded_whole_and_ends_once(
    database: Database, desk: Engineer
) -> None:
    """Its rows go; that it was sent stays, and neither it nor a committed one is opened again."""
    one, other = [await staged(desk, example()) for _ in range(2)]
    await discard_import(desk.by, EndImport(one, 1), TODAY)
    await commit_import(desk.by, EndImport(other, 1), TODAY)

    assert await counts(database, "staged_import", "staged_row") == [2, 14]
    for key in (one, other):
        for end in (commit_import, discard_import):
            with pytest.raises(ImportEnded):
                await end(desk.by, EndImport(key, 2), TODAY)


async def test_what_was_recorded_meanwhile_is_found_by_the_commit(
    database: Database, desk: Engineer
) -> None:
    """The same file twice: the second has a fault by then, and is told of it."""
    one, other = [await staged(desk, example()) for _ in range(2)]
    await commit_import(desk.by, EndImport(one, 1), TODAY)
    before = await counts(database, *RECORDED)
    with pytest.raises(ImportFaulty):
        await commit_import(desk.by, EndImport(other, 1), TODAY)

    assert ("solutions", 2, "reference", "REFERENCE_TAKEN") in await faults_of(database, other)
    assert await counts(database, *RECORDED) == before


async def test_rows_stand_on_what_was_recorded_before(database: Database, desk: Engineer) -> None:
    """A second file may name the solution, comparison and series of the first."""
    await commit_import(desk.by, EndImport(await staged(desk, example()), 1), TODAY)
    rows = example()
    of = {"solution": "pump-1", "comparison": "flat", "geography": "DE"}
    later = {"period_start": "2027-01-01", "period_end": "2027-12-31", "reference": "sold-2027"}
    more: Rows = {
        "effects": [of | later | {"timeframe": "forward_looking"}],
        "cohorts": [
            {"solution": "pump-1", "effect": "sold-2027", "sold_year": "2027", "units": "2"}
        ],
    }
    rows["scenarios"][0]["valid_to"] = ""
    key = await staged(desk, more)

    assert await faults_of(database, key) == []
    await commit_import(desk.by, EndImport(key, 1), TODAY)
    assert await counts(database, "effect") == [2]


async def test_others_neither_see_nor_touch_an_import(database: Database, desk: Engineer) -> None:
    """For another member there is none; without the right to enter figures nothing is staged."""
    other = await engineer(database, "Other")
    key = await staged(desk, example())
    for end in (commit_import, discard_import):
        with pytest.raises(NotFound):
            await end(other.by, EndImport(key, 1), TODAY)
    reader = type(desk.by)(organisation_id=desk.by.organisation_id)
    with pytest.raises(PermissionDenied):
        await stage(reader, ImportKind.EFFECTS, FILE, sheet_rows(example()), TODAY)

    assert await counts(database, "staged_import", *RECORDED) == [1] + [0] * len(RECORDED)
