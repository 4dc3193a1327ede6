"""How uncertain a result is where parts share their errors."""

import math
from collections.abc import Sequence
from decimal import Decimal
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from consortium.effects.rules.sampling import DRAWS, DrawsInvalid, Term, simulated
from consortium.kernel.draws import LOGNORMAL_ABOVE, SIGMAS_95, Error, multipliers, normal_scores
from consortium.kernel.uncertainty import (
    Estimate,
    UncertaintyInvalid,
    estimated_sum,
)

SEED = 20_260_101
GRID = Error(Decimal("0.2"), "grid of 2026")

amounts = st.decimals(-(10**6), 10**6, places=3)
seeds = st.integers(0, 2**64)
shared_errors = st.builds(
    Error,
    st.decimals(0, Decimal("1.5"), places=2),
    st.sampled_from(["grid", "steel", "transport"]),
    st.booleans(),
)
shared_terms = st.builds(Term, amounts, st.lists(shared_errors, max_size=3).map(tuple))
own_errors = st.builds(Error, st.decimals(0, Decimal("1.5"), places=2))
any_terms = st.builds(
    Term, amounts, st.lists(st.one_of(shared_errors, own_errors), max_size=3).map(tuple)
)


def term(value: str, *errors: Error) -> Term:
    return Term(Decimal(value), errors)


def own(uncertainty: str) -> Error:
    return Error(Decimal(uncertainty))


def magnitude(terms: Sequence[Term]) -> float:
    return sum(abs(float(one.value)) for one in terms)


def test_errors_that_both_sides_share_cancel_as_far_as_they_do() -> None:
    """500 less 400 kWh at one factor of ± 20 % are 100 ± 20, not the 100 ± 128 of chance."""
    both = [term("500", GRID), term("-400", GRID)]
    told = simulated(both, SEED)
    independent = estimated_sum(
        [
            Estimate.of(Decimal(500), GRID.uncertainty),
            Estimate.of(Decimal(-400), GRID.uncertainty),
        ]
    )

    assert float(told.interval.lower) == pytest.approx(80, abs=0.8)
    assert float(told.interval.upper) == pytest.approx(120, abs=0.8)
    assert told.below_zero == 0
    assert told.sign_is_established
    assert independent.sign_is_established is False


@given(st.lists(shared_terms, min_size=1, max_size=8), seeds)
@settings(max_examples=50)
def test_equal_sides_with_shared_errors_leave_exactly_nothing(side: list[Term], seed: int) -> None:
    """Where all errors are shared and the sides are equal, every draw is 0."""
    other = [Term(one.value.copy_negate(), one.errors) for one in reversed(side)]
    told = simulated([*side, *other], seed)

    assert {told.mean, told.interval.lower, told.interval.upper, told.below_zero} == {Decimal(0)}
    assert not told.sign_is_established


@given(st.lists(any_terms, max_size=12), seeds, st.randoms())
@settings(max_examples=50)
def test_the_same_seed_gives_the_same_answer_in_any_order(
    terms: list[Term], seed: int, random: Any
) -> None:
    """Neither the order of terms nor that of a term's errors matters, to the last digit."""
    shuffled = [Term(one.value, tuple(reversed(one.errors))) for one in terms]
    random.shuffle(shuffled)

    assert simulated(shuffled, seed) == simulated(terms, seed)


def test_another_seed_gives_another_answer() -> None:
    """Draws depend on the seed."""
    terms = [term("100", own("0.1"))]

    assert simulated(terms, SEED).mean != simulated(terms, SEED + 1).mean


def test_what_was_drawn_elsewhere_is_taken_in_its_order() -> None:
    """Draw d of one goes with draw d of the other; of such terms alone they are the answer."""
    ours = {
        "reference": np.random.default_rng(1).normal(1, 0.1, 1_000).tolist(),
        "solution": np.random.default_rng(2).normal(1, 0.1, 1_000).tolist(),
    }
    both = [
        Term(Decimal(50), (Error(Decimal("0.2"), "reference"),)),
        Term(Decimal(-40), (Error(Decimal("0.2"), "solution"),)),
    ]
    told = simulated(both, SEED, drawn=ours)
    expected = 50 * np.array(ours["reference"]) - 40 * np.array(ours["solution"])

    lower, upper = np.quantile(expected, (0.025, 0.975))
    assert float(told.mean) == pytest.approx(expected.mean(), rel=1e-9)
    # Ten times the same draws have the same percentiles, but for where these lie between two.
    assert float(told.interval.lower) == pytest.approx(lower, abs=0.2)
    assert float(told.interval.upper) == pytest.approx(upper, abs=0.2)
    assert simulated(both, SEED + 1, drawn=ours) == told._replace(seed=SEED + 1)
    # Beside other terms, it is one more source.
    alone = simulated([*both, term("100", own("0.5"))], SEED, drawn=ours)
    wide = simulated([term("110", own("0.5"))], SEED)
    assert alone.interval.upper - alone.interval.lower > Decimal("0.85") * (
        wide.interval.upper - wide.interval.lower
    )


@given(st.lists(shared_terms, max_size=8), seeds)
@settings(max_examples=20, deadline=None)
def test_the_answer_equals_a_slow_reference(terms: list[Term], seed: int) -> None:
    """Term by term and draw by draw in plain floats, without adding anything up before."""
    told = simulated(terms, seed, 1_000)
    mean, lower, upper, below = reference(terms, seed, 1_000)

    within = 1e-11 * magnitude(terms) + 1e-300
    assert float(told.mean) == pytest.approx(mean, abs=within)
    assert float(told.interval.lower) == pytest.approx(lower, abs=within)
    assert float(told.interval.upper) == pytest.approx(upper, abs=within)
    if not any(abs(draw) <= within for draw in below):
        assert told.below_zero * 1_000 == sum(draw < 0 for draw in below)


def reference(
    terms: Sequence[Term], seed: int, draws: int
) -> tuple[float, float, float, list[float]]:
    """Mean, percentiles and all draws of terms that share every error."""
    stream, scores = np.random.PCG64(seed), normal_scores()
    felt = {one.source for each in merged(terms) for one in each.errors if one.uncertainty}
    drawn = {
        name: [float(scores[int(raw) >> 48]) for raw in stream.random_raw(draws)]
        for name in sorted(str(name) for name in felt)
    }
    made = [sum(value(one, drawn, at) for one in terms) for at in range(draws)]
    ranked = sorted(made)
    return math.fsum(made) / draws, percentile(ranked, 0.025), percentile(ranked, 0.975), made


def merged(terms: Sequence[Term]) -> list[Term]:
    """Terms of the same errors as one, without those that cancel: they need no draw."""
    sums: dict[tuple[Error, ...], Decimal] = {}
    for one in terms:
        key = tuple(sorted((e for e in one.errors if e.uncertainty), key=repr))
        sums[key] = sums.get(key, Decimal(0)) + one.value
    return [Term(total, errors) for errors, total in sums.items() if total]


def value(one: Term, drawn: dict[str, list[float]], at: int) -> float:
    product = float(one.value)
    for error in one.errors:
        score = drawn[str(error.source)][at] if str(error.source) in drawn else 0.0
        deviation = float(error.uncertainty) / 1.959963984540054
        if error.keeps_sign and error.uncertainty > Decimal("0.3"):
            variance = math.log(1 + deviation**2)
            product *= math.exp(math.sqrt(variance) * score - variance / 2)
        else:
            product *= 1 + deviation * score
    return product


def percentile(ranked: Sequence[float], part: float) -> float:
    place = part * (len(ranked) - 1)
    below = math.floor(place)
    return ranked[below] + (place - below) * (
        ranked[min(below + 1, len(ranked) - 1)] - ranked[below]
    )


@given(
    st.lists(
        st.tuples(st.decimals(1, 1000, places=2), st.decimals("0.01", "0.1", places=3)),
        min_size=1,
        max_size=20,
    ),
    seeds,
)
@settings(max_examples=50)
def test_small_independent_errors_give_what_propagation_gives(
    parts: list[tuple[Decimal, Decimal]], seed: int
) -> None:
    """Within 6 %: six standard errors of a half-width estimated from 10 000 draws."""
    told = simulated([Term(value, (Error(u),)) for value, u in parts], seed)
    analytic = estimated_sum(Estimate.of(value, u) for value, u in parts)

    assert analytic.half_width is not None
    width = float(analytic.half_width)
    assert float(told.interval.upper - told.interval.lower) / 2 == pytest.approx(width, rel=0.06)
    assert float(told.mean) == pytest.approx(float(analytic.value), abs=0.04 * width)


def test_a_product_of_small_errors_is_that_of_propagation() -> None:
    """A quantity of ± 3 % times a factor of ± 4 % is ± 5 %."""
    told = simulated([term("1000", own("0.03"), own("0.04"))], SEED)

    assert float(told.interval.upper - told.interval.lower) / 2 == pytest.approx(50, rel=0.04)


@given(st.lists(any_terms, min_size=1, max_size=8), seeds, st.integers(-6, 6))
@settings(max_examples=50)
def test_scaled_terms_give_a_scaled_answer(terms: list[Term], seed: int, power: int) -> None:
    """In tonnes it is the answer in kilograms, a thousandth of it, within the stated rounding."""
    scaled = [Term(one.value.scaleb(power), one.errors) for one in terms]
    one, other = simulated(terms, seed), simulated(scaled, seed)

    within = 1e-10 * magnitude(terms)
    assert float(other.mean.scaleb(-power)) == pytest.approx(float(one.mean), abs=within)
    assert float(other.interval.lower.scaleb(-power)) == pytest.approx(
        float(one.interval.lower), abs=within
    )


def test_without_errors_nothing_is_drawn() -> None:
    """The sum itself, as both ends of the interval."""
    told = simulated([term("500"), term("-400.25")], SEED)

    assert (told.mean, told.interval.lower, told.interval.upper) == (Decimal("99.75"),) * 3
    assert simulated([], SEED).mean == 0


def test_what_keeps_its_sign_never_changes_it() -> None:
    """An emission known to ± 100 % stays an emission; a balance may turn."""
    emission = simulated([term("100", own("1"))], SEED)
    balance = simulated([term("100", Error(Decimal(1), keeps_sign=False))], SEED)

    assert emission.below_zero == 0
    assert emission.interval.lower > 0
    assert float(emission.mean) == pytest.approx(100, abs=2)
    assert float(balance.below_zero) == pytest.approx(0.025, abs=0.008)


def test_the_distribution_changes_above_a_half_width_of_0_3() -> None:
    """At 0.3 itself the two differ by some hundredths of the mean at their 97.5 percentile."""
    at, above = Error(LOGNORMAL_ABOVE), Error(Decimal("0.3001"))
    end = np.array([SIGMAS_95])

    assert (at.is_lognormal, above.is_lognormal) == (False, True)
    assert multipliers(at, end)[0] == pytest.approx(1.3)
    assert multipliers(above, end)[0] == pytest.approx(1.332, abs=0.001)


def test_normal_scores_are_normal() -> None:
    """Mean exactly 0, variance 1 within 0.01 %, in order, mirrored."""
    scores = normal_scores()

    assert math.fsum(scores) == 0
    assert math.fsum(scores * scores) / len(scores) == pytest.approx(1, abs=1e-4)
    assert (np.diff(scores) > 0).all()
    assert scores[-1] == pytest.approx(4.3, abs=0.05)


@pytest.mark.parametrize(("seed", "draws"), [(-1, DRAWS), (0, 999), (0, 1_000_001)])
def test_draws_and_seed_have_limits(seed: int, draws: int) -> None:
    """Too few draws tell no percentile, too many take too long."""
    with pytest.raises(DrawsInvalid):
        simulated([term("1")], seed, draws)


def test_terms_are_numbers_with_errors_of_zero_or_more() -> None:
    """What is no number is refused before anything is drawn."""
    with pytest.raises(UncertaintyInvalid):
        own("-0.1")
    with pytest.raises(UncertaintyInvalid):
        term("NaN")


def test_a_seed_means_the_same_numbers_for_ever() -> None:
    """Written down once: another machine or another NumPy must give them too."""
    told = simulated(
        [
            term("500", GRID, own("0.05")),
            term("-400", GRID, own("0.5")),
        ],
        SEED,
    )

    assert str(told.mean) == "99.350454657"
    assert str(told.interval.lower) == "-133.892333512"
    assert str(told.interval.upper) == "274.205871803"
    assert told.below_zero == Decimal("0.1613")
    assert not told.sign_is_established
