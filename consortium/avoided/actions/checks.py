"""Whether the kept sums are what they would be if computed anew."""

from datetime import date
from typing import NamedTuple

from consortium.storage.database import transaction
from consortium.storage.raw import Connection, raw

# Rows that differ in any measure or stand on one side only; a row of zeros is as good as none. What
# an owner's view exchanges may leave the number of claims and change their sum.
MEASURES = (
    *("claims", "value_kg_co2e", "value_count", "low_kg_co2e", "low_count", "high_kg_co2e"),
    *("high_count", "verified_kg_co2e", "at_least", "approximate"),
)
_SOMETHING = " OR ".join(f"t.{name} <> 0" for name in MEASURES)
COMPARISON = f"""
WITH kept AS (
    SELECT to_jsonb(t) - 'id' AS row, to_jsonb(t) - 'id' - $2::text[] AS key
    FROM avoided_total t WHERE {_SOMETHING}
),
computed AS (
    SELECT to_jsonb(t) - 'id' AS row, to_jsonb(t) - 'id' - $2::text[] AS key
    FROM avoided_total_scan() t WHERE {_SOMETHING}
)
SELECT jsonb_strip_nulls(coalesce(kept.key, computed.key))::text,
    (kept.row - ARRAY(SELECT jsonb_object_keys(kept.key)))::text,
    (computed.row - ARRAY(SELECT jsonb_object_keys(computed.key)))::text
FROM kept FULL JOIN computed ON kept.key = computed.key
WHERE kept.row IS DISTINCT FROM computed.row
ORDER BY 1 LIMIT $1
"""  # noqa: S608

# Standings whose flag is not what memberships and knowledge say on the day.
MISCOUNTED = """
SELECT count(*) FROM avoided_standing s
CROSS JOIN (
    SELECT coalesce(array_agg(m.organisation_id), '{}') AS ids FROM membership m
    WHERE m.status = 'MEMBER' AND (m.starts_on IS NULL OR m.starts_on <= $1)
        AND (m.ends_on IS NULL OR $1 <= m.ends_on)
) members
WHERE s.counts_now <> (
    s.reason IS NULL AND s.known_from <= $1 AND (s.known_to IS NULL OR $1 < s.known_to)
    AND s.organisation_id = ANY (members.ids)
    AND NOT coalesce(s.shadowed_by && members.ids, false)
)
"""


class Difference(NamedTuple):
    """Something kept that is not what it should be: where, what stands there, what should."""

    what: str
    kept: str
    computed: str


async def check_totals(*, today: date | None = None, limit: int = 20) -> list[Difference]:
    """Recompute the sums by a scan and compare; at most `limit` differing sums are listed.

    Also told: standings that count and should not on `today`, or the reverse, and organisations
    whose standings wait to be recomputed.
    """
    async with transaction() as client:
        connection = raw(client)
        rows = await connection.fetch(COMPARISON, limit, MEASURES)
        differences = [Difference(f"sum {r[0]}", r[1] or "none", r[2] or "none") for r in rows]
        day = today or await connection.fetchval("SELECT current_date")
        miscounted = await connection.fetchval(MISCOUNTED, day)
        if miscounted:
            differences.append(Difference("standings that count now", f"{miscounted} wrong", "0"))
        return differences + await _stale(connection)


async def _stale(connection: Connection) -> list[Difference]:
    waiting = await connection.fetchval("SELECT count(DISTINCT organisation_id) FROM avoided_stale")
    if not waiting:
        return []
    return [Difference("organisations with stale standings", str(waiting), "0")]
