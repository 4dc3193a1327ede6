"""Dated changes of organisations, successions, and merges of what was recorded twice."""

from tortoise import migrations
from tortoise.migrations import operations as ops
from consortium.reorganisations.rules.successions import SuccessionKind
from consortium.storage.fields import IdField, KeyField
from orjson import loads
from tortoise.fields.base import OnDelete
from tortoise.fields.data import JSON_DUMPS
from tortoise.fields.db_defaults import Now
from tortoise import fields
from tortoise.indexes import Index

CONSTRAINTS = """
ALTER TABLE succession
    ADD CONSTRAINT succession_not_itself CHECK (predecessor_id <> successor_id);
ALTER TABLE organisation
    ADD CONSTRAINT organisation_not_merged_into_itself CHECK (merged_into_id <> id);
ALTER TABLE organisation_merge
    ADD CONSTRAINT organisation_merge_of_another CHECK (duplicate_id <> survivor_id);

-- An organisation is merged once at a time.
CREATE UNIQUE INDEX organisation_merge_standing_idx ON organisation_merge (duplicate_id)
    WHERE undone_at IS NULL;

SELECT audit_watch('succession', '{}', '{}');
SELECT audit_watch('organisation_merge', '{}', '{}');
"""

# Sector and country of a standing are those of the claim's period, so a change of what an
# organisation was is copied by the recomputation, as one of what it is.
PERIODS = """
CREATE FUNCTION organisation_period_stale() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP <> 'DELETE' THEN
        INSERT INTO avoided_stale (organisation_id)
        SELECT DISTINCT r.organisation_id FROM new_rows r
        WHERE EXISTS (SELECT FROM avoided_claim c WHERE c.organisation_id = r.organisation_id);
    END IF;
    IF TG_OP <> 'INSERT' THEN
        INSERT INTO avoided_stale (organisation_id)
        SELECT DISTINCT r.organisation_id FROM old_rows r
        WHERE EXISTS (SELECT FROM avoided_claim c WHERE c.organisation_id = r.organisation_id);
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER organisation_period_stale_insert AFTER INSERT ON organisation_period
    REFERENCING NEW TABLE AS new_rows
    FOR EACH STATEMENT EXECUTE FUNCTION organisation_period_stale();
CREATE TRIGGER organisation_period_stale_delete AFTER DELETE ON organisation_period
    REFERENCING OLD TABLE AS old_rows
    FOR EACH STATEMENT EXECUTE FUNCTION organisation_period_stale();
CREATE TRIGGER organisation_period_stale_update AFTER UPDATE ON organisation_period
    REFERENCING NEW TABLE AS new_rows OLD TABLE AS old_rows
    FOR EACH STATEMENT EXECUTE FUNCTION organisation_period_stale();
"""


class Migration(migrations.Migration):
    dependencies = [("consortium", "0010_profile")]

    initial = False

    operations = [
        ops.CreateModel(
            name="OrganisationMerge",
            fields=[
                ("id", IdField(generated=True, primary_key=True, unique=True, db_index=True)),
                (
                    "duplicate",
                    fields.ForeignKeyField(
                        "consortium.Organisation",
                        source_field="duplicate_id",
                        db_constraint=True,
                        to_field="id",
                        related_name="merges",
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                (
                    "survivor",
                    fields.ForeignKeyField(
                        "consortium.Organisation",
                        source_field="survivor_id",
                        db_constraint=True,
                        to_field="id",
                        related_name="absorbed",
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                ("reason", fields.TextField(default="", db_default="", unique=False)),
                (
                    "merged_at",
                    fields.DatetimeField(db_default=Now(), auto_now=False, auto_now_add=True),
                ),
                ("undone_at", fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
            ],
            options={
                "table": "organisation_merge",
                "app": "consortium",
                "indexes": [
                    Index(fields=["duplicate_id"], name="organisation_merge_duplicate_idx"),
                    Index(fields=["survivor_id"], name="organisation_merge_survivor_idx"),
                ],
                "pk_attr": "id",
                "table_description": "One organisation that was recorded twice: the duplicate's rows became the survivor's.",
            },
            bases=["Model"],
        ),
        ops.CreateModel(
            name="OrganisationMergeChange",
            fields=[
                ("id", IdField(generated=True, primary_key=True, unique=True, db_index=True)),
                (
                    "merge",
                    fields.ForeignKeyField(
                        "consortium.OrganisationMerge",
                        source_field="merge_id",
                        db_constraint=True,
                        to_field="id",
                        related_name="changes",
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                ("row_table", KeyField(generated=False, null=False, unique=False)),
                ("row_id", fields.BigIntField()),
                ("before", fields.JSONField(null=True, encoder=JSON_DUMPS, decoder=loads)),
                ("after", fields.JSONField(null=True, encoder=JSON_DUMPS, decoder=loads)),
            ],
            options={
                "table": "organisation_merge_change",
                "app": "consortium",
                "indexes": [Index(fields=["merge_id"], name="organisation_merge_change_merge_idx")],
                "pk_attr": "id",
                "table_description": "A row that a merge changed, in the order of ids: the columns concerned, before and after.",
            },
            bases=["Model"],
        ),
        ops.CreateModel(
            name="Succession",
            fields=[
                ("id", IdField(generated=True, primary_key=True, unique=True, db_index=True)),
                (
                    "predecessor",
                    fields.ForeignKeyField(
                        "consortium.Organisation",
                        source_field="predecessor_id",
                        db_constraint=True,
                        to_field="id",
                        related_name="successors",
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                (
                    "successor",
                    fields.ForeignKeyField(
                        "consortium.Organisation",
                        source_field="successor_id",
                        db_constraint=True,
                        to_field="id",
                        related_name="predecessors",
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                (
                    "kind",
                    fields.CharEnumField(description="", enum_type=SuccessionKind, max_length=20),
                ),
                ("effective_on", fields.DateField()),
                (
                    "citation",
                    fields.ForeignKeyField(
                        "consortium.Citation",
                        source_field="citation_id",
                        null=True,
                        db_constraint=True,
                        to_field="id",
                        related_name="successions",
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                (
                    "recorded_at",
                    fields.DatetimeField(db_default=Now(), auto_now=False, auto_now_add=True),
                ),
            ],
            options={
                "table": "succession",
                "app": "consortium",
                "unique_together": (("predecessor_id", "successor_id"),),
                "indexes": [Index(fields=["successor_id"], name="succession_successor_idx")],
                "pk_attr": "id",
                "table_description": "From a day on, one organisation is what became of another, or of a part of it.",
            },
            bases=["Model"],
        ),
        ops.AddField(
            model_name="Organisation",
            name="merged_into",
            field=fields.ForeignKeyField(
                "consortium.Organisation",
                source_field="merged_into_id",
                null=True,
                db_constraint=True,
                to_field="id",
                related_name="merged",
                on_delete=OnDelete.RESTRICT,
            ),
        ),
        ops.AddIndex(
            model_name="Organisation",
            index=Index(fields=["merged_into_id"], name="organisation_merged_into_idx"),
        ),
        ops.AddField(
            model_name="OrganisationPeriod",
            name="citation",
            field=fields.ForeignKeyField(
                "consortium.Citation",
                source_field="citation_id",
                null=True,
                db_constraint=True,
                to_field="id",
                related_name="changes",
                on_delete=OnDelete.RESTRICT,
            ),
        ),
        *(ops.RunSQL(sql) for sql in (CONSTRAINTS, PERIODS)),
    ]
