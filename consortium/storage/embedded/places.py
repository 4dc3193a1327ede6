"""Where the embedded server's files lie."""

import errno
import hashlib
import pwd
import stat
import tempfile
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from consortium.storage.embedded.account import Account, reachable
from consortium.storage.embedded.binaries import ROOT_HOME
from consortium.storage.errors import DataDirUnusable, DiskFull

# A socket's path must fit into 104 bytes on macOS and 108 on Linux, its end included.
SOCKET_PATH_BYTES = 103
SOCKET_NAME = ".s.PGSQL.5432"


@dataclass(frozen=True, slots=True)
class Places:
    """The files of one embedded server.

    `data_dir` is what the user named. All that PostgreSQL itself touches lies under `home`, which
    is the same place unless root's data directory cannot be entered by the account that it lends.
    """

    data_dir: Path
    home: Path

    @property
    def cluster(self) -> Path:
        """PostgreSQL's own data directory."""
        return self.home / "postgres"

    @property
    def log(self) -> Path:
        """What PostgreSQL says."""
        return self.data_dir / "postgres.log"

    @property
    def lock(self) -> Path:
        """Locked by the process that runs the server."""
        return self.data_dir / "lock"

    @property
    def sockets(self) -> Path:
        """The directory of the socket: short, and closed to everyone else."""
        near = self.home / "run"
        if len(bytes(near / SOCKET_NAME)) <= SOCKET_PATH_BYTES:
            return near
        digest = hashlib.sha256(bytes(self.home)).hexdigest()[:16]
        return Path("/tmp") / f"consortium-{digest}"  # noqa: S108  made 0700 and checked below


@contextmanager
def disk_errors(path: Path) -> Generator[None]:
    """Tell what the operating system refused in one sentence."""
    try:
        yield
    except OSError as error:
        if error.errno in {errno.ENOSPC, errno.EDQUOT}:
            raise DiskFull(
                f"The disk that holds {path} is full: make room and start again"
            ) from error
        reason = (error.strerror or str(error)).lower()
        raise DataDirUnusable(f"The data directory {path} cannot be used: {reason}") from error


def make_places(data_dir: Path, account: Account) -> Places:
    """Create the data directory where it is missing and say where everything lies.

    Raises:
        DataDirUnusable: it cannot be created, or belongs to someone else.
        DiskFull: there is no room for it.
    """
    data_dir = data_dir.expanduser().absolute()
    with disk_errors(data_dir):
        _make(data_dir, 0o755 if account.lent else 0o700)
        places = Places(data_dir, _home(data_dir, account))
        _check_owner(places.cluster, account)
    return places


def make_sockets(places: Places, account: Account) -> None:
    """Make the directory of the socket, empty, and the account's alone."""
    path = places.sockets
    with disk_errors(path):
        path.mkdir(mode=0o700, exist_ok=True)
        status = path.lstat()
        if not stat.S_ISDIR(status.st_mode) or status.st_uid not in {account.uid, _me(account)}:
            raise DataDirUnusable(f"{path} is there already and is someone else's: remove it")
        account.give(path, 0o700)
        for left in path.iterdir():
            left.unlink()


def remove_sockets(places: Places) -> None:
    """Leave nothing behind outside the data directory."""
    if places.sockets.parent != places.home:
        places.sockets.rmdir()


def _make(directory: Path, mode: int) -> None:
    for part in (*reversed(directory.parents), directory):
        if not part.exists():
            part.mkdir(exist_ok=True)
            part.chmod(mode)
    if not directory.is_dir():
        raise NotADirectoryError(errno.ENOTDIR, "it is not a directory")


def _home(data_dir: Path, account: Account) -> Path:
    pointer = data_dir / "home"
    if pointer.is_symlink():
        return pointer.resolve(strict=True)
    if reachable(data_dir, account):
        return data_dir
    if (data_dir / "postgres").exists():
        why = f"the account {account.name!r}, which runs PostgreSQL for root, cannot enter it"
        raise DataDirUnusable(f"The data directory {data_dir} cannot be used: {why}")
    _make(ROOT_HOME, 0o755)
    home = Path(tempfile.mkdtemp(prefix=f"{data_dir.name}-", dir=ROOT_HOME))
    home.chmod(0o755)
    pointer.symlink_to(home)
    return home


def _check_owner(cluster: Path, account: Account) -> None:
    if not cluster.exists() or (owner := cluster.stat().st_uid) == account.uid:
        return
    try:
        name = pwd.getpwuid(owner).pw_name
    except KeyError:
        name = str(owner)
    raise DataDirUnusable(
        f"The data directory {cluster} belongs to {name!r} and not to {account.name!r}:"
        " start as that user, or give another data directory"
    )


def _me(account: Account) -> int:
    return 0 if account.lent else account.uid
