"""Whoever comes past the rules is stopped by the database."""

import asyncio

import asyncpg
import pytest

from consortium.storage.database import Database
from tests.factories import create_criterion, create_gate, create_guidance

# What there is of a version, and one more of each.
CHANGES = (
    "UPDATE guidance_version SET title = 'Another'",
    "UPDATE guidance_version SET version = version + 1",
    """UPDATE guidance_version SET status = 'DRAFT', published_on = NULL, retired_on = NULL,
        retired_because = ''""",
    "UPDATE guidance_gate SET title = 'Another'",
    "UPDATE guidance_gate SET position = 2",
    "DELETE FROM guidance_gate",
    """INSERT INTO guidance_gate (guidance_version_id, position, key, title, passes_when)
        SELECT id, 2, 'x', 'X', 'X' FROM guidance_version""",
    "UPDATE guidance_criterion SET required = false",
    "DELETE FROM guidance_criterion",
    """INSERT INTO guidance_criterion (gate_id, position, key, text)
        SELECT id, 2, 'x', 'X' FROM guidance_gate""",
    "UPDATE guidance_evidence SET must_hold = 'Nothing'",
    "DELETE FROM guidance_evidence",
    """INSERT INTO guidance_evidence (criterion_id, position, kind, must_hold)
        SELECT id, 2, 'TARGET', 'X' FROM guidance_criterion""",
)


async def constraint(database: Database, statement: str) -> str | None:
    """The name of what refuses a statement."""
    with pytest.raises(asyncpg.IntegrityConstraintViolationError) as refused:
        await database.pool.execute(statement)
    name: str | None = refused.value.constraint_name
    return name


@pytest.mark.parametrize("status", ["PUBLISHED", "RETIRED"])
@pytest.mark.parametrize("change", CHANGES)
async def test_what_was_published_stays(database: Database, status: str, change: str) -> None:
    """Nothing is added, changed or removed, at any depth."""
    await create_guidance(database.pool, status)

    assert await constraint(database, change) == "guidance_published_stays"


async def test_a_gate_is_not_moved_into_a_published_version(database: Database) -> None:
    """Nor out of it: both versions would become others."""
    published = await create_guidance(database.pool, "PUBLISHED")
    draft = await create_guidance(database.pool)
    for here, there in ((draft, published), (published, draft)):
        moved = (
            f"UPDATE guidance_gate SET guidance_version_id = {there}, position = 2, key = 'moved'"  # noqa: S608
            f" WHERE guidance_version_id = {here}"
        )
        assert await constraint(database, moved) == "guidance_published_stays"


@pytest.mark.parametrize(
    "statement",
    [
        "DELETE FROM guidance_version",
        *(f"TRUNCATE guidance_{one} CASCADE" for one in ("version", "gate", "criterion")),
        "TRUNCATE guidance_evidence",
    ],
)
async def test_nothing_published_is_taken_away(
    database: Database, owner_dsn: str, statement: str
) -> None:
    """Not even by the owner of the tables."""
    await create_guidance(database.pool, "PUBLISHED")
    owner = await asyncpg.connect(owner_dsn)
    try:
        with pytest.raises(asyncpg.CheckViolationError) as refused:
            await owner.execute(statement)
    finally:
        await owner.close()

    assert refused.value.constraint_name == "guidance_published_stays"


async def test_no_version_is_deleted_by_the_program(database: Database) -> None:
    """Not even a draft: its reference is spent."""
    await create_guidance(database.pool)

    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        await database.pool.execute("DELETE FROM guidance_version")


async def test_retiring_says_when_and_why_and_nothing_else(database: Database) -> None:
    await create_guidance(database.pool, "PUBLISHED")
    retire = "UPDATE guidance_version SET status = 'RETIRED', retired_on = '2026-06-01'"

    assert await constraint(database, retire) == "guidance_version_days"
    with_title = f"{retire}, retired_because = 'Old', title = 'Another'"
    assert await constraint(database, with_title) == "guidance_published_stays"
    await database.pool.execute(f"{retire}, retired_because = 'Old'")


async def test_a_version_begins_as_a_draft(database: Database) -> None:
    made = (
        "INSERT INTO guidance_version (reference, title, publisher, status, published_on)"
        " VALUES ('a', 'A', 'B', 'PUBLISHED', '2026-01-01')"
    )

    assert await constraint(database, made) == "guidance_published_stays"


async def test_a_draft_is_not_retired(database: Database) -> None:
    await create_guidance(database.pool)
    retire = (
        "UPDATE guidance_version SET status = 'RETIRED', published_on = '2026-01-01',"
        " retired_on = '2026-01-01', retired_because = 'Old'"
    )

    assert await constraint(database, retire) == "guidance_published_stays"


PUBLISH = "UPDATE guidance_version SET status = 'PUBLISHED', published_on = '2026-01-01'"


async def test_what_decides_nothing_is_not_published(database: Database) -> None:
    """Without a gate; with a gate without a criterion."""
    version = await create_guidance(database.pool, gates=0)
    assert await constraint(database, PUBLISH) == "guidance_version_complete"
    gate = await create_gate(database.pool, version)
    assert await constraint(database, PUBLISH) == "guidance_version_complete"

    await create_criterion(database.pool, gate)
    await database.pool.execute(PUBLISH)


async def test_nothing_slips_in_while_a_version_is_published(database: Database) -> None:
    """A gate that is being added is waited for, and counts."""
    version = await create_guidance(database.pool)
    async with database.pool.acquire() as adding:
        doing = adding.transaction()
        await doing.start()
        await create_gate(adding, version, position=2)
        publishing = asyncio.create_task(constraint(database, PUBLISH))
        await asyncio.sleep(0.3)
        assert not publishing.done()
        await doing.commit()

    assert await publishing == "guidance_version_complete"


async def test_nothing_slips_in_after_it_was_published(database: Database) -> None:
    """The other way round: whoever adds a gate meanwhile finds it published."""
    version = await create_guidance(database.pool)
    add = (
        "INSERT INTO guidance_gate (guidance_version_id, position, key, title, passes_when)"  # noqa: S608
        f" VALUES ({version}, 2, 'x', 'X', 'X')"
    )
    async with database.pool.acquire() as publishing:
        doing = publishing.transaction()
        await doing.start()
        await publishing.execute(PUBLISH)
        adding = asyncio.create_task(constraint(database, add))
        await asyncio.sleep(0.3)
        assert not adding.done()
        await doing.commit()

    assert await adding == "guidance_published_stays"


async def test_no_version_replaces_a_draft_or_itself(database: Database) -> None:
    """So that no chain of replacements leads back to where it began."""
    draft, other = [await create_guidance(database.pool) for _ in range(2)]
    replace = "UPDATE guidance_version SET replaces_id = {} WHERE id = {}"

    of_draft = await constraint(database, replace.format(draft, other))
    of_itself = await constraint(database, replace.format(draft, draft))
    assert (of_draft, of_itself) == ("guidance_version_replaces_published",) * 2


async def test_keys_and_places_are_of_their_own(database: Database) -> None:
    version = await create_guidance(database.pool)
    await create_gate(database.pool, version, position=2)
    [gate, _] = await database.pool.fetch("SELECT id FROM guidance_gate ORDER BY position")

    same_key = "UPDATE guidance_gate SET key = 'gate-1' WHERE position = 2"
    with pytest.raises(asyncpg.UniqueViolationError):
        await database.pool.execute(same_key)
    assert await constraint(database, "UPDATE guidance_gate SET position = 1") == (
        "guidance_gate_position_key"
    )
    for twice in ({"key": "other", "position": 1}, {"key": "criterion-1", "position": 2}):
        with pytest.raises(asyncpg.UniqueViolationError):
            await create_criterion(database.pool, gate["id"], **twice)
    with pytest.raises(asyncpg.UniqueViolationError):
        await database.pool.execute(
            "INSERT INTO guidance_version (reference, title, publisher)"
            " SELECT reference, 'A', 'B' FROM guidance_version"
        )


async def test_every_change_enters_the_trail(database: Database) -> None:
    """Of all four tables."""
    await create_guidance(database.pool, "RETIRED")

    rows = await database.pool.fetch(
        "SELECT row_table, count(*) FROM audit_change GROUP BY 1 ORDER BY 1"
    )
    assert [tuple(row) for row in rows] == [
        ("guidance_criterion", 1),
        ("guidance_evidence", 1),
        ("guidance_gate", 1),
        ("guidance_version", 3),
    ]
