"""Texts and names that people give."""

from consortium.kernel.texts import (
    TEXT_MAX,
    ReferenceInvalid,
    TextMissing,
    checked_reference,
    checked_text,
)
from consortium.kernel.wording import check_wording

__all__ = [
    "TEXT_MAX",
    "ReferenceInvalid",
    "TextMissing",
    "checked_reference",
    "checked_statement",
    "checked_text",
]


def checked_statement(text: str, *path: str) -> str:
    """As `checked_text`, of what is told of avoided emissions. Raises WordingMisleading too."""
    told = checked_text(text, *path)
    check_wording(told, *path)
    return told
