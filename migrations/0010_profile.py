"""Sizes by year, exchange rates, and sums that tell the consortium's profile on any day."""

from tortoise import migrations
from tortoise.migrations import operations as ops
from consortium.storage.fields import IdField, KeyField, NumericField
from tortoise.contrib.postgres.indexes import GinIndex
from tortoise.fields.base import OnDelete
from tortoise.fields.db_defaults import Now
from tortoise import fields
from tortoise.indexes import Index


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
ADD = ", ".join(f"{name} = t.{name} + excluded.{name}" for name in MEASURES)
# What tells two spans apart, beside the organisation.
TOLD = (
    "kind, starts_on, ends_before, sector, country, revenue_amount, revenue_currency, revenue_year,"
    " revenue_usd, employees"
)

SIZES = """
ALTER TABLE organisation_size
    ADD CONSTRAINT organisation_size_key UNIQUE NULLS NOT DISTINCT (organisation_id, year),
    ADD CONSTRAINT organisation_size_year_possible CHECK (year BETWEEN 1900 AND 2200),
    ADD CONSTRAINT organisation_size_revenue_whole
        CHECK ((revenue_amount IS NULL) = (revenue_currency IS NULL)),
    ADD CONSTRAINT organisation_size_positive
        CHECK (revenue_amount <> 'NaN' AND revenue_amount >= 0 AND employees >= 0),
    ADD CONSTRAINT organisation_size_states_something
        CHECK (revenue_amount IS NOT NULL OR employees IS NOT NULL);

ALTER TABLE exchange_rate
    ADD CONSTRAINT exchange_rate_key UNIQUE (currency, year),
    ADD CONSTRAINT exchange_rate_year_possible CHECK (year BETWEEN 1900 AND 2200),
    ADD CONSTRAINT exchange_rate_not_of_itself CHECK (currency <> 'USD'),
    ADD CONSTRAINT exchange_rate_positive
        CHECK (per_usd > 0 AND per_usd <> 'NaN' AND per_usd < 'Infinity');

ALTER TABLE profile_total ADD CONSTRAINT profile_total_key UNIQUE (dimension, node, part);
"""


def sizes_of(rows: str) -> str:
    """Statements that keep the sizes in rows of organisations: one row for each year."""
    return f"""
INSERT INTO organisation_size
    (organisation_id, year, revenue_amount, revenue_currency, employees, citation_id)
SELECT o.id, y.year, max(y.revenue), max(y.currency), max(y.employees), o.size_citation_id
FROM {rows} o CROSS JOIN LATERAL (VALUES
    (o.revenue_year, o.revenue_amount, o.revenue_currency, NULL::bigint),
    (o.employees_year, NULL, NULL, o.employees)
) AS y(year, revenue, currency, employees)
WHERE y.revenue IS NOT NULL OR y.employees IS NOT NULL
GROUP BY o.id, y.year, o.size_citation_id ORDER BY o.id, y.year;
"""


def triggers(table: str, events: dict[str, str], name: str) -> str:
    """Statement-level triggers that run the function, by event with their tables of rows."""
    return "".join(
        f"""
CREATE TRIGGER {name}_{event.lower()} AFTER {event} ON {table} REFERENCING {rows}
    FOR EACH STATEMENT EXECUTE FUNCTION {name}();
"""
        for event, rows in events.items()
    )


def watched(table: str, body: str, events: dict[str, str], name: str) -> str:
    """A function that finds what `changed`, and its triggers."""
    return f"""
CREATE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    changed bigint[];
BEGIN
{body}
    RETURN NULL;
END $$;
{triggers(table, events, name)}
"""


EVERY = {
    "INSERT": "NEW TABLE AS new_rows",
    "DELETE": "OLD TABLE AS old_rows",
    "UPDATE": "NEW TABLE AS new_rows OLD TABLE AS old_rows",
}


def of_rows(rows: str) -> str:
    """Statements that find the organisations of changed rows; `rows` is SQL of {rows}."""
    new, old = rows.format(rows="new_rows"), rows.format(rows="old_rows")
    return f"""
    IF TG_OP = 'INSERT' THEN
        changed := ARRAY({new});
    ELSIF TG_OP = 'DELETE' THEN
        changed := ARRAY({old});
    ELSE
        changed := ARRAY({new} UNION {old});
    END IF;
    IF cardinality(changed) = 0 THEN
        RETURN NULL;
    END IF;
"""


OF_ORGANISATION = of_rows("SELECT DISTINCT organisation_id FROM {rows}")

LATEST = """
    -- Before the rows of organisations: whoever keeps sums takes it first.
    PERFORM avoided_total_lock();
    UPDATE organisation o
    SET revenue_amount = l.amount, revenue_currency = l.currency, revenue_year = l.revenue_year,
        employees = l.employees, employees_year = l.employees_year, size_citation_id = l.citation
    FROM (
        SELECT c.id, r.revenue_amount AS amount, r.revenue_currency AS currency,
            r.year AS revenue_year, e.employees, e.year AS employees_year,
            coalesce(r.citation_id, e.citation_id) AS citation
        FROM unnest(changed) AS c(id)
        LEFT JOIN LATERAL (
            SELECT * FROM organisation_size s
            WHERE s.organisation_id = c.id AND s.revenue_amount IS NOT NULL
            ORDER BY s.year DESC NULLS LAST LIMIT 1
        ) r ON true
        LEFT JOIN LATERAL (
            SELECT * FROM organisation_size s
            WHERE s.organisation_id = c.id AND s.employees IS NOT NULL
            ORDER BY s.year DESC NULLS LAST LIMIT 1
        ) e ON true
    ) l
    WHERE o.id = l.id AND (o.revenue_amount, o.revenue_currency, o.revenue_year, o.employees,
            o.employees_year, o.size_citation_id)
        IS DISTINCT FROM (l.amount, l.currency, l.revenue_year, l.employees,
            l.employees_year, l.citation);
"""

# Whoever records an organisation with sizes records the sizes.
RECORDED = watched(
    "organisation", sizes_of("new_rows"), {"INSERT": EVERY["INSERT"]}, "organisation_size_recorded"
)

# A day without bound is `infinity`: so the driver writes the first and the last day that it knows.
# The size of a year speaks from its first day until that of a
# later year does; one whose year is not stated speaks where none of a stated year does.
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


NODES = """
-- The nodes of the tree that hold a change of that day.
CREATE FUNCTION profile_nodes(day date) RETURNS SETOF int LANGUAGE sql IMMUTABLE AS $$
    SELECT (n.place << l.level) FROM generate_series(0, 21) AS l(level)
    CROSS JOIN LATERAL (
        SELECT ((greatest(day, '0001-01-01') - '0001-01-01') + (1 << l.level)) >> l.level AS place
    ) n
    WHERE n.place & 1 = 1
$$;
"""

WITH_REGIONS = "LEFT JOIN country_region c ON c.country = s.country"

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


def sums(signed: str, regions: str = WITH_REGIONS, region: str = "c.region") -> str:
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

# Plans are kept for a session, and whoever changed one row before may change ten thousand now: so
# nothing here joins two relations without an index on one of them, and no plan depends on how many
# change.
REFRESH = f"""
-- Brings spans and sums up to what organisations are now.
CREATE FUNCTION profile_refresh(organisations bigint[]) RETURNS void
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

-- What a load put off, see `consortium.profile_later`.
CREATE FUNCTION profile_catch_up() RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    changed bigint[] := ARRAY(SELECT DISTINCT organisation_id FROM profile_stale);
BEGIN
    IF cardinality(changed) > 0 THEN
        PERFORM set_config('consortium.profile_later', 'off', true);
        PERFORM profile_refresh(changed);
        DELETE FROM profile_stale WHERE organisation_id = ANY (changed);
    END IF;
END $$;

-- The sums computed from nothing but what is kept: for a rebuild, and to compare with.
CREATE FUNCTION profile_total_scan() RETURNS SETOF profile_total
LANGUAGE sql STABLE AS $$
    SELECT 0::bigint, a.* FROM (
        {sums(f"SELECT 1 AS sign, f.* FROM ({spans()}) f")}
    ) a
$$;

CREATE FUNCTION profile_rebuild() RETURNS void LANGUAGE plpgsql AS $$
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
"""


FOLLOW = "    PERFORM profile_refresh(changed);"
FOLLOWING = "".join(
    watched(table, OF_ORGANISATION + FOLLOW, EVERY, f"profile_follow_{table}")
    for table in ("membership", "organisation_period")
)
FOLLOWING += watched(
    "organisation_size", OF_ORGANISATION + LATEST + FOLLOW, EVERY, "organisation_size_follow"
)

# Plans of tables of changed rows are made for as many as there were the first time: `EXECUTE` makes
# one for those that there are.
FOLLOWING += watched(
    "organisation",
    """
    EXECUTE 'SELECT array_agg(n.id) FROM new_rows n JOIN old_rows o ON o.id = n.id
        WHERE (n.sector, n.country) IS DISTINCT FROM (o.sector, o.country)' INTO changed;
    IF cardinality(changed) > 0 THEN
        PERFORM profile_refresh(changed);
    END IF;
""",
    {"UPDATE": EVERY["UPDATE"]},
    "profile_follow_organisation",
)
FOLLOWING += f"""
CREATE FUNCTION profile_follow_exchange_rate() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP <> 'DELETE' THEN
        PERFORM profile_convert(array_agg(currency), array_agg(year)) FROM new_rows;
    END IF;
    IF TG_OP <> 'INSERT' THEN
        PERFORM profile_convert(array_agg(currency), array_agg(year)) FROM old_rows;
    END IF;
    RETURN NULL;
END $$;
{triggers("exchange_rate", EVERY, "profile_follow_exchange_rate")}
"""

# As consortium.kernel.regions.
COUNTRIES = {
    country: region
    for region, countries in {
        "AFRICA": (
            "AO BF BI BJ BW CD CF CG CI CM CV DJ DZ EG EH ER ET GA GH GM GN GQ GW IO "
            "KE KM LR LS LY MA MG ML MR MU MW MZ NA NE NG RE RW SC SD SH SL SN SO SS "
            "ST SZ TD TF TG TN TZ UG YT ZA ZM ZW"
        ),
        "AMERICAS": (
            "AG AI AR AW BB BL BM BO BQ BR BS BV BZ CA CL CO CR CU CW DM DO EC FK GD "
            "GF GL GP GS GT GY HN HT JM KN KY LC MF MQ MS MX NI PA PE PM PR PY SR SV "
            "SX TC TT US UY VC VE VG VI"
        ),
        "ASIA": (
            "AE AF AM AZ BD BH BN BT CN CY GE HK ID IL IN IQ IR JO JP KG KH KP KR KW "
            "KZ LA LB LK MM MN MO MV MY NP OM PH PK PS QA SA SG SY TH TJ TL TM TR UZ "
            "VN YE"
        ),
        "EUROPE": (
            "AD AL AT AX BA BE BG BY CH CZ DE DK EE ES FI FO FR GB GG GI GR HR HU IE "
            "IM IS IT JE LI LT LU LV MC MD ME MK MT NL NO PL PT RO RS RU SE SI SJ SK "
            "SM UA VA"
        ),
        "OCEANIA": (
            "AS AU CC CK CX FJ FM GU HM KI MH MP NC NF NR NU NZ PF PG PN PW SB TK TO TV UM VU WF WS"
        ),
    }.items()
    for country in countries.split()
}

REGIONS = f"""
INSERT INTO country_region (country, region) VALUES
{", ".join(f"('{country}', '{region}')" for country, region in sorted(COUNTRIES.items()))};
"""

# What organisations said of their sizes so far; from here on every change enters the trail.
FILLED = f"""
{sizes_of("organisation")}
SELECT profile_rebuild();
SELECT audit_watch('organisation_size', '{{}}', '{{}}');
SELECT audit_watch('exchange_rate', '{{}}', '{{}}');
"""


STATEMENTS = (SIZES, NODES, REFRESH, RATES, REGIONS, RECORDED, FOLLOWING, FILLED)


class Migration(migrations.Migration):
    dependencies = [("consortium", "0009_lifecycle")]

    initial = False

    operations = [
        ops.CreateModel(
            name="CountryRegion",
            fields=[
                ("id", IdField(generated=True, primary_key=True, unique=True, db_index=True)),
                ("country", fields.CharField(unique=True, max_length=2)),
                ("region", fields.CharField(max_length=20)),
            ],
            options={
                "table": "country_region",
                "app": "consortium",
                "pk_attr": "id",
                "table_description": "The region that a country lies in: a copy of `kernel.regions`, which the triggers read.",
            },
            bases=["Model"],
        ),
        ops.CreateModel(
            name="ExchangeRate",
            fields=[
                ("id", IdField(generated=True, primary_key=True, unique=True, db_index=True)),
                ("currency", fields.CharField(max_length=3)),
                ("year", fields.IntField()),
                ("per_usd", NumericField(generated=False, null=False, unique=False)),
                (
                    "citation",
                    fields.ForeignKeyField(
                        "consortium.Citation",
                        source_field="citation_id",
                        null=True,
                        db_constraint=True,
                        to_field="id",
                        related_name="exchange_rates",
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
            ],
            options={
                "table": "exchange_rate",
                "app": "consortium",
                "pk_attr": "id",
                "table_description": "Units of a currency for one US dollar, on average over a calendar year.",
            },
            bases=["Model"],
        ),
        ops.CreateModel(
            name="OrganisationSize",
            fields=[
                ("id", IdField(generated=True, primary_key=True, unique=True, db_index=True)),
                (
                    "organisation",
                    fields.ForeignKeyField(
                        "consortium.Organisation",
                        source_field="organisation_id",
                        db_constraint=True,
                        to_field="id",
                        related_name="sizes",
                        on_delete=OnDelete.CASCADE,
                    ),
                ),
                ("year", fields.IntField(null=True)),
                ("revenue_amount", fields.DecimalField(null=True, max_digits=24, decimal_places=4)),
                ("revenue_currency", fields.CharField(null=True, max_length=3)),
                ("employees", fields.BigIntField(null=True)),
                (
                    "citation",
                    fields.ForeignKeyField(
                        "consortium.Citation",
                        source_field="citation_id",
                        null=True,
                        db_constraint=True,
                        to_field="id",
                        related_name="sizes",
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                (
                    "recorded_at",
                    fields.DatetimeField(db_default=Now(), auto_now=False, auto_now_add=True),
                ),
            ],
            options={
                "table": "organisation_size",
                "app": "consortium",
                "indexes": [
                    Index(
                        fields=["revenue_currency", "year"], name="organisation_size_currency_idx"
                    )
                ],
                "pk_attr": "id",
                "table_description": "Revenue and employees of an organisation in one year, or of a year that is not stated.",
            },
            bases=["Model"],
        ),
        ops.CreateModel(
            name="ProfileSpan",
            fields=[
                ("id", IdField(generated=True, primary_key=True, unique=True, db_index=True)),
                ("organisation_id", fields.BigIntField()),
                ("kind", fields.CharField(max_length=10)),
                ("starts_on", fields.DateField()),
                ("ends_before", fields.DateField(null=True)),
                ("sector", KeyField(null=True, generated=False, unique=False)),
                ("country", fields.CharField(null=True, max_length=2)),
                ("revenue_amount", fields.DecimalField(null=True, max_digits=24, decimal_places=4)),
                ("revenue_currency", fields.CharField(null=True, max_length=3)),
                ("revenue_year", fields.IntField(null=True)),
                ("revenue_usd", NumericField(null=True, generated=False, unique=False)),
                ("employees", fields.BigIntField(null=True)),
            ],
            options={
                "table": "profile_span",
                "app": "consortium",
                "indexes": [
                    Index(fields=["organisation_id"], name="profile_span_organisation_idx")
                ],
                "pk_attr": "id",
                "table_description": "The days on which nothing of a member changes that the profile tells.",
            },
            bases=["Model"],
        ),
        ops.CreateModel(
            name="ProfileStale",
            fields=[
                ("id", IdField(generated=True, primary_key=True, unique=True, db_index=True)),
                ("organisation_id", fields.BigIntField()),
            ],
            options={
                "table": "profile_stale",
                "app": "consortium",
                "pk_attr": "id",
                "table_description": "Organisations that a load changed and whose spans it computes at its end.",
            },
            bases=["Model"],
        ),
        ops.CreateModel(
            name="ProfileTotal",
            fields=[
                ("id", IdField(generated=True, primary_key=True, unique=True, db_index=True)),
                ("dimension", KeyField(generated=False, null=False, unique=False)),
                ("node", fields.IntField()),
                ("part", KeyField(generated=False, null=False, unique=False)),
                ("members", fields.BigIntField()),
                ("revenue_known", fields.BigIntField()),
                ("revenue_undated", fields.BigIntField()),
                ("revenue_converted", fields.BigIntField()),
                ("revenue_amount", NumericField(generated=False, null=False, unique=False)),
                ("revenue_usd", NumericField(generated=False, null=False, unique=False)),
                ("employees_known", fields.BigIntField()),
                ("employees", fields.BigIntField()),
            ],
            options={
                "table": "profile_total",
                "app": "consortium",
                "pk_attr": "id",
                "table_description": "A node of a binary indexed tree over days: what changes from the day after one to another.",
            },
            bases=["Model"],
        ),
        ops.AlterModelOptions(
            name="Organisation",
            options={
                "table": "organisation",
                "app": "consortium",
                "indexes": [
                    Index(fields=["country"], name="organisation_country_idx"),
                    Index(fields=["sector"], name="organisation_sector_idx"),
                    GinIndex(fields=["search"], name="organisation_search_idx"),
                ],
                "pk_attr": "id",
                "table_description": "A company or another organisation.",
            },
        ),
        *(ops.RunSQL(sql) for sql in STATEMENTS),
    ]
