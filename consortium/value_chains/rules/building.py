"""From the rows of a version to the system that is solved.

What a process takes and emits is recorded for all that it makes, at any of its activities; each of
its products carries its share of it (ISO 14044, 4.3.4.2, step 2: allocation).
"""

from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from consortium.kernel.draws import LOGNORMAL_ABOVE, SIGMAS_95
from consortium.value_chains.rules.questions import Chain
from consortium.value_chains.rules.simulation import Uncertain, Uncertainties
from consortium.value_chains.rules.solving import Solver
from consortium.value_chains.rules.systems import (
    Exchanges,
    Floats,
    Matrix,
    Positions,
    System,
    system_of,
)

# Rows of a table, by the names of their fields.
Rows: TypeAlias = NDArray[np.void]


@dataclass(frozen=True, slots=True, eq=False)
class Recorded:
    """The rows of a version. Ids are those of activities; unknown ids are 0.

    `activities`: id (rising), code (64 bits of it), process (any number that its activities share),
    output, share, organisation, stage. `exchanges`: consumer, supplier, amount. `emissions`:
    activity, gas (its place in `gases`), mass_kg. `exchange_errors` and `emission_errors`: the same
    keys with uncertainty (half the 95 % interval as a fraction) and name (64 bits of the source's
    name).
    """

    gases: tuple[str, ...]
    activities: Rows
    exchanges: Rows
    emissions: Rows
    exchange_errors: Rows
    emission_errors: Rows


def chain_of(recorded: Recorded) -> Chain:
    """The chain of rows as they are recorded. Raises as `system_of`."""
    rows = recorded.activities
    ids = rows["id"].astype(np.intp)
    products = _Products(rows)
    takes = products.of_each(np.searchsorted(ids, recorded.exchanges["consumer"]))
    emits = products.of_each(np.searchsorted(ids, recorded.emissions["activity"]))
    exchanges = Exchanges(
        np.searchsorted(ids, recorded.exchanges["supplier"])[takes.rows],
        takes.activities,
        recorded.exchanges["amount"].astype(np.float64)[takes.rows] * takes.shares,
    )
    emissions = np.zeros((len(recorded.gases), len(ids)))
    masses = recorded.emissions["mass_kg"].astype(np.float64)[emits.rows] * emits.shares
    gases = recorded.emissions["gas"].astype(np.intp)[emits.rows]
    np.add.at(emissions, (gases, emits.activities), masses)
    system = system_of(rows["output"].astype(np.float64), exchanges, emissions)
    return Chain(
        ids=ids,
        codes=rows["code"].astype(np.int64),
        solver=Solver(system),
        gases=recorded.gases,
        organisations=rows["organisation"].astype(np.intp),
        stages=rows["stage"].astype(np.intp),
        uncertain=_uncertain(recorded, ids, system, products),
    )


def check_computes(recorded: Recorded) -> None:
    """Solve once, for one of each product: whether that has an answer hangs on amounts alone.

    Raises:
        LoopNeverEnds: a loop needs as much as it makes; it names the activities by positions.
        SystemSingular, SystemNotSolved, OutputMissing, AmountNotFinite: as they say.
    """
    system = chain_of(recorded).solver.system
    # Every activity weighs alike: emissions do not decide whether there is an answer.
    alike = System(system.needs, np.ones((1, system.size)))
    with np.errstate(all="ignore"):
        Solver(alike).supply(np.ones(system.size))


@dataclass(frozen=True, slots=True, eq=False)
class _Each:
    """Rows of processes, repeated for each product: which row, whose, and its share."""

    rows: Positions
    activities: Positions
    shares: Floats


class _Products:
    """The products of processes."""

    def __init__(self, activities: Rows) -> None:
        self._shares: Floats = activities["share"].astype(np.float64)
        process = activities["process"]
        order = np.argsort(process, kind="stable")
        starts = np.flatnonzero(np.r_[True, np.diff(process[order]) != 0]) if len(order) else order
        sizes = np.diff(np.r_[starts, len(order)])
        self._order = order.astype(np.intp)
        self._start = np.empty(len(order), dtype=np.intp)
        self._size = np.empty(len(order), dtype=np.intp)
        self._start[order] = np.repeat(starts, sizes)
        self._size[order] = np.repeat(sizes, sizes)

    def of_each(self, activities: NDArray[np.intp]) -> _Each:
        """For each of some activities' rows, the products that share it."""
        sizes = self._size[activities]
        rows = np.repeat(np.arange(len(activities)), sizes)
        within = np.arange(len(rows)) - np.repeat(np.cumsum(sizes) - sizes, sizes)
        found = self._order[np.repeat(self._start[activities], sizes) + within]
        return _Each(rows, found, self._shares[found])


def _uncertain(
    recorded: Recorded, ids: Positions, system: System, products: _Products
) -> Uncertainties:
    errors = recorded.exchange_errors
    each = products.of_each(np.searchsorted(ids, errors["consumer"]))
    suppliers = np.searchsorted(ids, errors["supplier"])[each.rows]
    of_needs = _entries(system.needs, suppliers, each.activities)
    needs = _sources(errors, each.rows, of_needs, system.needs.data)
    errors = recorded.emission_errors
    each = products.of_each(np.searchsorted(ids, errors["activity"]))
    gases = errors["gas"].astype(np.intp)[each.rows]
    of_emissions = gases * system.size + each.activities
    emissions = _sources(errors, each.rows, of_emissions, system.emissions.ravel())
    return Uncertainties(needs, emissions)


def _entries(needs: Matrix, rows: Positions, columns: Positions) -> Positions:
    """Where entries of a matrix stand in its data; -1 of those that are 0."""
    needs.sort_indices()
    width = needs.shape[1]
    of_row = np.repeat(np.arange(needs.shape[0]), np.diff(needs.indptr))
    keys = of_row * width + needs.indices
    wanted = rows * width + columns
    at = np.minimum(np.searchsorted(keys, wanted), max(len(keys) - 1, 0))
    if not len(keys):
        return np.full(len(wanted), -1, dtype=np.intp)
    return np.where(keys[at] == wanted, at, -1).astype(np.intp)


def _sources(errors: Rows, rows: Positions, positions: Positions, values: Floats) -> Uncertain:
    """The errors of values; of several exchanges that make one value, the first counts.

    What is bound to its sign is what is taken and emitted: what is above 0.
    """
    _, first = np.unique(positions, return_index=True)
    first = first[positions[first] >= 0]
    uncertainty = errors["uncertainty"].astype(np.float64)[rows][first]
    kept = positions[first]
    return Uncertain(
        positions=kept,
        deviations=uncertainty / SIGMAS_95,
        lognormal=(uncertainty > float(LOGNORMAL_ABOVE)) & (values[kept] > 0),
        names=errors["name"].astype(np.int64)[rows][first].view(np.uint64),
    )
