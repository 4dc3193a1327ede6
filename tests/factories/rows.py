"""One row by plain SQL."""

from itertools import count
from typing import Any, Protocol

_numbers = count(1)


class Connection(Protocol):
    """An asyncpg connection or pool."""

    async def fetchval(self, query: str, *args: Any) -> Any:
        """The first value of the first row."""

    async def fetch(self, query: str, *args: Any) -> Any:
        """All rows."""

    async def execute(self, query: str) -> str:
        """Run a statement without parameters."""


def number() -> int:
    """A number that no other row of this process has."""
    return next(_numbers)


async def insert(connection: Connection, table: str, **values: Any) -> int:
    """Insert a row; returns its id."""
    names = ", ".join(values)
    places = ", ".join(f"${at}" for at in range(1, len(values) + 1))
    key: int = await connection.fetchval(
        f"INSERT INTO {table} ({names}) VALUES ({places}) RETURNING id",  # noqa: S608
        *values.values(),
    )
    return key
