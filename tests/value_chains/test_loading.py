"""A file of a chain is recorded in a draft as a whole, or nothing of it is."""

from decimal import Decimal
from typing import Any

import asyncpg
import pytest

from consortium.kernel.errors import ChangedMeanwhile, DomainError, NotFound, PermissionDenied
from consortium.kernel.principal import ANONYMOUS
from consortium.storage.database import Database
from consortium.value_chains.actions import loading
from consortium.value_chains.actions.loading import (
    ChainVersionFilled,
    FillVersion,
    fill_version,
)
from consortium.value_chains.imports.reading import read_chain
from consortium.value_chains.rules.versions import ChainVersionPublished
from tests.effects.story import Engineer, engineer
from tests.factories.rows import insert
from tests.factories.value_chains import create_chain, create_stage
from tests.value_chains.chain_files import as_csv, steel_and_power

TABLES = ("activity", "activity_exchange", "activity_emission", "citation")


@pytest.fixture
async def desk(database: Database) -> Engineer:
    """An approver of a member."""
    return await engineer(database)


async def draft(desk: Engineer, reference: str = "v1") -> int:
    """A draft of the member's, of a chain with a stage."""
    async with desk.house.database.pool.acquire() as connection:
        chain = await create_chain(connection)
        await create_stage(connection, chain, name="Melting")
        return await insert(
            connection,
            "chain_version",
            value_chain_id=chain,
            organisation_id=desk.by.organisation_id,
            reference=reference,
            title="Steel",
        )


async def counts(database: Database) -> list[int]:
    return [await database.pool.fetchval(f"SELECT count(*) FROM {one}") for one in TABLES]  # noqa: S608


async def test_a_file_is_recorded_once_and_replaced_only_when_told(
    database: Database, desk: Engineer
) -> None:
    """In the order of the file, with sources, organisations and stages, as one audit entry."""
    key, rows = await draft(desk), steel_and_power()
    rows["activities"][0] |= {"organisation": "member", "stage": "melting"}
    data = as_csv(rows)
    done: list[tuple[int, int]] = []

    filled = await fill_version(
        desk.by,
        FillVersion(key, 1, "a.csv"),
        read_chain("a.csv", data),
        lambda now, of: done.append((now, of)),
    )

    assert filled[:3] == (2, 2, 2)
    assert done[-1] == (6, 6)
    assert await counts(database) == [2, 2, 2, 1]
    found = await database.pool.fetch(
        "SELECT a.code, a.organisation_id, a.stage_id IS NULL AS none, c.url, x.amount,"
        " x.stated_unit FROM activity a JOIN activity_exchange x ON x.consumer_id = a.id"
        " LEFT JOIN citation c ON c.id = a.citation_id ORDER BY a.id"
    )
    assert [tuple(row) for row in found] == [
        ("steel", desk.by.organisation_id, False, None, Decimal(1800), "kWh"),
        ("power", None, True, "https://grid.example", Decimal("0.000002"), "kg"),
    ]
    entry = await database.pool.fetchrow("SELECT action, note FROM audit_entry ORDER BY id DESC")
    assert entry is not None
    assert tuple(entry) == ("chain-version:fill", "a.csv")

    with pytest.raises(ChainVersionFilled):
        await fill_version(desk.by, FillVersion(key, 2, "b"), read_chain("a.csv", data))
    rows["activities"][1]["code"] = "steel"
    faulty = FillVersion(key, 2, "c", replaces=True)
    wrong = await fill_version(desk.by, faulty, read_chain("a.csv", as_csv(rows)))
    assert wrong[:3] == (0, 0, 0)
    assert wrong.faults.count > 0
    assert await counts(database) == [2, 2, 2, 1]

    again = FillVersion(key, 2, "d", replaces=True)
    await fill_version(desk.by, again, read_chain("a.csv", data))
    assert await counts(database) == [2, 2, 2, 1]
    assert await database.pool.fetchval("SELECT version FROM chain_version") == 3


async def test_who_may_not_fill_a_version_changes_nothing(
    database: Database, desk: Engineer
) -> None:
    """Strangers, another member, whoever saw an older version, and of what is published, all."""
    key = await draft(desk)
    other = await engineer(database, "Other")
    stated = read_chain("a.csv", as_csv(steel_and_power()))
    refused: list[tuple[Any, int, type[DomainError]]] = [
        (ANONYMOUS, 1, PermissionDenied),
        (other.by, 1, NotFound),
        (desk.by, 7, ChangedMeanwhile),
    ]
    for by, seen, error in refused:
        with pytest.raises(error):
            await fill_version(by, FillVersion(key, seen, ""), stated)
    await database.pool.execute(
        "UPDATE chain_version SET status = 'PUBLISHED', published_on = '2026-01-01'"
    )
    with pytest.raises(ChainVersionPublished):
        await fill_version(desk.by, FillVersion(key, 1, ""), stated)

    assert await counts(database) == [0, 0, 0, 0]


async def test_what_is_cut_off_half_way_leaves_nothing(
    database: Database, desk: Engineer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The connection ends after the first batch of exchanges."""
    key = await draft(desk)
    monkeypatch.setattr(loading, "BATCH", 1)
    stated = read_chain("a.csv", as_csv(steel_and_power()))
    admin = database.pool

    class Cut(Exception):
        """Ends the work."""

    def cut(now: int, _: int) -> None:
        if now == 3:
            raise Cut

    with pytest.raises((Cut, asyncpg.PostgresError)):
        await fill_version(desk.by, FillVersion(key, 1, ""), stated, cut)

    assert await counts(database) == [0, 0, 0, 0]
    assert await admin.fetchval("SELECT version FROM chain_version WHERE id = $1", key) == 1
