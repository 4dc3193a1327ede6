"""What a command says when it cannot do its work: one sentence, and a code that is not 0."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from consortium.cli.sockets import url_of

PROGRAM = [sys.executable, "-m", "consortium"]
# What a server over another database than its own needs: of no installation.
KEY = "A" * 43 + "="


def run(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """A command to its end."""
    return subprocess.run(
        [*PROGRAM, *arguments],
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
        env={"CONSORTIUM_SECRET_KEY": KEY, **os.environ, **environment},
    )


@pytest.mark.parametrize("command", ["serve", "migrate", "doctor", "psql"])
def test_wrong_address_is_one_sentence(command: str) -> None:
    """Each command tells that the database does not answer, without the password."""
    url = "postgresql://me:secret@localhost:1/x"
    arguments = ["--port", "0"] if command == "serve" else []
    done = run(command, *arguments, CONSORTIUM_DATABASE_URL=url)

    assert done.returncode != 0
    assert "secret" not in done.stdout + done.stderr
    assert "Traceback" not in done.stderr
    if command != "psql":  # psql has its own words
        assert done.stderr == (
            "consortium: The database at localhost:1 does not answer: the connection is refused.\n"
        )


def test_old_schema_is_one_sentence(empty_dsn: str) -> None:
    """A server over a database without tables says to migrate, and migrates nothing by itself."""
    done = run("serve", "--port", "0", CONSORTIUM_DATABASE_URL=empty_dsn)

    assert done.returncode == 1
    assert done.stderr.endswith("run `consortium migrate`.\n")
    assert done.stderr.count("\n") == 1


def test_migrate_brings_a_database_up(empty_dsn: str) -> None:
    """`migrate` applies everything once; a second run has nothing to do."""
    first = run("migrate", CONSORTIUM_DATABASE_URL=empty_dsn)
    second = run("migrate", CONSORTIUM_DATABASE_URL=empty_dsn)

    assert (first.returncode, second.returncode) == (0, 0)
    assert first.stdout.endswith("migrations applied.\n")
    assert second.stdout == "Nothing to migrate.\n"


def test_doctor_finds_what_was_broken(dsn: str, owner_dsn: str) -> None:
    """A healthy database passes; one whose constraint is gone does not, and it is named."""
    addresses = {"CONSORTIUM_DATABASE_URL": dsn, "CONSORTIUM_DIRECT_DATABASE_URL": owner_dsn}
    well = run("doctor", **addresses)
    drop = "ALTER TABLE organisation DROP CONSTRAINT organisation_revenue_whole"
    dropped = run("psql", "--", "-qc", drop, **addresses)
    ill = run("doctor", **addresses)

    assert (well.returncode, dropped.returncode, ill.returncode) == (0, 0, 1)
    assert "guarded by triggers and by the rights of the role" in well.stdout
    assert "organisation_revenue_whole" in ill.stdout


def test_doctor_tells_where_one_role_does_all(owner_dsn: str) -> None:
    """With the owner's address alone everything works, and the weaker guard is told."""
    done = run("doctor", CONSORTIUM_DATABASE_URL=owner_dsn)

    assert done.returncode == 0
    assert "guarded by triggers only" in done.stdout


def test_wrong_setting_is_named() -> None:
    """A setting that cannot be used is named as it stands in the environment."""
    done = run("serve", CONSORTIUM_PORT="eight")

    assert done.returncode == 1
    assert done.stderr.startswith("consortium: CONSORTIUM_PORT cannot be used:")


def test_bug_is_logged_and_not_thrown_at_the_user(tmp_path: Path, empty_dsn: str) -> None:
    """An unexpected error is one sentence that names its log; --debug shows all of it."""
    environment = {"CONSORTIUM_DATABASE_URL": empty_dsn, "CONSORTIUM_DATA_DIR": str(tmp_path)}
    code = (
        "import consortium.storage.migrate as m, consortium.cli as c\n"
        "async def broken(*_):\n    raise ZeroDivisionError('by zero')\n"
        "m.migrate = broken\nc.main()\n"
    )
    quiet, loud = (
        subprocess.run(
            [sys.executable, "-c", code, *options, "migrate"],
            capture_output=True,
            text=True,
            check=False,
            env={**os.environ, **environment},
        )
        for options in ([], ["--debug"])
    )

    log = tmp_path / "error.log"
    assert quiet.stderr == (
        "consortium: Something unexpected happened (ZeroDivisionError: by zero);"
        f" the details are in {log}.\n"
    )
    assert quiet.returncode == 1
    assert "Traceback" in log.read_text()
    assert "Traceback" in loud.stderr


def test_version_and_help() -> None:
    """`--version` tells the version, `--help` every command."""
    told = run("--version")
    helped = run("--help")

    assert (told.returncode, helped.returncode) == (0, 0)
    assert told.stdout.count(".") == 2
    for command in ("serve", "demo", "migrate", "doctor", "psql"):
        assert command in helped.stdout


def test_address_for_a_browser() -> None:
    """A server that listens everywhere is reached as localhost; IPv6 gets its brackets."""

    class Listener:
        def getsockname(self) -> tuple[str, int]:
            return ("", 8000)

    hosts = ["127.0.0.1", "0.0.0.0", "::1"]  # noqa: S104  only printed
    assert [url_of(Listener(), host) for host in hosts] == [  # type: ignore[arg-type]
        "http://127.0.0.1:8000",
        "http://localhost:8000",
        "http://[::1]:8000",
    ]
