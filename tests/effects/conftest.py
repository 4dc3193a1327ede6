"""Members around an effect."""

import pytest

from consortium.storage.database import Database
from tests.effects.parties import Table, table


@pytest.fixture
async def parties(database: Database) -> Table:
    """An effect of 1 000 t and those who may share it."""
    return await table(database)
