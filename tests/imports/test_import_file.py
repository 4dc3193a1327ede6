"""Files load whole or not at all, and loading again changes nothing."""

from collections.abc import Mapping
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path

import pytest

from consortium.avoided.actions import check_totals
from consortium.documents.imports import Report
from consortium.importing import UnknownKind, import_file
from consortium.storage.database import Database

HEADER = (
    "row_id,company,kind,record_type,period_start,period_end,quantity_tco2e,quantity_low_tco2e,"
    "quantity_high_tco2e,part_of,series,supersedes,qualifier,as_published,published_on"
)


def claims_file(folder: Path, *rows: Mapping[str, str]) -> Path:
    """A file of claims; blank where nothing is given, else a year-on-year figure of 2022."""
    plain = {
        "company": "Acme",
        "kind": "year-on-year",
        "record_type": "actual",
        "period_start": "2022-01-01",
        "period_end": "2022-12-31",
        "quantity_tco2e": "5",
    }
    lines = [
        ",".join(({**plain, **row}).get(name, "") for name in HEADER.split(",")) for row in rows
    ]
    path = folder / "claims.csv"
    path.write_text("\n".join([HEADER, *lines, ""]), encoding="utf-8")
    return path


async def load(path: Path, *, dry_run: bool = False, skip_rejected: bool = False) -> Report:
    """Load a file of claims."""
    return await import_file(
        "avoided-emissions", path, dry_run=dry_run, skip_rejected=skip_rejected
    )


async def count(database: Database, table: str = "avoided_claim") -> int:
    """How many rows a table has."""
    found: int = await database.pool.fetchval(f"SELECT count(*) FROM {table}")  # noqa: S608
    return found


@pytest.mark.usefixtures("database")
async def test_loading_twice_changes_nothing(tmp_path: Path) -> None:
    """Rows may refer forward; the second time all are unchanged."""
    path = claims_file(
        tmp_path, {"row_id": "part", "part_of": "total"}, {"row_id": "total", "company": "Acme"}
    )

    first, second = await load(path), await load(path)

    assert (first.created, first.unchanged, first.loaded) == (2, 0, True)
    assert first.notes == ["new organisation: Acme"]
    assert (second.created, second.updated, second.unchanged) == (0, 0, 2)
    assert await check_totals() == []


async def test_a_changed_row_is_corrected(database: Database, tmp_path: Path) -> None:
    """The same row_id with another value replaces it, and the standing follows."""
    await load(claims_file(tmp_path, {"row_id": "a"}))

    report = await load(claims_file(tmp_path, {"row_id": "a", "quantity_tco2e": "7.25"}))

    assert (report.created, report.updated) == (0, 1)
    value = await database.pool.fetchval("SELECT value_kg_co2e FROM avoided_standing")
    assert value == Decimal(7250)


@pytest.mark.parametrize(
    ("row", "column", "reason"),
    [
        ({"kind": "lifetime"}, "kind", "'lifetime' is none of: year-on-year"),
        ({"record_type": ""}, "record_type", "a value is needed"),
        ({"company": ""}, "company", "a value is needed"),
        ({"quantity_tco2e": "12;5"}, "quantity_tco2e", "not a number"),
        ({"quantity_tco2e": "NaN"}, "quantity_tco2e", "not a finite number"),
        ({"quantity_tco2e": "1e999"}, "quantity_tco2e", "more than 30 digits"),
        ({"quantity_tco2e": ""}, "quantity_tco2e", "states neither"),
        ({"period_start": "2022-1-1"}, "period_start", "not a date (YYYY-MM-DD)"),
        ({"period_end": "2021-12-31"}, "period_end", "is before period_start"),
        ({"quantity_low_tco2e": "6"}, "quantity_tco2e", "is before quantity_low_tco2e"),
        ({"published_on": "last May"}, "published_on", "not a date"),
        ({"part_of": "nobody"}, "part_of", "no row 'nobody'"),
        ({"part_of": "bad"}, "part_of", "leads back to this row"),
    ],
)
async def test_a_rejected_row_names_line_column_and_reason(
    database: Database, tmp_path: Path, row: dict[str, str], column: str, reason: str
) -> None:
    """One bad row and nothing is loaded, not even the organisation of a good one."""
    path = claims_file(tmp_path, {"row_id": "good"}, {"row_id": "bad", **row})

    report = await load(path)

    assert [(p.line, p.column) for p in report.rejected] == [(3, column)]
    assert reason in report.rejected[0].reason
    assert not report.loaded
    assert await count(database) == 0
    assert await count(database, "organisation") == 0


async def test_rows_that_need_a_rejected_row_are_rejected(
    database: Database, tmp_path: Path
) -> None:
    """With skip_rejected the rest is loaded, and the rejected rows leave no trace."""
    path = claims_file(
        tmp_path,
        {"row_id": "bad", "company": "Ghost", "kind": "?"},
        {"row_id": "needs", "part_of": "bad"},
        {"row_id": "good"},
    )

    report = await load(path, skip_rejected=True)

    assert sorted({p.line for p in report.rejected}) == [2, 3]
    assert (report.rows, report.created, report.loaded) == (3, 1, True)
    assert await count(database) == 1
    assert await count(database, "organisation") == 1


async def test_a_ring_and_a_repeated_row_are_rejected(database: Database, tmp_path: Path) -> None:
    """Rows that lead back to themselves, and one row_id with two contents."""
    path = claims_file(
        tmp_path,
        {"row_id": "a", "supersedes": "b"},
        {"row_id": "b", "supersedes": "a"},
        {"row_id": "c"},
        {"row_id": "c"},
        {"row_id": "c", "quantity_tco2e": "6"},
    )

    report = await load(path)

    assert {(p.line, p.column) for p in report.rejected} == {
        (2, "supersedes"),
        (3, "supersedes"),
        (6, "row_id"),
    }
    assert "line 5: the same as line 4" in report.notes
    assert await count(database) == 0


@pytest.mark.usefixtures("database")
async def test_nobody_restates_a_figure_of_another(tmp_path: Path) -> None:
    """A restatement of another organisation's figure is rejected."""
    path = claims_file(
        tmp_path, {"row_id": "a"}, {"row_id": "b", "company": "Other", "supersedes": "a"}
    )

    report = await load(path)

    assert [(p.line, p.column) for p in report.rejected] == [(3, "supersedes")]


async def test_a_dry_run_keeps_nothing(database: Database, tmp_path: Path) -> None:
    """It tells what would have happened."""
    report = await load(claims_file(tmp_path, {"row_id": "a"}), dry_run=True)

    assert (report.created, report.loaded) == (1, False)
    assert await count(database) == 0


async def test_a_publication_known_by_its_month_is_known_on_its_last_day(
    database: Database, tmp_path: Path
) -> None:
    """What is published is known; without a date it is known since it was recorded."""
    await load(claims_file(tmp_path, {"row_id": "a", "published_on": "2023-02"}, {"row_id": "b"}))

    rows = await database.pool.fetch("SELECT known_on FROM avoided_claim ORDER BY reference")

    assert [row[0] for row in rows] == [date(2023, 2, 28), datetime.now(UTC).date()]


async def test_an_unknown_qualifier_is_kept_and_told(database: Database, tmp_path: Path) -> None:
    """The text stays, the figure is taken as it stands."""
    report = await load(
        claims_file(tmp_path, {"row_id": "a", "qualifier": "circa maybe"}),
    )

    assert "line 2: qualifier 'circa maybe' bounds nothing; kept as text" in report.notes
    row = await database.pool.fetchrow("SELECT bound, qualifier FROM avoided_claim")
    assert row is not None
    assert tuple(row) == ("EXACT", "circa maybe")


async def test_two_organisations_cannot_have_one_alias(database: Database, tmp_path: Path) -> None:
    """The second is rejected with the alias named."""
    path = tmp_path / "members.csv"
    path.write_text("name,membership_status,aliases\nA,member,Acme\nB,member,ACME\n")

    report = await import_file("members", path)

    assert [(p.line, p.column) for p in report.rejected] == [(3, "aliases")]
    assert "'ACME' is already a name of another organisation" in report.rejected[0].reason
    assert await count(database, "organisation") == 0


async def test_names_match_through_aliases_and_without_brackets(
    database: Database, tmp_path: Path
) -> None:
    """Spelling, an alias, or a bracket at the end do not make a new organisation."""
    members = tmp_path / "members.csv"
    members.write_text("name,membership_status,aliases\nNestlé,member,Nes Co\n", encoding="utf-8")
    await import_file("members", members)

    report = await load(
        claims_file(
            tmp_path,
            {"row_id": "a", "company": "NESTLE"},
            {"row_id": "b", "company": "Nes  Co"},
            {"row_id": "c", "company": "Nestlé (Waters)"},
        )
    )

    assert report.notes == []
    assert await count(database, "organisation") == 1


@pytest.mark.usefixtures("database")
async def test_control_by_two_or_in_a_ring_is_rejected(tmp_path: Path) -> None:
    """One controller at a time, and never itself."""
    path = tmp_path / "groups.csv"
    path.write_text(
        "child,parent,relation,starts_on,ends_on\n"
        "B,A,control,2020-01-01,2020-12-31\n"
        "B,C,control,2020-12-31,\n"
        "B,C,control,2021-01-01,\n"
        "A,B,control,2020-06-01,\n"
        "D,D,control,,\n"
        "E,A,partner,,\n"
    )

    report = await import_file("corporate-groups", path)

    assert [(p.line, p.column) for p in report.rejected] == [
        (3, "parent"),
        (5, "parent"),
        (6, "parent"),
        (7, "relation"),
    ]


@pytest.mark.usefixtures("database")
async def test_a_kind_that_does_not_exist_is_refused(tmp_path: Path) -> None:
    """The kinds that exist are named."""
    with pytest.raises(
        UnknownKind, match="members, corporate-groups, exchange-rates, avoided-emissions"
    ):
        await import_file("recipes", tmp_path / "x.csv")


async def test_revenue_may_be_in_any_currency(database: Database, tmp_path: Path) -> None:
    """An amount needs its currency; billions of US dollars are exact."""
    path = tmp_path / "members.csv"
    header = "name,membership_status,revenue_usd_bn,revenue_amount,revenue_currency\n"
    path.write_text(header + "A,member,0.1,,\nB,member,,12.5,EUR\nC,member,,1,\nD,member,,1,XXY\n")

    report = await import_file("members", path, skip_rejected=True)

    assert [(p.line, p.column) for p in report.rejected] == [
        (4, "revenue_currency"),
        (5, "revenue_currency"),
    ]
    revenues = "SELECT revenue_amount, revenue_currency FROM organisation ORDER BY name"
    assert [tuple(row) for row in await database.pool.fetch(revenues)] == [
        (Decimal(100_000_000), "USD"),
        (Decimal("12.5"), "EUR"),
    ]


async def test_stages_of_a_chain_supply_one_another(database: Database, tmp_path: Path) -> None:
    """A stage may be named before its own row; a ring or an unknown stage is rejected."""
    path = tmp_path / "chains.csv"
    good = "Steel,Ore,1,Making,Acme\nSteel,Making,2,Use,\nSteel,Use,3,,\n"
    header = "chain,stage,position,supplies,organisation\n"
    path.write_text(header + good + "Steel,Use,3,Ore,\nSteel,Ore,1,Scrap,\n")

    report = await import_file("value-chains", path, skip_rejected=True)

    assert [(p.line, p.column) for p in report.rejected] == [(5, "supplies"), (6, "supplies")]
    stages = (
        "SELECT s.name, d.name FROM value_chain_stage s"
        " LEFT JOIN value_chain_stage d ON d.id = s.downstream_id ORDER BY s.position"
    )
    assert [tuple(row) for row in await database.pool.fetch(stages)] == [
        ("Ore", "Making"),
        ("Making", "Use"),
        ("Use", None),
    ]
