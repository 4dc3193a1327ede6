"""Words and limits of bulk operations, and what can be wrong with one."""

from datetime import timedelta
from enum import StrEnum
from typing import Final

from consortium.kernel.errors import BadInput, DomainError, PermissionDenied
from consortium.kernel.principal import Principal

DOCUMENT_MAX: Final = 20_000
VARIABLES_MAX: Final = 100_000
# How many may wait or run for one organisation.
WAITING_MAX: Final = 20
# A process that took one and died leaves it to others after this long without progress.
LEASE: Final = timedelta(minutes=5)
ATTEMPTS_MAX: Final = 3
# How long results can be fetched, and files of variables used.
KEPT: Final = timedelta(days=7)


class BulkKind(StrEnum):
    """QUERY: a list becomes a file; MUTATION: each line of a file is a change."""

    QUERY = "QUERY"
    MUTATION = "MUTATION"


class BulkState(StrEnum):
    """How far it is."""

    WAITING = "WAITING"
    RUNNING = "RUNNING"
    DONE = "DONE"
    FAILED = "FAILED"
    CANCELLED = "CANCELLED"


class BulkQueryInvalid(BadInput):
    """A bulk query asks for one list and its `nodes`; the message says what is wrong."""

    code = "BULK_QUERY_INVALID"


class BulkMutationInvalid(BadInput):
    """A bulk mutation is one mutation, for each line of variables; the message says more."""

    code = "BULK_MUTATION_INVALID"


class BulkVariablesInvalid(BadInput):
    """Variables are an object of JSON, of at most 100 000 characters."""

    code = "BULK_VARIABLES_INVALID"


class BulkTooMany(DomainError):
    """Your organisation has 20 operations that are not over: wait, or cancel one."""

    code = "BULK_TOO_MANY"


class BulkOver(DomainError):
    """The operation is over already."""

    code = "BULK_OVER"


class BulkRightsLost(DomainError):
    """Whoever asked for it may do less now than then: it ended. Ask anew."""

    code = "BULK_RIGHTS_LOST"


class BulkInterrupted(DomainError):
    """The server stopped three times while it ran: ask for less at once."""

    code = "BULK_INTERRUPTED"


class BulkListCut(DomainError):
    """A list inside has more rows than its page: give it a larger `first`, or ask for it alone."""

    code = "BULK_LIST_CUT"


class BulkUploadGone(DomainError):
    """The file of variables is kept for 7 days: send it again."""

    code = "BULK_UPLOAD_GONE"


class BulkResultGone(DomainError):
    """There is no result: the operation is not over, brought none, or it was 7 days ago."""

    code = "BULK_RESULT_GONE"


class BulkLineInvalid(BadInput):
    """A line of variables is an object of JSON of at most 1 000 000 bytes, in UTF-8."""

    code = "BULK_LINE_INVALID"


def asking_organisation(by: Principal) -> int:
    """The organisation for which the caller asks. Raises PermissionDenied."""
    if by.organisation_id is None or not by.rights.has_organisation:
        raise PermissionDenied
    return by.organisation_id


def checked_length(document: str, variables: str) -> None:
    """Refuse what is too long. Raises BulkQueryInvalid, BulkVariablesInvalid."""
    if len(document) > DOCUMENT_MAX:
        raise BulkQueryInvalid(f"A document has at most {DOCUMENT_MAX} characters here.")
    if len(variables) > VARIABLES_MAX:
        raise BulkVariablesInvalid().at("variables")
