"""What an organisation was from day to day, and the steps that a membership can take."""

from tortoise import migrations
from tortoise.migrations import operations as ops
from consortium.membership.rules.transitions import MembershipStatus, Step
from consortium.storage.fields import IdField, KeyField
from tortoise.fields.base import OnDelete
from tortoise.fields.db_defaults import Now
from tortoise import fields
from tortoise.indexes import Index

PERIODS = """
ALTER TABLE organisation_period
    ADD CONSTRAINT organisation_period_dates_ordered CHECK (starts_on <= ends_on),
    ADD CONSTRAINT organisation_period_one_at_a_time EXCLUDE USING gist (
        int8range(organisation_id, organisation_id, '[]') WITH &&,
        daterange(starts_on, ends_on, '[]') WITH &&
    );

SELECT audit_watch('organisation_period', '{}', '{}');
"""

# As consortium.membership.rules.transitions.possible_pairs.
PAIRS = [
    ("application", None, "SUBMITTED"),
    ("application", "APPROVED", "ACCEPTED"),
    ("application", "APPROVED", "RETRACTED"),
    ("application", "IN_REVIEW", "APPROVED"),
    ("application", "IN_REVIEW", "MORE_ASKED"),
    ("application", "IN_REVIEW", "REJECTED"),
    ("application", "IN_REVIEW", "RETRACTED"),
    ("application", "MORE_ASKED", "IN_REVIEW"),
    ("application", "MORE_ASKED", "REJECTED"),
    ("application", "MORE_ASKED", "RETRACTED"),
    ("application", "SUBMITTED", "IN_REVIEW"),
    ("application", "SUBMITTED", "REJECTED"),
    ("application", "SUBMITTED", "RETRACTED"),
    ("membership", None, "FORMER"),
    ("membership", None, "MEMBER"),
    ("membership", None, "PARTICIPANT"),
    ("membership", "EXPELLED", "MEMBER"),
    ("membership", "FORMER", "FORMER"),
    ("membership", "FORMER", "MEMBER"),
    ("membership", "FORMER", "PARTICIPANT"),
    ("membership", "MEMBER", "FORMER"),
    ("membership", "MEMBER", "MEMBER"),
    ("membership", "MEMBER", "PARTICIPANT"),
    ("membership", "MEMBER", "SUSPENDED"),
    ("membership", "MEMBER", "UNDER_EXPULSION"),
    ("membership", "PARTICIPANT", "FORMER"),
    ("membership", "PARTICIPANT", "MEMBER"),
    ("membership", "PARTICIPANT", "PARTICIPANT"),
    ("membership", "SUSPENDED", "FORMER"),
    ("membership", "SUSPENDED", "MEMBER"),
    ("membership", "SUSPENDED", "UNDER_EXPULSION"),
    ("membership", "UNDER_APPEAL", "EXPELLED"),
    ("membership", "UNDER_APPEAL", "MEMBER"),
    ("membership", "UNDER_EXPULSION", "EXPELLED"),
    ("membership", "UNDER_EXPULSION", "UNDER_APPEAL"),
]
TRANSITIONS = f"""
ALTER TABLE membership_transition
    ADD CONSTRAINT membership_transition_key UNIQUE NULLS NOT DISTINCT (subject, before, after);
INSERT INTO membership_transition (subject, before, after) VALUES
{", ".join(str(pair).replace("None", "NULL") for pair in PAIRS)};

-- Each status must be one that may follow the one before it.
CREATE FUNCTION membership_steps_possible() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    changed bigint[];
    wrong record;
BEGIN
    IF TG_OP = 'DELETE' THEN
        changed := ARRAY(SELECT DISTINCT organisation_id FROM old_rows);
    ELSE
        changed := ARRAY(SELECT DISTINCT organisation_id FROM new_rows);
    END IF;
    SELECT p.* INTO wrong FROM (
        SELECT m.organisation_id, m.status,
            lag(m.status) OVER (PARTITION BY m.organisation_id ORDER BY m.starts_on NULLS FIRST)
                AS before
        FROM membership m WHERE m.organisation_id = ANY (changed)
    ) p
    WHERE NOT EXISTS (
        SELECT FROM membership_transition t WHERE t.subject = 'membership'
            AND t.before IS NOT DISTINCT FROM p.before AND t.after = p.status
    ) LIMIT 1;
    IF FOUND THEN
        RAISE EXCEPTION 'organisation %: % cannot follow %',
            wrong.organisation_id, wrong.status, coalesce(wrong.before, 'nothing')
            USING ERRCODE = 'check_violation', CONSTRAINT = 'step_possible';
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER membership_steps_possible_added AFTER INSERT ON membership
    REFERENCING NEW TABLE AS new_rows
    FOR EACH STATEMENT EXECUTE FUNCTION membership_steps_possible();
CREATE TRIGGER membership_steps_possible_changed AFTER UPDATE ON membership
    REFERENCING NEW TABLE AS new_rows
    FOR EACH STATEMENT EXECUTE FUNCTION membership_steps_possible();
CREATE TRIGGER membership_steps_possible_removed AFTER DELETE ON membership
    REFERENCING OLD TABLE AS old_rows
    FOR EACH STATEMENT EXECUTE FUNCTION membership_steps_possible();
"""

# A decision stays as it was; only whose it is changes, when two organisations prove to be one.
DECISIONS = """
SELECT audit_watch('membership_decision', '{}', '{}');

CREATE FUNCTION membership_decision_stays() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP <> 'UPDATE' OR to_jsonb(NEW) - 'organisation_id' <> to_jsonb(OLD) - 'organisation_id'
    THEN
        RAISE EXCEPTION 'decisions about memberships are append-only: % is refused', TG_OP
            USING ERRCODE = 'insufficient_privilege';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER membership_decision_stays BEFORE UPDATE OR DELETE ON membership_decision
    FOR EACH ROW EXECUTE FUNCTION membership_decision_stays();
CREATE TRIGGER membership_decision_not_emptied BEFORE TRUNCATE ON membership_decision
    FOR EACH STATEMENT EXECUTE FUNCTION membership_decision_stays();
"""


class Migration(migrations.Migration):
    dependencies = [("consortium", "0008_own_sums")]

    initial = False

    operations = [
        ops.CreateModel(
            name="MembershipDecision",
            fields=[
                ("id", IdField(generated=True, primary_key=True, unique=True, db_index=True)),
                (
                    "organisation",
                    fields.ForeignKeyField(
                        "consortium.Organisation",
                        source_field="organisation_id",
                        db_constraint=True,
                        to_field="id",
                        related_name="membership_decisions",
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                ("step", fields.CharEnumField(description="", enum_type=Step, max_length=20)),
                (
                    "before",
                    fields.CharEnumField(
                        null=True, description="", enum_type=MembershipStatus, max_length=20
                    ),
                ),
                (
                    "after",
                    fields.CharEnumField(description="", enum_type=MembershipStatus, max_length=20),
                ),
                ("effective_on", fields.DateField()),
                ("deadline", fields.DateField(null=True)),
                ("reason", fields.TextField(default="", db_default="", unique=False)),
                (
                    "account",
                    fields.ForeignKeyField(
                        "consortium.Account",
                        source_field="account_id",
                        null=True,
                        db_constraint=True,
                        to_field="id",
                        related_name="decisions",
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                (
                    "decided_at",
                    fields.DatetimeField(db_default=Now(), auto_now=False, auto_now_add=True),
                ),
            ],
            options={
                "table": "membership_decision",
                "app": "consortium",
                "indexes": [
                    Index(
                        fields=["organisation_id", "id"],
                        name="membership_decision_organisation_idx",
                    )
                ],
                "pk_attr": "id",
                "table_description": "A step that was decided, from when it takes effect, by whom and why. Never changed.",
            },
            bases=["Model"],
        ),
        ops.CreateModel(
            name="MembershipTransition",
            fields=[
                ("id", IdField(generated=True, primary_key=True, unique=True, db_index=True)),
                ("subject", fields.CharField(max_length=20)),
                ("before", fields.CharField(null=True, max_length=20)),
                ("after", fields.CharField(max_length=20)),
            ],
            options={
                "table": "membership_transition",
                "app": "consortium",
                "pk_attr": "id",
                "table_description": "What may follow what: a copy of the rules' table, which the triggers read.",
            },
            bases=["Model"],
        ),
        ops.CreateModel(
            name="OrganisationPeriod",
            fields=[
                ("id", IdField(generated=True, primary_key=True, unique=True, db_index=True)),
                (
                    "organisation",
                    fields.ForeignKeyField(
                        "consortium.Organisation",
                        source_field="organisation_id",
                        db_constraint=True,
                        to_field="id",
                        related_name="periods",
                        on_delete=OnDelete.CASCADE,
                    ),
                ),
                ("starts_on", fields.DateField(null=True)),
                ("ends_on", fields.DateField()),
                ("name", fields.TextField(unique=False)),
                ("country", fields.CharField(null=True, max_length=2)),
                ("sector", KeyField(null=True, generated=False, unique=False)),
            ],
            options={
                "table": "organisation_period",
                "app": "consortium",
                "indexes": [
                    Index(fields=["organisation_id"], name="organisation_period_organisation_idx")
                ],
                "pk_attr": "id",
                "table_description": "What an organisation was called and where and what it was before it changed.",
            },
            bases=["Model"],
        ),
        *(ops.RunSQL(sql) for sql in (PERIODS, TRANSITIONS, DECISIONS)),
    ]
