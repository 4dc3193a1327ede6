"""What went wrong that is nobody's input: the database is away, or there is a bug."""

from uuid import uuid4

import asyncpg
import structlog

_log = structlog.get_logger(__name__)

# Kinds of failure of the connection, not of the statement.
_DATABASE_DOWN = (
    OSError,
    TimeoutError,
    asyncpg.PostgresConnectionError,
    asyncpg.InterfaceError,
    # What asyncpg says of a connection that broke in the middle of an exchange.
    asyncpg.InternalClientError,
    asyncpg.InvalidCatalogNameError,
    asyncpg.CannotConnectNowError,
    asyncpg.AdminShutdownError,
    asyncpg.TooManyConnectionsError,
)


def database_down(error: Exception) -> bool:
    """Whether the database does not answer; that is logged then, once for each request."""
    if not isinstance(error, _DATABASE_DOWN):
        return False
    _log.warning("database unavailable", exc_info=error)
    return True


def masked(error: Exception) -> str:
    """What is told of a bug, which is logged whole under the number that this names."""
    number = uuid4().hex
    _log.error("request failed", error_id=number, exc_info=error)
    return f"Something went wrong here. It was logged as {number}."
