"""What an organisation, its size and a corporate group are."""

from collections.abc import Iterable
from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import NamedTuple

from consortium.kernel.errors import BadInput
from consortium.kernel.periods import holds_on

SIZE_YEAR_MIN = 1900
# As NUMERIC(24, 4) holds it.
REVENUE_MAX = Decimal(10) ** 20
REVENUE_STEP = Decimal("0.0001")


class ParentageRelation(StrEnum):
    """How one organisation belongs to another."""

    CONTROL = "CONTROL"
    ASSOCIATE = "ASSOCIATE"
    JOINT_VENTURE = "JOINT_VENTURE"


class Control(NamedTuple):
    """From one day to another, both included, the child is controlled by the parent."""

    child_id: int
    parent_id: int
    starts_on: date | None = None
    ends_on: date | None = None


class ControlChains:
    """Who controls whom on which day. Only control makes a group: an associate stands alone."""

    def __init__(self, controls: Iterable[Control]) -> None:
        self._by_child: dict[int, list[Control]] = {}
        for control in controls:
            self._by_child.setdefault(control.child_id, []).append(control)
        self.controllers = frozenset(
            control.parent_id for held in self._by_child.values() for control in held
        )
        self._known: dict[tuple[int, date], tuple[int, ...]] = {}

    def __contains__(self, organisation_id: int) -> bool:
        """Whether anyone ever controlled the organisation."""
        return organisation_id in self._by_child

    def ancestors(self, organisation_id: int, on: date) -> tuple[int, ...]:
        """The controllers on a day, the nearest first. A ring of control ends where it closes."""
        if organisation_id not in self._by_child:
            return ()
        key = (organisation_id, on)
        if key not in self._known:
            self._known[key] = tuple(self._climb(organisation_id, on))
        return self._known[key]

    def _climb(self, organisation_id: int, on: date) -> Iterable[int]:
        seen = {organisation_id}
        parent = self._parent(organisation_id, on)
        while parent is not None and parent not in seen:
            yield parent
            seen.add(parent)
            parent = self._parent(parent, on)

    def _parent(self, organisation_id: int, on: date) -> int | None:
        for control in self._by_child.get(organisation_id, ()):
            if holds_on(on, control.starts_on, control.ends_on):
                return control.parent_id
        return None

    def group(self, organisation_id: int, on: date) -> int:
        """The organisation at the top of the chain on a day; itself when nobody controls it."""
        chain = self.ancestors(organisation_id, on)
        return chain[-1] if chain else organisation_id


class SizeInvalid(BadInput):
    """A size names a past year, and a revenue with its currency, or employees, none below 0."""

    code = "SIZE_INVALID"


def check_size(
    year: int,
    revenue_amount: Decimal | None,
    revenue_currency: str | None,
    employees: int | None,
    today: date,
) -> None:
    """Refuse what cannot be the size of a year; revenue has at most four decimals."""
    if not SIZE_YEAR_MIN <= year <= today.year:
        raise SizeInvalid(
            f"{year} is not a year from {SIZE_YEAR_MIN} to {today.year}, of which a size is known."
        ).at("year")
    if revenue_amount is None and employees is None:
        raise SizeInvalid("Give the revenue, the employees or both.")
    if (revenue_amount is None) != (revenue_currency is None):
        raise SizeInvalid("A revenue needs its currency, and a currency its revenue.").at(
            "revenueCurrency"
        )
    if revenue_amount is not None and not _is_money(revenue_amount):
        raise SizeInvalid(
            "A revenue is not negative, below 10^20, and has at most four decimals."
        ).at("revenueAmount")
    if employees is not None and employees < 0:
        raise SizeInvalid("A number of employees is not negative.").at("employees")


def _is_money(amount: Decimal) -> bool:
    in_range = 0 <= amount < REVENUE_MAX
    return in_range and amount == amount.quantize(REVENUE_STEP)
