"""Whether the published parts of an inventory add up to its published total."""

from enum import StrEnum


class PartsCheck(StrEnum):
    """The answer of the check."""

    ADDS_UP = "ADDS_UP"
    DIFFERS = "DIFFERS"
    NOT_CHECKABLE = "NOT_CHECKABLE"
