"""The secretariat at work."""

import pytest

from consortium.storage.database import Database
from tests.membership.office import Office, office


@pytest.fixture
async def desk(database: Database) -> Office:
    """Two secretaries, a member with an admin, and terms in force."""
    return await office(database)
