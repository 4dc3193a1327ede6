"""The third world: many organisations, each with a history, and no claims.

Several spells as a member, suspended now and then; sizes of ten years in several currencies; some
were in another sector or country before. The same for the same number of organisations.
"""

from collections.abc import Iterator
from datetime import date, timedelta
from decimal import Decimal
from itertools import pairwise
from random import Random

from consortium.kernel.regions import REGIONS
from tests.bench.numbers import RECORDED, SECTORS, seeded
from tests.bench.world import Row, Table

ORGANISATIONS = 100_000
FIRST, LAST = date(2000, 1, 1), date(2025, 12, 31)
SIZE_YEARS = range(2015, 2025)
COUNTRIES = tuple(sorted(REGIONS))[::4]
CURRENCIES = ("USD", "EUR", "CNY", "JPY", "GBP", "INR", "BRL", "CHF")
# The word of a third of the names, and of few: what people type while they look for a company.
KINDS = ("group", "holding", "limited")
SYLLABLES = [a + b for a in "bdfgklmnprstvz" for b in ("a", "e", "i", "o", "u", "an", "er", "ol")]


def organisation_name(key: int) -> str:
    """Of two made-up words, of which few share one, a sector's and a common one."""
    rng = seeded(f"name {key}")
    made = ["".join(rng.sample(SYLLABLES, 3)).capitalize() for _ in range(2)]
    sector = SECTORS[key % len(SECTORS)].split()[0]
    return f"{made[0]} {sector} {made[1]} {KINDS[key % 3].capitalize()} {key}"


def tables() -> Iterator[Table]:
    """All tables, in the order in which they refer to each other."""
    yield Table("citation", ("url", "title"), [("https://example.org/rates", "Rates")])
    rng = seeded("rates")
    rates = [
        (currency, year, Decimal(rng.randrange(1, 10**6)).scaleb(-3), 1)
        for currency in CURRENCIES[1:]
        for year in SIZE_YEARS
    ]
    yield Table("exchange_rate", ("currency", "year", "per_usd", "citation_id"), rates)
    yield Table(
        "organisation",
        (
            *("name", "name_key", "country", "sector", "revenue_amount", "revenue_currency"),
            *("revenue_year", "employees", "employees_year", "search_text", "recorded_at"),
        ),
        map(_organisation, _keys()),
    )
    yield Table(
        "organisation_period",
        ("organisation_id", "starts_on", "ends_on", "name", "country", "sector"),
        (row for key in _keys() for row in _periods(key)),
    )
    yield Table(
        "organisation_size",
        (
            *("organisation_id", "year", "revenue_amount", "revenue_currency", "employees"),
            "recorded_at",
        ),
        (
            (key, year, amount, currency, employees, RECORDED)
            for key in _keys()
            for year, amount, currency, employees in _sizes(key)
        ),
    )
    yield Table(
        "membership",
        ("organisation_id", "status", "starts_on", "ends_on", "recorded_at"),
        ((key, *held, RECORDED) for key in _keys() for held in _memberships(key)),
    )


def _keys() -> range:
    return range(1, ORGANISATIONS + 1)


def _organisation(key: int) -> Row:
    name = organisation_name(key)
    rng = seeded(f"place {key}")
    year, amount, currency, employees = _sizes(key)[-1]
    place = (rng.choice(COUNTRIES), rng.choice(SECTORS))
    size = (amount, currency, year, employees, year)
    return (name, name.casefold(), *place, *size, name.casefold(), RECORDED)


def _sizes(key: int) -> list[tuple[int, Decimal, str, int]]:
    rng = seeded(f"sizes {key}")
    currency, amount = rng.choice(CURRENCIES), rng.randrange(10**6, 10**12)
    return [
        (year, Decimal(amount + year * 1000).scaleb(-1), currency, amount % 200_000 + year)
        for year in SIZE_YEARS
    ]


def _periods(key: int) -> Iterator[Row]:
    rng = seeded(f"periods {key}")
    ends = _days(rng, key % 3)
    for before, ends_on in pairwise([None, *ends]):
        starts_on = None if before is None else before + timedelta(1)
        place = (rng.choice(COUNTRIES), rng.choice(SECTORS))
        yield (key, starts_on, ends_on, f"Once {key}", *place)


def _memberships(key: int) -> Iterator[Row]:
    """From the first day on a member; suspended, back, away, back."""
    rng = seeded(f"memberships {key}")
    days: list[date | None] = [*_days(rng, 1 + key % 5)]
    for at, (start, following) in enumerate(pairwise([*days, None])):
        status = ("MEMBER", "SUSPENDED", "MEMBER", "FORMER", "MEMBER")[at]
        yield (status, start, None if following is None else following - timedelta(1))


def _days(rng: Random, count: int) -> list[date]:
    """So many different days, in order."""
    return sorted(
        FIRST + timedelta(days) for days in rng.sample(range((LAST - FIRST).days), k=count)
    )
