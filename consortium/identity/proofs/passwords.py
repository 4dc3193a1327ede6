"""Passwords, hashed with argon2id (RFC 9106) in threads, a bounded number at once."""

import asyncio
import os
from base64 import b64encode
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import timedelta
from typing import TypeVar

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from consortium.identity.rules.passwords import is_possible, normalised
from consortium.identity.rules.throttling import TooManyAttempts

T = TypeVar("T")

# 64 MiB each (RFC 9106, section 4: the second recommended option).
_HASHER = PasswordHasher()
_AT_ONCE = max(2, (os.cpu_count() or 2) // 2)
# More than these wait for no thread: they are told to come back.
_WAITING_MAX = 64


def _nobody_s(hasher: PasswordHasher) -> str:
    """A hash that no password has, with the parameters of those that are somebody's."""
    salt, digest = (b64encode(os.urandom(size)).decode().rstrip("=") for size in (16, 32))
    cost = f"m={hasher.memory_cost},t={hasher.time_cost},p={hasher.parallelism}"
    return f"$argon2id$v=19${cost}${salt}${digest}"


@dataclass(slots=True)
class Passwords:
    """Hashes and verifies. `verified` counts what was computed, a stand-in's hash included."""

    hasher: PasswordHasher = _HASHER
    verified: int = 0
    _waiting: int = 0
    _nobody: str = ""
    _threads: ThreadPoolExecutor = field(
        default_factory=lambda: ThreadPoolExecutor(_AT_ONCE, thread_name_prefix="argon2")
    )

    def __post_init__(self) -> None:
        self._nobody = _nobody_s(self.hasher)

    async def hash(self, password: str) -> str:
        """The hash of a password that `check_password` let pass."""
        return await self._run(self.hasher.hash, normalised(password))

    async def matches(self, hashed: str | None, password: str) -> bool:
        """Whether the password is this hash's.

        Without a hash, or with a password that nobody can have, the same work is done for nothing:
        how long the answer takes tells nothing of the account.
        """
        usable = hashed is not None and is_possible(password)
        given = normalised(password) if usable else "nobody's"
        self.verified += 1
        right = await self._run(self._verify, hashed if usable and hashed else self._nobody, given)
        return usable and right

    def is_outdated(self, hashed: str) -> bool:
        """Whether the hash has other parameters than those of today."""
        return self.hasher.check_needs_rehash(hashed)

    def _verify(self, hashed: str, password: str) -> bool:
        try:
            return self.hasher.verify(hashed, password)
        except (VerificationError, InvalidHashError):
            return False

    async def _run(self, work: Callable[..., T], *arguments: str) -> T:
        if self._waiting >= _WAITING_MAX:
            raise TooManyAttempts(timedelta(seconds=1))
        self._waiting += 1
        try:
            return await asyncio.get_running_loop().run_in_executor(self._threads, work, *arguments)
        finally:
            self._waiting -= 1


# One for the process: the bound is on the machine's memory and processors.
PASSWORDS = Passwords()
