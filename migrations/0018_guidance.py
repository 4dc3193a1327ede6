"""Versions of guidance, their gates, criteria and evidence; what was published stays as it is."""

from tortoise import migrations
from tortoise.migrations import operations as ops
from consortium.guidance.rules import EvidenceKind, GuidanceStatus
from consortium.storage.fields import IdField, KeyField
from tortoise.fields.base import OnDelete
from tortoise import fields

CONSTRAINTS = """
ALTER TABLE guidance_version
    ADD CONSTRAINT guidance_version_reference_form
        CHECK (length(reference) <= 64 AND reference ~ '^[a-z0-9]+([.-][a-z0-9]+)*$'),
    ADD CONSTRAINT guidance_version_texts CHECK (title <> '' AND publisher <> ''),
    ADD CONSTRAINT guidance_version_not_its_own CHECK (replaces_id <> id),
    ADD CONSTRAINT guidance_version_days CHECK (CASE status
        WHEN 'DRAFT' THEN published_on IS NULL AND retired_on IS NULL AND retired_because = ''
        WHEN 'PUBLISHED' THEN
            published_on IS NOT NULL AND retired_on IS NULL AND retired_because = ''
        WHEN 'RETIRED' THEN
            published_on IS NOT NULL AND retired_on IS NOT NULL AND retired_because <> ''
        ELSE false END);
CREATE INDEX guidance_version_replaces_idx ON guidance_version (replaces_id);

ALTER TABLE guidance_gate
    ADD CONSTRAINT guidance_gate_key_form
        CHECK (length(key) <= 64 AND key ~ '^[a-z0-9]+([.-][a-z0-9]+)*$'),
    ADD CONSTRAINT guidance_gate_texts CHECK (title <> '' AND passes_when <> ''),
    ADD CONSTRAINT guidance_gate_valid_months_range CHECK (valid_months BETWEEN 1 AND 600),
    ADD CONSTRAINT guidance_gate_position_positive CHECK (position > 0),
    -- Deferrable, so that one statement can put gates into another order.
    ADD CONSTRAINT guidance_gate_position_key
        UNIQUE (guidance_version_id, position) DEFERRABLE INITIALLY IMMEDIATE;

ALTER TABLE guidance_criterion
    ADD CONSTRAINT guidance_criterion_key_form
        CHECK (length(key) <= 64 AND key ~ '^[a-z0-9]+([.-][a-z0-9]+)*$'),
    ADD CONSTRAINT guidance_criterion_texts CHECK (text <> ''),
    ADD CONSTRAINT guidance_criterion_position_positive CHECK (position > 0);

ALTER TABLE guidance_evidence
    ADD CONSTRAINT guidance_evidence_texts CHECK (must_hold <> ''),
    ADD CONSTRAINT guidance_evidence_position_positive CHECK (position > 0);
"""

GUARDS = """
-- DRAFT, PUBLISHED, RETIRED, and never back. Once published a version stays as it is; retiring it
-- says when and why, and nothing else.
CREATE FUNCTION guidance_version_stays() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'UPDATE' AND OLD.status = 'DRAFT' AND NEW.status IN ('DRAFT', 'PUBLISHED') THEN
        RETURN NEW;
    ELSIF TG_OP = 'UPDATE' AND OLD.status = 'PUBLISHED' AND NEW.status = 'RETIRED'
        AND to_jsonb(NEW) - '{status,retired_on,retired_because,version}'::text[]
            = to_jsonb(OLD) - '{status,retired_on,retired_because,version}'::text[]
    THEN
        RETURN NEW;
    ELSIF TG_OP = 'INSERT' AND NEW.status = 'DRAFT' THEN
        RETURN NEW;
    ELSIF TG_OP = 'DELETE' AND OLD.status = 'DRAFT' THEN
        RETURN OLD;
    END IF;
    RAISE EXCEPTION 'a published guidance stays as it is: % is refused', TG_OP
        USING ERRCODE = 'check_violation', CONSTRAINT = 'guidance_published_stays';
END $$;
CREATE TRIGGER guidance_version_stays BEFORE INSERT OR UPDATE OR DELETE ON guidance_version
    FOR EACH ROW EXECUTE FUNCTION guidance_version_stays();

-- A version replaces one that was published, so that no chain of them leads back to itself.
CREATE FUNCTION guidance_version_replaces_published() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (SELECT FROM guidance_version v WHERE v.id = NEW.replaces_id AND v.status = 'DRAFT')
    THEN
        RAISE EXCEPTION 'a draft is not replaced, it is changed itself'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'guidance_version_replaces_published';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER guidance_version_replaces BEFORE INSERT OR UPDATE OF replaces_id ON guidance_version
    FOR EACH ROW EXECUTE FUNCTION guidance_version_replaces_published();

-- Whoever changes a part holds the version in share mode (below), so what is counted here stays.
CREATE FUNCTION guidance_version_complete() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NOT EXISTS (SELECT FROM guidance_gate g WHERE g.guidance_version_id = NEW.id)
        OR EXISTS (
            SELECT FROM guidance_gate g WHERE g.guidance_version_id = NEW.id
                AND NOT EXISTS (SELECT FROM guidance_criterion c WHERE c.gate_id = g.id)
        )
    THEN
        RAISE EXCEPTION 'a version without gates, or with a gate without criteria, is not published'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'guidance_version_complete';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER guidance_version_complete BEFORE UPDATE ON guidance_version
    FOR EACH ROW WHEN (OLD.status = 'DRAFT' AND NEW.status = 'PUBLISHED')
    EXECUTE FUNCTION guidance_version_complete();

-- Gates, criteria and evidence of a version that is no draft stay as they are. The arguments: the
-- column with the row's parent, and what finds the version of that parent.
CREATE FUNCTION guidance_part_stays() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    parents bigint[] := ARRAY[]::bigint[];
    parent bigint;
    guidance bigint;
    state text;
BEGIN
    IF TG_OP <> 'INSERT' THEN
        parents := parents || (to_jsonb(OLD) ->> TG_ARGV[0])::bigint;
    END IF;
    IF TG_OP <> 'DELETE' THEN
        parents := parents || (to_jsonb(NEW) ->> TG_ARGV[0])::bigint;
    END IF;
    FOREACH parent IN ARRAY parents LOOP
        EXECUTE TG_ARGV[1] INTO guidance USING parent;
        SELECT v.status INTO state FROM guidance_version v WHERE v.id = guidance FOR SHARE;
        IF state <> 'DRAFT' THEN
            RAISE EXCEPTION 'a published guidance stays as it is: % of % is refused',
                TG_OP, TG_TABLE_NAME
                USING ERRCODE = 'check_violation', CONSTRAINT = 'guidance_published_stays';
        END IF;
    END LOOP;
    RETURN coalesce(NEW, OLD);
END $$;
CREATE TRIGGER guidance_gate_stays BEFORE INSERT OR UPDATE OR DELETE ON guidance_gate
    FOR EACH ROW EXECUTE FUNCTION guidance_part_stays('guidance_version_id', 'SELECT $1');
CREATE TRIGGER guidance_criterion_stays BEFORE INSERT OR UPDATE OR DELETE ON guidance_criterion
    FOR EACH ROW EXECUTE FUNCTION guidance_part_stays(
        'gate_id', 'SELECT g.guidance_version_id FROM guidance_gate g WHERE g.id = $1'
    );
CREATE TRIGGER guidance_evidence_stays BEFORE INSERT OR UPDATE OR DELETE ON guidance_evidence
    FOR EACH ROW EXECUTE FUNCTION guidance_part_stays(
        'criterion_id',
        'SELECT g.guidance_version_id FROM guidance_criterion c'
        ' JOIN guidance_gate g ON g.id = c.gate_id WHERE c.id = $1'
    );

CREATE FUNCTION guidance_not_emptied() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'a published guidance stays as it is: TRUNCATE of % is refused', TG_TABLE_NAME
        USING ERRCODE = 'check_violation', CONSTRAINT = 'guidance_published_stays';
END $$;
CREATE TRIGGER guidance_version_not_emptied BEFORE TRUNCATE ON guidance_version
    FOR EACH STATEMENT EXECUTE FUNCTION guidance_not_emptied();
CREATE TRIGGER guidance_gate_not_emptied BEFORE TRUNCATE ON guidance_gate
    FOR EACH STATEMENT EXECUTE FUNCTION guidance_not_emptied();
CREATE TRIGGER guidance_criterion_not_emptied BEFORE TRUNCATE ON guidance_criterion
    FOR EACH STATEMENT EXECUTE FUNCTION guidance_not_emptied();
CREATE TRIGGER guidance_evidence_not_emptied BEFORE TRUNCATE ON guidance_evidence
    FOR EACH STATEMENT EXECUTE FUNCTION guidance_not_emptied();

SELECT audit_watch('guidance_version', '{}', '{}');
SELECT audit_watch('guidance_gate', '{}', '{}');
SELECT audit_watch('guidance_criterion', '{}', '{}');
SELECT audit_watch('guidance_evidence', '{}', '{}');
"""


class Migration(migrations.Migration):
    dependencies = [("consortium", "0017_cheaper_writes")]

    initial = False

    operations = [
        ops.CreateModel(
            name="GuidanceVersion",
            fields=[
                ("id", IdField(generated=True, primary_key=True, unique=True, db_index=True)),
                ("reference", KeyField(unique=True, generated=False, null=False)),
                ("title", fields.TextField(unique=False)),
                ("publisher", fields.TextField(unique=False)),
                ("edition", fields.TextField(default="", db_default="", unique=False)),
                ("issued_on", fields.DateField(null=True)),
                (
                    "status",
                    fields.CharEnumField(
                        default=GuidanceStatus.DRAFT,
                        description="",
                        db_default="DRAFT",
                        enum_type=GuidanceStatus,
                        max_length=20,
                    ),
                ),
                ("published_on", fields.DateField(null=True)),
                ("retired_on", fields.DateField(null=True)),
                ("retired_because", fields.TextField(default="", db_default="", unique=False)),
                (
                    "replaces",
                    fields.ForeignKeyField(
                        "consortium.GuidanceVersion",
                        source_field="replaces_id",
                        null=True,
                        db_constraint=True,
                        to_field="id",
                        related_name="replaced_by",
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
                        related_name="guidance_versions",
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                ("version", fields.IntField(default=1, db_default=1)),
            ],
            options={
                "table": "guidance_version",
                "app": "consortium",
                "pk_attr": "id",
                "table_description": "A version of a guidance. Triggers keep it, with all below it, as it was published.",
            },
            bases=["Model"],
        ),
        ops.CreateModel(
            name="GuidanceGate",
            fields=[
                ("id", IdField(generated=True, primary_key=True, unique=True, db_index=True)),
                (
                    "guidance_version",
                    fields.ForeignKeyField(
                        "consortium.GuidanceVersion",
                        source_field="guidance_version_id",
                        db_constraint=True,
                        to_field="id",
                        related_name="gates",
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                ("position", fields.IntField()),
                ("key", KeyField(generated=False, null=False, unique=False)),
                ("title", fields.TextField(unique=False)),
                ("passes_when", fields.TextField(unique=False)),
                ("valid_months", fields.IntField(null=True)),
            ],
            options={
                "table": "guidance_gate",
                "app": "consortium",
                "unique_together": (("guidance_version_id", "key"),),
                "pk_attr": "id",
                "table_description": "A gate of a version, in the order in which a reviewer takes them.",
            },
            bases=["Model"],
        ),
        ops.CreateModel(
            name="GuidanceCriterion",
            fields=[
                ("id", IdField(generated=True, primary_key=True, unique=True, db_index=True)),
                (
                    "gate",
                    fields.ForeignKeyField(
                        "consortium.GuidanceGate",
                        source_field="gate_id",
                        db_constraint=True,
                        to_field="id",
                        related_name="criteria",
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                ("position", fields.IntField()),
                ("key", KeyField(generated=False, null=False, unique=False)),
                ("text", fields.TextField(unique=False)),
                ("required", fields.BooleanField(default=True, db_default=True)),
            ],
            options={
                "table": "guidance_criterion",
                "app": "consortium",
                "unique_together": (("gate_id", "key"), ("gate_id", "position")),
                "pk_attr": "id",
                "table_description": "One thing that a gate asks.",
            },
            bases=["Model"],
        ),
        ops.CreateModel(
            name="GuidanceEvidence",
            fields=[
                ("id", IdField(generated=True, primary_key=True, unique=True, db_index=True)),
                (
                    "criterion",
                    fields.ForeignKeyField(
                        "consortium.GuidanceCriterion",
                        source_field="criterion_id",
                        db_constraint=True,
                        to_field="id",
                        related_name="evidence",
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                ("position", fields.IntField()),
                (
                    "kind",
                    fields.CharEnumField(description="", enum_type=EvidenceKind, max_length=40),
                ),
                ("must_hold", fields.TextField(unique=False)),
                ("required", fields.BooleanField(default=True, db_default=True)),
            ],
            options={
                "table": "guidance_evidence",
                "app": "consortium",
                "unique_together": (("criterion_id", "position"),),
                "pk_attr": "id",
                "table_description": "What shows that a criterion is met: a sort of thing, and in words what it must hold.",
            },
            bases=["Model"],
        ),
        *(ops.RunSQL(sql) for sql in (CONSTRAINTS, GUARDS)),
    ]
