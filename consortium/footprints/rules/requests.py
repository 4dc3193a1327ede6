"""How long a request waits, and what goes wrong with it."""

from datetime import date, timedelta
from typing import Final

from consortium.kernel.errors import BadInput, DomainError

# Unless the requester says by when.
DUE_AFTER: Final = timedelta(days=30)
DUE_WITHIN: Final = timedelta(days=365)
# What comes late is still taken.
GRACE: Final = timedelta(days=30)


class RequestDueInvalid(BadInput):
    """An answer is due today or later, and within a year."""

    code = "REQUEST_DUE_INVALID"


class RequestAsksNobody(BadInput):
    """A request goes to one addressee: name an organisation, or give a mail address."""

    code = "REQUEST_ASKS_NOBODY"


class RequestAsksItself(BadInput):
    """A request goes to others: your own footprints are yours to record."""

    code = "REQUEST_ASKS_ITSELF"


class RequestNamesNothing(BadInput):
    """A request names a product: one that you see, or a name."""

    code = "REQUEST_NAMES_NOTHING"


class RequestOver(DomainError):
    """This request was answered, rejected or withdrawn, or is too old."""

    code = "REQUEST_OVER"


class QuestionnaireOver(DomainError):
    """This questionnaire was answered or withdrawn, is too old, or never was one."""

    code = "QUESTIONNAIRE_OVER"


def days_of(due_on: date | None, today: date) -> tuple[date, date]:
    """By when an answer is due, and the last day on which it is taken. Raises RequestDueInvalid."""
    due = due_on or today + DUE_AFTER
    if not today <= due <= today + DUE_WITHIN:
        raise RequestDueInvalid().at("dueOn")
    return due, due + GRACE
