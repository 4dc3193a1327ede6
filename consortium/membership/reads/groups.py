"""What can be read of working groups: their names by everyone, who works in them by members."""

from consortium.identity.reads import ACCOUNTS
from consortium.kernel.principal import Permission, Rights
from consortium.membership.models import Delegacy, WorkingGroup
from consortium.membership.reads.waiting import Waiting
from consortium.membership.rules.inbox import WaitKind, WaitsFor
from consortium.organisations.reads import ORGANISATIONS
from consortium.query.source import Column, Many, One, Source, everyone
from consortium.query.sqltypes import SqlType
from consortium.query.tables import columns

GROUPS = Source(
    name="working_group",
    table="working_group",
    prefix="group",
    visible_to=everyone,
    fields=columns(WorkingGroup, "group", ("name", "mandate", "starts_on", "ends_on", "version")),
    filters=("id", "name", "starts_on", "ends_on"),
    orders={"name": ("name",), "starts_on": ("starts_on",)},
    default_order=(("name", False),),
)


def _visible_to(rights: Rights) -> str:
    """Members see everyone's people, participants their own, and everyone themselves."""
    if rights.is_member or rights.may(Permission.MEMBERSHIPS_MANAGE):
        return "true"
    own = "{t}.account_id = {caller_account}"
    if rights.has_organisation:
        return f"{own} OR {{t}}.organisation_id = {{caller_organisation}}"
    return own


_PERSON = "(SELECT {0} FROM account p WHERE p.id = {{t}}.account_id)"

DELEGACIES = Source(
    name="delegacy",
    table="delegacy",
    prefix="delegacy",
    visible_to=_visible_to,
    fields=columns(
        Delegacy,
        "delegacy",
        ("office", "starts_on", "ends_on", "withdrawn_at", "appointed_at", "version"),
    )
    | {
        # Of a person who was forgotten the pseudonym is left.
        "name": Column(_PERSON.format("nullif(p.name, '')")),
        "subject": Column(_PERSON.format("p.subject"), nullable=False),
        "in_office": Column(
            "({t}.withdrawn_at IS NULL AND {today} BETWEEN {t}.starts_on AND {t}.ends_on)",
            SqlType.BOOLEAN,
            nullable=False,
        ),
        "group": One(GROUPS, "{u}.id = {t}.group_id"),
        "organisation": One(ORGANISATIONS, "{u}.id = {t}.organisation_id"),
        "account": One(ACCOUNTS, "{u}.id = {t}.account_id"),
    },
    filters=(
        "id",
        "office",
        "starts_on",
        "ends_on",
        "withdrawn_at",
        "in_office",
        "group",
        "organisation",
        "account",
    ),
    orders={"starts_on": ("starts_on",)},
    default_order=(("starts_on", False),),
)

GROUPS.relate(delegacies=Many(DELEGACIES, "{u}.group_id = {t}.id"))
ORGANISATIONS.relate(delegacies=Many(DELEGACIES, "{u}.organisation_id = {t}.id"))

# Since the day after the last chair's term, else since the group began.
WAITING = (
    Waiting(
        WaitKind.CHAIR_MISSING,
        WaitsFor.SECRETARIAT,
        "group",
        "SELECT g.id AS key, NULL::bigint AS organisation_id, coalesce((SELECT max(d.ends_on) + 1"
        " FROM delegacy d WHERE d.group_id = g.id AND d.office = 'CHAIR'"
        " AND d.withdrawn_at IS NULL AND d.ends_on < {today}), g.starts_on) AS since,"
        " NULL::date AS due_on FROM working_group g"
        " WHERE g.starts_on <= {today} AND (g.ends_on IS NULL OR {today} <= g.ends_on)"
        " AND NOT EXISTS (SELECT FROM delegacy d WHERE d.group_id = g.id AND d.office = 'CHAIR'"
        " AND d.withdrawn_at IS NULL AND {today} BETWEEN d.starts_on AND d.ends_on)",
    ),
)
