"""The demo's chain: recorded once, published, and computed by its activities."""

from consortium.demo.chains import OWNER, show_chain
from consortium.storage.database import Database
from tests.factories import create_membership, create_organisation
from tests.served import TODAY

ROWS = """
SELECT v.status, v.visibility, v.version, count(DISTINCT a.id), count(DISTINCT x.id)
FROM chain_version v LEFT JOIN activity a ON a.chain_version_id = v.id
LEFT JOIN activity_exchange x ON x.chain_version_id = v.id GROUP BY v.id
"""


async def test_the_example_is_recorded_once(database: Database) -> None:
    """Not without the member that it is shown by; shown to members, and once."""
    await show_chain(database, TODAY)
    assert await database.pool.fetch(ROWS) == []

    async with database.pool.acquire() as c:
        owner = await create_organisation(c, name=OWNER)
        await create_membership(c, owner, status="MEMBER")
    for _ in range(2):
        await show_chain(database, TODAY)

    rows = await database.pool.fetch(ROWS)
    assert [tuple(row) for row in rows] == [("PUBLISHED", "CONSORTIUM", 7, 3, 4)]
