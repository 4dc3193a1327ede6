"""A world of assessed claims alone: as many as asked for, two of each effect, all published."""

from collections.abc import Iterator
from datetime import date, timedelta
from decimal import Decimal

from tests.bench.numbers import (
    CATEGORIES,
    MEMBERS,
    ORGANISATIONS,
    RECORDED,
    SECTORS,
    YEARS,
    category,
    kilograms,
    organisation_name,
    seeded,
)
from tests.bench.world import Row, Table

PUBLISHED = date(2025, 1, 1)
# Of three effects one is claimed jointly, by both; the others by shares.
SHARES = (Decimal("0.6"), Decimal("0.4"))
SOLUTION = ("organisation_id", "reference", "name", "category", "function", "functional_unit")


def tables(claims: int) -> Iterator[Table]:
    """All tables, in the order in which they refer to each other."""
    organisations = range(1, ORGANISATIONS + 1)
    yield Table(
        "organisation",
        ("name", "name_key", "country", "sector", "search_text", "recorded_at"),
        [_organisation(key) for key in organisations],
    )
    yield Table(
        "membership",
        ("organisation_id", "status"),
        [(key, "MEMBER") for key in range(1, MEMBERS + 1)],
    )
    yield Table(
        "guidance_version",
        ("reference", "title", "publisher", "issued_on", "status", "published_on"),
        [("guidance", "A guidance", "A publisher", PUBLISHED, "PUBLISHED", PUBLISHED)],
    )
    yield Table("solution", (*SOLUTION, "unit", "lifetime_years", "visibility"), _solutions())
    yield Table(
        "effect",
        (
            *("reference", "solution_id", "reference_scenario_id", "comparison_id", "geography"),
            *("period_start", "period_end", "timeframe", "reference_kg_co2e", "solution_kg_co2e"),
            *("avoided_kg_co2e", "specificity", "visibility"),
        ),
        _effects(claims // 2),
    )
    yield Table(
        "assessed_claim",
        (
            *("reference", "organisation_id", "effect_id", "guidance_version_id", "allocation_id"),
            *("status", "statement", "effect_kg_co2e", "share", "remainder_share"),
            *("claim_kg_co2e", "uncertainty", "specificity", "timeframe", "year", "visibility"),
            *("submitted_on", "accepted_on", "published_on"),
        ),
        _claims(claims // 2),
    )


def _organisation(key: int) -> Row:
    name = organisation_name(key)
    country = ("CN", "DE", "US", "JP")[key % 4]
    return name, name.casefold(), country, SECTORS[key % len(SECTORS)], name.casefold(), RECORDED


def _solutions() -> Iterator[Row]:
    for key in range(CATEGORIES):
        yield (
            *(key % MEMBERS + 1, f"solution-{key}", f"Solution {key}", category(key)),
            *("To serve", "One year of service", "piece", Decimal(10), "PUBLIC"),
        )


def _drawn(effects: int) -> Iterator[tuple[int, int, str, Decimal, str, Decimal | None]]:
    """Key, year, timeframe, mass, specificity and uncertainty of each effect."""
    rng = seeded("assessed")
    for key in range(1, effects + 1):
        yield (
            key,
            rng.choice(YEARS),
            rng.choice(("YEAR_ON_YEAR", "FORWARD_LOOKING")),
            kilograms(rng),
            rng.choice(("SPECIFIC", "REGIONAL", "GLOBAL_AVERAGE")),
            Decimal(rng.randrange(1, 60)) / 100,
        )


def _effects(effects: int) -> Iterator[Row]:
    for key, year, timeframe, mass, specificity, _ in _drawn(effects):
        yield (
            *(f"effect-{key}", key % CATEGORIES + 1, key, 1, "GLOBAL"),
            *(date(year, 1, 1), date(year, 12, 31), timeframe, mass + 5, Decimal(5)),
            *(mass, specificity, "PUBLIC"),
        )


def _claims(effects: int) -> Iterator[Row]:
    rng = seeded("claims")
    for key, year, timeframe, mass, specificity, uncertainty in _drawn(effects):
        first = rng.randrange(MEMBERS)
        for at, share in enumerate(SHARES):
            joint = key % 3 == 0
            published = PUBLISHED + timedelta(rng.randrange(300))
            yield (
                *(
                    f"claim-{key}-{at}",
                    (first + at * 7) % MEMBERS + 1,
                    key,
                    1,
                    1 if joint else None,
                ),
                *("PUBLISHED", "It helped.", mass, None if joint else share),
                *(Decimal(1 if joint else 0), mass if joint else mass * share, uncertainty),
                *(specificity, timeframe, year, "CONSORTIUM" if key % 5 == 0 else "PUBLIC"),
                *(published, published, published),
            )
