"""Members who claim, and those who review."""

import pytest

from consortium.storage.database import Database
from tests.assessment.story import Story, story


@pytest.fixture
async def told(database: Database) -> Story:
    """An effect of 1 000 t, its owner and others, a reviewer and an assurer."""
    return await story(database)
