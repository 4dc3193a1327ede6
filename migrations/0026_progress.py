"""Pledges, what they said when, and the initiatives under which effects were achieved."""

from tortoise import migrations
from tortoise.migrations import operations as ops
from consortium.kernel.visibility import Visibility
from consortium.storage.fields import IdField, KeyField, NumericField
from tortoise.fields.base import OnDelete
from tortoise.fields.db_defaults import Now
from tortoise import fields
from tortoise.indexes import Index

PLEDGES = """
ALTER TABLE pledge
    ADD CONSTRAINT pledge_reference_key EXCLUDE USING btree (
        organisation_id WITH =, reference WITH =) WHERE (claim_id IS NULL),
    ADD CONSTRAINT pledge_of_claim_or_own CHECK (
        (claim_id IS NULL) = (visibility IS NOT NULL)
        AND (claim_id IS NULL OR withdrawn_on IS NULL)),
    ADD CONSTRAINT pledge_withdrawn_whole CHECK (
        (withdrawn_on IS NULL) = (withdrawn_because IS NULL));
ALTER TABLE pledge_terms
    ADD CONSTRAINT pledge_terms_quantity_positive CHECK (
        quantity_kg_co2e > 0 AND quantity_kg_co2e < 'Infinity' AND quantity_kg_co2e <> 'NaN'),
    ADD CONSTRAINT pledge_terms_window_ordered CHECK (starts_on <= ends_on),
    ADD CONSTRAINT pledge_terms_days_ordered CHECK (known_from <= known_to),
    ADD CONSTRAINT pledge_terms_current_key EXCLUDE USING btree (
        pledge_id WITH =) WHERE (known_to IS NULL);

-- What a pledge once said stays; only its last day is added.
CREATE FUNCTION pledge_terms_stay() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF OLD.known_to IS NOT NULL OR to_jsonb(NEW) - 'known_to' <> to_jsonb(OLD) - 'known_to' THEN
        RAISE EXCEPTION 'terms % of a pledge stay as they were', OLD.id
            USING ERRCODE = 'check_violation', CONSTRAINT = 'pledge_terms_stay';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER pledge_terms_stay BEFORE UPDATE ON pledge_terms
    FOR EACH ROW EXECUTE FUNCTION pledge_terms_stay();

-- A disclosed cumulative target with a window is a pledge, and nothing of it is written twice.
CREATE FUNCTION pledge_of_claims() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'UPDATE' THEN
        DELETE FROM pledge p USING new_rows c WHERE p.claim_id = c.id AND NOT {pledged};
    END IF;
    INSERT INTO pledge (reference, organisation_id, claim_id)
    SELECT c.reference, c.organisation_id, c.id FROM new_rows c WHERE {pledged} ORDER BY c.id
    ON CONFLICT (claim_id) DO UPDATE
    SET reference = excluded.reference, organisation_id = excluded.organisation_id
    WHERE (pledge.reference, pledge.organisation_id)
        IS DISTINCT FROM (excluded.reference, excluded.organisation_id);
    RETURN NULL;
END $$;
CREATE TRIGGER pledge_of_claims_added AFTER INSERT ON avoided_claim
    REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION pledge_of_claims();
CREATE TRIGGER pledge_of_claims_changed AFTER UPDATE ON avoided_claim
    REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION pledge_of_claims();
INSERT INTO pledge (reference, organisation_id, claim_id)
SELECT c.reference, c.organisation_id, c.id FROM avoided_claim c WHERE {pledged} ORDER BY c.id;

CREATE TRIGGER organisation_standing AFTER INSERT ON pledge
    REFERENCING NEW TABLE AS new_rows
    FOR EACH STATEMENT EXECUTE FUNCTION organisation_standing('organisation_id');

SELECT audit_watch('pledge', '{}', '{}');
SELECT audit_watch('pledge_terms', '{}', '{}');
""".replace(
    "{pledged}",
    "(c.record_type = 'TARGET' AND c.kind = 'CUMULATIVE' AND c.value_kg_co2e > 0"
    " AND c.period_start <= c.period_end)",
)

# As consortium.progress.rules.windows; adding years keeps to the last of February.
WINDOWS = """
CREATE FUNCTION progress_anniversary(day date, years int) RETURNS date
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT (day + make_interval(years => years))::date
$$;

-- How many years a span has: whole ones from its first day, and the part of the year begun.
CREATE FUNCTION progress_years(starts_on date, ends_on date) RETURNS numeric
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT round(n.whole + (ends_on + 1 - progress_anniversary(starts_on, n.whole))::numeric
        / (progress_anniversary(starts_on, n.whole + 1)
            - progress_anniversary(starts_on, n.whole)), 12)
    FROM (SELECT extract(year FROM ends_on + 1)::int - extract(year FROM starts_on)::int) g (guess)
    CROSS JOIN LATERAL (SELECT guess
        - (progress_anniversary(starts_on, guess) > ends_on + 1)::int) n (whole)
$$;

-- The years of a window, as somebody counts them whose years begin as `anchor` does.
CREATE FUNCTION progress_years_of(anchor date, first_day date, last_day date)
RETURNS TABLE (starts_on date, ends_on date) LANGUAGE sql IMMUTABLE PARALLEL SAFE ROWS 20 AS $$
    SELECT greatest(progress_anniversary(anchor, years), first_day),
        least(progress_anniversary(anchor, years + 1) - 1, last_day)
    FROM generate_series(
        extract(year FROM first_day)::int - extract(year FROM anchor)::int - 1,
        extract(year FROM last_day)::int - extract(year FROM anchor)::int + 1) years
    WHERE progress_anniversary(anchor, years) <= last_day
        AND progress_anniversary(anchor, years + 1) > first_day
$$;

-- The calendar year of a period of about a year: as consortium.kernel.periods.year_of.
CREATE FUNCTION progress_calendar_year(starts_on date, ends_on date) RETURNS int
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT CASE WHEN ends_on - starts_on + 1 BETWEEN 350 AND 380 THEN (
        SELECT year FROM generate_series(
            extract(year FROM starts_on)::int, extract(year FROM ends_on)::int) year
        ORDER BY least(ends_on, make_date(year, 12, 31)) - greatest(starts_on, make_date(year, 1, 1))
            DESC, year DESC LIMIT 1) END
$$;
"""

# An effect that is claimed stays as it is, the initiatives that it names included.
INITIATIVES = """
CREATE TRIGGER effect_frozen_added AFTER INSERT ON effect_initiative
    REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION effect_frozen();
CREATE TRIGGER effect_frozen_removed AFTER DELETE ON effect_initiative
    REFERENCING OLD TABLE AS old_rows FOR EACH STATEMENT EXECUTE FUNCTION effect_frozen();
SELECT audit_watch('effect_initiative', '{}', '{}');
"""


class Migration(migrations.Migration):
    dependencies = [("consortium", "0025_beginnings")]

    initial = False

    operations = [
        ops.CreateModel(
            name="EffectInitiative",
            fields=[
                ("id", IdField(generated=True, primary_key=True, unique=True, db_index=True)),
                (
                    "effect",
                    fields.ForeignKeyField(
                        "consortium.Effect",
                        source_field="effect_id",
                        db_constraint=True,
                        to_field="id",
                        related_name="initiative_links",
                        on_delete=OnDelete.CASCADE,
                    ),
                ),
                (
                    "initiative",
                    fields.ForeignKeyField(
                        "consortium.Initiative",
                        source_field="initiative_id",
                        db_constraint=True,
                        to_field="id",
                        related_name="effect_links",
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
            ],
            options={
                "table": "effect_initiative",
                "app": "consortium",
                "unique_together": (("effect_id", "initiative_id"),),
                "indexes": [
                    Index(fields=["initiative_id"], name="effect_initiative_initiative_idx")
                ],
                "pk_attr": "id",
                "table_description": "A shared initiative under which an effect was achieved.",
            },
            bases=["Model"],
        ),
        ops.CreateModel(
            name="Pledge",
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
                        related_name="pledges",
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                (
                    "claim",
                    fields.OneToOneField(
                        "consortium.AvoidedClaim",
                        source_field="claim_id",
                        null=True,
                        db_constraint=True,
                        to_field="id",
                        related_name="pledge",
                        on_delete=OnDelete.CASCADE,
                    ),
                ),
                (
                    "visibility",
                    fields.CharEnumField(
                        null=True, description="", enum_type=Visibility, max_length=20
                    ),
                ),
                ("version", fields.IntField(default=1, db_default=1)),
                ("withdrawn_on", fields.DateField(null=True)),
                ("withdrawn_because", fields.TextField(null=True, unique=False)),
                (
                    "recorded_at",
                    fields.DatetimeField(db_default=Now(), auto_now=False, auto_now_add=True),
                ),
            ],
            options={
                "table": "pledge",
                "app": "consortium",
                "indexes": [
                    Index(fields=["organisation_id", "id"], name="pledge_organisation_idx")
                ],
                "pk_attr": "id",
                "table_description": "What an organisation pledged to avoid. A disclosed one is a claim, which says all of it.",
            },
            bases=["Model"],
        ),
        ops.CreateModel(
            name="PledgeTerms",
            fields=[
                ("id", IdField(generated=True, primary_key=True, unique=True, db_index=True)),
                (
                    "pledge",
                    fields.ForeignKeyField(
                        "consortium.Pledge",
                        source_field="pledge_id",
                        db_constraint=True,
                        to_field="id",
                        related_name="terms",
                        on_delete=OnDelete.CASCADE,
                    ),
                ),
                ("number", fields.IntField()),
                ("statement", fields.TextField(unique=False)),
                ("quantity_kg_co2e", NumericField(generated=False, null=False, unique=False)),
                ("starts_on", fields.DateField()),
                ("ends_on", fields.DateField()),
                ("category", KeyField(null=True, generated=False, unique=False)),
                ("methodology", fields.TextField(null=True, unique=False)),
                ("scope", fields.TextField(default="", db_default="", unique=False)),
                (
                    "citation",
                    fields.ForeignKeyField(
                        "consortium.Citation",
                        source_field="citation_id",
                        null=True,
                        db_constraint=True,
                        to_field="id",
                        related_name="pledge_terms",
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                ("known_from", fields.DateField()),
                ("known_to", fields.DateField(null=True)),
            ],
            options={
                "table": "pledge_terms",
                "app": "consortium",
                "unique_together": (("pledge_id", "number"),),
                "pk_attr": "id",
                "table_description": "What a recorded pledge says, from a day on until other terms take their place.",
            },
            bases=["Model"],
        ),
        ops.RunSQL(PLEDGES),
        ops.RunSQL(WINDOWS),
        ops.RunSQL(INITIATIVES),
    ]
