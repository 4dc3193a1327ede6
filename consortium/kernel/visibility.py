"""Who may see a figure."""

from enum import StrEnum


class Visibility(StrEnum):
    """PRIVATE: its owner; CONSORTIUM: all members; PUBLIC: everyone."""

    PRIVATE = "PRIVATE"
    CONSORTIUM = "CONSORTIUM"
    PUBLIC = "PUBLIC"
