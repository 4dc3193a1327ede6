"""Whole tables as text, to compare what was with what is."""

from collections.abc import Mapping

from consortium.storage.database import Database

TABLES = """
SELECT c.relname FROM pg_class c WHERE c.relnamespace = 'public'::regnamespace
    AND c.relkind IN ('r', 'p') AND NOT c.relispartition ORDER BY 1
"""
# Kept sums are written anew: their numbers differ, and rows that came to nothing are as good as
# none.
DERIVED = {
    "avoided_standing": "to_jsonb(t) - 'id'",
    "avoided_total": "to_jsonb(t) - 'id'",
    "assessed_contributor": "to_jsonb(t) - 'id'",
    "assessed_standing": "to_jsonb(t) - 'id'",
    "assessed_total": "to_jsonb(t) - 'id'",
    "organisation_beginning": "to_jsonb(t) - 'id'",
    "profile_span": "to_jsonb(t) - 'id'",
    "profile_total": "ROW(t.dimension, t.node, t.part, t.members, t.revenue_known,"
    " t.revenue_undated, t.revenue_converted, trim_scale(t.revenue_amount),"
    " trim_scale(t.revenue_usd), t.employees_known, t.employees)",
}
# That something changed is told, also where it was changed back.
TOLD = frozenset({"row_change"})
NOT_NULL = {
    "assessed_contributor": "WHERE t.claims <> 0",
    "assessed_total": "WHERE t.claims <> 0",
    "avoided_total": "WHERE t.claims <> 0 OR t.value_kg_co2e <> 0",
    "profile_total": "WHERE t.members <> 0 OR t.revenue_amount <> 0 OR t.employees <> 0",
}


async def dump(database: Database, *besides: str) -> Mapping[str, list[str]]:
    """Every row of every table but those named, in no order that matters."""
    async with database.pool.acquire() as connection:
        names = [
            row[0] for row in await connection.fetch(TABLES) if row[0] not in TOLD.union(besides)
        ]
        found: dict[str, list[str]] = {}
        for name in names:
            columns = DERIVED.get(name, "to_jsonb(t)")
            where = NOT_NULL.get(name, "")
            rows = await connection.fetch(f"SELECT ({columns})::text FROM {name} t {where}")  # noqa: S608
            found[name] = sorted(row[0] for row in rows)
    return found


def differing(one: Mapping[str, list[str]], other: Mapping[str, list[str]]) -> dict[str, list[str]]:
    """Table -> rows that are in one of two dumps only."""
    return {
        name: sorted(set(one[name]) ^ set(other[name])) for name in one if one[name] != other[name]
    }
