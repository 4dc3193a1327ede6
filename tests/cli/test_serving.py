"""The server as a person runs it: started, asked, stopped, killed."""

import os
import re
import shutil
import signal
import socket
import stat
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Generator
from pathlib import Path

import httpx
import pytest

from consortium.storage.embedded import process
from consortium.storage.embedded.account import Account, reachable

# Far more than it takes: a slow machine is no failure.
START_SECONDS = 180.0
PROGRAM = [sys.executable, "-m", "consortium"]
AS_ROOT = os.geteuid() == 0
# An ordinary account that every Unix has.
DAEMON = Account(uid=1, gid=1, name="daemon", lent=True)


class Program:
    """A running `consortium` and what it says."""

    def __init__(self, *arguments: str, **environment: str) -> None:
        self.process = subprocess.Popen(
            [*PROGRAM, *arguments],
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            env={**os.environ, "PYTHONUNBUFFERED": "1", **environment},
        )
        self.lines: list[str] = []
        self.reader = threading.Thread(target=self._read)
        self.reader.start()

    def _read(self) -> None:
        assert self.process.stdout is not None
        for line in self.process.stdout:
            self.lines.append(line)

    @property
    def said(self) -> str:
        """Everything so far."""
        return "".join(self.lines)

    def url(self) -> str:
        """The server's address, once it listens."""
        until = time.monotonic() + START_SECONDS
        while time.monotonic() < until and self.process.poll() is None:
            found = re.search(r"(?:Listening on|Query page) +(http://[^\s/]+)", self.said)
            if found:
                return found[1]
            time.sleep(0.02)
        raise AssertionError(self.said)

    def end(self, number: int) -> int:
        """Send a signal; returns the exit code."""
        self.process.send_signal(number)
        code = self.process.wait(START_SECONDS)
        self.reader.join()
        assert self.process.stdout is not None
        self.process.stdout.close()
        return code


def new_folder() -> Path:
    """A folder that the account of the server can enter."""
    folder = Path(tempfile.mkdtemp(prefix="consortium-test-"))
    folder.chmod(0o755)
    return folder


@pytest.fixture
def new_dir() -> Generator[Path]:
    """A data directory that does not exist yet; nothing runs in it afterwards."""
    folder = new_folder()
    yield folder / "data"
    if (folder / "data" / "postgres").exists():
        process.stop_left_over(folder / "data" / "postgres")
    shutil.rmtree(folder)


@pytest.fixture(scope="module")
def migrated() -> Generator[Path]:
    """A data directory with a migrated database, to be copied."""
    folder = new_folder()
    done = run("migrate", "--data-dir", str(folder / "data"))
    assert done.returncode == 0, done.stderr
    # Tests need no disk that survives a power cut.
    with (folder / "data" / "postgres" / "postgresql.conf").open("a") as settings:
        settings.write("fsync = off\n")
    yield folder / "data"
    shutil.rmtree(folder)


@pytest.fixture
def data_dir(migrated: Path, new_dir: Path) -> Path:
    """A data directory of this test's own, with a migrated database."""
    subprocess.run(["cp", "-a", str(migrated), str(new_dir)], check=True)
    return new_dir


Start = Callable[..., Program]


@pytest.fixture
def start() -> Generator[Start]:
    """Start programs, and kill those that a failed test left."""
    programs: list[Program] = []

    def started(*arguments: str) -> Program:
        programs.append(Program(*arguments))
        return programs[-1]

    yield started
    for program in programs:
        if program.process.poll() is None:
            program.end(signal.SIGKILL)


def running_server(data_dir: Path) -> int | None:
    """The id of the PostgreSQL that runs in the data directory."""
    pid = process.server_pid(data_dir / "postgres")
    return pid if pid is not None and process.runs_here(pid, data_dir / "postgres") else None


def ask(url: str) -> object:
    """One small question."""
    answer = httpx.post(f"{url}/graphql", json={"query": "{ __typename }"}, timeout=10)
    return answer.json()


def run(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """A command to its end."""
    return subprocess.run(
        [*PROGRAM, *arguments],
        capture_output=True,
        text=True,
        check=False,
        timeout=START_SECONDS,
        env={**os.environ, **environment},
    )


ANSWER = {"data": {"__typename": "Query"}}


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_signal_stops_the_database_too(data_dir: Path, number: int, start: Start) -> None:
    """SIGTERM and Ctrl-C end the server well, and its PostgreSQL with it."""
    program = start("serve", "--port", "0", "--data-dir", str(data_dir))
    assert ask(program.url()) == ANSWER
    assert running_server(data_dir) is not None

    assert program.end(number) == 0
    assert running_server(data_dir) is None
    assert "Traceback" not in program.said


def test_kill_is_recovered_by_the_next_start(data_dir: Path, start: Start) -> None:
    """After kill -9 the next start answers, with one PostgreSQL, and at its end none is left."""
    killed = start("serve", "--port", "0", "--data-dir", str(data_dir))
    killed.url()
    first = running_server(data_dir)
    killed.end(signal.SIGKILL)

    program = start("serve", "--port", "0", "--data-dir", str(data_dir))
    assert ask(program.url()) == ANSWER
    assert first is not None
    assert not process.runs_here(first, data_dir / "postgres")
    assert program.end(signal.SIGTERM) == 0
    assert running_server(data_dir) is None


@pytest.mark.parametrize("seconds", [0.0, 0.2, 0.5, 1.0])
def test_signal_during_the_start_leaves_nothing(
    new_dir: Path, seconds: float, start: Start
) -> None:
    """SIGTERM while the database is being prepared leaves no server and no half directory.

    PostgreSQL's own programs start others, which write on when only the first is ended.
    """
    program = start("serve", "--port", "0", "--data-dir", str(new_dir))
    while "Preparing" not in program.said:
        time.sleep(0.01)
    time.sleep(seconds)

    assert program.end(signal.SIGTERM) == 128 + signal.SIGTERM
    assert running_server(new_dir) is None
    assert not list(new_dir.glob("postgres.new-*"))


def test_taken_port_is_told_before_anything_starts(new_dir: Path) -> None:
    """A taken port is one sentence, and no database was prepared for it."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        done = run("serve", "--port", port, "--data-dir", str(new_dir))

    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr == (
        f"consortium: Port {port} is taken by another program:"
        " stop it, or choose another with --port.\n"
    )
    assert not new_dir.exists()


def test_unknown_host_is_told(new_dir: Path) -> None:
    """A host that is not this machine's is one sentence."""
    done = run("serve", "--host", "no-such-host.invalid", "--data-dir", str(new_dir))

    assert (done.returncode, done.stderr) == (
        1,
        "consortium: The host 'no-such-host.invalid' is no address of this machine.\n",
    )


def test_second_program_is_refused_and_commands_share(data_dir: Path, start: Start) -> None:
    """Two servers never run over one directory; psql, doctor and migrate use the one that runs."""
    program = start("serve", "--port", "0", "--data-dir", str(data_dir))
    url = program.url()
    second = run("serve", "--port", "0", "--data-dir", str(data_dir))
    counted = run("psql", "--data-dir", str(data_dir), "--", "-Atc", "SELECT 6 * 7")
    healthy = run("doctor", "--data-dir", str(data_dir))
    migrated = run("migrate", "--data-dir", str(data_dir))

    assert second.returncode == 1
    assert f"in use by process {program.process.pid}" in second.stderr
    assert (counted.returncode, counted.stdout) == (0, "42\n")
    assert (healthy.returncode, "BAD" in healthy.stdout) == (0, False)
    assert migrated.stdout == "Nothing to migrate.\n"
    assert ask(url) == ANSWER
    assert program.end(signal.SIGTERM) == 0


def test_demo_answers_and_starts_again_quickly(new_dir: Path, start: Start) -> None:
    """The demo tells where it is and what to try; its second start loads nothing anew."""
    arguments = ("demo", "--port", "0", "--data-dir", str(new_dir), "--no-browser")
    first = start(*arguments)
    assert ask(first.url()) == ANSWER
    assert first.end(signal.SIGTERM) == 0

    began = time.monotonic()
    second = start(*arguments)
    assert ask(second.url()) == ANSWER
    # 3 seconds are promised for a machine of its own; tests share theirs.
    assert time.monotonic() - began < 30
    assert second.end(signal.SIGTERM) == 0
    assert "Preparing a new database" in first.said
    assert "Preparing" not in second.said
    assert "/graphql" in second.said
    assert "curl -s http://" in second.said


def test_demo_command_answers_its_own_example(new_dir: Path, start: Start) -> None:
    """The line to try, pasted into a shell, gives Alibaba Group's published series."""
    program = start("demo", "--port", "0", "--data-dir", str(new_dir), "--no-browser")
    program.url()
    line = re.search(r"(curl -s .*?\n.*?)\n\n", program.said, re.DOTALL)
    assert line is not None
    answer = subprocess.run(
        ["sh", "-c", line[1]], capture_output=True, text=True, check=False, timeout=20
    )
    program.end(signal.SIGTERM)

    assert "22907000" in answer.stdout
    assert "33340000" in answer.stdout
    assert "59208000" in answer.stdout


@pytest.mark.skipif(
    not AS_ROOT or not reachable(Path(sys.executable).resolve(), DAEMON),
    reason="only root can become someone else, where this Python is not in root's own home",
)
def test_runs_as_an_ordinary_user(new_dir: Path) -> None:
    """An ordinary user runs the server in a directory of theirs, closed to everyone else."""
    home = new_dir.parent
    os.chown(home, DAEMON.uid, DAEMON.gid)
    done = subprocess.run(
        [*PROGRAM, "migrate", "--data-dir", str(new_dir)],
        capture_output=True,
        text=True,
        check=False,
        cwd="/",
        user=DAEMON.uid,
        group=DAEMON.gid,
        extra_groups=[],
        env={"PATH": os.environ["PATH"], "HOME": str(home)},
        timeout=START_SECONDS,
    )

    assert (done.returncode, done.stderr) == (0, "")
    assert (new_dir.stat().st_uid, stat.S_IMODE(new_dir.stat().st_mode)) == (
        DAEMON.uid,
        0o700,
    )
    assert running_server(new_dir) is None


@pytest.mark.skipif(not AS_ROOT, reason="only root lends PostgreSQL another account")
def test_root_hands_postgresql_to_another_account(data_dir: Path, start: Start) -> None:
    """As root, PostgreSQL's files and process belong to an account that is not root."""
    program = start("serve", "--port", "0", "--data-dir", str(data_dir))
    program.url()
    pid = running_server(data_dir)
    owner = Path(f"/proc/{pid}").stat().st_uid
    assert program.end(signal.SIGTERM) == 0

    assert owner != 0
    assert (data_dir / "postgres").stat().st_uid == owner
