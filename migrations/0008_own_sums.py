"""Sums for those who see an organisation's figures whole, kept beside those for everyone.

A row of `avoided_total` with an owner holds what the owner's own view adds to a sum for everyone
and takes away from it, so that one index finds both and one pass adds them up. The functions
replace those of `0003_totals`; the triggers that call them stay.
"""

from tortoise import fields, migrations
from tortoise.migrations import operations as ops

# As consortium.avoided.rules.vocabulary: USUAL_GROUPINGS and Dimension.
GROUPINGS = (0, 1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 5, 9, 17, 33, 65)
# Columns of the key that a grouping names; in the others every row has the same, NULL.
NAMED = {
    "year": (1, "int"),
    "fiscal_label": (2, 'text COLLATE "C"'),
    "organisation_id": (4, "bigint"),
    "group_id": (8, "bigint"),
    "sector": (16, 'text COLLATE "C"'),
    "country": (32, "varchar"),
    "category": (64, 'text COLLATE "C"'),
    "initiative_id": (128, "bigint"),
    "value_chain_id": (256, "bigint"),
    "verified": (512, "boolean"),
}
ALWAYS = ("kind", "since", "series_key", "not_broken_down", "owner_id", "audience")
KEY = ", ".join(("grouping", *ALWAYS, *NAMED))

# Terms of the sums, of a row that is added or taken away as `turn` says.
MEASURES = {
    "claims": "s.turn",
    "value_kg_co2e": "s.turn * s.value_kg_co2e",
    "value_count": "s.turn * (s.value_kg_co2e IS NOT NULL)::int",
    "low_kg_co2e": "s.turn * s.low_kg_co2e",
    "low_count": "s.turn * (s.low_kg_co2e IS NOT NULL)::int",
    "high_kg_co2e": "s.turn * s.high_kg_co2e",
    "high_count": "s.turn * (s.high_kg_co2e IS NOT NULL)::int",
    "verified_kg_co2e": "s.turn * s.verified::int * s.value_kg_co2e",
    "at_least": "s.turn * (s.bound = 'AT_LEAST')::int",
    "approximate": "s.turn * (s.bound = 'APPROXIMATE')::int",
}
SUMS = ", ".join(f"coalesce(sum({term}), 0) AS {name}" for name, term in MEASURES.items())


def enters(bits: str | int) -> str:
    """SQL: a total counts whole where no dimension divides it, and by its parts where one does."""
    return f"(s.view = 0 OR (s.view = 1) = (s.divides & {bits} = 0))"


def views(rows: str, sign: str = "1") -> str:
    """SQL of what rows of standings add: for all of their audience, and for their owner.

    For the owner where they count for it (4) and not for the public (1) or members (2), or the
    reverse. An index finds those few rows of a large table.
    """
    columns = "s.*, {audience} AS sees, {owner} AS owner_id, {turn} AS turn"
    of_all = columns.format(audience="s.audience", owner="0::bigint", turn=sign)
    parts = [f"SELECT {of_all} FROM {rows} s WHERE s.counts_now"]
    turn = f"({sign}) * CASE WHEN s.audience & 4 <> 0 THEN 1 ELSE -1 END"
    for sort in (1, 2):
        of_own = columns.format(audience=f"{sort}::smallint", owner="s.organisation_id", turn=turn)
        uneven = f"(s.audience & {sort} = 0) <> (s.audience & 4 = 0)"
        parts.append(f"SELECT {of_own} FROM {rows} s WHERE s.counts_now AND {uneven}")
    return " UNION ALL ".join(parts)


def upsert(entries: str) -> str:
    """SQL that adds entries into groupings (`bits`) to the sums, in the order of the key."""
    named = ", ".join(
        f"s.{name}"
        if name.endswith(("initiative_id", "value_chain_id"))
        else f"CASE WHEN s.bits & {bit} <> 0 THEN s.{name} END AS {name}"
        for name, (bit, _) in NAMED.items()
    )
    always = ", ".join(
        "s.sees AS audience" if name == "audience" else f"s.{name}" for name in ALWAYS
    )
    places = ", ".join(str(place + 1) for place in range(1 + len(ALWAYS) + len(NAMED)))
    names = ", ".join(MEASURES)
    return f"""
    WITH delta AS (
        SELECT s.bits AS grouping, {always}, {named}, {SUMS} FROM ({entries}) s GROUP BY {places}
    )
    INSERT INTO avoided_total AS t ({KEY}, {names})
    SELECT {KEY}, {names} FROM delta WHERE {" OR ".join(f"{name} <> 0" for name in MEASURES)}
    ORDER BY {KEY}
    ON CONFLICT ON CONSTRAINT avoided_total_key DO UPDATE
    SET {", ".join(f"{name} = t.{name} + excluded.{name}" for name in MEASURES)};
"""


def function(name: str, body: str) -> str:
    """A trigger function that changes the sums; writers of them wait for one another first."""
    return f"""
CREATE OR REPLACE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM avoided_total_lock();
    {body}
    RETURN NULL;
END $$;
"""


def follow(name: str, counted: str) -> str:
    """What a change of standings makes of the sums; once for each initiative or chain there."""
    entries = f"""
        SELECT s.*, g.bits, i.initiative_id, v.value_chain_id
        FROM ({counted}) s
        CROSS JOIN unnest(ARRAY{list(GROUPINGS)}) AS g(bits)
        LEFT JOIN avoided_claim_initiative i ON g.bits & 128 <> 0 AND i.claim_id = s.claim_id
        LEFT JOIN avoided_claim_value_chain v ON g.bits & 256 <> 0 AND v.claim_id = s.claim_id
        WHERE {enters("g.bits")}
    """
    return function(name, upsert(entries))


STANDINGS = (
    follow("avoided_total_add", views("new_rows"))
    + follow("avoided_total_remove", views("old_rows", "-1"))
    + follow("avoided_total_change", f"{views('new_rows')} UNION ALL {views('old_rows', '-1')}")
)


def follow_links(table: str, column: str) -> str:
    """What a change of links makes of the sums: a claim moves from the group of those without one.

    `change` counts the links that a statement added and took away. What a claim had before is
    what it has now without that change, which tells whether it was, or is, without any link.
    """
    bits = NAMED[column][0]
    other = "value_chain_id" if column == "initiative_id" else "initiative_id"
    added = f"SELECT claim_id, {column}, 1 AS gain FROM new_rows"
    removed = f"SELECT claim_id, {column}, -1 AS gain FROM old_rows"
    parts = []
    for verb, change in (
        ("add", added),
        ("remove", removed),
        ("change", f"{added} UNION ALL {removed}"),
    ):
        entries = f"""
        WITH change AS ({change}),
        linked AS (
            SELECT c.claim_id, sum(c.gain) AS gained,
                (SELECT count(*) FROM {table} l WHERE l.claim_id = c.claim_id) AS now
            FROM change c GROUP BY c.claim_id
        ),
        moves AS (
            SELECT claim_id, {column}, gain FROM change
            UNION ALL
            SELECT claim_id, NULL, (now = 0)::int - (now - gained = 0)::int FROM linked
        )
        SELECT s.*, {bits} AS bits, m.{column}, NULL::bigint AS {other}
        FROM moves m CROSS JOIN LATERAL ({views("avoided_standing", "m.gain")}) s
        WHERE m.gain <> 0 AND s.claim_id = m.claim_id AND {enters(bits)}
        """
        parts.append(function(f"{table}_{verb}", upsert(entries)))
    return "".join(parts)


LINKS = follow_links("avoided_claim_initiative", "initiative_id") + follow_links(
    "avoided_claim_value_chain", "value_chain_id"
)


def scan(bits: int, columns: list[str]) -> str:
    """One grouping, computed from all that counts now. Grouped by few columns it is fast."""
    named = [name for name, (bit, _) in NAMED.items() if bits & bit]
    values = {name: f"NULL::{sql_type}" for name, (_, sql_type) in NAMED.items()}
    values |= {name: name for name in (*ALWAYS, *named)}
    values |= {"id": "0::bigint", "grouping": str(bits), "audience": "sees"}
    values |= {name: f"coalesce(sum({term}), 0)" for name, term in MEASURES.items()}
    links = ""
    if bits & 128:
        links = "LEFT JOIN avoided_claim_initiative i USING (claim_id)"
    if bits & 256:
        links = "LEFT JOIN avoided_claim_value_chain v USING (claim_id)"
    grouped = ", ".join("sees" if name == "audience" else name for name in (*ALWAYS, *named))
    return f"""
    SELECT {", ".join(f"{values[name]} AS {name}" for name in columns)}
    FROM ({views("avoided_standing")}) s {links} WHERE {enters(bits)} GROUP BY {grouped}
    """


# The table's columns in their order: the functions returns whole rows of it.
COLUMNS = [
    *("id", "grouping", "kind", "since", "series_key", "year", "fiscal_label", "organisation_id"),
    *("group_id", "sector", "country", "category", "not_broken_down", "initiative_id"),
    *("value_chain_id", "verified", "audience", *MEASURES, "owner_id"),
]
# The sums computed from nothing but what counts: for a rebuild, and to compare with.
SCAN = f"""
CREATE OR REPLACE FUNCTION avoided_total_scan() RETURNS SETOF avoided_total LANGUAGE sql STABLE AS $$
    {" UNION ALL ".join(scan(bits, COLUMNS) for bits in GROUPINGS)}
$$;
"""

KEYED = f"""
ALTER TABLE avoided_total DROP CONSTRAINT avoided_total_key;
DROP INDEX avoided_total_member_idx;
ALTER TABLE avoided_total
    ADD CONSTRAINT avoided_total_key UNIQUE NULLS NOT DISTINCT (
        grouping, owner_id, kind, since, series_key, year, fiscal_label, organisation_id, group_id,
        sector, country, category, not_broken_down, initiative_id, value_chain_id, verified, audience
    );
CREATE INDEX avoided_total_member_idx ON avoided_total (organisation_id, grouping, owner_id);
"""

# Sums for owners of what counts today.
FILLED = f"""
INSERT INTO avoided_total ({", ".join(COLUMNS[1:])})
SELECT {", ".join(COLUMNS[1:])} FROM avoided_total_scan() WHERE owner_id <> 0;
"""


class Migration(migrations.Migration):
    """Sums for owners."""

    dependencies = [("consortium", "0007_rights")]

    initial = False

    operations = [
        ops.AddField(
            model_name="AvoidedTotal",
            name="owner_id",
            field=fields.BigIntField(default=0, db_default=0),
        ),
        *(ops.RunSQL(sql) for sql in (KEYED, STANDINGS, LINKS, SCAN, FILLED)),
    ]
