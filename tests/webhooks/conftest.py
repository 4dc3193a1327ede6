"""A database with webhooks for each test."""

from collections.abc import AsyncGenerator

import pytest

from consortium.storage.database import Database
from tests.https import Tls
from tests.webhooks.receiving import Hooks, hooks_over


@pytest.fixture
async def hooks(database: Database, tls: Tls) -> AsyncGenerator[Hooks]:
    """Two members, a system of the owner's that receives, and what delivers."""
    async with hooks_over(database, tls) as made:
        yield made
