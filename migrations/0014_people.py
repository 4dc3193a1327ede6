"""Seats, working groups with their terms and meetings, contacts of last resort."""

from tortoise import migrations
from tortoise.migrations import operations as ops
from consortium.membership.rules.groups import Office
from consortium.membership.rules.meetings import Presence
from consortium.storage.fields import IdField, KeyField
from tortoise.fields.base import OnDelete
from tortoise.fields.db_defaults import Now
from tortoise import fields
from tortoise.indexes import Index

SEATS = """
ALTER TABLE organisation_seats
    ADD CONSTRAINT organisation_seats_possible CHECK (seats BETWEEN 0 AND 100000);

SELECT audit_watch('organisation_seats', '{}', '{}');

-- As consortium.membership.rules.seats.granted: what was set, else what the tier has; null is no limit.
CREATE FUNCTION seats_granted(of_organisation bigint, day date) RETURNS int LANGUAGE sql STABLE AS $$
    SELECT s.seats FROM organisation_seats s
    WHERE s.organisation_id = of_organisation AND s.starts_on <= day
    ORDER BY s.starts_on DESC, s.id DESC LIMIT 1
$$;

-- Who has a seat, each once: people with a role who are not shut out, and those invited.
CREATE FUNCTION seated(of_organisation bigint) RETURNS SETOF text LANGUAGE sql STABLE AS $$
    SELECT coalesce(a.email, 'account ' || a.id)
    FROM role_grant r JOIN account a ON a.id = r.account_id
    WHERE r.organisation_id = of_organisation AND a.disabled_at IS NULL AND a.erased_at IS NULL
    UNION
    SELECT l.email FROM single_use_link l
    WHERE l.organisation_id = of_organisation AND l.purpose = 'INVITATION'
        AND l.used_at IS NULL AND l.revoked_at IS NULL AND l.expires_at > now()
$$;

-- Whoever gets a role or an invitation needs a seat. Those of one organisation wait for one another,
-- so that of two who want the last seat one is refused. An organisation without an administrator can
-- always get one.
CREATE FUNCTION seat_needed() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    today date := (now() AT TIME ZONE 'UTC')::date;
    granted int;
    who text;
    administers boolean;
BEGIN
    IF TG_TABLE_NAME = 'role_grant' THEN
        SELECT coalesce(a.email, 'account ' || a.id) INTO who FROM account a
        WHERE a.id = NEW.account_id;
        administers := NEW.role = 'ORGANISATION_ADMIN';
    ELSE
        who := NEW.email;
        administers := 'ORGANISATION_ADMIN' = ANY (string_to_array(NEW.roles, ' '));
    END IF;
    IF seats_granted(NEW.organisation_id, today) IS NULL THEN
        RETURN NEW;
    END IF;
    PERFORM pg_advisory_xact_lock(hashtextextended('seats', NEW.organisation_id));
    granted := seats_granted(NEW.organisation_id, today);
    IF who IN (SELECT seated(NEW.organisation_id)) OR administers AND NOT EXISTS (
        SELECT FROM role_grant r JOIN account a ON a.id = r.account_id
        WHERE r.organisation_id = NEW.organisation_id AND r.role = 'ORGANISATION_ADMIN'
            AND a.disabled_at IS NULL AND a.erased_at IS NULL
    ) THEN
        RETURN NEW;
    END IF;
    IF (SELECT count(*) FROM seated(NEW.organisation_id)) >= granted THEN
        RAISE EXCEPTION 'organisation %: all % seats are taken', NEW.organisation_id, granted
            USING ERRCODE = 'check_violation', CONSTRAINT = 'seat_left';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER seat_needed BEFORE INSERT ON role_grant
    FOR EACH ROW EXECUTE FUNCTION seat_needed();
CREATE TRIGGER seat_needed BEFORE INSERT ON single_use_link
    FOR EACH ROW WHEN (NEW.purpose = 'INVITATION' AND NEW.organisation_id IS NOT NULL)
    EXECUTE FUNCTION seat_needed();
"""

# One at a time: whole numbers as ranges of one, since PostgreSQL's core has no other way.
TERMS = """
ALTER TABLE working_group
    ADD CONSTRAINT working_group_dates_ordered CHECK (starts_on <= ends_on);
ALTER TABLE delegacy
    ADD CONSTRAINT delegacy_term_ordered CHECK (starts_on <= ends_on),
    ADD CONSTRAINT delegacy_one_chair EXCLUDE USING gist (
        int8range(group_id, group_id, '[]') WITH &&,
        daterange(starts_on, ends_on, '[]') WITH &&
    ) WHERE (office = 'CHAIR' AND withdrawn_at IS NULL),
    ADD CONSTRAINT delegacy_one_delegate EXCLUDE USING gist (
        int8range(group_id, group_id, '[]') WITH &&,
        int8range(organisation_id, organisation_id, '[]') WITH &&,
        daterange(starts_on, ends_on, '[]') WITH &&
    ) WHERE (office = 'DELEGATE' AND withdrawn_at IS NULL),
    ADD CONSTRAINT delegacy_once_a_person EXCLUDE USING gist (
        int8range(group_id, group_id, '[]') WITH &&,
        int8range(account_id, account_id, '[]') WITH &&,
        int8range(hashtext(office), hashtext(office), '[]') WITH &&,
        daterange(starts_on, ends_on, '[]') WITH &&
    ) WHERE (withdrawn_at IS NULL);

SELECT audit_watch('working_group', '{}', '{name_key}');
SELECT audit_watch('delegacy', '{}', '{}');

CREATE FUNCTION delegacy_possible() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    known working_group;
BEGIN
    SELECT * INTO known FROM working_group WHERE id = NEW.group_id FOR SHARE;
    IF NEW.withdrawn_at IS NULL
        AND (NEW.starts_on < known.starts_on OR NEW.ends_on > known.ends_on) THEN
        RAISE EXCEPTION 'a term outside the days of its working group'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'delegacy_within_group';
    END IF;
    IF TG_OP = 'UPDATE' THEN
        RETURN NEW;
    END IF;
    -- Locked, so that whoever takes the last role waits, and then ends this term.
    PERFORM FROM role_grant r JOIN account a ON a.id = r.account_id
    WHERE r.account_id = NEW.account_id AND r.organisation_id = NEW.organisation_id
        AND a.disabled_at IS NULL AND a.erased_at IS NULL
    FOR KEY SHARE OF r;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'a delegate without a role in the organisation'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'delegacy_of_own_person';
    END IF;
    IF NOT EXISTS (
        SELECT FROM membership m
        WHERE m.organisation_id = NEW.organisation_id AND m.status IN ('MEMBER', 'PARTICIPANT')
            AND (m.starts_on IS NULL OR m.starts_on <= NEW.starts_on)
            AND (m.ends_on IS NULL OR NEW.starts_on <= m.ends_on)
    ) THEN
        RAISE EXCEPTION 'a delegate of an organisation that does not take part'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'delegacy_of_participating';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER delegacy_possible
    BEFORE INSERT OR UPDATE OF group_id, starts_on, ends_on, withdrawn_at ON delegacy
    FOR EACH ROW EXECUTE FUNCTION delegacy_possible();

-- Whoever leaves an organisation, or is shut out, leaves its offices: from today on they are free.
CREATE FUNCTION delegacies_end(person bigint, of_organisation bigint) RETURNS void LANGUAGE sql AS $$
    UPDATE delegacy SET
        withdrawn_at = CASE WHEN starts_on >= t.today THEN now() END,
        ends_on = CASE WHEN starts_on >= t.today THEN ends_on ELSE t.today - 1 END,
        version = version + 1
    FROM (SELECT (now() AT TIME ZONE 'UTC')::date AS today) t
    WHERE account_id = person AND organisation_id = coalesce(of_organisation, organisation_id)
        AND withdrawn_at IS NULL AND ends_on >= t.today
$$;
CREATE FUNCTION role_gone() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NOT EXISTS (
        SELECT FROM role_grant r
        WHERE r.account_id = OLD.account_id AND r.organisation_id = OLD.organisation_id
    ) THEN
        PERFORM delegacies_end(OLD.account_id, OLD.organisation_id);
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER role_gone AFTER DELETE ON role_grant
    FOR EACH ROW EXECUTE FUNCTION role_gone();
CREATE FUNCTION account_shut_out() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM delegacies_end(NEW.id, NULL);
    RETURN NULL;
END $$;
CREATE TRIGGER account_shut_out AFTER UPDATE OF disabled_at ON account
    FOR EACH ROW WHEN (OLD.disabled_at IS NULL AND NEW.disabled_at IS NOT NULL)
    EXECUTE FUNCTION account_shut_out();
"""

MEETINGS = """
ALTER TABLE meeting
    ADD CONSTRAINT meeting_times_ordered CHECK (
        starts_at < ends_at AND ends_at <= starts_at + interval '168 hours'),
    ADD CONSTRAINT meeting_somewhere CHECK (place <> '' OR link <> ''),
    ADD CONSTRAINT meeting_link_https CHECK (link = '' OR link LIKE 'https://%'),
    ADD CONSTRAINT meeting_day_where_held
        CHECK (held_on = (starts_at AT TIME ZONE time_zone)::date);

SELECT audit_watch('meeting', '{}', '{}');
SELECT audit_watch('attendance', '{}', '{}');

CREATE FUNCTION meeting_possible() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    known working_group;
BEGIN
    SELECT * INTO known FROM working_group WHERE id = NEW.group_id FOR SHARE;
    IF NEW.cancelled_at IS NULL
        AND (NEW.held_on < known.starts_on OR NEW.held_on > known.ends_on) THEN
        RAISE EXCEPTION 'a meeting outside the days of its working group'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'meeting_within_group';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER meeting_possible BEFORE INSERT OR UPDATE OF group_id, held_on, cancelled_at ON meeting
    FOR EACH ROW EXECUTE FUNCTION meeting_possible();

CREATE FUNCTION attendance_possible() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    held meeting;
BEGIN
    SELECT * INTO held FROM meeting WHERE id = NEW.meeting_id FOR SHARE;
    IF held.cancelled_at IS NOT NULL THEN
        RAISE EXCEPTION 'attendance of a cancelled meeting'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'attendance_not_cancelled';
    END IF;
    PERFORM FROM delegacy d
    WHERE d.id = NEW.delegacy_id AND d.group_id = held.group_id AND d.withdrawn_at IS NULL
        AND held.held_on BETWEEN d.starts_on AND d.ends_on
    FOR SHARE;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'attendance of somebody who was not in office'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'attendance_of_a_delegate';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER attendance_possible BEFORE INSERT OR UPDATE OF meeting_id, delegacy_id ON attendance
    FOR EACH ROW EXECUTE FUNCTION attendance_possible();

-- A working group keeps within its days what it holds.
CREATE FUNCTION working_group_possible() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (
        SELECT FROM delegacy d WHERE d.group_id = NEW.id AND d.withdrawn_at IS NULL
            AND (d.starts_on < NEW.starts_on OR d.ends_on > NEW.ends_on)
    ) THEN
        RAISE EXCEPTION 'a term outside the days of its working group'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'delegacy_within_group';
    ELSIF EXISTS (
        SELECT FROM meeting m WHERE m.group_id = NEW.id AND m.cancelled_at IS NULL
            AND (m.held_on < NEW.starts_on OR m.held_on > NEW.ends_on)
    ) THEN
        RAISE EXCEPTION 'a meeting outside the days of its working group'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'meeting_within_group';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER working_group_possible BEFORE UPDATE OF starts_on, ends_on ON working_group
    FOR EACH ROW EXECUTE FUNCTION working_group_possible();
"""

CONTACTS = "SELECT audit_watch('organisation_contact', '{email,name}', '{}');"


class Migration(migrations.Migration):
    dependencies = [("consortium", "0013_dues")]

    initial = False

    operations = [
        ops.CreateModel(
            name="OrganisationContact",
            fields=[
                ("id", IdField(generated=True, primary_key=True, unique=True, db_index=True)),
                (
                    "organisation",
                    fields.OneToOneField(
                        "consortium.Organisation",
                        source_field="organisation_id",
                        db_constraint=True,
                        to_field="id",
                        related_name="contact",
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                ("name", fields.TextField(unique=False)),
                ("email", KeyField(generated=False, null=False, unique=False)),
                ("since", fields.DateField()),
                ("called_at", fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ("version", fields.IntField(default=1, db_default=1)),
            ],
            options={
                "table": "organisation_contact",
                "app": "consortium",
                "pk_attr": "id",
                "table_description": "Who is invited to administer an organisation when nobody else does any more.",
            },
            bases=["Model"],
        ),
        ops.CreateModel(
            name="OrganisationSeats",
            fields=[
                ("id", IdField(generated=True, primary_key=True, unique=True, db_index=True)),
                (
                    "organisation",
                    fields.ForeignKeyField(
                        "consortium.Organisation",
                        source_field="organisation_id",
                        db_constraint=True,
                        to_field="id",
                        related_name="seats",
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                ("seats", fields.IntField(null=True)),
                ("starts_on", fields.DateField()),
                ("reason", fields.TextField(default="", db_default="", unique=False)),
                (
                    "recorded_at",
                    fields.DatetimeField(db_default=Now(), auto_now=False, auto_now_add=True),
                ),
            ],
            options={
                "table": "organisation_seats",
                "app": "consortium",
                "indexes": [
                    Index(
                        fields=["organisation_id", "starts_on"], name="organisation_seats_day_idx"
                    )
                ],
                "pk_attr": "id",
                "table_description": "How many people an organisation may have from a day on; blank: as its tier says.",
            },
            bases=["Model"],
        ),
        ops.CreateModel(
            name="WorkingGroup",
            fields=[
                ("id", IdField(generated=True, primary_key=True, unique=True, db_index=True)),
                ("name", fields.TextField(unique=False)),
                ("name_key", KeyField(unique=True, generated=False, null=False)),
                ("mandate", fields.TextField(default="", db_default="", unique=False)),
                ("starts_on", fields.DateField()),
                ("ends_on", fields.DateField(null=True)),
                ("version", fields.IntField(default=1, db_default=1)),
                (
                    "created_at",
                    fields.DatetimeField(db_default=Now(), auto_now=False, auto_now_add=True),
                ),
            ],
            options={
                "table": "working_group",
                "app": "consortium",
                "pk_attr": "id",
                "table_description": "People of several organisations at work on one thing, from one day to another.",
            },
            bases=["Model"],
        ),
        ops.CreateModel(
            name="Delegacy",
            fields=[
                ("id", IdField(generated=True, primary_key=True, unique=True, db_index=True)),
                (
                    "group",
                    fields.ForeignKeyField(
                        "consortium.WorkingGroup",
                        source_field="group_id",
                        db_constraint=True,
                        to_field="id",
                        related_name="delegacies",
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                (
                    "organisation",
                    fields.ForeignKeyField(
                        "consortium.Organisation",
                        source_field="organisation_id",
                        db_constraint=True,
                        to_field="id",
                        related_name="delegacies",
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                (
                    "account",
                    fields.ForeignKeyField(
                        "consortium.Account",
                        source_field="account_id",
                        db_constraint=True,
                        to_field="id",
                        related_name="delegacies",
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                ("office", fields.CharEnumField(description="", enum_type=Office, max_length=20)),
                ("starts_on", fields.DateField()),
                ("ends_on", fields.DateField()),
                (
                    "withdrawn_at",
                    fields.DatetimeField(null=True, auto_now=False, auto_now_add=False),
                ),
                ("version", fields.IntField(default=1, db_default=1)),
                (
                    "appointed_at",
                    fields.DatetimeField(db_default=Now(), auto_now=False, auto_now_add=True),
                ),
            ],
            options={
                "table": "delegacy",
                "app": "consortium",
                "indexes": [
                    Index(fields=["group_id"], name="delegacy_group_idx"),
                    Index(fields=["organisation_id"], name="delegacy_organisation_idx"),
                    Index(fields=["account_id"], name="delegacy_account_idx"),
                ],
                "pk_attr": "id",
                "table_description": "A person in an office of a working group, for an organisation, from one day to another.",
            },
            bases=["Model"],
        ),
        ops.CreateModel(
            name="Meeting",
            fields=[
                ("id", IdField(generated=True, primary_key=True, unique=True, db_index=True)),
                (
                    "group",
                    fields.ForeignKeyField(
                        "consortium.WorkingGroup",
                        source_field="group_id",
                        db_constraint=True,
                        to_field="id",
                        related_name="meetings",
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                ("title", fields.TextField(unique=False)),
                ("starts_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ("ends_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ("time_zone", fields.CharField(max_length=64)),
                ("held_on", fields.DateField()),
                ("place", fields.TextField(default="", db_default="", unique=False)),
                ("link", fields.TextField(default="", db_default="", unique=False)),
                ("agenda", fields.TextField(default="", db_default="", unique=False)),
                ("minutes", fields.TextField(default="", db_default="", unique=False)),
                (
                    "cancelled_at",
                    fields.DatetimeField(null=True, auto_now=False, auto_now_add=False),
                ),
                ("cancelled_because", fields.TextField(default="", db_default="", unique=False)),
                ("version", fields.IntField(default=1, db_default=1)),
                (
                    "created_at",
                    fields.DatetimeField(db_default=Now(), auto_now=False, auto_now_add=True),
                ),
            ],
            options={
                "table": "meeting",
                "app": "consortium",
                "indexes": [Index(fields=["group_id", "held_on"], name="meeting_group_idx")],
                "pk_attr": "id",
                "table_description": "A meeting of a working group.",
            },
            bases=["Model"],
        ),
        ops.CreateModel(
            name="Attendance",
            fields=[
                ("id", IdField(generated=True, primary_key=True, unique=True, db_index=True)),
                (
                    "meeting",
                    fields.ForeignKeyField(
                        "consortium.Meeting",
                        source_field="meeting_id",
                        db_constraint=True,
                        to_field="id",
                        related_name="attendance",
                        on_delete=OnDelete.CASCADE,
                    ),
                ),
                (
                    "delegacy",
                    fields.ForeignKeyField(
                        "consortium.Delegacy",
                        source_field="delegacy_id",
                        db_constraint=True,
                        to_field="id",
                        related_name="attendance",
                        on_delete=OnDelete.CASCADE,
                    ),
                ),
                (
                    "presence",
                    fields.CharEnumField(description="", enum_type=Presence, max_length=20),
                ),
            ],
            options={
                "table": "attendance",
                "app": "consortium",
                "unique_together": (("meeting_id", "delegacy_id"),),
                "indexes": [Index(fields=["delegacy_id"], name="attendance_delegacy_idx")],
                "pk_attr": "id",
                "table_description": "Whether somebody who was in office came to a meeting.",
            },
            bases=["Model"],
        ),
        ops.AddField(
            model_name="SingleUseLink",
            name="revoked_at",
            field=fields.DatetimeField(null=True, auto_now=False, auto_now_add=False),
        ),
        ops.AddIndex(
            model_name="SingleUseLink",
            index=Index(fields=["organisation_id"], name="single_use_link_organisation_idx"),
        ),
        *(ops.RunSQL(sql) for sql in (SEATS, TERMS, MEETINGS, CONTACTS)),
    ]
