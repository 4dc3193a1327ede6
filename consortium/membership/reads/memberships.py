"""What can be read of memberships, and who are members on a day: everyone may."""

from consortium.evidence.reads import CITATIONS
from consortium.membership.models import Membership
from consortium.membership.reads.seats import SEATS
from consortium.membership.reads.waiting import Waiting
from consortium.membership.rules.inbox import WaitKind, WaitsFor
from consortium.organisations.reads import ORGANISATIONS
from consortium.query.dates import date_or_today
from consortium.query.pick import Args
from consortium.query.source import Many, One, Source, everyone
from consortium.query.tables import columns
from consortium.query.writer import Writer

MEMBERSHIPS = Source(
    name="membership",
    table="membership",
    prefix="membership",
    visible_to=everyone,
    fields=columns(
        Membership,
        "membership",
        ("status", "starts_on", "ends_on", "evidence_as_of", "notes", "recorded_at"),
    )
    | {
        "organisation": One(ORGANISATIONS, "{u}.id = {t}.organisation_id"),
        "source": One(CITATIONS, "{u}.id = {t}.citation_id"),
    },
    filters=("status", "starts_on", "ends_on", "organisation"),
    orders={"starts_on": ("starts_on",)},
    default_order=(("starts_on", False),),
)


def held_on(alias: str, day: str) -> str:
    """SQL: the membership held on the day. An unknown first or last day is no bound."""
    return (
        f"({alias}.starts_on IS NULL OR {alias}.starts_on <= {day})"
        f" AND ({alias}.ends_on IS NULL OR {day} <= {alias}.ends_on)"
    )


def members_on(day: str) -> str:
    """SQL of the ids of the organisations that are members on the day."""
    return (
        "SELECT held.organisation_id FROM membership held"
        f" WHERE held.status = 'MEMBER' AND {held_on('held', day)}"
    )


def _status_on(writer: Writer, args: Args, t: str, u: str) -> str:
    day = date_or_today(writer, args.get("on_date"))
    return f"{u}.organisation_id = {t}.id AND {held_on(u, day)}"


def _is_member(writer: Writer, args: Args, _t: str, u: str) -> str:
    # A sub-select hides the day from the planner, which would make a plan for each anew.
    day = f"(SELECT {date_or_today(writer, args.get('on_date'))})"
    return f"{u}.id IN ({members_on(day)})"


MEMBERS = Many(ORGANISATIONS, _is_member)

ORGANISATIONS.relate(
    memberships=Many(MEMBERSHIPS, "{u}.organisation_id = {t}.id"),
    membership=One(MEMBERSHIPS, _status_on),
    seats=One(SEATS, "{u}.id = {t}.id"),
)
_WAITS = (
    "SELECT m.id AS key, m.organisation_id, m.starts_on AS since, {due_on} AS due_on"
    " FROM membership m WHERE m.status = '{status}' AND " + held_on("m", "{{today}}")
)

WAITING = (
    Waiting(
        WaitKind.APPEAL,
        WaitsFor.SECRETARIAT,
        "membership",
        _WAITS.format(status="UNDER_APPEAL", due_on="NULL::date"),
    ),
    # Until its last day the organisation may appeal.
    Waiting(
        WaitKind.EXPULSION,
        WaitsFor.MEMBER,
        "membership",
        _WAITS.format(status="UNDER_EXPULSION", due_on="m.ends_on"),
    ),
    # Of a membership that will end: since the notice, if it was given here.
    Waiting(
        WaitKind.NOTICE,
        WaitsFor.SECRETARIAT,
        "membership",
        "SELECT m.id AS key, m.organisation_id, (SELECT max(d.decided_at)::date"
        " FROM membership_decision d WHERE d.organisation_id = m.organisation_id"
        " AND d.step = 'LEAVE') AS since, n.starts_on AS due_on FROM membership m"
        " JOIN membership n ON n.organisation_id = m.organisation_id AND n.status = 'FORMER'"
        " AND n.starts_on = m.ends_on + 1"
        f" WHERE m.status IN ('MEMBER', 'SUSPENDED') AND {held_on('m', '{today}')}",
    ),
)
