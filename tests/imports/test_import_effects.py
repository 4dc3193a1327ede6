"""`consortium import effects`: a workbook is recorded for a member whole, or not at all."""

from decimal import Decimal
from pathlib import Path

import pytest

from consortium.importing import OrganisationUnknown, import_effects
from consortium.storage.database import Database
from tests.effects.story import engineer
from tests.people import rows_of
from tests.staging.workbooks import TODAY, example, flat, workbook

TABLES = ("solution", "effect", "effect_allocation", "audit_entry", "citation")


@pytest.mark.parametrize("form", ["xlsx", "csv"])
async def test_a_file_is_recorded_as_one_entry(
    database: Database, tmp_path: Path, form: str
) -> None:
    """With the digest of the file and who stood at the machine."""
    await engineer(database)
    file = tmp_path / f"effects.{form}"
    file.write_bytes(workbook(example()) if form == "xlsx" else flat(example()))
    faults = await import_effects(file, "member", "somebody", TODAY)
    entry = await database.pool.fetchrow("SELECT * FROM audit_entry ORDER BY id DESC LIMIT 1")

    assert faults == []
    assert await database.pool.fetchval("SELECT avoided_kg_co2e FROM effect") == Decimal(17_000_000)
    assert entry is not None
    assert entry["action"] == "import:effects"
    assert entry["note"].startswith(f"effects.{form}, SHA-256 ")
    assert entry["note"].endswith(", 14 rows, by somebody")


async def test_a_fault_leaves_nothing(database: Database, tmp_path: Path) -> None:
    """And an unknown organisation is told before the file is read."""
    await engineer(database)
    rows = example()
    rows["solutions"][0]["name"] = "Carbon neutral pump"
    file = tmp_path / "effects.xlsx"
    file.write_bytes(workbook(rows))
    before = await rows_of(database, *TABLES)
    [fault] = await import_effects(file, "Member", "somebody", TODAY)

    assert fault[:4] == ("solutions", 2, "name", "WORDING_MISLEADING")
    assert '"Carbon neutral" at character 1' in fault.message
    with pytest.raises(OrganisationUnknown):
        await import_effects(file, "Nobody", "somebody", TODAY)
    assert await rows_of(database, *TABLES) == before
