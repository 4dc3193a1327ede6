"""The first contact with a database: what it refuses, in words, and whether its tables fit."""

from collections.abc import AsyncGenerator, Generator
from contextlib import asynccontextmanager, contextmanager
from pkgutil import iter_modules
from urllib.parse import urlsplit

import asyncpg

import migrations
from consortium.storage.connections import Connection
from consortium.storage.errors import (
    DatabaseLoginRefused,
    DatabaseMissing,
    DatabaseTooOld,
    DatabaseUnreachable,
    DatabaseUrlInvalid,
    DiskFull,
    RightsMissing,
    SchemaTooNew,
    SchemaTooOld,
)

CONNECT_SECONDS = 10.0
# NULLS NOT DISTINCT came with 15.
OLDEST_MAJOR = 15

APPLIED = "SELECT name FROM tortoise_migrations WHERE app = 'consortium'"
HAS_TABLES = "SELECT to_regclass('tortoise_migrations') IS NOT NULL"
IS_EMPTY = """
SELECT NOT EXISTS (
    SELECT FROM pg_tables WHERE schemaname NOT IN ('pg_catalog', 'information_schema')
)
"""


@asynccontextmanager
async def connected(dsn: str) -> AsyncGenerator[Connection]:
    """One connection to a server that is new enough.

    Raises:
        StorageError: one of its family, each a sentence to act on.
    """
    with connecting(dsn):
        connection = await asyncpg.connect(dsn, timeout=CONNECT_SECONDS)
    try:
        version = connection.get_server_version()
        if version.major < OLDEST_MAJOR:
            raise DatabaseTooOld(
                f"The database runs PostgreSQL {version.major}; {OLDEST_MAJOR} or newer is needed"
            )
        yield connection
    finally:
        await connection.close()


@contextmanager
def connecting(dsn: str) -> Generator[None]:
    """Tell what a failed connection means. The password is never repeated."""
    try:
        yield
    except (asyncpg.InvalidPasswordError, asyncpg.InvalidAuthorizationSpecificationError) as error:
        raise DatabaseLoginRefused(f"The database refuses the login: {error}") from error
    except asyncpg.InvalidCatalogNameError as error:
        raise DatabaseMissing(f"The server has no such database: {error}") from error
    except asyncpg.DiskFullError as error:
        raise DiskFull(f"The database's disk is full: {error}") from error
    except (asyncpg.PostgresError, asyncpg.InternalClientError) as error:
        raise DatabaseUnreachable(f"The database does not let us in: {error}") from error
    except (asyncpg.InterfaceError, ValueError) as error:
        raise DatabaseUrlInvalid(
            "The database's address cannot be read; it looks like"
            " postgresql://user:password@host:5432/name"
        ) from error
    except OSError as error:
        raise DatabaseUnreachable(f"{_place(dsn)} does not answer: {_reason(error)}") from error


async def pending_migrations(connection: Connection) -> list[str]:
    """Names of the migrations that this database lacks, in order.

    Raises:
        SchemaTooNew: the database has migrations that this program does not know.
        RightsMissing: the role may not read its tables.
    """
    known = known_migrations()
    applied: set[str] = set()
    if await connection.fetchval(HAS_TABLES):
        try:
            applied = {row["name"] for row in await connection.fetch(APPLIED)}
        except asyncpg.InsufficientPrivilegeError as error:
            raise RightsMissing(
                "The database's role has no right to the tables: run `consortium migrate` with"
                " their owner's address in CONSORTIUM_DIRECT_DATABASE_URL"
            ) from error
    if unknown := sorted(applied - set(known)):
        raise SchemaTooNew(
            f"The database's tables are newer than this program (it does not know {unknown[-1]}):"
            " install the newer program"
        )
    return [name for name in known if name not in applied]


async def check_schema(connection: Connection) -> None:
    """Refuse a database whose tables this program cannot use.

    Raises:
        SchemaTooOld, SchemaTooNew: what to do about it.
    """
    if pending := await pending_migrations(connection):
        raise SchemaTooOld(
            f"The database lacks {len(pending)} of this program's migrations:"
            " run `consortium migrate`"
        )


async def is_empty(connection: Connection) -> bool:
    """Whether the database has no table at all, so that nothing can be harmed."""
    return bool(await connection.fetchval(IS_EMPTY))


def known_migrations() -> list[str]:
    """Names of the migrations of this program, in order."""
    return sorted(info.name for info in iter_modules(migrations.__path__) if info.name[0] != "_")


def _place(dsn: str) -> str:
    parts = urlsplit(dsn)
    try:
        port = parts.port or 5432
    except ValueError:
        return "The database"
    return f"The database at {parts.hostname or 'the local socket'}:{port}"


def _reason(error: OSError) -> str:
    if isinstance(error, TimeoutError):
        return f"nothing came back in {CONNECT_SECONDS:.0f} seconds"
    if isinstance(error, ConnectionRefusedError):
        return "the connection is refused"
    return (error.strerror or str(error)).lower()
