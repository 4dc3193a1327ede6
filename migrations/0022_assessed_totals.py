"""Totals of assessed claims, and the functions and triggers that keep them true, whoever writes."""

from tortoise import migrations
from tortoise.migrations import operations as ops
from consortium.effects.rules.vocabulary import Specificity, Timeframe
from consortium.storage.fields import IdField, KeyField, NumericField
from tortoise import fields
from tortoise.indexes import Index

# As consortium.assessment.rules.totals: USUAL_GROUPINGS, OF_CLAIMS and Reach.
GROUPINGS = "'{0,1,2,4,8,16,32,64,128,3,5,9,17,33,65,129}'::int[]"
OF_CLAIMS = 248
EVERYONE = "VALUES (1::smallint), (2::smallint)"

# Columns of the key and the bits of the groupings that name them: of effects, then of claims.
OF_EFFECT = {"year": 1, "category": 2, "value_chain_id": 4}
OF_CLAIM = {"organisation_id": 8, "group_id": 16, "sector": 32, "country": 64, "assured": 128}
KEY = ("grouping", "audience", "timeframe", *OF_EFFECT, "undivided", *OF_CLAIM)
MEASURES = (
    *("claims", "effects", "contributors", "own_kg_co2e", "joint_kg_co2e", "gross_kg_co2e"),
    *("assured_kg_co2e", "specific_kg_co2e", "specific_effects", "regional_kg_co2e"),
    *("regional_effects", "average_kg_co2e", "average_effects", "squares_kg2", "uncertain_effects"),
)

STATE = """
ALTER TABLE assessed_total_state
    ADD CONSTRAINT assessed_total_state_one_row CHECK (id = 1);
INSERT INTO assessed_total_state (id, valid_from) VALUES (1, '0001-01-01');
ALTER TABLE assessed_standing
    ADD CONSTRAINT assessed_standing_share_or_joint CHECK (
        (share_kg_co2e IS NULL) <> (joint_kg_co2e IS NULL)),
    ADD CONSTRAINT assessed_standing_kept_range CHECK (kept >= 0 AND kept <= 1),
    ADD CONSTRAINT assessed_standing_days_ordered CHECK (known_from < known_to);
"""

# Decisions about overlaps are made in a later migration, which replaces both.
OVERLAPS = """
CREATE FUNCTION effect_kept(key bigint, on_day date) RETURNS numeric LANGUAGE sql STABLE AS
    'SELECT 1::numeric';
-- The days on which `effect_kept` of an effect may change.
CREATE FUNCTION effect_kept_days(key bigint) RETURNS SETOF date LANGUAGE sql STABLE ROWS 1 AS
    'SELECT NULL::date WHERE false';
"""

# As consortium.organisations.rules.ControlChains.group: a ring of control ends where it closes.
HEADS = """
CREATE FUNCTION organisation_group(organisation bigint, on_day date) RETURNS bigint
LANGUAGE plpgsql STABLE AS $$
DECLARE
    head bigint := organisation;
    above bigint;
    seen bigint[] := ARRAY[organisation];
BEGIN
    LOOP
        SELECT p.parent_id INTO above FROM parentage p
        WHERE p.child_id = head AND p.relation = 'CONTROL'
            AND (p.starts_on IS NULL OR p.starts_on <= on_day)
            AND (p.ends_on IS NULL OR on_day <= p.ends_on)
        ORDER BY p.id LIMIT 1;
        EXIT WHEN above IS NULL OR above = ANY (seen);
        head := above;
        seen := seen || above;
    END LOOP;
    RETURN head;
END $$;
"""

# What is known of a published claim from its publication to its end, cut where it changes: with its
# assurance, and with decisions about overlaps. Sector and country are those of the organisation on
# the period's last day, as of disclosed figures.
KNOWN = """
SELECT 0::bigint AS id, c.id AS claim_id, c.effect_id, coalesce(e.original_id, e.id) AS origin_id, c.allocation_id, c.organisation_id,
    organisation_group(c.organisation_id, e.period_end) AS group_id,
    CASE WHEN was.id IS NULL THEN o.sector ELSE was.sector END AS sector,
    (CASE WHEN was.id IS NULL THEN o.country ELSE was.country END)::varchar(2) AS country,
    s.category, e.value_chain_id, c.timeframe, c.year, c.specificity,
    coalesce(assurance.since <= span.known_from, false) AS assured,
    CASE c.visibility WHEN 'PUBLIC' THEN 3 ELSE 2 END::smallint AS audience,
    c.effect_kg_co2e,
    CASE WHEN c.share IS NOT NULL THEN c.claim_kg_co2e END AS share_kg_co2e,
    CASE WHEN c.share IS NULL THEN c.claim_kg_co2e END AS joint_kg_co2e,
    c.uncertainty, effect_kept(c.effect_id, span.known_from) AS kept,
    span.known_from, span.known_to,
    span.known_from <= today AND (span.known_to IS NULL OR today < span.known_to)
        AND EXISTS (
            SELECT FROM membership m WHERE m.organisation_id = c.organisation_id
                AND m.status = 'MEMBER' AND (m.starts_on IS NULL OR m.starts_on <= today)
                AND (m.ends_on IS NULL OR today <= m.ends_on)
        ) AS counts_now
FROM {claims}
JOIN solution s ON s.id = e.solution_id
JOIN organisation o ON o.id = c.organisation_id
LEFT JOIN LATERAL (
    SELECT past.id, past.sector, past.country FROM organisation_period past
    WHERE past.organisation_id = c.organisation_id AND past.ends_on >= e.period_end
    ORDER BY past.ends_on LIMIT 1
) was ON true
-- A second assurance does not change what was known after the first.
CROSS JOIN LATERAL (
    SELECT least(c.assured_on, CASE WHEN c.assured_on IS NOT NULL THEN (
        SELECT min(step.taken_on) FROM claim_step step
        WHERE step.claim_id = c.id AND step.step = 'ASSURE'
    ) END) AS since
) assurance
CROSS JOIN LATERAL (
    SELECT day AS known_from, lead(day) OVER (ORDER BY day) AS known_to
    FROM (
        SELECT c.published_on AS day
        UNION SELECT c.ended_on WHERE c.ended_on > c.published_on
        UNION SELECT assurance.since WHERE assurance.since > c.published_on
        UNION SELECT changed FROM effect_kept_days(c.effect_id) changed
            WHERE changed > c.published_on
    ) days
) span
WHERE c.published_on IS NOT NULL AND c.visibility <> 'PRIVATE'
    AND (c.ended_on IS NULL OR span.known_from < c.ended_on)
"""


def either(name: str, returns: str, some: str, everything: str, arguments: str = "") -> str:
    """A function of some effects, or of all: NULL. Each way has a plan of its own."""
    return f"""
CREATE FUNCTION {name}(asked_effects bigint[]{arguments}) RETURNS SETOF {returns}
LANGUAGE plpgsql STABLE SET plan_cache_mode = force_generic_plan AS $$
DECLARE
    one int;
BEGIN
    IF asked_effects IS NULL THEN
        {everything}
    ELSE
        {some}
    END IF;
END $$;
"""


STANDINGS = either(
    "assessed_known",
    "assessed_standing",
    "RETURN QUERY "
    + KNOWN.format(
        claims="unnest(asked_effects) AS asked(id)"
        " JOIN effect e ON e.id = asked.id OR e.original_id = asked.id"
        " JOIN assessed_claim c ON c.effect_id = e.id"
    )
    + ";",
    "RETURN QUERY "
    + KNOWN.format(claims="assessed_claim c JOIN effect e ON e.id = c.effect_id")
    + ";",
    ", today date",
)


def keyed(groupings: str, standings: str) -> str:
    """SQL of each counting standing in each grouping, once for each audience that it reaches.

    Where a grouping names what belongs to claims, a joint claim is in the group of those.
    """
    of_effect = ", ".join(
        f"CASE WHEN g.bits & {bit} <> 0 THEN s.{name} END AS {name}"
        for name, bit in OF_EFFECT.items()
    )
    of_claim = ", ".join(
        f"(CASE WHEN g.bits & {bit} <> 0 AND s.share_kg_co2e IS NOT NULL THEN s.{name} END)"
        f"{'::varchar(2)' if name == 'country' else ''} AS {name}"
        for name, bit in OF_CLAIM.items()
    )
    return f"""
        SELECT g.bits AS grouping, sees.audience, s.timeframe, {of_effect},
            g.bits & {OF_CLAIMS} <> 0 AND s.share_kg_co2e IS NULL AS undivided, {of_claim},
            s.effect_id, s.origin_id, s.organisation_id AS whose, s.share_kg_co2e, s.joint_kg_co2e, s.kept,
            s.assured AS is_assured, s.specificity, s.uncertainty
        FROM {standings}
        CROSS JOIN unnest({groupings}) AS g(bits)
        CROSS JOIN ({EVERYONE}) AS sees(audience)
        WHERE s.counts_now AND s.audience & sees.audience <> 0
    """


CELL = f"ROW({', '.join(KEY)})::text"


def cells(groupings: str, standings: str) -> str:
    """SQL of totals. An effect's claims are added up first: its joint remainder counts once."""
    key = ", ".join(KEY)
    mix = ", ".join(
        f"coalesce(sum(net) FILTER (WHERE specificity = '{word}'), 0),"
        f" count(*) FILTER (WHERE specificity = '{word}')"
        for word in ("SPECIFIC", "REGIONAL", "GLOBAL_AVERAGE")
    )
    return f"""
    WITH keyed AS ({keyed(groupings, standings)}),
    of_effect AS (
        SELECT {key}, origin_id, count(*) AS claims,
            coalesce(sum(share_kg_co2e * kept), 0) AS own,
            -- Once: as restated last, and of different allocations the larger remainder.
            coalesce((array_agg(joint_kg_co2e * kept ORDER BY effect_id DESC, abs(joint_kg_co2e) DESC)
                FILTER (WHERE joint_kg_co2e IS NOT NULL))[1], 0) AS joint,
            sum(coalesce(share_kg_co2e, joint_kg_co2e)) AS gross,
            coalesce(sum(share_kg_co2e * kept) FILTER (WHERE is_assured), 0) AS own_assured,
            coalesce(bool_or(is_assured) FILTER (WHERE share_kg_co2e IS NULL), false) AS joint_assured,
            -- The alphabet happens to begin with the least specific.
            min(specificity) AS specificity,
            CASE WHEN count(uncertainty) = count(*) THEN max(uncertainty) END AS uncertainty
        FROM keyed GROUP BY {key}, origin_id
    ),
    netted AS (SELECT *, own + joint AS net FROM of_effect)
    SELECT 0::bigint, {CELL}, {key}, sum(claims)::bigint, count(*), 0::bigint, sum(own), sum(joint),
        sum(gross), sum(own_assured + CASE WHEN joint_assured THEN joint ELSE 0 END), {mix},
        coalesce(sum((net * uncertainty) ^ 2), 0), count(*) FILTER (WHERE uncertainty IS NULL)
    FROM netted GROUP BY {key}
    """


def contributors(groupings: str, standings: str) -> str:
    """SQL of the organisations of each total, and of the number of their claims there."""
    key = ", ".join(KEY)
    return f"""
    WITH keyed AS ({keyed(groupings, standings)})
    SELECT 0::bigint, {CELL}, whose, count(*) FROM keyed GROUP BY {key}, whose
    """


SOME = "unnest(asked_effects) AS asked(id) JOIN assessed_standing s ON s.origin_id = asked.id"


def by_grouping(statement: str) -> str:
    """All of a table, one grouping after the other: few columns are grouped faster than many."""
    return f"FOREACH one IN ARRAY {GROUPINGS} LOOP RETURN QUERY {statement}; END LOOP;"


SUMS = "".join(
    either(
        name,
        returns,
        f"RETURN QUERY {of(GROUPINGS, SOME)};",
        by_grouping(of("ARRAY[one]", "assessed_standing s")),
    )
    for name, returns, of in (
        ("assessed_cells", "assessed_total", cells),
        ("assessed_parts", "assessed_contributor", contributors),
    )
)

ADDED = ", ".join(f"{name} = t.{name} + excluded.{name}" for name in MEASURES)
OF_CELLS = [name for name in MEASURES if name != "contributors"]
# What some effects added to the totals is taken away, and what they add now is added.
APPLY = f"""
CREATE FUNCTION assessed_apply(
    cells assessed_total[], parts assessed_contributor[], changed bigint[]) RETURNS void
LANGUAGE plpgsql AS $$
BEGIN
    WITH moved AS (
        SELECT m.cell, m.organisation_id, sum(m.claims) AS claims
        FROM (
            SELECT cell, organisation_id, claims FROM assessed_parts(changed)
            UNION ALL SELECT cell, organisation_id, -claims FROM unnest(parts)
        ) m
        GROUP BY m.cell, m.organisation_id HAVING sum(m.claims) <> 0
    ),
    written AS (
        INSERT INTO assessed_contributor AS t (cell, organisation_id, claims)
        SELECT cell, organisation_id, claims FROM moved ORDER BY cell, organisation_id
        ON CONFLICT (cell, organisation_id) DO UPDATE SET claims = t.claims + excluded.claims
        RETURNING t.cell, t.organisation_id, t.claims
    ),
    entered AS (
        SELECT w.cell, sum((w.claims > 0)::int - (w.claims > m.claims)::int) AS contributors
        FROM written w JOIN moved m USING (cell, organisation_id) GROUP BY w.cell
    ),
    delta AS (
        SELECT cell, {", ".join(KEY)}, {", ".join(f"sum({name}) AS {name}" for name in OF_CELLS)}
        FROM (
            SELECT * FROM assessed_cells(changed)
            UNION ALL
            SELECT id, cell, {", ".join(KEY)}, {", ".join(f"-{name}" for name in MEASURES)}
            FROM unnest(cells)
        ) d
        GROUP BY cell, {", ".join(KEY)}
    )
    INSERT INTO assessed_total AS t (cell, {", ".join(KEY)}, {", ".join(OF_CELLS)}, contributors)
    SELECT cell, {", ".join(KEY)}, {", ".join(OF_CELLS)}, coalesce(e.contributors, 0)
    FROM delta d LEFT JOIN entered e USING (cell)
    WHERE e.contributors <> 0 OR {" OR ".join(f"{name} <> 0" for name in OF_CELLS)}
    ORDER BY cell
    ON CONFLICT (cell) DO UPDATE SET {ADDED};
END $$;
"""

REFRESH = """
-- The days for which `counts_now` and the totals are right: the borders before and after the day.
CREATE FUNCTION assessed_total_state_renew(today date) RETURNS void LANGUAGE sql AS $$
    INSERT INTO assessed_total_state (id, valid_from, valid_until)
    SELECT 1,
        coalesce(
            greatest(
                (SELECT max(starts_on) FROM membership WHERE starts_on <= today),
                (SELECT max(ends_on) FROM membership WHERE ends_on < today) + 1,
                (SELECT max(known_from) FROM assessed_standing WHERE known_from <= today),
                (SELECT max(known_to) FROM assessed_standing WHERE known_to <= today)
            ), '0001-01-01'
        ),
        least(
            (SELECT min(starts_on) FROM membership WHERE starts_on > today),
            (SELECT min(ends_on) FROM membership WHERE today <= ends_on AND ends_on < 'infinity') + 1,
            (SELECT min(known_from) FROM assessed_standing WHERE known_from > today),
            (SELECT min(known_to) FROM assessed_standing WHERE known_to > today)
        )
    ON CONFLICT (id) DO UPDATE
    SET valid_from = excluded.valid_from, valid_until = excluded.valid_until
    WHERE (assessed_total_state.valid_from, assessed_total_state.valid_until)
        IS DISTINCT FROM (excluded.valid_from, excluded.valid_until)
$$;

-- Compute anew how the claims of some effects stand, with those of their restatements (`changed` has
-- the first of each), and the totals with them. Writers of totals
-- wait for one another, with those of disclosed figures: a membership changes both.
CREATE FUNCTION assessed_refresh(changed bigint[], today date) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    cells assessed_total[];
    parts assessed_contributor[];
BEGIN
    IF changed IS NULL OR cardinality(changed) = 0 THEN
        RETURN;
    END IF;
    PERFORM avoided_total_lock();
    cells := ARRAY(SELECT c FROM assessed_cells(changed) c);
    parts := ARRAY(SELECT p FROM assessed_parts(changed) p);
    DELETE FROM assessed_standing WHERE origin_id = ANY (changed);
    INSERT INTO assessed_standing ({columns})
    SELECT {columns} FROM assessed_known(changed, today) ORDER BY claim_id, known_from;
    PERFORM assessed_apply(cells, parts, changed);
    PERFORM assessed_total_state_renew(today);
END $$;

-- Whether standings count on a day; of everyone: NULL.
CREATE FUNCTION assessed_recount(organisations bigint[], today date) RETURNS void
LANGUAGE plpgsql AS $$
DECLARE
    changed bigint[];
    cells assessed_total[];
    parts assessed_contributor[];
    members bigint[] := ARRAY(
        SELECT m.organisation_id FROM membership m
        WHERE (organisations IS NULL OR m.organisation_id = ANY (organisations))
            AND m.status = 'MEMBER' AND (m.starts_on IS NULL OR m.starts_on <= today)
            AND (m.ends_on IS NULL OR today <= m.ends_on)
    );
    wrong bigint[];
BEGIN
    IF organisations IS NULL THEN
        wrong := ARRAY(SELECT s.id FROM assessed_standing s WHERE s.counts_now <> ({counts}));
    ELSE
        wrong := ARRAY(
            SELECT s.id FROM unnest(organisations) AS asked(id)
            JOIN assessed_standing s ON s.organisation_id = asked.id
            WHERE s.counts_now <> ({counts})
        );
    END IF;
    IF cardinality(wrong) > 0 THEN
        PERFORM avoided_total_lock();
        changed := ARRAY(SELECT DISTINCT s.origin_id FROM assessed_standing s WHERE s.id = ANY (wrong));
        cells := ARRAY(SELECT c FROM assessed_cells(changed) c);
        parts := ARRAY(SELECT p FROM assessed_parts(changed) p);
        UPDATE assessed_standing SET counts_now = NOT counts_now WHERE id = ANY (wrong);
        PERFORM assessed_apply(cells, parts, changed);
    END IF;
    PERFORM assessed_total_state_renew(today);
END $$;

-- All anew, as after claims were loaded while `consortium.rebuilding` was on.
CREATE FUNCTION assessed_rebuild(today date) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    PERFORM avoided_total_lock();
    TRUNCATE assessed_standing, assessed_total, assessed_contributor;
    INSERT INTO assessed_standing ({columns})
    SELECT {columns} FROM assessed_known(NULL, today) ORDER BY claim_id, known_from;
    INSERT INTO assessed_contributor (cell, organisation_id, claims)
    SELECT cell, organisation_id, claims FROM assessed_parts(NULL);
    INSERT INTO assessed_total ({totals})
    SELECT {totals} FROM assessed_counted();
    PERFORM assessed_total_state_renew(today);
END $$;
"""

STANDING_COLUMNS = (
    *(
        "claim_id",
        "effect_id",
        "origin_id",
        "allocation_id",
        "organisation_id",
        "group_id",
        "sector",
        "country",
    ),
    *("category", "value_chain_id", "timeframe", "year", "specificity", "assured", "audience"),
    *("effect_kg_co2e", "share_kg_co2e", "joint_kg_co2e", "uncertainty", "kept", "known_from"),
    *("known_to", "counts_now"),
)
COUNTS = (
    "s.known_from <= today AND (s.known_to IS NULL OR today < s.known_to)"
    " AND s.organisation_id = ANY (members)"
)
REFRESH = (
    REFRESH.replace("{columns}", ", ".join(STANDING_COLUMNS))
    .replace("{counts}", COUNTS)
    .replace("{totals}", ", ".join(("cell", *KEY, *MEASURES)))
)

# The totals computed from nothing but what counts: for a rebuild, and to compare with.
COUNTED = f"""
CREATE FUNCTION assessed_counted() RETURNS SETOF assessed_total LANGUAGE sql STABLE AS $$
    SELECT c.id, c.cell, {", ".join(f"c.{name}" for name in KEY)},
        {
    ", ".join(
        "coalesce(p.organisations, 0)" if name == "contributors" else f"c.{name}"
        for name in MEASURES
    )
}
    FROM assessed_cells(NULL) c
    LEFT JOIN (
        SELECT cell, count(*) AS organisations FROM assessed_parts(NULL) GROUP BY cell
    ) p USING (cell)
$$;
"""

UNTIL_REBUILT = "WHEN (current_setting('consortium.rebuilding', true) IS DISTINCT FROM 'on')"
TABLES = {
    "INSERT": "NEW TABLE AS new_rows",
    "DELETE": "OLD TABLE AS old_rows",
    "UPDATE": "NEW TABLE AS new_rows OLD TABLE AS old_rows",
}


def follow(name: str, body: str, table: str, events: tuple[str, ...]) -> str:
    """Statement-level triggers that compute anew what a change touches: `body` says what."""
    parts = [
        f"""
CREATE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    touched bigint[];
BEGIN
    {body}
    RETURN NULL;
END $$;
"""
    ]
    parts += [
        f"""
CREATE TRIGGER {name}_{event.lower()} AFTER {event} ON {table} REFERENCING {TABLES[event]}
    FOR EACH STATEMENT {UNTIL_REBUILT} EXECUTE FUNCTION {name}();
"""
        for event in events
    ]
    return "".join(parts)


def of_rows(query: str) -> str:
    """Statements that gather `touched` from the rows of the statement, new and old.

    `EXECUTE`: a plan of tables of changed rows is right for as many as there are this time.
    """
    return f"""
    IF TG_OP = 'INSERT' THEN
        EXECUTE $q${query.format(rows="new_rows")}$q$ INTO touched;
    ELSIF TG_OP = 'DELETE' THEN
        EXECUTE $q${query.format(rows="old_rows")}$q$ INTO touched;
    ELSE
        EXECUTE $q${query.format(rows="(SELECT * FROM new_rows UNION ALL SELECT * FROM old_rows)")}$q$
        INTO touched;
    END IF;
    """


OF_ORGANISATIONS = """
    PERFORM assessed_refresh(
        ARRAY(SELECT DISTINCT s.origin_id FROM assessed_standing s
            WHERE s.organisation_id = ANY (touched)),
        current_date);
"""
# Whoever stands below a controller that changed may have another head.
BELOW = """
    WITH RECURSIVE below (id) AS (
        SELECT unnest(touched)
        UNION
        SELECT p.child_id FROM below JOIN parentage p ON p.parent_id = below.id
        WHERE p.relation = 'CONTROL'
    )
    SELECT array_agg(id) INTO touched FROM below;
"""
FOLLOW = (
    follow(
        "assessed_follow_claims",
        of_rows(
            "SELECT array_agg(DISTINCT coalesce(e.original_id, e.id)) FROM {rows} r"
            " JOIN effect e ON e.id = r.effect_id WHERE r.published_on IS NOT NULL"
        )
        + "PERFORM assessed_refresh(touched, current_date);",
        "assessed_claim",
        ("INSERT", "UPDATE", "DELETE"),
    )
    + follow(
        "assessed_follow_membership",
        of_rows("SELECT array_agg(DISTINCT r.organisation_id) FROM {rows} r")
        + """
    PERFORM avoided_total_lock();
    PERFORM assessed_recount(coalesce(touched, '{}'), current_date);
    """,
        "membership",
        ("INSERT", "UPDATE", "DELETE"),
    )
    + follow(
        "assessed_follow_parentage",
        of_rows("SELECT array_agg(DISTINCT r.child_id) FROM {rows} r WHERE r.relation = 'CONTROL'")
        + BELOW
        + OF_ORGANISATIONS,
        "parentage",
        ("INSERT", "UPDATE", "DELETE"),
    )
    + follow(
        "assessed_follow_periods",
        of_rows("SELECT array_agg(DISTINCT r.organisation_id) FROM {rows} r") + OF_ORGANISATIONS,
        "organisation_period",
        ("INSERT", "UPDATE", "DELETE"),
    )
    + follow(
        "assessed_follow_organisations",
        """
    EXECUTE 'SELECT array_agg(n.id) FROM new_rows n JOIN old_rows o ON o.id = n.id
        WHERE (n.sector, n.country) IS DISTINCT FROM (o.sector, o.country)' INTO touched;
    """
        + OF_ORGANISATIONS,
        "organisation",
        ("UPDATE",),
    )
    + follow(
        "assessed_follow_solutions",
        """
    EXECUTE 'SELECT array_agg(e.id) FROM new_rows n JOIN old_rows o ON o.id = n.id
        JOIN effect e ON e.solution_id = n.id WHERE n.category <> o.category' INTO touched;
    PERFORM assessed_refresh(
        ARRAY(SELECT DISTINCT s.origin_id FROM assessed_standing s WHERE s.effect_id = ANY (touched)),
        current_date);
    """,
        "solution",
        ("UPDATE",),
    )
    # For the table of decisions about overlaps: a later migration puts it there.
    + """
CREATE FUNCTION assessed_follow_decisions() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    touched bigint[];
BEGIN
    EXECUTE 'SELECT array_agg(DISTINCT deducted_effect_id) FROM new_rows
        WHERE deducted_effect_id IS NOT NULL' INTO touched;
    PERFORM assessed_refresh(
        ARRAY(SELECT DISTINCT s.origin_id FROM assessed_standing s WHERE s.effect_id = ANY (touched)),
        current_date);
    RETURN NULL;
END $$;
"""
)


class Migration(migrations.Migration):
    dependencies = [("consortium", "0021_claims")]

    initial = False

    operations = [
        ops.CreateModel(
            name="AssessedContributor",
            fields=[
                ("id", IdField(generated=True, primary_key=True, unique=True, db_index=True)),
                ("cell", KeyField(generated=False, null=False, unique=False)),
                ("organisation_id", fields.BigIntField()),
                ("claims", fields.BigIntField()),
            ],
            options={
                "table": "assessed_contributor",
                "app": "consortium",
                "unique_together": (("cell", "organisation_id"),),
                "pk_attr": "id",
                "table_description": "An organisation with claims in a total, and with how many.",
            },
            bases=["Model"],
        ),
        ops.CreateModel(
            name="AssessedStanding",
            fields=[
                ("id", IdField(generated=True, primary_key=True, unique=True, db_index=True)),
                ("claim_id", fields.BigIntField()),
                ("effect_id", fields.BigIntField()),
                ("origin_id", fields.BigIntField()),
                ("allocation_id", fields.BigIntField(null=True)),
                ("organisation_id", fields.BigIntField()),
                ("group_id", fields.BigIntField()),
                ("sector", KeyField(null=True, generated=False, unique=False)),
                ("country", fields.CharField(null=True, max_length=2)),
                ("category", KeyField(generated=False, null=False, unique=False)),
                ("value_chain_id", fields.BigIntField(null=True)),
                (
                    "timeframe",
                    fields.CharEnumField(description="", enum_type=Timeframe, max_length=20),
                ),
                ("year", fields.IntField()),
                (
                    "specificity",
                    fields.CharEnumField(description="", enum_type=Specificity, max_length=20),
                ),
                ("assured", fields.BooleanField()),
                ("audience", fields.SmallIntField()),
                ("effect_kg_co2e", NumericField(generated=False, null=False, unique=False)),
                ("share_kg_co2e", NumericField(null=True, generated=False, unique=False)),
                ("joint_kg_co2e", NumericField(null=True, generated=False, unique=False)),
                ("uncertainty", NumericField(null=True, generated=False, unique=False)),
                ("kept", NumericField(generated=False, null=False, unique=False)),
                ("known_from", fields.DateField()),
                ("known_to", fields.DateField(null=True)),
                ("counts_now", fields.BooleanField()),
            ],
            options={
                "table": "assessed_standing",
                "app": "consortium",
                "indexes": [
                    Index(fields=["origin_id"], name="assessed_standing_origin_idx"),
                    Index(fields=["claim_id"], name="assessed_standing_claim_idx"),
                    Index(fields=["organisation_id", "year"], name="assessed_standing_member_idx"),
                    Index(fields=["category"], name="assessed_standing_category_idx"),
                    Index(fields=["known_from"], name="assessed_standing_known_from_idx"),
                    Index(fields=["known_to"], name="assessed_standing_known_to_idx"),
                ],
                "pk_attr": "id",
                "table_description": "A published claim over the days on which the same was known of it.",
            },
            bases=["Model"],
        ),
        ops.CreateModel(
            name="AssessedTotal",
            fields=[
                ("id", IdField(generated=True, primary_key=True, unique=True, db_index=True)),
                ("cell", KeyField(generated=False, null=False, unique=False)),
                ("grouping", fields.IntField()),
                ("audience", fields.SmallIntField()),
                (
                    "timeframe",
                    fields.CharEnumField(description="", enum_type=Timeframe, max_length=20),
                ),
                ("year", fields.IntField(null=True)),
                ("category", KeyField(null=True, generated=False, unique=False)),
                ("value_chain_id", fields.BigIntField(null=True)),
                ("undivided", fields.BooleanField()),
                ("organisation_id", fields.BigIntField(null=True)),
                ("group_id", fields.BigIntField(null=True)),
                ("sector", KeyField(null=True, generated=False, unique=False)),
                ("country", fields.CharField(null=True, max_length=2)),
                ("assured", fields.BooleanField(null=True)),
                ("claims", fields.BigIntField()),
                ("effects", fields.BigIntField()),
                ("contributors", fields.BigIntField()),
                ("own_kg_co2e", NumericField(generated=False, null=False, unique=False)),
                ("joint_kg_co2e", NumericField(generated=False, null=False, unique=False)),
                ("gross_kg_co2e", NumericField(generated=False, null=False, unique=False)),
                ("assured_kg_co2e", NumericField(generated=False, null=False, unique=False)),
                ("specific_kg_co2e", NumericField(generated=False, null=False, unique=False)),
                ("specific_effects", fields.BigIntField()),
                ("regional_kg_co2e", NumericField(generated=False, null=False, unique=False)),
                ("regional_effects", fields.BigIntField()),
                ("average_kg_co2e", NumericField(generated=False, null=False, unique=False)),
                ("average_effects", fields.BigIntField()),
                ("squares_kg2", NumericField(generated=False, null=False, unique=False)),
                ("uncertain_effects", fields.BigIntField()),
            ],
            options={
                "table": "assessed_total",
                "app": "consortium",
                "unique_together": (("cell",),),
                "indexes": [
                    Index(
                        fields=["grouping", "audience", "timeframe"],
                        name="assessed_total_asked_idx",
                    )
                ],
                "pk_attr": "id",
                "table_description": "A total that is kept ready: what counts now, by one of the usual groupings.",
            },
            bases=["Model"],
        ),
        ops.CreateModel(
            name="AssessedTotalState",
            fields=[
                ("id", IdField(generated=True, primary_key=True, unique=True, db_index=True)),
                ("valid_from", fields.DateField()),
                ("valid_until", fields.DateField(null=True)),
            ],
            options={
                "table": "assessed_total_state",
                "app": "consortium",
                "pk_attr": "id",
                "table_description": "The days on which the kept totals are right: from the last change to the next known one.",
            },
            bases=["Model"],
        ),
        *(
            ops.RunSQL(sql)
            for sql in (STATE, OVERLAPS, HEADS, STANDINGS, SUMS, COUNTED, APPLY, REFRESH, FOLLOW)
        ),
    ]
