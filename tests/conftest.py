"""A real PostgreSQL for every test that asks for one.

One server runs for the whole test session, started by the process that the others report to. A
database is migrated once as a template; each test gets a copy of its own, with real commits.
CONSORTIUM_TEST_DATABASE_URL names another server to use instead: its user must be allowed to
create databases.
"""

import asyncio
import fcntl
import gc
import os
import shutil
import tempfile
import time
from collections.abc import AsyncGenerator, Callable, Coroutine, Generator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar
from urllib.parse import urlsplit, urlunsplit
from uuid import uuid4

import asyncpg
import pytest

from consortium.storage.database import Database
from consortium.storage.embedded import USER, embedded_server
from consortium.storage.migrate import migrate
from tests.https import Tls, make_tls

# Nothing that a test writes has to survive a power cut.
FAST = {
    "fsync": "off",
    "full_page_writes": "off",
    "synchronous_commit": "off",
    "shared_buffers": "128MB",
    "max_connections": "200",
    "autovacuum": "off",
    # Its files are in memory where that can be: the log must not grow to its usual gigabyte.
    "max_wal_size": "256MB",
}
# Linux's file system in memory. Containers often have but 64 MB of it. A session of two workers
# fills some 200 MB.
MEMORY = Path("/dev/shm")  # noqa: S108  mkdtemp makes a folder of its own in it
MEMORY_BYTES_MIN = 2_000_000_000
PREFIX = "consortium-test-"
SETTLED_SECONDS = 60.0
EXTERNAL = os.environ.get("CONSORTIUM_TEST_DATABASE_URL")
# Taken while a template is made, so that only one worker makes it.
TEMPLATE_LOCK = 7

T = TypeVar("T")


@dataclass(frozen=True)
class TestServer:
    """The session's server, seen by one that may create databases."""

    __test__ = False
    admin_dsn: str
    owner: str
    """The role that owns the program's tables: no superuser on the session's own server."""
    run_id: str

    def dsn(self, name: str, role: str = USER) -> str:
        """The address of one database, for the running program's role."""
        parts = urlsplit(self.admin_dsn)
        netloc = parts.netloc if EXTERNAL else f"{role}@"
        return urlunsplit(parts._replace(path=f"/{name}", netloc=netloc))

    def name(self, what: str) -> str:
        """The name of a database that all workers of this session share."""
        return f"consortium_{self.run_id}_{what}"

    async def create(self, name: str, template: str = "template0") -> str:
        """Create a database; returns its address, for its owner."""
        connection = await asyncpg.connect(self.admin_dsn)
        try:
            owner = f"OWNER {self.owner}" if not EXTERNAL else ""
            # Copying files is three times as fast as writing them through the log.
            await connection.execute(
                f"CREATE DATABASE {name} TEMPLATE {template} STRATEGY FILE_COPY {owner}"
            )
        finally:
            await connection.close()
        return self.dsn(name, self.owner)

    async def drop(self, name: str) -> None:
        """Drop a database, whoever still uses it."""
        connection = await asyncpg.connect(self.admin_dsn)
        try:
            await connection.execute(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")
        finally:
            await connection.close()


def memory() -> Path | None:
    """A file system in memory with room for the server's files; None where there is none.

    Each test makes and removes a thousand files. ext4 without a journal looks for a place for a
    new file among all that were removed in the last minutes, which took half of the time of all
    tests; on other file systems memory saves a tenth of a second for each test.
    """
    try:
        there = os.access(MEMORY, os.W_OK | os.X_OK)
        return MEMORY if there and shutil.disk_usage(MEMORY).free >= MEMORY_BYTES_MIN else None
    except FileNotFoundError:
        return None


def remove_left(parent: Path) -> None:
    """Remove what sessions left that were killed: memory is not emptied by itself.

    The lock of a session's server says whether that session lives. A folder without one is about
    to be used.
    """
    for lock in parent.glob(f"{PREFIX}*/lock"):
        try:
            with lock.open() as file:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
                # A session takes its lock as soon as it has made it.
                if time.time() - lock.stat().st_mtime > SETTLED_SECONDS:
                    shutil.rmtree(lock.parent)
        except OSError:
            # It is in use, another's, or was removed by somebody else.
            continue


def apart(work: Coroutine[Any, Any, T]) -> T:
    """Run a coroutine to its end in a thread, away from the event loops of tests."""
    with ThreadPoolExecutor(1) as threads:
        return threads.submit(asyncio.run, work).result()


@contextmanager
def running_server() -> Generator[TestServer]:
    """The session's server, from start to stop, its files removed."""
    run_id = uuid4().hex[:8]
    if EXTERNAL:
        yield TestServer(EXTERNAL, urlsplit(EXTERNAL).username or "", run_id)
        return
    parent = memory() or Path(tempfile.gettempdir())
    remove_left(parent)
    folder = Path(tempfile.mkdtemp(prefix=PREFIX, dir=parent))
    # The account that runs PostgreSQL for root must be able to enter.
    folder.chmod(0o755)
    try:
        with embedded_server(folder, settings=FAST, sync=False) as server:
            yield TestServer(server.dsn("postgres", "postgres"), "consortium", run_id)
    finally:
        shutil.rmtree(folder)


SERVER = pytest.StashKey[TestServer]()
OPEN = pytest.StashKey[ExitStack]()


def pytest_configure(config: pytest.Config) -> None:
    """Start the server once, before the workers; without workers, when it is first asked for."""
    config.stash[OPEN] = ExitStack()
    worker: dict[str, Any] | None = getattr(config, "workerinput", None)
    if worker is not None:
        config.stash[SERVER] = TestServer(*worker["server"])
    elif getattr(config.option, "numprocesses", None) and not config.option.collectonly:
        config.stash[SERVER] = config.stash[OPEN].enter_context(running_server())


@pytest.hookimpl(optionalhook=True)
def pytest_configure_node(node: Any) -> None:
    """Tell a new worker where the server is."""
    server = node.config.stash[SERVER]
    node.workerinput["server"] = (server.admin_dsn, server.owner, server.run_id)


def pytest_collection_finish() -> None:
    """Spare the garbage collector all that was imported, which lives as long as the process.

    It would walk through a quarter of a million objects of modules, models and the schema again
    and again: 8 % of what Python computes.
    """
    gc.collect()
    gc.freeze()


def pytest_unconfigure(config: pytest.Config) -> None:
    """Stop the server that this process started."""
    config.stash[OPEN].close()


@pytest.fixture(scope="session")
def server(pytestconfig: pytest.Config) -> TestServer:
    """The session's server."""
    stash = pytestconfig.stash
    if SERVER not in stash:
        stash[SERVER] = stash[OPEN].enter_context(running_server())
    return stash[SERVER]


@pytest.fixture(scope="session")
def template(server: TestServer) -> str:
    """The name of a migrated database without rows, to be copied and never connected to."""

    async def migrated(name: str) -> None:
        await migrate(await server.create(name), application_dsn=server.dsn(name))

    return apart(_once(server, "template", migrated))


@pytest.fixture(scope="session")
def demo_dsn(server: TestServer, template: str) -> str:
    """The address of the one database with the demo's figures: for tests that only read."""

    async def loaded(name: str) -> None:
        from consortium.demo import load

        await server.create(name, template)
        async with Database.open(server.dsn(name)) as database:
            await load(database)
        connection = await asyncpg.connect(server.admin_dsn)
        await connection.execute(f"ALTER DATABASE {name} SET default_transaction_read_only = on")
        await connection.close()

    return server.dsn(apart(_once(server, "demo", loaded)))


@pytest.fixture(scope="session")
def tls(tmp_path_factory: pytest.TempPathFactory) -> Tls:
    """A certificate for the loopback."""
    return make_tls(tmp_path_factory.mktemp("tls"))


@pytest.fixture
def dsn(server: TestServer, template: str) -> Generator[str]:
    """The address of a migrated database of this test's own, for the running program's role."""
    name = f"consortium_{uuid4().hex}"
    apart(server.create(name, template))
    yield server.dsn(name)
    apart(server.drop(name))


@pytest.fixture
def owner_dsn(server: TestServer, dsn: str) -> str:
    """The address of this test's own database, for the owner of its tables."""
    return server.dsn(urlsplit(dsn).path[1:], server.owner)


@pytest.fixture
def empty_dsn(server: TestServer) -> Generator[str]:
    """The address of a database of this test's own that was never migrated."""
    name = f"consortium_{uuid4().hex}"
    yield apart(server.create(name))
    apart(server.drop(name))


@pytest.fixture
async def database(dsn: str) -> AsyncGenerator[Database]:
    """This test's own database, open."""
    async with Database.open(dsn, max_size=4, write_size=4) as opened:
        yield opened


@pytest.fixture
async def demo_database(demo_dsn: str) -> AsyncGenerator[Database]:
    """The database with the demo's figures, open, for reading."""
    async with Database.open(demo_dsn, max_size=4, write_size=1) as opened:
        yield opened


async def _once(
    server: TestServer, what: str, make: Callable[[str], Coroutine[Any, Any, None]]
) -> str:
    """Make a database that all workers share, in the first worker that needs it."""
    name, half = server.name(what), server.name(f"{what}_half")
    connection = await asyncpg.connect(server.admin_dsn)
    try:
        await connection.execute("SELECT pg_advisory_lock($1)", TEMPLATE_LOCK)
        found = "SELECT EXISTS (SELECT FROM pg_database WHERE datname = $1)"
        if not await connection.fetchval(found, name):
            await make(half)
            await connection.execute(f"ALTER DATABASE {half} RENAME TO {name}")
    finally:
        await connection.close()
    return name
