"""Messages that somebody asks for: a try of a webhook, or one that was over once more."""

from datetime import date
from typing import NamedTuple
from uuid import uuid4

from consortium.audit.actions import audited
from consortium.kernel.principal import Principal
from consortium.query.visible import require_visible
from consortium.webhooks.actions.hooks import webhook_of
from consortium.webhooks.reads import DELIVERIES
from consortium.webhooks.rules.hooks import DeliveryWaiting, WebhookDisabled
from consortium.webhooks.rules.vocabulary import WebhookDeliveryState

_PING = "INSERT INTO webhook_delivery (webhook_id, message_id) VALUES ($1, $2) RETURNING id"
_WEBHOOK = "SELECT webhook_id FROM webhook_delivery WHERE id = $1"
_STATE = "SELECT state FROM webhook_delivery WHERE id = $1 FOR UPDATE"
_REPLAY = """
UPDATE webhook_delivery SET state = 'WAITING', began_at = now(), due_at = now(), attempts = 0,
    told = '', ended_at = NULL
WHERE id = $1
"""


class PingWebhook(NamedTuple):
    """The webhook that is to be tried."""

    webhook: int


class ReplayWebhookDelivery(NamedTuple):
    """The delivery that is to be sent once more."""

    delivery: int


async def ping_webhook(by: Principal, command: PingWebhook, today: date) -> int:
    """Send a message of the type PING, once, also to a webhook that rests; returns its delivery.

    Raises NotFound, PermissionDenied, WebhookRemoved.
    """
    async with audited(by, "webhook:test", organisation_id=by.organisation_id) as open_:
        await webhook_of(open_, by, command.webhook, today)
        key: int = await open_.fetchval(_PING, command.webhook, message_id())
    return key


async def replay_webhook_delivery(
    by: Principal, command: ReplayWebhookDelivery, today: date
) -> int:
    """Send it again under its id, with what there is to be said of its subject now.

    Raises NotFound, PermissionDenied, WebhookRemoved, WebhookDisabled, DeliveryWaiting.
    """
    async with audited(by, "webhook:replay", organisation_id=by.organisation_id) as open_:
        await require_visible(open_, DELIVERIES, command.delivery, by, today)
        webhook = await open_.fetchval(_WEBHOOK, command.delivery)
        if (await webhook_of(open_, by, webhook, today))["disabled_at"] is not None:
            raise WebhookDisabled
        if await open_.fetchval(_STATE, command.delivery) == WebhookDeliveryState.WAITING:
            raise DeliveryWaiting
        await open_.execute(_REPLAY, command.delivery)
    return command.delivery


def message_id() -> str:
    """The id of a new message."""
    return f"msg_{uuid4().hex}"
