"""The end of a real server: what is under way is answered, and nothing new is sent to it."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Generator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest

from tests.cli.test_serving import PROGRAM, Program, data_dir, migrated, new_dir

__all__ = ["data_dir", "migrated", "new_dir"]

SLOW = {"query": "query Slow { organisations { totalCount } }"}
HOLD = ("BEGIN", "LOCK TABLE organisation", r"\! echo held", "SELECT pg_sleep({})", "COMMIT")


@contextmanager
def locked(data_dir: Path, seconds: float) -> Generator[None]:
    """Let queries wait for so long from now on."""
    commands = [part for one in HOLD for part in ("-c", one.format(seconds))]
    arguments = ("psql", "--data-dir", str(data_dir), "--", *commands)
    held = subprocess.Popen([*PROGRAM, *arguments], stdout=subprocess.PIPE)
    assert held.stdout is not None
    assert b"held\n" in iter(held.stdout.readline, b"")
    try:
        yield
    finally:
        held.kill()
        held.wait()
        held.stdout.close()


def readiness(url: str) -> int:
    """The status of `/health/ready`, over a new connection."""
    return httpx.get(f"{url}/health/ready", timeout=10).status_code


@pytest.fixture
def programs() -> Generator[list[Program]]:
    """Programs that are killed where a failed test left them."""
    started: list[Program] = []
    yield started
    for program in started:
        if program.process.poll() is None:
            program.end(signal.SIGKILL)


def started(programs: list[Program], data_dir: Path, **environment: str) -> Program:
    """A server that answers."""
    given = ("serve", "--port", "0", "--data-dir", str(data_dir))
    programs.append(Program(*given, **environment))
    return programs[-1]


def ended(program: Program) -> int:
    """The exit code, once everything was said."""
    code = program.process.wait(60)
    program.reader.join()
    assert program.process.stdout is not None
    program.process.stdout.close()
    return code


def test_what_is_under_way_is_answered(data_dir: Path, programs: list[Program]) -> None:
    """After SIGTERM the server is not ready, answers what it has, and exits with 0."""
    program = started(programs, data_dir, CONSORTIUM_SHUTDOWN_DELAY_SECONDS="2")
    url = program.url()
    assert readiness(url) == 200
    with locked(data_dir, 4), ThreadPoolExecutor() as pool, httpx.Client(timeout=30) as http:
        asked = pool.submit(http.post, f"{url}/graphql", json=SLOW)
        time.sleep(0.5)
        program.process.send_signal(signal.SIGTERM)
        time.sleep(0.5)
        assert readiness(url) == 503
        assert httpx.get(f"{url}/health/live", timeout=10).status_code == 200
        assert not asked.done()
        answer = asked.result()
    assert answer.json() == {"data": {"organisations": {"totalCount": 0}}}
    assert ended(program) == 0
    assert "Traceback" not in program.said
    with pytest.raises(httpx.ConnectError):
        readiness(url)


def test_what_takes_longer_than_the_bound_is_given_up(
    data_dir: Path, programs: list[Program]
) -> None:
    """The connection is closed without an answer, the statement ends, and so does the server."""
    program = started(programs, data_dir, CONSORTIUM_SHUTDOWN_SECONDS="1")
    url = program.url()
    with locked(data_dir, 60), ThreadPoolExecutor() as pool:
        asked = pool.submit(httpx.post, f"{url}/graphql", json=SLOW, timeout=30)
        time.sleep(0.5)
        began = time.monotonic()
        program.process.send_signal(signal.SIGTERM)
        assert ended(program) == 0
        assert time.monotonic() - began < 20
        # Either a closed connection, or an answer that says that there is none.
        failure = asked.exception()
        if failure is None:
            assert asked.result().status_code >= 500
        else:
            assert isinstance(failure, httpx.RemoteProtocolError | httpx.ReadError)


def test_metrics_are_read_on_their_own_port_only(data_dir: Path, programs: list[Program]) -> None:
    """Which is told at the start; a taken one as any other."""
    program = started(programs, data_dir, CONSORTIUM_METRICS_PORT="0")
    url = program.url()
    [said] = [one for one in program.lines if one.startswith("Metrics at ")]
    metrics = said.removeprefix("Metrics at ").strip()

    assert metrics.startswith("http://127.0.0.1:")
    assert "consortium_database_up 1.0" in httpx.get(metrics, timeout=10).text
    assert httpx.get(f"{url}/metrics", timeout=10).status_code == 404
    taken = metrics.removesuffix("/metrics").rsplit(":", 1)[1]
    second = subprocess.run(
        [sys.executable, "-m", "consortium", "serve", "--port", "0", "--data-dir", f"{data_dir}2"],
        env={**os.environ, "CONSORTIUM_METRICS_PORT": taken},
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert second.returncode == 1
    assert f"Port {taken} is taken" in second.stderr
    assert program.end(signal.SIGTERM) == 0
