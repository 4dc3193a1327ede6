"""Databases with the synthetic world, made once and kept for as long as nothing changed."""

import hashlib
from collections.abc import AsyncGenerator, Iterable, Iterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING

import asyncpg

from consortium.assessment.actions import rebuild_totals
from consortium.avoided.actions.standings import rebuild_all
from consortium.cli.progress import Tell
from consortium.membership.actions import rebuild_profile
from consortium.organisations.actions import rebuild_beginnings
from consortium.storage.database import Database
from consortium.storage.embedded import EmbeddedServer
from consortium.storage.migrate import migrate
from tests.bench import assessed, chains, directory
from tests.bench.world import Row, Table, tables

if TYPE_CHECKING:
    Connection = asyncpg.Connection[asyncpg.Record]
else:
    Connection = asyncpg.Connection

# While it is filled nothing has to survive a power cut.
FILLING = {
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "autovacuum": "off",
    "max_wal_size": "8GB",
    "maintenance_work_mem": "512MB",
}
ROOT = Path(__file__).parents[2]
# What decides on the content of a database.
MADE_BY = (
    "tests/bench/numbers.py",
    "tests/bench/assessed.py",
    "tests/bench/chains.py",
    "tests/bench/claims.py",
    "tests/bench/directory.py",
    "tests/bench/world.py",
    "tests/bench/generate.py",
    "migrations/*.py",
    "consortium/avoided/rules/*.py",
    "consortium/avoided/actions/*.py",
)
CHUNK = 20_000


# Of the world of organisations with histories.
DIRECTORY = "bench_directory"
# Of the world of assessed claims.
ASSESSED = "bench_assessed"
ASSESSED_CLAIMS = 1_000_000


def database_name(claims: int) -> str:
    """The database that holds a world with so many claims."""
    return f"bench_{claims}"


async def missing(server: EmbeddedServer, names: Iterable[str]) -> list[str]:
    """The names of which there is no database that this program would make again alike."""
    async with connected(server, "postgres") as connection:
        rows = await connection.fetch(
            "SELECT datname, shobj_description(oid, 'pg_database') FROM pg_database"
        )
    found = {row[0]: row[1] for row in rows}
    mark = _mark()
    return [name for name in names if found.get(name) != mark]


async def generate(server: EmbeddedServer, claims: int, tell: Tell) -> None:
    """Make the database of claims anew: tables, rows, standings and sums, statistics."""
    name = database_name(claims)
    await _created(server, name)
    async with connected(server, name) as connection:
        for table in tables(claims):
            await _fill(connection, table, claims if table.name == "avoided_claim" else 0, tell)
    async with Database.open(server.dsn(name)):
        what = f"Standings and sums of {claims:,} claims"
        await rebuild_all(lambda done, total: tell(what, done, total))
        await rebuild_profile()
        await rebuild_beginnings()
    await _finished(server, name)


async def generate_directory(server: EmbeddedServer, tell: Tell) -> None:
    """Make the database of organisations with histories anew."""
    await _created(server, DIRECTORY)
    async with connected(server, DIRECTORY) as connection:
        for table in directory.tables():
            await _fill(connection, table, 0, tell)
        await connection.execute("ANALYZE")
    async with Database.open(server.dsn(DIRECTORY)):
        await rebuild_profile()
        await rebuild_beginnings()
    await _finished(server, DIRECTORY)


async def generate_assessed(
    server: EmbeddedServer, tell: Tell, claims: int = ASSESSED_CLAIMS
) -> None:
    """Make the database of assessed claims anew, with their standings and totals."""
    await _created(server, ASSESSED)
    async with connected(server, ASSESSED) as connection:
        for table in assessed.tables(claims):
            await _fill(connection, table, claims if table.name == "assessed_claim" else 0, tell)
        await connection.execute("ANALYZE")
    async with Database.open(server.dsn(ASSESSED)):
        await rebuild_totals(today=datetime.now(UTC).date())
        await rebuild_profile()
    await _finished(server, ASSESSED)


async def generate_chains(server: EmbeddedServer) -> None:
    """Make the database of a large value chain anew."""
    await _created(server, chains.CHAINS)
    async with connected(server, chains.CHAINS) as connection:
        await chains.fill(connection)
    await _finished(server, chains.CHAINS)


async def _created(server: EmbeddedServer, name: str) -> None:
    """The database with its tables, without rows."""
    async with connected(server, "postgres") as connection:
        await connection.execute(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")
        await connection.execute(f"CREATE DATABASE {name} TEMPLATE template0 OWNER consortium")
    await migrate(server.dsn(name))


async def _finished(server: EmbeddedServer, name: str) -> None:
    """Statistics, and the mark of what made it."""
    async with connected(server, name) as connection:
        await connection.execute("VACUUM (FREEZE, ANALYZE)")
        await connection.execute("CHECKPOINT")
        await connection.execute(f"COMMENT ON DATABASE {name} IS '{_mark()}'")


async def _fill(connection: Connection, table: Table, expected: int, tell: Tell) -> None:
    # Neither triggers nor foreign keys: rows are right by construction, sums are rebuilt.
    await connection.execute("SET session_replication_role = replica")
    what = f"Rows of {table.name}" if expected else "Rows of other tables"
    done = 0
    for chunk in _chunks(table):
        await connection.copy_records_to_table(table.name, records=chunk, columns=table.columns)
        done += len(chunk)
        tell(what, done, max(expected, done))


def _chunks(table: Table) -> Iterator[list[Row]]:
    rows = iter(table.rows)
    while chunk := list(islice(rows, CHUNK)):
        yield chunk


@asynccontextmanager
async def connected(server: EmbeddedServer, name: str) -> AsyncGenerator[Connection]:
    """A connection of the superuser's, who alone may switch triggers off."""
    connection = await asyncpg.connect(server.dsn(name, "postgres"))
    try:
        yield connection
    finally:
        await connection.close()


def _mark() -> str:
    digest = hashlib.sha256()
    for pattern in MADE_BY:
        for path in sorted(ROOT.glob(pattern)):
            digest.update(path.read_bytes())
    return digest.hexdigest()
