"""What can be read of webhooks: by who manages those of its own organisation."""

from collections.abc import Mapping
from typing import Final

from consortium.assessment.reads.claims import ASSESSED_CLAIMS
from consortium.effects.reads.effects import EFFECTS
from consortium.effects.reads.shares import ALLOCATIONS
from consortium.footprints.reads.footprints import FOOTPRINTS
from consortium.footprints.reads.requests import REQUESTS
from consortium.guidance.reads import VERSIONS as GUIDANCE_VERSIONS
from consortium.inventory.reads import INVENTORIES
from consortium.kernel.ids import GlobalId
from consortium.kernel.principal import Permission
from consortium.membership.reads.applications import APPLICATIONS
from consortium.membership.reads.dues import INVOICES
from consortium.membership.reads.memberships import MEMBERSHIPS
from consortium.organisations.reads import ORGANISATIONS
from consortium.query.source import Column, Many, One, RowRule, Source
from consortium.query.sqltypes import SqlType
from consortium.query.tables import columns
from consortium.staging.reads import STAGED_IMPORTS
from consortium.value_chains.reads import CHAIN_VERSIONS
from consortium.webhooks.models import Webhook, WebhookAttempt, WebhookDelivery
from consortium.webhooks.rules.vocabulary import WebhookEventKind

# Of what each kind of events tells.
SUBJECTS: Final[Mapping[WebhookEventKind, Source]] = {
    WebhookEventKind.ALLOCATION_CHANGED: ALLOCATIONS,
    WebhookEventKind.APPLICATION_CHANGED: APPLICATIONS,
    WebhookEventKind.CHAIN_VERSION_PUBLISHED: CHAIN_VERSIONS,
    WebhookEventKind.CLAIM_CHANGED: ASSESSED_CLAIMS,
    WebhookEventKind.CLAIM_PUBLISHED: ASSESSED_CLAIMS,
    WebhookEventKind.EFFECT_RECORDED: EFFECTS,
    WebhookEventKind.FOOTPRINT_PUBLISHED: FOOTPRINTS,
    WebhookEventKind.FOOTPRINT_RECORDED: FOOTPRINTS,
    WebhookEventKind.FOOTPRINT_REQUEST_CHANGED: REQUESTS,
    WebhookEventKind.FOOTPRINT_SHARED: FOOTPRINTS,
    WebhookEventKind.GUIDANCE_PUBLISHED: GUIDANCE_VERSIONS,
    WebhookEventKind.IMPORT_FINISHED: STAGED_IMPORTS,
    WebhookEventKind.INVENTORY_RECORDED: INVENTORIES,
    WebhookEventKind.INVOICE_ISSUED: INVOICES,
    WebhookEventKind.MEMBERSHIP_CHANGED: MEMBERSHIPS,
}
_OWN = "SELECT held.id FROM webhook held WHERE held.organisation_id = {caller_organisation}"
_MANAGED = f"{{t}}.webhook_id IN ({_OWN})"
# What was never sent may be of something that the organisation may not see.
_SENT = "({t}.sent_at IS NOT NULL OR {t}.kind IS NULL)"


def subject_of(kind: WebhookEventKind, subject: str) -> tuple[Source, int]:
    """Where the row is read from, and its key."""
    return SUBJECTS[kind], GlobalId.parse(subject).key


def _manages(rule: str) -> RowRule:
    """Rows that the rule names, for who manages webhooks."""
    return lambda rights: rule if rights.may(Permission.WEBHOOKS_MANAGE) else "false"


WEBHOOKS = Source(
    name="webhook",
    table="webhook",
    prefix="webhook",
    visible_to=_manages("{t}.organisation_id = {caller_organisation}"),
    fields=columns(
        Webhook,
        "webhook",
        (
            "url",
            "description",
            "query",
            "version",
            "registered_at",
            "former_until",
            "failing_since",
            "disabled_at",
            "disabled_because",
            "removed_at",
        ),
    )
    | {
        "events": Column("array_to_json({t}.events)", SqlType.JSON, nullable=False),
        "permissions": Column("array_to_json({t}.permissions)", SqlType.JSON, nullable=False),
        "organisation": One(ORGANISATIONS, "{u}.id = {t}.organisation_id"),
    },
    filters=("id", "url", "registered_at", "failing_since", "disabled_at", "removed_at"),
    orders={"registered_at": ("registered_at",)},
)

DELIVERIES = Source(
    name="webhook_delivery",
    table="webhook_delivery",
    prefix="delivery",
    visible_to=_manages(f"({_MANAGED} AND {_SENT})"),
    fields=columns(
        WebhookDelivery,
        "delivery",
        ("message_id", "kind", "subject", "happened_at", "state", "attempts", "told", "ended_at"),
    )
    | {
        "due_at": Column("CASE WHEN {t}.state = 'WAITING' THEN {t}.due_at END", SqlType.TIMESTAMP),
        "webhook": One(WEBHOOKS, "{u}.id = {t}.webhook_id"),
    },
    filters=("id", "message_id", "kind", "subject", "state", "happened_at", "ended_at", "webhook"),
    orders={"happened_at": ("happened_at",)},
)

ATTEMPTS = Source(
    name="webhook_attempt",
    table="webhook_attempt",
    visible_to=_manages(
        "{t}.delivery_id IN (SELECT sent.id FROM webhook_delivery sent"
        f" WHERE {_MANAGED.replace('{t}', 'sent')} AND {_SENT.replace('{t}', 'sent')})"
    ),
    fields=columns(WebhookAttempt, None, ("attempted_at", "status", "took_ms", "answer", "told"))
    | {"delivery": One(DELIVERIES, "{u}.id = {t}.delivery_id")},
    filters=("attempted_at", "status", "delivery"),
)

WEBHOOKS.relate(deliveries=Many(DELIVERIES, "{u}.webhook_id = {t}.id"))
DELIVERIES.relate(log=Many(ATTEMPTS, "{u}.delivery_id = {t}.id"))
