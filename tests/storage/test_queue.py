"""The queue's tables are those of the installed procrastinate."""

from hashlib import sha256

from procrastinate.schema import SchemaManager

from consortium.storage.database import Database
from consortium.storage.queue import QUEUE_TABLES

MIGRATED = "c70ec4b400a60ad9592787653aae5ae77ae41bf801d56b5bd2712751a07f2009"
TABLES = """
SELECT relname FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace
   AND starts_with(relname, 'procrastinate_') ORDER BY 1
"""


def test_another_schema_of_the_queue_needs_a_migration() -> None:
    """A new procrastinate that changes its tables: write a migration with its own changes.

    They are in `SchemaManager.get_migrations_path()`. A database that is made anew has them
    already, so the migration asks first. Then put the new digest here.
    """
    assert sha256(SchemaManager.get_schema().encode()).hexdigest() == MIGRATED


async def test_every_table_of_the_queue_is_known(database: Database) -> None:
    rows = await database.pool.fetch(TABLES)

    assert {row["relname"] for row in rows} == set(QUEUE_TABLES)
