"""What can be read of meetings: by organisations with people in the group, and the secretariat."""

from consortium.kernel.principal import Permission, Rights
from consortium.membership.models import Attendance, Meeting
from consortium.membership.reads.groups import DELEGACIES, GROUPS
from consortium.membership.reads.waiting import Waiting
from consortium.membership.rules.inbox import WaitKind, WaitsFor
from consortium.organisations.reads import ORGANISATIONS
from consortium.query.pick import Args
from consortium.query.source import Column, Many, One, RowRule, Source
from consortium.query.sqltypes import SqlType
from consortium.query.tables import columns
from consortium.query.writer import Writer

# Groups in which the caller's organisation has or had somebody in office.
_OWN_GROUPS = (
    "SELECT held.group_id FROM delegacy held"
    " WHERE held.organisation_id = {caller_organisation} AND held.withdrawn_at IS NULL"
)


def _of_groups(own: str) -> RowRule:
    """Rows that `own` names for those groups, all of them for the secretariat."""

    def visible_to(rights: Rights) -> str:
        if rights.may(Permission.MEMBERSHIPS_MANAGE):
            return "true"
        return own if rights.has_organisation else "false"

    return visible_to


MEETINGS = Source(
    name="meeting",
    table="meeting",
    prefix="meeting",
    visible_to=_of_groups(f"{{t}}.group_id IN ({_OWN_GROUPS})"),
    fields=columns(
        Meeting,
        "meeting",
        (
            "title",
            "starts_at",
            "ends_at",
            "time_zone",
            "held_on",
            "place",
            "link",
            "agenda",
            "minutes",
            "cancelled_at",
            "cancelled_because",
            "version",
        ),
    )
    | {"group": One(GROUPS, "{u}.id = {t}.group_id")},
    filters=("id", "title", "starts_at", "ends_at", "held_on", "minutes", "cancelled_at", "group"),
    orders={"starts_at": ("starts_at",)},
    default_order=(("starts_at", False),),
)

ATTENDANCE = Source(
    name="attendance",
    table="attendance",
    visible_to=_of_groups(
        f"{{t}}.meeting_id IN (SELECT m.id FROM meeting m WHERE m.group_id IN ({_OWN_GROUPS}))"
    ),
    fields=columns(Attendance, None, ("presence",))
    | {
        "meeting": One(MEETINGS, "{u}.id = {t}.meeting_id"),
        "delegacy": One(DELEGACIES, "{u}.id = {t}.delegacy_id"),
    },
    filters=("presence", "meeting", "delegacy"),
)


def _by_organisation(_: Writer, __: Args) -> str:
    """Of the meetings that were recorded while an organisation had somebody in office."""
    return (
        "SELECT min(d.id) AS id, d.group_id, d.organisation_id, count(DISTINCT m.id) AS held,"
        " count(DISTINCT m.id) FILTER (WHERE a.presence = 'PRESENT') AS attended"
        " FROM delegacy d LEFT JOIN meeting m ON m.group_id = d.group_id"
        " AND m.cancelled_at IS NULL AND m.held_on BETWEEN d.starts_on AND d.ends_on"
        " AND EXISTS (SELECT FROM attendance x WHERE x.meeting_id = m.id)"
        " LEFT JOIN attendance a ON a.meeting_id = m.id AND a.delegacy_id = d.id"
        " WHERE d.withdrawn_at IS NULL GROUP BY d.group_id, d.organisation_id"
    )


GROUP_ATTENDANCE = Source(
    name="group_attendance",
    table=_by_organisation,
    visible_to=_of_groups(f"{{t}}.group_id IN ({_OWN_GROUPS})"),
    fields={
        "attended": Column("{t}.attended", SqlType.BIGINT, nullable=False),
        "of": Column("{t}.held", SqlType.BIGINT, nullable=False),
        "organisation": One(ORGANISATIONS, "{u}.id = {t}.organisation_id"),
    },
    filters=("attended", "of", "organisation"),
)

MEETINGS.relate(attendance=Many(ATTENDANCE, "{u}.meeting_id = {t}.id"))
GROUPS.relate(
    meetings=Many(MEETINGS, "{u}.group_id = {t}.id"),
    attendance=Many(GROUP_ATTENDANCE, "{u}.group_id = {t}.id"),
)

WAITING = (
    Waiting(
        WaitKind.MEETING_NOT_RECORDED,
        WaitsFor.CHAIR,
        "meeting",
        "SELECT m.id AS key, NULL::bigint AS organisation_id, m.held_on AS since,"
        " m.held_on + 7 AS due_on FROM meeting m"
        " WHERE m.cancelled_at IS NULL AND m.held_on + 7 < {today} AND (m.minutes = ''"
        " OR NOT EXISTS (SELECT FROM attendance x WHERE x.meeting_id = m.id))",
    ),
)
