"""Systems of activities whose amounts are uncertain: drawn, and solved anew for each draw."""

import math
from decimal import Decimal
from typing import Any

import numpy as np
import pytest
from scipy.sparse import csr_array

from consortium.kernel.draws import SIGMAS_95, Error
from consortium.value_chains.rules.simulation import (
    SystemDrawsInvalid,
    Uncertain,
    Uncertainties,
    simulated,
    simulated_units,
    spread_of,
)
from consortium.value_chains.rules.solving import LoopNeverEnds, Solver
from consortium.value_chains.rules.systems import Floats, System

ONE_GAS = np.ones(1)


def drawn_of(made: System, uncertain: Uncertainties, seed: int, draws: int) -> Floats:
    """The footprints of a unit of the first product."""
    demand = unit(made.size, 0)
    return np.array(list(simulated(Solver(made), uncertain, demand, ONE_GAS, seed, draws)))


def system(needs: Any, emissions: Any) -> System:
    return System(csr_array(np.array(needs, dtype=float)), np.array(emissions, dtype=float))


def unit(size: int, position: int) -> Floats:
    demand = np.zeros(size)
    demand[position] = 1
    return demand


def test_draws_have_the_mean_and_the_spread_of_their_errors() -> None:
    """Of what is added without a loop the variance is known."""
    made = system([[0, 0], [2.0, 0]], [[10.0, 5.0]])
    errors = [Error(Decimal("0.2"), "power"), Error(Decimal("0.1"), "stack")]
    uncertain = Uncertainties(Uncertain.of([0], errors[:1]), Uncertain.of([1], errors[1:]))
    drawn = drawn_of(made, uncertain, 1, 10_000)
    spread = spread_of(drawn)
    # 10 + 2 (1 + a) 5 (1 + b)
    deviation = 10 * math.hypot(0.2, 0.1) / SIGMAS_95
    assert spread.mean == pytest.approx(20, abs=4 * deviation / 100)
    assert drawn.std() == pytest.approx(deviation, rel=0.05)
    assert spread.upper - spread.lower == pytest.approx(2 * SIGMAS_95 * deviation, rel=0.05)
    assert spread.lower < spread.median < spread.upper


def test_a_scenario_errs_with_its_baseline() -> None:
    """What both take of one source cancels draw by draw; another seed is another spread."""
    error = [Error(Decimal("0.5"), "grid")]
    none = Uncertain.of([], [])
    baseline, scenario = (system([[0, 0], [kwh, 0]], [[0, 0.4]]) for kwh in (500, 400))
    with_error = Uncertainties(Uncertain.of([], []), Uncertain.of([1], error))
    drawn = [drawn_of(one, with_error, 7, 1_000) for one in (baseline, scenario)]
    assert np.allclose(drawn[1] / drawn[0], 0.8)
    assert (drawn[0] - drawn[1]).std() == pytest.approx(drawn[0].std() / 5)
    other = drawn_of(baseline, with_error, 8, 1_000)
    assert not np.allclose(other, drawn[0])
    certain = drawn_of(baseline, Uncertainties(none, none), 7, 100)
    assert set(certain.tolist()) == {200.0}


def test_units_are_drawn_as_a_demand_of_each_is() -> None:
    """The same draws, of all products at once, with a loop and two gases."""
    made = system([[0, 0.3, 0], [0.2, 0, 0.5], [0.1, 0, 0]], [[1.0, 5.0, 0], [0, 2.0, 3.0]])
    needs = Uncertain.of([0, 2], [Error(Decimal("0.4"), "a"), Error(Decimal("0.1"), "b")])
    emissions = Uncertain.of([1, 5], [Error(Decimal("0.2"), "a"), Error(Decimal("0.5"), "c")])
    uncertain, factors = Uncertainties(needs, emissions), np.array([1.0, 29.8])
    solver = Solver(made)
    units = np.array(list(simulated_units(solver, uncertain, factors, 3, 100)))

    for at in range(3):
        alone = simulated(solver, uncertain, unit(3, at), factors, 3, 100)
        assert np.allclose(units[:, at], list(alone), rtol=1e-12)


def test_scores_of_names_and_draws_are_independent() -> None:
    """Standard normal over draws and over names, without correlation between neighbours."""
    names = Uncertain.of(range(500), [Error(Decimal("0.1"), f"{one}") for one in range(500)])
    drawn = np.array([names.drawn(np.ones(500), 3, draw) for draw in range(400)])
    scores = (drawn - 1) / (0.1 / SIGMAS_95)
    assert scores.mean() == pytest.approx(0, abs=0.01)
    assert scores.std() == pytest.approx(1, abs=0.01)
    assert np.abs(scores.mean(axis=0)).max() < 0.25
    for left, right in (
        (scores[1:], scores[:-1]),
        (scores[:, 1:], scores[:, :-1]),
        (scores, scores[::-1]),
    ):
        assert np.corrcoef(left.ravel(), right.ravel())[0, 1] == pytest.approx(0, abs=0.01)


def test_lognormal_amounts_keep_their_sign_and_their_mean() -> None:
    one = Uncertain.of([0], [Error(Decimal("1.5"), "bulk")])
    drawn = np.array([one.drawn(np.array([2.0]), 1, draw)[0] for draw in range(20_000)])
    assert (drawn > 0).all()
    assert drawn.mean() == pytest.approx(2, rel=0.02)


@pytest.mark.parametrize(("seed", "draws"), [(-1, 1_000), (0, 99), (0, 100_001)])
def test_what_is_no_simulation_is_refused(seed: int, draws: int) -> None:
    none = Uncertain.of([], [])
    with pytest.raises(SystemDrawsInvalid):
        drawn_of(system([[0.5]], [[1]]), Uncertainties(none, none), seed, draws)


def test_draws_of_a_loop_that_never_ends_are_refused() -> None:
    made = system([[0, 0.9], [0.9, 0]], [[1, 1]])
    wide = Uncertain.of([0, 1], [Error(Decimal("0.9"), "a"), Error(Decimal("0.9"), "b")])
    with pytest.raises(LoopNeverEnds):
        drawn_of(made, Uncertainties(wide, Uncertain.of([], [])), 1, 1_000)
