# pyright: basic
"""Tables of webhooks, of what happened and waits for them, and of what was sent."""

from tortoise import fields
from tortoise.fields.db_defaults import Now
from tortoise.indexes import Index
from tortoise.models import Model

from consortium.organisations.models import Organisation
from consortium.storage.fields import IdField, KeyField, TextArrayField, word_field
from consortium.webhooks.rules.vocabulary import (
    WebhookDeliveryState,
    WebhookDisabledBecause,
    WebhookEventKind,
)

EXTRA_CONSTRAINTS = (
    "webhook_disabled_whole",
    "webhook_former_secret_whole",
    "webhook_delivery_ended",
    "webhook_delivery_subject",
)

UNWATCHED = {
    "webhook_event": "what the trail holds already, until it is handed to the hooks",
    "webhook_delivery": "a log of its own",
    "webhook_attempt": "a log of its own",
}


class Webhook(Model):
    """An address that an organisation's own system listens at, and what it is told."""

    id = IdField()
    organisation: fields.ForeignKeyRelation[Organisation] = fields.ForeignKeyField(
        "consortium.Organisation", on_delete=fields.RESTRICT, related_name="webhooks"
    )
    url = fields.TextField()
    description = fields.TextField(default="", db_default="")
    events: fields.Field[list[str]] = TextArrayField()
    query = fields.TextField()
    # Of whoever registered or last changed it: it never reads more than they might.
    permissions: fields.Field[list[str]] = TextArrayField()
    secret_sealed = fields.TextField()
    # The former secret signs as well until then.
    former_secret_sealed = fields.TextField(null=True)
    former_until = fields.DatetimeField(null=True)
    version = fields.IntField(default=1, db_default=1)
    registered_at = fields.DatetimeField(auto_now_add=True, db_default=Now())
    # When the first message failed after the last one that arrived.
    failing_since = fields.DatetimeField(null=True)
    disabled_at = fields.DatetimeField(null=True)
    disabled_because = word_field(WebhookDisabledBecause, null=True)
    removed_at = fields.DatetimeField(null=True)

    class Meta:
        table = "webhook"
        indexes = (Index(fields=("organisation_id",), name="webhook_organisation_idx"),)


class WebhookEvent(Model):
    """Something that happened and that some webhook wants; gone once it is handed to them."""

    id = IdField()
    kind = word_field(WebhookEventKind, max_length=40)
    # The global id of the row.
    subject = fields.TextField()
    # Whom alone it concerns, though others may see the row too.
    organisation_id = fields.BigIntField(null=True)
    happened_at = fields.DatetimeField(auto_now_add=True, db_default=Now())

    class Meta:
        table = "webhook_event"


class WebhookDelivery(Model):
    """A message for one webhook. What it says is read anew at each attempt, and kept nowhere."""

    id = IdField()
    webhook: fields.ForeignKeyRelation[Webhook] = fields.ForeignKeyField(
        "consortium.Webhook", on_delete=fields.RESTRICT, related_name="deliveries"
    )
    # The same at every attempt: receivers know by it what they had already.
    message_id: fields.Field[str] = KeyField(unique=True)
    # Both null: it only tries the webhook.
    kind = word_field(WebhookEventKind, max_length=40, null=True)
    subject: fields.Field[str | None] = KeyField(null=True)
    happened_at = fields.DatetimeField(auto_now_add=True, db_default=Now())
    state = word_field(
        WebhookDeliveryState, default=WebhookDeliveryState.WAITING, db_default="WAITING"
    )
    # Since the beginning or the last replay.
    began_at = fields.DatetimeField(auto_now_add=True, db_default=Now())
    attempts = fields.IntField(default=0, db_default=0)
    due_at = fields.DatetimeField(auto_now_add=True, db_default=Now())
    # A process tries it until then.
    taken_until = fields.DatetimeField(null=True)
    # When it was first sent; until then it is not known whether the organisation may see it.
    sent_at = fields.DatetimeField(null=True)
    told = fields.TextField(default="", db_default="")
    ended_at = fields.DatetimeField(null=True)

    class Meta:
        table = "webhook_delivery"
        indexes = (Index(fields=("webhook_id", "id"), name="webhook_delivery_webhook_idx"),)


class WebhookAttempt(Model):
    """One attempt to deliver a message, and what came of it."""

    id = IdField()
    delivery: fields.ForeignKeyRelation[WebhookDelivery] = fields.ForeignKeyField(
        "consortium.WebhookDelivery", on_delete=fields.CASCADE, related_name="log"
    )
    attempted_at = fields.DatetimeField(auto_now_add=True, db_default=Now())
    # Null where no answer came.
    status = fields.IntField(null=True)
    took_ms = fields.IntField()
    # The beginning of the answer.
    answer = fields.TextField(default="", db_default="")
    told = fields.TextField(default="", db_default="")

    class Meta:
        table = "webhook_attempt"
        indexes = (Index(fields=("delivery_id",), name="webhook_attempt_delivery_idx"),)
