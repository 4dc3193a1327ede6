"""Pages of a list. A cursor here is the place of its item: the id, marked as a cursor."""

from collections.abc import Mapping
from typing import Any

from tests.oracle.world import Row

# How every cursor of the oracle begins; the API's own are opaque.
CURSOR = "\ue000cursor:"


def cursor_of(row: Row) -> str:
    """The cursor of a row in any list that holds it."""
    return f"{CURSOR}{row.id}"


def connection(rows: list[Row], args: Mapping[str, Any]) -> dict[str, Any]:
    """The page that is asked for, of rows that are in order already."""
    first, last = args.get("first"), args.get("last")
    after, before = args.get("after"), args.get("before")
    rest = rows
    if after is not None:
        rest = rest[_at(rest, after) + 1 :]
    if before is not None:
        rest = rest[: _at(rest, before)]
    if last is None:
        size = 20 if first is None else first
        page, more = rest[:size], len(rest) > size
        behind, ahead = after is not None, more
    else:
        page, more = rest[max(0, len(rest) - last) :], len(rest) > last
        behind, ahead = more, before is not None
    return {
        "nodes": page,
        "edges": [{"cursor": cursor_of(row), "node": row} for row in page],
        "totalCount": len(rows),
        "pageInfo": {
            "hasNextPage": ahead,
            "hasPreviousPage": behind,
            "startCursor": cursor_of(page[0]) if page else None,
            "endCursor": cursor_of(page[-1]) if page else None,
        },
    }


def _at(rows: list[Row], cursor: str) -> int:
    return next(at for at, row in enumerate(rows) if cursor_of(row) == cursor)
