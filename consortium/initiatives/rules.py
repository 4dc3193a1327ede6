"""What an initiative's participants can be."""

from enum import StrEnum


class InitiativeRole(StrEnum):
    """What a participant does in an initiative."""

    PARTICIPANT = "PARTICIPANT"
    CHAIR = "CHAIR"
    FOUNDER = "FOUNDER"
    CONVENOR = "CONVENOR"
    SUPPORTER = "SUPPORTER"
