"""Imports of figures: what was sent, row by row, until it is committed or discarded whole."""

from tortoise import migrations
from tortoise.migrations import operations as ops
from consortium.staging.rules.imports import ImportStatus
from consortium.storage.fields import IdField, KeyField
from orjson import loads
from tortoise.fields.base import OnDelete
from tortoise.fields.data import JSON_DUMPS
from tortoise.fields.db_defaults import Now
from tortoise import fields

STAGING = """
ALTER TABLE staged_import
    ADD CONSTRAINT staged_import_counts_possible
        CHECK (row_count >= 0 AND fault_count >= 0 AND version > 0),
    ADD CONSTRAINT staged_import_ended CHECK ((status = 'OPEN') = (ended_on IS NULL));
CREATE INDEX staged_import_organisation_idx ON staged_import (organisation_id, recorded_at, id);
CREATE INDEX staged_import_account_idx ON staged_import (account_id);
CREATE INDEX staged_import_document_idx ON staged_import (document_id);
ALTER TABLE staged_row
    ADD CONSTRAINT staged_row_number_possible CHECK (number > 0 AND position > 0);
CREATE INDEX staged_row_position_idx ON staged_row (staged_import_id, position);

-- What was committed or discarded is over; only whose it is changes: records are merged.
CREATE FUNCTION staged_import_stays() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF OLD.status <> 'OPEN' AND (TG_OP = 'DELETE'
        OR to_jsonb(NEW) - 'organisation_id' <> to_jsonb(OLD) - 'organisation_id') THEN
        RAISE EXCEPTION 'import % is %: it stays as it is', OLD.id, OLD.status
            USING ERRCODE = 'check_violation', CONSTRAINT = 'staged_import_stays';
    END IF;
    RETURN CASE TG_OP WHEN 'DELETE' THEN OLD ELSE NEW END;
END $$;
CREATE TRIGGER staged_import_stays BEFORE UPDATE OR DELETE ON staged_import
    FOR EACH ROW EXECUTE FUNCTION staged_import_stays();

CREATE TRIGGER organisation_standing AFTER INSERT ON staged_import
    REFERENCING NEW TABLE AS new_rows
    FOR EACH STATEMENT EXECUTE FUNCTION organisation_standing('organisation_id');

SELECT audit_watch('staged_import', '{}', '{}');
"""


class Migration(migrations.Migration):
    dependencies = [("consortium", "0023_overlaps")]

    initial = False

    operations = [
        ops.CreateModel(
            name="StagedImport",
            fields=[
                ("id", IdField(generated=True, primary_key=True, unique=True, db_index=True)),
                (
                    "organisation",
                    fields.ForeignKeyField(
                        "consortium.Organisation",
                        source_field="organisation_id",
                        db_constraint=True,
                        to_field="id",
                        related_name="staged_imports",
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                (
                    "account",
                    fields.ForeignKeyField(
                        "consortium.Account",
                        source_field="account_id",
                        null=True,
                        db_constraint=True,
                        to_field="id",
                        related_name="staged_imports",
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                (
                    "document",
                    fields.ForeignKeyField(
                        "consortium.Document",
                        source_field="document_id",
                        db_constraint=True,
                        to_field="id",
                        related_name="staged_imports",
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                (
                    "status",
                    fields.CharEnumField(
                        default=ImportStatus.OPEN,
                        description="",
                        db_default="OPEN",
                        enum_type=ImportStatus,
                        max_length=20,
                    ),
                ),
                ("row_count", fields.IntField()),
                ("fault_count", fields.IntField()),
                ("version", fields.IntField(default=1, db_default=1)),
                (
                    "recorded_at",
                    fields.DatetimeField(db_default=Now(), auto_now=False, auto_now_add=True),
                ),
                ("ended_on", fields.DateField(null=True)),
            ],
            options={
                "table": "staged_import",
                "app": "consortium",
                "pk_attr": "id",
                "table_description": "A file of figures that was sent for an organisation, and what became of it.",
            },
            bases=["Model"],
        ),
        ops.CreateModel(
            name="StagedFault",
            fields=[
                ("id", IdField(generated=True, primary_key=True, unique=True, db_index=True)),
                (
                    "staged_import",
                    fields.ForeignKeyField(
                        "consortium.StagedImport",
                        source_field="staged_import_id",
                        db_constraint=True,
                        to_field="id",
                        related_name="faults",
                        on_delete=OnDelete.CASCADE,
                    ),
                ),
                ("position", fields.IntField()),
                ("sheet", KeyField(generated=False, null=False, unique=False)),
                ("number", fields.IntField()),
                (
                    "sheet_column",
                    KeyField(default="", db_default="", generated=False, null=False, unique=False),
                ),
                ("code", KeyField(generated=False, null=False, unique=False)),
                ("message", fields.TextField(unique=False)),
            ],
            options={
                "table": "staged_fault",
                "app": "consortium",
                "unique_together": (("staged_import_id", "position"),),
                "pk_attr": "id",
                "table_description": "What is wrong with a row, or with one cell of it.",
            },
            bases=["Model"],
        ),
        ops.CreateModel(
            name="StagedRow",
            fields=[
                ("id", IdField(generated=True, primary_key=True, unique=True, db_index=True)),
                (
                    "staged_import",
                    fields.ForeignKeyField(
                        "consortium.StagedImport",
                        source_field="staged_import_id",
                        db_constraint=True,
                        to_field="id",
                        related_name="rows",
                        on_delete=OnDelete.CASCADE,
                    ),
                ),
                ("position", fields.IntField()),
                ("sheet", KeyField(generated=False, null=False, unique=False)),
                ("number", fields.IntField()),
                ("cells", fields.JSONField(encoder=JSON_DUMPS, decoder=loads)),
            ],
            options={
                "table": "staged_row",
                "app": "consortium",
                "unique_together": (("staged_import_id", "sheet", "number"),),
                "pk_attr": "id",
                "table_description": "A row as it was sent, or corrected since: its cells by their columns, as text.",
            },
            bases=["Model"],
        ),
        ops.RunSQL(STAGING),
    ]
