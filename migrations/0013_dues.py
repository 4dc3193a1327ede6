"""Tiers of a year, invoices and what is booked on them, reminders; and the queue of jobs."""

from procrastinate.schema import SchemaManager
from tortoise import migrations
from tortoise.migrations import operations as ops
from consortium.membership.rules.invoices import EntryKind
from consortium.membership.rules.reminders import Level
from consortium.storage.fields import IdField, KeyField, NumericField
from tortoise.fields.base import OnDelete
from tortoise.fields.db_defaults import Now
from tortoise import fields
from tortoise.indexes import Index

TIERS = """
ALTER TABLE dues_year
    ADD CONSTRAINT dues_year_range CHECK (year BETWEEN 2000 AND 2200);

ALTER TABLE tier
    ADD CONSTRAINT tier_of_year FOREIGN KEY (year) REFERENCES dues_year (year),
    ADD CONSTRAINT tier_key_of_year UNIQUE (id, year),
    ADD CONSTRAINT tier_price_positive CHECK (price > 0),
    ADD CONSTRAINT tier_seats_positive CHECK (seats > 0),
    ADD CONSTRAINT tier_bands_apart EXCLUDE USING gist (
        int4range(year, year, '[]') WITH &&,
        numrange(revenue_from, revenue_to) WITH &&
    ) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE tier_assignment
    ADD CONSTRAINT tier_assignment_tier_of_year
        FOREIGN KEY (tier_id, year) REFERENCES tier (id, year);

-- The bands of a year, once a transaction is through: from 0 to anything, without a gap.
CREATE FUNCTION tier_bands_whole() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    asked int := coalesce(NEW.year, OLD.year);
BEGIN
    IF EXISTS (
        SELECT FROM (
            SELECT t.revenue_from, t.revenue_to,
                lag(t.revenue_to) OVER w AS ended, row_number() OVER w AS place,
                lead(t.revenue_from) OVER w AS next
            FROM tier t WHERE t.year = asked WINDOW w AS (ORDER BY t.revenue_from)
        ) band
        WHERE band.revenue_from IS DISTINCT FROM CASE WHEN place = 1 THEN 0 ELSE ended END
           OR (band.next IS NULL AND band.revenue_to IS NOT NULL)
    ) THEN
        RAISE EXCEPTION 'the bands of % leave a gap', asked
            USING ERRCODE = 'check_violation', CONSTRAINT = 'tier_bands_whole';
    END IF;
    RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER tier_bands_whole AFTER INSERT OR UPDATE OR DELETE ON tier
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION tier_bands_whole();

SELECT audit_watch('dues_year', '{}', '{}');
SELECT audit_watch('tier', '{}', '{}');
SELECT audit_watch('tier_assignment', '{}', '{}');
"""

INVOICES = """
ALTER TABLE invoice
    ADD CONSTRAINT invoice_tier_of_year FOREIGN KEY (tier_id, year) REFERENCES tier (id, year),
    ADD CONSTRAINT invoice_numbered CHECK (
        sequence > 0
        AND number = year || '-' || lpad(sequence::text, greatest(4, length(sequence::text)), '0')
    ),
    ADD CONSTRAINT invoice_amounts_positive CHECK (amount > 0 AND credited >= 0),
    ADD CONSTRAINT invoice_months_range CHECK (months BETWEEN 1 AND 12),
    ADD CONSTRAINT invoice_due_after_issue CHECK (due_on >= issued_on),
    ADD CONSTRAINT invoice_credit_within_open CHECK (credited <= amount),
    ADD CONSTRAINT invoice_refund_within_paid CHECK (paid >= 0);
-- One that was credited in full makes room for another.
CREATE UNIQUE INDEX invoice_once_a_year ON invoice (organisation_id, year) WHERE credited < amount;
CREATE INDEX invoice_open_idx ON invoice (due_on) WHERE amount > paid + credited;

ALTER TABLE invoice_entry
    ADD CONSTRAINT invoice_entry_amount_positive CHECK (amount > 0),
    ADD CONSTRAINT invoice_entry_bank_reference UNIQUE (bank_reference),
    ADD CONSTRAINT invoice_entry_bank_reference_given CHECK (
        (kind = 'CREDIT') = (bank_reference IS NULL) AND bank_reference <> ''
    );

SELECT audit_watch('invoice', '{}', '{}');
SELECT audit_watch('invoice_entry', '{}', '{}');
SELECT audit_watch('invoice_reminder', '{}', '{}');

-- What is booked is in the invoice's sums, at once and one after the other.
CREATE FUNCTION invoice_entry_booked() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE invoice SET
        paid = paid + CASE NEW.kind
            WHEN 'PAYMENT' THEN NEW.amount WHEN 'REFUND' THEN -NEW.amount ELSE 0 END,
        credited = credited + CASE NEW.kind WHEN 'CREDIT' THEN NEW.amount ELSE 0 END
    WHERE id = NEW.invoice_id;
    IF NEW.kind = 'CREDIT' AND EXISTS (
        SELECT FROM invoice WHERE id = NEW.invoice_id AND paid + credited > amount
    ) THEN
        RAISE EXCEPTION 'a credit above the open amount'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'invoice_credit_within_open';
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER invoice_entry_booked AFTER INSERT ON invoice_entry
    FOR EACH ROW EXECUTE FUNCTION invoice_entry_booked();

-- An invoice stays as it was issued. Its sums follow its entries only; whose it is changes when two
-- organisations prove to be one.
CREATE FUNCTION invoice_stays() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'UPDATE' AND to_jsonb(NEW) - '{organisation_id,paid,credited}'::text[]
            = to_jsonb(OLD) - '{organisation_id,paid,credited}'::text[]
        AND ((NEW.paid, NEW.credited) = (OLD.paid, OLD.credited) OR pg_trigger_depth() > 1)
    THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION 'an invoice stays as it was issued: % is refused', TG_OP
        USING ERRCODE = 'insufficient_privilege';
END $$;
CREATE TRIGGER invoice_stays BEFORE UPDATE OR DELETE ON invoice
    FOR EACH ROW EXECUTE FUNCTION invoice_stays();
CREATE TRIGGER invoice_not_emptied BEFORE TRUNCATE ON invoice
    FOR EACH STATEMENT EXECUTE FUNCTION invoice_stays();

CREATE FUNCTION dues_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '% is append-only: % is refused', TG_TABLE_NAME, TG_OP
        USING ERRCODE = 'insufficient_privilege';
END $$;
CREATE TRIGGER invoice_entry_stays BEFORE UPDATE OR DELETE OR TRUNCATE ON invoice_entry
    FOR EACH STATEMENT EXECUTE FUNCTION dues_append_only();
CREATE TRIGGER invoice_reminder_stays BEFORE UPDATE OR DELETE OR TRUNCATE ON invoice_reminder
    FOR EACH STATEMENT EXECUTE FUNCTION dues_append_only();
"""

# As the installed version of procrastinate has it; one that changes it needs a migration of ours.
QUEUE = SchemaManager.get_schema()


class Migration(migrations.Migration):
    dependencies = [("consortium", "0012_applications")]

    initial = False

    operations = [
        ops.CreateModel(
            name="DuesYear",
            fields=[
                ("id", IdField(generated=True, primary_key=True, unique=True, db_index=True)),
                ("year", fields.IntField(unique=True)),
                ("revenue_currency", fields.CharField(max_length=3)),
                ("currency", fields.CharField(max_length=3)),
                ("version", fields.IntField(default=1, db_default=1)),
            ],
            options={
                "table": "dues_year",
                "app": "consortium",
                "pk_attr": "id",
                "table_description": "A year of dues: the currency of its bands of revenue, and the one of its prices.",
            },
            bases=["Model"],
        ),
        ops.CreateModel(
            name="Tier",
            fields=[
                ("id", IdField(generated=True, primary_key=True, unique=True, db_index=True)),
                ("year", fields.IntField()),
                ("name", KeyField(generated=False, null=False, unique=False)),
                ("revenue_from", NumericField(generated=False, null=False, unique=False)),
                ("revenue_to", NumericField(null=True, generated=False, unique=False)),
                ("price", NumericField(generated=False, null=False, unique=False)),
                ("seats", fields.IntField(null=True)),
            ],
            options={
                "table": "tier",
                "app": "consortium",
                "unique_together": (("year", "name"),),
                "pk_attr": "id",
                "table_description": "What members of a band of revenue owe in a year, and how many people they may have in it.",
            },
            bases=["Model"],
        ),
        ops.CreateModel(
            name="Invoice",
            fields=[
                ("id", IdField(generated=True, primary_key=True, unique=True, db_index=True)),
                ("number", KeyField(unique=True, generated=False, null=False)),
                ("reference", KeyField(unique=True, generated=False, null=False)),
                ("year", fields.IntField()),
                ("sequence", fields.IntField()),
                (
                    "organisation",
                    fields.ForeignKeyField(
                        "consortium.Organisation",
                        source_field="organisation_id",
                        db_constraint=True,
                        to_field="id",
                        related_name="invoices",
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                (
                    "tier",
                    fields.ForeignKeyField(
                        "consortium.Tier",
                        source_field="tier_id",
                        db_constraint=True,
                        to_field="id",
                        related_name="invoices",
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                ("months", fields.IntField()),
                ("amount", NumericField(generated=False, null=False, unique=False)),
                ("currency", fields.CharField(max_length=3)),
                ("issued_on", fields.DateField()),
                ("due_on", fields.DateField()),
                (
                    "paid",
                    NumericField(
                        default=0, db_default=0, generated=False, null=False, unique=False
                    ),
                ),
                (
                    "credited",
                    NumericField(
                        default=0, db_default=0, generated=False, null=False, unique=False
                    ),
                ),
            ],
            options={
                "table": "invoice",
                "app": "consortium",
                "unique_together": (("year", "sequence"),),
                "indexes": [
                    Index(fields=["organisation_id", "year"], name="invoice_organisation_idx"),
                    Index(fields=["tier_id"], name="invoice_tier_idx"),
                    Index(fields=["due_on"], name="invoice_due_idx"),
                ],
                "pk_attr": "id",
                "table_description": "What an organisation owes for a year. Never deleted; numbers have no gaps.",
            },
            bases=["Model"],
        ),
        ops.CreateModel(
            name="InvoiceEntry",
            fields=[
                ("id", IdField(generated=True, primary_key=True, unique=True, db_index=True)),
                (
                    "invoice",
                    fields.ForeignKeyField(
                        "consortium.Invoice",
                        source_field="invoice_id",
                        db_constraint=True,
                        to_field="id",
                        related_name="entries",
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                ("kind", fields.CharEnumField(description="", enum_type=EntryKind, max_length=20)),
                ("amount", NumericField(generated=False, null=False, unique=False)),
                ("booked_on", fields.DateField()),
                ("bank_reference", KeyField(null=True, generated=False, unique=False)),
                ("reason", fields.TextField(default="", db_default="", unique=False)),
                (
                    "account",
                    fields.ForeignKeyField(
                        "consortium.Account",
                        source_field="account_id",
                        null=True,
                        db_constraint=True,
                        to_field="id",
                        related_name="booked",
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                (
                    "recorded_at",
                    fields.DatetimeField(db_default=Now(), auto_now=False, auto_now_add=True),
                ),
            ],
            options={
                "table": "invoice_entry",
                "app": "consortium",
                "indexes": [Index(fields=["invoice_id", "id"], name="invoice_entry_invoice_idx")],
                "pk_attr": "id",
                "table_description": "A payment, a credit or a refund. Never changed; the bank's reference is booked once.",
            },
            bases=["Model"],
        ),
        ops.CreateModel(
            name="InvoiceReminder",
            fields=[
                ("id", IdField(generated=True, primary_key=True, unique=True, db_index=True)),
                (
                    "invoice",
                    fields.ForeignKeyField(
                        "consortium.Invoice",
                        source_field="invoice_id",
                        db_constraint=True,
                        to_field="id",
                        related_name="reminders",
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                ("level", fields.CharEnumField(description="", enum_type=Level, max_length=20)),
                ("sent_on", fields.DateField()),
                ("mails", fields.IntField()),
                (
                    "decision",
                    fields.ForeignKeyField(
                        "consortium.MembershipDecision",
                        source_field="decision_id",
                        null=True,
                        db_constraint=True,
                        to_field="id",
                        related_name="reminders",
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
            ],
            options={
                "table": "invoice_reminder",
                "app": "consortium",
                "unique_together": (("invoice_id", "level"),),
                "pk_attr": "id",
                "table_description": "What followed since an invoice was not paid: each level once.",
            },
            bases=["Model"],
        ),
        ops.CreateModel(
            name="TierAssignment",
            fields=[
                ("id", IdField(generated=True, primary_key=True, unique=True, db_index=True)),
                (
                    "organisation",
                    fields.ForeignKeyField(
                        "consortium.Organisation",
                        source_field="organisation_id",
                        db_constraint=True,
                        to_field="id",
                        related_name="tier_assignments",
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                ("year", fields.IntField()),
                (
                    "tier",
                    fields.ForeignKeyField(
                        "consortium.Tier",
                        source_field="tier_id",
                        db_constraint=True,
                        to_field="id",
                        related_name="assignments",
                        on_delete=OnDelete.RESTRICT,
                    ),
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
                        related_name="tiers_assigned",
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                ("version", fields.IntField(default=1, db_default=1)),
                (
                    "assigned_at",
                    fields.DatetimeField(db_default=Now(), auto_now=False, auto_now_add=True),
                ),
            ],
            options={
                "table": "tier_assignment",
                "app": "consortium",
                "unique_together": (("organisation_id", "year"),),
                "indexes": [Index(fields=["tier_id"], name="tier_assignment_tier_idx")],
                "pk_attr": "id",
                "table_description": "The tier that the secretariat gave to an organisation whose revenue decides nothing.",
            },
            bases=["Model"],
        ),
        *(ops.RunSQL(sql) for sql in (TIERS, INVOICES, QUEUE)),
    ]
