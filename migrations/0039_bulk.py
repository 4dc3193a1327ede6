"""Bulk operations, files of variables, and what their lines answered."""

from tortoise import migrations
from tortoise.migrations import operations as ops
from consortium.bulk.rules.operations import BulkKind, BulkState
from consortium.storage.fields import IdField, TextArrayField
from tortoise.fields.base import OnDelete
from tortoise.fields.db_defaults import Now
from tortoise import fields
from tortoise.indexes import Index

BULK = """
ALTER TABLE bulk_operation
    ADD CONSTRAINT bulk_operation_ended
        CHECK ((state IN ('WAITING', 'RUNNING')) = (ended_at IS NULL)),
    ADD CONSTRAINT bulk_operation_cancelled
        CHECK ((state = 'CANCELLED') = (cancelled_at IS NOT NULL)),
    ADD CONSTRAINT bulk_operation_upload CHECK ((kind = 'MUTATION') = (upload_id IS NOT NULL)),
    ADD CONSTRAINT bulk_operation_result CHECK ((digest IS NULL) = (size_bytes IS NULL));
CREATE INDEX bulk_operation_open_idx ON bulk_operation (id) WHERE ended_at IS NULL;
CREATE INDEX bulk_operation_digest_idx ON bulk_operation (digest) WHERE digest IS NOT NULL;
CREATE INDEX bulk_upload_digest_idx ON bulk_upload (digest) WHERE digest IS NOT NULL;

CREATE TRIGGER organisation_standing AFTER INSERT ON bulk_operation
    REFERENCING NEW TABLE AS new_rows
    FOR EACH STATEMENT EXECUTE FUNCTION organisation_standing('organisation_id');
CREATE TRIGGER organisation_standing AFTER INSERT ON bulk_upload
    REFERENCING NEW TABLE AS new_rows
    FOR EACH STATEMENT EXECUTE FUNCTION organisation_standing('organisation_id');
-- Who asked for what, and who ended it early; how far it has come is its own log.
SELECT audit_watch('bulk_operation', '{}',
    '{state,rows,attempts,taken_until,failure_code,told,digest,size_bytes,began_at,ended_at}');
SELECT audit_watch('bulk_upload', '{}', '{digest}');
"""


class Migration(migrations.Migration):
    dependencies = [("consortium", "0038_webhooks")]

    initial = False

    operations = [
        ops.CreateModel(
            name="BulkUpload",
            fields=[
                ("id", IdField(generated=True, primary_key=True, unique=True, db_index=True)),
                (
                    "organisation",
                    fields.ForeignKeyField(
                        "consortium.Organisation",
                        source_field="organisation_id",
                        db_constraint=True,
                        to_field="id",
                        related_name="bulk_uploads",
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
                        related_name="bulk_uploads",
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                (
                    "client",
                    fields.ForeignKeyField(
                        "consortium.OAuthClient",
                        source_field="client_id",
                        null=True,
                        db_constraint=True,
                        to_field="id",
                        related_name="bulk_uploads",
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                ("digest", fields.TextField(null=True, unique=False)),
                ("size_bytes", fields.BigIntField()),
                (
                    "uploaded_at",
                    fields.DatetimeField(db_default=Now(), auto_now=False, auto_now_add=True),
                ),
            ],
            options={
                "table": "bulk_upload",
                "app": "consortium",
                "indexes": [
                    Index(fields=["organisation_id"], name="bulk_upload_organisation_idx"),
                    Index(fields=["account_id"], name="bulk_upload_account_idx"),
                    Index(fields=["client_id"], name="bulk_upload_client_idx"),
                ],
                "pk_attr": "id",
                "table_description": "A file of variables, a line for each change. Its name is blank once the file is gone.",
            },
            bases=["Model"],
        ),
        ops.CreateModel(
            name="BulkOperation",
            fields=[
                ("id", IdField(generated=True, primary_key=True, unique=True, db_index=True)),
                (
                    "organisation",
                    fields.ForeignKeyField(
                        "consortium.Organisation",
                        source_field="organisation_id",
                        db_constraint=True,
                        to_field="id",
                        related_name="bulk_operations",
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
                        related_name="bulk_operations",
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                (
                    "client",
                    fields.ForeignKeyField(
                        "consortium.OAuthClient",
                        source_field="client_id",
                        null=True,
                        db_constraint=True,
                        to_field="id",
                        related_name="bulk_operations",
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                ("permissions", TextArrayField(generated=False, null=False, unique=False)),
                ("is_member", fields.BooleanField()),
                ("kind", fields.CharEnumField(description="", enum_type=BulkKind, max_length=20)),
                ("document", fields.TextField(unique=False)),
                ("variables", fields.TextField(default="{}", db_default="{}", unique=False)),
                (
                    "upload",
                    fields.ForeignKeyField(
                        "consortium.BulkUpload",
                        source_field="upload_id",
                        null=True,
                        db_constraint=True,
                        to_field="id",
                        related_name="operations",
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                (
                    "state",
                    fields.CharEnumField(
                        default=BulkState.WAITING,
                        description="",
                        db_default="WAITING",
                        enum_type=BulkState,
                        max_length=20,
                    ),
                ),
                ("rows", fields.BigIntField(default=0, db_default=0)),
                ("attempts", fields.IntField(default=0, db_default=0)),
                (
                    "taken_until",
                    fields.DatetimeField(null=True, auto_now=False, auto_now_add=False),
                ),
                ("failure_code", fields.TextField(default="", db_default="", unique=False)),
                ("told", fields.TextField(default="", db_default="", unique=False)),
                ("digest", fields.TextField(null=True, unique=False)),
                ("size_bytes", fields.BigIntField(null=True)),
                (
                    "asked_at",
                    fields.DatetimeField(db_default=Now(), auto_now=False, auto_now_add=True),
                ),
                ("began_at", fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ("ended_at", fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                (
                    "cancelled_at",
                    fields.DatetimeField(null=True, auto_now=False, auto_now_add=False),
                ),
            ],
            options={
                "table": "bulk_operation",
                "app": "consortium",
                "indexes": [
                    Index(fields=["organisation_id", "id"], name="bulk_operation_organisation_idx"),
                    Index(fields=["account_id"], name="bulk_operation_account_idx"),
                    Index(fields=["client_id"], name="bulk_operation_client_idx"),
                    Index(fields=["upload_id"], name="bulk_operation_upload_idx"),
                ],
                "pk_attr": "id",
                "table_description": "A query or a mutation that runs beside the server, with the rights of who asked for it.",
            },
            bases=["Model"],
        ),
        ops.CreateModel(
            name="BulkLine",
            fields=[
                ("id", IdField(generated=True, primary_key=True, unique=True, db_index=True)),
                (
                    "operation",
                    fields.ForeignKeyField(
                        "consortium.BulkOperation",
                        source_field="operation_id",
                        db_constraint=True,
                        to_field="id",
                        related_name="lines",
                        on_delete=OnDelete.CASCADE,
                    ),
                ),
                ("number", fields.IntField()),
                ("answer", fields.TextField(default="", db_default="", unique=False)),
            ],
            options={
                "table": "bulk_line",
                "app": "consortium",
                "unique_together": (("operation_id", "number"),),
                "pk_attr": "id",
                "table_description": "What a line's change answered, recorded in the change's own transaction.",
            },
            bases=["Model"],
        ),
        ops.RunSQL(BULK),
    ]
