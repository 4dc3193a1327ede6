"""PostgreSQL's data directory: made whole or not at all, and checked before every start."""

import os
import pwd
import shutil
import signal
import subprocess
import tempfile
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from consortium.storage.embedded.account import ROOT, Account
from consortium.storage.embedded.binaries import Binaries, path_with
from consortium.storage.embedded.places import Places, disk_errors
from consortium.storage.errors import (
    ClusterVersionDiffers,
    DataDirUnusable,
    DiskFull,
    EmbeddedError,
    EmbeddedFailed,
)

SUPERUSER = "postgres"
APPLICATION = "consortium"

# The role of the running program, which owns nothing.
USER = "consortium_app"

# The owner of the program's database is no superuser: a statement gone wrong cannot read the
# server's files.
FIRST_STATEMENTS = f"""\
CREATE ROLE {APPLICATION} LOGIN;
CREATE ROLE {USER} LOGIN;
CREATE DATABASE {APPLICATION} OWNER {APPLICATION};
"""

USER_STATEMENT = f"""\
DO $$ BEGIN
    IF to_regrole('{USER}') IS NULL THEN
        CREATE ROLE {USER} LOGIN;
    END IF;
END $$
"""

Progress = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Cluster:
    """A data directory, with the account and the programs that run it."""

    places: Places
    account: Account
    binaries: Binaries

    def prepare(self, progress: Progress, *, sync: bool) -> None:
        """Make it where it is missing; refuse one that these programs cannot run.

        Raises:
            ClusterVersionDiffers: it was made by another major version.
            DataDirUnusable: it is no data directory of PostgreSQL.
            DiskFull: there is no room to make it.
        """
        with disk_errors(self.places.home):
            self._remove_halves()
            if self.places.cluster.exists():
                self._check_version()
                return
            progress("Preparing a new database")
            try:
                self._make(sync=sync)
            finally:
                self._remove_halves()

    def _remove_halves(self) -> None:
        """What an interrupted start left; a directory that is whole has another name."""
        for half in self.places.home.glob("postgres.new-*"):
            shutil.rmtree(half)

    def _check_version(self) -> None:
        path = self.places.cluster
        try:
            major = int((path / "PG_VERSION").read_text().strip())
        except (FileNotFoundError, NotADirectoryError, ValueError) as error:
            raise DataDirUnusable(
                f"{path} is damaged: it holds no readable PG_VERSION. Restore it from a backup,"
                " or give another data directory"
            ) from error
        if major != self.binaries.major:
            raise ClusterVersionDiffers(
                f"{path} was made by PostgreSQL {major}, and this program brings PostgreSQL"
                f" {self.binaries.major}: dump it with the program that made it and load it into a"
                " new data directory"
            )

    def _make(self, *, sync: bool) -> None:
        half = Path(tempfile.mkdtemp(prefix="postgres.new-", dir=self.places.home))
        self.account.give(half, 0o700)
        self._initdb(half, sync=sync)
        self._write_access(half)
        self._run("postgres", "--single", "-D", str(half), "postgres", say=FIRST_STATEMENTS)
        half.rename(self.places.cluster)

    def make_user(self, port: int) -> None:
        """Make the running program's role in a data directory that is older than it."""
        where = ["-h", str(self.places.sockets), "-p", str(port), "-U", SUPERUSER]
        self._run("psql", "-Xq", *where, "-d", SUPERUSER, "-c", USER_STATEMENT)

    def _initdb(self, folder: Path, *, sync: bool) -> None:
        options = ["--encoding=UTF8", "--locale=C", "--auth=peer", f"--username={SUPERUSER}"]
        if not sync:
            options.append("--no-sync")
        self._run("initdb", f"--pgdata={folder}", *options)

    def _write_access(self, folder: Path) -> None:
        """Only the account that runs the server, and root, may connect, as any role."""
        names = sorted({self.account.name, pwd.getpwuid(ROOT).pw_name})
        lines = [f'{APPLICATION} "{name}" all\n' for name in names]
        (folder / "pg_ident.conf").write_text("".join(lines))
        (folder / "pg_hba.conf").write_text(f"local all all peer map={APPLICATION}\n")

    def _run(self, program: str, *arguments: str, say: str = "") -> None:
        process = subprocess.Popen(
            [self.binaries.program(program), *arguments],
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            text=True,
            cwd="/",
            env=path_with(self.binaries),
            # A group of its own: whatever it starts ends with it.
            process_group=0,
            user=self.account.user,
            group=self.account.group,
            extra_groups=self.account.extra_groups,
        )
        try:
            _, said = process.communicate(say)
        except BaseException:
            end_group(process)
            raise
        # The single-user server tells errors but ends well.
        if process.returncode or "ERROR:" in said:
            raise failure(said, f"`{program}` failed")


def end_group(process: subprocess.Popen[str]) -> None:
    """End a program with all that it started, and wait for the last of them.

    They write into the directory that is removed next; each holds the other end of the pipe.
    """
    with suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    process.communicate()


def failure(output: str, what: str) -> EmbeddedError:
    """The error for what one of PostgreSQL's programs said."""
    if "No space left on device" in output or "Disk quota exceeded" in output:
        return DiskFull("The disk is full: make room and start again")
    marks = ("FATAL:", "PANIC:", "ERROR:", "error:")
    lines = [line for line in output.splitlines() if any(mark in line for mark in marks)]
    said = lines[-1] if lines else " ".join(output.split()) or "it gave no reason"
    for mark in marks:
        said = said.rpartition(mark)[2]
    return EmbeddedFailed(f"{what}: {said.strip()}")
