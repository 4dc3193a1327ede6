"""What changed lately is told to whoever follows it."""

from tortoise import migrations
from tortoise.migrations import operations as ops
from consortium.storage.fields import IdArrayField, IdField, KeyField, TransactionField
from tortoise.fields.db_defaults import Now
from tortoise import fields
from tortoise.indexes import Index

# One row for each statement, however many rows it wrote, and none where all are as they were. The
# rows are named by a column of theirs, which may hold the number of the row that they are a part
# of; without one, only that something changed is told. `EXECUTE` makes a plan for as many rows as
# there are. A notification says nothing: those of one transaction are one.
CAPTURE = """
CREATE FUNCTION row_change_capture() RETURNS trigger LANGUAGE plpgsql
SET search_path = public, pg_temp AS $$
DECLARE
    changed text := format(CASE TG_OP
        WHEN 'INSERT' THEN 'SELECT n.%1$I AS id FROM new_rows n'
        WHEN 'DELETE' THEN 'SELECT o.%1$I AS id FROM old_rows o'
        ELSE 'SELECT unnest(ARRAY[n.%1$I, o.%1$I]) AS id
            FROM new_rows n FULL JOIN old_rows o ON o.id = n.id WHERE n IS DISTINCT FROM o'
    END, coalesce(TG_ARGV[1], 'id'));
    ids bigint[];
BEGIN
    IF TG_ARGV[1] IS NULL THEN
        EXECUTE format('SELECT CASE WHEN EXISTS (%s) THEN ''{}''::bigint[] END', changed) INTO ids;
    ELSE
        EXECUTE format(
            'SELECT array_agg(DISTINCT c.id) FROM (%s) c WHERE c.id IS NOT NULL', changed
        ) INTO ids;
    END IF;
    IF ids IS NOT NULL THEN
        INSERT INTO row_change (transaction_id, subject, row_ids)
        VALUES (pg_current_xact_id(), TG_ARGV[0], ids);
        PERFORM pg_notify('row_change', '');
    END IF;
    RETURN NULL;
END $$;
"""

# For the migrations of later tables.
WATCH = """
CREATE FUNCTION change_watch(watched regclass, subject text, key text) RETURNS void
LANGUAGE plpgsql AS $$
DECLARE
    events text[][] := ARRAY[
        ['insert', 'REFERENCING NEW TABLE AS new_rows'],
        ['update', 'REFERENCING NEW TABLE AS new_rows OLD TABLE AS old_rows'],
        ['delete', 'REFERENCING OLD TABLE AS old_rows']
    ];
    event text[];
BEGIN
    FOREACH event SLICE 1 IN ARRAY events LOOP
        EXECUTE format(
            'CREATE OR REPLACE TRIGGER row_change_%s AFTER %s ON %s %s FOR EACH STATEMENT'
            ' EXECUTE FUNCTION row_change_capture(%s)',
            event[1], event[1], watched, event[2],
            concat_ws(', ', quote_literal(subject), quote_literal(key))
        );
    END LOOP;
END $$;
"""

# Table -> the subject and the column that names its row, where it is a part.
ROWS = {
    "account": None,
    "activity": ("chain_version", "chain_version_id"),
    "activity_emission": ("chain_version", "chain_version_id"),
    "activity_exchange": ("chain_version", "chain_version_id"),
    "assessed_claim": None,
    "attendance": ("meeting", "meeting_id"),
    "avoided_claim": None,
    "chain_computation": None,
    "chain_version": None,
    "claim_evidence": ("assessed_claim", "claim_id"),
    "claim_gate_review": ("assessed_claim", "claim_id"),
    "delegacy": None,
    "effect": None,
    "effect_allocation": ("effect", "effect_id"),
    "engagement": None,
    "exchange_errand": None,
    "exchange_event": None,
    "footprint": None,
    "footprint_request": None,
    "footprint_share": ("footprint", "footprint_id"),
    "invoice": None,
    "meeting": None,
    "membership": None,
    "membership_application": None,
    "membership_decision": None,
    "organisation_contact": None,
    "role_grant": None,
    "single_use_link": None,
    "staged_import": None,
    "working_group": None,
}
# Kept sums, whose rows come and go.
SUMS = ("assessed_total", "avoided_total", "profile_total")

WATCHES = "".join(
    f"SELECT change_watch('{table}', '{part[0] if part else table}', '{part[1] if part else 'id'}');\n"
    for table, part in ROWS.items()
) + "".join(f"SELECT change_watch('{table}', '{table}', NULL);\n" for table in SUMS)


class Migration(migrations.Migration):
    dependencies = [("consortium", "0035_computations")]

    initial = False

    operations = [
        ops.CreateModel(
            name="RowChange",
            fields=[
                ("id", IdField(generated=True, primary_key=True, unique=True, db_index=True)),
                (
                    "at",
                    fields.DatetimeField(db_default=Now(), auto_now=False, auto_now_add=True),
                ),
                ("transaction_id", TransactionField(generated=False, null=False, unique=False)),
                ("subject", KeyField(generated=False, null=False, unique=False)),
                ("row_ids", IdArrayField(generated=False, null=False, unique=False)),
            ],
            options={
                "table": "row_change",
                "app": "consortium",
                "indexes": [
                    Index(fields=["transaction_id"], name="row_change_transaction_idx"),
                    Index(fields=["at"], name="row_change_at_idx"),
                ],
                "pk_attr": "id",
                "table_description": "What one statement changed of one table: all of its rows that are another now.",
            },
            bases=["Model"],
        ),
        ops.RunSQL(CAPTURE),
        ops.RunSQL(WATCH),
        ops.RunSQL(WATCHES),
    ]
