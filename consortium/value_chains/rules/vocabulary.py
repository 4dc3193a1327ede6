"""The words of computed value chains, as they are stored and shown."""

from enum import StrEnum


class ChainVersionStatus(StrEnum):
    """Where a version of a chain stands."""

    DRAFT = "DRAFT"
    PUBLISHED = "PUBLISHED"
    RETIRED = "RETIRED"
