"""The embedded server from start to stop."""

import fcntl
import os
import subprocess
import time
from collections.abc import Generator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

from consortium.storage.embedded import process
from consortium.storage.embedded.account import account_for
from consortium.storage.embedded.binaries import binaries_for, path_with
from consortium.storage.embedded.cluster import APPLICATION, Cluster, Progress, failure
from consortium.storage.embedded.places import (
    Places,
    disk_errors,
    make_places,
    make_sockets,
    remove_sockets,
)
from consortium.storage.errors import (
    DataDirInUse,
    EmbeddedError,
    EmbeddedUnavailable,
)

# Recovery after a crash may take minutes: a server that is alive is waited for, and that is told.
TELL_SECONDS = 3.0
JOIN_SECONDS = 600.0
LOG_BYTES = 5_000_000
# Backends of a server that was killed hold its shared memory for a moment.
BUSY_MEMORY = "pre-existing shared memory block"
BUSY_TRIES = 20
BUSY_SECONDS = 0.5

# Part of the socket's name.
PORT = 5432

SETTINGS = {
    "listen_addresses": "",
    "unix_socket_permissions": "0700",
    "port": str(PORT),
    "cluster_name": APPLICATION,
    "jit": "off",
    "shared_buffers": "256MB",
    "max_connections": "100",
    # One node without replicas: a COPY into a new table need not be logged twice.
    "wal_level": "minimal",
    "max_wal_senders": "0",
    "log_checkpoints": "off",
    "log_min_messages": "warning",
    "log_line_prefix": "%m [%p] ",
    "logging_collector": "off",
    "log_destination": "stderr",
}


@dataclass(frozen=True, slots=True)
class EmbeddedServer:
    """A running server, reached through a socket that only its account and root can open."""

    cluster: Cluster

    @property
    def places(self) -> Places:
        """Where its files lie."""
        return self.cluster.places

    def dsn(self, database: str = APPLICATION, role: str = APPLICATION) -> str:
        """The address of one of its databases; PGPORT and the like change nothing about it."""
        host = quote(str(self.places.sockets), safe="")
        where = f"host={host}&port={PORT}&target_session_attrs=any"
        return f"postgresql://{role}@/{database}?{where}"


def quiet(_: str) -> None:
    """Say nothing."""


@contextmanager
def embedded_server(
    data_dir: Path,
    *,
    share: bool = False,
    settings: Mapping[str, str] | None = None,
    sync: bool = True,
    progress: Progress = quiet,
) -> Generator[EmbeddedServer]:
    """Run a server over `data_dir` for as long as the block lasts.

    With `share`, a server that another process runs there is used and not stopped. Call it from
    the main thread.

    Raises:
        EmbeddedError: one of its family, each a sentence to act on.
    """
    if os.name != "posix":
        raise EmbeddedUnavailable("it needs Linux or macOS")
    account = account_for(data_dir.expanduser().absolute())
    cluster = Cluster(make_places(data_dir, account), account, binaries_for(account))
    with _lock(cluster.places) as owned:
        if owned:
            with _run(cluster, {**SETTINGS, **(settings or {})}, progress, sync=sync):
                yield EmbeddedServer(cluster)
        else:
            _join(cluster.places, share=share)
            yield EmbeddedServer(cluster)


@contextmanager
def _lock(places: Places) -> Generator[bool]:
    """Take the data directory's lock; False when another process has it."""
    with disk_errors(places.data_dir):
        file = places.lock.open("a+")
    with file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            yield False
            return
        with disk_errors(places.data_dir):
            file.truncate(0)
            file.write(f"{os.getpid()}\n")
            file.flush()
        yield True


@contextmanager
def _run(
    cluster: Cluster, settings: dict[str, str], progress: Progress, *, sync: bool
) -> Generator[None]:
    process.stop_left_over(cluster.places.cluster)
    cluster.prepare(progress, sync=sync)
    make_sockets(cluster.places, cluster.account)
    _turn_log(cluster.places.log)
    progress("Starting PostgreSQL")
    server = _start(cluster, settings, progress)
    try:
        cluster.make_user(PORT)
        yield
    finally:
        process.stop(server)
        remove_sockets(cluster.places)


def _start(
    cluster: Cluster, settings: dict[str, str], progress: Progress
) -> subprocess.Popen[bytes]:
    given = {**settings, "unix_socket_directories": str(cluster.places.sockets)}
    arguments = [part for name, value in given.items() for part in ("-c", f"{name}={value}")]
    environment = path_with(cluster.binaries)
    for _ in range(BUSY_TRIES):
        from_here = _size(cluster.places.log)
        with disk_errors(cluster.places.data_dir):
            server = process.spawn(cluster, arguments, environment)
        if _became_ready(server, cluster.places, progress):
            return server
        error = failure(_since(cluster.places.log, from_here), "PostgreSQL did not start")
        if BUSY_MEMORY not in str(error):
            raise _explained(error, cluster.places)
        time.sleep(BUSY_SECONDS)
    raise DataDirInUse(f"Processes of a killed PostgreSQL still use {cluster.places.data_dir}")


def _became_ready(server: subprocess.Popen[bytes], places: Places, progress: Progress) -> bool:
    """Wait for the server; False when it ended instead."""
    began = time.monotonic()
    told = False
    try:
        while server.poll() is None:
            if process.server_pid(places.cluster) == server.pid and process.is_ready(
                places.cluster
            ):
                return True
            if not told and time.monotonic() - began > TELL_SECONDS:
                progress("PostgreSQL repairs what an interruption left")
                told = True
            time.sleep(process.POLL_SECONDS)
    except BaseException:
        process.stop(server)
        raise
    return False


def _join(places: Places, *, share: bool) -> None:
    """Wait until the other process's server is ready."""
    owner = places.lock.read_text().strip() or "unknown"
    if not share:
        raise DataDirInUse(
            f"The data directory {places.data_dir} is in use by process {owner}:"
            " stop it, or give another data directory"
        )
    until = time.monotonic() + JOIN_SECONDS
    while not process.is_ready(places.cluster):
        if time.monotonic() > until:
            raise DataDirInUse(f"Process {owner} does not start PostgreSQL in {places.data_dir}")
        time.sleep(process.POLL_SECONDS)


def _explained(error: EmbeddedError, places: Places) -> EmbeddedError:
    return type(error)(f"{error} (see {places.log})")


def _turn_log(log: Path) -> None:
    """Keep the log from growing for ever."""
    if _size(log) > LOG_BYTES:
        log.replace(log.with_suffix(".log.1"))


def _size(path: Path) -> int:
    return path.stat().st_size if path.exists() else 0


def _since(log: Path, offset: int) -> str:
    with log.open("rb") as file:
        file.seek(offset)
        return file.read().decode(errors="replace")
