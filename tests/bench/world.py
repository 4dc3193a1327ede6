"""A synthetic world: rows of every table, the same for the same number of claims.

Identities are given in the order of the rows, from 1, so that rows can refer to each other before
the database has seen them.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from random import Random
from typing import Any

from tests.bench.claims import Claim, Claims
from tests.bench.numbers import (
    CHAINS,
    CITATIONS,
    INITIATIVES,
    INVENTORY_YEARS,
    LARGE,
    MEMBERS,
    ORGANISATIONS,
    RECORDED,
    SECTORS,
    TIERS,
    kilograms,
    organisation_name,
    seeded,
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

Row = tuple[Any, ...]


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
        (
            chain,
            f"Stage {place:02}",
            f"stage {place:02}",
            place,
            (chain - 1) * size + place // 2 if place > 1 else None,
        )
        for chain, place in places
    ]
    rng = seeded(2)
    participants = [
        ((chain - 1) * size + place, rng.randrange(1, ORGANISATIONS + 1), role)
        for chain, place in places
        for role in ("maker", "carrier")
    ]
    yield Table(
        "value_chain_stage",
        ("value_chain_id", "name", "name_key", "position", "downstream_id"),
        stages,
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
            parts = [kilograms(rng) for _ in range(3)]
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
            organisation_name(organisation).casefold(),
            "CHAIR" if n == 0 else "PARTICIPANT",
        )
        for initiative in _ids(INITIATIVES)
        for n, organisation in enumerate(rng.sample(_ids(ORGANISATIONS), 12))
    ]
    columns = ("initiative_id", "organisation_id", "name", "name_key", "role")
    yield Table("initiative_participant", columns, participants)
    targets = [(n, "Halve emissions", 2030, Decimal(10) ** 9) for n in _ids(INITIATIVES)]
    yield Table(
        "initiative_target",
        ("initiative_id", "description", "target_year", "quantity_kg_co2e"),
        targets,
    )
    acting = [(1 + n % CHAINS, n) for n in _ids(INITIATIVES)]
    yield Table("value_chain_initiative", ("value_chain_id", "initiative_id"), acting)


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
