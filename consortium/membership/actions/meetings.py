"""Arrange meetings, move and cancel them; record who came and what was said.

Who presides over the working group does, and the secretariat.
"""

from datetime import date, datetime
from typing import NamedTuple

from asyncpg import Record

from consortium.audit.actions import audited
from consortium.kernel.errors import ChangedMeanwhile
from consortium.kernel.principal import Principal
from consortium.membership.actions.groups import check_runs
from consortium.membership.reads.groups import GROUPS
from consortium.membership.reads.meetings import MEETINGS
from consortium.membership.rules.groups import read_text
from consortium.membership.rules.meetings import (
    TimeZoneUnknown,
    check_day,
    check_movable,
    check_place,
    check_recordable,
    check_times,
    listed,
    read_link,
    read_title,
)
from consortium.query.visible import require_visible
from consortium.storage.raw import Connection

# The day on which a moment falls in a time zone; no row where there is no such zone.
DAY = "SELECT ($1::timestamptz AT TIME ZONE name)::date FROM pg_timezone_names WHERE name = $2"
INSERT = """
INSERT INTO meeting
    (group_id, title, starts_at, ends_at, time_zone, held_on, place, link, agenda)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9) RETURNING id
"""
KEPT = """
SELECT group_id, held_on, time_zone, place, link, cancelled_at IS NOT NULL AS cancelled, version,
    minutes <> '' OR EXISTS (SELECT FROM attendance a WHERE a.meeting_id = m.id) AS recorded
FROM meeting m WHERE id = $1 FOR UPDATE
"""
MOVE = """
UPDATE meeting SET starts_at = $2, ends_at = $3, time_zone = $4, held_on = $5, place = $6,
    link = $7, version = version + 1 WHERE id = $1
"""
CANCEL = """
UPDATE meeting SET cancelled_at = now(), cancelled_because = $2, version = version + 1
WHERE id = $1
"""
MINUTES = "UPDATE meeting SET minutes = $2, version = version + 1 WHERE id = $1"
NEXT_VERSION = "UPDATE meeting SET version = version + 1 WHERE id = $1"
FORGET = "DELETE FROM attendance WHERE meeting_id = $1 AND delegacy_id <> ALL ($2::bigint[])"
RECORD = """
INSERT INTO attendance (meeting_id, delegacy_id, presence)
SELECT $1, * FROM unnest($2::bigint[], $3::text[])
ON CONFLICT (meeting_id, delegacy_id) DO UPDATE SET presence = EXCLUDED.presence
WHERE attendance.presence <> EXCLUDED.presence
"""


class ScheduleMeeting(NamedTuple):
    """A meeting of a group; `time_zone` by the tz database, where it is held."""

    group: int
    title: str
    starts_at: datetime
    ends_at: datetime
    time_zone: str
    place: str = ""
    link: str = ""
    agenda: str = ""


class RescheduleMeeting(NamedTuple):
    """New times of a meeting; its zone, place and link stay unless told."""

    meeting: int
    version: int
    starts_at: datetime
    ends_at: datetime
    time_zone: str | None = None
    place: str | None = None
    link: str | None = None


class CancelMeeting(NamedTuple):
    """A meeting that will not be, and why."""

    meeting: int
    version: int
    reason: str


class RecordAttendance(NamedTuple):
    """Everyone's attendance of a meeting, by their delegacies: the whole list."""

    meeting: int
    version: int
    present: tuple[int, ...]
    excused: tuple[int, ...] = ()
    absent: tuple[int, ...] = ()


class RecordMinutes(NamedTuple):
    """What was said and decided at a meeting."""

    meeting: int
    version: int
    minutes: str


async def schedule_meeting(by: Principal, command: ScheduleMeeting, today: date) -> int:
    """Arrange a meeting; returns its id.

    Raises:
        NotFound: there is no such group.
        PermissionDenied: the caller does not run it.
        MeetingTitleInvalid, MeetingTimesReversed, MeetingInThePast, MeetingTooFar, TimeZoneUnknown,
        MeetingPlaceMissing, MeetingLinkInvalid, MeetingOutsideGroup, TextTooLong: as they say.
    """
    group, title, starts_at, ends_at, zone, place, link, agenda = command
    async with audited(by, "meeting:schedule", organisation_id=by.organisation_id) as open_:
        await require_visible(open_, GROUPS, group, by, today)
        await check_runs(open_, by, group, today)
        named = read_title(title)
        held_on = await _day(open_, starts_at, ends_at, zone, today)
        where = _where(place, link)
        about = (starts_at, ends_at, zone, held_on, *where, read_text(agenda, "agenda"))
        key: int = await open_.fetchval(INSERT, group, named, *about)
    return key


async def reschedule_meeting(by: Principal, command: RescheduleMeeting, today: date) -> int:
    """Move a meeting that is still to come; returns its id.

    Raises:
        NotFound: there is none that the caller may see.
        PermissionDenied: the caller does not run its group.
        ChangedMeanwhile: somebody else changed it.
        MeetingCancelled, MeetingHeld: as they say, and as `schedule_meeting`.
    """
    key, version, starts_at, ends_at, zone, place, link = command
    async with audited(by, "meeting:reschedule", organisation_id=by.organisation_id) as open_:
        kept = await _kept(open_, by, key, version, today)
        check_movable(
            kept["held_on"], today, cancelled=kept["cancelled"], recorded=kept["recorded"]
        )
        zone = kept["time_zone"] if zone is None else zone
        held_on = await _day(open_, starts_at, ends_at, zone, today)
        where = _where(
            kept["place"] if place is None else place, kept["link"] if link is None else link
        )
        await open_.execute(MOVE, key, starts_at, ends_at, zone, held_on, *where)
    return key


async def cancel_meeting(by: Principal, command: CancelMeeting, today: date) -> int:
    """Cancel a meeting that is still to come; returns its id. Raises as `reschedule_meeting`."""
    key, version, reason = command
    async with audited(by, "meeting:cancel", organisation_id=by.organisation_id) as open_:
        kept = await _kept(open_, by, key, version, today)
        check_movable(
            kept["held_on"], today, cancelled=kept["cancelled"], recorded=kept["recorded"]
        )
        await open_.execute(CANCEL, key, read_text(reason, "reason"))
    return key


async def record_attendance(by: Principal, command: RecordAttendance, today: date) -> int:
    """Record who came, in place of what was recorded before; returns the meeting's id.

    Raises:
        NotFound: there is none that the caller may see.
        PermissionDenied: the caller does not run its group.
        ChangedMeanwhile: somebody else changed it.
        MeetingCancelled, MeetingNotBegun, AttendanceTwice, NotADelegate: as they say.
    """
    key, version, *lists = command
    async with audited(by, "meeting:attendance", organisation_id=by.organisation_id) as open_:
        kept = await _kept(open_, by, key, version, today)
        check_recordable(kept["held_on"], today, cancelled=kept["cancelled"])
        found = listed(*lists)
        await open_.execute(FORGET, key, list(found))
        words = [presence.value for presence in found.values()]
        await open_.execute(RECORD, key, list(found), words)
        await open_.execute(NEXT_VERSION, key)
    return key


async def record_minutes(by: Principal, command: RecordMinutes, today: date) -> int:
    """Record the minutes; returns the meeting's id. Raises as `record_attendance`, TextTooLong."""
    key, version, minutes = command
    async with audited(by, "meeting:minutes", organisation_id=by.organisation_id) as open_:
        kept = await _kept(open_, by, key, version, today)
        check_recordable(kept["held_on"], today, cancelled=kept["cancelled"])
        await open_.execute(MINUTES, key, read_text(minutes, "minutes"))
    return key


async def _kept(
    connection: Connection, by: Principal, key: int, version: int, today: date
) -> Record:
    """The meeting's row, locked, for who runs its group and has seen its last version."""
    await require_visible(connection, MEETINGS, key, by, today)
    [kept] = await connection.fetch(KEPT, key)
    await check_runs(connection, by, kept["group_id"], today)
    if kept["version"] != version:
        raise ChangedMeanwhile
    return kept


async def _day(
    connection: Connection, starts_at: datetime, ends_at: datetime, zone: str, today: date
) -> date:
    """The day on which a meeting is held, where it is held."""
    check_times(starts_at, ends_at, today)
    held_on: date | None = await connection.fetchval(DAY, starts_at, zone)
    if held_on is None:
        raise TimeZoneUnknown
    check_day(held_on, today)
    return held_on


def _where(place: str, link: str) -> tuple[str, str]:
    kept = (read_text(place, "place"), read_link(link))
    check_place(*kept)
    return kept
