"""Words of the exchange."""

from enum import StrEnum


class Direction(StrEnum):
    """Which way an event went."""

    RECEIVED = "RECEIVED"
    SENT = "SENT"


class EventState(StrEnum):
    """What became of an event."""

    # To be delivered, or to be worked off here.
    WAITING = "WAITING"
    # A request that reached the other side, which has not answered.
    OPEN = "OPEN"
    # Delivered or worked off; of a request: fulfilled.
    DONE = "DONE"
    # A request that was answered with a reason.
    REJECTED = "REJECTED"
    # It was refused, or given up after 72 hours.
    FAILED = "FAILED"


class Errand(StrEnum):
    """What is asked of a partner's system."""

    # Whether it gives a token and a list.
    CHECK = "CHECK"
    # Its footprints.
    FETCH = "FETCH"


class ErrandState(StrEnum):
    """How far it is."""

    WAITING = "WAITING"
    RUNNING = "RUNNING"
    DONE = "DONE"
    FAILED = "FAILED"
