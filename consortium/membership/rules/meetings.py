"""Meetings of working groups: when, where, who came."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from enum import StrEnum
from urllib.parse import urlsplit

from consortium.kernel.errors import BadInput, DomainError

TITLE_MAX = 200
LINK_MAX = 2000
_LASTS_MAX = timedelta(days=7)
_AHEAD_MAX = timedelta(days=3653)


class Presence(StrEnum):
    """Whether a delegate came to a meeting."""

    PRESENT = "PRESENT"
    EXCUSED = "EXCUSED"
    ABSENT = "ABSENT"


class MeetingTitleInvalid(BadInput):
    """A meeting has a title of 1 to 200 characters, without control characters."""

    code = "MEETING_TITLE_INVALID"


class MeetingTimesReversed(BadInput):
    """A meeting ends after it starts, within a week."""

    code = "MEETING_TIMES_REVERSED"
    constraint = "meeting_times_ordered"
    path = ("endsAt",)


class MeetingInThePast(BadInput):
    """A meeting is arranged for today or a later day."""

    code = "MEETING_IN_THE_PAST"
    path = ("startsAt",)


class MeetingTooFar(BadInput):
    """A meeting is arranged at most ten years ahead."""

    code = "MEETING_TOO_FAR"
    path = ("startsAt",)


class MeetingPlaceMissing(BadInput):
    """A meeting has a place, a link, or both."""

    code = "MEETING_PLACE_MISSING"
    constraint = "meeting_somewhere"
    path = ("place",)


class MeetingLinkInvalid(BadInput):
    """The link to a meeting is an address that begins with https://, without a name or password."""

    code = "MEETING_LINK_INVALID"
    constraint = "meeting_link_https"
    path = ("link",)


class TimeZoneUnknown(BadInput):
    """This is no time zone of the tz database, such as Europe/Berlin."""

    code = "TIME_ZONE_UNKNOWN"
    path = ("timeZone",)


class MeetingOutsideGroup(BadInput):
    """The working group does not exist on the day of the meeting."""

    code = "MEETING_OUTSIDE_GROUP"
    constraint = "meeting_within_group"
    path = ("startsAt",)


class MeetingCancelled(DomainError):
    """The meeting was cancelled."""

    code = "MEETING_CANCELLED"
    constraint = "attendance_not_cancelled"


class MeetingHeld(DomainError):
    """The meeting was held: it is neither moved nor cancelled any more."""

    code = "MEETING_HELD"


class MeetingNotBegun(DomainError):
    """Attendance and minutes are recorded on the day of the meeting or later."""

    code = "MEETING_NOT_BEGUN"


class AttendanceTwice(BadInput):
    """Somebody stands in the list of attendance twice."""

    code = "ATTENDANCE_TWICE"


class NotADelegate(BadInput):
    """Attendance is of those who are in office in this working group on the day of the meeting."""

    code = "NOT_A_DELEGATE"
    constraint = "attendance_of_a_delegate"


def read_title(text: str) -> str:
    """A title on one line. Raises MeetingTitleInvalid."""
    title = " ".join(text.split())
    if not 0 < len(title) <= TITLE_MAX or not title.isprintable():
        raise MeetingTitleInvalid().at("title")
    return title


def read_link(text: str) -> str:
    """An address of the web, or nothing. Raises MeetingLinkInvalid."""
    link = text.strip()
    if link and not _is_https(link):
        raise MeetingLinkInvalid
    return link


def _is_https(link: str) -> bool:
    if len(link) > LINK_MAX or not link.isprintable() or " " in link or "\\" in link:
        return False
    try:
        parts = urlsplit(link)
        _ = parts.port
    except ValueError:
        return False
    return link.startswith("https://") and bool(parts.hostname) and "@" not in parts.netloc


def check_times(starts_at: datetime, ends_at: datetime, today: date) -> None:
    """Refuse a meeting that ends before it starts, lasts longer than a week, or is far ahead."""
    if not timedelta() < ends_at - starts_at <= _LASTS_MAX:
        raise MeetingTimesReversed
    if starts_at.date() - today > _AHEAD_MAX:
        raise MeetingTooFar


def check_place(place: str, link: str) -> None:
    """Refuse a meeting that is nowhere."""
    if not place and not link:
        raise MeetingPlaceMissing


def check_day(held_on: date, today: date) -> None:
    """Refuse a meeting on a day that is over."""
    if held_on < today:
        raise MeetingInThePast


def check_movable(held_on: date, today: date, *, cancelled: bool, recorded: bool) -> None:
    """Refuse to move or cancel what was cancelled or held."""
    if cancelled:
        raise MeetingCancelled
    if recorded or held_on < today:
        raise MeetingHeld


def check_recordable(held_on: date, today: date, *, cancelled: bool) -> None:
    """Refuse to record what was cancelled or is still to come."""
    if cancelled:
        raise MeetingCancelled
    if today < held_on:
        raise MeetingNotBegun(f"The meeting is on {held_on}.")


def listed(
    present: Sequence[int], excused: Sequence[int], absent: Sequence[int]
) -> dict[int, Presence]:
    """Who came, by their delegacies. Raises AttendanceTwice."""
    found = dict.fromkeys(present, Presence.PRESENT)
    found |= dict.fromkeys(excused, Presence.EXCUSED)
    found |= dict.fromkeys(absent, Presence.ABSENT)
    if len(found) < len(present) + len(excused) + len(absent):
        raise AttendanceTwice
    return found
