"""Documents that applications registered when they were built."""

from tortoise import migrations
from tortoise.migrations import operations as ops
from consortium.storage.fields import IdField, KeyField
from tortoise.fields.db_defaults import Now
from tortoise import fields

CHECKED = """
ALTER TABLE trusted_document
    ADD CONSTRAINT trusted_document_hashed
        CHECK (sha256 = encode(sha256(convert_to(text, 'UTF8')), 'hex')),
    ADD CONSTRAINT trusted_document_app_named CHECK (length(app) BETWEEN 1 AND 100);
SELECT audit_watch('trusted_document', '{}', '{}');
"""


class Migration(migrations.Migration):
    dependencies = [("consortium", "0040_budgets")]

    initial = False

    operations = [
        ops.CreateModel(
            name="TrustedDocument",
            fields=[
                ("id", IdField(generated=True, primary_key=True, unique=True, db_index=True)),
                ("sha256", KeyField()),
                ("app", KeyField()),
                ("text", fields.TextField(unique=False)),
                (
                    "registered_at",
                    fields.DatetimeField(db_default=Now(), auto_now=False, auto_now_add=True),
                ),
                ("retired_at", fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
            ],
            options={
                "table": "trusted_document",
                "app": "consortium",
                "unique_together": (("sha256", "app"),),
                "pk_attr": "id",
                "table_description": "A document as one application sends it; its text never changes.",
            },
            bases=["Model"],
        ),
        ops.RunSQL(CHECKED),
    ]
