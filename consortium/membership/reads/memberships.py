"""What can be read of memberships, and who are members on a day: everyone may."""

from consortium.evidence.reads import CITATIONS
from consortium.membership.models import Membership
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
    return f"{u}.id IN ({members_on(date_or_today(writer, args.get('on_date')))})"


MEMBERS = Many(ORGANISATIONS, _is_member)

ORGANISATIONS.relate(
    memberships=Many(MEMBERSHIPS, "{u}.organisation_id = {t}.id"),
    membership=One(MEMBERSHIPS, _status_on),
)
