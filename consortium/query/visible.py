"""Whether a caller may see one row, asked by the row rule itself: what actions decide on first."""

from datetime import date
from typing import Any, Protocol

from consortium.kernel.errors import NotFound
from consortium.kernel.principal import Principal
from consortium.query.pick import Bind, Inputs
from consortium.query.rows import from_item, rule
from consortium.query.source import Source
from consortium.query.sqltypes import SqlType
from consortium.query.statement import statement_of
from consortium.query.writer import Writer, conjunction


class Fetching(Protocol):
    """A connection, inside a transaction or not."""

    async def fetchval(self, query: str, *args: Any) -> Any:
        """The first value of the first row."""


async def require_visible(
    connection: Fetching, source: Source, key: int, by: Principal, today: date
) -> None:
    """Raise NotFound where there is no such row or the caller may not see it: the same answer."""
    writer = Writer(by.rights)
    alias = writer.alias()
    bound = writer.bind(Bind(lambda inputs: inputs.row), SqlType.BIGINT)
    found = conjunction([f"{alias}.{source.key} = {bound}", rule(writer, source, alias)])
    item = from_item(writer, source, {}, alias)
    statement = statement_of(f"SELECT EXISTS (SELECT 1 FROM {item} WHERE {found})", writer.slots)
    values = statement.values(Inputs({}, by, today, key))
    if not await connection.fetchval(statement.sql, *values):
        raise NotFound
