"""The PostgreSQL that the program runs itself: started, stopped, killed and found again."""

import asyncio
import os
import pwd
import shutil
import signal
import stat
import subprocess
import sys
import tempfile
import time
from collections.abc import Generator
from pathlib import Path

import asyncpg
import pytest

from consortium.storage.embedded import USER, embedded_server, process
from consortium.storage.embedded.account import Account, account_for, reachable
from consortium.storage.embedded.binaries import wheel_binaries
from consortium.storage.embedded.cluster import failure
from consortium.storage.embedded.places import SOCKET_PATH_BYTES, Places
from consortium.storage.errors import (
    ClusterVersionDiffers,
    DataDirInUse,
    DataDirUnusable,
    DiskFull,
    EmbeddedFailed,
)

AS_ROOT = os.geteuid() == 0
QUICK = {"fsync": "off", "shared_buffers": "16MB"}
SECONDS = 20.0

# A program that starts the server and waits, as `consortium serve` does.
HOLDER = """
import sys, time
from pathlib import Path
from consortium.storage.embedded import embedded_server
with embedded_server(Path(sys.argv[1]), settings={"shared_buffers": "16MB"}, sync=False):
    print("ready", flush=True)
    time.sleep(600)
"""


@pytest.fixture(scope="module")
def made() -> Generator[Path]:
    """A prepared data directory, to be copied."""
    folder = Path(tempfile.mkdtemp(prefix="consortium-test-"))
    folder.chmod(0o755)
    with embedded_server(folder / "data", settings=QUICK, sync=False):
        pass
    yield folder / "data"
    shutil.rmtree(folder)


@pytest.fixture
def data_dir(made: Path) -> Generator[Path]:
    """A prepared data directory of this test's own; a server left in it is ended."""
    folder = Path(tempfile.mkdtemp(prefix="consortium-test-"))
    folder.chmod(0o755)
    copy = folder / "data"
    subprocess.run(["cp", "-a", str(made), str(copy)], check=True)
    yield copy
    process.stop_left_over(copy / "postgres")
    shutil.rmtree(folder)


def held(data_dir: Path) -> subprocess.Popen[str]:
    """A process of its own that runs the server."""
    holder = subprocess.Popen(
        [sys.executable, "-c", HOLDER, str(data_dir)], stdout=subprocess.PIPE, text=True
    )
    assert holder.stdout is not None
    assert holder.stdout.readline() == "ready\n"
    return holder


def ended(holder: subprocess.Popen[str], number: int) -> None:
    """End the holder with a signal and take it off the list of processes."""
    holder.send_signal(number)
    holder.communicate()


def gone(pid: int, data_dir: Path) -> bool:
    """Whether the server ends within the time that a slow machine needs."""
    until = time.monotonic() + SECONDS
    while process.runs_here(pid, data_dir / "postgres"):
        if time.monotonic() > until:
            return False
        time.sleep(0.02)
    return True


def answer(dsn: str, question: str = "SELECT current_user::text") -> str:
    """What the server says."""

    async def ask() -> str:
        connection = await asyncpg.connect(dsn)
        try:
            return str(await connection.fetchval(question))
        finally:
            await connection.close()

    return asyncio.run(ask())


def test_program_is_no_superuser(data_dir: Path) -> None:
    """The program's role owns its database and may not read the server's files."""
    with embedded_server(data_dir, settings=QUICK) as server:
        assert answer(server.dsn()) == "consortium"
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            answer(server.dsn(), "SELECT pg_read_file('PG_VERSION')")


def test_running_program_owns_nothing(data_dir: Path) -> None:
    """The server and the importers run as a role that makes no table, also over older data."""
    with embedded_server(data_dir, settings=QUICK) as server:
        answer(server.dsn("postgres", "postgres"), f"DROP ROLE {USER}")
    with embedded_server(data_dir, settings=QUICK) as server:
        assert answer(server.dsn(role=USER)) == USER
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            answer(server.dsn(role=USER), "CREATE TABLE mine (id bigint)")


def test_environment_of_other_databases_changes_nothing(
    data_dir: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Variables that steer PostgreSQL's clients elsewhere do not reach the program's own server."""
    for name, value in {
        "PGHOST": "example.org",
        "PGPORT": "9999",
        "PGUSER": "someone",
        "PGDATABASE": "elsewhere",
        "PGSSLMODE": "require",
        "PGTARGETSESSIONATTRS": "read-only",
    }.items():
        monkeypatch.setenv(name, value)
    with embedded_server(data_dir, settings=QUICK) as server:
        assert answer(server.dsn()) == "consortium"


def test_socket_and_data_are_closed_to_others(data_dir: Path) -> None:
    """Nobody but the server's account (and root) can enter its data or its socket's directory."""
    with embedded_server(data_dir, settings=QUICK) as server:
        places = server.places
        modes = {stat.S_IMODE(path.stat().st_mode) for path in (places.cluster, places.sockets)}
    assert modes == {0o700}


def test_rows_survive_a_restart_and_the_server_ends(data_dir: Path) -> None:
    """What was written is there after a stop, and a stopped server is gone."""
    with embedded_server(data_dir, settings=QUICK) as server:
        answer(server.dsn(), "CREATE TABLE kept AS SELECT 42 AS number")
        pid = process.server_pid(data_dir / "postgres")
    assert pid is not None
    assert not process.runs_here(pid, data_dir / "postgres")
    with embedded_server(data_dir, settings=QUICK) as server:
        assert answer(server.dsn(), "SELECT number FROM kept") == "42"


def test_server_does_not_outlive_a_killed_program(data_dir: Path) -> None:
    """After kill -9 of the program its server goes, and the next start has every committed row."""
    holder = held(data_dir)
    pid = process.server_pid(data_dir / "postgres")
    assert pid is not None
    with embedded_server(data_dir, share=True) as server:
        answer(server.dsn(), "CREATE TABLE kept AS SELECT 42 AS number")
    ended(holder, signal.SIGKILL)

    with embedded_server(data_dir, settings=QUICK) as server:
        assert answer(server.dsn(), "SELECT number FROM kept") == "42"
        assert process.server_pid(data_dir / "postgres") != pid
        assert not process.runs_here(pid, data_dir / "postgres")


def test_killed_program_alone_ends_its_server(data_dir: Path) -> None:
    """On Linux the server goes even where the program is never started again."""
    if not process.LINUX:
        pytest.skip("only Linux tells a process that its parent ended")
    holder = held(data_dir)
    pid = process.server_pid(data_dir / "postgres")
    assert pid is not None
    ended(holder, signal.SIGKILL)

    assert gone(pid, data_dir)


def test_killed_server_recovers(data_dir: Path) -> None:
    """After kill -9 of server and program the next start repairs and runs."""
    holder = held(data_dir)
    pid = process.server_pid(data_dir / "postgres")
    assert pid is not None
    with embedded_server(data_dir, share=True) as server:
        answer(server.dsn(), "CREATE TABLE kept AS SELECT 42 AS number")
    os.kill(pid, signal.SIGKILL)
    ended(holder, signal.SIGKILL)

    with embedded_server(data_dir, settings=QUICK) as server:
        assert answer(server.dsn(), "SELECT number FROM kept") == "42"


def test_unrelated_process_with_the_old_number_is_left_alone(data_dir: Path) -> None:
    """A leftover lock file that names a living process of someone else does not hinder a start."""
    bystander = subprocess.Popen(["sleep", "60"])
    (data_dir / "postgres" / "postmaster.pid").write_text(f"{bystander.pid}\n/elsewhere\n")
    try:
        with embedded_server(data_dir, settings=QUICK) as server:
            assert answer(server.dsn()) == "consortium"
        assert bystander.poll() is None
    finally:
        bystander.kill()
        bystander.wait()


def test_second_program_is_refused_or_shares(data_dir: Path) -> None:
    """A running server is refused by name of its owner, or shared and then left running."""
    holder = held(data_dir)
    try:
        with pytest.raises(DataDirInUse, match=str(holder.pid)), embedded_server(data_dir):
            pass
        with embedded_server(data_dir, share=True) as server:
            assert answer(server.dsn()) == "consortium"
            dsn = server.dsn()
        assert answer(dsn) == "consortium"
    finally:
        ended(holder, signal.SIGKILL)


def test_other_major_version_is_refused_by_name(data_dir: Path) -> None:
    """A directory of another major version is refused, naming both, and stays as it is."""
    version = data_dir / "postgres" / "PG_VERSION"
    version.write_text("14\n")

    with pytest.raises(ClusterVersionDiffers, match=r"PostgreSQL 14.*PostgreSQL \d\d"):  # noqa: SIM117
        with embedded_server(data_dir):
            pass
    assert version.read_text() == "14\n"


def test_damaged_directories_are_told(data_dir: Path) -> None:
    """A directory without its version, or without its control file, gives one sentence."""
    control = data_dir / "postgres" / "global" / "pg_control"
    control.unlink()
    with pytest.raises(EmbeddedFailed, match="pg_control"), embedded_server(data_dir):
        pass
    (data_dir / "postgres" / "PG_VERSION").unlink()
    with pytest.raises(DataDirUnusable, match="damaged"), embedded_server(data_dir):
        pass


def test_interrupted_preparation_leaves_no_half_directory() -> None:
    """What a killed initdb left is cleared by the next start, and a whole directory made."""
    folder = Path(tempfile.mkdtemp(prefix="consortium-test-"))
    folder.chmod(0o755)
    half = folder / "postgres.new-killed"
    half.mkdir()
    (half / "PG_VERSION").write_text("18\n")
    try:
        with embedded_server(folder, settings=QUICK, sync=False) as server:
            assert answer(server.dsn()) == "consortium"
        assert sorted(path.name for path in folder.iterdir()) == [
            "lock",
            "postgres",
            "postgres.log",
            "run",
        ]
    finally:
        shutil.rmtree(folder)


def test_place_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    """A data directory below a file gives one sentence that names it."""
    (tmp_path / "file").write_text("")

    with pytest.raises(DataDirUnusable, match="file/data"), embedded_server(tmp_path / "file/data"):
        pass


def test_long_paths_get_a_short_socket(tmp_path: Path) -> None:
    """The socket's path fits, however deep the data directory lies."""
    deep = tmp_path / ("d" * 80) / ("e" * 80)
    places = Places(deep, deep)

    assert len(bytes(places.sockets / ".s.PGSQL.5432")) <= SOCKET_PATH_BYTES
    assert places.sockets != Places(tmp_path, tmp_path / ("f" * 120)).sockets


def test_full_disk_is_told_apart() -> None:
    """PostgreSQL's words for a full disk become the error for it, anything else stays quoted."""
    full = "FATAL:  could not write lock file: No space left on device"
    assert isinstance(failure(full, "it failed"), DiskFull)
    other = failure("2026 [1] LOG:  x\n2026 [1] FATAL:  no room for it\n", "it failed")
    assert str(other) == "it failed: no room for it"


def test_account_that_root_lends(tmp_path: Path) -> None:
    """Root hands over to a directory's owner, else to nobody; others run it themselves."""
    account = account_for(tmp_path / "new" / "data")
    if not AS_ROOT:
        assert (account.uid, account.lent) == (os.geteuid(), False)
        return
    nobody = pwd.getpwnam("nobody")
    assert (account.uid, account.lent) == (nobody.pw_uid, True)
    daemon = pwd.getpwnam("daemon")
    os.chown(tmp_path, daemon.pw_uid, daemon.pw_gid)
    assert account_for(tmp_path / "new" / "data").uid == daemon.pw_uid


def test_root_that_cannot_become_someone_else_is_told(tmp_path: Path) -> None:
    """In a container whose root has no other accounts, the sentence asks for a database."""
    alone = ["unshare", "--user", "--map-root-user"]
    if subprocess.run([*alone, "true"], capture_output=True, check=False).returncode:
        pytest.skip("this machine does not let a test make a user namespace")
    done = subprocess.run(
        [*alone, sys.executable, "-m", "consortium", "migrate", "--data-dir", str(tmp_path)],
        capture_output=True,
        text=True,
        check=False,
    )

    assert done.returncode == 1
    assert "CONSORTIUM_DATABASE_URL" in done.stderr
    assert done.stderr.count("\n") == 1


def test_closed_parents_are_seen(tmp_path: Path) -> None:
    """A directory is out of reach when any parent of it is closed to the account."""
    inner = tmp_path / "closed" / "inner"
    inner.mkdir(parents=True)
    stranger = Account(uid=54321, gid=54321, name="stranger", lent=True)
    for part in (inner, inner.parent, *tmp_path.parents[:2], tmp_path):
        part.chmod(0o755)
    inner.parent.chmod(0o700)

    assert not reachable(inner, stranger)
    assert reachable(Path("/usr"), stranger)


def test_wheel_has_a_supported_version() -> None:
    """The wheel's newest PostgreSQL is the one that is run."""
    assert wheel_binaries().major >= 18
