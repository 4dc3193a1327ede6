"""Units of amounts: their conversion is exact, and only between what measures the same."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from consortium.value_chains.rules.units import (
    UnitDoesNotFit,
    UnitUnknown,
    converted,
    factor,
    unit_of,
    units,
)

_AMOUNTS = st.decimals(min_value=-(10**12), max_value=10**12, places=9)
_UNITS = st.sampled_from(list(units()))


@pytest.mark.parametrize(
    ("amount", "of", "to", "found"),
    [
        ("1", "t", "kg", "1000"),
        ("2", "MWh", "kWh", "2000"),
        ("1", "kWh", "MJ", "3.6"),
        ("1", "lb", "kg", "0.45359237"),
        ("1", "short ton", "lb", "2000"),
        ("1", "bbl", "US gal", "42"),
        ("1", "toe", "MWh", "11.63"),
        ("3600", "s", "h", "1"),
        ("90", "min", "d", "0.0625"),
        ("1", "mi", "ft", "5280"),
        ("1", "acre", "ft2", "43560"),
        ("1", "kg*km", "tkm", "0.001"),
        ("2.5", "M EUR 2019", "EUR2019", "2500000"),
        ("-7", "piece", "Item(s)", "-7"),
        ("1.10", "kg", "kilogram", "1.10"),
    ],
)
def test_known_conversions(amount: str, of: str, to: str, found: str) -> None:
    """Conversions that can be looked up, to their last digit."""
    assert converted(Decimal(amount), of, to) == Decimal(found)


def test_what_does_not_end_has_50_digits() -> None:
    """1 MJ is 0.2777... kWh."""
    assert converted(Decimal(1), "MJ", "kWh") == Decimal("0.2" + "7" * 48 + "8")


@given(amount=_AMOUNTS, of=_UNITS, by=_UNITS)
def test_there_and_back_again(amount: Decimal, of: object, by: object) -> None:
    """An amount that is converted and converted back is what it was, within 1e-45 of itself."""
    one, other = str(of[0]), str(by[0])  # type: ignore[index]
    if unit_of(one).dimension != unit_of(other).dimension:
        with pytest.raises(UnitDoesNotFit):
            converted(amount, one, other)
        return

    there = converted(amount, one, other)

    assert abs(converted(there, other, one) - amount) <= abs(amount) * Decimal("1e-45")


def test_case_tells_symbols_apart_and_names_not() -> None:
    """A milligram is no megagram; a kilowatt hour may be shouted."""
    assert factor("Mg", "mg") == Decimal(10) ** 9
    assert unit_of("KILOWATT  Hour").symbol == "kWh"
    assert unit_of("KWH").symbol == "kWh"
    assert unit_of("m.eur 2019").symbol == "M EUR 2019"


@pytest.mark.parametrize(
    ("of", "to", "told"),
    [
        ("kWh", "kg", "kWh measures energy, and kg measures mass: state the amount in kg, ug, mg"),
        ("EUR 2019", "EUR 2020", "state the amount in EUR 2020."),
        ("m3", "Nm3", "state the amount in Nm3."),
        ("a", "h", "state the amount in s, min, h, d."),
    ],
)
def test_another_dimension_is_told_with_what_would_fit(of: str, to: str, told: str) -> None:
    """Energy is no mass, and money of a year no money of another."""
    with pytest.raises(UnitDoesNotFit, match=told):
        converted(Decimal(1), of, to)


@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("kilogrm", "Did you mean kilogram"),
        ("ton", "Given was “ton”."),
        ("", "Given was “”."),
        ("XXZ 2020", "Given was “XXZ 2020”."),
        ("MG", "Given was “MG”."),
        ("k" * 1000, "Given was “kkkk"),
    ],
)
def test_unknown_units_are_named(name: str, told: str) -> None:
    """A ton is of some thousand kg or some thousand pounds: nobody guesses."""
    with pytest.raises(UnitUnknown, match=told):
        unit_of(name)
