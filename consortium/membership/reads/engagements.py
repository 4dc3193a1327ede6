"""What can be read of assurers' engagements: by both parties, and by who manages memberships."""

from consortium.kernel.principal import Permission, Rights
from consortium.membership.models import Engagement
from consortium.membership.reads.waiting import Waiting
from consortium.membership.rules.inbox import WaitKind, WaitsFor
from consortium.organisations.reads import ORGANISATIONS
from consortium.query.source import One, Source
from consortium.query.tables import columns

# An engagement tells who works for whom: as little public as the figures it is about.
_SEES_OWN = (Permission.ENGAGEMENTS_MANAGE, Permission.FIGURES_ASSURE, Permission.FIGURES_READ)


def _visible_to(rights: Rights) -> str:
    if rights.may(Permission.MEMBERSHIPS_MANAGE):
        return "true"
    if any(rights.may(permission) for permission in _SEES_OWN):
        return "{t}.client_id = {caller_organisation} OR {t}.assurer_id = {caller_organisation}"
    return "false"


ENGAGEMENTS = Source(
    name="engagement",
    table="engagement",
    prefix="engagement",
    visible_to=_visible_to,
    fields=columns(
        Engagement,
        "engagement",
        ("covers", "starts_on", "ends_on", "created_at", "ended_at"),
    )
    | {
        "assurer": One(ORGANISATIONS, "{u}.id = {t}.assurer_id"),
        "client": One(ORGANISATIONS, "{u}.id = {t}.client_id"),
    },
    filters=("id", "covers", "starts_on", "ends_on", "ended_at", "assurer", "client"),
    orders={"starts_on": ("starts_on",)},
    default_order=(("starts_on", False),),
)

# In time to renew them.
WAITING = (
    Waiting(
        WaitKind.ENGAGEMENT_ENDING,
        WaitsFor.MEMBER,
        "engagement",
        "SELECT e.id AS key, e.client_id AS organisation_id,"
        " greatest(e.ends_on - 30, e.starts_on) AS since, e.ends_on AS due_on FROM engagement e"
        " WHERE e.ended_at IS NULL AND e.starts_on <= {today}"
        " AND e.ends_on BETWEEN {today} AND {today} + 30",
    ),
)
