"""The words of totals of assessed claims: by what they are grouped, and who sees which."""

from enum import IntFlag


class TotalDimension(IntFlag):
    """What a total can be divided by; the bits of `assessed_total.grouping`.

    The timeframe always divides: timeframes are never added to one another.
    """

    YEAR = 1
    CATEGORY = 2
    VALUE_CHAIN = 4
    MEMBER = 8
    GROUP = 16
    SECTOR = 32
    COUNTRY = 64
    ASSURED = 128
    INITIATIVE = 256


# What belongs to a claim and not to its effect. A joint remainder belongs to several claims: where
# a question groups by one of these, it stands in a group of its own.
OF_CLAIMS = (
    TotalDimension.MEMBER
    | TotalDimension.GROUP
    | TotalDimension.SECTOR
    | TotalDimension.COUNTRY
    | TotalDimension.ASSURED
)

# The groupings that are kept ready, as masks of dimensions: none, each alone, and the year with
# each of the others. Anything else is added up from the standings.
USUAL_GROUPINGS = (0, 1, 2, 4, 8, 16, 32, 64, 128, 3, 5, 9, 17, 33, 65, 129)


class Reach(IntFlag):
    """Who is shown a published claim: the public as well, or members alone."""

    PUBLIC = 1
    CONSORTIUM = 2
