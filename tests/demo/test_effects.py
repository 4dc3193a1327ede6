"""The demo's examples of effects."""

from datetime import date
from decimal import Decimal

from consortium.demo.effects import OTHERS, OWNER, show_examples
from consortium.effects.actions.checking import check_effects
from consortium.storage.database import Database
from tests.factories import create_membership, create_organisation
from tests.people import rows_of

DAY = date(2026, 3, 1)
TABLES = (
    "solution",
    "reference_scenario",
    "factor_series",
    "comparison",
    "effect",
    "effect_allocation",
    "effect_contribution",
    "audit_entry",
)


async def _members(database: Database) -> None:
    for name in (OWNER, *OTHERS):
        member = await create_organisation(database.pool, name=name)
        await create_membership(database.pool, member, status="MEMBER")


async def test_examples_are_domains_worked_numbers(database: Database) -> None:
    """DOMAIN, section 2, in both timeframes; a proposal that nobody but its owner has answered."""
    await _members(database)
    await show_examples(database, DAY)
    rows = await database.pool.fetch(
        "SELECT s.reference || ' ' || e.reference, e.avoided_kg_co2e FROM effect e"
        " JOIN solution s ON s.id = e.solution_id"
    )
    answers = await database.pool.fetch("SELECT share, answer FROM effect_contribution")

    assert dict(map(tuple, rows)) == {
        "example-device in-use-2022": 200_000,
        "example-device in-use-2023": 1_300_000,
        "example-device in-use-2024": 1_960_000,
        "example-device sold-2025": 17_000_000,
        "example-meter in-use-2025": 43 * 365,
        "example-rebound in-use-2025": 68,
        "example-worse in-use-2025": -50,
    }
    assert sorted(map(tuple, answers)) == [
        (Decimal("0.2"), "PENDING"),
        (Decimal("0.3"), "PENDING"),
        (Decimal("0.5"), "ACCEPTED"),
    ]
    with database.active():
        assert await check_effects() == []


async def test_examples_say_so_and_count_nowhere(database: Database) -> None:
    """Everything is called an example, is members' alone, overlaps with nothing, is no claim."""
    await _members(database)
    await show_examples(database, DAY)
    pool = database.pool

    names = [row["name"] for row in await pool.fetch("SELECT name FROM solution")]
    assert names
    assert all(name.startswith("Example: ") for name in names)
    for table in ("solution", "effect"):
        shown = await pool.fetch(f"SELECT DISTINCT visibility FROM {table}")  # noqa: S608
        assert [row["visibility"] for row in shown] == ["CONSORTIUM"]
    assert await pool.fetch("SELECT FROM avoided_claim") == []
    assert await pool.fetch("SELECT FROM effect_overlaps()") == []


async def test_examples_are_shown_once(database: Database) -> None:
    """A second start changes nothing; without the members there is nothing to show."""
    await show_examples(database, DAY)
    assert await database.pool.fetch("SELECT FROM solution") == []
    await _members(database)
    await show_examples(database, DAY)
    shown = await rows_of(database, *TABLES)
    await show_examples(database, DAY)

    assert await rows_of(database, *TABLES) == shown
