"""Nothing is added to the record of an organisation that was merged into another one."""

from tortoise import migrations
from tortoise.migrations import operations as ops

# Asked after the rows are in: then their foreign keys have waited for a merge under way, and what
# it made of the record is seen. Rows that are changed are not asked: merges and their undoing do.
STANDING = """
CREATE FUNCTION organisation_standing() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    organisation_column text;
    merged bigint;
BEGIN
    FOREACH organisation_column IN ARRAY TG_ARGV LOOP
        EXECUTE format(
            'SELECT o.id FROM new_rows r JOIN organisation o ON o.id = r.%I'
            ' WHERE o.merged_into_id IS NOT NULL LIMIT 1', organisation_column
        ) INTO merged;
        IF merged IS NOT NULL THEN
            RAISE EXCEPTION 'organisation % was merged into another: % takes no rows of it',
                merged, TG_TABLE_NAME
                USING ERRCODE = 'check_violation', CONSTRAINT = 'organisation_standing';
        END IF;
    END LOOP;
    RETURN NULL;
END $$;

-- Every table whose rows name an organisation but those of merges, and organisations themselves.
DO $$
DECLARE
    one record;
BEGIN
    FOR one IN
        SELECT c.conrelid::regclass AS named,
            string_agg(DISTINCT quote_literal(a.attname), ', ') AS columns
        FROM pg_constraint c
        JOIN pg_attribute a ON a.attrelid = c.conrelid AND a.attnum = ANY (c.conkey)
        WHERE c.contype = 'f' AND c.confrelid = 'organisation'::regclass AND c.conparentid = 0
            AND c.conrelid <> ALL (ARRAY['organisation', 'organisation_merge']::regclass[])
        GROUP BY 1
    LOOP
        EXECUTE format(
            'CREATE TRIGGER organisation_standing AFTER INSERT ON %s'
            ' REFERENCING NEW TABLE AS new_rows'
            ' FOR EACH STATEMENT EXECUTE FUNCTION organisation_standing(%s)',
            one.named, one.columns
        );
    END LOOP;
END $$;
"""

# An office that stays with a merged record, since the organisation has a delegate in that working
# group already, ends as others do when its holder leaves the organisation.
OFFICES = """
CREATE OR REPLACE FUNCTION role_gone() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NOT EXISTS (
        SELECT FROM role_grant r
        WHERE r.account_id = OLD.account_id AND r.organisation_id = OLD.organisation_id
    ) THEN
        PERFORM delegacies_end(OLD.account_id, OLD.organisation_id);
        PERFORM delegacies_end(OLD.account_id, o.id) FROM organisation o
        WHERE o.merged_into_id = OLD.organisation_id;
    END IF;
    RETURN NULL;
END $$;
"""


class Migration(migrations.Migration):
    """Merged records."""

    dependencies = [("consortium", "0015_tier_seats")]

    initial = False

    operations = [ops.RunSQL(sql) for sql in (STANDING, OFFICES)]
