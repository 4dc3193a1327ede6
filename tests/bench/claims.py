"""Synthetic claims: totals with parts, restatements, running totals, ranges, targets."""

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from decimal import Decimal
from itertools import islice
from random import Random
from typing import NamedTuple

from tests.bench.numbers import (
    CATEGORIES,
    CITATIONS,
    LARGE,
    ORGANISATIONS,
    RECORDED,
    YEARS,
    category,
    kilograms,
    seeded,
)

VERIFIERS = ("Assurer A", "Assurer B", "Assurer C")
METHODS = ("Guidance 2.0", "Net zero initiative", "Own method", "ITU-T L.1480")
STARTS = (date(2005, 1, 1), date(2010, 1, 1), date(2015, 1, 1))


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
            value_kg_co2e=kilograms(rng),
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
    bound, value = rng.choice(_BOUNDS), kilograms(rng)
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
