"""Generated chains against a slow reference in exact fractions, written from the definition alone.

With loops, co-products by allocation, several exchanges of one pair, and emissions that are 0 or
below it.
"""

from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from consortium.value_chains.rules.building import Recorded, chain_of
from consortium.value_chains.rules.questions import (
    DemandActivityUnknown,
    Question,
    answered,
    of_products,
)
from consortium.value_chains.rules.scenarios import EmissionChange, ExchangeChange, changed

GASES = ("CH4_FOSSIL", "CO2")
FACTORS = {"CH4_FOSSIL": 29.8, "CO2": 1.0}
ALL = frozenset({"gases", "activities", "organisations", "tiers", "suppliers"})
TIERS = 3


@dataclass(frozen=True)
class World:
    """Plain rows: `processes` are the products' shares, each an activity; ids count from 1."""

    processes: list[list[Fraction]]
    outputs: list[Fraction]
    organisations: list[int]
    exchanges: list[tuple[int, int, Fraction]]
    emissions: dict[tuple[int, int], Fraction]

    @property
    def process_of(self) -> list[int]:
        """The process of each activity."""
        return [at for at, shares in enumerate(self.processes) for _ in shares]

    @property
    def shares(self) -> list[Fraction]:
        """The share of each activity."""
        return [share for shares in self.processes for share in shares]

    def recorded(self) -> Recorded:
        """As it is read from the database."""
        size = range(len(self.outputs))
        process_of = self.process_of
        return Recorded(
            gases=GASES,
            activities=rows(
                "id code process output:f share:f organisation stage",
                [
                    (
                        at + 1,
                        at + 1,
                        process_of[at] + 1,
                        float(self.outputs[at]),
                        float(self.shares[at]),
                        self.organisations[at],
                        0,
                    )
                    for at in size
                ],
            ),
            exchanges=rows(
                "consumer supplier amount:f",
                [(c + 1, s + 1, float(amount)) for c, s, amount in self.exchanges],
            ),
            emissions=rows(
                "activity gas mass_kg:f",
                [(at + 1, gas, float(mass)) for (at, gas), mass in self.emissions.items()],
            ),
            exchange_errors=rows("consumer supplier uncertainty:f name", []),
            emission_errors=rows("activity gas uncertainty:f name", []),
        )

    def needs(self) -> list[list[Fraction]]:
        """What one unit of j needs of i: its share of what its process takes, over its output."""
        size, process_of, shares = range(len(self.outputs)), self.process_of, self.shares
        needs = [[Fraction(0) for _ in size] for _ in size]
        for consumer, supplier, amount in self.exchanges:
            for at in size:
                if process_of[at] == process_of[consumer]:
                    needs[supplier][at] += amount * shares[at] / self.outputs[at]
        return needs

    def emitted(self) -> list[list[Fraction]]:
        """What one unit of each activity emits, by gas."""
        size, process_of, shares = range(len(self.outputs)), self.process_of, self.shares
        found = [[Fraction(0) for _ in size] for _ in GASES]
        for (activity, gas), mass in self.emissions.items():
            for at in size:
                if process_of[at] == process_of[activity]:
                    found[gas][at] += mass * shares[at] / self.outputs[at]
        return found


def rows(names: str, records: list[tuple[Any, ...]]) -> Any:
    kinds = [(name.removesuffix(":f"), "f8" if ":f" in name else "i8") for name in names.split()]
    return np.array(records, dtype=kinds)


# Eighths: exact as doubles too, so that both sides are given the same.
def eighths(low: int, high: int) -> st.SearchStrategy[Fraction]:
    return st.integers(low, high).map(lambda one: Fraction(one, 8))


@st.composite
def worlds(draw: st.DrawFn) -> World:
    """What activities take of others stays so small that every loop ends."""
    splits = st.sampled_from([[8], [8], [4, 4], [2, 6], [1, 3, 4]])
    processes = [[Fraction(one, 8) for one in draw(splits)] for _ in range(draw(st.integers(1, 4)))]
    size = sum(map(len, processes))
    outputs = [draw(st.sampled_from([1, 2, 4])) for _ in range(size)]
    pairs = draw(st.lists(st.tuples(*[st.integers(0, size - 1)] * 2), max_size=10))
    # At most 10 of an eighth each, of outputs of at least 1, in a process of 3: below 1 where the
    # denominator is 64.
    exchanges = [
        (consumer, supplier, Fraction(draw(st.integers(-1, 5)), 64)) for consumer, supplier in pairs
    ]
    places = st.tuples(st.integers(0, size - 1), st.integers(0, 1))
    emissions = draw(st.dictionaries(places, eighths(-16, 80), max_size=6))
    organisations = [draw(st.integers(0, 2)) for _ in range(size)]
    return World(processes, [Fraction(one) for one in outputs], organisations, exchanges, emissions)


def solved(needs: list[list[Fraction]], demand: list[Fraction]) -> list[Fraction]:
    """X = A x + f by Gauss and Jordan."""
    size = len(demand)
    table = [
        [Fraction(int(i == j)) - needs[i][j] for j in range(size)] + [demand[i]]
        for i in range(size)
    ]
    for column in range(size):
        pivot = next(row for row in range(column, size) if table[row][column])
        table[column], table[pivot] = table[pivot], table[column]
        table[column] = [one / table[column][column] for one in table[column]]
        for row in range(size):
            if row != column and table[row][column]:
                factor = table[row][column]
                table[row] = [
                    one - factor * other
                    for one, other in zip(table[row], table[column], strict=True)
                ]
    return [row[-1] for row in table]


def close(one: Any, other: Fraction, size: Fraction) -> bool:
    """Within 1e-9 of what was added up."""
    return abs(Fraction(one) - other) <= Fraction(1, 10**9) * max(size, Fraction(1, 10**6))


def expected(world: World, demand: list[Fraction]) -> tuple[list[Fraction], list[Fraction]]:
    """What each activity makes, and a kg CO2e for a unit of each."""
    amounts = solved(world.needs(), demand)
    factors = [Fraction(FACTORS[gas]) for gas in GASES]
    emitted = world.emitted()
    unit = [
        sum((f * row[at] for f, row in zip(factors, emitted, strict=True)), Fraction(0))
        for at in range(len(amounts))
    ]
    return amounts, unit


def question(demand: list[Fraction]) -> Question:
    wanted = {at + 1: float(one) for at, one in enumerate(demand) if one}
    return Question(wanted, FACTORS, ALL, 0.01, TIERS, 100, 1)


@settings(max_examples=150)
@given(worlds(), st.data())
def test_every_part_is_that_of_the_reference(world: World, data: st.DataObject) -> None:
    size = len(world.outputs)
    demand = [data.draw(eighths(0, 16)) for _ in range(size)]
    amounts, unit = expected(world, demand)
    direct = [one * made for one, made in zip(unit, amounts, strict=True)]
    magnitude = sum(map(abs, direct), Fraction(0))

    chain = chain_of(world.recorded())
    told = answered(chain, question(demand))
    alone = answered(chain, question(demand)._replace(parts=frozenset({"footprint"})))

    for one in (told, alone):
        assert close(one["kg_co2e"], sum(direct, Fraction(0)), magnitude)
    for gas, row in zip(told["gases"], world.emitted(), strict=True):
        mass = sum((one * made for one, made in zip(row, amounts, strict=True)), Fraction(0))
        assert close(gas["mass_kg"], mass, magnitude)
    found = {one["activity_id"]: one for one in told["activities"]}
    for at in range(size):
        mass = Fraction(found[at + 1]["kg_co2e"]) if at + 1 in found else Fraction(0)
        assert close(mass, direct[at], magnitude)
    for one in told["organisations"]:
        own = (
            mass
            for mass, whose in zip(direct, world.organisations, strict=True)
            if whose == (one["organisation_id"] or 0)
        )
        assert close(one["kg_co2e"], sum(own, Fraction(0)), magnitude)
    tiers = sum((Fraction(one["kg_co2e"]) for one in told["tiers"]), Fraction(0))
    assert close(tiers, sum(direct, Fraction(0)), magnitude)
    # With what those who meet the demand emit themselves, suppliers are the whole.
    own_tier = sum((one * wanted for one, wanted in zip(unit, demand, strict=True)), Fraction(0))
    through = sum((Fraction(one["kg_co2e"]) for one in told["suppliers"]), Fraction(0))
    assert close(through + own_tier, sum(direct, Fraction(0)), magnitude)


@given(worlds())
def test_a_unit_of_each_product_is_a_demand_of_it_alone(world: World) -> None:
    """Many at once, each within the error that is told."""
    size = len(world.outputs)
    told = of_products(chain_of(world.recorded()), question([Fraction(1)] * size))

    for at, one in enumerate(told["products"]):
        demand = [Fraction(int(at == other)) for other in range(size)]
        amounts, unit = expected(world, demand)
        direct = [mass * made for mass, made in zip(unit, amounts, strict=True)]
        assert one["activity_id"] == at + 1
        assert close(one["kg_co2e"], sum(direct, Fraction(0)), sum(map(abs, direct), Fraction(0)))
        assert Fraction(one["error_kg_co2e"]) < Fraction(1, 10**9)


@settings(max_examples=60)
@given(worlds(), st.data())
def test_a_what_if_is_the_world_with_that_change(world: World, data: st.DataObject) -> None:
    """Set or multiplied, the answer is that of rows in which it is so."""
    size, process_of = len(world.outputs), world.process_of
    pick = st.integers(0, size - 1)
    consumer, supplier, activity = data.draw(pick), data.draw(pick), data.draw(pick)
    amount, mass = Fraction(data.draw(st.integers(0, 5)), 64), data.draw(eighths(-8, 8))
    demand = [Fraction(1)] * size

    told = answered(
        chain_of(
            changed(
                world.recorded(),
                [ExchangeChange(consumer + 1, supplier + 1, amount=decimal(amount))],
                [EmissionChange(activity + 1, "CO2", mass_kg=decimal(mass))],
            )
        ),
        question(demand),
    )

    others = [
        one
        for one in world.exchanges
        if process_of[one[0]] != process_of[consumer] or one[1] != supplier
    ]
    kept = {
        place: one
        for place, one in world.emissions.items()
        if process_of[place[0]] != process_of[activity] or place[1] != 1
    }
    after = World(
        world.processes,
        world.outputs,
        world.organisations,
        [*others, (consumer, supplier, amount)],
        kept | {(activity, 1): mass},
    )
    amounts, unit = expected(after, demand)
    direct = [one * made for one, made in zip(unit, amounts, strict=True)]
    magnitude = sum(map(abs, direct), Fraction(0))
    assert close(told["kg_co2e"], sum(direct, Fraction(0)), magnitude)


def decimal(value: Fraction) -> Decimal:
    return Decimal(value.numerator) / Decimal(value.denominator)


def test_a_chain_without_activities_has_no_answer_to_any_demand() -> None:
    empty = World([], [], [], [], {}).recorded()

    with pytest.raises(DemandActivityUnknown):
        answered(chain_of(empty), question([Fraction(1)]))
