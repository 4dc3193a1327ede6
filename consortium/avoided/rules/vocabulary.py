"""The words of avoided emissions: kinds, records, bounds, reasons and the dimensions of sums."""

from enum import IntFlag, StrEnum


class Basis(StrEnum):
    """DISCLOSED: as a company states it, gates not assessed. ASSESSED: behind it lies an effect."""

    DISCLOSED = "DISCLOSED"
    ASSESSED = "ASSESSED"


class ClaimKind(StrEnum):
    """The timeframe of a figure; figures of two kinds are never added."""

    YEAR_ON_YEAR = "YEAR_ON_YEAR"
    FORWARD_LOOKING = "FORWARD_LOOKING"
    CUMULATIVE = "CUMULATIVE"


class RecordType(StrEnum):
    """What a figure speaks of; only ACTUAL figures are added."""

    ACTUAL = "ACTUAL"
    TARGET = "TARGET"
    PROJECTION = "PROJECTION"
    INCREMENT = "INCREMENT"


class Bound(StrEnum):
    """How far a published value says what it says."""

    EXACT = "EXACT"
    AT_LEAST = "AT_LEAST"
    AT_MOST = "AT_MOST"
    APPROXIMATE = "APPROXIMATE"


class LeftOutReason(StrEnum):
    """Why a figure is shown and not added."""

    QUARANTINED = "QUARANTINED"
    TARGET = "TARGET"
    PROJECTION = "PROJECTION"
    INCREMENT_OF_SERIES = "INCREMENT_OF_SERIES"
    NO_QUANTITY = "NO_QUANTITY"
    PERIOD_NOT_A_YEAR = "PERIOD_NOT_A_YEAR"
    SUPERSEDED = "SUPERSEDED"
    EARLIER_POINT_OF_SERIES = "EARLIER_POINT_OF_SERIES"
    PART_OF_TOTAL = "PART_OF_TOTAL"
    COUNTED_BY_PARTS = "COUNTED_BY_PARTS"
    COVERED_BY_EFFECT = "COVERED_BY_EFFECT"
    SUBSIDIARY_OF_COUNTED_PARENT = "SUBSIDIARY_OF_COUNTED_PARENT"
    NOT_A_MEMBER = "NOT_A_MEMBER"


class Dimension(IntFlag):
    """What a sum can be divided by; the bits of `avoided_total.grouping` and of `divides`."""

    YEAR = 1
    FISCAL_PERIOD = 2
    MEMBER = 4
    GROUP = 8
    SECTOR = 16
    COUNTRY = 32
    CATEGORY = 64
    INITIATIVE = 128
    VALUE_CHAIN = 256
    VERIFIED = 512


class Audience(IntFlag):
    """Who sees a sum that a row belongs to."""

    PUBLIC = 1
    CONSORTIUM = 2
    OWNER = 4


# The groupings that the rollup keeps ready, as masks of dimensions: none, each alone, and the
# year with member, group, sector, country or category. Anything else is read from the standings.
USUAL_GROUPINGS = (0, 1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 5, 9, 17, 33, 65)
