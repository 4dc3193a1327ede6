"""What a demand emits, and where: by activity and gas, by tier, by whatever activities belong to.

Characterisation factors make one number of several gases: kg CO2e for a kg of each, of one set (of
one IPCC assessment report). Sets are never mixed in one answer.
"""

from typing import NamedTuple

import numpy as np

from consortium.value_chains.rules.solving import Solver, Supply
from consortium.value_chains.rules.systems import Floats, Positions, System, times

TIERS_MAX = 100


class Footprint(NamedTuple):
    """What a demand emits: `by_gas` in kg of each, and what all of it is in kg CO2e."""

    by_gas: Floats
    kg_co2e: float
    supply: Supply


class Tiers(NamedTuple):
    """Emissions in kg CO2e of the activities themselves (tier 0), of their suppliers, and so on.

    `beyond` is what all further tiers emit; together they are the whole footprint.
    """

    kg_co2e: list[float]
    beyond: float


def footprint_of(solver: Solver, demand: Floats, factors: Floats) -> Footprint:
    """Solve a demand; `factors` are kg CO2e for a kg of each gas. Raises as `Solver.supply`."""
    supply = solver.supply(demand)
    by_gas = solver.system.emissions @ supply.amounts
    return Footprint(by_gas, float(factors @ by_gas), supply)


def emitted(system: System, supply: Supply, factors: Floats) -> Floats:
    """What each activity itself emits for a demand, in kg CO2e: n, adding up to the footprint."""
    direct: Floats = (factors @ system.emissions) * supply.amounts
    return direct


def added_up(values: Floats, groups: Positions, count: int) -> Floats:
    """Values of activities by their groups 0..count-1; a group of -1 is left out."""
    known = groups >= 0
    sums: Floats = np.bincount(groups[known], values[known], minlength=count).astype(np.float64)
    return sums


def tiers_of(solver: Solver, demand: Floats, factors: Floats, count: int) -> Tiers:
    """The first `count` tiers (at most 100) and what lies beyond them.

    An activity within a loop emits in several tiers: each time for what that tier needs of it.
    """
    system, direct = solver.system, factors @ solver.system.emissions
    unit: Floats = factors @ solver.intensities
    tier = demand
    found: list[float] = []
    for _ in range(min(count, TIERS_MAX)):
        found.append(float(direct @ tier))
        tier = times(system.needs, tier)
    return Tiers(found, float(unit @ tier))


def through_suppliers(solver: Solver, activity: int, amount: float, factors: Floats) -> Floats:
    """What an amount of one product emits through each of its direct suppliers, in kg CO2e: n.

    With what the activity emits itself these add up to its footprint. All that lies behind a
    supplier is in the supplier's number: this is all that one who sees only its own suppliers
    needs.
    """
    unit: Floats = factors @ solver.intensities
    needed = solver.system.needs[:, [activity]].toarray()[:, 0]
    return needed * unit * amount
