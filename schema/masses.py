"""Masses of greenhouse gas, in the unit that the reader asks for."""

from decimal import Decimal
from typing import Any

import strawberry

from consortium.avoided.rules.vocabulary import Bound
from consortium.kernel.quantities import MassUnit
from schema.enums import described
from schema.paging import argument, field

described(
    MassUnit,
    "Units of mass of CO2 equivalents.",
    GRAM_CO2E="Grams.",
    KILOGRAM_CO2E="Kilograms.",
    TONNE_CO2E="Tonnes (1 000 kg).",
    KILOTONNE_CO2E="Thousands of tonnes.",
    MEGATONNE_CO2E="Millions of tonnes.",
    GIGATONNE_CO2E="Billions (10^9) of tonnes.",
)
described(
    Bound,
    "How far a published value says what it says.",
    EXACT="As it stands.",
    AT_LEAST="The value or more: 'minimum', 'more than', 'over'.",
    AT_MOST="The value or less.",
    APPROXIMATE="About the value: 'approx.', 'estimated', 'nearly'.",
)


def mass(description: str) -> Any:
    """A mass field with its unit argument, in tonnes unless asked otherwise."""
    return field(
        description,
        argument("unit", MassUnit, "The unit of the answer.", default=MassUnit.TONNE_CO2E),
    )


@strawberry.type(description="A mass of greenhouse gas as it was published or added up.")
class Quantity:
    value: Decimal | None = mass(
        "The value; null where only a range is known, and never 0 for unknown."
    )
    low: Decimal | None = mass("The lower end; null where none is stated.")
    high: Decimal | None = mass("The upper end; null where none is stated.")
    bound: Bound = strawberry.field(description="How the value is meant.")
