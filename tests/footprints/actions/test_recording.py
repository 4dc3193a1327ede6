"""Footprints that are written and read again."""

import asyncio
from dataclasses import replace
from typing import Any
from uuid import UUID, uuid4

import asyncpg
import pytest
from hypothesis import HealthCheck, given, settings

from consortium.footprints.actions.recording import Record, deprecate, facts_kept, record
from consortium.footprints.rules.errors import FootprintExists, FootprintFaulty
from consortium.footprints.rules.facts import FootprintFacts, PfStatus
from consortium.footprints.rules.vocabulary import FootprintOrigin
from consortium.storage.database import Database, transaction
from consortium.storage.raw import raw
from tests.factories.footprints import CODE, GTIN, PACT_ID, facts, meaningful
from tests.factories.organisations import create_organisation
from tests.served import TODAY

ROWS = "SELECT count(*) FROM footprint"


async def kept_by(database: Database) -> Record:
    """A record of an organisation's own."""
    async with database.pool.acquire() as connection:
        owner = await create_organisation(connection)
    return Record(organisation_id=owner, origin=FootprintOrigin.ENTERED)


async def written(sent: FootprintFacts, of: Record) -> int:
    """Record a footprint in a transaction of its own."""
    async with transaction() as client:
        return await record(raw(client), sent, of, TODAY)


async def read(key: int) -> FootprintFacts:
    """What is kept of it."""
    async with transaction() as client:
        return await facts_kept(raw(client), key)


async def test_what_comes_in_goes_out(database: Database) -> None:
    """Whatever means something is kept to its last digit, word and list."""
    with database.active():
        of = await kept_by(database)
        loop = asyncio.get_running_loop()

        async def there_and_back(sent: FootprintFacts) -> None:
            sent = replace(sent, id=uuid4())
            kept = await read(await written(sent, of))
            assert kept == sent
            # Equal decimals may differ in how they are written.
            assert repr(kept.pcf) == repr(sent.pcf)

        @given(meaningful())
        @settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
        def law(sent: FootprintFacts) -> None:
            asyncio.run_coroutine_threadsafe(there_and_back(sent), loop).result()

        await asyncio.to_thread(law)


async def test_the_life_of_a_footprint(database: Database) -> None:
    """Nothing of it changes but that it is deprecated, which the database sees to."""
    with database.active():
        of = await kept_by(database)
        key = await written(facts(), of)
        for change in (
            "company_name = 'Other'",
            "fossil_ghg_emissions = 0",
            "details = details - 'product_ids'",
            "status = 'DEPRECATED', deprecated_on = '2026-01-01', valid_to = now()",
        ):
            with pytest.raises(asyncpg.CheckViolationError, match="stays as it was"):
                await database.pool.execute(f"UPDATE footprint SET {change}")  # noqa: S608
        with pytest.raises(asyncpg.CheckViolationError, match="stays on record"):
            await database.pool.execute("DELETE FROM footprint WHERE id = $1", key)
        with pytest.raises(FootprintExists):
            await written(facts(company_name="Another"), of)
        with pytest.raises(FootprintFaulty) as refused:
            await written(facts(id=UUID(int=7), company_name="", primary_data_share=None), of)
        assert [one.field for one in refused.value.faults] == [
            "companyName",
            "pcf.primaryDataShare",
        ]
        assert await database.pool.fetchval(ROWS) == 1
        assert await read(key) == facts()

        newer = facts(id=UUID(int=2), preceding_pf_ids=(PACT_ID,), comment="Again.")
        corrected = await written(newer, of)
        assert (await read(key)).status is PfStatus.DEPRECATED
        rows = await database.pool.fetch(
            "SELECT id, preceding_id, product_id, deprecated_on, version FROM footprint ORDER BY id"
        )
        assert [tuple(row) for row in rows] == [
            (key, None, rows[0]["product_id"], TODAY, 2),
            (corrected, key, rows[0]["product_id"], None, 1),
        ]
        with pytest.raises(asyncpg.CheckViolationError, match="stays as it was"):
            await database.pool.execute(
                "UPDATE footprint SET status = 'ACTIVE', deprecated_on = NULL WHERE id = $1", key
            )


async def test_products_and_predecessors_are_the_keepers_own(database: Database) -> None:
    """A footprint goes with the keeper's product of one identifier; others' stay untouched."""
    with database.active():
        ours, theirs = await kept_by(database), await kept_by(database)
        first = await written(facts(product_ids=(CODE,)), ours)
        same = await written(facts(id=UUID(int=2), product_ids=(GTIN, CODE.upper())), ours)
        other = await written(
            facts(id=UUID(int=3), preceding_pf_ids=(PACT_ID,), product_ids=(CODE,)), theirs
        )
        sent = replace(ours, origin=FootprintOrigin.RECEIVED, received_from="mill.example")
        # From elsewhere: it deprecates nothing of ours.
        await written(facts(id=UUID(int=4), preceding_pf_ids=(PACT_ID,)), sent)
        rows: Any = await database.pool.fetch(
            "SELECT id, product_id, status FROM footprint ORDER BY id"
        )
        products = {row["id"]: row["product_id"] for row in rows}
        assert products[first] == products[same] != products[other]
        assert {row["status"] for row in rows} == {"ACTIVE"}

        async with transaction() as client:
            await deprecate(raw(client), [first], "Sold out.", TODAY)
        assert (await read(first)).status is PfStatus.DEPRECATED
