"""Masses of greenhouse gas: kept in kg CO2e, shown in the unit that the reader asks for."""

from collections.abc import Iterable
from decimal import MAX_PREC, Context, Decimal
from enum import StrEnum

# Python's own context rounds to 28 digits; PostgreSQL's numeric holds many more.
_EXACT = Context(prec=MAX_PREC)


def exact_sum(values: Iterable[Decimal]) -> Decimal:
    """The sum, to its last digit; 0 of none."""
    total = Decimal(0)
    for value in values:
        total = _EXACT.add(total, value)
    return total


def exact_difference(minuend: Decimal, subtrahend: Decimal) -> Decimal:
    """The difference, to its last digit."""
    return _EXACT.subtract(minuend, subtrahend)


def kg_of_tonnes(tonnes: Decimal) -> Decimal:
    """The mass in kilograms, to its last digit."""
    return _EXACT.multiply(tonnes, Decimal(1000))


class MassUnit(StrEnum):
    """Units of mass in which a quantity of CO2 equivalents can be read."""

    GRAM_CO2E = "GRAM_CO2E"
    KILOGRAM_CO2E = "KILOGRAM_CO2E"
    TONNE_CO2E = "TONNE_CO2E"
    KILOTONNE_CO2E = "KILOTONNE_CO2E"
    MEGATONNE_CO2E = "MEGATONNE_CO2E"
    GIGATONNE_CO2E = "GIGATONNE_CO2E"


# Powers of ten, so that a conversion is a multiplication and exact (a division may round).
UNITS_PER_KG: dict[MassUnit, Decimal] = {
    MassUnit.GRAM_CO2E: Decimal("1E3"),
    MassUnit.KILOGRAM_CO2E: Decimal(1),
    MassUnit.TONNE_CO2E: Decimal("1E-3"),
    MassUnit.KILOTONNE_CO2E: Decimal("1E-6"),
    MassUnit.MEGATONNE_CO2E: Decimal("1E-9"),
    MassUnit.GIGATONNE_CO2E: Decimal("1E-12"),
}
