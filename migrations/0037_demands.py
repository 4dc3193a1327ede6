"""Amounts of comparisons as demands on versions of value chains."""

from tortoise import fields, migrations
from tortoise.fields.base import OnDelete
from tortoise.indexes import Index
from tortoise.migrations import operations as ops

from consortium.storage.fields import DoubleArrayField, NumericField

DEMANDS = """
-- A demand is what its side's mass was computed of, and with it the uncertainty by its draws.
ALTER TABLE comparison_item
    ADD CONSTRAINT comparison_item_demand CHECK (
        (reference_activity_id IS NULL) = (reference_demand IS NULL)
        AND (solution_activity_id IS NULL) = (solution_demand IS NULL)
        AND (reference_activity_id IS NULL OR reference_kg_co2e IS NOT NULL
            AND (reference_uncertainty IS NULL) = (reference_draws IS NULL))
        AND (solution_activity_id IS NULL OR solution_kg_co2e IS NOT NULL
            AND (solution_uncertainty IS NULL) = (solution_draws IS NULL))
        AND (reference_draws IS NULL
            OR reference_activity_id IS NOT NULL AND cardinality(reference_draws) > 0)
        AND (solution_draws IS NULL
            OR solution_activity_id IS NOT NULL AND cardinality(solution_draws) > 0)
        AND coalesce(reference_demand, 1) <> 0 AND coalesce(reference_demand, 1) > '-Infinity'
        AND coalesce(reference_demand, 1) < 'Infinity'
        AND coalesce(solution_demand, 1) <> 0 AND coalesce(solution_demand, 1) > '-Infinity'
        AND coalesce(solution_demand, 1) < 'Infinity'
        AND (shares_error_with IS NULL
            OR num_nonnulls(reference_activity_id, solution_activity_id) = 0));

-- What stands on activities, in the columns that are named, can be computed again.
CREATE FUNCTION chain_version_in_force() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    demanded text;
    named bigint;
    stands text;
BEGIN
    FOREACH demanded IN ARRAY TG_ARGV LOOP
        EXECUTE format('SELECT ($1).%I', demanded) INTO named USING NEW;
        SELECT v.status INTO stands
        FROM activity a JOIN chain_version v ON v.id = a.chain_version_id
        WHERE a.id = named FOR SHARE OF v;
        IF FOUND AND stands <> 'PUBLISHED' THEN
            RAISE EXCEPTION '% of % is of a version that is %', demanded, TG_TABLE_NAME, stands
                USING ERRCODE = 'check_violation', CONSTRAINT = 'chain_version_in_force';
        END IF;
    END LOOP;
    RETURN NEW;
END $$;
CREATE TRIGGER chain_version_in_force BEFORE INSERT ON comparison_item
    FOR EACH ROW WHEN (num_nonnulls(NEW.reference_activity_id, NEW.solution_activity_id) > 0)
    EXECUTE FUNCTION chain_version_in_force('reference_activity_id', 'solution_activity_id');

-- Draws are told in short by the uncertainty.
SELECT audit_watch('comparison_item', '{}', '{reference_draws,solution_draws}');
"""


def _activity(related_name: str, column: str) -> fields.Field:
    return fields.ForeignKeyField(
        "consortium.Activity",
        source_field=column,
        null=True,
        db_constraint=True,
        to_field="id",
        related_name=related_name,
        on_delete=OnDelete.RESTRICT,
    )


class Migration(migrations.Migration):
    dependencies = [("consortium", "0036_changes")]

    initial = False

    operations = [
        # Items tell by themselves what was computed.
        ops.RemoveField(model_name="Comparison", name="origin"),
        ops.AddField(
            model_name="ComparisonItem",
            name="reference_activity",
            field=_activity("reference_items", "reference_activity_id"),
        ),
        ops.AddField(
            model_name="ComparisonItem",
            name="solution_activity",
            field=_activity("solution_items", "solution_activity_id"),
        ),
        ops.AddField(
            model_name="ComparisonItem", name="reference_demand", field=NumericField(null=True)
        ),
        ops.AddField(
            model_name="ComparisonItem", name="solution_demand", field=NumericField(null=True)
        ),
        ops.AddField(
            model_name="ComparisonItem", name="reference_draws", field=DoubleArrayField(null=True)
        ),
        ops.AddField(
            model_name="ComparisonItem", name="solution_draws", field=DoubleArrayField(null=True)
        ),
        ops.AddIndex(
            model_name="ComparisonItem",
            index=Index(fields=["reference_activity_id"], name="comparison_item_reference_idx"),
        ),
        ops.AddIndex(
            model_name="ComparisonItem",
            index=Index(fields=["solution_activity_id"], name="comparison_item_solution_idx"),
        ),
        ops.RunSQL(DEMANDS),
    ]
