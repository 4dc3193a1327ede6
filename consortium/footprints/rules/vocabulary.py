"""Words of footprints, their origins and the requests for them."""

from enum import StrEnum


class FootprintStatus(StrEnum):
    """ACTIVE is to be used; DEPRECATED no more."""

    ACTIVE = "ACTIVE"
    DEPRECATED = "DEPRECATED"


class FootprintOrigin(StrEnum):
    """Where a footprint came from."""

    COMPUTED = "COMPUTED"
    IMPORTED = "IMPORTED"
    RECEIVED = "RECEIVED"
    QUESTIONNAIRE = "QUESTIONNAIRE"
    ENTERED = "ENTERED"


class OutdatedReason(StrEnum):
    """Why what a version of a chain tells of an activity is not the newest."""

    FOOTPRINT_DEPRECATED = "FOOTPRINT_DEPRECATED"
    REPLACED = "REPLACED"


class RequestStatus(StrEnum):
    """What became of a request. EXPIRED is told by the day, and kept nowhere."""

    OPEN = "OPEN"
    ANSWERED = "ANSWERED"
    REJECTED = "REJECTED"
    WITHDRAWN = "WITHDRAWN"
    EXPIRED = "EXPIRED"


class RequestWay(StrEnum):
    """How somebody is asked."""

    MEMBER = "MEMBER"
    PARTNER = "PARTNER"
    QUESTIONNAIRE = "QUESTIONNAIRE"


class MatchReason(StrEnum):
    """Why two products may be the same, the strongest reason first."""

    SAME_IDENTIFIER = "SAME_IDENTIFIER"
    SAME_NUMBER = "SAME_NUMBER"
    SIMILAR_NAME = "SIMILAR_NAME"


class MatchDecision(StrEnum):
    """What the owner of a product decided about a suggestion."""

    CONFIRMED = "CONFIRMED"
    DECLINED = "DECLINED"
