"""The records of organisations: locked before they are changed, refused where they were merged."""

from collections.abc import Sequence
from typing import NamedTuple

from consortium.membership.actions.statuses import LOCK
from consortium.reorganisations.rules.merges import AlreadyMerged
from consortium.storage.raw import Connection

KEPT = """
SELECT o.id, o.name, o.name_key, o.lei, o.search_text, o.merged_into_id, m.name AS merged_into
FROM organisation o LEFT JOIN organisation m ON m.id = o.merged_into_id
WHERE o.id = ANY ($1) ORDER BY o.id FOR UPDATE OF o
"""


class Record(NamedTuple):
    """What is on one of the two records."""

    id: int
    name: str
    name_key: str
    lei: str | None
    search_text: str
    merged_into_id: int | None
    merged_into: str | None


async def lock_records(connection: Connection, *organisations: int) -> dict[int, Record]:
    """The records, in the order of their ids, so that no two callers wait in a ring."""
    rows = await connection.fetch(KEPT, list(organisations))
    return {row["id"]: Record(*row) for row in rows}


def require_standing(record: Record) -> None:
    """Refuse a record that was merged. Raises AlreadyMerged."""
    if record.merged_into_id is not None:
        raise AlreadyMerged(
            f"{record.name} was merged into {record.merged_into} (org_{record.merged_into_id}):"
            " take that one, or undo the merge first."
        )


async def lock_all(connection: Connection, organisations: Sequence[int]) -> None:
    """Wait for whoever changes their memberships or any sums, in the order in which they wait."""
    for organisation in sorted(set(organisations)):
        await connection.execute(LOCK, organisation)
    await connection.execute("SELECT avoided_total_lock()")
