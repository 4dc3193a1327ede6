"""What a membership can be."""

from enum import StrEnum


class MembershipStatus(StrEnum):
    """How an organisation belongs to the consortium."""

    MEMBER = "MEMBER"
    PARTICIPANT = "PARTICIPANT"
    FORMER = "FORMER"
