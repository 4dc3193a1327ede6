"""Sources."""

from typing import Any

from tests.factories.rows import Connection, insert, number


async def create_citation(connection: Connection, **values: Any) -> int:
    """A page that states something."""
    defaults = {"url": f"https://example.org/{number()}", "title": "A report"}
    return await insert(connection, "citation", **defaults | values)
