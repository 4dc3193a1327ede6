"""Sources of error, and the random numbers by which they multiply what they touch.

**What a seed promises.** The random integers are those of PCG64, whose stream NumPy guarantees for
a fixed seed on every machine and in every version. They choose among NORMAL_SCORES by table,
without any rejection and not with NumPy's own normal distribution, which may change between
versions. So the same seed and the same sources give the same draws everywhere. What is computed of
them can differ in the last bits of a double, which whoever tells it hides by rounding (a value
right at a half may round the other way).
"""

import math
from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from statistics import NormalDist
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from consortium.kernel.uncertainty import checked_uncertainty

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

Draws: TypeAlias = NDArray[np.float64]


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


def scores_of(stream: np.random.PCG64, draws: int) -> Draws:
    """Standard normal values, chosen by the upper bits of random integers."""
    found: Draws = normal_scores()[stream.random_raw(draws) >> np.uint64(64 - _SCORE_BITS)]
    return found
