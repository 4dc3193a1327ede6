"""Assessed claims: their steps, gate reviews and evidence; effects that are restated."""

from tortoise import migrations
from tortoise.migrations import operations as ops
from consortium.assessment.rules.statuses import (
    AssuranceLevel,
    ClaimStatus,
    ClaimStep,
    GateOutcome,
    ReminderKind,
)
from consortium.effects.rules.vocabulary import Specificity, Timeframe
from consortium.guidance.rules import EvidenceKind
from consortium.kernel.visibility import Visibility
from consortium.storage.fields import IdField, KeyField, NumericField
from tortoise.fields.base import OnDelete
from tortoise.fields.db_defaults import Now
from tortoise import fields
from tortoise.indexes import Index

PAIRS = [
    (None, "DRAFT"),
    ("DRAFT", "SUBMITTED"),
    ("DRAFT", "DISCARDED"),
    ("SUBMITTED", "IN_REVIEW"),
    ("SUBMITTED", "DISCARDED"),
    ("IN_REVIEW", "CLARIFICATION"),
    ("IN_REVIEW", "ACCEPTED"),
    ("IN_REVIEW", "REJECTED"),
    ("IN_REVIEW", "DISCARDED"),
    ("CLARIFICATION", "IN_REVIEW"),
    ("CLARIFICATION", "REJECTED"),
    ("CLARIFICATION", "DISCARDED"),
    ("ACCEPTED", "PUBLISHED"),
    ("ACCEPTED", "DISCARDED"),
    ("PUBLISHED", "EXPIRED"),
    ("PUBLISHED", "WITHDRAWN"),
    ("PUBLISHED", "RESTATED"),
]
CLAIMS = f"""
ALTER TABLE claim_transition
    ADD CONSTRAINT claim_transition_key UNIQUE NULLS NOT DISTINCT (before, after);
INSERT INTO claim_transition (before, after) VALUES
{", ".join(str(pair).replace("None", "NULL") for pair in PAIRS)};
ALTER TABLE assessed_claim
    ADD CONSTRAINT assessed_claim_texts CHECK (btrim(reference) <> '' AND btrim(statement) <> ''),
    -- Blank before it is submitted, and whole from then on.
    ADD CONSTRAINT assessed_claim_figures_whole CHECK (
        num_nulls(effect_kg_co2e, remainder_share, claim_kg_co2e, specificity, timeframe, year)
            = CASE WHEN submitted_on IS NULL THEN 6 ELSE 0 END
        AND (submitted_on IS NOT NULL OR num_nonnulls(share, uncertainty, allocation_id) = 0)
        AND CASE status WHEN 'DRAFT' THEN submitted_on IS NULL WHEN 'DISCARDED' THEN true
            ELSE submitted_on IS NOT NULL END),
    ADD CONSTRAINT assessed_claim_share_range CHECK (
        (share IS NULL OR share > 0 AND share <= 1) AND (share IS NOT NULL OR allocation_id IS NOT NULL OR submitted_on IS NULL)
        AND (remainder_share IS NULL OR remainder_share >= 0 AND remainder_share <= 1)),
    ADD CONSTRAINT assessed_claim_product CHECK (
        claim_kg_co2e = effect_kg_co2e * coalesce(share, remainder_share)),
    ADD CONSTRAINT assessed_claim_dates_ordered CHECK (
        accepted_on >= submitted_on AND published_on >= accepted_on AND ended_on >= published_on
        AND ended_on >= submitted_on AND expires_on >= submitted_on AND assured_on >= accepted_on),
    ADD CONSTRAINT assessed_claim_shown_where_published CHECK (
        (published_on IS NOT NULL) = (visibility <> 'PRIVATE')
        AND (published_on IS NOT NULL) = (status IN ('PUBLISHED', 'EXPIRED', 'WITHDRAWN', 'RESTATED'))),
    ADD CONSTRAINT assessed_claim_assurance_whole CHECK (
        num_nulls(assured_on, assurance_level, assurance_body_id) IN (0, 3)
        AND (assurance_document_id IS NULL OR assured_on IS NOT NULL)
        AND (assured_on IS NULL OR accepted_on IS NOT NULL)),
    ADD CONSTRAINT assessed_claim_ended_explained CHECK (
        (ended_on IS NOT NULL) = (ended_because <> '') AND (ended_on IS NOT NULL)
            = (status IN ('REJECTED', 'DISCARDED', 'EXPIRED', 'WITHDRAWN', 'RESTATED'))),
    ADD CONSTRAINT assessed_claim_not_its_own CHECK (restates_id <> id);
CREATE UNIQUE INDEX assessed_claim_one_in_work ON assessed_claim (organisation_id, effect_id)
    WHERE status IN ('DRAFT', 'SUBMITTED', 'IN_REVIEW', 'CLARIFICATION', 'ACCEPTED');
CREATE UNIQUE INDEX assessed_claim_one_published ON assessed_claim (organisation_id, effect_id)
    WHERE status = 'PUBLISHED';
CREATE UNIQUE INDEX assessed_claim_restated_once ON assessed_claim (restates_id)
    WHERE status NOT IN ('REJECTED', 'DISCARDED');
ALTER TABLE claim_gate_review
    ADD CONSTRAINT claim_gate_review_explained CHECK (btrim(reason) <> ''),
    ADD CONSTRAINT claim_gate_review_expiry_later CHECK (
        expires_on IS NULL OR outcome = 'PASSED' AND expires_on > reviewed_on);
ALTER TABLE claim_evidence
    ADD CONSTRAINT claim_evidence_shown CHECK (
        btrim(title) <> '' AND num_nonnulls(document_id, citation_id) > 0),
    ADD CONSTRAINT claim_evidence_dates_ordered CHECK (removed_on >= added_on);
ALTER TABLE effect_published
    ADD CONSTRAINT effect_published_at_most_one CHECK (
        shares >= 0 AND remainder >= 0 AND shares + remainder <= 1);
"""

# A status follows the one before it as the rules' table says; of a submitted claim its figures
# stay, and of an ended one all. Only whose it is may change: records of organisations are merged.
KEPT = """
CREATE FUNCTION assessed_claim_possible() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    was text := CASE WHEN TG_OP = 'UPDATE' THEN OLD.status END;
    changes text[] := ARRAY['organisation_id', 'assurance_body_id', 'version'];
BEGIN
    IF was IS DISTINCT FROM NEW.status AND NOT EXISTS (
        SELECT FROM claim_transition t
        WHERE t.before IS NOT DISTINCT FROM was AND t.after = NEW.status
    ) THEN
        RAISE EXCEPTION 'claim %: % cannot follow %', NEW.id, NEW.status, coalesce(was, 'nothing')
            USING ERRCODE = 'check_violation', CONSTRAINT = 'claim_step_possible';
    END IF;
    IF TG_OP = 'INSERT' THEN
        RETURN NEW;
    END IF;
    IF was IN ('DRAFT', 'SUBMITTED', 'IN_REVIEW', 'CLARIFICATION', 'ACCEPTED', 'PUBLISHED') THEN
        changes := changes || ARRAY['status', 'assured_on', 'assurance_level',
            'assurance_document_id', 'expires_on', 'ended_on', 'ended_because', 'due_on'];
    END IF;
    IF was IN ('DRAFT', 'SUBMITTED', 'IN_REVIEW', 'CLARIFICATION', 'ACCEPTED') THEN
        changes := changes || ARRAY['accepted_on', 'published_on', 'visibility'];
    END IF;
    IF was IN ('DRAFT', 'CLARIFICATION') THEN
        changes := changes || ARRAY['statement'];
    END IF;
    IF was = 'DRAFT' THEN
        changes := changes || ARRAY['reference', 'allocation_id', 'effect_kg_co2e', 'share',
            'remainder_share', 'claim_kg_co2e', 'uncertainty', 'specificity', 'timeframe', 'year',
            'submitted_on'];
    END IF;
    IF was = 'PUBLISHED' AND OLD.visibility = 'CONSORTIUM' AND NEW.visibility = 'PUBLIC' THEN
        changes := changes || ARRAY['visibility'];
    END IF;
    IF to_jsonb(NEW) - changes <> to_jsonb(OLD) - changes THEN
        RAISE EXCEPTION 'claim % is %: what it says stays', NEW.id, was
            USING ERRCODE = 'check_violation', CONSTRAINT = 'assessed_claim_kept';
    END IF;
    IF NEW.status = 'PUBLISHED' AND was <> 'PUBLISHED' AND EXISTS (
        SELECT FROM guidance_gate g
        LEFT JOIN LATERAL (
            SELECT r.outcome, r.expires_on FROM claim_gate_review r
            WHERE r.claim_id = NEW.id AND r.gate_id = g.id ORDER BY r.id DESC LIMIT 1
        ) last ON true
        WHERE g.guidance_version_id = NEW.guidance_version_id
            AND (last.outcome IS DISTINCT FROM 'PASSED' OR last.expires_on <= NEW.published_on)
    ) THEN
        RAISE EXCEPTION 'claim % does not pass every gate on %', NEW.id, NEW.published_on
            USING ERRCODE = 'check_violation', CONSTRAINT = 'assessed_claim_gates_passed';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER assessed_claim_possible BEFORE INSERT OR UPDATE ON assessed_claim
    FOR EACH ROW EXECUTE FUNCTION assessed_claim_possible();
CREATE TRIGGER assessed_claim_stays BEFORE DELETE OR TRUNCATE ON assessed_claim
    FOR EACH STATEMENT EXECUTE FUNCTION record_stays();
CREATE TRIGGER claim_step_stays BEFORE UPDATE OR DELETE OR TRUNCATE ON claim_step
    FOR EACH STATEMENT EXECUTE FUNCTION record_stays();
CREATE TRIGGER claim_gate_review_stays BEFORE UPDATE OR DELETE OR TRUNCATE ON claim_gate_review
    FOR EACH STATEMENT EXECUTE FUNCTION record_stays();
CREATE TRIGGER claim_reminder_stays BEFORE UPDATE OR DELETE OR TRUNCATE ON claim_reminder
    FOR EACH STATEMENT EXECUTE FUNCTION record_stays();
CREATE TRIGGER claim_evidence_stays BEFORE DELETE OR TRUNCATE ON claim_evidence
    FOR EACH STATEMENT EXECUTE FUNCTION record_stays();

-- Gates and criteria are those of the version that the claim is made under.
CREATE FUNCTION claim_guidance_fits() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    version_id bigint;
BEGIN
    IF TG_TABLE_NAME = 'claim_gate_review' THEN
        SELECT g.guidance_version_id INTO version_id FROM guidance_gate g WHERE g.id = NEW.gate_id;
    ELSE
        SELECT g.guidance_version_id INTO version_id
        FROM guidance_criterion c JOIN guidance_gate g ON g.id = c.gate_id
        WHERE c.id = NEW.criterion_id;
    END IF;
    IF NOT EXISTS (
        SELECT FROM assessed_claim a
        WHERE a.id = NEW.claim_id AND a.guidance_version_id = version_id
    ) THEN
        RAISE EXCEPTION 'claim % is made under another guidance', NEW.claim_id
            USING ERRCODE = 'check_violation', CONSTRAINT = 'claim_guidance_fits';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER claim_guidance_fits BEFORE INSERT ON claim_gate_review
    FOR EACH ROW EXECUTE FUNCTION claim_guidance_fits();
CREATE TRIGGER claim_guidance_fits BEFORE INSERT ON claim_evidence
    FOR EACH ROW EXECUTE FUNCTION claim_guidance_fits();

-- What was shown stays as it was shown; it can be marked as removed once.
CREATE FUNCTION claim_evidence_kept() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF OLD.removed_on IS NULL AND to_jsonb(NEW) - 'removed_on' = to_jsonb(OLD) - 'removed_on' THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION 'evidence % stays as it was', NEW.id
        USING ERRCODE = 'check_violation', CONSTRAINT = 'claim_evidence_kept';
END $$;
CREATE TRIGGER claim_evidence_kept BEFORE UPDATE ON claim_evidence
    FOR EACH ROW EXECUTE FUNCTION claim_evidence_kept();

-- What is claimed of an effect in public, with all that restate it, is at most the whole. First
-- the lock, then the question: whoever waited for it must see what the other one did.
CREATE FUNCTION effect_published_kept() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    key bigint;
BEGIN
    SELECT coalesce(e.original_id, e.id) INTO key FROM effect e WHERE e.id = NEW.effect_id;
    INSERT INTO effect_published (effect_id) VALUES (key) ON CONFLICT (effect_id) DO NOTHING;
    PERFORM FROM effect_published p WHERE p.effect_id = key FOR UPDATE;
    UPDATE effect_published p SET shares = known.shares, remainder = known.remainder
    FROM (
        SELECT coalesce(sum(c.share), 0) AS shares,
            coalesce(max(c.remainder_share) FILTER (WHERE c.share IS NULL), 0) AS remainder
        FROM effect e JOIN assessed_claim c ON c.effect_id = e.id
        WHERE (e.id = key OR e.original_id = key) AND c.status = 'PUBLISHED'
    ) known
    WHERE p.effect_id = key;
    IF NEW.status = 'PUBLISHED' AND EXISTS (
        SELECT FROM effect e JOIN assessed_claim c ON c.effect_id = e.id
        WHERE (e.id = key OR e.original_id = key) AND c.status = 'PUBLISHED'
            AND c.organisation_id = NEW.organisation_id AND c.id <> NEW.id
    ) THEN
        RAISE EXCEPTION 'organisation % claims effect % already', NEW.organisation_id, key
            USING ERRCODE = 'check_violation', CONSTRAINT = 'assessed_claim_one_published';
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER effect_published_kept AFTER UPDATE ON assessed_claim
    FOR EACH ROW WHEN ((NEW.status = 'PUBLISHED') <> (OLD.status = 'PUBLISHED'))
    EXECUTE FUNCTION effect_published_kept();

CREATE TRIGGER organisation_standing AFTER INSERT ON assessed_claim
    REFERENCING NEW TABLE AS new_rows
    FOR EACH STATEMENT EXECUTE FUNCTION organisation_standing('organisation_id', 'assurance_body_id');

SELECT audit_watch('assessed_claim', '{}', '{}');
SELECT audit_watch('claim_step', '{}', '{}');
SELECT audit_watch('claim_gate_review', '{}', '{}');
SELECT audit_watch('claim_evidence', '{}', '{}');
SELECT audit_watch('claim_reminder', '{}', '{}');
"""

# An effect that is claimed stays as it is: another one takes its place, with its units.
RESTATED = """
ALTER TABLE effect DROP CONSTRAINT effect_key;
CREATE UNIQUE INDEX effect_key ON effect (
    solution_id, value_chain_id, reference_scenario_id, geography, period_start, period_end,
    timeframe) NULLS NOT DISTINCT WHERE NOT superseded;
CREATE UNIQUE INDEX effect_restated_once ON effect (restates_id) WHERE restates_id IS NOT NULL;
ALTER TABLE effect
    ADD CONSTRAINT effect_restates_whole CHECK ((restates_id IS NULL) = (original_id IS NULL));
ALTER TABLE effect_cohort
    DROP CONSTRAINT effect_cohort_counted_once,
    ADD CONSTRAINT effect_cohort_counted_once EXCLUDE USING gist (
        int8range(solution_id, solution_id, '[]') WITH &&,
        int8range(coalesce(value_chain_id, 0), coalesce(value_chain_id, 0), '[]') WITH &&,
        int8range(hashtextextended(scenario, 0) / 2, hashtextextended(scenario, 0) / 2, '[]') WITH &&,
        int8range(hashtextextended(geography, 0) / 2, hashtextextended(geography, 0) / 2, '[]')
            WITH &&,
        int4range(sold_year, sold_year, '[]') WITH &&,
        daterange(counts_from, counts_to, '[]') WITH &&
    ) WHERE (NOT superseded);

CREATE OR REPLACE FUNCTION effect_cohort_key() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    SELECT e.solution_id, e.value_chain_id, s.reference, e.geography,
        CASE e.timeframe WHEN 'YEAR_ON_YEAR' THEN e.period_start END,
        CASE e.timeframe WHEN 'YEAR_ON_YEAR' THEN e.period_end END, e.superseded
    INTO NEW.solution_id, NEW.value_chain_id, NEW.scenario, NEW.geography,
        NEW.counts_from, NEW.counts_to, NEW.superseded
    FROM effect e JOIN reference_scenario s ON s.id = e.reference_scenario_id
    WHERE e.id = NEW.effect_id FOR SHARE OF e;
    RETURN NEW;
END $$;

CREATE FUNCTION effect_restated() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE effect e SET superseded = true, version = version + 1
    WHERE e.id = NEW.restates_id AND NOT e.superseded AND e.solution_id = NEW.solution_id
    RETURNING coalesce(e.original_id, e.id) INTO NEW.original_id;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'effect % was restated already, or is another solution''s', NEW.restates_id
            USING ERRCODE = 'check_violation', CONSTRAINT = 'effect_restated_once';
    END IF;
    UPDATE effect_cohort SET superseded = true WHERE effect_id = NEW.restates_id;
    RETURN NEW;
END $$;
CREATE TRIGGER effect_restated BEFORE INSERT ON effect
    FOR EACH ROW WHEN (NEW.restates_id IS NOT NULL) EXECUTE FUNCTION effect_restated();

CREATE FUNCTION effect_claimed(bigint) RETURNS boolean LANGUAGE sql STABLE AS $$
    SELECT EXISTS (
        SELECT FROM assessed_claim c WHERE c.effect_id = $1 AND c.submitted_on IS NOT NULL
            AND c.status NOT IN ('DISCARDED', 'REJECTED'))
$$;
CREATE FUNCTION effect_frozen() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    changed bigint;
BEGIN
    IF TG_TABLE_NAME = 'effect' THEN
        IF effect_claimed(NEW.id) THEN
            changed := NEW.id;
        END IF;
    ELSIF TG_OP = 'DELETE' THEN
        SELECT o.effect_id INTO changed FROM (SELECT DISTINCT effect_id FROM old_rows) o
        WHERE effect_claimed(o.effect_id) LIMIT 1;
    ELSE
        SELECT n.effect_id INTO changed FROM (SELECT DISTINCT effect_id FROM new_rows) n
        WHERE effect_claimed(n.effect_id) LIMIT 1;
    END IF;
    IF changed IS NOT NULL THEN
        RAISE EXCEPTION 'effect % is claimed: restate it', changed
            USING ERRCODE = 'check_violation', CONSTRAINT = 'effect_claimed';
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER effect_frozen AFTER UPDATE ON effect FOR EACH ROW WHEN (
    (NEW.reference_scenario_id, NEW.comparison_id, NEW.reference_kg_co2e, NEW.solution_kg_co2e,
        NEW.avoided_kg_co2e, NEW.uncertainty, NEW.specificity, NEW.restates_id, NEW.original_id)
    IS DISTINCT FROM (OLD.reference_scenario_id, OLD.comparison_id, OLD.reference_kg_co2e,
        OLD.solution_kg_co2e, OLD.avoided_kg_co2e, OLD.uncertainty, OLD.specificity,
        OLD.restates_id, OLD.original_id))
    EXECUTE FUNCTION effect_frozen();
CREATE TRIGGER effect_frozen_added AFTER INSERT ON effect_cohort
    REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION effect_frozen();
CREATE TRIGGER effect_frozen_removed AFTER DELETE ON effect_cohort
    REFERENCING OLD TABLE AS old_rows FOR EACH STATEMENT EXECUTE FUNCTION effect_frozen();
CREATE TRIGGER effect_frozen_added AFTER INSERT ON effect_line
    REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION effect_frozen();
CREATE TRIGGER effect_frozen_removed AFTER DELETE ON effect_line
    REFERENCING OLD TABLE AS old_rows FOR EACH STATEMENT EXECUTE FUNCTION effect_frozen();
CREATE TRIGGER effect_frozen_changed AFTER UPDATE ON effect_line
    REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION effect_frozen();

-- Of a cohort, only whether others may count its units.
CREATE FUNCTION effect_cohort_frozen() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF effect_claimed(NEW.effect_id) THEN
        RAISE EXCEPTION 'effect % is claimed: restate it', NEW.effect_id
            USING ERRCODE = 'check_violation', CONSTRAINT = 'effect_claimed';
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER effect_cohort_frozen AFTER UPDATE ON effect_cohort FOR EACH ROW
    WHEN ((NEW.effect_id, NEW.sold_year, NEW.units, NEW.retired)
        IS DISTINCT FROM (OLD.effect_id, OLD.sold_year, OLD.units, OLD.retired))
    EXECUTE FUNCTION effect_cohort_frozen();
"""

# Whether an effect meets one with published claims, and nobody has decided what then counts.
OVERLAPS = """
CREATE FUNCTION overlap_undecided(bigint) RETURNS boolean LANGUAGE sql STABLE AS 'SELECT false';
"""


class Migration(migrations.Migration):
    dependencies = [("consortium", "0020_shares")]

    initial = False

    operations = [
        ops.CreateModel(
            name="AssessedClaim",
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
                        related_name="assessed_claims",
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                (
                    "effect",
                    fields.ForeignKeyField(
                        "consortium.Effect",
                        source_field="effect_id",
                        db_constraint=True,
                        to_field="id",
                        related_name="assessed_claims",
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                (
                    "guidance_version",
                    fields.ForeignKeyField(
                        "consortium.GuidanceVersion",
                        source_field="guidance_version_id",
                        db_constraint=True,
                        to_field="id",
                        related_name="assessed_claims",
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                (
                    "allocation",
                    fields.ForeignKeyField(
                        "consortium.EffectAllocation",
                        source_field="allocation_id",
                        null=True,
                        db_constraint=True,
                        to_field="id",
                        related_name="assessed_claims",
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                (
                    "restates",
                    fields.ForeignKeyField(
                        "consortium.AssessedClaim",
                        source_field="restates_id",
                        null=True,
                        db_constraint=True,
                        to_field="id",
                        related_name="restated_by",
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                (
                    "status",
                    fields.CharEnumField(description="", enum_type=ClaimStatus, max_length=20),
                ),
                ("statement", fields.TextField(unique=False)),
                ("effect_kg_co2e", NumericField(null=True, generated=False, unique=False)),
                ("share", NumericField(null=True, generated=False, unique=False)),
                ("remainder_share", NumericField(null=True, generated=False, unique=False)),
                ("claim_kg_co2e", NumericField(null=True, generated=False, unique=False)),
                ("uncertainty", NumericField(null=True, generated=False, unique=False)),
                (
                    "specificity",
                    fields.CharEnumField(
                        null=True, description="", enum_type=Specificity, max_length=20
                    ),
                ),
                (
                    "timeframe",
                    fields.CharEnumField(
                        null=True, description="", enum_type=Timeframe, max_length=20
                    ),
                ),
                ("year", fields.IntField(null=True)),
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
                ("submitted_on", fields.DateField(null=True)),
                ("accepted_on", fields.DateField(null=True)),
                ("assured_on", fields.DateField(null=True)),
                (
                    "assurance_level",
                    fields.CharEnumField(
                        null=True, description="", enum_type=AssuranceLevel, max_length=20
                    ),
                ),
                (
                    "assurance_body",
                    fields.ForeignKeyField(
                        "consortium.Organisation",
                        source_field="assurance_body_id",
                        null=True,
                        db_constraint=True,
                        to_field="id",
                        related_name="claims_assured",
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                (
                    "assurance_document",
                    fields.ForeignKeyField(
                        "consortium.Document",
                        source_field="assurance_document_id",
                        null=True,
                        db_constraint=True,
                        to_field="id",
                        related_name="claims_assured",
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                ("published_on", fields.DateField(null=True)),
                ("expires_on", fields.DateField(null=True)),
                ("ended_on", fields.DateField(null=True)),
                ("ended_because", fields.TextField(default="", db_default="", unique=False)),
                ("due_on", fields.DateField(null=True)),
                ("version", fields.IntField(default=1, db_default=1)),
                (
                    "recorded_at",
                    fields.DatetimeField(db_default=Now(), auto_now=False, auto_now_add=True),
                ),
            ],
            options={
                "table": "assessed_claim",
                "app": "consortium",
                "unique_together": (("organisation_id", "reference"),),
                "indexes": [
                    Index(fields=["effect_id", "id"], name="assessed_claim_effect_idx"),
                    Index(fields=["guidance_version_id"], name="assessed_claim_guidance_idx"),
                    Index(fields=["allocation_id"], name="assessed_claim_allocation_idx"),
                    Index(fields=["restates_id"], name="assessed_claim_restates_idx"),
                    Index(fields=["assurance_body_id"], name="assessed_claim_body_idx"),
                    Index(fields=["assurance_document_id"], name="assessed_claim_document_idx"),
                    Index(fields=["status", "due_on"], name="assessed_claim_status_idx"),
                ],
                "pk_attr": "id",
                "table_description": "What an organisation claims of an effect, under one version of a guidance.",
            },
            bases=["Model"],
        ),
        ops.CreateModel(
            name="ClaimEvidence",
            fields=[
                ("id", IdField(generated=True, primary_key=True, unique=True, db_index=True)),
                (
                    "claim",
                    fields.ForeignKeyField(
                        "consortium.AssessedClaim",
                        source_field="claim_id",
                        db_constraint=True,
                        to_field="id",
                        related_name="evidence",
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                (
                    "criterion",
                    fields.ForeignKeyField(
                        "consortium.GuidanceCriterion",
                        source_field="criterion_id",
                        db_constraint=True,
                        to_field="id",
                        related_name="claim_evidence",
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                (
                    "kind",
                    fields.CharEnumField(description="", enum_type=EvidenceKind, max_length=40),
                ),
                ("title", fields.TextField(unique=False)),
                (
                    "document",
                    fields.ForeignKeyField(
                        "consortium.Document",
                        source_field="document_id",
                        null=True,
                        db_constraint=True,
                        to_field="id",
                        related_name="claim_evidence",
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
                        related_name="claim_evidence",
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                (
                    "account",
                    fields.ForeignKeyField(
                        "consortium.Account",
                        source_field="account_id",
                        null=True,
                        db_constraint=True,
                        to_field="id",
                        related_name="claim_evidence",
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                ("added_on", fields.DateField()),
                ("removed_on", fields.DateField(null=True)),
            ],
            options={
                "table": "claim_evidence",
                "app": "consortium",
                "indexes": [
                    Index(fields=["claim_id", "id"], name="claim_evidence_claim_idx"),
                    Index(fields=["criterion_id"], name="claim_evidence_criterion_idx"),
                    Index(fields=["document_id"], name="claim_evidence_document_idx"),
                    Index(fields=["citation_id"], name="claim_evidence_citation_idx"),
                    Index(fields=["account_id"], name="claim_evidence_account_idx"),
                ],
                "pk_attr": "id",
                "table_description": "What shows that a criterion is met: a file, a source, or both. Removed by marking.",
            },
            bases=["Model"],
        ),
        ops.CreateModel(
            name="ClaimGateReview",
            fields=[
                ("id", IdField(generated=True, primary_key=True, unique=True, db_index=True)),
                (
                    "claim",
                    fields.ForeignKeyField(
                        "consortium.AssessedClaim",
                        source_field="claim_id",
                        db_constraint=True,
                        to_field="id",
                        related_name="gate_reviews",
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                (
                    "gate",
                    fields.ForeignKeyField(
                        "consortium.GuidanceGate",
                        source_field="gate_id",
                        db_constraint=True,
                        to_field="id",
                        related_name="reviews",
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                (
                    "outcome",
                    fields.CharEnumField(description="", enum_type=GateOutcome, max_length=20),
                ),
                ("reason", fields.TextField(unique=False)),
                (
                    "account",
                    fields.ForeignKeyField(
                        "consortium.Account",
                        source_field="account_id",
                        null=True,
                        db_constraint=True,
                        to_field="id",
                        related_name="claim_gate_reviews",
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                ("reviewed_on", fields.DateField()),
                ("expires_on", fields.DateField(null=True)),
                (
                    "recorded_at",
                    fields.DatetimeField(db_default=Now(), auto_now=False, auto_now_add=True),
                ),
            ],
            options={
                "table": "claim_gate_review",
                "app": "consortium",
                "indexes": [
                    Index(fields=["claim_id", "gate_id", "id"], name="claim_gate_review_claim_idx"),
                    Index(fields=["gate_id"], name="claim_gate_review_gate_idx"),
                    Index(fields=["account_id"], name="claim_gate_review_account_idx"),
                ],
                "pk_attr": "id",
                "table_description": "What a reviewer found of a gate; the last one of a gate counts. Never changed.",
            },
            bases=["Model"],
        ),
        ops.CreateModel(
            name="ClaimReminder",
            fields=[
                ("id", IdField(generated=True, primary_key=True, unique=True, db_index=True)),
                (
                    "claim",
                    fields.ForeignKeyField(
                        "consortium.AssessedClaim",
                        source_field="claim_id",
                        db_constraint=True,
                        to_field="id",
                        related_name="reminders",
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                (
                    "kind",
                    fields.CharEnumField(description="", enum_type=ReminderKind, max_length=20),
                ),
                ("day", fields.DateField()),
                ("sent_on", fields.DateField()),
                ("mails", fields.IntField()),
            ],
            options={
                "table": "claim_reminder",
                "app": "consortium",
                "unique_together": (("claim_id", "kind", "day"),),
                "pk_attr": "id",
                "table_description": "That somebody was reminded of a day, once for that day. Never changed.",
            },
            bases=["Model"],
        ),
        ops.CreateModel(
            name="ClaimStepTaken",
            fields=[
                ("id", IdField(generated=True, primary_key=True, unique=True, db_index=True)),
                (
                    "claim",
                    fields.ForeignKeyField(
                        "consortium.AssessedClaim",
                        source_field="claim_id",
                        db_constraint=True,
                        to_field="id",
                        related_name="steps",
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                ("step", fields.CharEnumField(description="", enum_type=ClaimStep, max_length=20)),
                (
                    "before",
                    fields.CharEnumField(
                        null=True, description="", enum_type=ClaimStatus, max_length=20
                    ),
                ),
                (
                    "after",
                    fields.CharEnumField(description="", enum_type=ClaimStatus, max_length=20),
                ),
                ("reason", fields.TextField(default="", db_default="", unique=False)),
                ("deadline", fields.DateField(null=True)),
                ("taken_on", fields.DateField()),
                (
                    "account",
                    fields.ForeignKeyField(
                        "consortium.Account",
                        source_field="account_id",
                        null=True,
                        db_constraint=True,
                        to_field="id",
                        related_name="claim_steps",
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                (
                    "taken_at",
                    fields.DatetimeField(db_default=Now(), auto_now=False, auto_now_add=True),
                ),
            ],
            options={
                "table": "claim_step",
                "app": "consortium",
                "indexes": [
                    Index(fields=["claim_id", "id"], name="claim_step_claim_idx"),
                    Index(fields=["account_id"], name="claim_step_account_idx"),
                ],
                "pk_attr": "id",
                "table_description": "A step of a claim. Never changed.",
            },
            bases=["Model"],
        ),
        ops.CreateModel(
            name="ClaimTransition",
            fields=[
                ("id", IdField(generated=True, primary_key=True, unique=True, db_index=True)),
                ("before", fields.CharField(null=True, max_length=20)),
                ("after", fields.CharField(max_length=20)),
            ],
            options={
                "table": "claim_transition",
                "app": "consortium",
                "pk_attr": "id",
                "table_description": "What may follow what: a copy of the rules' table, which a trigger reads.",
            },
            bases=["Model"],
        ),
        ops.CreateModel(
            name="EffectPublished",
            fields=[
                ("id", IdField(generated=True, primary_key=True, unique=True, db_index=True)),
                (
                    "effect",
                    fields.OneToOneField(
                        "consortium.Effect",
                        source_field="effect_id",
                        db_constraint=True,
                        to_field="id",
                        related_name="published",
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                (
                    "shares",
                    NumericField(
                        default=0, db_default=0, generated=False, null=False, unique=False
                    ),
                ),
                (
                    "remainder",
                    NumericField(
                        default=0, db_default=0, generated=False, null=False, unique=False
                    ),
                ),
            ],
            options={
                "table": "effect_published",
                "app": "consortium",
                "pk_attr": "id",
                "table_description": "How much of an effect is claimed in public, over all its restatements.",
            },
            bases=["Model"],
        ),
        ops.AddField(
            model_name="Effect",
            name="original",
            field=fields.ForeignKeyField(
                "consortium.Effect",
                source_field="original_id",
                null=True,
                db_constraint=True,
                to_field="id",
                related_name="restatements",
                on_delete=OnDelete.RESTRICT,
            ),
        ),
        ops.AddField(
            model_name="Effect",
            name="restates",
            field=fields.ForeignKeyField(
                "consortium.Effect",
                source_field="restates_id",
                null=True,
                db_constraint=True,
                to_field="id",
                related_name="restated_by",
                on_delete=OnDelete.RESTRICT,
            ),
        ),
        ops.AddField(
            model_name="Effect",
            name="superseded",
            field=fields.BooleanField(default=False, db_default=False),
        ),
        ops.AddIndex(
            model_name="Effect",
            index=Index(fields=["original_id"], name="effect_original_idx"),
        ),
        ops.AddIndex(
            model_name="Effect",
            index=Index(fields=["restates_id"], name="effect_restates_idx"),
        ),
        ops.AddField(
            model_name="EffectCohort",
            name="superseded",
            field=fields.BooleanField(default=False, db_default=False),
        ),
        *(ops.RunSQL(sql) for sql in (CLAIMS, RESTATED, KEPT, OVERLAPS)),
    ]
