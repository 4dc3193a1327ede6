"""A world for each test."""

from collections.abc import AsyncGenerator

import pytest

from consortium.storage.database import Database
from tests.identity.oauth.world import World, world


@pytest.fixture
async def w(database: Database) -> AsyncGenerator[World]:
    """A member, its editor, its clients, and a running server."""
    async with world(database) as made:
        yield made
