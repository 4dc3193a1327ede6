"""The sizes of the synthetic world, its names and its numbers."""

from datetime import UTC, datetime
from decimal import Decimal
from random import Random

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


def seeded(seed: int | str) -> Random:
    """The same numbers for the same seed."""
    return Random(seed)  # noqa: S311  nothing here is a secret


def organisation_name(key: int) -> str:
    """The name of the organisation with that id; no two sort side by side with their ids."""
    return f"{SECTORS[key % len(SECTORS)]} company {key * 7919 % 10_007:05}"


def category(key: int) -> str:
    """The name of a solution category, 0 to CATEGORIES - 1."""
    return f"{SOLUTIONS[key % len(SOLUTIONS)].capitalize()} {key // len(SOLUTIONS) + 1}"


def kilograms(rng: Random) -> Decimal:
    """A mass with up to three decimals below the tonne, a few of them negative."""
    mass = Decimal(rng.randrange(1, 10 ** rng.randrange(4, 11)))
    return -mass if rng.random() < 0.02 else mass
