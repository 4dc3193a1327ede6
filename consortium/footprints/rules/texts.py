"""Texts that people give of products and requests."""

from consortium.kernel.errors import BadInput

TEXT_MAX = 10_000
NAME_MAX = 500


class ProductTextMissing(BadInput):
    """This text is needed, of 1 to 10000 characters that are not all blank."""

    code = "PRODUCT_TEXT_MISSING"


def checked_text(text: str, *path: str, most: int = TEXT_MAX) -> str:
    """The text without blanks around it. Raises ProductTextMissing."""
    told = text.strip()
    if not 0 < len(told) <= most:
        raise ProductTextMissing(
            f"This text is needed, of 1 to {most} characters that are not all blank."
        ).at(*path)
    return told


def optional_text(text: str | None, *path: str) -> str:
    """As `checked_text`; empty where none is given."""
    return checked_text(text, *path) if text and text.strip() else ""
