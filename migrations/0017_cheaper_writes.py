"""Writes that cost what they change and not what there is.

The same sums as before, computed from the rows of the organisations that changed alone. Plans are
kept for a session, and whoever changed one row before may change ten thousand now: so nothing here
joins two relations without an index on one of them, and no plan depends on how many change.
"""

from tortoise import migrations
from tortoise.migrations import operations as ops

MEASURES = (
    "members",
    "revenue_known",
    "revenue_undated",
    "revenue_converted",
    "revenue_amount",
    "revenue_usd",
    "employees_known",
    "employees",
)
KEY = "dimension, node, part"
LISTED = ", ".join(MEASURES)
# What tells two spans apart, beside the organisation.
TOLD = (
    "kind, starts_on, ends_before, sector, country, revenue_amount, revenue_currency, revenue_year,"
    " revenue_usd, employees"
)
ADD = ", ".join(f"{name} = t.{name} + excluded.{name}" for name in MEASURES)

# {of_...} restricts the rows to an organisation.
SPANS = """
    WITH held AS MATERIALIZED (
        SELECT m.organisation_id, m.status, greatest(m.starts_on, '0001-01-01') AS starts_on,
            CASE WHEN m.ends_on < 'infinity' THEN m.ends_on + 1 END AS ends_before
        FROM membership m
        WHERE m.status IN ('MEMBER', 'SUSPENDED', 'UNDER_EXPULSION', 'UNDER_APPEAL')
            {of_membership}
    ),
    borders AS (
        SELECT h.organisation_id, h.starts_on AS day FROM held h WHERE h.status = 'MEMBER'
        UNION SELECT h.organisation_id, h.ends_before FROM held h WHERE h.status = 'MEMBER'
        UNION SELECT p.organisation_id, p.ends_on + 1 FROM organisation_period p
            WHERE p.ends_on < 'infinity' {of_period}
        UNION SELECT s.organisation_id, make_date(s.year, 1, 1) FROM organisation_size s
            WHERE true {of_size}
    ),
    pieces AS (
        SELECT b.organisation_id, b.day,
            lead(b.day) OVER (PARTITION BY b.organisation_id ORDER BY b.day) AS next_day
        FROM borders b WHERE b.day IS NOT NULL
    )
    SELECT p.organisation_id, 'MEMBER' AS kind, p.day AS starts_on, p.next_day AS ends_before,
        CASE WHEN was.id IS NULL THEN o.sector ELSE was.sector END AS sector,
        CASE WHEN was.id IS NULL THEN o.country ELSE was.country END AS country,
        r.revenue_amount, r.revenue_currency, r.year AS revenue_year,
        CASE WHEN r.revenue_currency = 'USD' THEN r.revenue_amount
            ELSE round(r.revenue_amount / x.per_usd, 4) END AS revenue_usd,
        e.employees
    FROM pieces p
    JOIN held h ON h.organisation_id = p.organisation_id AND h.status = 'MEMBER'
        AND h.starts_on <= p.day AND (h.ends_before IS NULL OR p.day < h.ends_before)
    JOIN organisation o ON o.id = p.organisation_id
    LEFT JOIN LATERAL (
        SELECT q.id, q.sector, q.country FROM organisation_period q
        WHERE q.organisation_id = p.organisation_id AND p.day <= q.ends_on
        ORDER BY q.ends_on LIMIT 1
    ) was ON true
    LEFT JOIN LATERAL (
        SELECT s.revenue_amount, s.revenue_currency, s.year FROM organisation_size s
        WHERE s.organisation_id = p.organisation_id AND s.revenue_amount IS NOT NULL
            AND (s.year IS NULL OR s.year <= extract(year FROM p.day))
        ORDER BY s.year DESC NULLS LAST LIMIT 1
    ) r ON true
    LEFT JOIN exchange_rate x ON x.currency = r.revenue_currency AND x.year = r.year
    LEFT JOIN LATERAL (
        SELECT s.employees FROM organisation_size s
        WHERE s.organisation_id = p.organisation_id AND s.employees IS NOT NULL
            AND (s.year IS NULL OR s.year <= extract(year FROM p.day))
        ORDER BY s.year DESC NULLS LAST LIMIT 1
    ) e ON true
    UNION ALL
    SELECT s.organisation_id, 'STANDING', min(s.starts_on),
        (array_agg(s.ends_before ORDER BY s.starts_on DESC))[1],
        NULL, NULL, NULL, NULL, NULL, NULL, NULL
    FROM (
        SELECT f.*, sum(f.begins::int) OVER (PARTITION BY f.organisation_id ORDER BY f.starts_on)
            AS spell
        FROM (
            SELECT h.*, lag(h.ends_before) OVER (PARTITION BY h.organisation_id
                ORDER BY h.starts_on) IS DISTINCT FROM h.starts_on AS begins
            FROM held h
        ) f
    ) s
    GROUP BY s.organisation_id, s.spell
"""


def spans(organisation: str | None = None) -> str:
    """The spans of an organisation, given as SQL, or of all."""
    of = "" if organisation is None else f"AND {{}}.organisation_id = {organisation}"
    return SPANS.format(
        of_membership=of.format("m"), of_period=of.format("p"), of_size=of.format("s")
    )


REGIONS = "LEFT JOIN country_region c ON c.country = s.country"

# {signed} is a relation of spans with a `sign`. Once by day and part, and then by node: much that
# one day takes away it brings again.
SUMS = """
    WITH changes AS (
        SELECT s.sign * d.step AS sign, d.day, g.dimension, g.part, s.revenue_amount,
            s.revenue_year, s.revenue_usd, s.employees
        FROM ({signed}) s
        CROSS JOIN LATERAL (VALUES (1, s.starts_on), (-1, s.ends_before)) AS d(step, day)
        {regions}
        CROSS JOIN LATERAL (VALUES
            ('ALL', ''),
            ('SECTOR', coalesce(s.sector, '')),
            ('COUNTRY', coalesce(s.country, '')),
            ('REGION', coalesce({region}, '')),
            ('CURRENCY', s.revenue_currency),
            ('RATE', CASE WHEN s.revenue_usd IS NOT NULL AND s.revenue_currency <> 'USD'
                THEN s.revenue_currency || ' ' || s.revenue_year END)
        ) AS g(dimension, part)
        WHERE s.kind = 'MEMBER' AND d.day IS NOT NULL AND g.part IS NOT NULL
        UNION ALL
        SELECT s.sign, d.day, d.dimension, '', NULL, NULL, NULL, NULL
        FROM ({signed}) s
        CROSS JOIN LATERAL (VALUES
            ('JOINED', nullif(s.starts_on, '0001-01-01')), ('LEFT', s.ends_before)
        ) AS d(dimension, day)
        WHERE s.kind = 'STANDING' AND d.day IS NOT NULL
    ),
    by_day AS (
        SELECT dimension, part, day, sum(sign) AS members,
            coalesce(sum(sign) FILTER (WHERE revenue_amount IS NOT NULL), 0) AS revenue_known,
            coalesce(sum(sign) FILTER (WHERE revenue_amount IS NOT NULL AND revenue_year IS NULL),
                0) AS revenue_undated,
            coalesce(sum(sign) FILTER (WHERE revenue_usd IS NOT NULL), 0) AS revenue_converted,
            -- Amounts of different currencies are not added.
            CASE WHEN dimension = 'CURRENCY' THEN coalesce(sum(sign * revenue_amount), 0) ELSE 0
                END AS revenue_amount,
            coalesce(sum(sign * revenue_usd), 0) AS revenue_usd,
            coalesce(sum(sign) FILTER (WHERE employees IS NOT NULL), 0) AS employees_known,
            coalesce(sum(sign * employees), 0) AS employees
        FROM changes GROUP BY dimension, part, day
    )
    SELECT b.dimension, n.node, b.part, {sums}
    FROM by_day b CROSS JOIN LATERAL profile_nodes(b.day) AS n(node)
    WHERE ({something})
    GROUP BY b.dimension, n.node, b.part
    HAVING {left}
"""


def sums(signed: str, regions: str = REGIONS, region: str = "c.region") -> str:
    """The sums of spans, by the key; only those that something is left of."""
    added = {name: f"sum(b.{name})" for name in MEASURES}
    return SUMS.format(
        signed=signed,
        regions=regions,
        region=region,
        sums=", ".join(f"{term} AS {name}" for name, term in added.items()),
        something=" OR ".join(f"b.{name} <> 0" for name in MEASURES),
        left=" OR ".join(f"{term} <> 0" for term in added.values()),
    )


UPSERT = f"""
    ORDER BY {KEY}
    ON CONFLICT ON CONSTRAINT profile_total_key DO UPDATE SET {ADD};
"""

REFRESH = f"""
DROP FUNCTION profile_spans(bigint[]);

-- Brings spans and sums up to what organisations are now.
CREATE OR REPLACE FUNCTION profile_refresh(organisations bigint[]) RETURNS void
LANGUAGE plpgsql SET plan_cache_mode = force_generic_plan AS $$
DECLARE
    regions jsonb;
BEGIN
    -- One lock for all kept sums: of two, each of two writers could wait for the other's.
    PERFORM avoided_total_lock();
    IF current_setting('consortium.profile_later', true) = 'on' THEN
        INSERT INTO profile_stale (organisation_id) SELECT unnest(organisations);
        RETURN;
    END IF;
    regions := (SELECT jsonb_object_agg(c.country, c.region) FROM country_region c);
    WITH concerned AS MATERIALIZED (SELECT DISTINCT unnest(organisations) AS id),
    compared AS (
        SELECT 1 AS sign, NULL::bigint AS id, f.organisation_id, {TOLD}
        FROM concerned o CROSS JOIN LATERAL ({spans("o.id")}) f
        UNION ALL
        SELECT -1, s.id, s.organisation_id, {TOLD}
        FROM concerned o CROSS JOIN LATERAL (
            SELECT * FROM profile_span p WHERE p.organisation_id = o.id
        ) s
    ),
    -- What is the same on both sides falls out.
    signed AS MATERIALIZED (
        SELECT sum(sign)::int AS sign, max(id) AS id, organisation_id, {TOLD}
        FROM compared GROUP BY organisation_id, {TOLD} HAVING sum(sign) <> 0
    ),
    gone AS (
        DELETE FROM profile_span s USING signed g WHERE s.id = g.id AND g.sign < 0
    ),
    added AS (
        INSERT INTO profile_span (organisation_id, {TOLD})
        SELECT organisation_id, {TOLD} FROM signed WHERE sign > 0
    )
    INSERT INTO profile_total AS t ({KEY}, {LISTED})
    {sums("SELECT * FROM signed", regions="", region="$0 ->> s.country").replace("$0", "regions")}
    {UPSERT}
END $$;

-- The sums computed from nothing but what is kept: for a rebuild, and to compare with.
CREATE OR REPLACE FUNCTION profile_total_scan() RETURNS SETOF profile_total
LANGUAGE sql STABLE AS $$
    SELECT 0::bigint, a.* FROM (
        {sums(f"SELECT 1 AS sign, f.* FROM ({spans()}) f")}
    ) a
$$;

CREATE OR REPLACE FUNCTION profile_rebuild() RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    PERFORM avoided_total_lock();
    TRUNCATE profile_span, profile_total, profile_stale;
    INSERT INTO profile_span (organisation_id, {TOLD})
    SELECT organisation_id, {TOLD} FROM ({spans()}) f
    ORDER BY organisation_id, kind, starts_on;
    INSERT INTO profile_total ({KEY}, {LISTED})
    {sums(f"SELECT 1 AS sign, organisation_id, {TOLD} FROM profile_span")} ORDER BY {KEY};
END $$;
"""

# A rate moves no border: only what the revenue of its year is in dollars.
RATES = f"""
CREATE FUNCTION profile_convert(currencies varchar[], years int[]) RETURNS void
LANGUAGE plpgsql SET plan_cache_mode = force_generic_plan AS $$
DECLARE
    regions jsonb;
BEGIN
    PERFORM avoided_total_lock();
    IF current_setting('consortium.profile_later', true) = 'on' THEN
        INSERT INTO profile_stale (organisation_id)
        SELECT s.organisation_id FROM unnest(currencies, years) AS c(currency, year)
        JOIN organisation_size s ON s.revenue_currency = c.currency AND s.year = c.year;
        RETURN;
    END IF;
    regions := (SELECT jsonb_object_agg(c.country, c.region) FROM country_region c);
    WITH converted AS MATERIALIZED (
        SELECT p.id, p.revenue_usd AS was, round(p.revenue_amount / x.per_usd, 4) AS is_now
        FROM (SELECT DISTINCT * FROM unnest(currencies, years)) AS c(currency, year)
        LEFT JOIN exchange_rate x ON x.currency = c.currency AND x.year = c.year
        CROSS JOIN LATERAL (
            SELECT s.organisation_id FROM organisation_size s
            WHERE s.revenue_currency = c.currency AND s.year = c.year
        ) s
        CROSS JOIN LATERAL (
            SELECT * FROM profile_span p WHERE p.organisation_id = s.organisation_id
                AND p.revenue_currency = c.currency AND p.revenue_year = c.year
        ) p
        WHERE c.currency <> 'USD'
            AND p.revenue_usd IS DISTINCT FROM round(p.revenue_amount / x.per_usd, 4)
    ),
    changed AS (
        UPDATE profile_span p SET revenue_usd = c.is_now FROM converted c WHERE p.id = c.id
        RETURNING p.*, c.was
    ),
    signed AS MATERIALIZED (
        SELECT d.sign, c.kind, c.starts_on, c.ends_before, c.sector, c.country, c.revenue_amount,
            c.revenue_currency, c.revenue_year, d.revenue_usd, c.employees
        FROM changed c
        CROSS JOIN LATERAL (VALUES (1, c.revenue_usd), (-1, c.was)) AS d(sign, revenue_usd)
    )
    INSERT INTO profile_total AS t ({KEY}, {LISTED})
    {sums("SELECT * FROM signed", regions="", region="$0 ->> s.country").replace("$0", "regions")}
    {UPSERT}
END $$;

CREATE OR REPLACE FUNCTION profile_follow_exchange_rate() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP <> 'DELETE' THEN
        PERFORM profile_convert(array_agg(currency), array_agg(year)) FROM new_rows;
    END IF;
    IF TG_OP <> 'INSERT' THEN
        PERFORM profile_convert(array_agg(currency), array_agg(year)) FROM old_rows;
    END IF;
    RETURN NULL;
END $$;
"""

# Plans of tables of changed rows are made for as many as there were the first time: `EXECUTE` makes
# one for those that there are.
FOLLOW = """
CREATE OR REPLACE FUNCTION profile_follow_organisation() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    changed bigint[];
BEGIN
    EXECUTE 'SELECT array_agg(n.id) FROM new_rows n JOIN old_rows o ON o.id = n.id
        WHERE (n.sector, n.country) IS DISTINCT FROM (o.sector, o.country)' INTO changed;
    IF cardinality(changed) > 0 THEN
        PERFORM profile_refresh(changed);
    END IF;
    RETURN NULL;
END $$;

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

    operations = [ops.RunSQL(sql) for sql in (REFRESH, RATES, FOLLOW, RECOUNT)]
