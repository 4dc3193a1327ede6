"""Versions of value chains that compute: activities, exchanges, emissions."""

from tortoise import migrations
from tortoise.migrations import operations as ops
from consortium.kernel.visibility import Visibility
from consortium.storage.fields import IdField, KeyField, NumericField
from consortium.value_chains.rules.vocabulary import ChainVersionStatus
from tortoise.fields.base import OnDelete
from tortoise.fields.db_defaults import Now
from tortoise import fields
from tortoise.indexes import Index

SYSTEMS = """
ALTER TABLE chain_version
    ADD CONSTRAINT chain_version_published CHECK ((status = 'DRAFT') = (published_on IS NULL)),
    ADD CONSTRAINT chain_version_draft_private CHECK (status <> 'DRAFT' OR visibility = 'PRIVATE');
ALTER TABLE activity
    ADD CONSTRAINT activity_possible CHECK (
        output <> 0 AND output > '-Infinity' AND output < 'Infinity'
        AND share >= 0 AND share <= 1 AND period_end >= period_start);
ALTER TABLE activity_exchange
    ADD CONSTRAINT activity_exchange_consumer FOREIGN KEY (chain_version_id, consumer_id)
        REFERENCES activity (chain_version_id, id) ON DELETE CASCADE,
    ADD CONSTRAINT activity_exchange_supplier FOREIGN KEY (chain_version_id, supplier_id)
        REFERENCES activity (chain_version_id, id) ON DELETE CASCADE,
    ADD CONSTRAINT activity_exchange_possible CHECK (
        amount > '-Infinity' AND amount < 'Infinity'
        AND stated_amount > '-Infinity' AND stated_amount < 'Infinity'
        AND uncertainty >= 0 AND uncertainty < 'Infinity');
ALTER TABLE activity_emission
    ADD CONSTRAINT activity_emission_activity FOREIGN KEY (chain_version_id, activity_id)
        REFERENCES activity (chain_version_id, id) ON DELETE CASCADE,
    ADD CONSTRAINT activity_emission_possible CHECK (
        mass_kg > '-Infinity' AND mass_kg < 'Infinity'
        AND uncertainty >= 0 AND uncertainty < 'Infinity');

-- What is published stays as it was; it may be retired, and shown to others or not.
CREATE FUNCTION chain_version_kept() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF OLD.status <> 'DRAFT' AND (
        to_jsonb(NEW) - '{status,visibility,version,organisation_id}'::text[]
            <> to_jsonb(OLD) - '{status,visibility,version,organisation_id}'::text[]
        OR NEW.status = 'DRAFT' OR (OLD.status = 'RETIRED' AND NEW.status <> 'RETIRED'))
    THEN
        RAISE EXCEPTION 'version % of a chain is published', NEW.id
            USING ERRCODE = 'check_violation', CONSTRAINT = 'chain_version_kept';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER chain_version_kept BEFORE UPDATE ON chain_version
    FOR EACH ROW EXECUTE FUNCTION chain_version_kept();

-- Versions are locked, so that nothing is added while one is published.
CREATE FUNCTION chain_version_rows_kept() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    changed bigint;
BEGIN
    PERFORM FROM chain_version v
    WHERE v.id IN (SELECT DISTINCT chain_version_id FROM changed_rows) FOR SHARE;
    SELECT v.id INTO changed FROM chain_version v
    WHERE v.id IN (SELECT DISTINCT chain_version_id FROM changed_rows) AND v.status <> 'DRAFT';
    IF changed IS NOT NULL THEN
        RAISE EXCEPTION 'version % of a chain is published', changed
            USING ERRCODE = 'check_violation', CONSTRAINT = 'chain_version_kept';
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER activity_kept_new AFTER INSERT ON activity
    REFERENCING NEW TABLE AS changed_rows
    FOR EACH STATEMENT EXECUTE FUNCTION chain_version_rows_kept();
CREATE TRIGGER activity_kept_changed AFTER UPDATE ON activity
    REFERENCING OLD TABLE AS changed_rows
    FOR EACH STATEMENT EXECUTE FUNCTION chain_version_rows_kept();
CREATE TRIGGER activity_kept_removed AFTER DELETE ON activity
    REFERENCING OLD TABLE AS changed_rows
    FOR EACH STATEMENT EXECUTE FUNCTION chain_version_rows_kept();
CREATE TRIGGER activity_exchange_kept_new AFTER INSERT ON activity_exchange
    REFERENCING NEW TABLE AS changed_rows
    FOR EACH STATEMENT EXECUTE FUNCTION chain_version_rows_kept();
CREATE TRIGGER activity_exchange_kept_changed AFTER UPDATE ON activity_exchange
    REFERENCING OLD TABLE AS changed_rows
    FOR EACH STATEMENT EXECUTE FUNCTION chain_version_rows_kept();
CREATE TRIGGER activity_exchange_kept_removed AFTER DELETE ON activity_exchange
    REFERENCING OLD TABLE AS changed_rows
    FOR EACH STATEMENT EXECUTE FUNCTION chain_version_rows_kept();
CREATE TRIGGER activity_emission_kept_new AFTER INSERT ON activity_emission
    REFERENCING NEW TABLE AS changed_rows
    FOR EACH STATEMENT EXECUTE FUNCTION chain_version_rows_kept();
CREATE TRIGGER activity_emission_kept_changed AFTER UPDATE ON activity_emission
    REFERENCING OLD TABLE AS changed_rows
    FOR EACH STATEMENT EXECUTE FUNCTION chain_version_rows_kept();
CREATE TRIGGER activity_emission_kept_removed AFTER DELETE ON activity_emission
    REFERENCING OLD TABLE AS changed_rows
    FOR EACH STATEMENT EXECUTE FUNCTION chain_version_rows_kept();

-- Rows stay in the version that they were made in.
CREATE FUNCTION chain_version_stays() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'row % stays in its version of the chain', OLD.id
        USING ERRCODE = 'check_violation', CONSTRAINT = 'chain_version_kept';
END $$;
CREATE TRIGGER activity_stays BEFORE UPDATE ON activity
    FOR EACH ROW WHEN (NEW.chain_version_id <> OLD.chain_version_id)
    EXECUTE FUNCTION chain_version_stays();
CREATE TRIGGER activity_exchange_stays BEFORE UPDATE ON activity_exchange
    FOR EACH ROW WHEN (NEW.chain_version_id <> OLD.chain_version_id)
    EXECUTE FUNCTION chain_version_stays();
CREATE TRIGGER activity_emission_stays BEFORE UPDATE ON activity_emission
    FOR EACH ROW WHEN (NEW.chain_version_id <> OLD.chain_version_id)
    EXECUTE FUNCTION chain_version_stays();

CREATE TRIGGER organisation_standing AFTER INSERT ON chain_version
    REFERENCING NEW TABLE AS new_rows
    FOR EACH STATEMENT EXECUTE FUNCTION organisation_standing('organisation_id');
CREATE TRIGGER organisation_standing AFTER INSERT ON activity
    REFERENCING NEW TABLE AS new_rows
    FOR EACH STATEMENT EXECUTE FUNCTION organisation_standing('organisation_id');
SELECT audit_watch('chain_version', '{}', '{}');
"""


class Migration(migrations.Migration):
    dependencies = [("consortium", "0030_owners")]

    initial = False

    operations = [
        ops.CreateModel(
            name="ActivityEmission",
            fields=[
                ("id", IdField(generated=True, primary_key=True, unique=True, db_index=True)),
                ("chain_version_id", fields.BigIntField()),
                ("activity_id", fields.BigIntField()),
                ("gas", KeyField(generated=False, null=False, unique=False)),
                ("mass_kg", NumericField(generated=False, null=False, unique=False)),
                ("uncertainty", NumericField(null=True, generated=False, unique=False)),
                ("error_source", KeyField(null=True, generated=False, unique=False)),
            ],
            options={
                "table": "activity_emission",
                "app": "consortium",
                "unique_together": (("activity_id", "gas"),),
                "indexes": [
                    Index(fields=["chain_version_id"], name="activity_emission_version_idx")
                ],
                "pk_attr": "id",
                "table_description": "What a process emits of a gas itself, in kg, for all that it makes; below 0 it takes up.",
            },
            bases=["Model"],
        ),
        ops.CreateModel(
            name="ActivityExchange",
            fields=[
                ("id", IdField(generated=True, primary_key=True, unique=True, db_index=True)),
                ("chain_version_id", fields.BigIntField()),
                ("consumer_id", fields.BigIntField()),
                ("supplier_id", fields.BigIntField()),
                ("amount", NumericField(generated=False, null=False, unique=False)),
                ("stated_amount", NumericField(generated=False, null=False, unique=False)),
                ("stated_unit", fields.TextField(unique=False)),
                ("uncertainty", NumericField(null=True, generated=False, unique=False)),
                ("error_source", KeyField(null=True, generated=False, unique=False)),
                (
                    "citation",
                    fields.ForeignKeyField(
                        "consortium.Citation",
                        source_field="citation_id",
                        null=True,
                        db_constraint=True,
                        to_field="id",
                        related_name="exchanges",
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
            ],
            options={
                "table": "activity_exchange",
                "app": "consortium",
                "indexes": [
                    Index(fields=["chain_version_id"], name="activity_exchange_version_idx"),
                    Index(fields=["consumer_id", "id"], name="activity_exchange_consumer_idx"),
                    Index(fields=["supplier_id", "id"], name="activity_exchange_supplier_idx"),
                ],
                "pk_attr": "id",
                "table_description": "What an activity takes of another's product, for all that its process makes.",
            },
            bases=["Model"],
        ),
        ops.CreateModel(
            name="ChainVersion",
            fields=[
                ("id", IdField(generated=True, primary_key=True, unique=True, db_index=True)),
                (
                    "value_chain",
                    fields.ForeignKeyField(
                        "consortium.ValueChain",
                        source_field="value_chain_id",
                        db_constraint=True,
                        to_field="id",
                        related_name="versions",
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                (
                    "organisation",
                    fields.ForeignKeyField(
                        "consortium.Organisation",
                        source_field="organisation_id",
                        db_constraint=True,
                        to_field="id",
                        related_name="chain_versions",
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                ("reference", KeyField(generated=False, null=False, unique=False)),
                ("title", fields.TextField(unique=False)),
                (
                    "status",
                    fields.CharEnumField(
                        default=ChainVersionStatus.DRAFT,
                        description="",
                        db_default="DRAFT",
                        enum_type=ChainVersionStatus,
                        max_length=20,
                    ),
                ),
                (
                    "visibility",
                    fields.CharEnumField(
                        default=Visibility.PRIVATE,
                        description="",
                        db_default="PRIVATE",
                        enum_type=Visibility,
                        max_length=20,
                    ),
                ),
                (
                    "copied_from",
                    fields.ForeignKeyField(
                        "consortium.ChainVersion",
                        source_field="copied_from_id",
                        null=True,
                        db_constraint=True,
                        to_field="id",
                        related_name="copies",
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                (
                    "citation",
                    fields.ForeignKeyField(
                        "consortium.Citation",
                        source_field="citation_id",
                        null=True,
                        db_constraint=True,
                        to_field="id",
                        related_name="chain_versions",
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                ("version", fields.IntField(default=1, db_default=1)),
                (
                    "recorded_at",
                    fields.DatetimeField(db_default=Now(), auto_now=False, auto_now_add=True),
                ),
                ("published_on", fields.DateField(null=True)),
            ],
            options={
                "table": "chain_version",
                "app": "consortium",
                "unique_together": (("organisation_id", "reference"),),
                "indexes": [
                    Index(fields=["value_chain_id", "id"], name="chain_version_chain_idx"),
                    Index(fields=["copied_from_id"], name="chain_version_copied_from_idx"),
                ],
                "pk_attr": "id",
                "table_description": "A value chain as somebody models it: a draft until it is published, and then never changed.",
            },
            bases=["Model"],
        ),
        ops.CreateModel(
            name="Activity",
            fields=[
                ("id", IdField(generated=True, primary_key=True, unique=True, db_index=True)),
                (
                    "chain_version",
                    fields.ForeignKeyField(
                        "consortium.ChainVersion",
                        source_field="chain_version_id",
                        db_constraint=True,
                        to_field="id",
                        related_name="activities",
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                ("code", KeyField(generated=False, null=False, unique=False)),
                ("process", KeyField(generated=False, null=False, unique=False)),
                ("name", fields.TextField(unique=False)),
                ("product", fields.TextField(unique=False)),
                ("unit", fields.TextField(unique=False)),
                ("output", NumericField(generated=False, null=False, unique=False)),
                (
                    "share",
                    NumericField(
                        default=1, db_default=1, generated=False, null=False, unique=False
                    ),
                ),
                (
                    "organisation",
                    fields.ForeignKeyField(
                        "consortium.Organisation",
                        source_field="organisation_id",
                        null=True,
                        db_constraint=True,
                        to_field="id",
                        related_name="activities",
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                (
                    "stage",
                    fields.ForeignKeyField(
                        "consortium.ValueChainStage",
                        source_field="stage_id",
                        null=True,
                        db_constraint=True,
                        to_field="id",
                        related_name="activities",
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                ("geography", KeyField(null=True, generated=False, unique=False)),
                ("period_start", fields.DateField(null=True)),
                ("period_end", fields.DateField(null=True)),
                (
                    "citation",
                    fields.ForeignKeyField(
                        "consortium.Citation",
                        source_field="citation_id",
                        null=True,
                        db_constraint=True,
                        to_field="id",
                        related_name="activities",
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
            ],
            options={
                "table": "activity",
                "app": "consortium",
                "unique_together": (("chain_version_id", "code"), ("chain_version_id", "id")),
                "indexes": [
                    Index(fields=["chain_version_id", "process"], name="activity_process_idx"),
                    Index(fields=["organisation_id"], name="activity_organisation_idx"),
                    Index(fields=["stage_id"], name="activity_stage_idx"),
                ],
                "pk_attr": "id",
                "table_description": "What makes `output` of a product, in its unit; `share` of the process is this product's.",
            },
            bases=["Model"],
        ),
        ops.RunSQL(SYSTEMS),
    ]
