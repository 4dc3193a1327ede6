"""The asyncpg connection under a transaction, for COPY and statements of many parameters."""

from typing import Any, cast

from tortoise.backends.base.client import TransactionalDBClient

from consortium.storage.connections import Connection

__all__ = ["Connection", "raw"]


def raw(client: TransactionalDBClient) -> Connection:
    """The connection of asyncpg, inside the same transaction as the client."""
    return cast("Connection", cast("Any", client)._connection)  # noqa: SLF001  it has no other way
