"""Whose effects are whose: an index finds them, however many others there are."""

from tortoise import migrations
from tortoise.migrations import operations as ops
from tortoise import fields
from tortoise.indexes import Index

# An effect belongs to whom its solution belongs to, also after a merge.
OWNERS = """
ALTER TABLE solution ADD CONSTRAINT solution_owner UNIQUE (id, organisation_id);
ALTER TABLE effect DISABLE TRIGGER USER;
UPDATE effect e SET organisation_id = s.organisation_id FROM solution s WHERE s.id = e.solution_id;
ALTER TABLE effect ENABLE TRIGGER USER;
ALTER TABLE effect
    ALTER COLUMN organisation_id SET NOT NULL,
    ADD CONSTRAINT effect_owner FOREIGN KEY (solution_id, organisation_id)
        REFERENCES solution (id, organisation_id) ON UPDATE CASCADE;
CREATE FUNCTION effect_owner() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    SELECT organisation_id INTO NEW.organisation_id FROM solution WHERE id = NEW.solution_id;
    RETURN NEW;
END $$;
CREATE TRIGGER effect_owner BEFORE INSERT ON effect
    FOR EACH ROW EXECUTE FUNCTION effect_owner();
SELECT audit_watch('effect', '{}', '{organisation_id}');
"""

# PostgreSQL would take a few owners for many rows each, and read all rows to find those of some:
# then the time of an answer would tell how many there are of others. It is told of many owners.
MANY_OWNERS = """
ALTER TABLE assessed_claim ALTER COLUMN organisation_id SET (n_distinct = 10000);
ALTER TABLE effect ALTER COLUMN organisation_id SET (n_distinct = 10000);
"""


class Migration(migrations.Migration):
    dependencies = [("consortium", "0029_newest_claims")]

    initial = False

    operations = [
        ops.AddField(
            model_name="Effect", name="organisation_id", field=fields.BigIntField(null=True)
        ),
        ops.RunSQL(OWNERS),
        ops.AlterField(model_name="Effect", name="organisation_id", field=fields.BigIntField()),
        ops.AddIndex(
            model_name="Effect",
            index=Index(fields=["organisation_id", "id"], name="effect_owner_idx"),
        ),
        ops.RunSQL(MANY_OWNERS),
    ]
