"""The words of progress: why a claim does not count towards a target."""

from enum import StrEnum


class NotCounted(StrEnum):
    """Why a claim does not count towards a target.

    The first nine are those of the sums of claims (`consortium.avoided.rules.vocabulary`).
    """

    QUARANTINED = "QUARANTINED"
    PROJECTION = "PROJECTION"
    INCREMENT_OF_SERIES = "INCREMENT_OF_SERIES"
    NO_QUANTITY = "NO_QUANTITY"
    PERIOD_NOT_A_YEAR = "PERIOD_NOT_A_YEAR"
    SUPERSEDED = "SUPERSEDED"
    PART_OF_TOTAL = "PART_OF_TOTAL"
    SUBSIDIARY_OF_COUNTED_PARENT = "SUBSIDIARY_OF_COUNTED_PARENT"
    NOT_A_MEMBER = "NOT_A_MEMBER"
    NOT_YEAR_ON_YEAR = "NOT_YEAR_ON_YEAR"
    RANGE_ONLY = "RANGE_ONLY"
    OTHER_CATEGORY = "OTHER_CATEGORY"
    OTHER_METHOD = "OTHER_METHOD"
    EARLIER_METHOD = "EARLIER_METHOD"
    OUTSIDE_WINDOW = "OUTSIDE_WINDOW"
    NOT_OVER = "NOT_OVER"
    PERIOD_OVERLAPS = "PERIOD_OVERLAPS"
    JOINT = "JOINT"
    COUNTED_ONCE = "COUNTED_ONCE"
