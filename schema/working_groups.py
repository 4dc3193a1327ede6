"""Working groups, who works in them, their meetings and who came."""

from datetime import date, datetime
from typing import Annotated

import strawberry

from consortium.identity.reads import ACCOUNTS
from consortium.membership.actions.delegacies import (
    AppointDelegate,
    EndDelegacy,
    appoint_delegate,
    end_delegacy,
)
from consortium.membership.actions.groups import CloseGroup, CreateGroup, close_group, create_group
from consortium.membership.actions.meetings import (
    CancelMeeting,
    RecordAttendance,
    RecordMinutes,
    RescheduleMeeting,
    ScheduleMeeting,
    cancel_meeting,
    record_attendance,
    record_minutes,
    reschedule_meeting,
    schedule_meeting,
)
from consortium.membership.reads.groups import DELEGACIES, GROUPS
from consortium.membership.reads.meetings import MEETINGS
from consortium.membership.rules.groups import Office
from consortium.membership.rules.meetings import Presence
from consortium.organisations.reads import ORGANISATIONS
from schema.enums import described
from schema.filters import filter_of, order_of
from schema.identity import Account
from schema.mutations import Does, Refusal, mutation
from schema.nodes import Node, extends
from schema.organisations import Organisation
from schema.paging import Connection, connection, field, optional
from schema.scalars import BigInt
from schema.subscriptions import Change, rows

WorkingGroupFilter = filter_of(GROUPS)
WorkingGroupOrder = order_of(GROUPS)
DelegacyFilter = filter_of(DELEGACIES)
DelegacyOrder = order_of(DELEGACIES)
MeetingFilter = filter_of(MEETINGS)
MeetingOrder = order_of(MEETINGS)
described(
    Office,
    "What a person does in a working group.",
    DELEGATE="Speaks for the organisation; it has one at a time.",
    ALTERNATE="Stands in for the delegate.",
    CHAIR="Presides; the group has one at a time. Given by the secretariat.",
    VICE_CHAIR="Stands in for the chair. Given by the secretariat.",
)
described(
    Presence,
    "Whether somebody came.",
    PRESENT="Came.",
    EXCUSED="Said before that it could not come.",
    ABSENT="Did not come.",
)
_VERSION = "The version that you saw."


@strawberry.type(description="Whether somebody in office came to a meeting.")
class Attendance:
    presence: Presence = strawberry.field(description="Whether.")
    meeting: "Meeting" = strawberry.field(description="To which meeting.")
    delegacy: "Delegacy | None" = strawberry.field(description="Who, and for whom.")


@strawberry.type(description="How often an organisation's people came to a group's meetings.")
class GroupAttendance:
    attended: BigInt = strawberry.field(
        description="Meetings to which at least one of its people came."
    )
    of: BigInt = strawberry.field(
        description="Meetings with a list of attendance, while it had somebody in office."
    )
    organisation: Organisation = strawberry.field(description="Which organisation.")


@strawberry.type(
    description="A person in an office of a working group, for an organisation. Seen by members, by"
    " its own organisation and by the person."
)
class Delegacy(Node):
    office: Office = strawberry.field(description="What the person does there.")
    starts_on: date = strawberry.field(description="First day.")
    ends_on: date = strawberry.field(description="Last day.")
    withdrawn_at: datetime | None = strawberry.field(
        description="When it was taken back before it began."
    )
    in_office: bool = strawberry.field(description="Whether it holds today.")
    appointed_at: datetime = strawberry.field(description="When it was recorded.")
    version: int = strawberry.field(description="Grows with each change.")
    name: str | None = strawberry.field(description="The person's name; null once forgotten.")
    subject: str = strawberry.field(description="The person's pseudonym, which stays.")
    group: "WorkingGroup" = strawberry.field(description="In which group.")
    organisation: Organisation = strawberry.field(description="For which organisation.")
    account: Account | None = strawberry.field(
        description="The person's account, for who manages it."
    )


@strawberry.type(
    description="A meeting of a working group. Seen by organisations that have or had somebody in"
    " office there, and by the secretariat."
)
class Meeting(Node):
    title: str = strawberry.field(description="What it is called.")
    starts_at: datetime = strawberry.field(description="When it starts, in UTC.")
    ends_at: datetime = strawberry.field(description="When it ends, in UTC.")
    time_zone: str = strawberry.field(
        description="The time zone it is meant in, such as Europe/Berlin."
    )
    held_on: date = strawberry.field(description="The day on which it starts in that zone.")
    place: str | None = strawberry.field(description="Where.")
    link: str | None = strawberry.field(description="Where in the web.")
    agenda: str | None = strawberry.field(description="What it is about.")
    minutes: str | None = strawberry.field(description="What was said and decided.")
    cancelled_at: datetime | None = strawberry.field(description="When it was cancelled.")
    cancelled_because: str | None = strawberry.field(description="Why it was cancelled.")
    version: int = strawberry.field(description="Grows with each change.")
    group: "WorkingGroup" = strawberry.field(description="Of which group.")
    attendance: list[Attendance] = strawberry.field(description="Who came, as far as recorded.")


@strawberry.type(description="People of several organisations at work on one thing.")
class WorkingGroup(Node):
    name: str = strawberry.field(description="Its name.")
    mandate: str | None = strawberry.field(description="What it is to do.")
    starts_on: date = strawberry.field(description="First day.")
    ends_on: date | None = strawberry.field(description="Last day; null while none is set.")
    version: int = strawberry.field(description="Grows with each change.")
    delegacies: Connection[Delegacy] = connection(
        "Who works or worked in it, earliest first.", DelegacyFilter, DelegacyOrder
    )
    meetings: Connection[Meeting] = connection(
        "Its meetings, earliest first.", MeetingFilter, MeetingOrder
    )
    attendance: list[GroupAttendance] = strawberry.field(
        description="How often each organisation's people came."
    )


@extends(Organisation)
class OrganisationDelegacies:
    delegacies: Connection[Delegacy] = connection(
        "Its people in working groups, earliest first.", DelegacyFilter, DelegacyOrder
    )


@strawberry.type
class WorkingGroupsQuery:
    working_group: WorkingGroup | None = field(
        "One working group by id or name.",
        optional("id", strawberry.ID, "Its global id."),
        optional("name", str, "Its name, in any case."),
    )
    working_groups: Connection[WorkingGroup] = connection(
        "Working groups, by name.", WorkingGroupFilter, WorkingGroupOrder
    )
    delegacies: Connection[Delegacy] = connection(
        "Who works in which group that you may see, earliest first.",
        DelegacyFilter,
        DelegacyOrder,
    )
    meetings: Connection[Meeting] = connection(
        "Meetings that you may see, earliest first.", MeetingFilter, MeetingOrder
    )


@strawberry.type
class WorkingGroupsSubscription:
    meeting_changed: Change[Meeting] = rows(MEETINGS, "A meeting was called, held or changed.")


@strawberry.input(description="A working group.")
class CreateWorkingGroupInput:
    name: str = strawberry.field(description="Its name, 1 to 200 characters.")
    mandate: str = strawberry.field(description="What it is to do.")
    starts_on: date = strawberry.field(description="First day.")
    ends_on: date | None = strawberry.field(
        description="Last day, if there is one.", default=strawberry.UNSET
    )


@strawberry.input(description="The working group to close.")
class CloseWorkingGroupInput:
    group: strawberry.ID = strawberry.field(description="Which.")
    version: int = strawberry.field(description=_VERSION)
    ends_on: date | None = strawberry.field(
        description="Its last day; today unless given.", default=strawberry.UNSET
    )


@strawberry.input(description="A person's office in a working group.")
class AppointDelegateInput:
    group: strawberry.ID = strawberry.field(description="In which group.")
    account: strawberry.ID = strawberry.field(description="Who.")
    office: Office = strawberry.field(description="As what.")
    starts_on: date = strawberry.field(description="First day.")
    ends_on: date = strawberry.field(description="Last day.")
    organisation: strawberry.ID | None = strawberry.field(
        description="For whom; your own organisation unless given.", default=strawberry.UNSET
    )


@strawberry.input(description="The office to end.")
class EndDelegacyInput:
    delegacy: strawberry.ID = strawberry.field(description="Which.")
    version: int = strawberry.field(description=_VERSION)
    ends_on: date | None = strawberry.field(
        description="Its last day; today unless given. Before its first day it is taken back.",
        default=strawberry.UNSET,
    )


@strawberry.input(description="A meeting.")
class ScheduleMeetingInput:
    group: strawberry.ID = strawberry.field(description="Of which group.")
    title: str = strawberry.field(description="What it is called, 1 to 200 characters.")
    starts_at: datetime = strawberry.field(description="When it starts.")
    ends_at: datetime = strawberry.field(description="When it ends, within a week.")
    time_zone: str = strawberry.field(
        description="The time zone it is meant in, such as Europe/Berlin."
    )
    place: str | None = strawberry.field(description="Where.", default=strawberry.UNSET)
    link: str | None = strawberry.field(
        description="Where in the web: an address with https.", default=strawberry.UNSET
    )
    agenda: str | None = strawberry.field(description="What it is about.", default=strawberry.UNSET)


@strawberry.input(description="New times of a meeting.")
class RescheduleMeetingInput:
    meeting: strawberry.ID = strawberry.field(description="Which.")
    version: int = strawberry.field(description=_VERSION)
    starts_at: datetime = strawberry.field(description="When it starts.")
    ends_at: datetime = strawberry.field(description="When it ends, within a week.")
    time_zone: str | None = strawberry.field(
        description="The time zone; as before unless given.", default=strawberry.UNSET
    )
    place: str | None = strawberry.field(
        description="Where; as before unless given.", default=strawberry.UNSET
    )
    link: str | None = strawberry.field(
        description="Where in the web; as before unless given.", default=strawberry.UNSET
    )


@strawberry.input(description="The meeting to cancel.")
class CancelMeetingInput:
    meeting: strawberry.ID = strawberry.field(description="Which.")
    version: int = strawberry.field(description=_VERSION)
    reason: str = strawberry.field(description="Why.")


@strawberry.input(description="Who came to a meeting: the whole list, in place of an earlier one.")
class RecordAttendanceInput:
    meeting: strawberry.ID = strawberry.field(description="To which.")
    version: int = strawberry.field(description=_VERSION)
    present: list[strawberry.ID] = strawberry.field(description="The delegacies of who came.")
    excused: list[strawberry.ID] | None = strawberry.field(
        description="The delegacies of who is excused.", default=strawberry.UNSET
    )
    absent: list[strawberry.ID] | None = strawberry.field(
        description="The delegacies of who is absent.", default=strawberry.UNSET
    )


@strawberry.input(description="The minutes of a meeting.")
class RecordMinutesInput:
    meeting: strawberry.ID = strawberry.field(description="Of which.")
    version: int = strawberry.field(description=_VERSION)
    minutes: str = strawberry.field(description="What was said and decided.")


WorkingGroupResult = Annotated[
    WorkingGroup | Refusal,
    strawberry.union("WorkingGroupResult", description="The group, or why nothing was done."),
]
DelegacyResult = Annotated[
    Delegacy | Refusal,
    strawberry.union("DelegacyResult", description="The office, or why nothing was done."),
]
MeetingResult = Annotated[
    Meeting | Refusal,
    strawberry.union("MeetingResult", description="The meeting, or why nothing was done."),
]
_MEETING = {"meeting": MEETINGS}


@strawberry.type
class WorkingGroupsMutation:
    create_working_group: WorkingGroupResult | None = mutation(
        "Make a working group.",
        Does(create_group, CreateGroup, CreateWorkingGroupInput, GROUPS),
    )
    close_working_group: WorkingGroupResult | None = mutation(
        "Give a working group a last day: its offices end with it, later meetings are cancelled.",
        Does(close_group, CloseGroup, CloseWorkingGroupInput, GROUPS, {"group": GROUPS}),
    )
    appoint_delegate: DelegacyResult | None = mutation(
        "Send a person into a working group. Its own admin sends an organisation's people; who"
        " presides is the secretariat's to say.",
        Does(
            appoint_delegate,
            AppointDelegate,
            AppointDelegateInput,
            DELEGACIES,
            {"group": GROUPS, "account": ACCOUNTS, "organisation": ORGANISATIONS},
        ),
    )
    end_delegacy: DelegacyResult | None = mutation(
        "End an office before its time, as its organisation, as the person or as the secretariat.",
        Does(end_delegacy, EndDelegacy, EndDelegacyInput, DELEGACIES, {"delegacy": DELEGACIES}),
    )
    schedule_meeting: MeetingResult | None = mutation(
        "Arrange a meeting, as who presides over the group or as the secretariat.",
        Does(schedule_meeting, ScheduleMeeting, ScheduleMeetingInput, MEETINGS, {"group": GROUPS}),
    )
    reschedule_meeting: MeetingResult | None = mutation(
        "Move a meeting that is still to come.",
        Does(reschedule_meeting, RescheduleMeeting, RescheduleMeetingInput, MEETINGS, _MEETING),
    )
    cancel_meeting: MeetingResult | None = mutation(
        "Cancel a meeting that is still to come.",
        Does(cancel_meeting, CancelMeeting, CancelMeetingInput, MEETINGS, _MEETING),
    )
    record_attendance: MeetingResult | None = mutation(
        "Record who came, on the day of the meeting or later.",
        Does(
            record_attendance,
            RecordAttendance,
            RecordAttendanceInput,
            MEETINGS,
            {
                "meeting": MEETINGS,
                "present": DELEGACIES,
                "excused": DELEGACIES,
                "absent": DELEGACIES,
            },
        ),
    )
    record_minutes: MeetingResult | None = mutation(
        "Record the minutes, on the day of the meeting or later.",
        Does(record_minutes, RecordMinutes, RecordMinutesInput, MEETINGS, _MEETING),
    )
