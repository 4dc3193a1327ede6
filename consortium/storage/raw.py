"""The asyncpg connection under a transaction, for COPY and statements of many parameters."""

from typing import TYPE_CHECKING, Any, TypeAlias, cast

import asyncpg
from tortoise.backends.base.client import TransactionalDBClient

if TYPE_CHECKING:
    Connection: TypeAlias = asyncpg.Connection[asyncpg.Record]
else:
    # Its type parameter exists in the stubs only.
    Connection = asyncpg.Connection


def raw(client: TransactionalDBClient) -> Connection:
    """The connection of asyncpg, inside the same transaction as the client."""
    return cast("Connection", cast("Any", client)._connection)  # noqa: SLF001  it has no other way
