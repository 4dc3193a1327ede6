"""A violated constraint is told as the error that names it."""

from datetime import date

import asyncpg
import pytest

from consortium.kernel.errors import DomainError
from consortium.membership.rules.engagements import EngagementDatesReversed
from consortium.storage.database import Database, transaction
from consortium.storage.raw import raw
from tests.factories import create_engagement, create_initiative, create_organisation

# The tables' own, unique indexes of some rows, and those that triggers name when they refuse.
CONSTRAINTS = r"""
SELECT conname::text FROM pg_constraint
UNION SELECT indexrelid::regclass::text FROM pg_index WHERE indisunique
UNION SELECT (regexp_matches(prosrc, $$CONSTRAINT = '([a-z_]+)'$$, 'g'))[1] FROM pg_proc
UNION SELECT tgrelid::regclass || (regexp_matches(prosrc, $$TG_TABLE_NAME \|\| '(_[a-z_]+)'$$))[1]
FROM pg_trigger JOIN pg_proc ON pg_proc.oid = tgfoid
"""


async def engage_backwards() -> None:
    """An engagement that ends before it starts, past the rules."""
    async with transaction() as client:
        one, other = [await create_organisation(raw(client)) for _ in range(2)]
        days = {"starts_on": date(2026, 2, 1), "ends_on": date(2026, 1, 1)}
        await create_engagement(raw(client), one, other, **days)


async def name_twice() -> None:
    """Two initiatives of one name, past the rules."""
    async with transaction() as client:
        for _ in range(2):
            await create_initiative(raw(client), name="Twice")


async def test_a_constraint_becomes_its_error(database: Database) -> None:
    """Whoever comes past the rules is stopped by the database, with the same code."""
    with database.active(), pytest.raises(EngagementDatesReversed):
        await engage_backwards()


async def test_a_constraint_without_an_error_is_a_bug(database: Database) -> None:
    """What no error names is not dressed up as one."""
    with database.active(), pytest.raises(asyncpg.UniqueViolationError):
        await name_twice()


async def test_every_constraint_that_an_error_names_is_there(database: Database) -> None:
    """A constraint that was renamed or dropped takes its error along."""
    named = {error.constraint for error in _family(DomainError) if error.constraint is not None}
    async with database.pool.acquire() as connection:
        found = {row[0] for row in await connection.fetch(CONSTRAINTS)}

    assert named
    assert named <= found


def _family(error: type[DomainError]) -> set[type[DomainError]]:
    children = set(error.__subclasses__())
    return children.union(*map(_family, children))
