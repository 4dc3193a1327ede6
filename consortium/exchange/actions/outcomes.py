"""What a partner's answer makes of a request of ours, and of the member's request it carried."""

from collections.abc import Sequence
from datetime import date

from asyncpg import Record

from consortium.storage.raw import Connection

_END = """
UPDATE exchange_event SET state = $2, told = $3, ended_at = now() WHERE id = $1
"""
_ANSWER = """
UPDATE footprint_request SET status = 'ANSWERED', footprint_id = $2, ended_on = $3,
    version = version + 1
WHERE id = $1 AND status = 'OPEN'
"""
_REJECT = """
UPDATE footprint_request SET status = 'REJECTED', ended_because = $2, ended_on = $3,
    version = version + 1
WHERE id = $1 AND status = 'OPEN'
"""
_TOLD_MAX = 2000


async def request_fulfilled(
    connection: Connection, request: Record, footprints: Sequence[int], today: date
) -> None:
    """The partner gave these."""
    await connection.execute(_END, request["id"], "DONE", "")
    if request["asked_by_id"] is not None and footprints:
        await connection.execute(_ANSWER, request["asked_by_id"], footprints[0], today)


async def request_rejected(connection: Connection, request: Record, why: str, today: date) -> None:
    """The partner gave a reason instead."""
    told = why[:_TOLD_MAX]
    await connection.execute(_END, request["id"], "REJECTED", told)
    if request["asked_by_id"] is not None:
        await connection.execute(_REJECT, request["asked_by_id"], told, today)
