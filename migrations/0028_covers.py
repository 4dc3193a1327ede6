"""Disclosed claims that effects cover; and indexes of what is shown to others."""

from tortoise import migrations
from tortoise.migrations import operations as ops
from consortium.storage.fields import IdField
from tortoise.fields.base import OnDelete
from tortoise.fields.db_defaults import Now
from tortoise import fields
from tortoise.indexes import Index

COVERS = """
ALTER TABLE avoided_cover
    ADD CONSTRAINT avoided_cover_explained CHECK (btrim(reason) <> ''),
    ADD CONSTRAINT avoided_cover_dates_ordered CHECK (ended_on >= covered_on),
    ADD CONSTRAINT avoided_cover_one_at_a_time EXCLUDE USING gist (
        int8range(claim_id, claim_id, '[]') WITH &&,
        daterange(covered_on, ended_on) WITH &&
    );

-- What was linked stays linked for the days on which it was; its end is written once.
CREATE FUNCTION avoided_cover_kept() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF OLD.ended_on IS NULL AND to_jsonb(NEW) - 'ended_on' = to_jsonb(OLD) - 'ended_on' THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION 'cover % stays as it was', NEW.id
        USING ERRCODE = 'check_violation', CONSTRAINT = 'avoided_cover_kept';
END $$;
CREATE TRIGGER avoided_cover_kept BEFORE UPDATE ON avoided_cover
    FOR EACH ROW EXECUTE FUNCTION avoided_cover_kept();
CREATE TRIGGER avoided_cover_stays BEFORE DELETE OR TRUNCATE ON avoided_cover
    FOR EACH STATEMENT EXECUTE FUNCTION record_stays();
SELECT audit_watch('avoided_cover', '{}', '{}');
"""

# Whoever lists what is shown to it reads past nothing that is not: private rows cost it no time.
SHOWN = """
CREATE INDEX assessed_claim_shown_idx ON assessed_claim (id)
    WHERE visibility IN ('PUBLIC', 'CONSORTIUM');
CREATE INDEX effect_shown_idx ON effect (id) WHERE visibility IN ('PUBLIC', 'CONSORTIUM');
"""


class Migration(migrations.Migration):
    dependencies = [("consortium", "0027_claim_files")]

    initial = False

    operations = [
        ops.CreateModel(
            name="AvoidedCover",
            fields=[
                ("id", IdField(generated=True, primary_key=True, unique=True, db_index=True)),
                (
                    "claim",
                    fields.ForeignKeyField(
                        "consortium.AvoidedClaim",
                        source_field="claim_id",
                        db_constraint=True,
                        to_field="id",
                        related_name="covers",
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                (
                    "effect",
                    fields.ForeignKeyField(
                        "consortium.Effect",
                        source_field="effect_id",
                        db_constraint=True,
                        to_field="id",
                        related_name="covers",
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                ("reason", fields.TextField(unique=False)),
                ("covered_on", fields.DateField()),
                ("ended_on", fields.DateField(null=True)),
                (
                    "recorded_at",
                    fields.DatetimeField(db_default=Now(), auto_now=False, auto_now_add=True),
                ),
            ],
            options={
                "table": "avoided_cover",
                "app": "consortium",
                "indexes": [
                    Index(fields=["claim_id", "covered_on"], name="avoided_cover_claim_idx"),
                    Index(fields=["effect_id"], name="avoided_cover_effect_idx"),
                ],
                "pk_attr": "id",
                "table_description": "A disclosed claim that an effect covers: until it is uncovered it is in no sum.",
            },
            bases=["Model"],
        ),
        *(ops.RunSQL(sql) for sql in (COVERS, SHOWN)),
    ]
