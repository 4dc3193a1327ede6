"""What if amounts were others: the rows of a version with some of them changed, for one question.

What is changed keeps its relative uncertainty, and the source of its error.
"""

from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from consortium.kernel.errors import BadInput
from consortium.value_chains.rules.building import Recorded, Rows
from consortium.value_chains.rules.questions import DemandActivityUnknown

CHANGES_MAX: Final = 1_000


class ChangeInvalid(BadInput):
    """A change gives either a new amount or the factor by which amounts are multiplied."""

    code = "CHANGE_INVALID"


class ChangeOfNothing(BadInput):
    """There is no amount here that could be multiplied: give an amount instead of a factor."""

    code = "CHANGE_OF_NOTHING"


class ExchangeChange(NamedTuple):
    """What a process takes of a product, for all that it makes: set, or multiplied."""

    consumer: int
    supplier: int
    amount: Decimal | None = None
    factor: Decimal | None = None


class EmissionChange(NamedTuple):
    """What a process emits, for all that it makes: of one gas set, or multiplied; or of all."""

    activity: int
    gas: str | None = None
    mass_kg: Decimal | None = None
    factor: Decimal | None = None


def changed(
    recorded: Recorded, exchanges: Sequence[ExchangeChange], emissions: Sequence[EmissionChange]
) -> Recorded:
    """The rows with the changes, one after the other.

    Raises:
        ChangeInvalid, ChangeOfNothing, DemandActivityUnknown: with the place of the change.
    """
    for place, change in enumerate(exchanges):
        recorded = _exchange(recorded, change, ("exchanges", str(place)))
    for place, emission in enumerate(emissions):
        recorded = _emission(recorded, emission, ("emissions", str(place)))
    return recorded


class _Move(NamedTuple):
    """What is done to an amount: set in a new row of these keys, or multiplied."""

    field: str
    amount: Decimal | None
    factor: Decimal | None
    keys: dict[str, int]

    def done(self, rows: Rows, ours: NDArray[np.bool_], path: tuple[str, ...]) -> Rows:
        """The rows where ours are multiplied, or are one with the new amount."""
        if (self.amount is None) == (self.factor is None):
            raise ChangeInvalid().at(*path)
        if self.amount is None:
            if not ours.any():
                raise ChangeOfNothing().at(*path)
            moved = rows.copy()
            moved[self.field][ours] *= float(self.factor or 0)
            return moved
        one = np.zeros(1, dtype=rows.dtype)
        for name, key in self.keys.items():
            one[name] = key
        one[self.field] = float(self.amount)
        return np.concatenate([rows[~ours], one])


def _exchange(recorded: Recorded, change: ExchangeChange, path: tuple[str, ...]) -> Recorded:
    rows = recorded.exchanges
    _process(recorded, change.supplier, path)
    ours = np.isin(rows["consumer"], _process(recorded, change.consumer, path))
    keys = {"consumer": change.consumer, "supplier": change.supplier}
    move = _Move("amount", change.amount, change.factor, keys)
    return replace(
        recorded, exchanges=move.done(rows, ours & (rows["supplier"] == change.supplier), path)
    )


def _emission(recorded: Recorded, change: EmissionChange, path: tuple[str, ...]) -> Recorded:
    rows = recorded.emissions
    ours = np.isin(rows["activity"], _process(recorded, change.activity, path))
    if change.gas is None:
        if change.mass_kg is not None:
            raise ChangeInvalid("A mass is one of a gas: name the gas.").at(*path)
        move = _Move("mass_kg", None, change.factor, {})
        return replace(recorded, emissions=move.done(rows, ours, path))
    gases = recorded.gases if change.gas in recorded.gases else (*recorded.gases, change.gas)
    gas = gases.index(change.gas)
    move = _Move(
        "mass_kg", change.mass_kg, change.factor, {"activity": change.activity, "gas": gas}
    )
    emissions = move.done(rows, ours & (rows["gas"] == gas), path)
    return replace(recorded, gases=gases, emissions=emissions)


def _process(recorded: Recorded, activity: int, path: tuple[str, ...]) -> Rows:
    """The ids of the activities of an activity's process."""
    rows = recorded.activities
    found = rows["process"][rows["id"] == activity]
    if not len(found):
        raise DemandActivityUnknown().at(*path)
    ids: Rows = rows["id"][rows["process"] == found[0]]
    return ids
