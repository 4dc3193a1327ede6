"""Words of webhooks: what happens, why a hook rests, and what became of a delivery."""

from enum import StrEnum


class WebhookEventKind(StrEnum):
    """What happens to a row. Which rows and when stands beside the triggers, in the migration."""

    ALLOCATION_CHANGED = "ALLOCATION_CHANGED"
    APPLICATION_CHANGED = "APPLICATION_CHANGED"
    CHAIN_VERSION_PUBLISHED = "CHAIN_VERSION_PUBLISHED"
    CLAIM_CHANGED = "CLAIM_CHANGED"
    CLAIM_PUBLISHED = "CLAIM_PUBLISHED"
    EFFECT_RECORDED = "EFFECT_RECORDED"
    FOOTPRINT_PUBLISHED = "FOOTPRINT_PUBLISHED"
    FOOTPRINT_RECORDED = "FOOTPRINT_RECORDED"
    FOOTPRINT_REQUEST_CHANGED = "FOOTPRINT_REQUEST_CHANGED"
    FOOTPRINT_SHARED = "FOOTPRINT_SHARED"
    GUIDANCE_PUBLISHED = "GUIDANCE_PUBLISHED"
    IMPORT_FINISHED = "IMPORT_FINISHED"
    INVENTORY_RECORDED = "INVENTORY_RECORDED"
    INVOICE_ISSUED = "INVOICE_ISSUED"
    MEMBERSHIP_CHANGED = "MEMBERSHIP_CHANGED"


# The `type` of a message that only tries a hook.
PING = "PING"


class WebhookDisabledBecause(StrEnum):
    """ASKED: somebody did so; FAILING: nothing arrived for days; GONE: it answered 410."""

    ASKED = "ASKED"
    FAILING = "FAILING"
    GONE = "GONE"


class WebhookDeliveryState(StrEnum):
    """WAITING: to be tried, or tried again; DELIVERED; FAILED: given up."""

    WAITING = "WAITING"
    DELIVERED = "DELIVERED"
    FAILED = "FAILED"
