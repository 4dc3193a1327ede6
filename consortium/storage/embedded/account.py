"""Under which account PostgreSQL runs, and what that account can reach.

PostgreSQL refuses to run as root. Root therefore lends it another account: the one that owns the
place of the data directory, or else `nobody`.
"""

import os
import pwd
import stat
import subprocess
from dataclasses import dataclass
from pathlib import Path

from consortium.storage.errors import EmbeddedUnavailable

ROOT = 0


@dataclass(frozen=True, slots=True)
class Account:
    """An account of the operating system."""

    uid: int
    gid: int
    name: str
    lent: bool
    """Whether root hands its processes over to this account."""

    @property
    def user(self) -> int | None:
        """The user that subprocess starts a program as; None: the same as now."""
        return self.uid if self.lent else None

    @property
    def group(self) -> int | None:
        """The group, likewise."""
        return self.gid if self.lent else None

    @property
    def extra_groups(self) -> list[int] | None:
        """Root's own groups are not lent."""
        return [] if self.lent else None

    def give(self, path: Path, mode: int) -> None:
        """Make `path` this account's, with `mode`."""
        if self.lent:
            os.chown(path, self.uid, self.gid)
        path.chmod(mode)


def account_for(data_dir: Path) -> Account:
    """The account for a data directory, which need not exist yet.

    Raises:
        EmbeddedUnavailable: no account, or this process may not take another one.
    """
    if os.geteuid() != ROOT:
        return _account(os.geteuid(), lent=False)
    owner = _nearest(data_dir).stat().st_uid
    account = _account(owner if owner != ROOT else _nobody(), lent=True)
    _try_out(account)
    return account


def reachable(path: Path, account: Account) -> bool:
    """Whether the account may enter every directory on the way to `path`."""
    if not account.lent:
        return True
    path = path.resolve()
    existing = [part for part in (*reversed(path.parents), path) if part.exists()]
    return all(_enters(part, account) for part in existing if part.is_dir())


def _enters(directory: Path, account: Account) -> bool:
    status = directory.stat()
    if status.st_uid == account.uid:
        return bool(status.st_mode & stat.S_IXUSR)
    if status.st_gid == account.gid:
        return bool(status.st_mode & stat.S_IXGRP)
    return bool(status.st_mode & stat.S_IXOTH)


def _account(uid: int, *, lent: bool) -> Account:
    try:
        entry = pwd.getpwuid(uid)
    except KeyError:
        # initdb asks for the name of its account and gives up without one.
        why = f"the user id {uid} has no name on this machine"
        raise EmbeddedUnavailable(why) from None
    return Account(uid, entry.pw_gid, entry.pw_name, lent)


def _try_out(account: Account) -> None:
    """Root in a container may lack the right to become someone else."""
    try:
        subprocess.run(
            ["/bin/sh", "-c", ":"],
            check=True,
            user=account.user,
            group=account.group,
            extra_groups=account.extra_groups,
        )
    except (OSError, subprocess.SubprocessError) as error:
        why = f"PostgreSQL refuses to run as root, and this root may not become {account.name!r}"
        raise EmbeddedUnavailable(why) from error


def _nobody() -> int:
    try:
        return pwd.getpwnam("nobody").pw_uid
    except KeyError:
        why = "PostgreSQL refuses to run as root, and there is no account 'nobody' to lend it"
        raise EmbeddedUnavailable(why) from None


def _nearest(path: Path) -> Path:
    return next(part for part in (path, *path.parents) if part.exists())
