"""The secretariat's inbox: what waits for whom, since when, in one list."""

from consortium.kernel.principal import Permission, Rights
from consortium.membership.reads import (
    applications,
    dues,
    engagements,
    groups,
    meetings,
    memberships,
)
from consortium.membership.reads.memberships import held_on
from consortium.membership.reads.waiting import Waiting
from consortium.membership.rules.inbox import WaitKind, WaitsFor
from consortium.organisations.reads import ORGANISATIONS
from consortium.query.pick import Args
from consortium.query.source import Column, One, Source
from consortium.query.sqltypes import SqlType
from consortium.query.writer import Writer

# Of an account that works, and of an invitation that can be taken up.
_ADMIN = (
    "SELECT FROM role_grant r JOIN account a ON a.id = r.account_id"
    " WHERE r.organisation_id = o.id AND r.role = 'ORGANISATION_ADMIN'"
    " AND a.disabled_at IS NULL AND a.erased_at IS NULL"
)
_INVITED = (
    "SELECT FROM single_use_link l WHERE l.organisation_id = o.id AND l.purpose = 'INVITATION'"
    " AND 'ORGANISATION_ADMIN' = ANY (string_to_array(l.roles, ' '))"
    " AND l.used_at IS NULL AND l.revoked_at IS NULL AND {today} <= l.expires_at::date"
)
_UNMANAGED = (
    "SELECT o.id AS key, o.id AS organisation_id,"
    " coalesce((SELECT c.called_at::date FROM organisation_contact c"
    " WHERE c.organisation_id = o.id), held.starts_on) AS since, NULL::date AS due_on"
    " FROM organisation o JOIN membership held ON held.organisation_id = o.id"
    f" WHERE held.status IN ('MEMBER', 'SUSPENDED') AND {held_on('held', '{today}')}"
    f" AND NOT EXISTS ({_ADMIN})"
)

# Of tables of other features that know of no inbox.
_PEOPLE = (
    Waiting(
        WaitKind.ORGANISATION_WITHOUT_ADMIN,
        WaitsFor.SECRETARIAT,
        "org",
        f"{_UNMANAGED} AND NOT EXISTS ({_INVITED})",
    ),
    Waiting(
        WaitKind.ORGANISATION_WITHOUT_ADMIN,
        WaitsFor.MEMBER,
        "org",
        f"{_UNMANAGED} AND EXISTS ({_INVITED})",
    ),
    Waiting(
        WaitKind.ADMIN_INVITATION_UNANSWERED,
        WaitsFor.MEMBER,
        "invitation",
        "SELECT l.id AS key, l.organisation_id, l.created_at::date AS since, NULL::date AS due_on"
        " FROM single_use_link l WHERE l.purpose = 'INVITATION'"
        " AND 'ORGANISATION_ADMIN' = ANY (string_to_array(l.roles, ' '))"
        " AND l.used_at IS NULL AND l.revoked_at IS NULL AND l.created_at::date + 7 < {today}"
        # Not where another one was sent later, or has done its work.
        " AND NOT EXISTS (SELECT FROM single_use_link n"
        " WHERE n.organisation_id = l.organisation_id AND n.email = l.email"
        " AND n.purpose = 'INVITATION' AND n.id > l.id)",
    ),
)

# A room of this feature adds its own here, a later feature by `add_waiting`.
PARTS = [
    *_PEOPLE,
    *groups.WAITING,
    *meetings.WAITING,
    *memberships.WAITING,
    *engagements.WAITING,
    *applications.WAITING,
    *dues.WAITING,
]


def add_waiting(*parts: Waiting) -> None:
    """Add what waits in a later feature; called when its reads are imported."""
    PARTS.extend(parts)


def _visible_to(rights: Rights) -> str:
    return "true" if rights.may(Permission.MEMBERSHIPS_MANAGE) else "false"


def _inbox(writer: Writer, _: Args) -> str:
    return " UNION ALL ".join(_part(writer, one) for one in PARTS)


def _part(writer: Writer, part: Waiting) -> str:
    # Keys of several tables, told apart by the place of the sort.
    place = (1 + list(WaitKind).index(part.kind)) * 10**15
    return (
        f"SELECT {place} + w.key AS id, w.key, '{part.kind}' AS kind,"
        f" '{part.waits_for}' AS waits_for,"
        f" w.organisation_id, w.since, w.due_on, '{part.thing}_' || w.key AS thing"
        f" FROM ({writer.fill(part.rows, '')}) w"
    )


def _of_kind(kind: WaitKind) -> str:
    return f"{{t}}.kind = '{kind}' AND {{u}}.id = {{t}}.key"


INBOX = Source(
    name="inbox_item",
    table=_inbox,
    visible_to=_visible_to,
    fields={
        "kind": Column("{t}.kind", nullable=False, enum=WaitKind),
        "waits_for": Column("{t}.waits_for", nullable=False, enum=WaitsFor),
        "since": Column("{t}.since", SqlType.DATE),
        "due_on": Column("{t}.due_on", SqlType.DATE),
        "thing": Column("{t}.thing", nullable=False),
        "organisation": One(ORGANISATIONS, "{u}.id = {t}.organisation_id"),
        "application": One(applications.APPLICATIONS, _of_kind(WaitKind.APPLICATION)),
        "invoice": One(dues.INVOICES, _of_kind(WaitKind.INVOICE_OVERDUE)),
    },
    filters=("kind", "waits_for", "since", "due_on", "organisation"),
    orders={"since": ("since",), "due_on": ("due_on",)},
    default_order=(("since", False),),
)
