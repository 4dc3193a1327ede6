"""Packages (ZIP) that people send: each part is unpacked within bounds, and none of them is kept.

What a package says of its own sizes is not taken: it is counted while it is unpacked.
"""

import io
import zipfile
from collections.abc import Callable, Iterator
from typing import Final

from consortium.documents.csv import FileUnreadable

PARTS_MAX: Final = 400_000
PART_BYTES_MAX: Final = 64 * 1024 * 1024
UNPACKED_BYTES_MAX: Final = 1024 * 1024 * 1024


class MalformedArchive(FileUnreadable):
    """The file is no package (ZIP) that can be unpacked: pack it anew, without a password."""

    code = "FILE_MALFORMED_ARCHIVE"


class ArchiveTooLarge(FileUnreadable):
    """Unpacked, the package is larger than can be read: send less of it at once."""

    code = "FILE_ARCHIVE_TOO_LARGE"


def parts_of(name: str, data: bytes, wanted: Callable[[str], bool]) -> Iterator[tuple[str, bytes]]:
    """The parts whose path is wanted, one by one, in the order of their paths.

    Raises:
        MalformedArchive: it cannot be unpacked.
        ArchiveTooLarge: it has too many parts, or one of them or all are too large.
    """
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            entries = archive.infolist()
            if len(entries) > PARTS_MAX:
                raise ArchiveTooLarge(f"{name}: more than {PARTS_MAX} parts in the package.")
            left = UNPACKED_BYTES_MAX
            for entry in sorted(entries, key=lambda one: one.filename):
                if entry.is_dir() or not wanted(entry.filename):
                    continue
                most = min(left, PART_BYTES_MAX)
                with archive.open(entry) as part:
                    content = part.read(most + 1)
                if len(content) > most:
                    told = f"{name}: unpacked, {entry.filename} is larger than can be read."
                    raise ArchiveTooLarge(told)
                left -= len(content)
                yield entry.filename, content
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, OSError, EOFError) as error:
        raise MalformedArchive(f"{name}: {MalformedArchive.meaning()}") from error
