"""What can be read of assurers' engagements: by both parties, and by who manages memberships."""

from consortium.kernel.principal import Permission, Rights
from consortium.membership.models import Engagement
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
