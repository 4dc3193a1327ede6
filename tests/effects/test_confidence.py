"""How uncertain an effect is: DOMAIN's formulas, what is shared, what is unknown, and laws."""

import time
from collections.abc import Sequence
from decimal import Decimal
from typing import Any

import asyncpg
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from consortium.effects.rules.comparisons import Factors, Known
from consortium.effects.rules.confidence import (
    Confidence,
    DrawsNeeded,
    Felt,
    Inputs,
    Quality,
    chosen_method,
    confidence_of,
)
from consortium.effects.rules.timeframes import Cohort, Factor, Item, Profile, effect_of
from consortium.effects.rules.vocabulary import (
    FactorsBeyond,
    LifeCycleStage,
    Specificity,
    Timeframe,
    UncertaintyMethod,
)
from consortium.storage.database import Database
from tests.effects.story import COMPARISON, Engineer, engineer, item, whole

ANALYTIC, MONTE_CARLO = UncertaintyMethod
GRID = 7
SEED = 20_260_101


def dec(text: str | None) -> Decimal | None:
    return None if text is None else Decimal(text)


class Sheet:
    """A comparison over some years, item by item."""

    def __init__(self, years: int = 1, rebound: str = "0", cap: str | None = None) -> None:
        self.items: list[Item] = []
        self.qualities: dict[int, Quality] = {}
        self.life, self.rebound, self.cap = Decimal(years), Decimal(rebound), dec(cap)
        self.points: dict[int, tuple[Decimal, Decimal | None]] = {}

    def factor(self, year: int, value: str, uncertainty: str | None) -> "Sheet":
        self.points[year] = (Decimal(value), dec(uncertainty))
        return self

    def add(
        self,
        reference: tuple[str, str | None] | None,
        solution: tuple[str, str | None] | None,
        *,
        shared: str | None = None,
        grid: bool = False,
        stage: LifeCycleStage = LifeCycleStage.USE,
    ) -> "Sheet":
        key = len(self.items) + 1
        amounts = [None if side is None else Decimal(side[0]) for side in (reference, solution)]
        errors = [None if side is None else dec(side[1]) for side in (reference, solution)]
        series = "grid" if grid else None
        self.qualities[key] = Quality(key, errors[0], errors[1], shared, series)
        self.items.append(
            Item(
                key,
                stage,
                Specificity.SPECIFIC,
                reference=amounts[0],
                solution=amounts[1],
                series=GRID if grid else None,
            )
        )
        return self

    def told(
        self, method: UncertaintyMethod, units: str = "1", seed: int = SEED
    ) -> Confidence | None:
        profile = Profile(self.life, self.items, self.rebound, legal_cap=self.cap)
        known = [Known(GRID, year, Factor(year, value)) for year, (value, _) in self.points.items()]
        factors = Factors(known, FactorsBeyond.DECLARED_CONSTANT)
        answer = effect_of(
            profile, Timeframe.FORWARD_LOOKING, 2026, [Cohort(2026, Decimal(units))], factors
        )
        points = {year: uncertainty for year, (_, uncertainty) in self.points.items()}
        return confidence_of(answer, Inputs(profile, self.qualities, points), method, seed)

    def known(self, method: UncertaintyMethod, units: str = "1", seed: int = SEED) -> Confidence:
        told = self.told(method, units, seed)
        assert told is not None
        return told


def test_a_difference_by_root_sum_square() -> None:
    """DOMAIN, section 2: 500 ± 6 less 400 ± 8 is 100 ± 10; a fraction of 0.1."""
    told = Sheet().add(("500", "0.012"), ("400", "0.02")).known(ANALYTIC)

    assert told == Confidence(ANALYTIC, None, Decimal(90), Decimal(110), Decimal("0.1"))


def test_a_product_by_root_sum_square() -> None:
    """DOMAIN, section 2: a quantity of ± 3 % by a factor of ± 4 % is ± 5 %."""
    sheet = Sheet().factor(2026, "0.5", "0.04").add(("2000", "0.03"), None, grid=True)
    told = sheet.known(ANALYTIC, units="10")

    assert told.uncertainty == Decimal("0.05")
    assert (told.low, told.high) == (Decimal(9500), Decimal(10500))


def test_years_of_one_amount_are_wrong_together() -> None:
    """Over four years the amount's error does not average out, nor do those of a series."""
    told = Sheet(years=4).add(("100", "0.1"), None).known(ANALYTIC)
    series = Sheet(years=2).factor(2026, "1", "0.1").factor(2027, "1", "0.3")
    dated = series.add(("100", "0"), None, grid=True).known(ANALYTIC)

    assert (told.low, told.high) == (Decimal(360), Decimal(440))
    assert (dated.low, dated.high) == (Decimal(160), Decimal(240))


def test_more_use_is_as_uncertain_as_the_use() -> None:
    """200 ± 0 less 120 ± 6 with 10 % more use is 68 ± 6.6."""
    told = Sheet(rebound="0.1").add(("200", "0"), ("120", "0.05")).known(ANALYTIC)

    assert (told.low, told.high) == (Decimal("61.4"), Decimal("74.6"))


def test_the_sign_of_what_may_be_nothing_is_not_established() -> None:
    """900 ± 45 less 950 ± 47.5 holds 0; of 0 ± 5 no fraction is told."""
    told = Sheet().add(("900", "0.05"), ("950", "0.05")).known(ANALYTIC)
    nothing = Sheet().add(("100", "0.03"), ("100", "0.04")).known(ANALYTIC)

    assert told.low < 0 < told.high
    assert nothing == Confidence(ANALYTIC, None, Decimal(-5), Decimal(5), None)


def test_what_both_sides_share_cancels_in_draws() -> None:
    """Quantities of one grid: 500 less 400 kWh at ± 20 % are 100 ± 20, not ± 128."""
    sheet = Sheet().factor(2026, "1", "0.2").add(("500", "0"), ("400", "0"), grid=True)
    told = sheet.known(MONTE_CARLO)

    assert float(told.low) == pytest.approx(80, abs=0.8)
    assert float(told.high) == pytest.approx(120, abs=0.8)
    assert float(told.uncertainty or 0) == pytest.approx(0.2, abs=0.008)
    assert told.seed == SEED


def test_a_word_is_one_source_of_error() -> None:
    """Items with the same word are wrong together, on both sides; so nothing is left of it."""
    told = (
        Sheet().add(("100", "0.3"), None, shared="scale").add(None, ("100", "0.3"), shared="scale")
    )

    assert told.known(MONTE_CARLO)[2:] == (Decimal(0), Decimal(0), None)


def test_the_law_caps_every_draw() -> None:
    """Of a reference of 100 ± 50 the law lets 100 count: no draw is above it, half are below."""
    told = Sheet(cap="100").add(("100", "0.3"), ("0", "0")).known(MONTE_CARLO)
    free = Sheet(cap="1000").add(("100", "0.3"), ("0", "0")).known(MONTE_CARLO)

    assert told.high == 100
    assert told.low == pytest.approx(free.low)
    assert float(free.high) == pytest.approx(130, abs=1.5)


@pytest.mark.parametrize("method", list(UncertaintyMethod))
def test_what_is_unknown_stays_unknown(method: UncertaintyMethod) -> None:
    """One amount or factor of unknown uncertainty, and that of the effect is unknown, never 0."""
    amount = Sheet().add(("5", "0.1"), ("4", None))
    factor = Sheet().factor(2026, "1", None).add(("5", "0.1"), None, grid=True)
    # What does not contribute is not asked: the year is not reached.
    later = Sheet().factor(2026, "1", "0").factor(2027, "1", None).add(("5", "0"), None, grid=True)

    assert amount.told(method) is None
    assert factor.told(method) is None
    assert later.told(method) is not None


def test_the_method_follows_from_what_is_shared() -> None:
    """Unless told, draws where errors are not independent; root-sum-square is refused there."""
    apart = [Felt(2), Felt(1, "one"), Felt(1, None, "grid")]
    for shared in ([Felt(2, "one")], [Felt(1, "one"), Felt(1, "one")], [Felt(2, None, "grid")]):
        assert chosen_method(None, shared, capped=False) is MONTE_CARLO
        with pytest.raises(DrawsNeeded) as refused:
            chosen_method(ANALYTIC, shared, capped=False)
        assert refused.value.path == ("uncertaintyMethod",)

    assert chosen_method(None, apart, capped=False) is ANALYTIC
    assert chosen_method(MONTE_CARLO, apart, capped=False) is MONTE_CARLO
    assert chosen_method(None, apart, capped=True) is MONTE_CARLO
    # A word is no series of the same name.
    assert chosen_method(None, [Felt(1, "grid"), Felt(1, None, "grid")], capped=False) is ANALYTIC


Amounts = Sequence[tuple[tuple[Decimal, Decimal], tuple[Decimal, Decimal]]]
side = st.tuples(
    st.decimals(1, 1000, places=1), st.decimals(Decimal("0.01"), Decimal("0.1"), places=3)
)


@given(st.lists(st.tuples(side, side), min_size=1, max_size=6), st.integers(0, 2**31 - 1))
@settings(max_examples=40, deadline=None)
def test_draws_of_independent_errors_give_what_propagation_gives(
    amounts: Amounts, seed: int
) -> None:
    """Within 6 %: six standard errors of a half-width estimated from 10 000 draws."""
    sheet = Sheet(years=3)
    for reference, solution in amounts:
        sheet.add((str(reference[0]), str(reference[1])), (str(solution[0]), str(solution[1])))
    analytic, drawn = sheet.known(ANALYTIC), sheet.known(MONTE_CARLO, seed=seed)

    width = float(analytic.high - analytic.low) / 2
    assert float(drawn.high - drawn.low) / 2 == pytest.approx(width, rel=0.06)
    assert float(drawn.high + drawn.low) / 2 == pytest.approx(
        float(analytic.high + analytic.low) / 2, abs=0.08 * width
    )


@given(st.lists(st.tuples(side, side), min_size=1, max_size=4), st.integers(1, 10**6))
@settings(max_examples=40, deadline=None)
def test_so_many_units_are_so_many_times_as_uncertain(amounts: Amounts, units: int) -> None:
    """Units have no error: the fraction stays, whatever the method."""
    sheet = Sheet()
    for reference, solution in amounts:
        sheet.add((str(reference[0]), str(reference[1])), (str(solution[0]), str(solution[1])))
    for method in UncertaintyMethod:
        one, many = sheet.known(method), sheet.known(method, units=str(units))
        assert float(many.low) == pytest.approx(float(one.low) * units, rel=1e-8, abs=1e-3 * units)
        assert float(many.high) == pytest.approx(
            float(one.high) * units, rel=1e-8, abs=1e-3 * units
        )


def test_ten_thousand_draws_take_less_than_a_second() -> None:
    """Of 40 items on both sides over 15 years, each year of the grid with an error of its own."""
    sheet = Sheet(years=15)
    for year in range(15):
        sheet.factor(2026 + year, "0.4", f"0.{year + 1:02}")
    for _ in range(40):
        sheet.add(("500", "0.1"), ("400", "0.2"), grid=True)
    sheet.known(MONTE_CARLO)  # The table of normal scores is made once.
    began = time.process_time()
    sheet.known(MONTE_CARLO)

    assert time.process_time() - began < 1


@pytest.fixture
async def wei(database: Database) -> Engineer:
    """An engineer of a member."""
    return await engineer(database)


SHOWN = (
    "uncertainty low(unit: KILOGRAM_CO2E) high(unit: KILOGRAM_CO2E) signNotEstablished"
    " uncertaintyMethod uncertaintySeed version"
)


async def told_of(wei: Engineer, effect: str) -> Any:
    asked = f'{{ node(id: "{effect}") {{ ... on Effect {{ {SHOWN} }} }} }}'
    return (await wei.house.ask(asked, wei.by))["node"]


def used(**given: str) -> dict[str, Any]:
    return item("USE", referenceKgCo2e="500", solutionKgCo2e="400", **given)


YEARLY = {"timeframe": "YEAR_ON_YEAR"}


async def test_an_effect_tells_its_interval(wei: Engineer) -> None:
    """500 ± 6 less 400 ± 8, a thousand times: 100 000 ± 10 000."""
    comparison = await wei.compared(
        whole(used(referenceUncertainty="0.012", solutionUncertainty="0.02"))
    )
    made = await wei.effect(comparison, (2026, "1000"), **YEARLY)

    assert await told_of(wei, made["id"]) == {
        "uncertainty": "0.1",
        "low": "90000",
        "high": "110000",
        "signNotEstablished": False,
        "uncertaintyMethod": "ANALYTIC",
        "uncertaintySeed": None,
        "version": 1,
    }


async def test_the_seed_is_kept_and_repeats_the_draws(wei: Engineer) -> None:
    """Twice the units, and the same draws: twice the interval, to the digits that are told."""
    comparison = await wei.compared(
        whole(used(referenceUncertainty="0.2", solutionUncertainty="0.3")),
        uncertaintyMethod="MONTE_CARLO",
    )
    made = await wei.effect(comparison, (2026, "1"), **YEARLY)
    one = await told_of(wei, made["id"])
    units = [{"soldYear": 2026, "units": "2"}]
    await wei.do("updateEffect", effect=made["id"], version=1, cohorts=units)
    two = await told_of(wei, made["id"])

    assert one["uncertaintyMethod"] == two["uncertaintyMethod"] == "MONTE_CARLO"
    assert one["uncertaintySeed"] == two["uncertaintySeed"] is not None
    assert one["signNotEstablished"] is True
    assert float(two["low"]) == pytest.approx(2 * float(one["low"]), rel=1e-9)
    assert float(two["high"]) == pytest.approx(2 * float(one["high"]), rel=1e-9)


async def test_an_interval_is_forgotten_where_it_is_not_known_any_more(wei: Engineer) -> None:
    """An edition with an amount of unknown uncertainty: null, not the old one and not 0."""
    scenario = await wei.scenario(await wei.solution())
    known = whole(used(referenceUncertainty="0.1", solutionUncertainty="0.1"))
    made = await wei.effect(await wei.comparison(scenario, known), (2026, "1"), **YEARLY)
    unknown = await wei.comparison(scenario, whole(used(referenceUncertainty="0.1")), lastEdition=1)
    await wei.do("updateEffect", effect=made["id"], version=1, comparison=unknown)

    assert await told_of(wei, made["id"]) == dict.fromkeys(
        (
            "uncertainty",
            "low",
            "high",
            "signNotEstablished",
            "uncertaintyMethod",
            "uncertaintySeed",
        )
    ) | {"version": 2}


async def test_root_sum_square_is_refused_where_errors_are_shared(wei: Engineer) -> None:
    """Both sides with one word: draws, unless told; propagation is refused by its field."""
    scenario = await wei.scenario(await wei.solution())
    shared = whole(
        used(referenceUncertainty="0.1", solutionUncertainty="0.1", sharesErrorWith="meter")
    )
    about = COMPARISON | {"referenceScenario": scenario, "items": shared}
    assert await wei.refused("createComparison", **about, uncertaintyMethod="ANALYTIC") == (
        "UNCERTAINTY_NEEDS_DRAWS",
        ["uncertaintyMethod"],
    )
    made = await wei.do("createComparison", "uncertaintyMethod", **about)
    assert made == {"uncertaintyMethod": "MONTE_CARLO"}


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE effect SET low_kg_co2e = NULL",
        "UPDATE effect SET uncertainty_seed = 1",
        "UPDATE effect SET low_kg_co2e = high_kg_co2e + 1",
        "UPDATE effect SET deducted_share = 1.01",
    ],
)
async def test_the_database_keeps_intervals_whole(wei: Engineer, change: str) -> None:
    """A method with both ends, in order; a seed of draws alone."""
    comparison = await wei.compared(
        whole(used(referenceUncertainty="0.012", solutionUncertainty="0.02"))
    )
    await wei.effect(comparison, (2026, "1000"), **YEARLY)

    with pytest.raises(asyncpg.CheckViolationError):
        await wei.house.database.pool.execute(change)
