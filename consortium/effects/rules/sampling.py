"""How uncertain a result is where its parts share sources of error: Monte Carlo with shared draws.

Both sides of a comparison that use the same grid factor are wrong together, so that most of the
error cancels in their difference. Propagation by root-sum-square (`uncertainty`) cannot know that;
here a source of error is drawn once and moves every term that names it. This is Approach 2 of the
IPCC Guidelines of 2006, volume 1, chapter 3.

**Where decimals become floats.** Terms with the same sources of error are first added as decimals,
exactly, so that what cancels by itself leaves nothing. The sums then become doubles, and so do the
uncertainties. Each draw of n such sums, with k sources each, is within (n + 2 k + 6) 2^-53 times
the sum of the absolute values of its products: 2e-13 of that for 1 000 terms. The chance of the
draw itself is larger by far: the mean has a standard error of 1 % of the result's standard
deviation at 10 000 draws. Answers are rounded to 12 digits of the sum of the absolute values.

**What a seed promises.** The random integers are those of PCG64, whose stream NumPy guarantees for
a fixed seed on every machine and in every version. They choose among NORMAL_SCORES by table,
without any rejection and not with NumPy's own normal distribution, which may change between
versions. So the same seed and the same terms, in any order, give the same draws everywhere; what
is computed of them may differ by the bound above, which the rounding hides (a value right at a
half may round the other way).
"""

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import MAX_PREC, Context, Decimal
from functools import cache
from statistics import NormalDist
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from consortium.effects.rules.uncertainty import Interval, UncertaintyInvalid, checked_uncertainty
from consortium.kernel.errors import BadInput
from consortium.kernel.quantities import exact_sum

DRAWS = 10_000
DRAWS_MIN = 1_000
DRAWS_MAX = 1_000_000
TERMS_MAX = 100_000

# A standard normal variable leaves ± this in 5 % of cases: the standard deviation is the half-width
# divided by it.
SIGMAS_95 = NormalDist().inv_cdf(0.975)

# Half-width from which on what cannot change its sign is lognormal. The Guidelines (section 3.2.2)
# take the normal distribution where the uncertainty is small and symmetric, and the lognormal for
# large ones of quantities that cannot be negative; they trust the propagation of errors up to a
# standard deviation of 0.3 of the mean. We change at half of that, where the two distributions
# still differ little: at a half-width of 0.3 their 97.5 percentiles are 1.300 and 1.332 of the
# mean, while at 1.0 the normal one makes 2.5 % of all emissions negative.
LOGNORMAL_ABOVE = Decimal("0.3")

# As many equally likely values as 16 random bits tell apart: the normal distribution's quantiles in
# the middle of each. Its variance is that of the distribution to within 0.01 %, its largest value
# 4.3.
_SCORE_BITS = 16
NORMAL_SCORES = 1 << _SCORE_BITS

_DIGITS = 12
_EXACT = Context(prec=MAX_PREC)

Draws = NDArray[np.float64]


class DrawsInvalid(BadInput):
    """A simulation takes 1 000 to 1 000 000 draws, of at most 100 000 terms, and a seed from 0."""

    code = "DRAWS_INVALID"


@dataclass(frozen=True, slots=True)
class Error:
    """A source of error. It multiplies what it touches by a random number of mean 1.

    `uncertainty` is the half-width of its 95 % interval as a fraction; the standard deviation is
    taken as that over 1.96 for either distribution. Terms that name the same `source` share its
    draw, each with an uncertainty of its own; without a source the error is the term's alone.
    `keeps_sign` is whether what it multiplies is bound to its sign, as an emission from a stack is;
    a balance of uptake and release is not.
    """

    uncertainty: Decimal
    source: str | None = None
    keeps_sign: bool = True

    def __post_init__(self) -> None:
        """Refuse what is no uncertainty."""
        checked_uncertainty(self.uncertainty)

    @property
    def is_lognormal(self) -> bool:
        """Whether it is drawn from a lognormal distribution, else from a normal one."""
        return self.keeps_sign and self.uncertainty > LOGNORMAL_ABOVE


@dataclass(frozen=True, slots=True)
class Term:
    """What is added to the result, negative where it is taken away, with its sources of error.

    Several errors multiply: the quantity's own, and the factor's that others use too.
    """

    value: Decimal
    errors: tuple[Error, ...] = ()

    def __post_init__(self) -> None:
        """Refuse what is no number."""
        if not self.value.is_finite():
            message = "A value is a number, not infinite and not NaN."
            raise UncertaintyInvalid(message)


class Capped(NamedTuple):
    """Terms whose sum counts up to a limit in every draw, such as emissions that the law caps."""

    terms: tuple[Term, ...]
    most: Decimal


class Simulation(NamedTuple):
    """What the draws say: their mean, and the interval from 2.5 % to 97.5 % of them.

    `below_zero` is the part of the draws that are negative.
    """

    seed: int
    draws: int
    mean: Decimal
    interval: Interval
    below_zero: Decimal

    @property
    def sign_is_established(self) -> bool:
        """Whether the interval leaves out 0."""
        return self.interval.sign_is_established


class _Group(NamedTuple):
    value: Decimal
    errors: tuple[Error, ...]


class _Sum(NamedTuple):
    groups: list[_Group]
    most: Decimal | None = None


def simulated(
    terms: Iterable[Term], seed: int, draws: int = DRAWS, capped: Iterable[Capped] = ()
) -> Simulation:
    """Draw the sum of the terms so many times, and of what counts up to a limit.

    Percentiles lie between draws by linear interpolation (Hyndman and Fan's definition 7).

    Raises:
        DrawsInvalid: too few or too many draws, too many terms, or a negative seed.
    """
    free, limited = list(terms), list(capped)
    known = [*free, *(term for one in limited for term in one.terms)]
    if not DRAWS_MIN <= draws <= DRAWS_MAX or len(known) > TERMS_MAX or seed < 0:
        raise DrawsInvalid
    sums = [_Sum(_grouped(free)), *(_Sum(_grouped(one.terms), one.most) for one in limited)]
    drawn = _drawn(sums, np.random.PCG64(seed), draws)
    lower, upper = np.quantile(drawn, (0.025, 0.975), method="linear")
    quantum = _quantum(known)
    return Simulation(
        seed,
        draws,
        _rounded(float(np.mean(drawn)), quantum),
        Interval(_rounded(float(lower), quantum), _rounded(float(upper), quantum)),
        Decimal(int(np.count_nonzero(drawn < 0))) / Decimal(draws),
    )


@cache
def normal_scores() -> Draws:
    """The quantiles of the standard normal distribution at (i + 1/2) / NORMAL_SCORES."""
    inverse = NormalDist().inv_cdf
    half = [inverse((i + 0.5) / NORMAL_SCORES) for i in range(NORMAL_SCORES // 2)]
    # The upper half mirrors the lower one, so that the mean is 0 to the last bit.
    return np.array([*half, *(-score for score in reversed(half))], dtype=np.float64)


def multipliers(error: Error, scores: Draws) -> Draws:
    """The random numbers of mean 1 by which an error multiplies, from standard normal ones."""
    deviation = float(error.uncertainty) / SIGMAS_95
    if not error.is_lognormal:
        return 1.0 + deviation * scores
    # Of mean 1 and this standard deviation: variance and mean of the logarithm.
    variance = math.log1p(deviation * deviation)
    made: Draws = np.exp(math.sqrt(variance) * scores - variance / 2)
    return made


def _grouped(terms: Sequence[Term]) -> list[_Group]:
    """Terms whose errors are all shared are added up by them; in an order of their own."""
    sums: dict[tuple[Error, ...], list[Decimal]] = {}
    alone: list[_Group] = []
    for term in terms:
        felt = tuple(sorted((one for one in term.errors if one.uncertainty), key=_rank))
        if all(one.source is not None for one in felt):
            sums.setdefault(felt, []).append(term.value)
        elif term.value:
            alone.append(_Group(term.value, felt))
    shared = [_Group(exact_sum(values), errors) for errors, values in sums.items()]
    return sorted(
        (group for group in (*shared, *alone) if group.value),
        key=lambda group: ([_rank(one) for one in group.errors], group.value),
    )


def _rank(error: Error) -> tuple[bool, str, Decimal, bool]:
    return (error.source is None, error.source or "", error.uncertainty, error.keeps_sign)


def _drawn(sums: Sequence[_Sum], stream: np.random.PCG64, draws: int) -> Draws:
    """All the sums, draw by draw: sources by their names, then errors of one term."""
    felt = (one for part in sums for group in part.groups for one in group.errors)
    names = {one.source for one in felt if one.source is not None}
    shared = {name: _scores(stream, draws) for name in sorted(names)}
    total: Draws = np.zeros(draws, dtype=np.float64)
    for part in sums:
        added = _added(part.groups, shared, stream, draws)
        total += added if part.most is None else np.minimum(added, float(part.most))
    return total


def _added(
    groups: Sequence[_Group], shared: Mapping[str, Draws], stream: np.random.PCG64, draws: int
) -> Draws:
    total: Draws = np.zeros(draws, dtype=np.float64)
    for group in groups:
        product: Draws = np.full(draws, float(group.value))
        for error in group.errors:
            product *= multipliers(error, _scores_of(error, shared, stream, draws))
        total += product
    return total


def _scores_of(
    error: Error, shared: Mapping[str, Draws], stream: np.random.PCG64, draws: int
) -> Draws:
    return _scores(stream, draws) if error.source is None else shared[error.source]


def _scores(stream: np.random.PCG64, draws: int) -> Draws:
    """Standard normal values, chosen by the upper bits of random integers."""
    found: Draws = normal_scores()[stream.random_raw(draws) >> np.uint64(64 - _SCORE_BITS)]
    return found


def _quantum(terms: Sequence[Term]) -> Decimal:
    """The last digit that is told: the twelfth of the sum of the absolute values."""
    whole = exact_sum(_EXACT.abs(term.value) for term in terms)
    return Decimal(1).scaleb(whole.adjusted() - _DIGITS + 1) if whole else Decimal(1)


def _rounded(value: float, quantum: Decimal) -> Decimal:
    """The value to the last digit that is told; never a negative zero."""
    return _EXACT.add(_EXACT.quantize(Decimal(value), quantum), Decimal(0))
