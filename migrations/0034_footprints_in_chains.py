"""Footprints that are computed from chains, and that stand for activities in them."""

from tortoise import migrations
from tortoise.migrations import operations as ops
from tortoise import fields
from tortoise.indexes import Index

LINKS = """
ALTER TABLE footprint
    ADD CONSTRAINT footprint_computed_from FOREIGN KEY (chain_version_id, activity_id)
        REFERENCES activity (chain_version_id, id),
    ADD CONSTRAINT footprint_computed_whole CHECK (
        (origin = 'COMPUTED') >= (activity_id IS NOT NULL)
        AND (activity_id IS NULL) = (chain_version_id IS NULL));
ALTER TABLE activity ADD CONSTRAINT activity_footprint FOREIGN KEY (footprint_id)
    REFERENCES footprint (id);
"""

# What a version holds is seen by all who see the version.
SHOWN = """
CREATE FUNCTION chain_version_holds_footprint() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    widths text[] := ARRAY['PRIVATE', 'CONSORTIUM', 'PUBLIC'];
BEGIN
    IF EXISTS (
        SELECT FROM activity a JOIN footprint f ON f.id = a.footprint_id
        WHERE a.chain_version_id = NEW.id AND array_position(widths, f.visibility::text)
            < array_position(widths, NEW.visibility::text))
    THEN
        RAISE EXCEPTION 'version % holds a footprint that fewer may see', NEW.id
            USING ERRCODE = 'check_violation', CONSTRAINT = 'chain_version_holds_footprint';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER chain_version_holds_footprint BEFORE UPDATE OF visibility ON chain_version
    FOR EACH ROW WHEN (NEW.visibility <> OLD.visibility)
    EXECUTE FUNCTION chain_version_holds_footprint();
"""


class Migration(migrations.Migration):
    dependencies = [("consortium", "0033_exchange")]

    initial = False

    operations = [
        ops.AddField(
            model_name="Footprint", name="activity_id", field=fields.BigIntField(null=True)
        ),
        ops.AddIndex(
            model_name="Footprint",
            index=Index(fields=["activity_id"], name="footprint_activity_idx"),
        ),
        ops.AddField(
            model_name="Activity", name="footprint_id", field=fields.BigIntField(null=True)
        ),
        ops.AddIndex(
            model_name="Activity",
            index=Index(fields=["footprint_id"], name="activity_footprint_idx"),
        ),
        ops.RunSQL(LINKS),
        ops.RunSQL(SHOWN),
    ]
