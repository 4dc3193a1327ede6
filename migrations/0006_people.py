from tortoise import migrations
from tortoise.migrations import operations as ops
from consortium.storage.fields import IdField, KeyField
from tortoise.fields.db_defaults import Now
from tortoise import fields
from tortoise.indexes import Index


class Migration(migrations.Migration):
    dependencies = [("consortium", "0005_audit")]

    initial = False

    operations = [
        ops.CreateModel(
            name="OutboxMail",
            fields=[
                ("id", IdField(generated=True, primary_key=True, unique=True, db_index=True)),
                ("recipient", KeyField(generated=False, null=False, unique=False)),
                ("template", fields.CharField(max_length=50)),
                ("data", fields.TextField(unique=False)),
                (
                    "created_at",
                    fields.DatetimeField(db_default=Now(), auto_now=False, auto_now_add=True),
                ),
                (
                    "due_at",
                    fields.DatetimeField(db_default=Now(), auto_now=False, auto_now_add=True),
                ),
                ("attempts", fields.IntField(default=0, db_default=0)),
                ("last_error", fields.TextField(default="", db_default="", unique=False)),
                (
                    "given_up_at",
                    fields.DatetimeField(null=True, auto_now=False, auto_now_add=False),
                ),
            ],
            options={
                "table": "outbox_mail",
                "app": "consortium",
                "indexes": [
                    Index(fields=["due_at"], name="outbox_mail_due_idx"),
                    Index(fields=["recipient"], name="outbox_mail_recipient_idx"),
                ],
                "pk_attr": "id",
                "table_description": "A mail: a template and what it is filled with.",
            },
            bases=["Model"],
        ),
        ops.AddField(
            model_name="Account",
            name="rights_changed_at",
            field=fields.DatetimeField(null=True, auto_now=False, auto_now_add=False),
        ),
        ops.AddField(
            model_name="Session",
            name="rotated_at",
            field=fields.DatetimeField(db_default=Now(), auto_now=False, auto_now_add=True),
        ),
    ]
