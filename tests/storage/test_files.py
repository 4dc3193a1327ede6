"""Files are kept whole under their hash, or not at all."""

import errno
import hashlib
import os
from collections.abc import AsyncGenerator
from pathlib import Path

import pytest

from consortium.kernel.errors import DomainError
from consortium.storage.files import Files, FileTooLarge, FileUnusable, StorageFull


async def parts(*given: bytes) -> AsyncGenerator[bytes]:
    """What arrives."""
    for one in given:
        yield one


def held(directory: Path) -> list[str]:
    """The names of all files below a directory."""
    return sorted(one.name for one in directory.rglob("*") if one.is_file())


async def test_what_is_kept_is_found_by_its_hash(tmp_path: Path) -> None:
    files = Files(tmp_path / "files")
    for _ in range(2):
        async with files.received(parts(b"some ", b"content"), 100) as received:
            assert received.content.head == b"some content"
            await received.keep()
    sha256 = hashlib.sha256(b"some content").hexdigest()
    path = await files.find(sha256, 12)

    assert path.read_bytes() == b"some content"
    assert held(tmp_path) == [sha256]
    assert path.stat().st_mode & 0o077 == 0


async def test_what_is_not_kept_leaves_nothing(tmp_path: Path) -> None:
    """Not asked for, too large, or cut off while it arrived."""
    files = Files(tmp_path)

    async def cut() -> AsyncGenerator[bytes]:
        yield b"half"
        raise ConnectionResetError

    async with files.received(parts(b"x"), 100):
        pass
    with pytest.raises(FileTooLarge):
        async with files.received(parts(b"x" * 60, b"x" * 60), 100):
            pytest.fail("it is too large")
    with pytest.raises(FileUnusable):
        async with files.received(cut(), 100):
            pytest.fail("it did not arrive")

    assert held(tmp_path) == []


@pytest.mark.parametrize(
    ("number", "told"), [(errno.ENOSPC, StorageFull), (errno.EIO, FileUnusable)]
)
async def test_a_disk_that_fails_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, number: int, told: type[DomainError]
) -> None:
    def fails(_: int) -> None:
        raise OSError(number, os.strerror(number))

    monkeypatch.setattr(os, "fsync", fails)
    with pytest.raises(told):
        async with Files(tmp_path).received(parts(b"x"), 100) as received:
            await received.keep()

    assert held(tmp_path) == []


async def test_a_file_that_is_gone_or_was_cut_is_told(tmp_path: Path) -> None:
    files = Files(tmp_path)
    async with files.received(parts(b"content"), 100) as received:
        await received.keep()
    sha256 = received.content.sha256
    with pytest.raises(FileUnusable):
        await files.find("0" * 64, 7)
    files.path(sha256).write_bytes(b"cut")

    with pytest.raises(FileUnusable):
        await files.find(sha256, 7)
