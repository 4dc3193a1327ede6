"""Grouped totals for the server of resolvers: rows of the kept sums through the model."""

from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from consortium.avoided.models import AvoidedTotal
from consortium.avoided.rules.vocabulary import Bound, Dimension
from consortium.organisations.models import Organisation
from tests.bench.loaders import trimmed

PUBLIC = (1, 3, 5, 7)
COLUMNS = {"YEAR": ("year",), "SECTOR": ("sector",), "CATEGORY": ("category", "not_broken_down")}


@dataclass(frozen=True)
class Question:
    """What is asked: a kind, grouped, of one member or of all."""

    kind: str
    group_by: tuple[str, ...]
    member: str | None


@dataclass
class Group:
    """A group and its sums; it is its own key and total."""

    kind: str
    year: int | None = None
    sector: str | None = None
    category: str | None = None
    not_broken_down: bool = False
    organisation_id: int | None = None
    claims: int = 0
    value_kg_co2e: Decimal | None = Decimal(0)
    low_kg_co2e: Decimal | None = Decimal(0)
    high_kg_co2e: Decimal | None = Decimal(0)
    verified_kg_co2e: Decimal = Decimal(0)
    at_least: int = 0
    approximate: int = 0

    @property
    def key(self) -> "Group":
        """What it is the group of."""
        return self

    @property
    def total(self) -> "Group":
        """Its sums."""
        return self

    @property
    def place(self) -> tuple[int, int]:
        """The member and the year, of a question that names both."""
        assert self.organisation_id is not None
        assert self.year is not None
        return self.organisation_id, self.year

    @property
    def bound(self) -> Bound:
        """How the sum is meant."""
        if self.at_least:
            return Bound.AT_LEAST
        return Bound.APPROXIMATE if self.approximate else Bound.EXACT

    @property
    def verified_share(self) -> str | None:
        """The verified part of the sum, to twelve decimals."""
        if not self.value_kg_co2e:
            return None
        share = self.verified_kg_co2e / self.value_kg_co2e
        return trimmed(share.quantize(Decimal("1E-12"), ROUND_HALF_UP))

    def add(self, row: Any) -> None:
        """Add a row of the kept sums; one unknown term makes a sum unknown."""
        for name in ("value", "low", "high"):
            column, count = f"{name}_kg_co2e", getattr(row, f"{name}_count")
            before, added = getattr(self, column), getattr(row, column)
            whole = before is not None and count == row.claims
            setattr(self, column, before + added if whole else None)
        for name in ("claims", "verified_kg_co2e", "at_least", "approximate"):
            setattr(self, name, getattr(self, name) + getattr(row, name))


async def groups(question: Question) -> list[Group]:
    """The groups of a question, in the order of their keys."""
    columns = tuple(name for one in question.group_by for name in COLUMNS[one])
    mask = Dimension(0)
    for one in question.group_by:
        mask |= Dimension[one]
    wanted: dict[str, Any] = {"kind": question.kind, "claims__gt": 0, "audience__in": PUBLIC}
    if question.member is not None:
        member = await Organisation.get(name=question.member)
        wanted["organisation_id"] = member.id
        mask |= Dimension.MEMBER
    if "YEAR" in question.group_by:
        wanted["year__isnull"] = False
    rows = await AvoidedTotal.filter(grouping=int(mask), **wanted).order_by(
        "since", "series_key", *columns
    )
    found: dict[tuple[Any, ...], Group] = {}
    for row in rows:
        named = {name: getattr(row, name) for name in columns}
        key = (row.since, row.series_key, *named.values())
        if key not in found:
            owner = row.organisation_id if question.member is not None else None
            found[key] = Group(kind=question.kind, organisation_id=owner, **named)
        found[key].add(row)
    return list(found.values())
