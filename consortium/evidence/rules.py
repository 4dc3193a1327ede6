"""Which files are taken as documents."""

from dataclasses import dataclass

from consortium.kernel.errors import BadInput

NAME_MAX = 200


@dataclass(frozen=True, slots=True)
class MediaType:
    """A kind of file: its name, the endings of its names, and how its content begins."""

    name: str
    endings: tuple[str, ...]
    # Without one it is text.
    signature: bytes | None


_OFFICE = "application/vnd.openxmlformats-officedocument."
_ZIP = b"PK\x03\x04"
_ALL = (
    MediaType("application/pdf", (".pdf",), b"%PDF-"),
    MediaType("image/png", (".png",), b"\x89PNG\r\n\x1a\n"),
    MediaType("image/jpeg", (".jpg", ".jpeg"), b"\xff\xd8\xff"),
    MediaType(f"{_OFFICE}spreadsheetml.sheet", (".xlsx",), _ZIP),
    MediaType(f"{_OFFICE}wordprocessingml.document", (".docx",), _ZIP),
    MediaType("text/csv", (".csv",), None),
    MediaType("text/plain", (".txt",), None),
)
MEDIA_TYPES = {one.name: one for one in _ALL}


class DocumentRefused(BadInput):
    """This file is not taken: PDF, PNG, JPEG, XLSX, DOCX, CSV and TXT are, with a fitting name."""

    code = "DOCUMENT_REFUSED"


def read_media_type(text: str) -> MediaType:
    """The kind of file that a `Content-Type` names. Raises DocumentRefused."""
    found = MEDIA_TYPES.get(text.partition(";")[0].strip().lower())
    if found is None:
        raise DocumentRefused
    return found


def read_file_name(text: str | None, kind: MediaType) -> str:
    """The name without any folders. Raises DocumentRefused where it does not fit the kind."""
    name = (text or "").replace("\\", "/").rpartition("/")[2].strip()
    if not 0 < len(name) <= NAME_MAX or not name.isprintable():
        raise DocumentRefused(f"A file has a name of 1 to {NAME_MAX} printable characters.")
    if not name.lower().endswith(kind.endings):
        endings = " or ".join(kind.endings)
        raise DocumentRefused(f"The name of a file of type {kind.name} ends in {endings}.")
    return name


def check_content(kind: MediaType, head: bytes) -> None:
    """Refuse a file that does not begin as its kind does. Raises DocumentRefused."""
    if not head:
        raise DocumentRefused("The file is empty.")
    fits = b"\0" not in head if kind.signature is None else head.startswith(kind.signature)
    if not fits:
        raise DocumentRefused(f"The content of the file is not {kind.name}.")
