"""The public figures of the demo, as they stand after loading."""

from decimal import Decimal
from typing import Any

import pytest

from consortium.avoided.actions import check_totals
from consortium.demo import DATA, FILES, load
from consortium.importing import import_file
from consortium.storage.database import Database

TONNE = 1000

MEMBERS = """
SELECT count(*), count(revenue_amount), count(employees), sum(employees), sum(revenue_amount)
FROM membership m JOIN organisation o ON o.id = m.organisation_id
WHERE status = 'MEMBER' AND (starts_on IS NULL OR starts_on <= current_date) AND ends_on IS NULL
"""
STANDINGS = """
SELECT s.reason, s.view, s.not_broken_down, s.value_kg_co2e, s.low_kg_co2e, s.high_kg_co2e,
    s.bound, s.year, c.fiscal_label, c.reference, s.counts_now, c.part_of_id IS NOT NULL AS part
FROM avoided_standing s JOIN avoided_claim c ON c.id = s.claim_id
JOIN organisation o ON o.id = s.organisation_id
WHERE o.name = $1 AND s.known_to IS NULL ORDER BY c.period_end NULLS FIRST, c.id, s.id
"""


async def standings(database: Database, organisation: str) -> list[Any]:
    """How all claims of an organisation stand today."""
    return list(await database.pool.fetch(STANDINGS, organisation))


async def test_members_and_their_known_sizes(demo_database: Database) -> None:
    """86 members; revenue known for 59 of them, employees for 52."""
    row = await demo_database.pool.fetchrow(MEMBERS)

    assert row is not None
    assert tuple(row) == (86, 59, 52, 7_393_181, Decimal(5_470_604_000_000))


@pytest.mark.parametrize(
    ("table", "rows"),
    [("avoided_claim", 93), ("inventory", 379), ("initiative", 18), ("guidance_evidence", 11)],
)
async def test_all_rows_of_the_files_are_loaded(
    demo_database: Database, table: str, rows: int
) -> None:
    """As many as the files have."""
    assert await demo_database.pool.fetchval(f"SELECT count(*) FROM {table}") == rows  # noqa: S608


async def test_the_year_on_year_series_of_alibaba(demo_database: Database) -> None:
    """FY2023 to FY2025, in the calendar years that hold most of their days."""
    rows = await standings(demo_database, "Alibaba Group")

    counted = [r for r in rows if r["reason"] is None and r["view"] < 2]
    assert [(r["fiscal_label"], r["year"], r["value_kg_co2e"] / TONNE) for r in counted] == [
        ("FY2023", 2022, 22_907_000),
        ("FY2024", 2023, 33_340_000),
        ("FY2025", 2024, 59_208_000),
    ]
    assert all(r["counts_now"] for r in counted)


async def test_verizon_2017_counts_once_with_its_parts_beside(demo_database: Database) -> None:
    """7.7 million t as a minimum, six parts, and -10 644 t that they leave."""
    rows = [r for r in await standings(demo_database, "Verizon") if r["fiscal_label"] == "2017"]

    [total] = [r for r in rows if r["view"] == 1]
    parts = [r for r in rows if r["view"] == 2 and not r["not_broken_down"]]
    [left] = [r for r in rows if r["not_broken_down"]]
    assert (total["low_kg_co2e"] / TONNE, total["high_kg_co2e"]) == (7_700_000, None)
    assert total["bound"] == "AT_LEAST"
    assert sum(r["value_kg_co2e"] for r in parts) / TONNE == 7_710_644
    assert len(parts) == 6
    assert left["value_kg_co2e"] / TONNE == -10_644
    noted = await demo_database.pool.fetchval(
        "SELECT parts_difference_kg_co2e FROM avoided_claim WHERE reference = $1",
        total["reference"],
    )
    assert noted / TONNE == -10_644


async def test_both_methods_of_verizon_stand(demo_database: Database) -> None:
    """A change of method links two years as not comparable, and displaces neither."""
    rows = [r for r in await standings(demo_database, "Verizon") if r["year"] in {2014, 2015}]

    assert [(r["reason"], r["value_kg_co2e"]) for r in rows] == [(None, None), (None, None)]
    assert [r["high_kg_co2e"] / TONNE for r in rows] == [17_040_000, 7_300_000]


async def test_of_schneiders_running_totals_one_counts(demo_database: Database) -> None:
    """679 Mt since 2018; earlier points, increments and the target stand apart."""
    rows = await standings(demo_database, "Schneider Electric")

    [counted] = [r for r in rows if r["reason"] is None]
    assert counted["value_kg_co2e"] / TONNE == 679_000_000
    reasons = [r["reason"] for r in rows if r["reason"] is not None]
    assert reasons.count("EARLIER_POINT_OF_SERIES") == 4
    assert reasons.count("INCREMENT_OF_SERIES") == 2
    assert reasons.count("TARGET") == 1


async def test_ant_group_is_a_group_of_its_own(demo_database: Database) -> None:
    """An associate is not controlled."""
    groups = await demo_database.pool.fetch(
        "SELECT DISTINCT g.name FROM avoided_standing s JOIN organisation o"
        " ON o.id = s.organisation_id JOIN organisation g ON g.id = s.group_id"
        " WHERE o.name = 'Ant Group'"
    )

    assert [row[0] for row in groups] == ["Ant Group"]


async def test_quarantined_inventories_are_shown_and_flagged(demo_database: Database) -> None:
    """Four rows, loaded with their doubt."""
    rows = await demo_database.pool.fetch("SELECT quality FROM inventory WHERE quarantined")

    assert len(rows) == 4
    assert all(row[0].startswith("quarantine") for row in rows)


async def test_guidance_is_in_force(demo_database: Database) -> None:
    """The three gates of the first version, published."""
    rows = await demo_database.pool.fetch(
        "SELECT v.reference, v.status, count(g.id) FROM guidance_version v"
        " JOIN guidance_gate g ON g.guidance_version_id = v.id GROUP BY v.id"
    )

    assert [tuple(row) for row in rows] == [("wbcsd-2023", "PUBLISHED", 3)]


async def test_the_environmental_fund_is_not_the_power_company(demo_database: Database) -> None:
    """EDF (NGO) is kept as text."""
    row = await demo_database.pool.fetchrow(
        "SELECT organisation_id FROM initiative_participant WHERE name = 'EDF (NGO)'"
    )

    assert row is not None
    assert tuple(row) == (None,)


async def test_every_figure_names_its_source(demo_database: Database) -> None:
    """A claim or inventory without a citation would be hearsay."""
    for table in ("avoided_claim", "inventory", "initiative", "value_chain", "guidance_version"):
        missing = f"SELECT count(*) FROM {table} WHERE citation_id IS NULL"  # noqa: S608
        assert await demo_database.pool.fetchval(missing) == 0


async def test_the_sums_are_right(demo_database: Database) -> None:
    """What is kept is what a recount gives."""
    with demo_database.active():
        assert await check_totals() == []


async def test_the_demo_loads_once(database: Database) -> None:
    """The second time no file is read again: what somebody has changed stays, the trail as well."""
    first = await load(database)
    await database.pool.execute("UPDATE avoided_claim SET visibility = 'PRIVATE' WHERE id = 1")
    entries = await database.pool.fetchval("SELECT count(*) FROM audit_entry")

    second = await load(database)

    assert first.created == sum(report.rows for report in first.files)
    assert len(first.files) == len(FILES)
    assert second.files == []
    assert await database.pool.fetchval("SELECT count(*) FROM audit_entry") == entries
    kept = "SELECT visibility FROM avoided_claim WHERE id = 1"
    assert await database.pool.fetchval(kept) == "PRIVATE"


async def test_the_importer_loads_again_without_a_change(database: Database) -> None:
    """A user who imports the same files once more changes nothing."""
    await load(database)
    with database.active():
        again = [await import_file(kind, DATA / name) for kind, name in FILES]

    assert [(r.created, r.updated) for r in again] == [(0, 0)] * len(FILES)
