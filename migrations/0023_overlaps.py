"""Overlaps between effects, as reviewers decide about them; how uncertain effects are."""

from tortoise import migrations
from tortoise.migrations import operations as ops
from consortium.effects.rules.overlaps import OverlapDecision, OverlapKind
from consortium.effects.rules.vocabulary import UncertaintyMethod
from consortium.storage.fields import IdField, NumericField
from tortoise.fields.base import OnDelete
from tortoise.fields.db_defaults import Now
from tortoise import fields
from tortoise.indexes import Index

UNCERTAINTY = """
ALTER TABLE effect
    ADD CONSTRAINT effect_interval_known CHECK (
        num_nulls(uncertainty_method, low_kg_co2e, high_kg_co2e) IN (0, 3)
        AND (uncertainty IS NULL OR uncertainty_method IS NOT NULL)
        AND (uncertainty_seed IS NOT NULL)
            = (uncertainty_method IS NOT DISTINCT FROM 'MONTE_CARLO')
        AND coalesce(uncertainty_seed, 0) >= 0 AND low_kg_co2e <= high_kg_co2e
        AND coalesce(low_kg_co2e, 0) > '-Infinity' AND coalesce(high_kg_co2e, 0) < 'Infinity'),
    ADD CONSTRAINT effect_deducted_share_possible CHECK (
        deducted_share >= 0 AND deducted_share <= 1);
-- With the figures of an effect that is claimed, its interval stays.
CREATE TRIGGER effect_frozen_interval AFTER UPDATE ON effect FOR EACH ROW WHEN (
    (NEW.low_kg_co2e, NEW.high_kg_co2e, NEW.uncertainty_method, NEW.uncertainty_seed)
    IS DISTINCT FROM (OLD.low_kg_co2e, OLD.high_kg_co2e, OLD.uncertainty_method,
        OLD.uncertainty_seed))
    EXECUTE FUNCTION effect_frozen();
"""

# As consortium.effects.rules.overlaps: of two effects whose solutions are the same or part and
# whole, how they overlap, and whether they do.
KIND = """CASE WHEN one.timeframe <> other.timeframe THEN 'BOTH_TIMEFRAMES'
            WHEN one.solution_id = other.solution_id THEN 'SAME_SOLUTION'
            ELSE 'PART_AND_WHOLE' END"""
# One that was restated is another one's past: it meets others only where it is published still.
HEARD = """coalesce(one.original_id, one.id) <> coalesce(other.original_id, other.id)
        AND (NOT one.superseded OR EXISTS (SELECT FROM assessed_claim c
            WHERE c.effect_id = one.id AND c.status = 'PUBLISHED'))
        AND (NOT other.superseded OR EXISTS (SELECT FROM assessed_claim c
            WHERE c.effect_id = other.id AND c.status = 'PUBLISHED'))"""
MEET = f"""{HEARD}
        AND one.value_chain_id IS NOT DISTINCT FROM other.value_chain_id
        AND (one.timeframe <> other.timeframe
            OR one.period_start <= other.period_end AND other.period_start <= one.period_end)
        AND (one.geography = other.geography OR 'GLOBAL' IN (one.geography, other.geography)
            OR EXISTS (SELECT FROM country_region c
                WHERE (c.country, c.region) IN (
                    (one.geography, other.geography), (other.geography, one.geography))))
        AND EXISTS (SELECT FROM effect_cohort c JOIN effect_cohort d ON d.sold_year = c.sold_year
            WHERE c.effect_id = one.id AND d.effect_id = other.id)"""
OVERLAPS = f"""
-- Effects that overlap with one, and how.
CREATE FUNCTION effect_overlaps(key bigint) RETURNS TABLE (other_id bigint, kind text)
LANGUAGE sql STABLE AS $$
    WITH RECURSIVE above (id) AS (
        SELECT p.containing_id FROM effect e JOIN solution_part p ON p.contained_id = e.solution_id
        WHERE e.id = key
        UNION
        SELECT p.containing_id FROM above a JOIN solution_part p ON p.contained_id = a.id
    ), below (id) AS (
        SELECT p.contained_id FROM effect e JOIN solution_part p ON p.containing_id = e.solution_id
        WHERE e.id = key
        UNION
        SELECT p.contained_id FROM below b JOIN solution_part p ON p.containing_id = b.id
    )
    SELECT other.id, {KIND}
    FROM effect one JOIN effect other ON other.id <> one.id AND other.solution_id IN (
        SELECT one.solution_id UNION SELECT id FROM above UNION SELECT id FROM below)
    WHERE one.id = key AND {MEET}
$$;

-- All pairs of effects that overlap, how, what was decided last, and whether that stands: no
-- figure has changed since. Each pair once, the effect that was recorded earlier first.
CREATE FUNCTION effect_overlaps() RETURNS TABLE (
    earlier_id bigint, later_id bigint, kind text, waiting_since date, decision_id bigint,
    number integer, decided boolean)
LANGUAGE sql STABLE AS $$
    WITH RECURSIVE within (whole_id, part_id) AS (
        SELECT p.containing_id, p.contained_id FROM solution_part p
        UNION
        SELECT w.whole_id, p.contained_id
        FROM within w JOIN solution_part p ON p.containing_id = w.part_id
    ), related (one_id, other_id) AS (
        SELECT s.id, s.id FROM solution s
        UNION SELECT w.whole_id, w.part_id FROM within w
        UNION SELECT w.part_id, w.whole_id FROM within w
    )
    SELECT one.id, other.id, {KIND},
        -- The days of the record are UTC's.
        (greatest(one.computed_at, other.computed_at) AT TIME ZONE 'UTC')::date,
        d.id, coalesce(d.number, 0),
        coalesce((d.earlier_computed_at, d.later_computed_at)
            = (one.computed_at, other.computed_at), false)
    FROM related r JOIN effect one ON one.solution_id = r.one_id
        JOIN effect other ON other.solution_id = r.other_id AND other.id > one.id
        LEFT JOIN effect_overlap_decision d
            ON (d.earlier_id, d.later_id) = (one.id, other.id) AND d.superseded_on IS NULL
    WHERE {MEET}
$$;
"""

DECISIONS = """
ALTER TABLE effect_overlap_decision
    ADD CONSTRAINT effect_overlap_decision_ordered CHECK (earlier_id < later_id AND number > 0),
    ADD CONSTRAINT effect_overlap_decision_explained CHECK (
        btrim(reason) <> '' AND length(reason) <= 1000),
    -- As consortium.effects.rules.overlaps.checked_deduction.
    ADD CONSTRAINT effect_overlap_decision_deducts CHECK (
        (decision = 'SEPARATE') = (deducted_effect_id IS NULL)
        AND (deducted_share IS NULL) = (deducted_effect_id IS NULL)
        AND coalesce(deducted_effect_id, earlier_id) IN (earlier_id, later_id)
        AND coalesce(deducted_share, 1) > 0 AND coalesce(deducted_share, 1) <= 1
        AND scale(trim_scale(coalesce(deducted_share, 1))) <= 12
        AND (decision NOT IN ('BLOCK', 'MERGE') OR deducted_share = 1)
        AND (kind <> 'BOTH_TIMEFRAMES' OR decision IN ('BLOCK', 'SEPARATE'))),
    ADD CONSTRAINT effect_overlap_decision_superseded CHECK (superseded_on >= decided_on);
CREATE UNIQUE INDEX effect_overlap_decision_in_force
    ON effect_overlap_decision (earlier_id, later_id) WHERE superseded_on IS NULL;

-- A decision stays; only that another one supersedes it is noted, once.
CREATE FUNCTION effect_overlap_decision_kept() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'UPDATE' AND OLD.superseded_on IS NULL
        AND to_jsonb(NEW) - 'superseded_on' = to_jsonb(OLD) - 'superseded_on' THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION 'a decision about an overlap is never changed: decide anew'
        USING ERRCODE = 'check_violation', CONSTRAINT = 'effect_overlap_decision_kept';
END $$;
CREATE TRIGGER effect_overlap_decision_kept BEFORE UPDATE OR DELETE ON effect_overlap_decision
    FOR EACH ROW EXECUTE FUNCTION effect_overlap_decision_kept();

-- No effect counts in itself, by way of others: each would be taken off, and nothing would count.
-- One decision is made after the other.
CREATE FUNCTION effect_overlap_decision_possible() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM pg_advisory_xact_lock(hashtextextended('effect_overlap_decision', 0));
    IF EXISTS (
        WITH RECURSIVE counted_in (id) AS (
            SELECT NEW.earlier_id + NEW.later_id - NEW.deducted_effect_id
            UNION
            SELECT d.earlier_id + d.later_id - d.deducted_effect_id
            FROM counted_in c JOIN effect_overlap_decision d ON d.deducted_effect_id = c.id
            WHERE d.superseded_on IS NULL
        )
        SELECT FROM counted_in WHERE id = NEW.deducted_effect_id
    ) THEN
        RAISE EXCEPTION 'effect % would count in itself', NEW.deducted_effect_id
            USING ERRCODE = 'check_violation', CONSTRAINT = 'effect_overlap_decision_no_ring';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER effect_overlap_decision_possible BEFORE INSERT ON effect_overlap_decision
    FOR EACH ROW EXECUTE FUNCTION effect_overlap_decision_possible();

-- What lies in other effects: the sum of the decisions in force. The row of the effect is locked by
-- this, and holds that it is at most 1.
CREATE FUNCTION effect_deducted() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    -- First the lock, then the question: whoever waited for it must see what the other one did.
    PERFORM FROM effect WHERE id = NEW.deducted_effect_id FOR UPDATE;
    UPDATE effect SET deducted_share = known.share
    FROM (
        SELECT coalesce(sum(d.deducted_share), 0) AS share FROM effect_overlap_decision d
        WHERE d.deducted_effect_id = NEW.deducted_effect_id AND d.superseded_on IS NULL
    ) known
    WHERE id = NEW.deducted_effect_id AND deducted_share <> known.share;
    RETURN NULL;
END $$;
CREATE TRIGGER effect_deducted AFTER INSERT OR UPDATE ON effect_overlap_decision
    FOR EACH ROW WHEN (NEW.deducted_effect_id IS NOT NULL) EXECUTE FUNCTION effect_deducted();

-- The part of an effect that counts on a day: what lies in no other effect by what was decided.
DROP FUNCTION effect_kept(bigint, date);
CREATE FUNCTION effect_kept(key bigint, on_day date) RETURNS numeric
LANGUAGE sql STABLE AS $$
    SELECT 1 - coalesce(sum(d.deducted_share), 0) FROM effect_overlap_decision d
    WHERE d.deducted_effect_id = key AND d.decided_on <= on_day
        AND (d.superseded_on IS NULL OR d.superseded_on > on_day)
$$;

-- The days on which that may change.
DROP FUNCTION effect_kept_days(bigint);
CREATE FUNCTION effect_kept_days(key bigint) RETURNS SETOF date LANGUAGE sql STABLE ROWS 1 AS $$
    SELECT d.decided_on FROM effect_overlap_decision d WHERE d.deducted_effect_id = key
    UNION
    SELECT d.superseded_on FROM effect_overlap_decision d
    WHERE d.deducted_effect_id = key AND d.superseded_on IS NOT NULL
$$;

-- Whether an effect overlaps with one that has published claims, and no decision about that stands.
-- Who asks is about to publish: of two whose effects overlap, one waits and sees what the other did.
DROP FUNCTION overlap_undecided(bigint);
CREATE FUNCTION overlap_undecided(key bigint) RETURNS boolean LANGUAGE plpgsql AS $$
BEGIN
    IF NOT EXISTS (SELECT FROM effect_overlaps(key)) THEN
        RETURN false;
    END IF;
    PERFORM pg_advisory_xact_lock(hashtextextended('overlap_undecided', 0));
    RETURN EXISTS (
        SELECT FROM effect_overlaps(key) o
            JOIN effect e ON e.id = least(key, o.other_id)
            JOIN effect l ON l.id = greatest(key, o.other_id)
        WHERE EXISTS (SELECT FROM assessed_claim c
                WHERE c.effect_id = o.other_id AND c.status = 'PUBLISHED')
            AND NOT EXISTS (SELECT FROM effect_overlap_decision d
                WHERE (d.earlier_id, d.later_id) = (e.id, l.id) AND d.superseded_on IS NULL
                    AND (d.earlier_computed_at, d.later_computed_at)
                        = (e.computed_at, l.computed_at)));
END $$;

-- Sums of claims follow what was decided.
CREATE TRIGGER assessed_follow_decisions_insert AFTER INSERT ON effect_overlap_decision
    REFERENCING NEW TABLE AS new_rows
    FOR EACH STATEMENT EXECUTE FUNCTION assessed_follow_decisions();
CREATE TRIGGER assessed_follow_decisions_update AFTER UPDATE ON effect_overlap_decision
    REFERENCING NEW TABLE AS new_rows
    FOR EACH STATEMENT EXECUTE FUNCTION assessed_follow_decisions();

SELECT audit_watch('effect_overlap_decision', '{}', '{}');
"""


class Migration(migrations.Migration):
    dependencies = [("consortium", "0022_assessed_totals")]

    initial = False

    operations = [
        ops.CreateModel(
            name="EffectOverlapDecision",
            fields=[
                ("id", IdField(generated=True, primary_key=True, unique=True, db_index=True)),
                (
                    "earlier",
                    fields.ForeignKeyField(
                        "consortium.Effect",
                        source_field="earlier_id",
                        db_constraint=True,
                        to_field="id",
                        related_name="overlaps_earlier",
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                (
                    "later",
                    fields.ForeignKeyField(
                        "consortium.Effect",
                        source_field="later_id",
                        db_constraint=True,
                        to_field="id",
                        related_name="overlaps_later",
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                ("number", fields.IntField()),
                (
                    "kind",
                    fields.CharEnumField(description="", enum_type=OverlapKind, max_length=20),
                ),
                (
                    "decision",
                    fields.CharEnumField(description="", enum_type=OverlapDecision, max_length=20),
                ),
                (
                    "deducted_effect",
                    fields.ForeignKeyField(
                        "consortium.Effect",
                        source_field="deducted_effect_id",
                        null=True,
                        db_constraint=True,
                        to_field="id",
                        related_name="deductions",
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                ("deducted_share", NumericField(null=True, generated=False, unique=False)),
                ("reason", fields.TextField(unique=False)),
                (
                    "account",
                    fields.ForeignKeyField(
                        "consortium.Account",
                        source_field="account_id",
                        null=True,
                        db_constraint=True,
                        to_field="id",
                        related_name="overlap_decisions",
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                ("decided_on", fields.DateField()),
                ("superseded_on", fields.DateField(null=True)),
                ("earlier_computed_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ("later_computed_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
                (
                    "recorded_at",
                    fields.DatetimeField(db_default=Now(), auto_now=False, auto_now_add=True),
                ),
            ],
            options={
                "table": "effect_overlap_decision",
                "app": "consortium",
                "unique_together": (("earlier_id", "later_id", "number"),),
                "indexes": [
                    Index(fields=["later_id"], name="effect_overlap_decision_later_idx"),
                    Index(
                        fields=["deducted_effect_id"], name="effect_overlap_decision_deducted_idx"
                    ),
                    Index(fields=["account_id"], name="effect_overlap_decision_account_idx"),
                ],
                "pk_attr": "id",
                "table_description": "What was decided about two effects. Never changed: another decision supersedes it.",
            },
            bases=["Model"],
        ),
        ops.AddField(
            model_name="Comparison",
            name="uncertainty_method",
            field=fields.CharEnumField(
                default=UncertaintyMethod.MONTE_CARLO,
                description="",
                db_default="MONTE_CARLO",
                enum_type=UncertaintyMethod,
                max_length=20,
            ),
        ),
        ops.AddField(
            model_name="Effect",
            name="deducted_share",
            field=NumericField(default=0, db_default=0, generated=False, null=False, unique=False),
        ),
        ops.AddField(
            model_name="Effect",
            name="high_kg_co2e",
            field=NumericField(null=True, generated=False, unique=False),
        ),
        ops.AddField(
            model_name="Effect",
            name="low_kg_co2e",
            field=NumericField(null=True, generated=False, unique=False),
        ),
        ops.AddField(
            model_name="Effect",
            name="uncertainty_method",
            field=fields.CharEnumField(
                null=True, description="", enum_type=UncertaintyMethod, max_length=20
            ),
        ),
        ops.AddField(
            model_name="Effect",
            name="uncertainty_seed",
            field=fields.IntField(null=True),
        ),
        *(ops.RunSQL(sql) for sql in (UNCERTAINTY, OVERLAPS, DECISIONS)),
    ]
