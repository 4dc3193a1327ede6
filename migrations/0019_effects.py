"""Solutions, reference scenarios, comparisons per unit, and effects."""

from tortoise import migrations
from tortoise.migrations import operations as ops
from consortium.kernel.gases import GwpSet
from consortium.effects.rules.vocabulary import (
    Accounting,
    ReferenceBasis,
    FactorsBeyond,
    ChainRole,
    Finding,
    EffectLineKind,
    EnvironmentalObjective,
    ComparisonOrigin,
    LifePhase,
    Situation,
    Specificity,
    LifeCycleStage,
    Timeframe,
)
from consortium.kernel.visibility import Visibility
from consortium.storage.fields import IdField, KeyField, NumericField
from tortoise.fields.base import OnDelete
from tortoise.fields.db_defaults import Now
from tortoise import fields
from tortoise.indexes import Index

SOLUTIONS = """
ALTER TABLE solution
    ADD CONSTRAINT solution_named CHECK (
        '' NOT IN (reference, name, category, function, functional_unit, unit)),
    ADD CONSTRAINT solution_lifetime_possible CHECK (lifetime_years > 0 AND lifetime_years <= 100),
    ADD CONSTRAINT solution_fossil_use_explained CHECK ((fossil_use IS NULL) = (fossil_reason = ''));
ALTER TABLE solution_part
    ADD CONSTRAINT solution_part_of_another CHECK (containing_id <> contained_id);
ALTER TABLE solution_role
    ADD CONSTRAINT solution_role_key UNIQUE NULLS NOT DISTINCT (solution_id, value_chain_id, stage_id),
    ADD CONSTRAINT solution_role_explained CHECK (explanation <> ''),
    ADD CONSTRAINT solution_role_stage_of_chain FOREIGN KEY (stage_id, value_chain_id)
        REFERENCES value_chain_stage (id, value_chain_id);
ALTER TABLE solution_side_effect
    ADD CONSTRAINT solution_side_effect_explained CHECK (explanation <> '');

-- No solution is part of itself, through whatever it contains: one is asked after the other.
CREATE FUNCTION solution_part_possible() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM pg_advisory_xact_lock(hashtextextended('solution_part', 0));
    IF EXISTS (
        WITH RECURSIVE below (id) AS (
            SELECT NEW.contained_id
            UNION
            SELECT p.contained_id FROM solution_part p JOIN below b ON b.id = p.containing_id
        )
        SELECT FROM below WHERE id = NEW.containing_id
    ) THEN
        RAISE EXCEPTION 'solution % would be part of itself', NEW.containing_id
            USING ERRCODE = 'check_violation', CONSTRAINT = 'solution_part_no_ring';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER solution_part_possible BEFORE INSERT OR UPDATE ON solution_part
    FOR EACH ROW EXECUTE FUNCTION solution_part_possible();

-- What comparisons are made by stays.
CREATE FUNCTION solution_kept() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF (NEW.function, NEW.functional_unit, NEW.unit, NEW.lifetime_years)
        IS DISTINCT FROM (OLD.function, OLD.functional_unit, OLD.unit, OLD.lifetime_years)
        AND EXISTS (SELECT FROM reference_scenario s WHERE s.solution_id = NEW.id) THEN
        RAISE EXCEPTION 'solution % is compared by its function, unit and lifetime', NEW.id
            USING ERRCODE = 'check_violation', CONSTRAINT = 'solution_compared';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER solution_kept BEFORE UPDATE ON solution
    FOR EACH ROW EXECUTE FUNCTION solution_kept();

SELECT audit_watch('solution', '{}', '{}');
SELECT audit_watch('solution_part', '{}', '{}');
SELECT audit_watch('solution_role', '{}', '{}');
SELECT audit_watch('solution_side_effect', '{}', '{}');
"""

# As consortium.effects.rules.references.
REFERENCES = """
ALTER TABLE reference_scenario
    ADD CONSTRAINT reference_scenario_of_solution UNIQUE (id, solution_id),
    ADD CONSTRAINT reference_scenario_basis_allowed CHECK (
        basis = 'BEST_AVAILABLE_TECHNOLOGY' OR (situation, basis) IN (
            ('NEW_DEMAND', 'MARKET_AVERAGE'), ('NEW_DEMAND', 'MOST_LIKELY_ALTERNATIVE'),
            ('IMPROVEMENT', 'SYSTEM_BEFORE_CHANGE'),
            ('END_OF_LIFE_REPLACEMENT', 'AVERAGE_ALTERNATIVE'),
            ('EARLY_REPLACEMENT', 'AVERAGE_ALTERNATIVE')
        )),
    ADD CONSTRAINT reference_scenario_path_given CHECK ((situation, path) IN (
        ('NEW_DEMAND', 'NOTHING_IN_PLACE'),
        ('IMPROVEMENT', 'SYSTEM_IN_PLACE SYSTEM_KEPT'),
        ('END_OF_LIFE_REPLACEMENT', 'SYSTEM_IN_PLACE SYSTEM_REPLACED AT_END_OF_LIFE'),
        ('EARLY_REPLACEMENT', 'SYSTEM_IN_PLACE SYSTEM_REPLACED BEFORE_END_OF_LIFE')
    )),
    ADD CONSTRAINT reference_scenario_reason_given CHECK (
        btrim(reason) <> '' AND btrim(description) <> '' AND reference <> ''),
    ADD CONSTRAINT reference_scenario_remaining_life CHECK (
        (situation = 'EARLY_REPLACEMENT') = (remaining_life_years IS NOT NULL)
        AND coalesce(remaining_life_years, 1) > 0 AND coalesce(remaining_life_years, 1) < 100),
    ADD CONSTRAINT reference_scenario_legal_cap CHECK (
        legal_cap_kg_co2e IS NULL
        OR legal_cap_kg_co2e >= 0 AND legal_cap_kg_co2e < 'Infinity' AND legal_minimum <> ''
        AND legal_citation_id IS NOT NULL),
    ADD CONSTRAINT reference_scenario_dates_ordered CHECK (valid_from <= valid_to);

CREATE FUNCTION reference_scenario_possible() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    lifetime numeric;
BEGIN
    SELECT lifetime_years INTO lifetime FROM solution WHERE id = NEW.solution_id FOR SHARE;
    IF NEW.remaining_life_years >= lifetime THEN
        RAISE EXCEPTION 'a remaining life of % years of %', NEW.remaining_life_years, lifetime
            USING ERRCODE = 'check_violation', CONSTRAINT = 'reference_scenario_remaining_life';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER reference_scenario_possible BEFORE INSERT ON reference_scenario
    FOR EACH ROW EXECUTE FUNCTION reference_scenario_possible();

SELECT audit_watch('reference_scenario', '{}', '{}');
"""

COMPARISONS = """
ALTER TABLE factor_series
    ADD CONSTRAINT factor_series_named CHECK ('' NOT IN (reference, name, unit));
ALTER TABLE factor_point
    ADD CONSTRAINT factor_point_possible CHECK (
        year BETWEEN 1900 AND 2200 AND value > '-Infinity' AND value < 'Infinity'
        AND coalesce(uncertainty, 0) >= 0 AND coalesce(uncertainty, 0) < 'Infinity');
ALTER TABLE comparison
    ADD CONSTRAINT comparison_entered CHECK (origin = 'ENTERED'),
    ADD CONSTRAINT comparison_rebound_stated CHECK (
        rebound >= 0 AND rebound < 'Infinity' AND btrim(rebound_reason) <> ''),
    ADD CONSTRAINT comparison_of_solution UNIQUE (id, solution_id, reference_scenario_id),
    ADD CONSTRAINT comparison_reference_of_solution FOREIGN KEY (reference_scenario_id, solution_id)
        REFERENCES reference_scenario (id, solution_id);
ALTER TABLE comparison_item
    -- In kg, or a quantity by a factor, or none since it is equal on both sides.
    ADD CONSTRAINT comparison_item_amounts CHECK (CASE
        WHEN equal_because <> '' THEN factor_series_id IS NULL AND num_nonnulls(
            reference_kg_co2e, solution_kg_co2e, reference_quantity, solution_quantity) = 0
        WHEN factor_series_id IS NOT NULL THEN
            num_nonnulls(reference_quantity, solution_quantity) > 0
            AND num_nonnulls(reference_kg_co2e, solution_kg_co2e) = 0
        ELSE num_nonnulls(reference_kg_co2e, solution_kg_co2e) > 0
            AND num_nonnulls(reference_quantity, solution_quantity) = 0
        END),
    ADD CONSTRAINT comparison_item_possible CHECK (
        coalesce(year_of_life, 0) BETWEEN 0 AND 99
        AND coalesce(reference_kg_co2e, 0) > '-Infinity' AND coalesce(reference_kg_co2e, 0) < 'Infinity'
        AND coalesce(solution_kg_co2e, 0) > '-Infinity' AND coalesce(solution_kg_co2e, 0) < 'Infinity'
        AND coalesce(reference_quantity, 0) > '-Infinity'
        AND coalesce(reference_quantity, 0) < 'Infinity'
        AND coalesce(solution_quantity, 0) > '-Infinity'
        AND coalesce(solution_quantity, 0) < 'Infinity'
        AND coalesce(reference_uncertainty, 0) >= 0
        AND coalesce(reference_uncertainty, 0) < 'Infinity'
        AND coalesce(solution_uncertainty, 0) >= 0
        AND coalesce(solution_uncertainty, 0) < 'Infinity'),
    -- The solution has no old system and no alternative.
    ADD CONSTRAINT comparison_item_phase CHECK (
        phase = 'WHOLE_LIFE' OR num_nonnulls(solution_kg_co2e, solution_quantity) = 0);

-- What effects stand on is never changed. Only whose it is may: records of organisations are merged.
CREATE FUNCTION edition_kept() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'UPDATE' AND to_jsonb(NEW) - 'organisation_id' = to_jsonb(OLD) - 'organisation_id' THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION 'a row of % is never changed: make a new edition', TG_TABLE_NAME
        USING ERRCODE = 'check_violation', CONSTRAINT = TG_TABLE_NAME || '_kept';
END $$;
CREATE TRIGGER edition_kept BEFORE UPDATE OR DELETE ON reference_scenario
    FOR EACH ROW EXECUTE FUNCTION edition_kept();
CREATE TRIGGER edition_kept BEFORE UPDATE OR DELETE ON factor_series
    FOR EACH ROW EXECUTE FUNCTION edition_kept();
CREATE TRIGGER edition_kept BEFORE UPDATE OR DELETE ON factor_point
    FOR EACH ROW EXECUTE FUNCTION edition_kept();
CREATE TRIGGER edition_kept BEFORE UPDATE OR DELETE ON comparison
    FOR EACH ROW EXECUTE FUNCTION edition_kept();
CREATE TRIGGER edition_kept BEFORE UPDATE OR DELETE ON comparison_item
    FOR EACH ROW EXECUTE FUNCTION edition_kept();

-- Nor is anything added to it once it is used. Whoever uses it waits, or is waited for.
CREATE FUNCTION edition_whole() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    used boolean;
BEGIN
    IF TG_TABLE_NAME = 'factor_point' THEN
        PERFORM FROM factor_series WHERE id = NEW.series_id FOR UPDATE;
        SELECT EXISTS (SELECT FROM comparison_item i WHERE i.factor_series_id = NEW.series_id) INTO used;
    ELSE
        PERFORM FROM comparison WHERE id = NEW.comparison_id FOR UPDATE;
        SELECT EXISTS (SELECT FROM effect e WHERE e.comparison_id = NEW.comparison_id) INTO used;
    END IF;
    IF used THEN
        RAISE EXCEPTION '% takes no more rows of an edition in use: make a new one', TG_TABLE_NAME
            USING ERRCODE = 'check_violation', CONSTRAINT = TG_TABLE_NAME || '_kept';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER edition_whole BEFORE INSERT ON factor_point
    FOR EACH ROW EXECUTE FUNCTION edition_whole();
CREATE TRIGGER edition_whole BEFORE INSERT ON comparison_item
    FOR EACH ROW EXECUTE FUNCTION edition_whole();

CREATE TRIGGER organisation_standing AFTER INSERT ON solution
    REFERENCING NEW TABLE AS new_rows
    FOR EACH STATEMENT EXECUTE FUNCTION organisation_standing('organisation_id');
CREATE TRIGGER organisation_standing AFTER INSERT ON factor_series
    REFERENCING NEW TABLE AS new_rows
    FOR EACH STATEMENT EXECUTE FUNCTION organisation_standing('organisation_id');

SELECT audit_watch('factor_series', '{}', '{}');
SELECT audit_watch('factor_point', '{}', '{}');
SELECT audit_watch('comparison', '{}', '{}');
SELECT audit_watch('comparison_item', '{}', '{}');
"""

# Whole numbers as ranges of one, since PostgreSQL's core has no other way; of texts, their hashes.
EFFECTS = """
ALTER TABLE effect
    ADD CONSTRAINT effect_comparison_of_solution
        FOREIGN KEY (comparison_id, solution_id, reference_scenario_id)
        REFERENCES comparison (id, solution_id, reference_scenario_id),
    ADD CONSTRAINT effect_key UNIQUE NULLS NOT DISTINCT (
        solution_id, value_chain_id, reference_scenario_id, geography, period_start, period_end,
        timeframe),
    ADD CONSTRAINT effect_period_a_year CHECK (
        period_end - period_start + 1 BETWEEN 350 AND 380),
    ADD CONSTRAINT effect_difference CHECK (
        avoided_kg_co2e = reference_kg_co2e - solution_kg_co2e
        AND reference_kg_co2e > '-Infinity' AND reference_kg_co2e < 'Infinity'
        AND solution_kg_co2e > '-Infinity' AND solution_kg_co2e < 'Infinity'
        AND coalesce(uncertainty, 0) >= 0 AND coalesce(uncertainty, 0) < 'Infinity'),
    ADD CONSTRAINT effect_share_possible CHECK (allocated_share >= 0 AND allocated_share <= 1);
ALTER TABLE effect_cohort
    ADD CONSTRAINT effect_cohort_units_possible CHECK (
        units >= 0 AND units < 'Infinity' AND retired >= 0 AND retired <= units
        AND sold_year BETWEEN 1900 AND 2200),
    -- The same units: forward-looking once, with all their years; else once in each day; never both.
    ADD CONSTRAINT effect_cohort_counted_once EXCLUDE USING gist (
        int8range(solution_id, solution_id, '[]') WITH &&,
        int8range(coalesce(value_chain_id, 0), coalesce(value_chain_id, 0), '[]') WITH &&,
        int8range(hashtextextended(scenario, 0) / 2, hashtextextended(scenario, 0) / 2, '[]') WITH &&,
        int8range(hashtextextended(geography, 0) / 2, hashtextextended(geography, 0) / 2, '[]')
            WITH &&,
        int4range(sold_year, sold_year, '[]') WITH &&,
        daterange(counts_from, counts_to, '[]') WITH &&
    );
ALTER TABLE effect_line
    ADD CONSTRAINT effect_line_finite CHECK (
        reference_kg_co2e > '-Infinity' AND reference_kg_co2e < 'Infinity'
        AND solution_kg_co2e > '-Infinity' AND solution_kg_co2e < 'Infinity'
        AND (kind = 'ITEM') = (item_id IS NOT NULL));

CREATE FUNCTION effect_cohort_key() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    SELECT e.solution_id, e.value_chain_id, s.reference, e.geography,
        CASE e.timeframe WHEN 'YEAR_ON_YEAR' THEN e.period_start END,
        CASE e.timeframe WHEN 'YEAR_ON_YEAR' THEN e.period_end END
    INTO NEW.solution_id, NEW.value_chain_id, NEW.scenario, NEW.geography,
        NEW.counts_from, NEW.counts_to
    FROM effect e JOIN reference_scenario s ON s.id = e.reference_scenario_id
    WHERE e.id = NEW.effect_id FOR SHARE OF e;
    RETURN NEW;
END $$;
CREATE TRIGGER effect_cohort_key BEFORE INSERT OR UPDATE ON effect_cohort
    FOR EACH ROW EXECUTE FUNCTION effect_cohort_key();

-- What tells effects apart stays; of the reference, a later edition may be taken.
CREATE FUNCTION effect_kept() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF (NEW.solution_id, NEW.value_chain_id, NEW.geography, NEW.period_start, NEW.period_end,
            NEW.timeframe)
        IS DISTINCT FROM (OLD.solution_id, OLD.value_chain_id, OLD.geography, OLD.period_start,
            OLD.period_end, OLD.timeframe)
        OR (SELECT reference FROM reference_scenario WHERE id = NEW.reference_scenario_id)
        IS DISTINCT FROM (SELECT reference FROM reference_scenario WHERE id = OLD.reference_scenario_id)
    THEN
        RAISE EXCEPTION 'effect % stays that of its solution, chain, place, period and timeframe', NEW.id
            USING ERRCODE = 'check_violation', CONSTRAINT = 'effect_kept';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER effect_kept BEFORE UPDATE ON effect FOR EACH ROW EXECUTE FUNCTION effect_kept();

SELECT audit_watch('effect', '{}', '{}');
SELECT audit_watch('effect_cohort', '{}', '{}');
"""


class Migration(migrations.Migration):
    dependencies = [("consortium", "0018_guidance")]

    initial = False

    operations = [
        ops.CreateModel(
            name="FactorSeries",
            fields=[
                ("id", IdField(generated=True, primary_key=True, unique=True, db_index=True)),
                ("reference", KeyField(generated=False, null=False, unique=False)),
                ("edition", fields.IntField()),
                (
                    "organisation",
                    fields.ForeignKeyField(
                        "consortium.Organisation",
                        source_field="organisation_id",
                        db_constraint=True,
                        to_field="id",
                        related_name="factor_series",
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                ("name", fields.TextField(unique=False)),
                ("unit", fields.TextField(unique=False)),
                ("geography", KeyField(generated=False, null=False, unique=False)),
                ("gwp_set", fields.CharEnumField(description="", enum_type=GwpSet, max_length=20)),
                (
                    "citation",
                    fields.ForeignKeyField(
                        "consortium.Citation",
                        source_field="citation_id",
                        null=True,
                        db_constraint=True,
                        to_field="id",
                        related_name="factor_series",
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                (
                    "recorded_at",
                    fields.DatetimeField(db_default=Now(), auto_now=False, auto_now_add=True),
                ),
            ],
            options={
                "table": "factor_series",
                "app": "consortium",
                "unique_together": (("reference", "edition"),),
                "indexes": [
                    Index(fields=["organisation_id"], name="factor_series_organisation_idx")
                ],
                "pk_attr": "id",
                "table_description": "An emission factor year by year, in kg CO2e per `unit`. A correction is a new edition.",
            },
            bases=["Model"],
        ),
        ops.CreateModel(
            name="FactorPoint",
            fields=[
                ("id", IdField(generated=True, primary_key=True, unique=True, db_index=True)),
                (
                    "series",
                    fields.ForeignKeyField(
                        "consortium.FactorSeries",
                        source_field="series_id",
                        db_constraint=True,
                        to_field="id",
                        related_name="points",
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                ("year", fields.IntField()),
                ("value", NumericField(generated=False, null=False, unique=False)),
                ("uncertainty", NumericField(null=True, generated=False, unique=False)),
            ],
            options={
                "table": "factor_point",
                "app": "consortium",
                "unique_together": (("series_id", "year"),),
                "pk_attr": "id",
                "table_description": "The factor of one year; `uncertainty` is half the 95 % interval as a fraction of it.",
            },
            bases=["Model"],
        ),
        ops.CreateModel(
            name="Solution",
            fields=[
                ("id", IdField(generated=True, primary_key=True, unique=True, db_index=True)),
                ("reference", KeyField(generated=False, null=False, unique=False)),
                (
                    "organisation",
                    fields.ForeignKeyField(
                        "consortium.Organisation",
                        source_field="organisation_id",
                        db_constraint=True,
                        to_field="id",
                        related_name="solutions",
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                ("name", fields.TextField(unique=False)),
                ("description", fields.TextField(default="", db_default="", unique=False)),
                ("category", fields.TextField(unique=False)),
                ("function", fields.TextField(unique=False)),
                ("functional_unit", fields.TextField(unique=False)),
                ("unit", fields.TextField(unique=False)),
                ("lifetime_years", NumericField(generated=False, null=False, unique=False)),
                ("fossil_use", fields.BooleanField(null=True)),
                ("fossil_reason", fields.TextField(default="", db_default="", unique=False)),
                (
                    "visibility",
                    fields.CharEnumField(
                        default=Visibility.PRIVATE,
                        description="",
                        db_default="PRIVATE",
                        enum_type=Visibility,
                        max_length=20,
                    ),
                ),
                ("version", fields.IntField(default=1, db_default=1)),
                (
                    "recorded_at",
                    fields.DatetimeField(db_default=Now(), auto_now=False, auto_now_add=True),
                ),
            ],
            options={
                "table": "solution",
                "app": "consortium",
                "unique_together": (("organisation_id", "reference"),),
                "pk_attr": "id",
                "table_description": "A product, service or system of an organisation, and the function that it serves.",
            },
            bases=["Model"],
        ),
        ops.CreateModel(
            name="ReferenceScenario",
            fields=[
                ("id", IdField(generated=True, primary_key=True, unique=True, db_index=True)),
                (
                    "solution",
                    fields.ForeignKeyField(
                        "consortium.Solution",
                        source_field="solution_id",
                        db_constraint=True,
                        to_field="id",
                        related_name="reference_scenarios",
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                ("reference", KeyField(generated=False, null=False, unique=False)),
                ("edition", fields.IntField()),
                (
                    "situation",
                    fields.CharEnumField(description="", enum_type=Situation, max_length=30),
                ),
                (
                    "basis",
                    fields.CharEnumField(description="", enum_type=ReferenceBasis, max_length=30),
                ),
                ("path", fields.TextField(unique=False)),
                ("reason", fields.TextField(unique=False)),
                ("description", fields.TextField(unique=False)),
                ("remaining_life_years", NumericField(null=True, generated=False, unique=False)),
                ("legal_minimum", fields.TextField(default="", db_default="", unique=False)),
                (
                    "legal_citation",
                    fields.ForeignKeyField(
                        "consortium.Citation",
                        source_field="legal_citation_id",
                        null=True,
                        db_constraint=True,
                        to_field="id",
                        related_name="legal_minima",
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                ("legal_cap_kg_co2e", NumericField(null=True, generated=False, unique=False)),
                ("geography", KeyField(generated=False, null=False, unique=False)),
                ("valid_from", fields.DateField(null=True)),
                ("valid_to", fields.DateField(null=True)),
                (
                    "citation",
                    fields.ForeignKeyField(
                        "consortium.Citation",
                        source_field="citation_id",
                        null=True,
                        db_constraint=True,
                        to_field="id",
                        related_name="reference_scenarios",
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                (
                    "recorded_at",
                    fields.DatetimeField(db_default=Now(), auto_now=False, auto_now_add=True),
                ),
            ],
            options={
                "table": "reference_scenario",
                "app": "consortium",
                "unique_together": (("solution_id", "reference", "edition"),),
                "pk_attr": "id",
                "table_description": "What would be without the solution. A changed one is a new edition, never overwritten.",
            },
            bases=["Model"],
        ),
        ops.CreateModel(
            name="Comparison",
            fields=[
                ("id", IdField(generated=True, primary_key=True, unique=True, db_index=True)),
                (
                    "solution",
                    fields.ForeignKeyField(
                        "consortium.Solution",
                        source_field="solution_id",
                        db_constraint=True,
                        to_field="id",
                        related_name="comparisons",
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                (
                    "reference_scenario",
                    fields.ForeignKeyField(
                        "consortium.ReferenceScenario",
                        source_field="reference_scenario_id",
                        db_constraint=True,
                        to_field="id",
                        related_name="comparisons",
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                ("reference", KeyField(generated=False, null=False, unique=False)),
                ("edition", fields.IntField()),
                (
                    "origin",
                    fields.CharEnumField(
                        default=ComparisonOrigin.ENTERED,
                        description="",
                        db_default="ENTERED",
                        enum_type=ComparisonOrigin,
                        max_length=20,
                    ),
                ),
                (
                    "accounting",
                    fields.CharEnumField(description="", enum_type=Accounting, max_length=20),
                ),
                ("gwp_set", fields.CharEnumField(description="", enum_type=GwpSet, max_length=20)),
                ("boundary", fields.TextField(unique=False)),
                ("base_year", fields.IntField()),
                ("rebound", NumericField(generated=False, null=False, unique=False)),
                ("rebound_reason", fields.TextField(unique=False)),
                (
                    "factors_beyond",
                    fields.CharEnumField(description="", enum_type=FactorsBeyond, max_length=20),
                ),
                (
                    "recorded_at",
                    fields.DatetimeField(db_default=Now(), auto_now=False, auto_now_add=True),
                ),
            ],
            options={
                "table": "comparison",
                "app": "consortium",
                "unique_together": (("solution_id", "reference", "edition"),),
                "indexes": [
                    Index(fields=["reference_scenario_id"], name="comparison_scenario_idx")
                ],
                "pk_attr": "id",
                "table_description": "Life-cycle emissions of one unit of a solution and of its reference.",
            },
            bases=["Model"],
        ),
        ops.CreateModel(
            name="ComparisonItem",
            fields=[
                ("id", IdField(generated=True, primary_key=True, unique=True, db_index=True)),
                (
                    "comparison",
                    fields.ForeignKeyField(
                        "consortium.Comparison",
                        source_field="comparison_id",
                        db_constraint=True,
                        to_field="id",
                        related_name="items",
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                ("position", fields.IntField()),
                (
                    "stage",
                    fields.CharEnumField(description="", enum_type=LifeCycleStage, max_length=20),
                ),
                ("name", fields.TextField(unique=False)),
                (
                    "phase",
                    fields.CharEnumField(
                        default=LifePhase.WHOLE_LIFE,
                        description="",
                        db_default="WHOLE_LIFE",
                        enum_type=LifePhase,
                        max_length=20,
                    ),
                ),
                ("year_of_life", fields.IntField(null=True)),
                ("reference_kg_co2e", NumericField(null=True, generated=False, unique=False)),
                ("solution_kg_co2e", NumericField(null=True, generated=False, unique=False)),
                (
                    "factor_series",
                    fields.ForeignKeyField(
                        "consortium.FactorSeries",
                        source_field="factor_series_id",
                        null=True,
                        db_constraint=True,
                        to_field="id",
                        related_name="comparison_items",
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                ("reference_quantity", NumericField(null=True, generated=False, unique=False)),
                ("solution_quantity", NumericField(null=True, generated=False, unique=False)),
                ("equal_because", fields.TextField(default="", db_default="", unique=False)),
                ("reference_uncertainty", NumericField(null=True, generated=False, unique=False)),
                ("solution_uncertainty", NumericField(null=True, generated=False, unique=False)),
                ("shares_error_with", KeyField(null=True, generated=False, unique=False)),
                (
                    "specificity",
                    fields.CharEnumField(description="", enum_type=Specificity, max_length=20),
                ),
                (
                    "citation",
                    fields.ForeignKeyField(
                        "consortium.Citation",
                        source_field="citation_id",
                        null=True,
                        db_constraint=True,
                        to_field="id",
                        related_name="comparison_items",
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
            ],
            options={
                "table": "comparison_item",
                "app": "consortium",
                "unique_together": (("comparison_id", "position"),),
                "indexes": [Index(fields=["factor_series_id"], name="comparison_item_series_idx")],
                "pk_attr": "id",
                "table_description": "What one unit emits at a stage, on one side or on both: in kg, or a quantity by a factor.",
            },
            bases=["Model"],
        ),
        ops.CreateModel(
            name="Effect",
            fields=[
                ("id", IdField(generated=True, primary_key=True, unique=True, db_index=True)),
                ("reference", KeyField(generated=False, null=False, unique=False)),
                (
                    "solution",
                    fields.ForeignKeyField(
                        "consortium.Solution",
                        source_field="solution_id",
                        db_constraint=True,
                        to_field="id",
                        related_name="effects",
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                (
                    "value_chain",
                    fields.ForeignKeyField(
                        "consortium.ValueChain",
                        source_field="value_chain_id",
                        null=True,
                        db_constraint=True,
                        to_field="id",
                        related_name="effects",
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                (
                    "reference_scenario",
                    fields.ForeignKeyField(
                        "consortium.ReferenceScenario",
                        source_field="reference_scenario_id",
                        db_constraint=True,
                        to_field="id",
                        related_name="effects",
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                (
                    "comparison",
                    fields.ForeignKeyField(
                        "consortium.Comparison",
                        source_field="comparison_id",
                        db_constraint=True,
                        to_field="id",
                        related_name="effects",
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                ("geography", KeyField(generated=False, null=False, unique=False)),
                ("period_start", fields.DateField()),
                ("period_end", fields.DateField()),
                (
                    "timeframe",
                    fields.CharEnumField(description="", enum_type=Timeframe, max_length=20),
                ),
                ("reference_kg_co2e", NumericField(generated=False, null=False, unique=False)),
                ("solution_kg_co2e", NumericField(generated=False, null=False, unique=False)),
                ("avoided_kg_co2e", NumericField(generated=False, null=False, unique=False)),
                ("uncertainty", NumericField(null=True, generated=False, unique=False)),
                (
                    "specificity",
                    fields.CharEnumField(description="", enum_type=Specificity, max_length=20),
                ),
                (
                    "visibility",
                    fields.CharEnumField(
                        default=Visibility.PRIVATE,
                        description="",
                        db_default="PRIVATE",
                        enum_type=Visibility,
                        max_length=20,
                    ),
                ),
                (
                    "allocated_share",
                    NumericField(
                        default=0, db_default=0, generated=False, null=False, unique=False
                    ),
                ),
                ("version", fields.IntField(default=1, db_default=1)),
                (
                    "computed_at",
                    fields.DatetimeField(db_default=Now(), auto_now=False, auto_now_add=True),
                ),
                (
                    "recorded_at",
                    fields.DatetimeField(db_default=Now(), auto_now=False, auto_now_add=True),
                ),
            ],
            options={
                "table": "effect",
                "app": "consortium",
                "unique_together": (("solution_id", "reference"),),
                "indexes": [
                    Index(fields=["value_chain_id", "id"], name="effect_chain_idx"),
                    Index(fields=["reference_scenario_id"], name="effect_scenario_idx"),
                    Index(fields=["comparison_id"], name="effect_comparison_idx"),
                ],
                "pk_attr": "id",
                "table_description": "What units of a solution avoid in one chain, place, period and timeframe: recorded once.",
            },
            bases=["Model"],
        ),
        ops.CreateModel(
            name="EffectCohort",
            fields=[
                ("id", IdField(generated=True, primary_key=True, unique=True, db_index=True)),
                (
                    "effect",
                    fields.ForeignKeyField(
                        "consortium.Effect",
                        source_field="effect_id",
                        db_constraint=True,
                        to_field="id",
                        related_name="cohorts",
                        on_delete=OnDelete.CASCADE,
                    ),
                ),
                ("sold_year", fields.IntField()),
                ("units", NumericField(generated=False, null=False, unique=False)),
                (
                    "retired",
                    NumericField(
                        default=0, db_default=0, generated=False, null=False, unique=False
                    ),
                ),
                ("solution_id", fields.BigIntField()),
                ("value_chain_id", fields.BigIntField(null=True)),
                ("scenario", KeyField(generated=False, null=False, unique=False)),
                ("geography", KeyField(generated=False, null=False, unique=False)),
                ("counts_from", fields.DateField(null=True)),
                ("counts_to", fields.DateField(null=True)),
            ],
            options={
                "table": "effect_cohort",
                "app": "consortium",
                "unique_together": (("effect_id", "sold_year"),),
                "pk_attr": "id",
                "table_description": "Units that were sold in one year; `retired` of them are not in use any more.",
            },
            bases=["Model"],
        ),
        ops.CreateModel(
            name="EffectLine",
            fields=[
                ("id", IdField(generated=True, primary_key=True, unique=True, db_index=True)),
                (
                    "effect",
                    fields.ForeignKeyField(
                        "consortium.Effect",
                        source_field="effect_id",
                        db_constraint=True,
                        to_field="id",
                        related_name="lines",
                        on_delete=OnDelete.CASCADE,
                    ),
                ),
                ("position", fields.IntField()),
                (
                    "kind",
                    fields.CharEnumField(description="", enum_type=EffectLineKind, max_length=20),
                ),
                (
                    "item",
                    fields.ForeignKeyField(
                        "consortium.ComparisonItem",
                        source_field="item_id",
                        null=True,
                        db_constraint=True,
                        to_field="id",
                        related_name="lines",
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                (
                    "stage",
                    fields.CharEnumField(description="", enum_type=LifeCycleStage, max_length=20),
                ),
                ("sold_year", fields.IntField()),
                ("year_of_life", fields.IntField()),
                ("units", NumericField(generated=False, null=False, unique=False)),
                ("part_of_year", NumericField(generated=False, null=False, unique=False)),
                (
                    "factor_point",
                    fields.ForeignKeyField(
                        "consortium.FactorPoint",
                        source_field="factor_point_id",
                        null=True,
                        db_constraint=True,
                        to_field="id",
                        related_name="lines",
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                ("reference_kg_co2e", NumericField(generated=False, null=False, unique=False)),
                ("solution_kg_co2e", NumericField(generated=False, null=False, unique=False)),
            ],
            options={
                "table": "effect_line",
                "app": "consortium",
                "unique_together": (("effect_id", "position"),),
                "indexes": [
                    Index(fields=["item_id"], name="effect_line_item_idx"),
                    Index(fields=["factor_point_id"], name="effect_line_factor_idx"),
                ],
                "pk_attr": "id",
                "table_description": "A line of the explanation: units of a cohort, in one year of their life, at one stage.",
            },
            bases=["Model"],
        ),
        ops.CreateModel(
            name="SolutionPart",
            fields=[
                ("id", IdField(generated=True, primary_key=True, unique=True, db_index=True)),
                (
                    "containing",
                    fields.ForeignKeyField(
                        "consortium.Solution",
                        source_field="containing_id",
                        db_constraint=True,
                        to_field="id",
                        related_name="parts",
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                (
                    "contained",
                    fields.ForeignKeyField(
                        "consortium.Solution",
                        source_field="contained_id",
                        db_constraint=True,
                        to_field="id",
                        related_name="part_of",
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
            ],
            options={
                "table": "solution_part",
                "app": "consortium",
                "unique_together": (("containing_id", "contained_id"),),
                "indexes": [Index(fields=["contained_id"], name="solution_part_contained_idx")],
                "pk_attr": "id",
                "table_description": "A solution that contains another one.",
            },
            bases=["Model"],
        ),
        ops.CreateModel(
            name="SolutionRole",
            fields=[
                ("id", IdField(generated=True, primary_key=True, unique=True, db_index=True)),
                (
                    "solution",
                    fields.ForeignKeyField(
                        "consortium.Solution",
                        source_field="solution_id",
                        db_constraint=True,
                        to_field="id",
                        related_name="roles",
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                (
                    "value_chain",
                    fields.ForeignKeyField(
                        "consortium.ValueChain",
                        source_field="value_chain_id",
                        db_constraint=True,
                        to_field="id",
                        related_name="solutions",
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                (
                    "stage",
                    fields.ForeignKeyField(
                        "consortium.ValueChainStage",
                        source_field="stage_id",
                        null=True,
                        db_constraint=True,
                        to_field="id",
                        related_name="solutions",
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                ("role", fields.CharEnumField(description="", enum_type=ChainRole, max_length=20)),
                ("explanation", fields.TextField(unique=False)),
            ],
            options={
                "table": "solution_role",
                "app": "consortium",
                "indexes": [
                    Index(fields=["value_chain_id"], name="solution_role_chain_idx"),
                    Index(fields=["stage_id"], name="solution_role_stage_idx"),
                ],
                "pk_attr": "id",
                "table_description": "What a solution is in a value chain, or in one stage of it.",
            },
            bases=["Model"],
        ),
        ops.CreateModel(
            name="SolutionSideEffect",
            fields=[
                ("id", IdField(generated=True, primary_key=True, unique=True, db_index=True)),
                (
                    "solution",
                    fields.ForeignKeyField(
                        "consortium.Solution",
                        source_field="solution_id",
                        db_constraint=True,
                        to_field="id",
                        related_name="side_effects",
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                (
                    "objective",
                    fields.CharEnumField(
                        description="", enum_type=EnvironmentalObjective, max_length=20
                    ),
                ),
                ("finding", fields.CharEnumField(description="", enum_type=Finding, max_length=20)),
                ("explanation", fields.TextField(unique=False)),
                (
                    "citation",
                    fields.ForeignKeyField(
                        "consortium.Citation",
                        source_field="citation_id",
                        null=True,
                        db_constraint=True,
                        to_field="id",
                        related_name="side_effects",
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                ("version", fields.IntField(default=1, db_default=1)),
            ],
            options={
                "table": "solution_side_effect",
                "app": "consortium",
                "unique_together": (("solution_id", "objective"),),
                "pk_attr": "id",
                "table_description": "What was found of a solution's effect on an environmental objective; the last one counts.",
            },
            bases=["Model"],
        ),
        *(ops.RunSQL(sql) for sql in (SOLUTIONS, REFERENCES, COMPARISONS, EFFECTS)),
    ]
