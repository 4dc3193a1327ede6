"""What can be read of decisions about memberships: by the secretariat and whom they are about."""

from consortium.identity.reads import ACCOUNTS
from consortium.kernel.principal import Permission, Rights
from consortium.membership.models import MembershipDecision
from consortium.organisations.reads import ORGANISATIONS
from consortium.query.source import Many, One, Source
from consortium.query.tables import columns


def _visible_to(rights: Rights) -> str:
    if rights.may(Permission.MEMBERSHIPS_MANAGE):
        return "true"
    if rights.may(Permission.ORGANISATIONS_REPRESENT):
        return "{t}.organisation_id = {caller_organisation}"
    return "false"


DECISIONS = Source(
    name="membership_decision",
    table="membership_decision",
    prefix="decision",
    visible_to=_visible_to,
    fields=columns(
        MembershipDecision,
        "decision",
        ("step", "before", "after", "effective_on", "deadline", "reason", "decided_at"),
    )
    | {
        "account": One(ACCOUNTS, "{u}.id = {t}.account_id"),
        "organisation": One(ORGANISATIONS, "{u}.id = {t}.organisation_id"),
    },
    filters=(
        "id",
        "step",
        "before",
        "after",
        "effective_on",
        "deadline",
        "decided_at",
        "organisation",
    ),
    orders={"effective_on": ("effective_on",), "decided_at": ("decided_at",)},
)

ORGANISATIONS.relate(membership_decisions=Many(DECISIONS, "{u}.organisation_id = {t}.id"))
