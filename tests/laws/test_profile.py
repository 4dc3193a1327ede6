"""The profile that is read from kept sums is the one that a walk through everything gives."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from random import Random
from typing import Any

import asyncpg
import orjson
import pytest

from consortium.kernel.principal import ANONYMOUS
from consortium.membership.actions.profile import check_profile, rebuild_profile
from consortium.storage.database import Database
from schema.planner.execution import Executor, Request
from tests.factories import (
    create_membership,
    create_organisation,
    create_period,
    create_rate,
    create_size,
)
from tests.factories.changes import CHANGES, SIZE_CHANGES
from tests.oracle import Oracle, World
from tests.oracle.comparison import differences

PART = """{ memberCount revenue { known undated converted of usd }
    employees { known of total } %s }"""
PROFILE = f"""query ($day: Date!, $since: Date!) {{ consortium(onDate: $day) {{
    onDate memberCount year: joined {{ since members }} gone: left {{ since members }}
    joined(since: $since) {{ since members }} left(since: $since) {{ since members }}
    revenue {{ known undated converted of usd byCurrency {{ currency amount known }}
        rates {{ currency year perUsd members source {{ title }} }} }}
    employees {{ known of total }}
    bySector {PART % "sector"} byRegion {PART % "region"} byCountry {PART % "country"} }} }}"""
FIRST = date(2018, 1, 1)
TODAY = datetime.now(UTC).date()


class Histories:
    """Organisations with several spells, sizes and periods, made at random."""

    def __init__(self, connection: Any, seed: int) -> None:
        self.connection = connection
        self.random = Random(seed)  # noqa: S311

    def day(self) -> date:
        return FIRST + timedelta(days=self.random.randint(0, 365 * 6))

    async def make(self) -> None:
        for currency in ("EUR", "CNY"):
            for year in range(2018, 2023):
                rate = self.random.choice(("0.5", "7.0809", "3"))
                await create_rate(self.connection, currency, year, per_usd=Decimal(rate))
        for _ in range(14):
            await self.organisation()

    async def organisation(self) -> None:
        company = await create_organisation(
            self.connection, sector=self.sector(), country=self.country()
        )
        for year in self.random.sample((None, *range(2017, 2024)), k=self.random.randint(0, 5)):
            currency = self.random.choice(("USD", "EUR", "CNY", "JPY", None))
            await create_size(
                self.connection,
                company,
                year,
                revenue_amount=None if currency is None else self.random.randint(0, 10**6),
                revenue_currency=currency,
                employees=self.random.randint(0, 1000),
            )
        for ends_on, starts_on in self.periods():
            await create_period(
                self.connection,
                company,
                ends_on,
                starts_on=starts_on,
                sector=self.sector(),
                country=self.country(),
            )
        await self.memberships(company)

    def sector(self) -> str | None:
        return self.random.choice(("Energy", "energy", "Retail", None))

    def country(self) -> str | None:
        return self.random.choice(("CN", "DE", "US", "TW", None))

    def periods(self) -> list[tuple[date, date | None]]:
        ends = sorted({self.day() for _ in range(self.random.randint(0, 2))})
        starts = [None, *(day + timedelta(days=1) for day in ends)]
        return list(zip(ends, starts, strict=False))

    async def memberships(self, company: int) -> None:
        """Statuses one after another, some with days between; possible ones, by any procedure."""
        days = sorted({self.day() for _ in range(self.random.randint(1, 5))})
        starts: list[date | None] = [*days]
        if self.random.random() < 0.3:
            starts[0] = None
        status = "MEMBER"
        for at, start in enumerate(starts):
            last = days[at + 1] - timedelta(days=1) if at + 1 < len(days) else None
            if last is not None and self.random.random() < 0.2 and (start or FIRST) < last:
                last -= timedelta(days=1)
            await create_membership(
                self.connection, company, status=status, starts_on=start, ends_on=last
            )
            status = self.random.choice(FOLLOWING[status])


FOLLOWING = {
    "MEMBER": ("SUSPENDED", "UNDER_EXPULSION", "FORMER", "PARTICIPANT", "MEMBER"),
    "SUSPENDED": ("MEMBER", "FORMER", "UNDER_EXPULSION"),
    "UNDER_EXPULSION": ("UNDER_APPEAL", "EXPELLED"),
    "UNDER_APPEAL": ("MEMBER", "EXPELLED"),
    "EXPELLED": ("MEMBER",),
    "FORMER": ("MEMBER", "PARTICIPANT"),
    "PARTICIPANT": ("MEMBER",),
}


async def compared(database: Database, connection: Any, random: Random) -> list[Any]:
    """Where the profile differs from the oracle's, on days around every border."""
    oracle = Oracle.over(await World.load(connection))
    rows = await connection.fetch(
        "SELECT starts_on FROM profile_span UNION SELECT ends_before FROM profile_span"
    )
    days = sorted({row[0] for row in rows if row[0] is not None and row[0].year > 1})
    near = [day + timedelta(days=random.randint(-1, 1)) for day in random.sample(days, k=12)]
    found: list[Any] = []
    for day in (*near, date(1900, 1, 1), date(2024, 2, 29), date(9999, 12, 30)):
        since = day - timedelta(days=random.randint(0, 400))
        given = {"day": day.isoformat(), "since": since.isoformat()}
        answer = orjson.loads(
            await Executor.over(database.pool).run(Request(PROFILE, given, None), ANONYMOUS, TODAY)
        )
        assert list(answer) == ["data"], answer
        found += differences(oracle.answer(PROFILE, given, ANONYMOUS, TODAY), answer["data"])
    return found


@pytest.mark.parametrize("seed", [1, 2, 3])
async def test_the_profile_follows_every_change(database: Database, seed: int) -> None:
    """After histories were written and changed, every day's profile is what a walk gives."""
    connection = await asyncpg.connect(database.dsn)
    try:
        histories = Histories(connection, seed)
        await histories.make()
        assert await compared(database, connection, histories.random) == []
        others = [one for one in CHANGES if "membership" in one or "UPDATE organisation" in one]
        for sql in (*others, *SIZE_CHANGES):
            try:
                async with connection.transaction():
                    await connection.execute(sql.format(at=histories.random.randint(0, 2)))
            except asyncpg.CheckViolationError:
                continue  # that status cannot follow the one before
        assert await compared(database, connection, histories.random) == []
        assert await check_profile() == []
        await rebuild_profile()
        assert await compared(database, connection, histories.random) == []
    finally:
        await connection.close()
    assert await check_profile() == []
