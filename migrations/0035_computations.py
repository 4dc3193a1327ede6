"""Computations of value chains that take long."""

from tortoise import migrations
from tortoise.migrations import operations as ops
from consortium.storage.fields import IdField
from consortium.value_chains.rules.computations import ComputationStatus
from orjson import loads
from tortoise.fields.base import OnDelete
from tortoise.fields.data import JSON_DUMPS
from tortoise.fields.db_defaults import Now
from tortoise import fields
from tortoise.indexes import Index

ENDS = """
ALTER TABLE chain_computation
    ADD CONSTRAINT chain_computation_ended
        CHECK ((status IN ('WAITING', 'RUNNING')) = (ended_at IS NULL)),
    ADD CONSTRAINT chain_computation_answered CHECK (
        (status = 'DONE') = (answer IS NOT NULL)
        AND (status = 'FAILED') = (code IS NOT NULL AND message IS NOT NULL));
CREATE INDEX chain_computation_due_idx ON chain_computation (due_at, id)
    WHERE status IN ('WAITING', 'RUNNING');
CREATE TRIGGER organisation_standing AFTER INSERT ON chain_computation
    REFERENCING NEW TABLE AS new_rows
    FOR EACH STATEMENT EXECUTE FUNCTION organisation_standing('organisation_id');
"""


class Migration(migrations.Migration):
    dependencies = [("consortium", "0034_footprints_in_chains")]

    initial = False

    operations = [
        ops.CreateModel(
            name="ChainComputation",
            fields=[
                ("id", IdField(generated=True, primary_key=True, unique=True, db_index=True)),
                (
                    "organisation",
                    fields.ForeignKeyField(
                        "consortium.Organisation",
                        source_field="organisation_id",
                        db_constraint=True,
                        to_field="id",
                        related_name="chain_computations",
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                (
                    "status",
                    fields.CharEnumField(
                        default=ComputationStatus.WAITING,
                        description="",
                        db_default="WAITING",
                        enum_type=ComputationStatus,
                        max_length=20,
                    ),
                ),
                ("question", fields.JSONField(encoder=JSON_DUMPS, decoder=loads)),
                ("draws", fields.IntField(default=0, db_default=0)),
                ("draws_wanted", fields.IntField()),
                ("answer", fields.JSONField(null=True, encoder=JSON_DUMPS, decoder=loads)),
                ("code", fields.TextField(null=True, unique=False)),
                ("message", fields.TextField(null=True, unique=False)),
                ("attempts", fields.IntField(default=0, db_default=0)),
                ("version", fields.IntField(default=1, db_default=1)),
                (
                    "asked_at",
                    fields.DatetimeField(db_default=Now(), auto_now=False, auto_now_add=True),
                ),
                (
                    "due_at",
                    fields.DatetimeField(db_default=Now(), auto_now=False, auto_now_add=True),
                ),
                ("started_at", fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ("ended_at", fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
            ],
            options={
                "table": "chain_computation",
                "app": "consortium",
                "indexes": [
                    Index(fields=["organisation_id", "id"], name="chain_computation_owner_idx")
                ],
                "pk_attr": "id",
                "table_description": "A question of published versions that is answered by whoever works off what waits.",
            },
            bases=["Model"],
        ),
        ops.RunSQL(ENDS),
    ]
