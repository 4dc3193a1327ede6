"""`consortium import chain`: a system is recorded in a draft whole, or not at all."""

from pathlib import Path

import pytest

from consortium.importing import DraftUnknown, OrganisationUnknown, import_chain
from consortium.storage.database import Database
from tests.effects.story import engineer
from tests.factories.rows import insert
from tests.factories.value_chains import create_chain
from tests.people import rows_of
from tests.value_chains.chain_files import as_csv, steel_and_power

TABLES = ("activity", "activity_exchange", "activity_emission", "audit_entry", "citation")


async def test_a_chain_is_recorded_by_the_name_of_its_draft(
    database: Database, tmp_path: Path
) -> None:
    """With the digest of the file and who stood at the machine; a faulty one leaves nothing."""
    desk = await engineer(database)
    async with database.pool.acquire() as connection:
        chain = await create_chain(connection)
        of = {"value_chain_id": chain, "organisation_id": desk.by.organisation_id}
        await insert(connection, "chain_version", reference="v1", title="Steel", **of)
    file, rows = tmp_path / "chain.csv", steel_and_power()
    file.write_bytes(as_csv(rows | {"exchanges": [{"consumer": "steel", "supplier": "coal"}]}))
    before = await rows_of(database, *TABLES)
    faulty = await import_chain(file, "Member", "v1", "somebody")
    for organisation, reference, error in (
        ("Nobody", "v1", OrganisationUnknown),
        ("Member", "v2", DraftUnknown),
    ):
        with pytest.raises(error):
            await import_chain(file, organisation, reference, "somebody")

    assert [one.code for one in faulty.faults.told] == ["CELL_INVALID", "SUPPLIER_UNKNOWN"]
    assert await rows_of(database, *TABLES) == before

    file.write_bytes(as_csv(rows))
    assert (await import_chain(file, "member", "v1", "somebody"))[:3] == (2, 2, 2)
    again = await import_chain(file, "member", "v1", "somebody", replaces=True)
    entry = await database.pool.fetchrow("SELECT * FROM audit_entry ORDER BY id DESC LIMIT 1")

    assert again[:3] == (2, 2, 2)
    assert entry is not None
    assert entry["action"] == "chain-version:fill"
    assert entry["note"].startswith("chain.csv, SHA-256 ")
    assert entry["note"].endswith(", 6 rows, by somebody")
