"""Keep the sums of the profile through loads, and see whether they are what they should be."""

from consortium.storage.database import transaction
from consortium.storage.raw import Connection, raw

LATER = "SELECT set_config('consortium.profile_later', 'on', true)"
CATCH_UP = "SELECT profile_catch_up()"
REBUILD = "SELECT profile_rebuild()"

MEASURES = (
    *("members", "revenue_known", "revenue_undated", "revenue_converted", "revenue_amount"),
    *("revenue_usd", "employees_known", "employees"),
)
_SOMETHING = " OR ".join(f"t.{name} <> 0" for name in MEASURES)
_ROW = f"to_jsonb(t) - 'id' AS row FROM {{sums}} t WHERE {_SOMETHING}"
# A row of zeros is as good as none.
COMPARISON = f"""
SELECT kept.row::text, computed.row::text
FROM (SELECT {_ROW.format(sums="profile_total")}) kept
FULL JOIN (SELECT {_ROW.format(sums="profile_total_scan()")}) computed
    ON kept.row ->> 'dimension' = computed.row ->> 'dimension'
    AND kept.row ->> 'node' = computed.row ->> 'node'
    AND kept.row ->> 'part' = computed.row ->> 'part'
WHERE kept.row IS DISTINCT FROM computed.row ORDER BY 1, 2 LIMIT $1
"""  # noqa: S608  our own names


async def put_off(connection: Connection) -> None:
    """Until the end of a load: only note whose spans change. `catch_up` computes them at once."""
    await connection.execute(LATER)


async def catch_up(connection: Connection) -> None:
    """Compute what a load put off."""
    await connection.execute(CATCH_UP)


async def rebuild_profile() -> None:
    """Compute every span and every sum anew, as after rows were copied past the triggers."""
    async with transaction() as client:
        await raw(client).execute(REBUILD)


async def check_profile(limit: int = 20) -> list[str]:
    """Compute the sums from what is kept and compare; at most `limit` that differ, in words."""
    async with transaction() as client:
        rows = await raw(client).fetch(COMPARISON, limit)
    return [f"{row[0] or 'none'} should be {row[1] or 'none'}" for row in rows]
