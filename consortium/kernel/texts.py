"""Texts and references that people give."""

import re

from consortium.kernel.errors import BadInput

TEXT_MAX = 10_000
_REFERENCE = re.compile(r"[A-Za-z0-9][A-Za-z0-9._/-]{0,99}", re.ASCII)


class TextMissing(BadInput):
    """This text is needed, of 1 to 10000 characters that are not all blank."""

    code = "TEXT_MISSING"


class ReferenceInvalid(BadInput):
    """A reference is 1 to 100 letters, digits, dots, dashes, strokes; a letter or digit first."""

    code = "REFERENCE_INVALID"


def checked_text(text: str, *path: str, most: int = TEXT_MAX) -> str:
    """The text without blanks around it. Raises TextMissing."""
    told = text.strip()
    if not 0 < len(told) <= most:
        raise TextMissing(
            f"This text is needed, of 1 to {most} characters that are not all blank."
        ).at(*path)
    return told


def checked_reference(text: str, *path: str) -> str:
    """The reference as it stands. Raises ReferenceInvalid."""
    if not _REFERENCE.fullmatch(text):
        raise ReferenceInvalid().at(*path)
    return text
