"""x = A x + f, for many demands on one system: the method follows the system and is checked.

* **Triangular**: without loops, a product's needs follow one another: substitution.
* **Factorised**: loops of few activities are eliminated each for itself (SuperLU over the blocks).
* **Series**: f + A f + A A f + ..., tier after tier (the Neumann series). Where tiers shrink
  slowly, those of a window are combined so that the least is left (reduced rank extrapolation:
  Smith, Ford and Sidi, SIAM Review 29, 1987; it equals GMRES with restarts). What is left is
  weighed by the footprint of a unit, so that neither the choice of units nor a cheap bulk material
  steers it.
* **Sweeps**: the same, over the part of A that an order of the activities leaves after its
  triangular part was substituted, for rings so long that hardly anything is left after a tier.

A method that stalls hands over to the next. Whatever the method, r = f + A x - x is computed anew,
and two figures of it go with every answer (`Supply`): how far amounts would have to be moved for x
to be exact (Oettli and Prager's backward error, which does not depend on units), and how much the
footprint can be wrong by it. Nothing is told of which either is above ACCEPTED.

Methods that divide the residual by a norm alone are not trusted here: BiCGSTAB, tried on systems of
100 000 activities, ended without a complaint at an answer that was wrong by half.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Literal, NamedTuple, Protocol

import numpy as np
from scipy.sparse import csc_array, csr_array, eye_array
from scipy.sparse.linalg import splu

from consortium.kernel.errors import BadInput, DomainError
from consortium.value_chains.rules.structure import (
    Loops,
    consumers_first,
    endless_loop,
    loops_of,
)
from consortium.value_chains.rules.systems import Floats, Matrix, Positions, System, times
from consortium.value_chains.rules.vocabulary import SolvingMethod

# The residual that is aimed at, and the one from which on an answer is refused.
AIMED = 1e-13
ACCEPTED = 1e-10

# Loops of so many activities are eliminated at once, and of so many if nothing else helps: a dense
# block of 5 000 has 200 MB.
LOOP_SMALL = 500
LOOP_LARGEST = 5_000

# Tiers are walked in windows of so many, at most so many windows. A window that leaves more than
# SLOW of what it found is followed by a combination; some that leave nearly all of it end the walk.
_WINDOW = 12
_WINDOWS = 60
_SLOW = 0.05
_STALLED = 0.8
_PATIENCE = 4

# Amounts nearer to 0 than this have lost digits, or will.
_TINY = 1e-280


class LoopNeverEnds(BadInput):
    """A loop needs as much of its own products as it makes, or more: check its amounts and units.

    `activities` are the positions of those that are in the loop.
    """

    code = "LOOP_NEVER_ENDS"

    def __init__(self, activities: Positions, message: str | None = None) -> None:
        """Keep the loop, for whoever knows its names."""
        super().__init__(message)
        self.activities = activities


class SystemSingular(BadInput):
    """The system has no single answer, as some activities undo others: check negative amounts."""

    code = "SYSTEM_SINGULAR"


class SystemNotSolved(DomainError):
    """No method comes close enough to an answer: the system is too near to having none."""

    code = "SYSTEM_NOT_SOLVED"


class DemandInvalid(BadInput):
    """A demand is one finite amount of each product, most of them 0."""

    code = "DEMAND_INVALID"


@dataclass(frozen=True, slots=True, eq=False)
class Supply:
    """What all activities make for a demand: `amounts` (n), each in the unit of its product.

    `residual`: the least relative change of amounts for which these are exact. `error`: the part of
    the footprint, of all gases counted as emitted, by which it can be wrong for the residual.
    `rounds`: how often all tiers were walked; 0 for what is eliminated.
    """

    amounts: Floats
    method: SolvingMethod
    rounds: int
    residual: float
    error: float


class _Answer(NamedTuple):
    values: Floats
    method: SolvingMethod
    rounds: int


class _Eliminated(Protocol):
    """Solves with a factorised matrix, or with its transpose."""

    def __call__(self, values: Floats, side: Literal["N", "T"]) -> Floats: ...


class _Side(NamedTuple):
    """x = A x + f for A (side N) or for its transpose (side T); columns are solved side by side."""

    needs: Matrix
    name: Literal["N", "T"]

    def left(self, values: Floats, demand: Floats) -> Floats:
        """What is still missing of the demand."""
        missing: Floats = demand + times(self.needs, values) - values
        return missing

    def residual(self, values: Floats, demand: Floats) -> float:
        """The backward error: the least relative change of amounts that makes the values exact."""
        size = np.abs(demand) + times(abs(self.needs), np.abs(values)) + np.abs(values)
        return _largest_part(self.left(values, demand), size)


class Solver:
    """One system, solved as often as asked; what is costly is made once, when first needed."""

    def __init__(self, system: System, like: "Solver | None" = None) -> None:
        """Take a system; nothing is refused yet.

        `like` was made for the same activities with other amounts between the same ones. What a
        unit weighs is taken from there: it steers and bounds, and need not be exact.
        """
        self.system = system
        self.loops: Loops = loops_of(system.needs) if like is None else like.loops
        self._down = _Side(system.needs, "N")
        self._is_first = like is None
        if like is not None:
            self.weights = like.weights

    @cached_property
    def _up(self) -> _Side:
        return _Side(self.system.needs.T.tocsr(), "T")

    @cached_property
    def intensities(self) -> Floats:
        """The footprint of one unit of each product: gases x n, in kg of each gas.

        It solves y = A' y + b for each gas, so that a further demand costs a sum of products.

        Raises:
            LoopNeverEnds, SystemSingular, SystemNotSolved: as the system has it.
        """
        # What emits nothing is light whatever it needs: a loop of it would end in an answer of 0.
        self._refuse_endless()
        emitted = np.ascontiguousarray(self.system.emissions.T)
        return np.ascontiguousarray(self._solved(self._up, emitted, self.weights).values.T)

    @property
    def knows_intensities(self) -> bool:
        """Whether the intensities were solved: then a further demand costs nothing."""
        return "intensities" in self.__dict__

    @cached_property
    def intensity_errors(self) -> Floats:
        """By how many kg of all gases the intensities of a unit can be wrong: n.

        What the solution left of y = A' y + b, borne by all that need it.
        """
        emitted = self.system.emissions.T
        left = np.abs(self._up.left(self.intensities.T, emitted)).sum(axis=1, keepdims=True)
        if not left.any():
            return np.zeros(self.system.size)
        return np.abs(self._solved(self._up, left, self.weights).values[:, 0])

    @cached_property
    def weights(self) -> Floats:
        """How heavy a unit of a product is: its footprint if a kg of any gas weighed 1, uptake too.

        Where nothing is emitted all the way up, a unit weighs nothing.
        """
        emitted: Floats = np.abs(self.system.emissions).sum(axis=0)
        reached = emitted
        for _ in range(_WINDOW):
            reached = emitted + np.abs(times(self._up.needs, reached))
        return np.abs(self._solved(self._up, emitted[:, np.newaxis], reached).values[:, 0])

    def supply(self, demand: Floats) -> Supply:
        """What all activities make so that the demand, n amounts, can be used.

        Raises:
            DemandInvalid: another shape, or an amount that is not finite.
            LoopNeverEnds, SystemSingular, SystemNotSolved: as the system has it.
        """
        if demand.shape != (self.system.size,) or not np.isfinite(demand).all():
            raise DemandInvalid
        weights, wanted = self.weights, demand[:, np.newaxis]
        found = self._solved(self._down, wanted, _inverse(weights))
        missing = float(weights @ np.abs(self._down.left(found.values, wanted))[:, 0])
        asked = float(weights @ np.abs(demand))
        error = missing / asked if asked else 0.0
        if error > ACCEPTED:
            raise SystemNotSolved
        residual = self._down.residual(found.values, wanted)
        return Supply(found.values[:, 0], found.method, found.rounds, residual, error)

    def _solved(self, side: _Side, demand: Floats, scale: Floats) -> _Answer:
        """By the first method that comes close enough; `scale` is about what values will be."""
        for way in self._ways():
            found = way(side, demand, scale)
            if np.isfinite(found.values).all() and side.residual(found.values, demand) <= ACCEPTED:
                if (demand >= 0).all() and (found.values < 0).any():
                    self._refuse_endless()
                return found
        self._refuse_endless()
        raise SystemNotSolved

    def _ways(self) -> Iterator[Callable[[_Side, Floats, Floats], _Answer]]:
        if self.loops.largest <= LOOP_SMALL:
            yield self._by_elimination
            return
        yield self._by_tiers
        yield self._by_sweeps
        if self.loops.largest <= LOOP_LARGEST:
            yield self._by_elimination

    def _by_elimination(self, side: _Side, demand: Floats, scale: Floats) -> _Answer:
        del scale
        solve = self._eliminated
        values = solve(demand, side.name)
        values += solve(side.left(values, demand), side.name)
        alone = self.loops.largest == 1
        return _Answer(values, SolvingMethod.TRIANGULAR if alone else SolvingMethod.FACTORISED, 0)

    def _by_tiers(self, side: _Side, demand: Floats, scale: Floats) -> _Answer:
        values, rounds = _walked(lambda tier: times(side.needs, tier), demand, scale)
        return _Answer(values, SolvingMethod.SERIES, rounds)

    def _by_sweeps(self, side: _Side, demand: Floats, scale: Floats) -> _Answer:
        """With L the triangular part, x = (I - L)^-1 f + (I - L)^-1 (A - L) x."""
        solve, triangular = self._ordered
        rest = side.needs - (triangular if side.name == "N" else triangular.T.tocsr())
        started = solve(demand, side.name)
        values, rounds = _walked(lambda sweep: solve(times(rest, sweep), side.name), started, scale)
        return _Answer(values, SolvingMethod.SWEEPS, rounds)

    @cached_property
    def _eliminated(self) -> _Eliminated:
        """The whole matrix factorised, each loop for itself: nothing fills in between loops.

        Suppliers stand first, so that a pivot is always found within its own loop.
        """
        if self._is_first:
            self._refuse_endless()
        return _factorised(self.system.needs, self.loops.order)

    @cached_property
    def _ordered(self) -> tuple[_Eliminated, Matrix]:
        """The part of the matrix that an order of activities makes triangular, factorised."""
        order = consumers_first(self.system.needs)
        place = np.argsort(order)
        entries = self.system.needs.tocoo()
        suppliers, consumers = entries.coords
        kept = place[suppliers] > place[consumers]
        coords = (suppliers[kept], consumers[kept])
        triangular = csr_array((entries.data[kept], coords), shape=entries.shape)
        return _factorised(triangular, order), triangular

    def _refuse_endless(self) -> None:
        """Of a system without negative amounts; with some, only the residual can tell."""
        needs = self.system.needs
        if (needs.data >= 0).all():
            members = endless_loop(needs, self.loops)
            if members.size:
                raise LoopNeverEnds(members)


def _factorised(needs: Matrix, order: Positions) -> _Eliminated:
    """I - A, eliminated in an order of its activities."""
    matrix = csc_array(eye_array(len(order)) - needs[order][:, order])
    try:
        factors = splu(matrix, permc_spec="NATURAL")
    except RuntimeError as singular:
        raise SystemSingular from singular

    def solve(values: Floats, side: Literal["N", "T"]) -> Floats:
        found: Floats = np.empty_like(values)
        found[order] = factors.solve(values[order], side)  # type: ignore[call-overload]  # the stubs lack sides
        return found

    return solve


def _walked(step: Callable[[Floats], Floats], demand: Floats, scale: Floats) -> tuple[Floats, int]:
    """Add f, A f, A A f, ... until a tier adds nothing to any amount, or walking on does not help.

    What a tier adds is what the sum before it left. Returns the sum, and the tiers walked.
    """
    unit = np.where(scale > 0, scale, 1.0)[:, np.newaxis]
    values, left = demand.copy(), step(demand)
    slowly = walked = 0
    for _ in range(_WINDOWS):
        walked += _WINDOW
        lefts = [left]
        for _ in range(_WINDOW):
            values += left
            left = step(left)
            lefts.append(left)
        if not np.isfinite(left).all() or _largest_part(left, np.abs(values)) <= AIMED:
            break
        sizes = [np.linalg.norm(one / unit, axis=0) for one in (lefts[0], left)]
        if (sizes[1] > _SLOW * sizes[0]).any():
            values, left = _combined(values, lefts, unit)
            kept = np.linalg.norm(left / unit, axis=0)
            slowly = slowly + 1 if (kept > _STALLED * sizes[0]).any() else 0
            if slowly == _PATIENCE:
                break
    return values, walked


def _combined(values: Floats, lefts: list[Floats], unit: Floats) -> tuple[Floats, Floats]:
    """The sum of tiers, combined with those before it so that the least is left; and what is."""
    added, found, kept = np.array(lefts[:-1]), values.copy(), lefts[-1].copy()
    changes = np.diff(np.array(lefts), axis=0)
    for column in range(values.shape[1]):
        seen = changes[:, :, column] / unit[:, 0]
        lengths = np.linalg.norm(seen, axis=1)
        seen /= np.where(lengths > 0, lengths, 1.0)[:, np.newaxis]
        wanted = seen @ (kept[:, column] / unit[:, 0])
        parts, *_ = np.linalg.lstsq(seen @ seen.T, wanted, rcond=1e-14)
        parts /= np.where(lengths > 0, lengths, 1.0)
        found[:, column] -= parts @ added[:, :, column]
        kept[:, column] -= parts @ changes[:, :, column]
    return found, kept


def _largest_part(left: Floats, size: Floats) -> float:
    """The largest part that what is left has of what is there."""
    seen = size > _TINY
    return float(np.max(np.abs(left[seen]) / size[seen], initial=0.0))


def _inverse(weights: Floats) -> Floats:
    """1 over each, and 0 of what weighs nothing."""
    found: Floats = np.divide(1.0, weights, out=np.zeros_like(weights), where=weights > 0)
    return found
