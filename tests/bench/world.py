"""A synthetic world: rows of every table, the same for the same number of claims.

Sizes that do not depend on that number are constants here. Identities are given in the order of
the rows, from 1, so that rows can refer to each other before the database has seen them.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from itertools import islice
from random import Random
from typing import Any, NamedTuple

ORGANISATIONS = 300
MEMBERS = 250
# These hold half of all claims, as large companies do.
LARGE = 40
INITIATIVES = 300
CHAINS = 40
TIERS = 6
CITATIONS = 500
CATEGORIES = 40
YEARS = range(2005, 2025)
INVENTORY_YEARS = range(2015, 2025)
RECORDED = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)

SECTORS = (
    "Automotive",
    "Buildings",
    "Chemicals",
    "Electrical equipment",
    "Energy",
    "Finance",
    "Food",
    "Information technology",
    "Logistics",
    "Materials",
    "Telecommunications",
    "Textiles",
)
COUNTRIES = (
    "BR",
    "CH",
    "CN",
    "DE",
    "DK",
    "ES",
    "FI",
    "FR",
    "GB",
    "IN",
    "IT",
    "JP",
    "KR",
    "SE",
    "US",
)
CURRENCIES = ("CNY", "EUR", "GBP", "JPY", "USD")
SOLUTIONS = (
    "heat pumps",
    "motors",
    "networks",
    "logistics",
    "materials",
    "glazing",
    "batteries",
    "software",
)
VERIFIERS = ("Assurer A", "Assurer B", "Assurer C")
METHODS = ("Guidance 2.0", "Net zero initiative", "Own method", "ITU-T L.1480")
STARTS = (date(2005, 1, 1), date(2010, 1, 1), date(2015, 1, 1))

Row = tuple[Any, ...]


def seeded(seed: int | str) -> Random:
    """The same numbers for the same seed."""
    return Random(seed)  # noqa: S311  nothing here is a secret


@dataclass(frozen=True)
class Table:
    """Rows for one table."""

    name: str
    columns: tuple[str, ...]
    rows: Iterable[Row]


def tables(claims: int) -> Iterator[Table]:
    """All tables, in the order in which they refer to each other."""
    yield _citations()
    yield _organisations()
    yield _aliases()
    yield _parentages()
    yield _memberships()
    yield from _value_chains()
    yield _inventories()
    yield from _initiatives()
    rows = Claims(claims)
    yield Table("avoided_claim", Claim._fields, rows)
    yield _links("avoided_claim_initiative", "initiative_id", claims, share=20, among=INITIATIVES)
    yield _links("avoided_claim_value_chain", "value_chain_id", claims, share=30, among=CHAINS)


def organisation_name(key: int) -> str:
    """The name of the organisation with that id; no two sort side by side with their ids."""
    return f"{SECTORS[key % len(SECTORS)]} company {key * 7919 % 10_007:05}"


def category(key: int) -> str:
    """The name of a solution category, 0 to CATEGORIES - 1."""
    return f"{SOLUTIONS[key % len(SOLUTIONS)].capitalize()} {key // len(SOLUTIONS) + 1}"


def _citations() -> Table:
    rows = [(f"https://example.org/reports/{n}", f"Report {n}") for n in range(1, CITATIONS + 1)]
    return Table("citation", ("url", "title"), rows)


def _organisations() -> Table:
    columns = (
        *("name", "name_key", "country", "sector", "lei", "revenue_amount", "revenue_currency"),
        *("revenue_year", "employees", "employees_year", "citation_id", "notes", "search_text"),
        "recorded_at",
    )
    rng = seeded(1)
    return Table("organisation", columns, [_organisation(rng, key) for key in _ids(ORGANISATIONS)])


def _organisation(rng: Random, key: int) -> Row:
    name = organisation_name(key)
    revenue = Decimal(rng.randrange(10**6, 10**12)).scaleb(-1) if rng.random() < 0.8 else None
    return (
        name,
        name.casefold(),
        rng.choice(COUNTRIES),
        SECTORS[key % len(SECTORS)],
        f"{key:018}00",
        revenue,
        None if revenue is None else rng.choice(CURRENCIES),
        None if revenue is None else 2024,
        # Known of all, so that any lower bound that a query asks by leaves enough of them.
        rng.randrange(1_000, 200_000),
        2024,
        rng.randrange(1, CITATIONS + 1),
        f"Note on {name}.",
        name.casefold(),
        RECORDED,
    )


def _aliases() -> Table:
    rows = [
        (key, f"Alias {key:03}", f"alias {key:03}") for key in _ids(ORGANISATIONS) if key % 3 == 0
    ]
    return Table("organisation_alias", ("organisation_id", "name", "name_key"), rows)


def _parentages() -> Table:
    """Some members outside the large ones are controlled by a large one."""
    columns = ("child_id", "parent_id", "relation", "equity_share", "starts_on")
    rows = [
        (LARGE + n, n, "CONTROL", Decimal("0.75"), date(2012, 1, 1) if n % 2 else None)
        for n in range(1, 21)
    ]
    return Table("parentage", columns, rows)


def _memberships() -> Table:
    columns = ("organisation_id", "status", "starts_on", "ends_on", "evidence_as_of", "recorded_at")
    rows: list[Row] = []
    for key in _ids(MEMBERS):
        since = date(2018 + key % 6, 1 + key % 12, 1)
        if key % 5 == 0:
            rows.append((key, "PARTICIPANT", None, since - timedelta(1), "2024", RECORDED))
        rows.append((key, "MEMBER", since, None, "2024", RECORDED))
    return Table("membership", columns, rows)


def _value_chains() -> Iterator[Table]:
    """Each chain is a tree of TIERS tiers, two suppliers to each stage, two companies in each."""
    names = [f"Chain {n:02}" for n in _ids(CHAINS)]
    rows = [(name, name.casefold(), f"From ore to {name}.") for name in names]
    yield Table("value_chain", ("name", "name_key", "description"), rows)
    size = 2**TIERS - 1
    places = [(chain, place) for chain in _ids(CHAINS) for place in _ids(size)]
    stages = [
        (chain, f"Stage {place:02}", place, (chain - 1) * size + place // 2 if place > 1 else None)
        for chain, place in places
    ]
    rng = seeded(2)
    participants = [
        ((chain - 1) * size + place, rng.randrange(1, ORGANISATIONS + 1), role)
        for chain, place in places
        for role in ("maker", "carrier")
    ]
    yield Table(
        "value_chain_stage", ("value_chain_id", "name", "position", "downstream_id"), stages
    )
    yield Table("value_chain_participant", ("stage_id", "organisation_id", "role"), participants)


def _inventories() -> Table:
    columns = (
        *("reference", "organisation_id", "label", "period_start", "period_end", "year"),
        *("scope1_kg_co2e", "scope2_market_kg_co2e", "scope3_kg_co2e", "total_kg_co2e"),
        *("parts_check", "parts_difference_kg_co2e", "citation_id", "recorded_at"),
    )
    rng = seeded(3)
    rows: list[Row] = []
    for key in _ids(ORGANISATIONS):
        for year in INVENTORY_YEARS:
            parts = [_kilograms(rng) for _ in range(3)]
            period = (date(year, 1, 1), date(year, 12, 31), year)
            check = (sum(parts), "ADDS_UP", Decimal(0), rng.randrange(1, CITATIONS + 1), RECORDED)
            rows.append((f"inventory-{key}-{year}", key, f"FY{year}", *period, *parts, *check))
    return Table("inventory", columns, rows)


def _initiatives() -> Iterator[Table]:
    names = [f"Initiative {n * 7919 % 1009:04}" for n in _ids(INITIATIVES)]
    rows = [(name, name.casefold(), 2005 + n % 20, name.casefold()) for n, name in enumerate(names)]
    yield Table("initiative", ("name", "name_key", "start_year", "search_text"), rows)
    rng = seeded(4)
    participants = [
        (
            initiative,
            organisation,
            organisation_name(organisation),
            "CHAIR" if n == 0 else "PARTICIPANT",
        )
        for initiative in _ids(INITIATIVES)
        for n, organisation in enumerate(rng.sample(_ids(ORGANISATIONS), 12))
    ]
    columns = ("initiative_id", "organisation_id", "name", "role")
    yield Table("initiative_participant", columns, participants)
    targets = [(n, "Halve emissions", 2030, Decimal(10) ** 9) for n in _ids(INITIATIVES)]
    columns = ("initiative_id", "description", "target_year", "quantity_kg_co2e")
    yield Table("initiative_target", columns, targets)
    acting = [(1 + n % CHAINS, n) for n in _ids(INITIATIVES)]
    yield Table("value_chain_initiative", ("value_chain_id", "initiative_id"), acting)


class Claim(NamedTuple):
    """A row of avoided_claim."""

    reference: str
    organisation_id: int
    basis: str
    kind: str
    record_type: str
    fiscal_label: str
    period_start: date
    period_end: date
    year: int | None
    value_kg_co2e: Decimal | None
    low_kg_co2e: Decimal | None
    high_kg_co2e: Decimal | None
    bound: str
    qualifier: str
    as_published: str
    category: str
    methodology: str
    part_of_id: int | None
    supersedes_id: int | None
    series: str | None
    verifier: str | None
    quarantined: bool
    published_on: date
    published_as: str
    known_on: date
    visibility: str
    citation_id: int
    search_text: str
    recorded_at: datetime


class Claims:
    """As many claims as asked for, the same at every iteration."""

    def __init__(self, count: int) -> None:
        self.count = count

    def __iter__(self) -> Iterator[Claim]:
        """Claims with their parts and restatements behind them."""
        return islice(self._endless(), self.count)

    def _endless(self) -> Iterator[Claim]:
        rng = seeded(5)
        key = 1
        while True:
            for claim in _family(rng, key):
                yield claim
                key += 1


def _family(rng: Random, key: int) -> list[Claim]:
    """A claim alone, a total with three parts, or a figure with its restatement."""
    claim = _claim(rng, key)
    chance = rng.random()
    if claim.record_type != "ACTUAL" or claim.kind == "CUMULATIVE" or claim.value_kg_co2e is None:
        return [claim]
    if chance < 0.01:
        return [claim, *_parts(rng, key, claim, claim.value_kg_co2e)]
    if chance < 0.02:
        later = claim.known_on + timedelta(200)
        restated = claim._replace(
            reference=_reference(key + 1),
            value_kg_co2e=_kilograms(rng),
            supersedes_id=key,
            published_on=later,
            known_on=later,
        )
        return [claim, restated]
    return [claim]


def _parts(rng: Random, key: int, total: Claim, value: Decimal) -> Iterator[Claim]:
    shares = (Decimal("0.5"), Decimal("0.3"), Decimal(rng.choice(("0.2", "0.15"))))
    first = rng.randrange(CATEGORIES)
    for n, share in enumerate(shares, 1):
        yield total._replace(
            reference=_reference(key + n),
            value_kg_co2e=value * share,
            category=category((first + n) % CATEGORIES),
            part_of_id=key,
        )


def _reference(key: int) -> str:
    return f"claim-{key:08}"


_KINDS = ("YEAR_ON_YEAR",) * 16 + ("FORWARD_LOOKING",) * 3 + ("CUMULATIVE",)
_RECORDS = ("ACTUAL",) * 46 + ("TARGET", "TARGET", "PROJECTION", "INCREMENT")
_BOUNDS = ("EXACT",) * 17 + ("AT_LEAST", "APPROXIMATE", "RANGE")


def _claim(rng: Random, key: int) -> Claim:
    organisation = rng.randrange(1, (LARGE if rng.random() < 0.5 else ORGANISATIONS) + 1)
    kind, year, topic = rng.choice(_KINDS), rng.choice(YEARS), category(rng.randrange(CATEGORIES))
    # A running total has a start long before its end, and is a point of a series.
    start = rng.choice([day for day in STARTS if day.year < year] or [STARTS[0]])
    running = kind == "CUMULATIVE"
    bound, value = rng.choice(_BOUNDS), _kilograms(rng)
    ranged = bound == "RANGE"
    known = date(year + 1, rng.randrange(1, 7), 15)
    return Claim(
        reference=_reference(key),
        organisation_id=organisation,
        basis="DISCLOSED",
        kind=kind,
        record_type=rng.choice(_RECORDS),
        fiscal_label=f"FY{year}",
        period_start=start if running else date(year, 1, 1),
        period_end=date(year, 12, 31),
        year=None if running and start.year != year else year,
        value_kg_co2e=None if ranged else value,
        low_kg_co2e=value - 1000 if ranged else None,
        high_kg_co2e=value + 1000 if ranged else None,
        bound="EXACT" if ranged else bound,
        qualifier=_QUALIFIERS.get(bound, ""),
        as_published=f"{value / 1000:f} t",
        category=topic,
        methodology=rng.choice(METHODS),
        part_of_id=None,
        supersedes_id=None,
        series=f"{organisation} {topic} since {start.year}" if running else None,
        verifier=rng.choice(VERIFIERS) if rng.random() < 0.4 else None,
        quarantined=rng.random() < 0.005,
        published_on=known,
        published_as=known.isoformat(),
        known_on=known,
        visibility="PUBLIC",
        citation_id=rng.randrange(1, CITATIONS + 1),
        search_text=f"{topic} fy{year}".casefold(),
        recorded_at=RECORDED,
    )


_QUALIFIERS = {"AT_LEAST": "minimum", "APPROXIMATE": "about"}


def _kilograms(rng: Random) -> Decimal:
    """A mass with up to three decimals below the tonne, a few of them negative."""
    mass = Decimal(rng.randrange(1, 10 ** rng.randrange(4, 11)))
    return -mass if rng.random() < 0.02 else mass


def _links(table: str, column: str, claims: int, *, share: int, among: int) -> Table:
    """Every so many claims one link, some of them two."""
    rng = seeded(share)
    rows = [
        (claim, target)
        for claim in range(1, claims + 1, share)
        for target in rng.sample(_ids(among), 1 + (rng.random() < 0.1))
    ]
    return Table(table, ("claim_id", column), rows)


def _ids(count: int) -> range:
    return range(1, count + 1)
