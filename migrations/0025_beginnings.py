"""Organisations by how their words begin, in the order of their names."""

from tortoise import migrations
from tortoise.migrations import operations as ops
from consortium.storage.fields import IdField, KeyField
from tortoise import fields
from tortoise.indexes import Index

BEGINNINGS = """
-- Of each word its first letter and its first two; what is not of plain letters and digits is found
-- without. Kept by statements, so that many rows cost little.
CREATE FUNCTION organisation_beginnings_of(organisations bigint[])
RETURNS TABLE (beginning text, name_key text, row_id bigint) LANGUAGE sql STABLE AS $$
    SELECT DISTINCT left(word, letters), o.name_key, o.id
    FROM organisation o, unnest(tsvector_to_array(o.search)) word, generate_series(1, 2) letters
    WHERE o.id = ANY (organisations) AND word ~ '^[a-z0-9]' AND length(word) >= letters;
$$;
CREATE FUNCTION organisation_beginnings() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    changed bigint[];
BEGIN
    IF TG_OP = 'INSERT' THEN
        changed := ARRAY(SELECT id FROM new_rows);
    ELSIF TG_OP = 'DELETE' THEN
        changed := ARRAY(SELECT id FROM old_rows);
    ELSE
        changed := ARRAY(SELECT n.id FROM old_rows o JOIN new_rows n ON n.id = o.id
            WHERE (o.name_key, o.search_text) <> (n.name_key, n.search_text));
    END IF;
    IF TG_OP <> 'INSERT' THEN
        DELETE FROM organisation_beginning WHERE row_id = ANY (changed);
    END IF;
    IF TG_OP <> 'DELETE' THEN
        INSERT INTO organisation_beginning (beginning, name_key, row_id)
        SELECT * FROM organisation_beginnings_of(changed);
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER organisation_beginnings_insert AFTER INSERT ON organisation
    REFERENCING NEW TABLE AS new_rows
    FOR EACH STATEMENT EXECUTE FUNCTION organisation_beginnings();
CREATE TRIGGER organisation_beginnings_update AFTER UPDATE ON organisation
    REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows
    FOR EACH STATEMENT EXECUTE FUNCTION organisation_beginnings();
CREATE TRIGGER organisation_beginnings_delete AFTER DELETE ON organisation
    REFERENCING OLD TABLE AS old_rows
    FOR EACH STATEMENT EXECUTE FUNCTION organisation_beginnings();
INSERT INTO organisation_beginning (beginning, name_key, row_id)
SELECT * FROM organisation_beginnings_of(ARRAY(SELECT id FROM organisation));
"""


class Migration(migrations.Migration):
    dependencies = [("consortium", "0024_staging")]

    initial = False

    operations = [
        ops.CreateModel(
            name="OrganisationBeginning",
            fields=[
                ("id", IdField(generated=True, primary_key=True, unique=True, db_index=True)),
                ("beginning", KeyField(generated=False, null=False, unique=False)),
                ("name_key", KeyField(generated=False, null=False, unique=False)),
                ("row_id", fields.BigIntField()),
            ],
            options={
                "table": "organisation_beginning",
                "app": "consortium",
                "unique_together": (("beginning", "name_key", "row_id"),),
                "indexes": [Index(fields=["row_id"], name="organisation_beginning_row_idx")],
                "pk_attr": "id",
                "table_description": "How a word of an organisation begins; triggers keep it. Found so, rows come by their names.",
            },
            bases=["Model"],
        ),
        ops.RunSQL(BEGINNINGS),
    ]
