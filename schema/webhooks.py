"""Webhooks of the caller's organisation, and the log of what was sent."""

from datetime import datetime
from typing import Annotated

import strawberry

from consortium.webhooks.actions.deliveries import (
    PingWebhook,
    ReplayWebhookDelivery,
    ping_webhook,
    replay_webhook_delivery,
)
from consortium.webhooks.actions.hooks import (
    ChangeWebhook,
    RegisterWebhook,
    RotateWebhookSecret,
    ThisWebhook,
    change_webhook,
    disable_webhook,
    enable_webhook,
    register_webhook,
    remove_webhook,
    rotate_webhook_secret,
)
from consortium.webhooks.reads import ATTEMPTS, DELIVERIES, WEBHOOKS
from consortium.webhooks.rules.vocabulary import (
    WebhookDeliveryState,
    WebhookDisabledBecause,
    WebhookEventKind,
)
from schema.enums import described
from schema.filters import filter_of, order_of
from schema.mutations import Does, Refusal, mutation
from schema.nodes import Node
from schema.organisations import Organisation
from schema.paging import Connection, connection

WebhookFilter = filter_of(WEBHOOKS)
WebhookOrder = order_of(WEBHOOKS)
WebhookDeliveryFilter = filter_of(DELIVERIES)
WebhookDeliveryOrder = order_of(DELIVERIES)
WebhookAttemptFilter = filter_of(ATTEMPTS)
described(
    WebhookEventKind,
    "What happens. A webhook is told of what its organisation may see when it is told.",
    ALLOCATION_CHANGED="An allocation was proposed, or its status changed.",
    APPLICATION_CHANGED="An application for membership came, or its stage changed.",
    CHAIN_VERSION_PUBLISHED="A version of a value chain was published.",
    CLAIM_CHANGED="An assessed claim was drafted, or its status changed.",
    CLAIM_PUBLISHED="An assessed claim was published.",
    EFFECT_RECORDED="An effect was recorded.",
    FOOTPRINT_PUBLISHED="A footprint was shown to all members, or to the public.",
    FOOTPRINT_RECORDED="A footprint was recorded.",
    FOOTPRINT_REQUEST_CHANGED="A footprint was asked for, or the request's status changed.",
    FOOTPRINT_SHARED="A footprint was shared with your organisation.",
    GUIDANCE_PUBLISHED="A version of a guidance was published.",
    IMPORT_FINISHED="A staged import was committed or discarded.",
    INVENTORY_RECORDED="An inventory was recorded.",
    INVOICE_ISSUED="An invoice was issued.",
    MEMBERSHIP_CHANGED="A status of membership began, or its last day changed.",
)
described(
    WebhookDisabledBecause,
    "Why a webhook rests.",
    ASKED="Somebody disabled it.",
    FAILING="Nothing arrived for days; its organisation's admins were told by mail.",
    GONE="It answered 410; its organisation's admins were told by mail.",
)
described(
    WebhookDeliveryState,
    "What became of a message.",
    WAITING="It is tried again; see `dueAt`.",
    DELIVERED="It was taken.",
    FAILED="It was given up; `told` says why.",
)


@strawberry.type(
    description="An address at which a system of your organisation is told what happens, signed by"
    " the Standard Webhooks specification. Seen by who manages your organisation's webhooks."
)
class Webhook(Node):
    url: str = strawberry.field(description="Where messages go.")
    description: str | None = strawberry.field(description="What it is for.")
    events: list[WebhookEventKind] = strawberry.field(description="What it is told of.")
    query: str = strawberry.field(
        description="What `data` of its messages holds: a query with the one variable `$id: ID!`."
    )
    permissions: list[str] = strawberry.field(
        description="With which permissions it reads: those of who registered or last changed it,"
        " as far as your organisation still has them."
    )
    version: int = strawberry.field(description="Grows with each change.")
    registered_at: datetime = strawberry.field(description="When it was registered.")
    former_until: datetime | None = strawberry.field(
        description="Until when the former secret signs as well, after a rotation."
    )
    failing_since: datetime | None = strawberry.field(
        description="When the first message failed after the last one that arrived."
    )
    disabled_at: datetime | None = strawberry.field(description="When it was disabled, if it is.")
    disabled_because: WebhookDisabledBecause | None = strawberry.field(description="Why.")
    removed_at: datetime | None = strawberry.field(description="When it was removed, if it was.")
    organisation: Organisation = strawberry.field(description="Whose it is.")
    deliveries: Connection["WebhookDelivery"] = connection(
        "The messages that were sent to it.", WebhookDeliveryFilter, WebhookDeliveryOrder
    )


@strawberry.type(
    description="A message for one webhook. It is sent at least once; what it says is read anew at"
    " each attempt and kept nowhere. Its log is kept for a month."
)
class WebhookDelivery(Node):
    message_id: str = strawberry.field(
        description="Its `webhook-id`, the same at every attempt: who had it already knows by it."
    )
    kind: WebhookEventKind | None = strawberry.field(
        description="What happened; null of a message that only tries the webhook."
    )
    subject: strawberry.ID | None = strawberry.field(description="To what it happened.")
    happened_at: datetime = strawberry.field(description="When.")
    state: WebhookDeliveryState = strawberry.field(description="What became of it.")
    attempts: int = strawberry.field(description="How often it was tried, since the last replay.")
    due_at: datetime | None = strawberry.field(description="When it is tried next, while it waits.")
    told: str | None = strawberry.field(description="What went wrong last.")
    ended_at: datetime | None = strawberry.field(description="When it was over, if it is.")
    webhook: Webhook = strawberry.field(description="For which webhook.")
    log: Connection["WebhookAttempt"] = connection("Its attempts.", WebhookAttemptFilter)


@strawberry.type(description="One attempt to deliver a message.")
class WebhookAttempt:
    attempted_at: datetime = strawberry.field(description="When.")
    status: int | None = strawberry.field(description="The answer's status; null: none came.")
    took_ms: int = strawberry.field(description="How long the answer took, in milliseconds.")
    answer: str | None = strawberry.field(description="The first 1000 bytes of the answer.")
    told: str | None = strawberry.field(description="What went wrong, where no answer came.")
    delivery: WebhookDelivery = strawberry.field(description="Of which message.")


@strawberry.type
class WebhooksQuery:
    webhooks: Connection[Webhook] = connection(
        "The webhooks of your organisation.", WebhookFilter, WebhookOrder
    )
    webhook_deliveries: Connection[WebhookDelivery] = connection(
        "The messages that were sent to your organisation's webhooks.",
        WebhookDeliveryFilter,
        WebhookDeliveryOrder,
    )


@strawberry.type(description="A webhook with the secret that signs its messages, shown this once.")
class WebhookSecret:
    webhook: Webhook | None = strawberry.field(description="The webhook.")
    secret: str = strawberry.field(
        description="The secret, as `whsec_` and base64: libraries for Standard Webhooks take it."
    )


_URL = "Where messages go: https. Whoever knows the address should not be able to do harm by it."
_EVENTS = "What it is told of."
_QUERY = (
    "What `data` of its messages is to hold: a query whose only variable is `$id: ID!`, the subject"
)
_DESCRIPTION = "What it is for, at most 200 characters."
_VERSION = "The version that you saw."


@strawberry.input(description="A system that is to be told.")
class RegisterWebhookInput:
    url: str = strawberry.field(description=_URL)
    events: list[WebhookEventKind] = strawberry.field(description=_EVENTS)
    query: str | None = strawberry.field(
        description=f"{_QUERY}; its id and type unless given.", default=strawberry.UNSET
    )
    description: str | None = strawberry.field(description=_DESCRIPTION, default=strawberry.UNSET)


@strawberry.input(description="What is said of a webhook from now on. What is left out stays.")
class ChangeWebhookInput:
    webhook: strawberry.ID = strawberry.field(description="Which.")
    version: int = strawberry.field(description=_VERSION)
    url: str | None = strawberry.field(description=_URL, default=strawberry.UNSET)
    events: list[WebhookEventKind] | None = strawberry.field(
        description=_EVENTS, default=strawberry.UNSET
    )
    query: str | None = strawberry.field(description=f"{_QUERY}.", default=strawberry.UNSET)
    description: str | None = strawberry.field(description=_DESCRIPTION, default=strawberry.UNSET)


@strawberry.input(description="A webhook, as you saw it.")
class ThisWebhookInput:
    webhook: strawberry.ID = strawberry.field(description="Which.")
    version: int = strawberry.field(description=_VERSION)


@strawberry.input(description="A webhook that is to sign with another secret.")
class RotateWebhookSecretInput:
    webhook: strawberry.ID = strawberry.field(description="Which.")
    version: int = strawberry.field(description=_VERSION)
    overlap_hours: int = strawberry.field(
        description="For how many hours the former secret signs as well: 0 to 168.", default=24
    )


@strawberry.input(description="A webhook that is to be tried.")
class TestWebhookInput:
    webhook: strawberry.ID = strawberry.field(description="Which.")


@strawberry.input(description="A message that is to be sent once more.")
class ReplayWebhookDeliveryInput:
    delivery: strawberry.ID = strawberry.field(description="Which.")


WebhookSecretResult = Annotated[
    WebhookSecret | Refusal,
    strawberry.union(
        "WebhookSecretResult", description="The webhook and its secret, or why there is none."
    ),
]
WebhookResult = Annotated[
    Webhook | Refusal,
    strawberry.union("WebhookResult", description="The webhook, or why nothing was changed."),
]
WebhookDeliveryResult = Annotated[
    WebhookDelivery | Refusal,
    strawberry.union("WebhookDeliveryResult", description="The message, or why there is none."),
]
_WEBHOOK = {"webhook": WEBHOOKS}


@strawberry.type
class WebhooksMutation:
    register_webhook: WebhookSecretResult | None = mutation(
        "Let a system of your organisation be told what happens, from now on.",
        Does(register_webhook, RegisterWebhook, RegisterWebhookInput, WEBHOOKS, around="webhook"),
    )
    change_webhook: WebhookResult | None = mutation(
        "Say something else of a webhook. It reads with your permissions from now on.",
        Does(change_webhook, ChangeWebhook, ChangeWebhookInput, WEBHOOKS, _WEBHOOK),
    )
    enable_webhook: WebhookResult | None = mutation(
        "Let a webhook be told again, of what happens from now on.",
        Does(enable_webhook, ThisWebhook, ThisWebhookInput, WEBHOOKS, _WEBHOOK),
    )
    disable_webhook: WebhookResult | None = mutation(
        "Let a webhook rest. What waits for it is given up.",
        Does(disable_webhook, ThisWebhook, ThisWebhookInput, WEBHOOKS, _WEBHOOK),
    )
    remove_webhook: WebhookResult | None = mutation(
        "End a webhook, and forget its secret.",
        Does(remove_webhook, ThisWebhook, ThisWebhookInput, WEBHOOKS, _WEBHOOK),
    )
    rotate_webhook_secret: WebhookSecretResult | None = mutation(
        "Give a webhook another secret. The former one signs as well for a time.",
        Does(
            rotate_webhook_secret,
            RotateWebhookSecret,
            RotateWebhookSecretInput,
            WEBHOOKS,
            _WEBHOOK,
            around="webhook",
        ),
    )
    test_webhook: WebhookDeliveryResult | None = mutation(
        "Send a message of the type PING, once; its log tells what came of it.",
        Does(ping_webhook, PingWebhook, TestWebhookInput, DELIVERIES, _WEBHOOK),
    )
    replay_webhook_delivery: WebhookDeliveryResult | None = mutation(
        "Send a message that is over once more, under its id, with what there is to be said now.",
        Does(
            replay_webhook_delivery,
            ReplayWebhookDelivery,
            ReplayWebhookDeliveryInput,
            DELIVERIES,
            {"delivery": DELIVERIES},
        ),
    )
