"""Who effects are shared among."""

from tortoise import migrations
from tortoise.migrations import operations as ops
from consortium.effects.rules.shares import AllocationStatus, Answer, ContributorRole, PartyKind
from consortium.storage.fields import IdField, KeyField, NumericField
from tortoise.fields.base import OnDelete
from tortoise import fields
from tortoise.indexes import Index

SHARES = """
ALTER TABLE effect_allocation
    ADD CONSTRAINT effect_allocation_remainder_range CHECK (
        remainder_share >= 0 AND remainder_share <= 1 AND scale(trim_scale(remainder_share)) <= 12);
CREATE UNIQUE INDEX effect_allocation_one_in_force ON effect_allocation (effect_id)
    WHERE status = 'IN_FORCE';
ALTER TABLE effect_contribution
    ADD CONSTRAINT effect_contribution_party CHECK (
        (kind = 'MEMBER') = (organisation_id IS NOT NULL)
        AND (kind = 'MEMBER') = (party_name = '') AND (party_name = '') = (party_key = '')),
    ADD CONSTRAINT effect_contribution_share_range CHECK (
        share > 0 AND share <= 1 AND scale(trim_scale(share)) <= 12),
    ADD CONSTRAINT effect_contribution_joint_member CHECK (share IS NOT NULL OR kind = 'MEMBER'),
    ADD CONSTRAINT effect_contribution_answered CHECK (
        (kind = 'MEMBER') = (answer IS NOT NULL) AND (answer IS NOT DISTINCT FROM 'DISPUTED') = (reason <> ''));
CREATE UNIQUE INDEX effect_contribution_member_once
    ON effect_contribution (allocation_id, organisation_id) WHERE organisation_id IS NOT NULL;
CREATE UNIQUE INDEX effect_contribution_name_once
    ON effect_contribution (allocation_id, kind, party_key) WHERE organisation_id IS NULL;

-- What was proposed stays; only answers and the status change, and whose it is: records of
-- organisations are merged.
CREATE FUNCTION effect_allocation_kept() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    changes text[] := CASE TG_TABLE_NAME
        WHEN 'effect_allocation' THEN ARRAY['status', 'decided_on', 'version', 'proposed_by_id']
        ELSE ARRAY['answer', 'reason', 'answered_on', 'organisation_id'] END;
BEGIN
    IF TG_OP = 'UPDATE' AND to_jsonb(NEW) - changes = to_jsonb(OLD) - changes THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION 'a proposed allocation is never changed: propose another one'
        USING ERRCODE = 'check_violation', CONSTRAINT = 'effect_allocation_kept';
END $$;
CREATE TRIGGER effect_allocation_kept BEFORE UPDATE OR DELETE ON effect_allocation
    FOR EACH ROW EXECUTE FUNCTION effect_allocation_kept();
CREATE TRIGGER effect_allocation_kept BEFORE UPDATE OR DELETE ON effect_contribution
    FOR EACH ROW EXECUTE FUNCTION effect_allocation_kept();

-- As consortium.effects.rules.shares.checked_allocation, once all lines are in: one whole; and in
-- force only where every member has accepted.
CREATE FUNCTION effect_allocation_whole() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    key bigint := (to_jsonb(NEW) ->> TG_ARGV[0])::bigint;
BEGIN
    IF (SELECT a.remainder_share + coalesce(sum(c.share), 0)
        FROM effect_allocation a LEFT JOIN effect_contribution c ON c.allocation_id = a.id
        WHERE a.id = key GROUP BY a.id) <> 1 THEN
        RAISE EXCEPTION 'the shares and the remainder of allocation % are not 1', key
            USING ERRCODE = 'check_violation', CONSTRAINT = 'effect_allocation_whole';
    END IF;
    IF EXISTS (
        SELECT FROM effect_allocation a JOIN effect_contribution c ON c.allocation_id = a.id
        WHERE a.id = key AND a.status = 'IN_FORCE' AND c.answer <> 'ACCEPTED'
    ) THEN
        RAISE EXCEPTION 'allocation % is in force, and a member has not accepted it', key
            USING ERRCODE = 'check_violation', CONSTRAINT = 'effect_allocation_accepted';
    END IF;
    RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER effect_allocation_whole AFTER INSERT OR UPDATE ON effect_allocation
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION effect_allocation_whole('id');
CREATE CONSTRAINT TRIGGER effect_allocation_whole AFTER INSERT OR UPDATE ON effect_contribution
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION effect_allocation_whole('allocation_id');

-- What is shared out of an effect: the shares of the allocation in force. The row of the effect is
-- locked by this, and holds that they are at most 1.
CREATE FUNCTION effect_allocated() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    key bigint := (to_jsonb(NEW) ->> TG_ARGV[0])::bigint;
BEGIN
    -- First the lock, then the question: whoever waited for it must see what the other one did.
    PERFORM FROM effect e WHERE e.id = (
        SELECT a.effect_id FROM effect_allocation a WHERE a.id = key) FOR UPDATE;
    UPDATE effect e SET allocated_share = known.share
    FROM (
        SELECT a.effect_id, coalesce(sum(c.share) FILTER (WHERE other.status = 'IN_FORCE'), 0) AS share
        FROM effect_allocation a
            JOIN effect_allocation other ON other.effect_id = a.effect_id
            LEFT JOIN effect_contribution c ON c.allocation_id = other.id
        WHERE a.id = key GROUP BY a.effect_id
    ) known
    WHERE e.id = known.effect_id AND e.allocated_share <> known.share;
    RETURN NULL;
END $$;
CREATE TRIGGER effect_allocated AFTER UPDATE ON effect_allocation
    FOR EACH ROW WHEN (NEW.status IS DISTINCT FROM OLD.status)
    EXECUTE FUNCTION effect_allocated('id');
CREATE TRIGGER effect_allocated AFTER INSERT ON effect_contribution
    FOR EACH ROW EXECUTE FUNCTION effect_allocated('allocation_id');

CREATE TRIGGER organisation_standing AFTER INSERT ON effect_allocation
    REFERENCING NEW TABLE AS new_rows
    FOR EACH STATEMENT EXECUTE FUNCTION organisation_standing('proposed_by_id');
CREATE TRIGGER organisation_standing AFTER INSERT ON effect_contribution
    REFERENCING NEW TABLE AS new_rows
    FOR EACH STATEMENT EXECUTE FUNCTION organisation_standing('organisation_id');

SELECT audit_watch('effect_allocation', '{}', '{}');
SELECT audit_watch('effect_contribution', '{}', '{party_key}');
"""


class Migration(migrations.Migration):
    dependencies = [("consortium", "0019_effects")]

    initial = False

    operations = [
        ops.CreateModel(
            name="EffectAllocation",
            fields=[
                ("id", IdField(generated=True, primary_key=True, unique=True, db_index=True)),
                (
                    "effect",
                    fields.ForeignKeyField(
                        "consortium.Effect",
                        source_field="effect_id",
                        db_constraint=True,
                        to_field="id",
                        related_name="allocations",
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                (
                    "status",
                    fields.CharEnumField(description="", enum_type=AllocationStatus, max_length=20),
                ),
                (
                    "proposed_by",
                    fields.ForeignKeyField(
                        "consortium.Organisation",
                        source_field="proposed_by_id",
                        db_constraint=True,
                        to_field="id",
                        related_name="allocations_proposed",
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                ("remainder_share", NumericField(generated=False, null=False, unique=False)),
                ("explanation", fields.TextField(default="", db_default="", unique=False)),
                ("proposed_on", fields.DateField()),
                ("decided_on", fields.DateField(null=True)),
                ("version", fields.IntField(default=1, db_default=1)),
            ],
            options={
                "table": "effect_allocation",
                "app": "consortium",
                "indexes": [
                    Index(fields=["effect_id", "id"], name="effect_allocation_effect_idx"),
                    Index(fields=["proposed_by_id"], name="effect_allocation_proposed_by_idx"),
                ],
                "pk_attr": "id",
                "table_description": "A proposal of how an effect is shared, as a whole. One of an effect at most is in force.",
            },
            bases=["Model"],
        ),
        ops.CreateModel(
            name="EffectContribution",
            fields=[
                ("id", IdField(generated=True, primary_key=True, unique=True, db_index=True)),
                (
                    "allocation",
                    fields.ForeignKeyField(
                        "consortium.EffectAllocation",
                        source_field="allocation_id",
                        db_constraint=True,
                        to_field="id",
                        related_name="contributions",
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                ("position", fields.IntField()),
                ("kind", fields.CharEnumField(description="", enum_type=PartyKind, max_length=20)),
                (
                    "role",
                    fields.CharEnumField(description="", enum_type=ContributorRole, max_length=20),
                ),
                (
                    "organisation",
                    fields.ForeignKeyField(
                        "consortium.Organisation",
                        source_field="organisation_id",
                        null=True,
                        db_constraint=True,
                        to_field="id",
                        related_name="contributions",
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                ("party_name", fields.TextField(default="", db_default="", unique=False)),
                (
                    "party_key",
                    KeyField(default="", db_default="", generated=False, null=False, unique=False),
                ),
                ("share", NumericField(null=True, generated=False, unique=False)),
                (
                    "answer",
                    fields.CharEnumField(
                        null=True, description="", enum_type=Answer, max_length=20
                    ),
                ),
                ("reason", fields.TextField(default="", db_default="", unique=False)),
                ("answered_on", fields.DateField(null=True)),
            ],
            options={
                "table": "effect_contribution",
                "app": "consortium",
                "unique_together": (("allocation_id", "position"),),
                "indexes": [
                    Index(fields=["organisation_id"], name="effect_contribution_party_idx")
                ],
                "pk_attr": "id",
                "table_description": "A party's part in an allocation; blank shares are those of joint contributors.",
            },
            bases=["Model"],
        ),
        ops.RunSQL(SHARES),
    ]
