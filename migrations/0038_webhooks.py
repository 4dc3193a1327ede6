"""Webhooks: what happens, by triggers, and what is sent of it."""

from tortoise import migrations
from tortoise.migrations import operations as ops
from consortium.storage.fields import IdField, KeyField, TextArrayField
from consortium.webhooks.rules.vocabulary import (
    WebhookDeliveryState,
    WebhookDisabledBecause,
    WebhookEventKind,
)
from tortoise.fields.base import OnDelete
from tortoise.fields.db_defaults import Now
from tortoise import fields
from tortoise.indexes import Index

WEBHOOKS = """
ALTER TABLE webhook
    ADD CONSTRAINT webhook_disabled_whole
        CHECK ((disabled_at IS NULL) = (disabled_because IS NULL)),
    ADD CONSTRAINT webhook_former_secret_whole
        CHECK ((former_secret_sealed IS NULL) = (former_until IS NULL));
ALTER TABLE webhook_delivery
    ADD CONSTRAINT webhook_delivery_ended CHECK ((state = 'WAITING') = (ended_at IS NULL)),
    ADD CONSTRAINT webhook_delivery_subject CHECK ((kind IS NULL) = (subject IS NULL));
CREATE INDEX webhook_delivery_due_idx ON webhook_delivery (webhook_id, due_at, id)
    WHERE state = 'WAITING';
CREATE INDEX webhook_delivery_subject_idx ON webhook_delivery (webhook_id, subject, id)
    WHERE state = 'WAITING';
CREATE INDEX webhook_delivery_ended_idx ON webhook_delivery (ended_at) WHERE ended_at IS NOT NULL;

CREATE TRIGGER organisation_standing AFTER INSERT ON webhook
    REFERENCING NEW TABLE AS new_rows
    FOR EACH STATEMENT EXECUTE FUNCTION organisation_standing('organisation_id');
SELECT audit_watch('webhook', '{secret_sealed,former_secret_sealed}', '{failing_since}');

-- Something happened to rows: kept for the hooks that want it, in the same transaction. Arguments:
-- the kind; the prefix of the subject's id; the column that has to change, or nothing where only new
-- rows count; its words, if only some of them count; the column with the subject's key; and the
-- column with the organisation that alone is told, if it is one alone.
CREATE FUNCTION webhook_occur() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    happened text := TG_ARGV[0];
    words text[] := TG_ARGV[3];
BEGIN
    IF NOT EXISTS (SELECT FROM webhook h WHERE happened = ANY (h.events)
            AND h.disabled_at IS NULL AND h.removed_at IS NULL) THEN
        RETURN NULL;
    END IF;
    IF TG_OP = 'INSERT' THEN
        INSERT INTO webhook_event (kind, subject, organisation_id)
        SELECT happened, TG_ARGV[1] || '_' || (r.made ->> TG_ARGV[4]),
            (r.made ->> TG_ARGV[5])::bigint
        FROM (SELECT n.id, to_jsonb(n) AS made FROM new_rows n) r
        WHERE (words = '{}' OR r.made ->> TG_ARGV[2] = ANY (words))
            AND (TG_ARGV[5] = '' OR r.made ->> TG_ARGV[5] IS NOT NULL)
        ORDER BY r.id;
    ELSE
        INSERT INTO webhook_event (kind, subject)
        SELECT happened, TG_ARGV[1] || '_' || (r.made ->> TG_ARGV[4])
        FROM (SELECT n.id, to_jsonb(n) AS made, to_jsonb(o) AS was
            FROM new_rows n JOIN old_rows o ON o.id = n.id) r
        WHERE r.made ->> TG_ARGV[2] IS DISTINCT FROM r.was ->> TG_ARGV[2]
            AND (words = '{}' OR r.made ->> TG_ARGV[2] = ANY (words))
        ORDER BY r.id;
    END IF;
    RETURN NULL;
END $$;

-- For the migrations of later tables as well.
CREATE FUNCTION webhook_watch(
    watched regclass, kind text, prefix text, changing text DEFAULT '', words text[] DEFAULT '{}',
    subject text DEFAULT 'id', told text DEFAULT ''
) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    EXECUTE format(
        'CREATE TRIGGER %I AFTER INSERT ON %s REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT'
        ' EXECUTE FUNCTION webhook_occur(%L, %L, %L, %L, %L, %L)',
        'webhook_' || lower(kind) || '_insert', watched, kind, prefix, changing, words, subject,
        told);
    IF changing <> '' THEN
        EXECUTE format(
            'CREATE TRIGGER %I AFTER UPDATE ON %s'
            ' REFERENCING NEW TABLE AS new_rows OLD TABLE AS old_rows FOR EACH STATEMENT'
            ' EXECUTE FUNCTION webhook_occur(%L, %L, %L, %L, %L, %L)',
            'webhook_' || lower(kind) || '_update', watched, kind, prefix, changing, words, subject,
            told);
    END IF;
END $$;

SELECT webhook_watch('effect_allocation', 'ALLOCATION_CHANGED', 'allocation', 'status');
SELECT webhook_watch('membership_application', 'APPLICATION_CHANGED', 'application', 'stage');
SELECT webhook_watch(
    'chain_version', 'CHAIN_VERSION_PUBLISHED', 'chainversion', 'status', '{PUBLISHED}');
SELECT webhook_watch('assessed_claim', 'CLAIM_CHANGED', 'assessed', 'status');
SELECT webhook_watch('assessed_claim', 'CLAIM_PUBLISHED', 'assessed', 'status', '{PUBLISHED}');
SELECT webhook_watch('effect', 'EFFECT_RECORDED', 'effect');
SELECT webhook_watch(
    'footprint', 'FOOTPRINT_PUBLISHED', 'footprint', 'visibility', '{CONSORTIUM,PUBLIC}');
SELECT webhook_watch('footprint', 'FOOTPRINT_RECORDED', 'footprint');
SELECT webhook_watch('footprint_request', 'FOOTPRINT_REQUEST_CHANGED', 'pfrequest', 'status');
SELECT webhook_watch('footprint_share', 'FOOTPRINT_SHARED', 'footprint',
    subject => 'footprint_id', told => 'organisation_id');
SELECT webhook_watch('guidance_version', 'GUIDANCE_PUBLISHED', 'guidance', 'status', '{PUBLISHED}');
SELECT webhook_watch(
    'staged_import', 'IMPORT_FINISHED', 'import', 'status', '{COMMITTED,DISCARDED}');
SELECT webhook_watch('inventory', 'INVENTORY_RECORDED', 'inventory');
SELECT webhook_watch('invoice', 'INVOICE_ISSUED', 'invoice');
SELECT webhook_watch('membership', 'MEMBERSHIP_CHANGED', 'membership', 'ends_on');
"""


class Migration(migrations.Migration):
    dependencies = [("consortium", "0037_demands")]

    initial = False

    operations = [
        ops.CreateModel(
            name="Webhook",
            fields=[
                ("id", IdField(generated=True, primary_key=True, unique=True, db_index=True)),
                (
                    "organisation",
                    fields.ForeignKeyField(
                        "consortium.Organisation",
                        source_field="organisation_id",
                        db_constraint=True,
                        to_field="id",
                        related_name="webhooks",
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                ("url", fields.TextField(unique=False)),
                ("description", fields.TextField(default="", db_default="", unique=False)),
                ("events", TextArrayField(generated=False, null=False, unique=False)),
                ("query", fields.TextField(unique=False)),
                ("permissions", TextArrayField(generated=False, null=False, unique=False)),
                ("secret_sealed", fields.TextField(unique=False)),
                ("former_secret_sealed", fields.TextField(null=True, unique=False)),
                (
                    "former_until",
                    fields.DatetimeField(null=True, auto_now=False, auto_now_add=False),
                ),
                ("version", fields.IntField(default=1, db_default=1)),
                (
                    "registered_at",
                    fields.DatetimeField(db_default=Now(), auto_now=False, auto_now_add=True),
                ),
                (
                    "failing_since",
                    fields.DatetimeField(null=True, auto_now=False, auto_now_add=False),
                ),
                (
                    "disabled_at",
                    fields.DatetimeField(null=True, auto_now=False, auto_now_add=False),
                ),
                (
                    "disabled_because",
                    fields.CharEnumField(
                        null=True, description="", enum_type=WebhookDisabledBecause, max_length=20
                    ),
                ),
                ("removed_at", fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
            ],
            options={
                "table": "webhook",
                "app": "consortium",
                "indexes": [Index(fields=["organisation_id"], name="webhook_organisation_idx")],
                "pk_attr": "id",
                "table_description": "An address that an organisation's own system listens at, and what it is told.",
            },
            bases=["Model"],
        ),
        ops.CreateModel(
            name="WebhookDelivery",
            fields=[
                ("id", IdField(generated=True, primary_key=True, unique=True, db_index=True)),
                (
                    "webhook",
                    fields.ForeignKeyField(
                        "consortium.Webhook",
                        source_field="webhook_id",
                        db_constraint=True,
                        to_field="id",
                        related_name="deliveries",
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                ("message_id", KeyField(unique=True, generated=False, null=False)),
                (
                    "kind",
                    fields.CharEnumField(
                        null=True, description="", enum_type=WebhookEventKind, max_length=40
                    ),
                ),
                ("subject", KeyField(null=True, generated=False, unique=False)),
                (
                    "happened_at",
                    fields.DatetimeField(db_default=Now(), auto_now=False, auto_now_add=True),
                ),
                (
                    "state",
                    fields.CharEnumField(
                        default=WebhookDeliveryState.WAITING,
                        description="",
                        db_default="WAITING",
                        enum_type=WebhookDeliveryState,
                        max_length=20,
                    ),
                ),
                (
                    "began_at",
                    fields.DatetimeField(db_default=Now(), auto_now=False, auto_now_add=True),
                ),
                ("attempts", fields.IntField(default=0, db_default=0)),
                (
                    "due_at",
                    fields.DatetimeField(db_default=Now(), auto_now=False, auto_now_add=True),
                ),
                (
                    "taken_until",
                    fields.DatetimeField(null=True, auto_now=False, auto_now_add=False),
                ),
                ("sent_at", fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ("told", fields.TextField(default="", db_default="", unique=False)),
                ("ended_at", fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
            ],
            options={
                "table": "webhook_delivery",
                "app": "consortium",
                "indexes": [
                    Index(fields=["webhook_id", "id"], name="webhook_delivery_webhook_idx")
                ],
                "pk_attr": "id",
                "table_description": "A message for one webhook. What it says is read anew at each attempt, and kept nowhere.",
            },
            bases=["Model"],
        ),
        ops.CreateModel(
            name="WebhookAttempt",
            fields=[
                ("id", IdField(generated=True, primary_key=True, unique=True, db_index=True)),
                (
                    "delivery",
                    fields.ForeignKeyField(
                        "consortium.WebhookDelivery",
                        source_field="delivery_id",
                        db_constraint=True,
                        to_field="id",
                        related_name="log",
                        on_delete=OnDelete.CASCADE,
                    ),
                ),
                (
                    "attempted_at",
                    fields.DatetimeField(db_default=Now(), auto_now=False, auto_now_add=True),
                ),
                ("status", fields.IntField(null=True)),
                ("took_ms", fields.IntField()),
                ("answer", fields.TextField(default="", db_default="", unique=False)),
                ("told", fields.TextField(default="", db_default="", unique=False)),
            ],
            options={
                "table": "webhook_attempt",
                "app": "consortium",
                "indexes": [Index(fields=["delivery_id"], name="webhook_attempt_delivery_idx")],
                "pk_attr": "id",
                "table_description": "One attempt to deliver a message, and what came of it.",
            },
            bases=["Model"],
        ),
        ops.CreateModel(
            name="WebhookEvent",
            fields=[
                ("id", IdField(generated=True, primary_key=True, unique=True, db_index=True)),
                (
                    "kind",
                    fields.CharEnumField(description="", enum_type=WebhookEventKind, max_length=40),
                ),
                ("subject", fields.TextField(unique=False)),
                ("organisation_id", fields.BigIntField(null=True)),
                (
                    "happened_at",
                    fields.DatetimeField(db_default=Now(), auto_now=False, auto_now_add=True),
                ),
            ],
            options={
                "table": "webhook_event",
                "app": "consortium",
                "pk_attr": "id",
                "table_description": "Something that happened and that some webhook wants; gone once it is handed to them.",
            },
            bases=["Model"],
        ),
        ops.RunSQL(WEBHOOKS),
    ]
