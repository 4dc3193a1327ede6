"""A running server with a member, its editor and its clients."""

from collections.abc import AsyncGenerator

import pytest

from consortium.storage.database import Database
from tests.identity.oauth.world import World, world


@pytest.fixture
async def w(database: Database) -> AsyncGenerator[World]:
    """The world of the tokens' tests."""
    async with world(database) as made:
        yield made
