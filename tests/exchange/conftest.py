"""Instances for each test."""

from collections.abc import AsyncGenerator

import pytest

from consortium.storage.database import Database
from tests.exchange.instances import Instance, Tls, instance, make_tls


@pytest.fixture(scope="session")
def tls(tmp_path_factory: pytest.TempPathFactory) -> Tls:
    """A certificate for the loopback."""
    return make_tls(tmp_path_factory.mktemp("tls"))


@pytest.fixture
async def mill(database: Database, tls: Tls) -> AsyncGenerator[Instance]:
    """A member that gives footprints."""
    async with instance(database, tls, "Mill") as made:
        yield made
