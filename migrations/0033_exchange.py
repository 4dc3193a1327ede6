"""Partners of members, what is shared with them, and what travels between their systems."""

from tortoise import migrations
from tortoise.migrations import operations as ops
from consortium.exchange.rules.events import EventKind
from consortium.exchange.rules.vocabulary import Direction, Errand, ErrandState, EventState
from consortium.storage.fields import IdField, KeyField
from tortoise.fields.base import OnDelete
from tortoise.fields.db_defaults import Now
from tortoise import fields
from tortoise.indexes import Index

EXCHANGE = """
-- A name is free again when its partner was removed.
CREATE UNIQUE INDEX partner_name_key ON partner (organisation_id, name) WHERE removed_at IS NULL;
-- One answer to a request, whichever it is.
CREATE UNIQUE INDEX exchange_event_answer_key ON exchange_event (request_id)
    WHERE request_id IS NOT NULL;
CREATE INDEX exchange_event_due_idx ON exchange_event (due_at, id) WHERE state = 'WAITING';
CREATE INDEX exchange_errand_due_idx ON exchange_errand (due_at, id)
    WHERE state IN ('WAITING', 'RUNNING');
ALTER TABLE partner
    ADD CONSTRAINT partner_credentials_whole
        CHECK ((client_id IS NULL) = (client_secret_sealed IS NULL)),
    ADD CONSTRAINT partner_removed_whole CHECK (removed_at IS NULL OR client_id IS NULL);
ALTER TABLE exchange_event
    ADD CONSTRAINT exchange_event_ended
        CHECK ((state IN ('WAITING', 'OPEN')) = (ended_at IS NULL)),
    ADD CONSTRAINT exchange_event_answers
        CHECK ((kind IN ('REQUEST_FULFILLED', 'REQUEST_REJECTED')) = (request_id IS NOT NULL)),
    ADD CONSTRAINT exchange_event_open
        CHECK (state NOT IN ('OPEN', 'REJECTED') OR kind = 'REQUEST_CREATED');
ALTER TABLE exchange_errand
    ADD CONSTRAINT exchange_errand_ended
        CHECK ((state IN ('WAITING', 'RUNNING')) = (ended_at IS NULL));

-- A footprint is shared by who keeps it, with partners of its own.
CREATE FUNCTION partner_share_own() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF (SELECT organisation_id FROM partner WHERE id = NEW.partner_id) IS DISTINCT FROM
        (SELECT organisation_id FROM footprint WHERE id = NEW.footprint_id) THEN
        RAISE EXCEPTION 'footprint % is not kept by whose partner this is', NEW.footprint_id
            USING ERRCODE = 'check_violation', CONSTRAINT = 'partner_share_own';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER partner_share_own BEFORE INSERT OR UPDATE ON partner_share
    FOR EACH ROW EXECUTE FUNCTION partner_share_own();

CREATE TRIGGER organisation_standing AFTER INSERT ON partner
    REFERENCING NEW TABLE AS new_rows
    FOR EACH STATEMENT EXECUTE FUNCTION organisation_standing('organisation_id', 'company_id');

SELECT audit_watch('partner', '{client_secret_sealed}', '{}');
SELECT audit_watch('partner_share', '{}', '{}');
-- What is said stands in the events themselves; how far they have come is their own log.
SELECT audit_watch('exchange_event', '{}', '{data,state,attempts,due_at,told,ended_at}');
SELECT audit_watch('exchange_errand', '{}',
    '{state,pages,received,recorded,faulty,attempts,due_at,told,ended_at}');
"""


class Migration(migrations.Migration):
    dependencies = [("consortium", "0032_footprints")]

    initial = False

    operations = [
        ops.CreateModel(
            name="Partner",
            fields=[
                ("id", IdField(generated=True, primary_key=True, unique=True, db_index=True)),
                (
                    "organisation",
                    fields.ForeignKeyField(
                        "consortium.Organisation",
                        source_field="organisation_id",
                        db_constraint=True,
                        to_field="id",
                        related_name="partners",
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                ("name", KeyField(generated=False, null=False, unique=False)),
                (
                    "company",
                    fields.ForeignKeyField(
                        "consortium.Organisation",
                        source_field="company_id",
                        null=True,
                        db_constraint=True,
                        to_field="id",
                        related_name="partner_systems",
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                ("base_url", fields.TextField(unique=False)),
                ("auth_url", fields.TextField(null=True, unique=False)),
                ("event_sources", fields.TextField(default="", db_default="", unique=False)),
                (
                    "oauth_client",
                    fields.OneToOneField(
                        "consortium.OAuthClient",
                        source_field="oauth_client_id",
                        db_constraint=True,
                        to_field="id",
                        related_name="partner",
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                ("client_id", fields.TextField(null=True, unique=False)),
                ("client_secret_sealed", fields.TextField(null=True, unique=False)),
                ("scope", fields.TextField(null=True, unique=False)),
                ("version", fields.IntField(default=1, db_default=1)),
                (
                    "registered_at",
                    fields.DatetimeField(db_default=Now(), auto_now=False, auto_now_add=True),
                ),
                ("removed_at", fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
            ],
            options={
                "table": "partner",
                "app": "consortium",
                "indexes": [
                    Index(fields=["organisation_id", "name"], name="partner_organisation_idx"),
                    Index(fields=["company_id"], name="partner_company_idx"),
                ],
                "pk_attr": "id",
                "table_description": "Another company's system, with which a member exchanges footprints.",
            },
            bases=["Model"],
        ),
        ops.CreateModel(
            name="ExchangeErrand",
            fields=[
                ("id", IdField(generated=True, primary_key=True, unique=True, db_index=True)),
                (
                    "partner",
                    fields.ForeignKeyField(
                        "consortium.Partner",
                        source_field="partner_id",
                        db_constraint=True,
                        to_field="id",
                        related_name="errands",
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                ("errand", fields.CharEnumField(description="", enum_type=Errand, max_length=20)),
                ("criteria", fields.TextField(default="{}", db_default="{}", unique=False)),
                (
                    "state",
                    fields.CharEnumField(
                        default=ErrandState.WAITING,
                        description="",
                        db_default="WAITING",
                        enum_type=ErrandState,
                        max_length=20,
                    ),
                ),
                ("pages", fields.IntField(default=0, db_default=0)),
                ("received", fields.IntField(default=0, db_default=0)),
                ("recorded", fields.IntField(default=0, db_default=0)),
                ("faulty", fields.IntField(default=0, db_default=0)),
                ("attempts", fields.IntField(default=0, db_default=0)),
                (
                    "due_at",
                    fields.DatetimeField(db_default=Now(), auto_now=False, auto_now_add=True),
                ),
                ("told", fields.TextField(default="", db_default="", unique=False)),
                (
                    "asked_at",
                    fields.DatetimeField(db_default=Now(), auto_now=False, auto_now_add=True),
                ),
                ("ended_at", fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
            ],
            options={
                "table": "exchange_errand",
                "app": "consortium",
                "indexes": [Index(fields=["partner_id"], name="exchange_errand_partner_idx")],
                "pk_attr": "id",
                "table_description": "Something to be asked of a partner's system: a fetch, or a check of its registration.",
            },
            bases=["Model"],
        ),
        ops.CreateModel(
            name="ExchangeEvent",
            fields=[
                ("id", IdField(generated=True, primary_key=True, unique=True, db_index=True)),
                (
                    "partner",
                    fields.ForeignKeyField(
                        "consortium.Partner",
                        source_field="partner_id",
                        db_constraint=True,
                        to_field="id",
                        related_name="events",
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                (
                    "direction",
                    fields.CharEnumField(description="", enum_type=Direction, max_length=20),
                ),
                ("kind", fields.CharEnumField(description="", enum_type=EventKind, max_length=20)),
                ("event_id", KeyField(generated=False, null=False, unique=False)),
                ("address", fields.TextField(unique=False)),
                ("said_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ("data", fields.TextField(unique=False)),
                (
                    "request",
                    fields.ForeignKeyField(
                        "consortium.ExchangeEvent",
                        source_field="request_id",
                        null=True,
                        db_constraint=True,
                        to_field="id",
                        related_name="answers",
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                (
                    "asked_by",
                    fields.OneToOneField(
                        "consortium.FootprintRequest",
                        source_field="asked_by_id",
                        null=True,
                        db_constraint=True,
                        to_field="id",
                        related_name="carried_by",
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                (
                    "state",
                    fields.CharEnumField(description="", enum_type=EventState, max_length=20),
                ),
                ("attempts", fields.IntField(default=0, db_default=0)),
                (
                    "due_at",
                    fields.DatetimeField(db_default=Now(), auto_now=False, auto_now_add=True),
                ),
                ("told", fields.TextField(default="", db_default="", unique=False)),
                (
                    "recorded_at",
                    fields.DatetimeField(db_default=Now(), auto_now=False, auto_now_add=True),
                ),
                ("ended_at", fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
            ],
            options={
                "table": "exchange_event",
                "app": "consortium",
                "unique_together": (("partner_id", "direction", "event_id"),),
                "indexes": [Index(fields=["request_id"], name="exchange_event_request_idx")],
                "pk_attr": "id",
                "table_description": "An event that a partner sent or is to get. It is here before it is answered or leaves.",
            },
            bases=["Model"],
        ),
        ops.CreateModel(
            name="ExchangeFault",
            fields=[
                ("id", IdField(generated=True, primary_key=True, unique=True, db_index=True)),
                (
                    "partner",
                    fields.ForeignKeyField(
                        "consortium.Partner",
                        source_field="partner_id",
                        db_constraint=True,
                        to_field="id",
                        related_name="faults",
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                ("pf_id", fields.TextField(null=True, unique=False)),
                ("field", fields.TextField(unique=False)),
                ("message", fields.TextField(unique=False)),
                (
                    "found_at",
                    fields.DatetimeField(db_default=Now(), auto_now=False, auto_now_add=True),
                ),
            ],
            options={
                "table": "exchange_fault",
                "app": "consortium",
                "indexes": [Index(fields=["partner_id"], name="exchange_fault_partner_idx")],
                "pk_attr": "id",
                "table_description": "Why a footprint that a partner gave was not taken: a field of it, and what would be right.",
            },
            bases=["Model"],
        ),
        ops.CreateModel(
            name="PartnerShare",
            fields=[
                ("id", IdField(generated=True, primary_key=True, unique=True, db_index=True)),
                (
                    "partner",
                    fields.ForeignKeyField(
                        "consortium.Partner",
                        source_field="partner_id",
                        db_constraint=True,
                        to_field="id",
                        related_name="shares",
                        on_delete=OnDelete.CASCADE,
                    ),
                ),
                (
                    "footprint",
                    fields.ForeignKeyField(
                        "consortium.Footprint",
                        source_field="footprint_id",
                        db_constraint=True,
                        to_field="id",
                        related_name="partner_shares",
                        on_delete=OnDelete.CASCADE,
                    ),
                ),
                (
                    "shared_at",
                    fields.DatetimeField(db_default=Now(), auto_now=False, auto_now_add=True),
                ),
            ],
            options={
                "table": "partner_share",
                "app": "consortium",
                "unique_together": (("partner_id", "footprint_id"),),
                "indexes": [Index(fields=["footprint_id"], name="partner_share_footprint_idx")],
                "pk_attr": "id",
                "table_description": "A footprint that a partner may fetch.",
            },
            bases=["Model"],
        ),
        ops.RunSQL(EXCHANGE),
    ]
