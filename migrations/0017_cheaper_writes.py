"""Writes that cost what they change and not what there is.

The same sums as before, computed from the rows of the organisations that changed alone.
"""

from tortoise import migrations
from tortoise.migrations import operations as ops

# Plans of tables of changed rows are made for as many as there were the first time: `EXECUTE` makes
# one for those that there are.
FOLLOW = """
CREATE OR REPLACE FUNCTION organisation_stale() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    EXECUTE 'INSERT INTO avoided_stale (organisation_id)
        SELECT n.id FROM new_rows n JOIN old_rows o ON o.id = n.id
        WHERE (n.sector, n.country) IS DISTINCT FROM (o.sector, o.country)
            AND EXISTS (SELECT 1 FROM avoided_claim c WHERE c.organisation_id = n.id)';
    RETURN NULL;
END $$;
"""

COUNTS = """
s.reason IS NULL AND s.known_from <= today AND (s.known_to IS NULL OR today < s.known_to)
            AND {member} AND NOT {shadowed}"""
MEMBERS = """m.status = 'MEMBER' AND (m.starts_on IS NULL OR m.starts_on <= today)
                AND (m.ends_on IS NULL OR today <= m.ends_on)"""
# By key where few change, by all members at once where all are asked.
ONE = f"EXISTS (SELECT FROM membership m WHERE m.organisation_id = {{of}} AND {MEMBERS})"
ALL = f"{{of}} IN (SELECT m.organisation_id FROM membership m WHERE {MEMBERS})"


def counts(member: str) -> str:
    """Whether a standing counts: its organisation is a member, and none that shadows it is."""
    shadowed = (
        f"EXISTS (SELECT FROM unnest(s.shadowed_by) AS x(id) WHERE {member.format(of='x.id')})"
    )
    return COUNTS.format(member=member.format(of="s.organisation_id"), shadowed=shadowed)


RECOUNT = f"""
CREATE INDEX membership_starts_on_idx ON membership (starts_on);
CREATE INDEX membership_ends_on_idx ON membership (ends_on);
CREATE INDEX parentage_starts_on_idx ON parentage (starts_on);
CREATE INDEX parentage_ends_on_idx ON parentage (ends_on);

CREATE OR REPLACE FUNCTION avoided_recount(organisations bigint[], today date) RETURNS void
LANGUAGE plpgsql SET plan_cache_mode = force_generic_plan AS $$
BEGIN
    IF organisations IS NULL THEN
        UPDATE avoided_standing s SET counts_now = NOT s.counts_now
        WHERE s.counts_now <> ({counts(ALL)});
    ELSE
        UPDATE avoided_standing s SET counts_now = NOT s.counts_now
        FROM (
            SELECT t.id FROM unnest(organisations) AS c(id)
            JOIN avoided_standing t ON t.organisation_id = c.id
            UNION
            SELECT t.id FROM unnest(organisations) AS c(id)
            JOIN avoided_standing t ON t.shadowed_by @> ARRAY[c.id]
        ) touched
        WHERE s.id = touched.id AND s.counts_now <> ({counts(ONE)});
    END IF;
    PERFORM avoided_total_state_renew(today);
END $$;

-- The borders before and after the day, each from its index.
CREATE OR REPLACE FUNCTION avoided_total_state_renew(today date) RETURNS void LANGUAGE sql AS $$
    INSERT INTO avoided_total_state (id, valid_from, valid_until)
    SELECT 1,
        coalesce(
            greatest(
                (SELECT max(starts_on) FROM membership WHERE starts_on <= today),
                (SELECT max(ends_on) FROM membership WHERE ends_on < today) + 1,
                (SELECT max(starts_on) FROM parentage WHERE starts_on <= today),
                (SELECT max(ends_on) FROM parentage WHERE ends_on < today) + 1
            ), '0001-01-01'
        ),
        least(
            (SELECT min(starts_on) FROM membership WHERE starts_on > today),
            (SELECT min(ends_on) FROM membership WHERE today <= ends_on AND ends_on < 'infinity') + 1,
            (SELECT min(starts_on) FROM parentage WHERE starts_on > today),
            (SELECT min(ends_on) FROM parentage WHERE today <= ends_on AND ends_on < 'infinity') + 1,
            (SELECT min(known_on) FROM avoided_claim WHERE known_on > today)
        )
    ON CONFLICT (id) DO UPDATE
    SET valid_from = excluded.valid_from, valid_until = excluded.valid_until
    WHERE (avoided_total_state.valid_from, avoided_total_state.valid_until)
        IS DISTINCT FROM (excluded.valid_from, excluded.valid_until)
$$;
"""


class Migration(migrations.Migration):
    """Functions of triggers, and the indexes that they read."""

    dependencies = [("consortium", "0016_merged_records")]

    initial = False

    operations = [ops.RunSQL(sql) for sql in (FOLLOW, RECOUNT)]
