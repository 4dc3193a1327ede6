"""How uncertain a footprint is: every uncertain amount drawn, the system solved anew for each draw.

**Shared draws.** A source of error has a name, and draw d of seed s gives that name the same normal
score in whatever system it stands: so a scenario and its baseline, which name most sources alike,
err together, and their difference is taken draw by draw.

The score is a table's entry (`kernel.draws.normal_scores`) at the upper bits of a hash of seed,
draw and name: SplitMix64's finaliser (Steele, Lea and Flood, Fast splittable pseudorandom number
generators, 2014), in integers only and so the same on every machine.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from hashlib import blake2b
from typing import NamedTuple, TypeAlias

import numpy as np
from numpy.typing import NDArray

from consortium.kernel.draws import NORMAL_SCORES, SIGMAS_95, Error, normal_scores
from consortium.kernel.errors import BadInput
from consortium.value_chains.rules.solving import Solver
from consortium.value_chains.rules.systems import Floats, Positions, System

DRAWS_MIN = 100
DRAWS_MAX = 100_000

_UPPER = np.uint64(64 - NORMAL_SCORES.bit_length() + 1)
_GOLDEN = 0x9E3779B97F4A7C15
_MASK = (1 << 64) - 1

Names: TypeAlias = NDArray[np.uint64]


class SystemDrawsInvalid(BadInput):
    """A simulation of a value chain takes 100 to 100 000 draws, and a seed from 0."""

    code = "SYSTEM_DRAWS_INVALID"


@dataclass(frozen=True, slots=True, eq=False)
class Uncertain:
    """Which values are uncertain, by their positions in an array; all arrays of one length.

    `deviations`: standard deviations as a fraction of the value. `lognormal`: drawn so, else from a
    normal distribution. `names`: 64 bits of each source's name.
    """

    positions: Positions
    deviations: Floats
    lognormal: NDArray[np.bool_]
    names: Names

    @classmethod
    def of(cls, positions: Sequence[int], errors: Sequence[Error]) -> "Uncertain":
        """Errors of the values at some positions; each names its source."""
        return cls(
            np.array(positions, dtype=np.intp),
            np.array([float(one.uncertainty) / SIGMAS_95 for one in errors], dtype=np.float64),
            np.array([one.is_lognormal for one in errors], dtype=np.bool_),
            np.array([_name(one.source or "") for one in errors], dtype=np.uint64),
        )

    def drawn(self, values: Floats, seed: int, draw: int) -> Floats:
        """The values as one draw has them; each of mean what it was."""
        scores = _scores(self.names, seed, draw)
        variances = np.log1p(self.deviations**2)
        lognormal = np.exp(np.sqrt(variances) * scores - variances / 2)
        factors = np.where(self.lognormal, lognormal, 1 + self.deviations * scores)
        moved = values.copy()
        moved[self.positions] *= factors
        return moved


class Uncertainties(NamedTuple):
    """Of a system: of `needs.data`, and of `emissions` read row by row."""

    needs: Uncertain
    emissions: Uncertain

    @property
    def size(self) -> int:
        """How many values are uncertain."""
        return len(self.needs.positions) + len(self.emissions.positions)


class Spread(NamedTuple):
    """What draws say: the middle, and the interval from 2.5 % to 97.5 % of them."""

    draws: int
    mean: float
    median: float
    lower: float
    upper: float


def simulated(
    solver: Solver, uncertain: Uncertainties, demand: Floats, factors: Floats, seed: int, draws: int
) -> Iterator[float]:
    """The footprint of a demand, in kg CO2e, draw by draw.

    Raises:
        SystemDrawsInvalid: too few or too many draws, or a negative seed.
        LoopNeverEnds, SystemSingular, SystemNotSolved: as some draw has it; then uncertainties are
            too large for the loops of the system.
    """
    for system in _systems(solver.system, uncertain, seed, draws):
        amounts = Solver(system, like=solver).supply(demand).amounts
        yield float(factors @ (system.emissions @ amounts))


def simulated_units(
    solver: Solver, uncertain: Uncertainties, factors: Floats, seed: int, draws: int
) -> Iterator[Floats]:
    """The footprint of a unit of each product (n), in kg CO2e, draw by draw.

    The draws are those of `simulated`, of all demands at once. Raises as that does.
    """
    for system in _systems(solver.system, uncertain, seed, draws):
        # One gas, the sum of all: then there is one solution for them.
        added = replace(system, emissions=(factors @ system.emissions)[np.newaxis])
        yield Solver(added, like=solver).intensities[0]


def spread_of(footprints: Floats) -> Spread:
    """Draws in five numbers; of differences as well, taken draw by draw.

    Percentiles lie between draws by linear interpolation (Hyndman and Fan's definition 7).
    """
    lower, median, upper = (float(one) for one in np.quantile(footprints, (0.025, 0.5, 0.975)))
    return Spread(len(footprints), float(footprints.mean()), median, lower, upper)


def _systems(system: System, uncertain: Uncertainties, seed: int, draws: int) -> Iterator[System]:
    if not DRAWS_MIN <= draws <= DRAWS_MAX or seed < 0:
        raise SystemDrawsInvalid
    shape = system.emissions.shape
    for draw in range(draws):
        needs = system.needs.copy()
        needs.data = uncertain.needs.drawn(system.needs.data, seed, draw)
        emissions = uncertain.emissions.drawn(system.emissions.ravel(), seed, draw)
        yield replace(system, needs=needs, emissions=emissions.reshape(shape))


def _name(source: str) -> int:
    return int.from_bytes(blake2b(source.encode(), digest_size=8).digest(), "little")


def _scores(names: Names, seed: int, draw: int) -> Floats:
    start = _mixed(np.array([(seed * _GOLDEN + draw) & _MASK], dtype=np.uint64))
    found: Floats = normal_scores()[_mixed(_mixed(names) ^ start) >> _UPPER]
    return found


def _mixed(bits: Names) -> Names:
    """SplitMix64's step and finaliser; multiplication of 64 bits wraps around."""
    mixed = bits + np.uint64(_GOLDEN)
    mixed = (mixed ^ (mixed >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    mixed = (mixed ^ (mixed >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return mixed ^ (mixed >> np.uint64(31))
