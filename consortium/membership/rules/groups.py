"""Working groups, and who works in them for which organisation from when to when."""

from datetime import date
from enum import StrEnum
from typing import NamedTuple

from consortium.kernel.errors import BadInput, DomainError

NAME_MAX = 200
TEXT_MAX = 100_000


class Office(StrEnum):
    """What a person does in a working group."""

    DELEGATE = "DELEGATE"
    ALTERNATE = "ALTERNATE"
    CHAIR = "CHAIR"
    VICE_CHAIR = "VICE_CHAIR"


# Given by the secretariat alone: these run the group.
PRESIDING = frozenset({Office.CHAIR, Office.VICE_CHAIR})


class GroupNameInvalid(BadInput):
    """A working group has a name of 1 to 200 characters, without control characters."""

    code = "WORKING_GROUP_NAME_INVALID"


class TextTooLong(BadInput):
    """A text has at most 100 000 characters."""

    code = "TEXT_TOO_LONG"


class GroupExists(DomainError):
    """There is a working group of this name."""

    code = "WORKING_GROUP_EXISTS"
    constraint = "working_group_name_key_key"
    path = ("name",)


class GroupDatesReversed(BadInput):
    """A working group ends on its first day or later."""

    code = "WORKING_GROUP_DATES_REVERSED"
    constraint = "working_group_dates_ordered"
    path = ("endsOn",)


class GroupClosed(DomainError):
    """The working group has ended, or ends before that day."""

    code = "WORKING_GROUP_CLOSED"


class GroupEndInThePast(BadInput):
    """A working group is closed today or later: what was is not written anew."""

    code = "WORKING_GROUP_END_IN_THE_PAST"


class TermReversed(BadInput):
    """A term of office ends on its first day or later."""

    code = "TERM_REVERSED"
    constraint = "delegacy_term_ordered"
    path = ("endsOn",)


class TermInThePast(BadInput):
    """This term of office is over: appoint somebody until today or longer."""

    code = "TERM_IN_THE_PAST"
    path = ("endsOn",)


class TermOutsideGroup(BadInput):
    """The term of office must lie within the days of the working group."""

    code = "TERM_OUTSIDE_GROUP"
    constraint = "delegacy_within_group"
    path = ("startsOn",)


class TermOver(DomainError):
    """The term of office is over, or was taken back before it began."""

    code = "TERM_OVER"


class EndOutsideTerm(BadInput):
    """The last day must be one of the term's, today or later."""

    code = "END_OUTSIDE_TERM"
    path = ("endsOn",)


class ChairTaken(DomainError):
    """The working group has a chair in that time: end that term first, or begin after it."""

    code = "CHAIR_TAKEN"
    constraint = "delegacy_one_chair"


class DelegateTaken(DomainError):
    """The organisation has a delegate there in that time: end that term, or begin after it."""

    code = "DELEGATE_TAKEN"
    constraint = "delegacy_one_delegate"


class AppointedTwice(DomainError):
    """The person has this office in that time already."""

    code = "APPOINTED_TWICE"
    constraint = "delegacy_once_a_person"


class PersonNotOfOrganisation(DomainError):
    """The person has no role in this organisation: invite them first."""

    code = "PERSON_NOT_OF_ORGANISATION"
    constraint = "delegacy_of_own_person"
    path = ("account",)


class NotParticipating(DomainError):
    """Members and participants alone send delegates: on the first day it is neither."""

    code = "NOT_PARTICIPATING"
    constraint = "delegacy_of_participating"
    path = ("organisation",)


class Term(NamedTuple):
    """From one day to another, both included; None: without an end."""

    starts_on: date
    ends_on: date | None

    def holds_on(self, day: date) -> bool:
        """Whether the day is one of its days."""
        return self.starts_on <= day and (self.ends_on is None or day <= self.ends_on)


def read_text(text: str, field: str) -> str:
    """A text of any number of lines. Raises TextTooLong."""
    if len(text) > TEXT_MAX:
        raise TextTooLong().at(field)
    return text.strip()


def read_group_name(text: str) -> str:
    """A name on one line. Raises GroupNameInvalid."""
    name = " ".join(text.split())
    if not 0 < len(name) <= NAME_MAX or not name.isprintable():
        raise GroupNameInvalid().at("name")
    return name


def check_group(starts_on: date, ends_on: date | None) -> None:
    """Refuse a group that ends before it starts."""
    if ends_on is not None and ends_on < starts_on:
        raise GroupDatesReversed


def check_close(group: Term, ends_on: date, today: date) -> None:
    """Refuse a last day in the past, before the first one, or after the one that is planned."""
    if group.ends_on is not None and (group.ends_on < today or group.ends_on < ends_on):
        raise GroupClosed(f"It ends on {group.ends_on}.")
    if ends_on < today:
        raise GroupEndInThePast(f"{ends_on} is in the past: give {today} or a later day.").at(
            "endsOn"
        )
    check_group(group.starts_on, ends_on)


def check_term(term: Term, group: Term, today: date) -> None:
    """Refuse a term that is reversed, over, or not within the days of its group."""
    if term.ends_on is None or term.ends_on < term.starts_on:
        raise TermReversed
    if term.ends_on < today:
        raise TermInThePast
    if not (group.holds_on(term.starts_on) and group.holds_on(term.ends_on)):
        until = "on" if group.ends_on is None else f"to {group.ends_on}"
        raise TermOutsideGroup(f"The working group lasts from {group.starts_on} {until}.")


def ended(term: Term, ends_on: date, today: date) -> date | None:
    """The last day of a term that is ended; None: it is taken back, as it has not begun.

    Raises TermOver, EndOutsideTerm.
    """
    if term.ends_on is not None and term.ends_on < today:
        raise TermOver
    if today <= ends_on < term.starts_on or today < term.starts_on == ends_on:
        return None
    if ends_on < today or not term.holds_on(ends_on):
        raise EndOutsideTerm
    return ends_on
