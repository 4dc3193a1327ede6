"""What is asked of a version of a chain, and the answer in plain values.

The answer is made where the system is solved, and holds positions' keys: the ids of activities. Of
lists it holds the largest `LIST_MAX` items and what the rest adds up to.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final, NamedTuple, TypeAlias

import numpy as np
from numpy.typing import NDArray

from consortium.kernel.errors import BadInput
from consortium.kernel.gases import GasNotInSet
from consortium.value_chains.rules.footprints import (
    added_up,
    emitted,
    footprint_of,
    through_suppliers,
    tiers_of,
)
from consortium.value_chains.rules.paths import ranked_paths
from consortium.value_chains.rules.sensitivity import elasticities_of
from consortium.value_chains.rules.simulation import (
    Uncertainties,
    simulated,
    simulated_units,
    spread_of,
)
from consortium.value_chains.rules.solving import (
    LoopNeverEnds,
    Solver,
    Supply,
    SystemNotSolved,
    SystemSingular,
)
from consortium.value_chains.rules.systems import Floats, Positions

# A JSON object.
Answer: TypeAlias = dict[str, Any]
# What is called for each draw.
Tick: TypeAlias = Callable[[], None]

LIST_MAX: Final = 1_000
TIERS_MAX: Final = 50
SANKEY_MAX: Final = 200
DEMANDS_MAX: Final = 1_000
# Draws times the amounts of a system: about ten seconds of a processor.
DRAWN_MAX: Final = 20_000_000


class Part(StrEnum):
    """Parts of an answer, by the names that they are asked for."""

    GASES = "gases"
    ACTIVITIES = "activities"
    ORGANISATIONS = "organisations"
    STAGES = "stages"
    TIERS = "tiers"
    SUPPLIERS = "suppliers"
    PATHS = "paths"
    SENSITIVITIES = "sensitivities"
    UNCERTAINTY = "uncertainty"
    SANKEY = "sankey"


# What is told without knowing what activities make.
_OF_UNITS: Final = frozenset({"footprint"})
# Activities and exchanges of which the footprints of all products are solved within a moment.
_SOON: Final = 200_000


def silent() -> None:
    """Tell nothing of a draw."""


class DemandActivityUnknown(BadInput):
    """A demand names activities of the version that it is asked of, each once."""

    code = "DEMAND_ACTIVITY_UNKNOWN"


class TooManyDraws(BadInput):
    """So many draws of so large a system take too long to wait for: ask for fewer."""

    code = "TOO_MANY_DRAWS"


@dataclass(frozen=True, slots=True, eq=False)
class Chain:
    """A version of a chain as it is solved: n activities in the order of `ids`.

    `codes`: 64 bits of each activity's code, by which those of copies are the same. `gases`: the
    names of the rows of the system's emissions. `organisations` and `stages`: n ids, 0 where there
    is none.
    """

    ids: Positions
    codes: NDArray[np.int64]
    solver: Solver
    gases: tuple[str, ...]
    organisations: Positions
    stages: Positions
    uncertain: Uncertainties

    def position(self, activity: int) -> int:
        """Where an activity stands; raises DemandActivityUnknown."""
        at = int(np.searchsorted(self.ids, activity))
        if at == len(self.ids) or self.ids[at] != activity:
            raise DemandActivityUnknown
        return at


class Question(NamedTuple):
    """A demand by the ids of activities, kg CO2e for a kg of each gas, and what is to be told.

    `drawn_max`: draws times the amounts of the system, at most.
    """

    demand: Mapping[int, float]
    factors: Mapping[str, float]
    parts: frozenset[str]
    cut_off: float
    tiers: int
    draws: int
    seed: int
    drawn_max: int = DRAWN_MAX

    def amounts_in(self, chain: Chain) -> Floats:
        """The demand as n amounts; raises DemandActivityUnknown."""
        amounts = np.zeros(len(chain.ids))
        for activity, amount in self.demand.items():
            amounts[chain.position(activity)] = amount
        return amounts

    def factors_of(self, chain: Chain) -> Floats:
        """The factors of the chain's gases, in their order; raises GasNotInSet."""
        lacking = [gas for gas in chain.gases if gas not in self.factors]
        if lacking:
            raise GasNotInSet(f"{GasNotInSet.meaning()} Without one: {', '.join(lacking[:10])}.")
        return np.array([self.factors[gas] for gas in chain.gases], dtype=np.float64)


def answered(chain: Chain, question: Question, tick: Tick = silent) -> Answer:
    """The answer, as JSON has it; `tick` is called for each draw.

    Raises:
        DemandActivityUnknown, TooManyDraws, and as `Solver.supply` and the parts asked for.
    """
    return _Answer(chain, question, tick).made()


def of_products(chain: Chain, question: Question) -> Answer:
    """The footprint of a unit of each product demanded, whatever its amount: all by one solution.

    Where uncertainty is asked for, with the draws of each: none where no amount is uncertain, or
    where they are too many or too uncertain to be drawn.

    Raises:
        as `answered`.
    """
    factors = question.factors_of(chain)
    solver = chain.solver
    masses, errors = factors @ solver.intensities, solver.intensity_errors
    heaviest = float(np.abs(factors).max(initial=0))
    places = [chain.position(activity) for activity in question.demand]
    products: list[Answer] = [
        {
            "position": place,
            "activity_id": int(chain.ids[at]),
            "kg_co2e": number(masses[at]),
            "error_kg_co2e": number(errors[at] * heaviest),
        }
        for place, at in enumerate(places)
    ]
    if Part.UNCERTAINTY in question.parts:
        draws = _drawn_units(chain, question, places)
        for place, product in enumerate(products):
            product["draws"] = None if draws is None else draws[:, place].tolist()
    return {"products": products}


def _drawn_units(chain: Chain, asked: Question, places: Sequence[int]) -> Floats | None:
    """The footprints of units of some products, a row for each draw."""
    if not chain.uncertain.size:
        return None
    try:
        _check_draws(chain, asked)
        factors = asked.factors_of(chain)
        draws = simulated_units(chain.solver, chain.uncertain, factors, asked.seed, asked.draws)
        return np.array([units[places] for units in draws])
    except (TooManyDraws, LoopNeverEnds, SystemSingular, SystemNotSolved):
        return None


class _Answer:
    def __init__(self, chain: Chain, question: Question, tick: Tick) -> None:
        self.chain = chain
        self.asked = question
        self.tick = tick
        self.demand = question.amounts_in(chain)
        self.factors = question.factors_of(chain)

    def made(self) -> Answer:
        """The whole, and the parts asked for."""
        if self.asked.parts <= _OF_UNITS and self._knows_units():
            masses = self.factors @ self.chain.solver.intensities
            return {"kg_co2e": number(float(masses @ self.demand))}
        found = footprint_of(self.chain.solver, self.demand, self.factors)
        self.supply: Supply = found.supply
        self.by_gas = found.by_gas
        self.direct = emitted(self.chain.solver.system, self.supply, self.factors)
        made: dict[Part, Callable[[], Any]] = {
            Part.GASES: self._gases,
            Part.ACTIVITIES: self._activities,
            Part.ORGANISATIONS: self._organisations,
            Part.STAGES: self._stages,
            Part.TIERS: self._tiers,
            Part.SUPPLIERS: self._suppliers,
            Part.PATHS: self._paths,
            Part.SENSITIVITIES: self._sensitivities,
            Part.UNCERTAINTY: self._uncertainty,
            Part.SANKEY: self._sankey,
        }
        parts = {str(name): make() for name, make in made.items() if name in self.asked.parts}
        return {
            "kg_co2e": number(found.kg_co2e),
            "method": self.supply.method.value,
            "rounds": self.supply.rounds,
            "residual": number(self.supply.residual),
            "error": number(self.supply.error),
            "size": len(self.chain.ids),
            "largest_loop": self.chain.solver.loops.largest,
            **parts,
        }

    def _knows_units(self) -> bool:
        """Whether what units emit is known, or soon solved; then all further demands are."""
        solver = self.chain.solver
        return solver.knows_intensities or solver.system.size + solver.system.needs.nnz <= _SOON

    def _gases(self) -> list[Answer]:
        each = zip(self.chain.gases, self.by_gas, self.factors, strict=True)
        return [
            {
                "position": at,
                "gas": gas,
                "mass_kg": number(mass),
                "kg_co2e": number(mass * factor),
                "share": self._share(mass * factor),
            }
            for at, (gas, mass, factor) in enumerate(each)
        ]

    def _activities(self) -> list[Answer]:
        return [
            {
                "position": place,
                "activity_id": int(self.chain.ids[at]),
                "amount": number(self.supply.amounts[at]),
                "kg_co2e": number(self.direct[at]),
                "share": self._share(self.direct[at]),
            }
            for place, at in enumerate(_largest(self.direct))
        ]

    def _organisations(self) -> list[Answer]:
        return self._grouped("organisation_id", self.chain.organisations)

    def _stages(self) -> list[Answer]:
        return self._grouped("stage_id", self.chain.stages)

    def _grouped(self, name: str, ids: Positions) -> list[Answer]:
        groups, places = np.unique(ids, return_inverse=True)
        sums = added_up(self.direct, places.astype(np.intp), len(groups))
        return [
            {
                "position": place,
                name: int(groups[at]) or None,
                "kg_co2e": number(sums[at]),
                "share": self._share(sums[at]),
            }
            for place, at in enumerate(_largest(sums, also_none=True))
        ]

    def _tiers(self) -> list[Answer]:
        tiers = tiers_of(self.chain.solver, self.demand, self.factors, self.asked.tiers)
        rows: list[Answer] = [
            {"position": at, "tier": at, "kg_co2e": number(mass), "share": self._share(mass)}
            for at, mass in enumerate(tiers.kg_co2e)
        ]
        beyond = {"tier": None, "kg_co2e": number(tiers.beyond), "share": self._share(tiers.beyond)}
        return [*rows, {"position": len(rows), **beyond}]

    def _suppliers(self) -> list[Answer]:
        through: Floats = np.zeros(len(self.chain.ids))
        amounts: Floats = np.zeros(len(self.chain.ids))
        for at in np.flatnonzero(self.demand):
            wanted = float(self.demand[at])
            through += through_suppliers(self.chain.solver, int(at), wanted, self.factors)
            amounts += self.chain.solver.system.needs[:, [at]].toarray()[:, 0] * wanted
        taken: list[int] = np.flatnonzero(amounts).tolist()
        order = sorted(taken, key=lambda at: -abs(float(through[at])))[:LIST_MAX]
        return [
            {
                "position": place,
                "activity_id": int(self.chain.ids[at]),
                "amount": number(amounts[at]),
                "kg_co2e": number(through[at]),
                "share": self._share(through[at]),
            }
            for place, at in enumerate(order)
        ]

    def _paths(self) -> Answer:
        ranked = ranked_paths(
            self.chain.solver, self.demand, self.factors, self.asked.cut_off, LIST_MAX
        )
        rows = [
            {
                "position": at,
                "activities": [int(self.chain.ids[one]) for one in path.activities],
                "amount": number(path.amount),
                "kg_co2e": number(path.direct_kg_co2e),
                "whole_kg_co2e": number(path.whole_kg_co2e),
                "share": self._share(path.direct_kg_co2e),
            }
            for at, path in enumerate(ranked.paths)
        ]
        return {"is_complete": ranked.is_complete, "found": rows}

    def _sensitivities(self) -> list[Answer]:
        found = elasticities_of(self.chain.solver, self.supply, self.factors, LIST_MAX)
        each = zip(found.suppliers, found.consumers, found.elasticities, strict=True)
        return [
            {
                "position": at,
                "supplier_id": int(self.chain.ids[supplier]),
                "consumer_id": int(self.chain.ids[consumer]),
                "elasticity": number(elasticity),
            }
            for at, (supplier, consumer, elasticity) in enumerate(each)
        ]

    def _uncertainty(self) -> Answer | None:
        return interval_of(drawn(self.chain, self.asked, self.tick))

    def _sankey(self) -> list[Answer]:
        """Flows of emissions from suppliers to consumers, each at least the cut-off."""
        system = self.chain.solver.system
        unit: Floats = self.factors @ self.chain.solver.intensities
        entries = system.needs.tocoo()
        suppliers, consumers = entries.coords
        flows = entries.data * unit[suppliers] * self.supply.amounts[consumers]
        least = self.asked.cut_off * abs(float(self.direct.sum()))
        kept = [int(at) for at in _largest(flows, SANKEY_MAX) if abs(flows[at]) >= least > 0]
        return [
            {
                "position": place,
                "supplier_id": int(self.chain.ids[suppliers[at]]),
                "consumer_id": int(self.chain.ids[consumers[at]]),
                "kg_co2e": number(flows[at]),
                "share": self._share(flows[at]),
            }
            for place, at in enumerate(kept)
        ]

    def _share(self, part: float) -> str | None:
        """A part of the whole; unknown where the whole is 0."""
        whole = float(self.direct.sum())
        return number(part / whole) if whole else None


def drawn(chain: Chain, asked: Question, tick: Tick = silent) -> Floats | None:
    """The footprint draw by draw; nothing where no amount is uncertain.

    Raises:
        TooManyDraws, SystemDrawsInvalid, and as `Solver.supply`.
    """
    if not chain.uncertain.size:
        return None
    _check_draws(chain, asked)
    demand, factors = asked.amounts_in(chain), asked.factors_of(chain)
    draws = simulated(chain.solver, chain.uncertain, demand, factors, asked.seed, asked.draws)
    return np.fromiter(_ticking(draws, tick), dtype=np.float64)


def _check_draws(chain: Chain, asked: Question) -> None:
    system = chain.solver.system
    if asked.draws * (system.size + system.needs.nnz) > asked.drawn_max:
        raise TooManyDraws


def _ticking(draws: Iterator[float], tick: Tick) -> Iterator[float]:
    for one in draws:
        tick()
        yield one


def interval_of(draws: Floats | None) -> Answer | None:
    """Draws in five numbers."""
    if draws is None:
        return None
    spread = spread_of(draws)
    return {
        "draws": spread.draws,
        "mean_kg_co2e": number(spread.mean),
        "median_kg_co2e": number(spread.median),
        "low_kg_co2e": number(spread.lower),
        "high_kg_co2e": number(spread.upper),
    }


def number(value: float) -> str:
    """A double as a decimal of the 15 digits that it is sure to hold."""
    return f"{float(value):.15g}"


def _largest(
    values: Floats, most: int = LIST_MAX, *, also_none: bool = False
) -> Sequence[int] | Positions:
    """The positions of what differs from 0 most, the largest first."""
    order = np.argsort(-np.abs(values), kind="stable")[:most]
    found: Positions = order if also_none else order[values[order] != 0]
    return found
