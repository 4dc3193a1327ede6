"""What waits for somebody: the sorts of things in the secretariat's inbox."""

from enum import StrEnum


class WaitKind(StrEnum):
    """What waits. A new sort goes to the end: the place of each is part of the items' keys."""

    ORGANISATION_WITHOUT_ADMIN = "ORGANISATION_WITHOUT_ADMIN"
    ADMIN_INVITATION_UNANSWERED = "ADMIN_INVITATION_UNANSWERED"
    CHAIR_MISSING = "CHAIR_MISSING"
    MEETING_NOT_RECORDED = "MEETING_NOT_RECORDED"
    APPEAL = "APPEAL"
    EXPULSION = "EXPULSION"
    NOTICE = "NOTICE"
    ENGAGEMENT_ENDING = "ENGAGEMENT_ENDING"
    APPLICATION = "APPLICATION"
    INVOICE_OVERDUE = "INVOICE_OVERDUE"
    ASSESSED_CLAIM = "ASSESSED_CLAIM"
    FOOTPRINT_REQUEST = "FOOTPRINT_REQUEST"


class WaitsFor(StrEnum):
    """Whose turn it is."""

    SECRETARIAT = "SECRETARIAT"
    APPLICANT = "APPLICANT"
    MEMBER = "MEMBER"
    CHAIR = "CHAIR"
