"""What keeps the sums of avoided emissions true, whoever writes.

`avoided_total` follows `avoided_standing` and the links of claims by statement-level triggers:
each adds a signed difference, in the order of the key. `counts_now` follows memberships. What
only the rules can recompute (claims, parentage, sectors) is marked in `avoided_stale`.
"""

from tortoise import migrations
from tortoise.migrations import operations as ops

# As consortium.avoided.rules.vocabulary: Dimension and USUAL_GROUPINGS.
GROUPINGS = "{0,1,2,4,8,16,32,64,128,256,512,5,9,17,33,65}"

KEY = (
    "grouping, kind, since, series_key, year, fiscal_label, organisation_id, group_id, sector,"
    " country, category, not_broken_down, initiative_id, value_chain_id, verified, audience"
)
MEASURES = (
    "claims",
    "value_kg_co2e",
    "value_count",
    "low_kg_co2e",
    "low_count",
    "high_kg_co2e",
    "high_count",
    "verified_kg_co2e",
    "at_least",
    "approximate",
)

# $1 is a relation of standings with a `sign` and the links of the grouping: initiative_id,
# value_chain_id. Columns of the key that the grouping does not name are NULL.
DELTA = """
    SELECT s.bits AS grouping, s.kind, s.since, s.series_key,
        CASE WHEN s.bits & 1 <> 0 THEN s.year END AS year,
        CASE WHEN s.bits & 2 <> 0 THEN s.fiscal_label END AS fiscal_label,
        CASE WHEN s.bits & 4 <> 0 THEN s.organisation_id END AS organisation_id,
        CASE WHEN s.bits & 8 <> 0 THEN s.group_id END AS group_id,
        CASE WHEN s.bits & 16 <> 0 THEN s.sector END AS sector,
        CASE WHEN s.bits & 32 <> 0 THEN s.country END AS country,
        CASE WHEN s.bits & 64 <> 0 THEN s.category END AS category,
        s.not_broken_down, s.initiative_id, s.value_chain_id,
        CASE WHEN s.bits & 512 <> 0 THEN s.verified END AS verified,
        s.audience,
        sum(s.sign) AS claims,
        coalesce(sum(s.sign * s.value_kg_co2e), 0) AS value_kg_co2e,
        coalesce(sum(s.sign) FILTER (WHERE s.value_kg_co2e IS NOT NULL), 0) AS value_count,
        coalesce(sum(s.sign * s.low_kg_co2e), 0) AS low_kg_co2e,
        coalesce(sum(s.sign) FILTER (WHERE s.low_kg_co2e IS NOT NULL), 0) AS low_count,
        coalesce(sum(s.sign * s.high_kg_co2e), 0) AS high_kg_co2e,
        coalesce(sum(s.sign) FILTER (WHERE s.high_kg_co2e IS NOT NULL), 0) AS high_count,
        coalesce(sum(s.sign * s.value_kg_co2e) FILTER (WHERE s.verified), 0) AS verified_kg_co2e,
        coalesce(sum(s.sign) FILTER (WHERE s.bound = 'AT_LEAST'), 0) AS at_least,
        coalesce(sum(s.sign) FILTER (WHERE s.bound = 'APPROXIMATE'), 0) AS approximate
    FROM signed s
    GROUP BY 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16
"""

# A total counts whole where no dimension divides it, and by its parts where one does.
ENTERS = "(s.view = 0 OR (s.view = 1) = (s.divides & g.bits = 0))"

# Every entry of standings into a grouping, once for each of its initiatives or chains there.
ENTRIES = f"""
    SELECT s.*, g.bits, i.initiative_id, v.value_chain_id
    FROM counted s
    CROSS JOIN unnest('{GROUPINGS}'::int[]) AS g(bits)
    LEFT JOIN avoided_claim_initiative i ON g.bits & 128 <> 0 AND i.claim_id = s.claim_id
    LEFT JOIN avoided_claim_value_chain v ON g.bits & 256 <> 0 AND v.claim_id = s.claim_id
    WHERE {ENTERS}
"""

UPSERT = f"""
    INSERT INTO avoided_total AS t ({KEY}, {", ".join(MEASURES)})
    SELECT {KEY}, {", ".join(MEASURES)} FROM delta
    WHERE {" OR ".join(f"{name} <> 0" for name in MEASURES)}
    ORDER BY {KEY}
    ON CONFLICT ON CONSTRAINT avoided_total_key DO UPDATE
    SET {", ".join(f"{name} = t.{name} + excluded.{name}" for name in MEASURES)};
"""


# Every writer meets the others in the undivided sum anyway. Waiting here, before any row is locked,
# none can wait for another in a ring.
LOCK = """
CREATE FUNCTION avoided_total_lock() RETURNS void LANGUAGE sql AS $$
    SELECT pg_advisory_xact_lock(hashtextextended('avoided_total', 0))
$$;
"""


def follow(name: str, counted: str) -> str:
    """A trigger function that adds what a change of standings makes of the sums."""
    return f"""
CREATE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM avoided_total_lock();
    WITH counted AS ({counted}),
    signed AS ({ENTRIES}),
    delta AS ({DELTA})
    {UPSERT}
    RETURN NULL;
END $$;
"""


ADDED = "SELECT 1 AS sign, n.* FROM new_rows n WHERE n.counts_now"
REMOVED = "SELECT -1 AS sign, o.* FROM old_rows o WHERE o.counts_now"

STANDINGS = (
    follow("avoided_total_add", ADDED)
    + follow("avoided_total_remove", REMOVED)
    + follow("avoided_total_change", f"{ADDED} UNION ALL {REMOVED}")
    + """
CREATE TRIGGER avoided_total_add AFTER INSERT ON avoided_standing
    REFERENCING NEW TABLE AS new_rows
    FOR EACH STATEMENT WHEN (current_setting('consortium.rebuilding', true) IS DISTINCT FROM 'on')
    EXECUTE FUNCTION avoided_total_add();
CREATE TRIGGER avoided_total_remove AFTER DELETE ON avoided_standing
    REFERENCING OLD TABLE AS old_rows
    FOR EACH STATEMENT WHEN (current_setting('consortium.rebuilding', true) IS DISTINCT FROM 'on')
    EXECUTE FUNCTION avoided_total_remove();
CREATE TRIGGER avoided_total_change AFTER UPDATE ON avoided_standing
    REFERENCING NEW TABLE AS new_rows OLD TABLE AS old_rows
    FOR EACH STATEMENT WHEN (current_setting('consortium.rebuilding', true) IS DISTINCT FROM 'on')
    EXECUTE FUNCTION avoided_total_change();
"""
)

# Columns of the key that a grouping names; of the others every row has the same.
NAMED = {
    1: "year",
    2: "fiscal_label",
    4: "organisation_id",
    8: "group_id",
    16: "sector",
    32: "country",
    64: "category",
    128: "initiative_id",
    256: "value_chain_id",
    512: "verified",
}
TYPES = {
    "year": "int",
    "fiscal_label": 'text COLLATE "C"',
    "sector": 'text COLLATE "C"',
    "country": "varchar",
    "category": 'text COLLATE "C"',
    "verified": "boolean",
}


def scan(bits: int) -> str:
    """One grouping, computed from all that counts now. Grouped by few columns it is fast."""
    named = [name for bit, name in NAMED.items() if bits & bit]
    always = ["kind", "since", "series_key", "not_broken_down", "audience"]
    columns = [
        f"{bits} AS grouping"
        if name == "grouping"
        else (name if name in always + named else f"NULL::{TYPES.get(name, 'bigint')} AS {name}")
        for name in KEY.replace("\n", " ").split(", ")
    ]
    links = ""
    if bits & 128:
        links = "LEFT JOIN avoided_claim_initiative i USING (claim_id)"
    if bits & 256:
        links = "LEFT JOIN avoided_claim_value_chain v USING (claim_id)"
    enters = ENTERS.replace("g.bits", str(bits))
    return f"""
    SELECT 0::bigint AS id, {", ".join(c.strip() for c in columns)},
        count(*) AS claims,
        coalesce(sum(s.value_kg_co2e), 0) AS value_kg_co2e,
        count(s.value_kg_co2e) AS value_count,
        coalesce(sum(s.low_kg_co2e), 0) AS low_kg_co2e,
        count(s.low_kg_co2e) AS low_count,
        coalesce(sum(s.high_kg_co2e), 0) AS high_kg_co2e,
        count(s.high_kg_co2e) AS high_count,
        coalesce(sum(s.value_kg_co2e) FILTER (WHERE s.verified), 0) AS verified_kg_co2e,
        count(*) FILTER (WHERE s.bound = 'AT_LEAST') AS at_least,
        count(*) FILTER (WHERE s.bound = 'APPROXIMATE') AS approximate
    FROM avoided_standing s {links}
    WHERE s.counts_now AND {enters}
    GROUP BY {", ".join([*always, *named])}
    """


# The sums computed from nothing but what counts: for a rebuild, and to compare with.
SCANS = " UNION ALL ".join(scan(int(bits)) for bits in GROUPINGS.strip("{}").split(","))
SCAN = f"""
CREATE FUNCTION avoided_total_scan() RETURNS SETOF avoided_total LANGUAGE sql STABLE AS $$
    {SCANS}
$$;
"""


def follow_links(table: str, column: str, bit: int) -> str:
    """Triggers on a table of links: a linked claim moves from the group of those without one.

    `change` counts the links that a statement added and took away. What a claim had before is
    what it has now without that change, which tells whether it was, or is, without any link.
    """
    other = "value_chain_id" if column == "initiative_id" else "initiative_id"
    body = f"""
    WITH change AS ({{change}}),
    linked AS (
        SELECT c.claim_id, sum(c.sign) AS gained,
            (SELECT count(*) FROM {table} l WHERE l.claim_id = c.claim_id) AS now
        FROM change c GROUP BY c.claim_id
    ),
    moves AS (
        SELECT claim_id, {column}, sign FROM change
        UNION ALL
        SELECT claim_id, NULL, (now = 0)::int - (now - gained = 0)::int FROM linked
    ),
    signed AS (
        SELECT m.sign, s.*, {bit} AS bits, m.{column}, NULL::bigint AS {other}
        FROM moves m JOIN avoided_standing s ON s.claim_id = m.claim_id AND s.counts_now
        CROSS JOIN (SELECT {bit} AS bits) g
        WHERE m.sign <> 0 AND {ENTERS}
    ),
    delta AS ({DELTA})
    {UPSERT}
    """
    added = f"SELECT claim_id, {column}, 1 AS sign FROM new_rows"
    removed = f"SELECT claim_id, {column}, -1 AS sign FROM old_rows"
    parts = []
    for verb, event, change, tables in (
        ("add", "INSERT", added, "NEW TABLE AS new_rows"),
        ("remove", "DELETE", removed, "OLD TABLE AS old_rows"),
        (
            "change",
            "UPDATE",
            f"{added} UNION ALL {removed}",
            "NEW TABLE AS new_rows OLD TABLE AS old_rows",
        ),
    ):
        parts.append(f"""
CREATE FUNCTION {table}_{verb}() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM avoided_total_lock();
    {body.format(change=change)}
    RETURN NULL;
END $$;
CREATE TRIGGER {table}_{verb} AFTER {event} ON {table} REFERENCING {tables}
    FOR EACH STATEMENT EXECUTE FUNCTION {table}_{verb}();
""")
    return "".join(parts)


LINKS = follow_links("avoided_claim_initiative", "initiative_id", 128) + follow_links(
    "avoided_claim_value_chain", "value_chain_id", 256
)

# Links go before the standings do: with both gone at once, by cascade, nobody could tell which
# sums a deleted claim was in.
LINKS += """
CREATE FUNCTION avoided_claim_unlink() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    DELETE FROM avoided_claim_initiative WHERE claim_id = OLD.id;
    DELETE FROM avoided_claim_value_chain WHERE claim_id = OLD.id;
    RETURN OLD;
END $$;
CREATE TRIGGER avoided_claim_unlink BEFORE DELETE ON avoided_claim
    FOR EACH ROW EXECUTE FUNCTION avoided_claim_unlink();
"""

# Whether standings count on a day: the organisation is a member then, none of the controllers
# whose figure covers this one is, and the outcome is what is known then. NULL: of everyone.
COUNTS = """
CREATE FUNCTION avoided_recount(organisations bigint[], today date) RETURNS void
LANGUAGE plpgsql AS $$
DECLARE
    members bigint[] := ARRAY(
        SELECT m.organisation_id FROM membership m
        WHERE m.status = 'MEMBER' AND (m.starts_on IS NULL OR m.starts_on <= today)
            AND (m.ends_on IS NULL OR today <= m.ends_on)
    );
BEGIN
    UPDATE avoided_standing s SET counts_now = NOT s.counts_now
    WHERE (organisations IS NULL OR s.organisation_id = ANY (organisations)
            OR s.shadowed_by && organisations)
        AND s.counts_now <> (
            s.reason IS NULL AND s.known_from <= today
            AND (s.known_to IS NULL OR today < s.known_to)
            AND s.organisation_id = ANY (members)
            AND NOT coalesce(s.shadowed_by && members, false)
        );
    PERFORM avoided_total_state_renew(today);
END $$;

CREATE FUNCTION avoided_total_state_renew(today date) RETURNS void LANGUAGE sql AS $$
    WITH borders AS (
        SELECT starts_on AS day FROM membership
        UNION ALL SELECT ends_on + 1 FROM membership WHERE ends_on < 'infinity'
        UNION ALL SELECT starts_on FROM parentage
        UNION ALL SELECT ends_on + 1 FROM parentage WHERE ends_on < 'infinity'
    ),
    span AS (
        SELECT coalesce(max(day) FILTER (WHERE day <= today), '0001-01-01') AS valid_from,
            least(min(day) FILTER (WHERE day > today),
                (SELECT min(known_on) FROM avoided_claim WHERE known_on > today)) AS valid_until
        FROM borders
    )
    INSERT INTO avoided_total_state (id, valid_from, valid_until)
    SELECT 1, valid_from, valid_until FROM span
    ON CONFLICT (id) DO UPDATE
    SET valid_from = excluded.valid_from, valid_until = excluded.valid_until
    WHERE (avoided_total_state.valid_from, avoided_total_state.valid_until)
        IS DISTINCT FROM (excluded.valid_from, excluded.valid_until)
$$;

CREATE FUNCTION avoided_follow_membership() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    changed bigint[];
BEGIN
    PERFORM avoided_total_lock();
    IF TG_OP = 'INSERT' THEN
        changed := ARRAY(SELECT organisation_id FROM new_rows);
    ELSIF TG_OP = 'DELETE' THEN
        changed := ARRAY(SELECT organisation_id FROM old_rows);
    ELSE
        changed := ARRAY(SELECT organisation_id FROM new_rows
            UNION SELECT organisation_id FROM old_rows);
    END IF;
    -- Whoever recomputes standings holds these rows: then the one waits for the other.
    PERFORM 1 FROM organisation WHERE id = ANY (changed) ORDER BY id FOR NO KEY UPDATE;
    PERFORM avoided_recount(changed, current_date);
    RETURN NULL;
END $$;

CREATE TRIGGER avoided_follow_membership_added AFTER INSERT ON membership
    REFERENCING NEW TABLE AS new_rows
    FOR EACH STATEMENT EXECUTE FUNCTION avoided_follow_membership();
CREATE TRIGGER avoided_follow_membership_removed AFTER DELETE ON membership
    REFERENCING OLD TABLE AS old_rows
    FOR EACH STATEMENT EXECUTE FUNCTION avoided_follow_membership();
CREATE TRIGGER avoided_follow_membership_changed AFTER UPDATE ON membership
    REFERENCING NEW TABLE AS new_rows OLD TABLE AS old_rows
    FOR EACH STATEMENT EXECUTE FUNCTION avoided_follow_membership();

CREATE INDEX avoided_claim_known_idx ON avoided_claim (known_on);
"""


# Not while the recomputation itself notes the sums of parts on the claims.
BY_OTHERS = "WHEN (current_setting('consortium.deriving', true) IS DISTINCT FROM 'on')"


def mark_stale(table: str, organisations: str) -> str:
    """Triggers that note whose standings must be recomputed; `organisations` is SQL of {rows}."""
    parts = [
        f"""
CREATE FUNCTION {table}_stale() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP <> 'DELETE' THEN
        INSERT INTO avoided_stale (organisation_id) {organisations.format(rows="new_rows")};
    END IF;
    IF TG_OP <> 'INSERT' THEN
        INSERT INTO avoided_stale (organisation_id) {organisations.format(rows="old_rows")};
    END IF;
    RETURN NULL;
END $$;
"""
    ]
    for event, tables in (
        ("INSERT", "NEW TABLE AS new_rows"),
        ("DELETE", "OLD TABLE AS old_rows"),
        ("UPDATE", "NEW TABLE AS new_rows OLD TABLE AS old_rows"),
    ):
        parts.append(f"""
CREATE TRIGGER {table}_stale_{event.lower()} AFTER {event} ON {table} REFERENCING {tables}
    FOR EACH STATEMENT {BY_OTHERS} EXECUTE FUNCTION {table}_stale();
""")
    return "".join(parts)


OF_LINKED = (
    "SELECT DISTINCT c.organisation_id FROM {rows} r JOIN avoided_claim c ON c.id = r.claim_id"
)
STALE = (
    mark_stale("avoided_claim", "SELECT DISTINCT organisation_id FROM {rows}")
    + mark_stale("avoided_claim_initiative", OF_LINKED)
    + mark_stale("avoided_claim_value_chain", OF_LINKED)
    + mark_stale("parentage", "SELECT DISTINCT child_id FROM {rows} WHERE relation = 'CONTROL'")
    # A sector or country that changes is copied to the standings by the recomputation.
    + """
CREATE FUNCTION organisation_stale() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO avoided_stale (organisation_id)
    SELECT n.id FROM new_rows n JOIN old_rows o ON o.id = n.id
    WHERE (n.sector, n.country) IS DISTINCT FROM (o.sector, o.country)
        AND EXISTS (SELECT 1 FROM avoided_claim c WHERE c.organisation_id = n.id);
    RETURN NULL;
END $$;
CREATE TRIGGER organisation_stale AFTER UPDATE ON organisation
    REFERENCING NEW TABLE AS new_rows OLD TABLE AS old_rows
    FOR EACH STATEMENT EXECUTE FUNCTION organisation_stale();
"""
)


class Migration(migrations.Migration):
    """Functions and triggers of the sums."""

    dependencies = [("consortium", "0002_constraints")]

    operations = [ops.RunSQL(sql) for sql in (LOCK, STANDINGS, SCAN, LINKS, COUNTS, STALE)]
