"""Keep the totals of assessed claims: SQL functions compute them, in the writing transaction."""

from datetime import date
from typing import NamedTuple

from consortium.storage.database import transaction
from consortium.storage.raw import raw

DUE = """
SELECT EXISTS (SELECT FROM assessed_total_state WHERE valid_until <= $1 OR valid_from > $1)
"""

# Standings that are not what computing them anew gives, whichever side has them.
STANDINGS = """
WITH kept AS (SELECT to_jsonb(s) - 'id' AS row FROM assessed_standing s),
computed AS (SELECT to_jsonb(s) - 'id' AS row FROM assessed_known(NULL, $1) s)
SELECT 'standing of claim ' || (coalesce(kept.row, computed.row) ->> 'claim_id'),
    kept.row::text, computed.row::text
FROM kept FULL JOIN computed ON kept.row = computed.row
WHERE kept.row IS NULL OR computed.row IS NULL
ORDER BY 1 LIMIT $2
"""

# Totals likewise; one without claims is as good as none.
TOTALS = """
WITH kept AS (SELECT cell, to_jsonb(t) - 'id' AS row FROM assessed_total t WHERE claims > 0),
computed AS (SELECT cell, to_jsonb(t) - 'id' AS row FROM assessed_counted() t)
SELECT 'total ' || coalesce(kept.cell, computed.cell), kept.row::text, computed.row::text
FROM kept FULL JOIN computed ON kept.cell = computed.cell
WHERE kept.row IS DISTINCT FROM computed.row
ORDER BY 1 LIMIT $1
"""

CONTRIBUTORS = """
SELECT 'contributor to ' || coalesce(p.cell, kept.cell), kept.claims::text, p.claims::text
FROM assessed_parts(NULL) p
FULL JOIN (SELECT * FROM assessed_contributor WHERE claims > 0) kept
    ON kept.cell = p.cell AND kept.organisation_id = p.organisation_id
WHERE p.claims IS DISTINCT FROM kept.claims
ORDER BY 1 LIMIT $1
"""


class Difference(NamedTuple):
    """Something kept that is not what it should be: where, what stands there, what should."""

    what: str
    kept: str
    computed: str


async def advance_totals(*, today: date) -> bool:
    """Bring the totals to a new day, if a membership or a claim begins or ends by it.

    Cheap when none does; returns whether anything was recomputed.
    """
    async with transaction() as client:
        connection = raw(client)
        if not await connection.fetchval(DUE, today):
            return False
        await connection.execute("SELECT avoided_total_lock()")
        await connection.execute("SELECT assessed_recount(NULL, $1)", today)
        return True


async def rebuild_totals(*, today: date) -> None:
    """Compute every standing and every total anew, as after a bulk load."""
    async with transaction() as client:
        await raw(client).execute("SELECT assessed_rebuild($1)", today)


async def check_assessed_totals(*, today: date | None = None, limit: int = 20) -> list[Difference]:
    """Compute standings and totals anew and compare; at most `limit` of each kind are listed."""
    async with transaction() as client:
        connection = raw(client)
        day = today or await connection.fetchval("SELECT current_date")
        rows = [
            *await connection.fetch(STANDINGS, day, limit),
            *await connection.fetch(TOTALS, limit),
            *await connection.fetch(CONTRIBUTORS, limit),
        ]
        return [Difference(row[0] or "", row[1] or "none", row[2] or "none") for row in rows]
