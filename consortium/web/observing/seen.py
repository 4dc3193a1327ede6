"""What is noted of a request and of an operation while they run."""

import time
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import NamedTuple

from consortium.kernel.principal import ANONYMOUS, Principal

# Outcomes of an operation.
ANSWERED = "answered"
REFUSED = "refused"
FAILED = "failed"
CANCELLED = "cancelled"


class Ran(NamedTuple):
    """A statement that was run; its values are not noted."""

    sql: str
    parameters: int
    seconds: float


@dataclass(slots=True)
class OperationSeen:
    """An operation. What its document holds is known once it is planned."""

    # SHA-256 of the document's text, in hexadecimal.
    document: str
    principal: Principal
    kind: str = ""
    name: str = ""
    outcome: str = CANCELLED
    code: str = ""
    # Of `time.perf_counter`, in seconds.
    began: float = field(default_factory=time.perf_counter)
    # Since 1970, in nanoseconds.
    began_ns: int = field(default_factory=time.time_ns)
    statements: list[Ran] = field(default_factory=list[Ran])

    @property
    def statement_seconds(self) -> float:
        """How long all statements took, waiting for a connection included."""
        return sum(one.seconds for one in self.statements)


@dataclass(slots=True)
class RequestSeen:
    """An HTTP request, and the operation in it."""

    id: str
    status: int = 0
    bytes_sent: int = 0
    operation: OperationSeen | None = None


REQUEST: ContextVar[RequestSeen | None] = ContextVar("request", default=None)
OPERATION: ContextVar[OperationSeen | None] = ContextVar("operation", default=None)


def kind_of(principal: Principal) -> str:
    """Whether a person asks, a system, or nobody in particular."""
    if principal == ANONYMOUS:
        return "anonymous"
    return "person" if principal.account_id is not None else "system"


def milliseconds(seconds: float) -> float:
    """For a line of the log."""
    return round(seconds * 1000, 2)
