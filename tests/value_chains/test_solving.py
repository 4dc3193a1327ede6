"""Systems of activities: each method gives what exact fractions give, and faults are named."""

from fractions import Fraction
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.sparse import csr_array

from consortium.value_chains.rules import solving
from consortium.value_chains.rules.footprints import (
    added_up,
    emitted,
    footprint_of,
    through_suppliers,
    tiers_of,
)
from consortium.value_chains.rules.paths import CutOffInvalid, ranked_paths
from consortium.value_chains.rules.sensitivity import elasticities_of
from consortium.value_chains.rules.solving import (
    LoopNeverEnds,
    Solver,
    SystemSingular,
)
from consortium.value_chains.rules.systems import (
    AmountNotFinite,
    Exchanges,
    Floats,
    OutputMissing,
    SupplierUnknown,
    System,
    system_of,
)
from consortium.value_chains.rules.vocabulary import SolvingMethod

ONE_GAS = np.ones(1)


def system(needs: Any, emissions: Any) -> System:
    return System(csr_array(np.array(needs, dtype=float)), np.array(emissions, dtype=float))


def unit(size: int, position: int, amount: float = 1.0) -> Floats:
    demand = np.zeros(size)
    demand[position] = amount
    return demand


def exact(needs: Floats, demand: Floats) -> list[Fraction]:
    """Gauss and Jordan's elimination in fractions: slow, and without any rounding."""
    size = len(demand)
    rows = [
        [Fraction(int(i == j)) - Fraction(needs[i, j]) for j in range(size)] + [Fraction(demand[i])]
        for i in range(size)
    ]
    for column in range(size):
        pivot = next(row for row in range(column, size) if rows[row][column])
        rows[column], rows[pivot] = rows[pivot], rows[column]
        rows[column] = [value / rows[column][column] for value in rows[column]]
        for row in range(size):
            if row != column and rows[row][column]:
                factor = rows[row][column]
                pairs = zip(rows[row], rows[column], strict=True)
                rows[row] = [value - factor * other for value, other in pairs]
    return [row[-1] for row in rows]


def random_system(size: int, growth: float, seed: int, *, negative: bool = False) -> System:
    """Loops everywhere, units that differ by six orders, gases that are emitted or taken up."""
    numbers = np.random.default_rng(seed)
    needs = numbers.lognormal(0, 1.5, (size, size)) * (numbers.random((size, size)) < 4 / size)
    np.fill_diagonal(needs, needs.diagonal() / 10)
    if negative:
        needs *= np.where(numbers.random((size, size)) < 0.1, -1, 1)
    needs *= growth / np.maximum(np.abs(needs).sum(axis=0), 1e-9)
    scale = 10 ** numbers.uniform(-3, 3, size)
    needs = needs / scale[:, np.newaxis] * scale
    emissions = numbers.normal(1, 1, (3, size)) * (numbers.random((3, size)) < 0.6) * scale
    return System(csr_array(needs), emissions)


def test_steel_that_needs_power_that_needs_steel() -> None:
    """A loop worked by hand: 1 t of steel takes 0.5 MWh, 1 MWh takes 0.02 t, each emits itself."""
    solver = Solver(system([[0, 0.02], [0.5, 0]], [[1800, 400]]))
    found = footprint_of(solver, unit(2, 0), ONE_GAS)
    # x = (1, 0.5) / (1 - 0.5 x 0.02)
    assert found.supply.amounts == pytest.approx([1 / 0.99, 0.5 / 0.99], rel=1e-15)
    assert found.kg_co2e == pytest.approx((1800 + 200) / 0.99, rel=1e-15)
    assert found.supply.method is SolvingMethod.FACTORISED
    assert max(found.supply.residual, found.supply.error) < 1e-15


def test_what_was_recorded_for_whole_activities_becomes_a_system_of_units() -> None:
    """1 000 kg are made of 200 and 50 kg of another's product, which 10 kg of a gas went with."""
    exchanges = Exchanges(np.array([1, 1]), np.array([0, 0]), np.array([200.0, 50.0]))
    made = system_of(np.array([1000.0, 4.0]), exchanges, np.array([[10.0, 2.0]]))
    assert made.needs.toarray().tolist() == [[0, 0], [0.25, 0]]
    assert made.emissions.tolist() == [[0.01, 0.5]]
    assert Solver(made).intensities.tolist() == [[0.135, 0.5]]


@pytest.mark.parametrize(
    ("outputs", "suppliers", "amounts", "emissions", "error", "path"),
    [
        ([1, 0], [0], [1], [[1, 1]], OutputMissing, ("outputs", "1")),
        ([1, float("inf")], [0], [1], [[1, 1]], AmountNotFinite, ("outputs", "1")),
        ([1, 1], [0], [float("nan")], [[1, 1]], AmountNotFinite, ("exchanges", "0")),
        ([1, 1], [0], [1], [[1, float("nan")]], AmountNotFinite, ("emissions", "1")),
        ([1, 1], [2], [1], [[1, 1]], SupplierUnknown, ("exchanges", "0")),
    ],
)
def test_what_is_no_system_is_refused_with_its_place(
    outputs: list[float],
    suppliers: list[int],
    amounts: list[float],
    emissions: list[list[float]],
    error: type[Exception],
    path: tuple[str, ...],
) -> None:
    exchanges = Exchanges(np.array(suppliers), np.array([0]), np.array(amounts, dtype=float))
    with pytest.raises(error) as refused:
        system_of(np.array(outputs, dtype=float), exchanges, np.array(emissions, dtype=float))
    assert refused.value.path == path  # type: ignore[attr-defined]


# Loops of up to so many activities are eliminated.
METHODS = {SolvingMethod.FACTORISED: 500, SolvingMethod.SERIES: 0, SolvingMethod.SWEEPS: 0}


@pytest.mark.parametrize("method", METHODS)
@settings(max_examples=25, deadline=None)
@given(
    size=st.integers(2, 14),
    growth=st.sampled_from([0.3, 0.8, 0.97]),
    seed=st.integers(0, 10_000),
    negative=st.booleans(),
)
def test_every_method_gives_what_fractions_give(
    method: SolvingMethod, size: int, growth: float, seed: int, *, negative: bool
) -> None:
    made = random_system(size, growth, seed, negative=negative)
    demand = np.random.default_rng(seed).normal(0, 1, size)
    right = np.array([float(value) for value in exact(made.needs.toarray(), demand)])
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(solving, "LOOP_SMALL", METHODS[method])
        if method is SolvingMethod.SWEEPS:
            patch.setattr(Solver, "_by_tiers", Solver._by_sweeps)  # pyright: ignore[reportPrivateUsage]
        solver = Solver(made)
        supply = solver.supply(demand)
        intensities = solver.intensities
    assert supply.method is method or solver.loops.largest == 1
    weights = np.abs(np.linalg.solve(np.eye(size) - made.needs.toarray().T, np.ones(size)))
    scale = np.abs(right) + 1e-3 * weights @ np.abs(demand) / weights
    assert np.all(np.abs(supply.amounts - right) <= 1e-9 * scale)
    footprint = made.emissions @ right
    gross = np.abs(made.emissions) @ np.abs(right)
    assert np.all(np.abs(made.emissions @ supply.amounts - footprint) <= 1e-9 * gross)
    # The transposed system says the same of the same demand.
    assert np.all(np.abs(intensities @ demand - footprint) <= 1e-9 * gross)


@settings(max_examples=20, deadline=None)
@given(size=st.integers(2, 12), seed=st.integers(0, 10_000))
def test_a_footprint_is_the_sum_of_its_parts(size: int, seed: int) -> None:
    """Of activities; of tiers with what lies beyond; of suppliers and the activity itself."""
    made = random_system(size, 0.9, seed)
    factors = np.array([1.0, 29.8, 273.0])
    solver, demand = Solver(made), unit(size, 0, 2.5)
    found = footprint_of(solver, demand, factors)
    direct = emitted(made, found.supply, factors)
    within = pytest.approx(found.kg_co2e, rel=1e-9, abs=1e-9 * np.abs(direct).sum())
    groups = np.arange(size) % 3
    assert added_up(direct, groups, 3).sum() == within
    tiers = tiers_of(solver, demand, factors, 4)
    assert len(tiers.kg_co2e) == 4
    assert sum(tiers.kg_co2e) + tiers.beyond == within
    itself = float(factors @ made.emissions[:, 0]) * 2.5
    assert itself + through_suppliers(solver, 0, 2.5, factors).sum() == within


@settings(max_examples=20, deadline=None)
@given(size=st.integers(2, 10), seed=st.integers(0, 10_000))
def test_elasticities_are_what_a_small_change_does(size: int, seed: int) -> None:
    made = random_system(size, 0.8, seed)
    positive = System(made.needs, np.abs(made.emissions) + 1e-3)
    factors, demand = np.ones(3), unit(size, 0)
    solver = Solver(positive)
    found = footprint_of(solver, demand, factors)
    sensitive = elasticities_of(solver, found.supply, factors)
    assert list(np.abs(sensitive.elasticities)) == sorted(np.abs(sensitive.elasticities))[::-1]
    supplier, consumer = sensitive.suppliers[0], sensitive.consumers[0]
    step = 1e-6
    changed: dict[int, float] = {}
    for sign in (1, -1):
        needs = positive.needs.toarray()
        needs[supplier, consumer] *= 1 + sign * step
        moved = Solver(System(csr_array(needs), positive.emissions))
        changed[sign] = footprint_of(moved, demand, factors).kg_co2e
    slope = (changed[1] - changed[-1]) / (2 * step * found.kg_co2e)
    assert sensitive.elasticities[0] == pytest.approx(slope, rel=1e-5, abs=1e-7)


@settings(max_examples=20, deadline=None)
@given(size=st.integers(2, 8), seed=st.integers(0, 10_000))
def test_paths_are_all_those_above_the_cut_off(size: int, seed: int) -> None:
    """Against a walk over all paths of up to eight tiers, without any bound."""
    made = random_system(size, 0.5, seed)
    positive = System(made.needs, np.abs(made.emissions[:1]))
    solver, demand = Solver(positive), unit(size, 0)
    least = 0.02 * footprint_of(solver, demand, ONE_GAS).kg_co2e
    needs, direct = positive.needs.toarray(), positive.emissions[0]
    right: dict[tuple[int, ...], float] = {}
    paths: dict[tuple[int, ...], float] = {(0,): 1.0}
    for _ in range(8):
        right |= {p: a * direct[p[-1]] for p, a in paths.items() if a * direct[p[-1]] >= least > 0}
        longer = ((p, a, i) for p, a in paths.items() for i in np.flatnonzero(needs[:, p[-1]]))
        paths = {(*p, int(i)): a * needs[i, p[-1]] for p, a, i in longer}
    found = ranked_paths(solver, demand, ONE_GAS, 0.02, 10_000)
    short = {path.activities: path.direct_kg_co2e for path in found.paths}
    assert {p: v for p, v in short.items() if len(p) <= 8} == pytest.approx(right, rel=1e-9)
    sizes = [path.direct_kg_co2e for path in found.paths]
    assert sizes == sorted(sizes, reverse=True)
    assert found.is_complete


def test_a_cut_off_is_a_part() -> None:
    solver = Solver(system([[0.5]], [[1]]))
    for wrong in (0.0, -0.1, 1.5, float("nan")):
        with pytest.raises(CutOffInvalid):
            ranked_paths(solver, unit(1, 0), ONE_GAS, wrong)


@pytest.mark.parametrize("small", [0, 500])
@pytest.mark.parametrize(
    ("needs", "loop"),
    [
        ([[1.0, 0], [0.3, 0]], [0]),
        ([[0, 0, 0.1], [0, 0, 2.0], [0, 0.5, 0]], [1, 2]),
        ([[0, 0, 0.1], [0, 0, 3.0], [0.1, 0.5, 0]], [0, 1, 2]),
    ],
)
def test_a_loop_that_needs_all_it_makes_is_named(
    needs: Any, loop: list[int], small: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(solving, "LOOP_SMALL", small)
    solver = Solver(system(needs, np.ones((1, len(needs)))))
    with pytest.raises(LoopNeverEnds) as refused:
        solver.supply(unit(len(needs), 0))
    assert refused.value.activities.tolist() == loop


def test_activities_that_undo_one_another_have_no_answer() -> None:
    """With amounts given and taken, only elimination and the residual can tell."""
    solver = Solver(system([[2, -1], [1, 0]], [[1, 1]]))
    with pytest.raises(SystemSingular):
        solver.supply(unit(2, 0))


def test_chains_without_loops_are_substituted_however_long() -> None:
    size = 20_000
    links = (np.full(size - 1, 0.999), (np.arange(1, size), np.arange(size - 1)))
    chain = System(csr_array(links, shape=(size, size)), np.ones((1, size)))
    found = footprint_of(Solver(chain), unit(size, 0), ONE_GAS)
    assert found.supply.method is SolvingMethod.TRIANGULAR
    assert found.kg_co2e == pytest.approx((1 - 0.999**size) / (1 - 0.999), rel=1e-12)


def test_a_long_ring_is_swept() -> None:
    """A loop of more activities than are eliminated at once, where a tier does next to nothing."""
    size = 20_000
    suppliers = (np.arange(size) + 1) % size
    links = (np.full(size, 0.9999), (suppliers, np.arange(size)))
    ring = System(csr_array(links, shape=(size, size)), np.ones((1, size)))
    found = footprint_of(Solver(ring), unit(size, 7), ONE_GAS)
    assert found.supply.method is SolvingMethod.SWEEPS
    assert found.kg_co2e == pytest.approx(1 / (1 - 0.9999), rel=1e-9)


def test_nothing_is_made_for_nothing() -> None:
    solver = Solver(random_system(6, 0.9, 1))
    found = footprint_of(solver, np.zeros(6), np.ones(3))
    assert found.supply.amounts.tolist() == [0] * 6
    assert found.kg_co2e == 0


@pytest.mark.parametrize("wrong", [np.ones(5), np.full(6, np.nan)])
def test_what_is_no_demand_is_refused(wrong: Floats) -> None:
    with pytest.raises(solving.DemandInvalid):
        Solver(random_system(6, 0.9, 1)).supply(wrong)
