"""Files that were sent, each kept once under the SHA-256 of its content.

A file is written under another name, brought to the disk and then renamed: whoever finds it finds
all of it, whenever the machine stopped. What is written is never changed; a file that no row names
is left over from a transaction that failed, and harms nobody.
"""

import asyncio
import errno
import hashlib
import os
import tempfile
from collections.abc import AsyncGenerator, AsyncIterable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import IO, NamedTuple

from consortium.kernel.errors import DomainError

_FULL = {errno.ENOSPC, errno.EDQUOT}


class StorageFull(DomainError):
    """There is no room for this file: nothing was kept. Tell whoever runs the server."""

    code = "STORAGE_FULL"


class FileUnusable(DomainError):
    """The file cannot be written or read here. Tell whoever runs the server."""

    code = "FILE_UNUSABLE"


class FileTooLarge(DomainError):
    """The file is larger than the server keeps."""

    code = "FILE_TOO_LARGE"


class Content(NamedTuple):
    """What is known of a file's content: its SHA-256 in hexadecimal digits, size and beginning."""

    sha256: str
    size_bytes: int
    head: bytes


HEAD_BYTES = 4096


@dataclass(frozen=True, slots=True)
class Files:
    """The files below a directory."""

    directory: Path

    def path(self, sha256: str) -> Path:
        """Where the file with this content is."""
        return self.directory / sha256[:2] / sha256

    async def find(self, sha256: str, size_bytes: int) -> Path:
        """The file with this content. Raises FileUnusable where it is gone or was cut."""
        path = self.path(sha256)
        try:
            found = await asyncio.to_thread(path.stat)
        except OSError as error:
            raise FileUnusable from error
        if found.st_size != size_bytes:
            raise FileUnusable
        return path

    @asynccontextmanager
    async def received(
        self, parts: AsyncIterable[bytes], limit_bytes: int
    ) -> AsyncGenerator["Received"]:
        """What arrives, until it is kept; at the end what was not kept is gone.

        Raises:
            FileTooLarge: there is more than the limit.
            StorageFull, FileUnusable: it cannot be written.
        """
        try:
            incoming = await asyncio.to_thread(self._incoming)
        except OSError as error:
            raise _told(error) from error
        try:
            digest, size, head = hashlib.sha256(), 0, b""
            async for part in parts:
                size += len(part)
                if size > limit_bytes:
                    raise FileTooLarge(f"A file may hold {limit_bytes} bytes.")
                digest.update(part)
                head += part[: HEAD_BYTES - len(head)]
                await asyncio.to_thread(incoming.write, part)
            yield Received(self, incoming, Content(digest.hexdigest(), size, head))
        except OSError as error:
            raise _told(error) from error
        finally:
            await asyncio.to_thread(_gone, incoming)

    def _incoming(self) -> IO[bytes]:
        self.directory.mkdir(mode=0o700, parents=True, exist_ok=True)
        return tempfile.NamedTemporaryFile(dir=self.directory, prefix=".incoming-", delete=False)


@dataclass(frozen=True, slots=True)
class Received:
    """A file that has arrived whole and is not kept yet."""

    files: Files
    file: IO[bytes]
    content: Content

    async def keep(self) -> None:
        """Keep it for good. Raises StorageFull, FileUnusable."""
        try:
            await asyncio.to_thread(self._keep)
        except OSError as error:
            raise _told(error) from error

    def _keep(self) -> None:
        self.file.flush()
        os.fsync(self.file.fileno())
        path = self.files.path(self.content.sha256)
        path.parent.mkdir(mode=0o700, exist_ok=True)
        # The same content again takes the place of what is there, which is no different.
        Path(self.file.name).replace(path)
        for directory in (path.parent, self.files.directory):
            _to_disk(directory)


class SentFile(NamedTuple):
    """A file that has arrived, with the name and the media type that its sender gave it."""

    name: str | None
    media_type: str
    received: Received


def _gone(file: IO[bytes]) -> None:
    """Close what arrived; it is removed unless it was kept, and has another name by now."""
    with suppress(OSError):
        file.close()
    with suppress(OSError):
        Path(file.name).unlink()


def _to_disk(directory: Path) -> None:
    """Let the names in a directory outlast a power cut."""
    descriptor = os.open(directory, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _told(error: OSError) -> DomainError:
    return StorageFull() if error.errno in _FULL else FileUnusable()
