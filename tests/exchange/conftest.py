"""Instances for each test."""

from collections.abc import AsyncGenerator

import pytest

from consortium.storage.database import Database
from tests.exchange.instances import Instance, instance
from tests.https import Tls


@pytest.fixture
async def mill(database: Database, tls: Tls) -> AsyncGenerator[Instance]:
    """A member that gives footprints."""
    async with instance(database, tls, "Mill") as made:
        yield made
