"""Assurers' engagements, and the indexes by which each caller's own difference is added to the sums."""

from tortoise import migrations
from tortoise.migrations import operations as ops
from consortium.membership.rules.engagements import Coverage
from consortium.storage.fields import IdField
from tortoise.fields.base import OnDelete
from tortoise.fields.db_defaults import Now
from tortoise import fields
from tortoise.indexes import Index

ENGAGEMENT = """
ALTER TABLE engagement
    ADD CONSTRAINT engagement_dates_ordered CHECK (starts_on <= ends_on),
    ADD CONSTRAINT engagement_of_another CHECK (assurer_id <> client_id);

SELECT audit_watch('engagement', '{}', '{}');
"""

# As consortium.avoided.reads.standings.differs_for_caller: outcomes that count for an owner and not
# for members (audience 2) or the public (1), or the reverse. Few rows of a large table.
DIFFERENCES = """
CREATE INDEX avoided_standing_not_members_idx ON avoided_standing (organisation_id)
    WHERE counts_now AND (audience & 2 = 0) <> (audience & 4 = 0);
CREATE INDEX avoided_standing_not_public_idx ON avoided_standing (organisation_id)
    WHERE counts_now AND (audience & 1 = 0) <> (audience & 4 = 0);
"""


class Migration(migrations.Migration):
    dependencies = [("consortium", "0006_people")]

    initial = False

    operations = [
        ops.CreateModel(
            name="Engagement",
            fields=[
                ("id", IdField(generated=True, primary_key=True, unique=True, db_index=True)),
                (
                    "assurer",
                    fields.ForeignKeyField(
                        "consortium.Organisation",
                        source_field="assurer_id",
                        db_constraint=True,
                        to_field="id",
                        related_name="assurances",
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                (
                    "client",
                    fields.ForeignKeyField(
                        "consortium.Organisation",
                        source_field="client_id",
                        db_constraint=True,
                        to_field="id",
                        related_name="engagements",
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                ("covers", fields.CharEnumField(description="", enum_type=Coverage, max_length=20)),
                ("starts_on", fields.DateField()),
                ("ends_on", fields.DateField()),
                (
                    "created_at",
                    fields.DatetimeField(db_default=Now(), auto_now=False, auto_now_add=True),
                ),
                ("ended_at", fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
            ],
            options={
                "table": "engagement",
                "app": "consortium",
                "indexes": [
                    Index(fields=["assurer_id", "client_id"], name="engagement_assurer_idx"),
                    Index(fields=["client_id"], name="engagement_client_idx"),
                ],
                "pk_attr": "id",
                "table_description": "An assurer at work for a client from the first day to the last, both included.",
            },
            bases=["Model"],
        ),
        ops.RunSQL(ENGAGEMENT),
        ops.RunSQL(DIFFERENCES),
    ]
