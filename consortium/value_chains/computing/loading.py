"""The rows of a version as arrays: one COPY a table, of one moment."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

from consortium.storage.arrays import BIGINT, DOUBLE, fetch_array
from consortium.storage.connections import Borrowed, Pool, PoolConnection
from consortium.value_chains.rules.building import Recorded

GASES = """
SELECT coalesce(array_agg(gas ORDER BY gas), '{}') FROM
    (SELECT DISTINCT gas COLLATE "C" AS gas FROM activity_emission WHERE chain_version_id = $1) g
"""
ACTIVITIES = """
SELECT id, hashtextextended(code, 0), min(id) OVER (PARTITION BY process), output::float8,
    share::float8,
    coalesce(organisation_id, 0), coalesce(stage_id, 0)
FROM activity WHERE chain_version_id = $1 ORDER BY id
"""
EXCHANGES = """
SELECT consumer_id, supplier_id, amount::float8 FROM activity_exchange WHERE chain_version_id = $1
"""
EMISSIONS = """
SELECT activity_id, array_position($2::text[], gas)::bigint - 1, mass_kg::float8
FROM activity_emission WHERE chain_version_id = $1
"""
# A source that nobody named is named by the codes of its activities: copies err alike.
EXCHANGE_ERRORS = """
SELECT x.consumer_id, x.supplier_id, x.uncertainty::float8,
    hashtextextended(coalesce(x.error_source, c.code || ' takes ' || s.code), 0)
FROM activity_exchange x JOIN activity c ON c.id = x.consumer_id
    JOIN activity s ON s.id = x.supplier_id
WHERE x.chain_version_id = $1 AND x.uncertainty > 0 ORDER BY x.id
"""
EMISSION_ERRORS = """
SELECT e.activity_id, array_position($2::text[], e.gas)::bigint - 1, e.uncertainty::float8,
    hashtextextended(coalesce(e.error_source, a.code || ' emits ' || e.gas), 0)
FROM activity_emission e JOIN activity a ON a.id = e.activity_id
WHERE e.chain_version_id = $1 AND e.uncertainty > 0 ORDER BY e.id
"""


async def recorded(pool: Pool, version: int) -> Recorded:
    """All rows of a version."""
    async with _moment(pool) as connection:
        return await recorded_by(connection, version)


async def recorded_by(connection: PoolConnection, version: int) -> Recorded:
    """All rows of a version, as a connection sees them."""
    gases: list[str] = await connection.fetchval(GASES, version)
    return Recorded(
        gases=tuple(gases),
        activities=await fetch_array(
            connection,
            ACTIVITIES,
            version,
            id=BIGINT,
            code=BIGINT,
            process=BIGINT,
            output=DOUBLE,
            share=DOUBLE,
            organisation=BIGINT,
            stage=BIGINT,
        ),
        exchanges=await fetch_array(
            connection, EXCHANGES, version, consumer=BIGINT, supplier=BIGINT, amount=DOUBLE
        ),
        emissions=await fetch_array(
            connection, EMISSIONS, version, gases, activity=BIGINT, gas=BIGINT, mass_kg=DOUBLE
        ),
        exchange_errors=await fetch_array(
            connection,
            EXCHANGE_ERRORS,
            version,
            consumer=BIGINT,
            supplier=BIGINT,
            uncertainty=DOUBLE,
            name=BIGINT,
        ),
        emission_errors=await fetch_array(
            connection,
            EMISSION_ERRORS,
            version,
            gases,
            activity=BIGINT,
            gas=BIGINT,
            uncertainty=DOUBLE,
            name=BIGINT,
        ),
    )


@asynccontextmanager
async def _moment(pool: Pool) -> AsyncGenerator[Borrowed]:
    """A connection that sees one moment."""
    async with (
        pool.acquire() as connection,
        connection.transaction(isolation="repeatable_read", readonly=True),
    ):
        yield connection
