"""Applications and their review, documents, terms and their acceptance."""

from tortoise import migrations
from tortoise.migrations import operations as ops
from consortium.membership.rules.applications import Vote
from consortium.membership.rules.transitions import ApplicationStage, Step
from consortium.storage.fields import IdField, KeyField
from tortoise.fields.base import OnDelete
from tortoise.fields.db_defaults import Now
from tortoise import fields
from tortoise.indexes import Index

FORMS = (
    "ab|ag|aktiengesellschaft|and co|aps|as|asa|bhd|bv|co|company|corp|corporation|gmbh|group"
    "|holding|holdings|inc|incorporated|kg|kgaa|kk|limited|llc|llp|lp|ltd|nv|oy|oyj|plc|pte|pty|sa"
    "|sarl|sas|sdn|se|spa|srl|tbk|und co"
)
# As tests.membership.matching.match_key_of: a test holds the two together.
MATCHING = rf"""
CREATE FUNCTION match_key(folded text) RETURNS text
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS $$
    SELECT replace(regexp_replace(trim(BOTH ' ' FROM regexp_replace(regexp_replace(
        regexp_replace(replace(folded COLLATE "C", '&', ' and '), '[''.`]+', '', 'g'),
        '[!-&(-,/:-@\[-_{{-~-]+', ' ', 'g'), ' +', ' ', 'g')),
        '( ({FORMS}))+$', ''), ' ', '')
$$;
CREATE INDEX organisation_match_key_idx ON organisation (match_key(name_key));
CREATE INDEX organisation_alias_match_key_idx ON organisation_alias (match_key(name_key));
CREATE INDEX membership_application_match_key_idx ON membership_application (match_key(name_key));
CREATE INDEX application_alias_match_key_idx ON application_alias (match_key(name_key));
"""

APPLICATIONS = """
ALTER TABLE document
    ADD CONSTRAINT document_content_named CHECK (size_bytes > 0 AND sha256 ~ '^[0-9a-f]{64}$');
ALTER TABLE membership_application
    ADD CONSTRAINT membership_application_revenue_whole
        CHECK ((revenue_amount IS NULL) = (revenue_currency IS NULL)
            AND (revenue_amount IS NOT NULL OR revenue_year IS NULL)),
    ADD CONSTRAINT membership_application_sizes_positive
        CHECK (revenue_amount >= 0 AND employees >= 0),
    ADD CONSTRAINT membership_application_organisation_approved
        CHECK (stage NOT IN ('APPROVED', 'ACCEPTED') OR organisation_id IS NOT NULL);

SELECT audit_watch('document', '{}', '{}');
SELECT audit_watch(
    'membership_application', '{contact_name,contact_email,key_sha256}', '{}');
SELECT audit_watch('application_alias', '{}', '{}');
SELECT audit_watch('application_step', '{}', '{}');
SELECT audit_watch('application_note', '{}', '{}');
SELECT audit_watch('application_conflict', '{}', '{}');
SELECT audit_watch('application_vote', '{}', '{}');
SELECT audit_watch('application_document', '{}', '{}');
SELECT audit_watch('terms', '{}', '{}');
SELECT audit_watch('terms_acceptance', '{signatory_name}', '{}');
SELECT audit_watch('organisation_domain', '{}', '{}');

-- A stage follows the one before it as the rules' table says.
CREATE FUNCTION application_stage_possible() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    was text := CASE WHEN TG_OP = 'UPDATE' THEN OLD.stage END;
BEGIN
    IF was IS DISTINCT FROM NEW.stage AND NOT EXISTS (
        SELECT FROM membership_transition t WHERE t.subject = 'application'
            AND t.before IS NOT DISTINCT FROM was AND t.after = NEW.stage
    ) THEN
        RAISE EXCEPTION 'application %: % cannot follow %',
            NEW.id, NEW.stage, coalesce(was, 'nothing')
            USING ERRCODE = 'check_violation', CONSTRAINT = 'step_possible';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER application_stage_possible BEFORE INSERT OR UPDATE OF stage
    ON membership_application
    FOR EACH ROW EXECUTE FUNCTION application_stage_possible();

-- What was decided, said and voted is added to and never changed.
CREATE FUNCTION record_stays() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '% is append-only: % is refused', TG_TABLE_NAME, TG_OP
        USING ERRCODE = 'insufficient_privilege';
END $$;
"""
STAYING = "".join(
    f"""
CREATE TRIGGER {table}_stays BEFORE UPDATE OR DELETE OR TRUNCATE ON {table}
    FOR EACH STATEMENT EXECUTE FUNCTION record_stays();
"""
    for table in ("application_step", "application_note", "application_vote", "terms")
)


class Migration(migrations.Migration):
    dependencies = [("consortium", "0011_reorganisations")]

    initial = False

    operations = [
        ops.CreateModel(
            name="Document",
            fields=[
                ("id", IdField(generated=True, primary_key=True, unique=True, db_index=True)),
                ("name", fields.TextField(unique=False)),
                ("media_type", fields.TextField(unique=False)),
                ("size_bytes", fields.BigIntField()),
                ("sha256", KeyField(generated=False, null=False, unique=False)),
                (
                    "uploaded_at",
                    fields.DatetimeField(db_default=Now(), auto_now=False, auto_now_add=True),
                ),
            ],
            options={
                "table": "document",
                "app": "consortium",
                "pk_attr": "id",
                "table_description": "A file that somebody sent, as it came. Its content is kept under its SHA-256.",
            },
            bases=["Model"],
        ),
        ops.CreateModel(
            name="MembershipApplication",
            fields=[
                ("id", IdField(generated=True, primary_key=True, unique=True, db_index=True)),
                ("reference", KeyField(unique=True, generated=False, null=False)),
                (
                    "stage",
                    fields.CharEnumField(description="", enum_type=ApplicationStage, max_length=20),
                ),
                ("version", fields.IntField(default=1, db_default=1)),
                ("name", fields.TextField(unique=False)),
                ("name_key", KeyField(generated=False, null=False, unique=False)),
                ("country", fields.CharField(max_length=2)),
                ("lei", fields.CharField(null=True, max_length=20)),
                ("domain", KeyField(null=True, generated=False, unique=False)),
                ("sector", KeyField(null=True, generated=False, unique=False)),
                ("revenue_amount", fields.DecimalField(null=True, max_digits=24, decimal_places=4)),
                ("revenue_currency", fields.CharField(null=True, max_length=3)),
                ("revenue_year", fields.IntField(null=True)),
                ("employees", fields.BigIntField(null=True)),
                ("message", fields.TextField(default="", db_default="", unique=False)),
                ("contact_name", fields.TextField(unique=False)),
                ("contact_email", KeyField(generated=False, null=False, unique=False)),
                ("key_sha256", KeyField(unique=True, generated=False, null=False)),
                ("asked", fields.TextField(default="", db_default="", unique=False)),
                ("asked_until", fields.DateField(null=True)),
                (
                    "organisation",
                    fields.ForeignKeyField(
                        "consortium.Organisation",
                        source_field="organisation_id",
                        null=True,
                        db_constraint=True,
                        to_field="id",
                        related_name="applications",
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                ("submitted_on", fields.DateField()),
                (
                    "submitted_at",
                    fields.DatetimeField(db_default=Now(), auto_now=False, auto_now_add=True),
                ),
            ],
            options={
                "table": "membership_application",
                "app": "consortium",
                "indexes": [
                    Index(
                        fields=["organisation_id"], name="membership_application_organisation_idx"
                    ),
                    Index(fields=["stage", "id"], name="membership_application_stage_idx"),
                    Index(fields=["contact_email"], name="membership_application_contact_idx"),
                ],
                "pk_attr": "id",
                "table_description": "An organisation that wants to become a member, as the applicant describes it.",
            },
            bases=["Model"],
        ),
        ops.CreateModel(
            name="ApplicationAlias",
            fields=[
                ("id", IdField(generated=True, primary_key=True, unique=True, db_index=True)),
                (
                    "application",
                    fields.ForeignKeyField(
                        "consortium.MembershipApplication",
                        source_field="application_id",
                        db_constraint=True,
                        to_field="id",
                        related_name="aliases",
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                ("name", fields.TextField(unique=False)),
                ("name_key", KeyField(generated=False, null=False, unique=False)),
            ],
            options={
                "table": "application_alias",
                "app": "consortium",
                "unique_together": (("application_id", "name_key"),),
                "pk_attr": "id",
                "table_description": "Another name that an applicant goes by.",
            },
            bases=["Model"],
        ),
        ops.CreateModel(
            name="ApplicationConflict",
            fields=[
                ("id", IdField(generated=True, primary_key=True, unique=True, db_index=True)),
                (
                    "application",
                    fields.ForeignKeyField(
                        "consortium.MembershipApplication",
                        source_field="application_id",
                        db_constraint=True,
                        to_field="id",
                        related_name="conflicts",
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
                        related_name="application_conflicts",
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                ("reason", fields.TextField(unique=False)),
                (
                    "declared_at",
                    fields.DatetimeField(db_default=Now(), auto_now=False, auto_now_add=True),
                ),
            ],
            options={
                "table": "application_conflict",
                "app": "consortium",
                "unique_together": (("application_id", "account_id"),),
                "pk_attr": "id",
                "table_description": "A secretary who has an interest in the applicant, and so neither votes nor decides.",
            },
            bases=["Model"],
        ),
        ops.CreateModel(
            name="ApplicationDocument",
            fields=[
                ("id", IdField(generated=True, primary_key=True, unique=True, db_index=True)),
                (
                    "application",
                    fields.ForeignKeyField(
                        "consortium.MembershipApplication",
                        source_field="application_id",
                        db_constraint=True,
                        to_field="id",
                        related_name="documents",
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                (
                    "document",
                    fields.ForeignKeyField(
                        "consortium.Document",
                        source_field="document_id",
                        db_constraint=True,
                        to_field="id",
                        related_name="applications",
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
            ],
            options={
                "table": "application_document",
                "app": "consortium",
                "unique_together": (("application_id", "document_id"),),
                "indexes": [
                    Index(fields=["document_id"], name="application_document_document_idx")
                ],
                "pk_attr": "id",
                "table_description": "A document that belongs to an application.",
            },
            bases=["Model"],
        ),
        ops.CreateModel(
            name="ApplicationNote",
            fields=[
                ("id", IdField(generated=True, primary_key=True, unique=True, db_index=True)),
                (
                    "application",
                    fields.ForeignKeyField(
                        "consortium.MembershipApplication",
                        source_field="application_id",
                        db_constraint=True,
                        to_field="id",
                        related_name="notes",
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                ("text", fields.TextField(unique=False)),
                (
                    "account",
                    fields.ForeignKeyField(
                        "consortium.Account",
                        source_field="account_id",
                        null=True,
                        db_constraint=True,
                        to_field="id",
                        related_name="application_notes",
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                (
                    "noted_at",
                    fields.DatetimeField(db_default=Now(), auto_now=False, auto_now_add=True),
                ),
            ],
            options={
                "table": "application_note",
                "app": "consortium",
                "indexes": [
                    Index(fields=["application_id"], name="application_note_application_idx")
                ],
                "pk_attr": "id",
                "table_description": "A remark of the secretariat, which the applicant does not see. Never changed.",
            },
            bases=["Model"],
        ),
        ops.CreateModel(
            name="ApplicationStep",
            fields=[
                ("id", IdField(generated=True, primary_key=True, unique=True, db_index=True)),
                (
                    "application",
                    fields.ForeignKeyField(
                        "consortium.MembershipApplication",
                        source_field="application_id",
                        db_constraint=True,
                        to_field="id",
                        related_name="steps",
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                ("step", fields.CharEnumField(description="", enum_type=Step, max_length=20)),
                (
                    "before",
                    fields.CharEnumField(
                        null=True, description="", enum_type=ApplicationStage, max_length=20
                    ),
                ),
                (
                    "after",
                    fields.CharEnumField(description="", enum_type=ApplicationStage, max_length=20),
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
                        related_name="application_steps",
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                (
                    "taken_at",
                    fields.DatetimeField(db_default=Now(), auto_now=False, auto_now_add=True),
                ),
            ],
            options={
                "table": "application_step",
                "app": "consortium",
                "indexes": [
                    Index(fields=["application_id"], name="application_step_application_idx")
                ],
                "pk_attr": "id",
                "table_description": "A step of an application. Never changed.",
            },
            bases=["Model"],
        ),
        ops.CreateModel(
            name="ApplicationVote",
            fields=[
                ("id", IdField(generated=True, primary_key=True, unique=True, db_index=True)),
                (
                    "application",
                    fields.ForeignKeyField(
                        "consortium.MembershipApplication",
                        source_field="application_id",
                        db_constraint=True,
                        to_field="id",
                        related_name="votes",
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
                        related_name="application_votes",
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                ("vote", fields.CharEnumField(description="", enum_type=Vote, max_length=20)),
                ("reason", fields.TextField(default="", db_default="", unique=False)),
                (
                    "voted_at",
                    fields.DatetimeField(db_default=Now(), auto_now=False, auto_now_add=True),
                ),
            ],
            options={
                "table": "application_vote",
                "app": "consortium",
                "indexes": [
                    Index(fields=["application_id"], name="application_vote_application_idx")
                ],
                "pk_attr": "id",
                "table_description": "A vote. A person's last one counts; earlier ones stay. Never changed.",
            },
            bases=["Model"],
        ),
        ops.CreateModel(
            name="OrganisationDomain",
            fields=[
                ("id", IdField(generated=True, primary_key=True, unique=True, db_index=True)),
                (
                    "organisation",
                    fields.ForeignKeyField(
                        "consortium.Organisation",
                        source_field="organisation_id",
                        db_constraint=True,
                        to_field="id",
                        related_name="web_domains",
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                ("domain", KeyField(generated=False, null=False, unique=False)),
            ],
            options={
                "table": "organisation_domain",
                "app": "consortium",
                "unique_together": (("organisation_id", "domain"),),
                "indexes": [Index(fields=["domain"], name="organisation_domain_domain_idx")],
                "pk_attr": "id",
                "table_description": "A domain of an organisation's website, as it was told on approval.",
            },
            bases=["Model"],
        ),
        ops.CreateModel(
            name="Terms",
            fields=[
                ("id", IdField(generated=True, primary_key=True, unique=True, db_index=True)),
                ("version", KeyField(unique=True, generated=False, null=False)),
                ("text", fields.TextField(unique=False)),
                ("competition_law", fields.TextField(unique=False)),
                ("in_force_from", fields.DateField(unique=True)),
                (
                    "account",
                    fields.ForeignKeyField(
                        "consortium.Account",
                        source_field="account_id",
                        null=True,
                        db_constraint=True,
                        to_field="id",
                        related_name="terms",
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                (
                    "published_at",
                    fields.DatetimeField(db_default=Now(), auto_now=False, auto_now_add=True),
                ),
            ],
            options={
                "table": "terms",
                "app": "consortium",
                "pk_attr": "id",
                "table_description": "What a member agrees to, from a day on until the next terms are in force. Never changed.",
            },
            bases=["Model"],
        ),
        ops.CreateModel(
            name="TermsAcceptance",
            fields=[
                ("id", IdField(generated=True, primary_key=True, unique=True, db_index=True)),
                (
                    "application",
                    fields.ForeignKeyField(
                        "consortium.MembershipApplication",
                        source_field="application_id",
                        db_constraint=True,
                        to_field="id",
                        related_name="acceptances",
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                (
                    "terms",
                    fields.ForeignKeyField(
                        "consortium.Terms",
                        source_field="terms_id",
                        db_constraint=True,
                        to_field="id",
                        related_name="acceptances",
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                ("signatory_name", fields.TextField(unique=False)),
                ("signatory_title", fields.TextField(unique=False)),
                ("accepted_on", fields.DateField()),
                (
                    "accepted_at",
                    fields.DatetimeField(db_default=Now(), auto_now=False, auto_now_add=True),
                ),
            ],
            options={
                "table": "terms_acceptance",
                "app": "consortium",
                "unique_together": (("application_id",),),
                "indexes": [Index(fields=["terms_id"], name="terms_acceptance_terms_idx")],
                "pk_attr": "id",
                "table_description": "That an authorised person bound the applicant to terms. Only the person can be erased.",
            },
            bases=["Model"],
        ),
        *(ops.RunSQL(sql) for sql in (MATCHING, APPLICATIONS, STAYING)),
    ]
