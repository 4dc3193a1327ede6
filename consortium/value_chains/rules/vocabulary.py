"""The words of computed value chains, as they are stored and shown."""

from enum import StrEnum


class ChainVersionStatus(StrEnum):
    """Where a version of a chain stands."""

    DRAFT = "DRAFT"
    PUBLISHED = "PUBLISHED"
    RETIRED = "RETIRED"


class SolvingMethod(StrEnum):
    """How a system was solved."""

    TRIANGULAR = "TRIANGULAR"
    FACTORISED = "FACTORISED"
    SERIES = "SERIES"
    SWEEPS = "SWEEPS"


class ComputedAnswer(StrEnum):
    """What is computed of versions of chains, by the names that fields ask for it."""

    FOOTPRINT = "chain_footprint"
    COMPARISON = "chain_comparison"
    PRODUCTS = "product_footprints"
    SUPPLIERS = "supplier_footprints"
