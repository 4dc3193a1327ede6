"""The consortium's profile on a day: who joined, left, was suspended, moved; and what is known."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import orjson
import pytest

from consortium.identity.rules.roles import Role, permissions_of
from consortium.importing import import_file
from consortium.kernel.clock import utc_today
from consortium.kernel.principal import ANONYMOUS, Principal, Rights
from consortium.membership.actions import check_profile
from consortium.storage.database import Database
from schema.errors import RequestRefused
from schema.planner.execution import Executor, Request
from schema.planner.mutations import Writing
from tests.factories import (
    create_membership,
    create_organisation,
    create_period,
    create_rate,
    create_size,
)
from tests.served import TODAY, served

RECORD = """mutation ($input: RecordSizeInput!) { recordSize(input: $input) {
    ... on Organisation { revenue { amount currency year } employees employeesYear
        sizes { year revenueUsd employees source { title } } }
    ... on Refusal { code message path } } }"""


@dataclass(frozen=True)
class Story:
    """A database of its own, and who asks."""

    database: Database
    executor: Executor

    async def ask(self, query: str, by: Principal = ANONYMOUS, **variables: Any) -> Any:
        """What is answered."""
        return orjson.loads(await self.executor.run(Request(query, variables), by, TODAY))

    async def on(self, day: str, fields: str) -> Any:
        """The profile of a day."""
        answer = await self.ask(f'{{ consortium(onDate: "{day}") {{ {fields} }} }}')
        return answer["data"]["consortium"]

    async def record(self, by: Principal, organisation: int, **given: Any) -> Any:
        """What becomes of a size that somebody tells."""
        about = {"organisation": f"org_{organisation}", **given}
        return (await self.ask(RECORD, by, input=about))["data"]["recordSize"]


@pytest.fixture
def story(database: Database) -> Story:
    """Nobody is a member yet."""
    return Story(database, Executor.over(database.pool, Writing(database.active)))


def person(role: Role, organisation: int | None = None) -> Principal:
    """Somebody with that role."""
    rights = Rights(has_organisation=True, permissions=permissions_of([role]))
    return Principal(rights, organisation)


async def test_the_demo_tells_how_much_is_known(demo_dsn: str) -> None:
    """Revenue of 59 of 86 members, all of years that no source states, and where they are."""
    async with (
        Database.open(demo_dsn, max_size=4) as database,
        served(database, today=utc_today) as api,
    ):
        data = await api.data(
            """{ consortium { memberCount
                 revenue { known undated converted of usd rates { currency } }
                 employees { known of total }
                 byRegion { region memberCount revenue { known converted of } }
                 joined(since: "2021-01-01") { since members } left { members } }
                 exchangeRates(first: 0) { totalCount }
                 euro: exchangeRates(where: {currency: {eq: "EUR"}, year: {eq: 2023}}) {
                   nodes { perUsd source { url } } } }"""
        )
        assert await check_profile() == []

    profile = data["consortium"]
    assert profile["memberCount"] == 86
    assert profile["revenue"] == {
        "known": 59,
        "undated": 59,
        "converted": 59,
        "of": 86,
        "usd": "5470604000000",
        "rates": [],
    }
    assert profile["employees"] == {"known": 52, "of": 86, "total": 7_393_181}
    # Two in 2021, General Electric and Alibaba in 2023.
    assert profile["joined"] == {"since": "2021-01-01", "members": 4}
    assert profile["left"] == {"members": 0}
    parts = profile["byRegion"]
    assert sum(part["memberCount"] for part in parts) == 86
    assert sum(part["revenue"]["known"] for part in parts) == 59
    assert {"EUROPE", "AMERICAS", "ASIA"} <= {part["region"] for part in parts}
    assert data["exchangeRates"]["totalCount"] == 172
    # 1 / 1.0817, as the Federal Reserve quotes it.
    [euro] = data["euro"]["nodes"]
    assert euro["perUsd"] == "0.92447074"
    assert euro["source"]["url"].startswith("https://www.federalreserve.gov/releases/g5a/")


async def test_joining_leaving_and_resting(story: Story) -> None:
    """A suspension takes figures out and is no leaving; leaving is, on the first day after."""
    pool = story.database.pool
    company = await create_organisation(pool, employees=10)
    for status, starts_on, ends_on in (
        ("MEMBER", date(2020, 3, 1), date(2021, 6, 30)),
        ("SUSPENDED", date(2021, 7, 1), date(2021, 9, 30)),
        ("MEMBER", date(2021, 10, 1), date(2022, 5, 31)),
    ):
        await create_membership(pool, company, status=status, starts_on=starts_on, ends_on=ends_on)
    fields = "memberCount employees { total } joined { members } left { members }"

    def told(members: int, joined: int, left: int) -> Any:
        return {
            "memberCount": members,
            "employees": {"total": 10 if members else None},
            "joined": {"members": joined},
            "left": {"members": left},
        }

    assert await story.on("2020-02-29", fields) == told(0, 0, 0)
    assert await story.on("2020-03-01", fields) == told(1, 1, 0)
    # A year ago is no more within the year.
    assert await story.on("2021-02-28", fields) == told(1, 1, 0)
    assert await story.on("2021-03-01", fields) == told(1, 0, 0)
    assert await story.on("2021-07-01", fields) == told(0, 0, 0)
    assert await story.on("2021-10-01", fields) == told(1, 0, 0)
    assert await story.on("2022-05-31", fields) == told(1, 0, 0)
    assert await story.on("2022-06-01", fields) == told(0, 0, 1)
    whole = await story.on(
        "2025-01-01",
        'joined(since: "2000-01-01") { members } left(since: "2022-06-01") { members }',
    )
    assert whole == {"joined": {"members": 1}, "left": {"members": 1}}


async def test_on_a_past_day_an_organisation_is_what_it_was(story: Story) -> None:
    """It moved and changed its sector; each side of the day tells its own, sums stay whole."""
    pool = story.database.pool
    company = await create_organisation(pool, sector="Energy", country="TW")
    await create_period(pool, company, date(2023, 4, 30), sector="Coal", country="DE")
    await create_membership(pool, company)
    fields = "bySector { sector } byCountry { country } byRegion { region memberCount }"

    assert await story.on("2023-04-30", fields) == {
        "bySector": [{"sector": "Coal"}],
        "byCountry": [{"country": "DE"}],
        "byRegion": [{"region": "EUROPE", "memberCount": 1}],
    }
    assert await story.on("2023-05-01", fields) == {
        "bySector": [{"sector": "Energy"}],
        "byCountry": [{"country": "TW"}],
        "byRegion": [{"region": None, "memberCount": 1}],
    }


async def test_revenue_is_of_the_day_and_converted_at_its_own_year_s_rate(story: Story) -> None:
    """Before the first known year nothing is known; without a rate it is known, not converted."""
    pool = story.database.pool
    company = await create_organisation(pool)
    await create_membership(pool, company)
    await create_rate(pool, "EUR", 2021, per_usd=Decimal("0.9"))
    for year, amount in ((2021, "90"), (2023, "50")):
        await create_size(
            pool, company, year, revenue_amount=Decimal(amount), revenue_currency="EUR"
        )
    fields = """revenue { known converted usd byCurrency { currency amount }
        rates { currency year perUsd members } }"""

    def told(*, known: int, usd: str | None, amount: str | None) -> Any:
        rate = {"currency": "EUR", "year": 2021, "perUsd": "0.9", "members": 1}
        return {
            "revenue": {
                "known": known,
                "converted": int(usd is not None),
                "usd": usd,
                "byCurrency": [{"currency": "EUR", "amount": amount}] if amount else [],
                "rates": [rate] if usd else [],
            }
        }

    assert await story.on("2020-12-31", fields) == told(known=0, usd=None, amount=None)
    assert await story.on("2021-01-01", fields) == told(known=1, usd="100", amount="90")
    assert await story.on("2022-12-31", fields) == told(known=1, usd="100", amount="90")
    assert await story.on("2023-01-01", fields) == told(known=1, usd=None, amount="50")
    await create_rate(pool, "EUR", 2023, per_usd=Decimal("0.5"))
    after = await story.on("2024-06-01", "revenue { usd rates { year } }")
    assert after == {"revenue": {"usd": "100", "rates": [{"year": 2023}]}}


async def test_before_any_member_there_is_none_and_nothing_is_known(story: Story) -> None:
    profile = await story.on(
        "1850-07-01",
        """memberCount revenue { known of usd byCurrency { amount } } employees { known total }
           bySector { sector } joined { since members } left { members }""",
    )

    assert profile == {
        "memberCount": 0,
        "revenue": {"known": 0, "of": 0, "usd": None, "byCurrency": []},
        "employees": {"known": 0, "total": None},
        "bySector": [],
        "joined": {"since": "1849-07-02", "members": 0},
        "left": {"members": 0},
    }


async def test_a_period_that_ends_before_it_begins_is_refused(story: Story) -> None:
    query = """{ consortium(onDate: "2024-01-01") { joined(since: "2024-01-02") { members } } }"""

    with pytest.raises(RequestRefused, match="from 2024-01-02 would end on 2024-01-01"):
        await story.ask(query)


async def test_sizes_are_recorded_by_the_secretariat_and_by_the_own_admin(story: Story) -> None:
    """The latest year is the organisation's own; an earlier one is added beside it."""
    company = await create_organisation(story.database.pool)
    admin = person(Role.ORGANISATION_ADMIN, company)
    first = {"year": 2024, "revenueAmount": "12.5", "revenueCurrency": "USD", "sourceTitle": "AR"}

    await story.record(person(Role.SECRETARIAT), company, **first)
    told = await story.record(admin, company, year=2022, employees=40)

    assert told == {
        "revenue": {"amount": "12.5", "currency": "USD", "year": 2024},
        "employees": 40,
        "employeesYear": 2022,
        "sizes": [
            {"year": 2024, "revenueUsd": "12.5", "employees": None, "source": {"title": "AR"}},
            {"year": 2022, "revenueUsd": None, "employees": 40, "source": None},
        ],
    }


@pytest.mark.parametrize(
    ("given", "path"),
    [
        ({"year": TODAY.year + 1, "employees": 1}, ["year"]),
        ({"year": 1899, "employees": 1}, ["year"]),
        ({"year": 2024}, []),
        ({"year": 2024, "revenueAmount": "1"}, ["revenueCurrency"]),
        ({"year": 2024, "revenueAmount": "-1", "revenueCurrency": "EUR"}, ["revenueAmount"]),
        ({"year": 2024, "revenueAmount": "0.00001", "revenueCurrency": "EUR"}, ["revenueAmount"]),
        ({"year": 2024, "employees": -1}, ["employees"]),
    ],
)
async def test_what_no_size_can_be_is_refused(
    story: Story, given: dict[str, Any], path: list[str]
) -> None:
    pool = story.database.pool
    company = await create_organisation(pool)

    told = await story.record(person(Role.SECRETARIAT), company, **given)

    assert (told["code"], told["path"]) == ("SIZE_INVALID", path)
    assert await pool.fetchval("SELECT count(*) FROM organisation_size") == 0


async def test_an_unknown_currency_is_no_input(story: Story) -> None:
    company = await create_organisation(story.database.pool)
    about = {"organisation": f"org_{company}", "year": 2024, "revenueAmount": "1"}

    with pytest.raises(RequestRefused, match="'XXQ' is not a currency code of ISO 4217"):
        await story.ask(RECORD, person(Role.SECRETARIAT), input={**about, "revenueCurrency": "XXQ"})

    assert await story.database.pool.fetchval("SELECT count(*) FROM organisation_size") == 0


@pytest.mark.usefixtures("database")
async def test_rates_that_cannot_be_are_told_by_line(tmp_path: Path, database: Database) -> None:
    path = tmp_path / "rates.csv"
    path.write_text(
        "currency,year,per_usd,usd_per_unit\n"
        "EUR,2020,0.8,\nEUR,2020,0.9,\nEUR,2021,0,\nGBP,2021,,-1\nUSD,2021,1,\n"
        "QQQ,2021,1,\nCNY,2021,,\nJPY,20,1,\nJPY,2021,1,1\n",
        encoding="utf-8",
    )

    report = await import_file("exchange-rates", path)

    assert sorted({problem.line for problem in report.rejected}) == [3, 4, 5, 6, 7, 8, 9, 10]
    assert await database.pool.fetchval("SELECT count(*) FROM exchange_rate") == 0


@pytest.mark.usefixtures("database")
async def test_rates_are_corrected_by_a_later_file(tmp_path: Path, database: Database) -> None:
    """Members' sums follow a corrected rate; the same again changes nothing."""
    company = await create_organisation(database.pool)
    await create_membership(database.pool, company)
    await create_size(
        database.pool, company, 2020, revenue_amount=Decimal(8), revenue_currency="GBP"
    )
    head = "currency,year,per_usd,usd_per_unit,source_title\n"
    outcomes = []
    for line in ("GBP,2020,2,,A", "GBP,2020,,0.25,B", "GBP,2020,,0.25,B"):
        path = tmp_path / "rates.csv"
        path.write_text(f"{head}{line}\n", encoding="utf-8")
        report = await import_file("exchange-rates", path)
        usd = await database.pool.fetchval("SELECT max(revenue_usd) FROM profile_span")
        outcomes.append((report.created, report.updated, report.unchanged, usd))

    assert outcomes == [(1, 0, 0, 4), (0, 1, 0, 2), (0, 0, 1, 2)]
    assert await check_profile() == []


async def test_a_directory_is_searched_by_words_as_they_are_typed(story: Story) -> None:
    """By the beginnings of words, in names and aliases, pages joined by cursors, by name."""
    pool = story.database.pool
    for name in ("Alpha Steel Group", "Beta Steel", "Gamma Stone Group", "Étoile Steelworks"):
        company = await create_organisation(pool, name=name)
        if name != "Beta Steel":
            await create_membership(pool, company)

    async def found(root: str, words: str, more: str = "") -> list[str]:
        answer = await story.ask(
            f"query ($words: String) {{ {root}(search: $words{more}) {{ nodes {{ name }} }} }}",
            words=words,
        )
        return [one["name"] for one in answer["data"][root]["nodes"]]

    steel = ["Alpha Steel Group", "Beta Steel", "Étoile Steelworks"]
    assert await found("organisations", "stee") == steel
    assert await found("organisations", "GROUP ste") == ["Alpha Steel Group"]
    assert await found("organisations", "etoile") == ["Étoile Steelworks"]
    assert await found("organisations", "no such") == []
    assert await found("members", "ste") == ["Alpha Steel Group", "Étoile Steelworks"]
    pages: list[str] = []
    cursor: str | None = None
    page: Any = None
    for _ in steel:
        page = (
            await story.ask(
                """query ($after: String) { organisations(search: "steel", first: 1, after: $after)
                     { nodes { name } pageInfo { endCursor hasNextPage } } }""",
                after=cursor,
            )
        )["data"]["organisations"]
        pages += [one["name"] for one in page["nodes"]]
        cursor = page["pageInfo"]["endCursor"]
    assert pages == steel
    assert page["pageInfo"]["hasNextPage"] is False
    with pytest.raises(RequestRefused, match="This cursor is of another list"):
        await story.ask(
            f'{{ organisations(search: "other", after: "{cursor}") {{ nodes {{ name }} }} }}'
        )


async def test_rare_words_are_found_behind_the_rows_that_are_walked(story: Story) -> None:
    """The same answer, whichever of the two ways finds it."""
    pool = story.database.pool
    for at in range(60):
        await create_organisation(pool, name=f"Company {at:02}{' Rare' if at > 50 else ''}")

    answer = await story.ask(
        '{ organisations(search: "rare", first: 2) { nodes { name } pageInfo { hasNextPage } } }'
    )

    assert answer["data"]["organisations"] == {
        "nodes": [{"name": "Company 51 Rare"}, {"name": "Company 52 Rare"}],
        "pageInfo": {"hasNextPage": True},
    }
