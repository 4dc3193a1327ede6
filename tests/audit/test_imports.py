"""A file that is loaded is one entry, which names the file and who loaded it."""

import hashlib
from datetime import date
from pathlib import Path

import pytest

from consortium.avoided.actions import advance, rebuild_all, refresh
from consortium.demo import FILES
from consortium.importing import Origin, import_file
from consortium.kernel.principal import Principal
from consortium.storage.database import Database
from tests.factories import create_claim, create_membership, create_organisation


def members(folder: Path, rows: str) -> Path:
    """A file of members."""
    path = folder / "members.csv"
    path.write_text(f"name,membership_status,aliases\n{rows}", encoding="utf-8")
    return path


async def test_import_is_one_entry(database: Database, tmp_path: Path) -> None:
    """Kind, file, digest, rows and person are told; every row that it made hangs on it."""
    path = members(tmp_path, "A,member,Acme\nB,member,\n")
    digest = hashlib.sha256(path.read_bytes()).hexdigest()
    await import_file("members", path, origin=Origin(Principal(account_id=4), "ann"))

    entries = await database.pool.fetch("SELECT action, account_id, note FROM audit_entry")
    tables = await database.pool.fetch(
        "SELECT row_table, count(*) FROM audit_change GROUP BY 1 ORDER BY 1"
    )
    assert [tuple(row) for row in entries] == [
        ("import:members", 4, f"members.csv, SHA-256 {digest}, 2 rows, by ann")
    ]
    assert [tuple(row) for row in tables] == [
        ("membership", 2),
        ("organisation", 2),
        ("organisation_alias", 1),
    ]


@pytest.mark.parametrize("dry_run", [True, False])
async def test_import_that_keeps_nothing_enters_nothing(
    database: Database, tmp_path: Path, dry_run: bool
) -> None:
    """A dry run and a refused file leave no entry."""
    rows = "A,member,\n" if dry_run else "A,member,Acme\nB,member,ACME\n"
    await import_file("members", members(tmp_path, rows), dry_run=dry_run)

    assert await database.pool.fetchval("SELECT count(*) FROM audit_entry") == 0
    assert await database.pool.fetchval("SELECT count(*) FROM audit_change") == 0


async def test_every_change_of_the_demo_names_its_file(demo_database: Database) -> None:
    """Nothing that the importers write goes past their entries, the sums' refresh included.

    Guidance loads as a draft, and publishing it is an entry of its own.
    """
    actions = await demo_database.pool.fetch(
        "SELECT DISTINCT e.action FROM audit_entry e JOIN audit_change c ON c.entry_id = e.id"
        " ORDER BY 1"
    )

    assert [row[0] for row in actions] == sorted(
        ["guidance-version:publish", *(f"import:{kind}" for kind, _ in FILES)]
    )


async def test_derived_sums_enter_nothing(database: Database) -> None:
    """A rebuild and a new day change what is derived from the record, and not the record."""
    organisation = await create_organisation(database.pool, name="One")
    await create_membership(database.pool, organisation, status="MEMBER")
    await create_claim(database.pool, organisation, reference="total")
    entries = "SELECT count(*) FROM audit_entry"
    before = await database.pool.fetchval(entries)
    await refresh([organisation])
    await rebuild_all()
    await advance(today=date(2100, 1, 1))

    assert await database.pool.fetchval("SELECT count(*) FROM avoided_standing") == 1
    assert await database.pool.fetchval(entries) == before
