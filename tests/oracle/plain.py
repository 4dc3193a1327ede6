"""Values, and how they are written in an answer."""

from dataclasses import dataclass
from datetime import date, datetime
from decimal import ROUND_HALF_UP, Context, Decimal
from typing import Any

# Wide enough that no sum or product here is ever rounded.
EXACT = Context(prec=500, rounding=ROUND_HALF_UP)

KG_PER_UNIT = {
    "GRAM_CO2E": "0.001",
    "KILOGRAM_CO2E": "1",
    "TONNE_CO2E": "1000",
    "KILOTONNE_CO2E": "1000000",
    "MEGATONNE_CO2E": "1000000000",
    "GIGATONNE_CO2E": "1000000000000",
}


class Name(str):
    """A text that is compared and sorted without case and accents."""

    __slots__ = ()


@dataclass(frozen=True, slots=True)
class Mass:
    """A mass in kg CO2e."""

    kg: Decimal

    def in_unit(self, unit: str | None) -> Decimal:
        """The number of units; tonnes unless told otherwise."""
        return EXACT.divide(self.kg, Decimal(KG_PER_UNIT[unit or "TONNE_CO2E"]))


def mass(kg: Decimal | None) -> Mass | None:
    """A mass, unless it is unknown."""
    return None if kg is None else Mass(kg)


def total(numbers: list[Decimal]) -> Decimal:
    """The exact sum."""
    answer = Decimal(0)
    for number in numbers:
        answer = EXACT.add(answer, number)
    return answer


def less(whole: Decimal, parts: list[Decimal]) -> Decimal:
    """The exact difference; a minus sign before a Decimal would round it."""
    return EXACT.subtract(whole, total(parts))


def decimal_text(number: Decimal) -> str:
    """A decimal without exponent and without zeros at its end."""
    text = f"{number:f}"
    if "." in text:
        text = text.rstrip("0").rstrip(".")
    return "0" if text == "-0" else text


def written(value: Any, unit: str | None = None) -> Any:
    """The value as JSON has it."""
    match value:
        case Mass():
            return decimal_text(value.in_unit(unit))
        case Decimal():
            return decimal_text(value)
        case datetime():
            return _moment_text(value)
        case date():
            return value.isoformat()
        case Name():
            return str(value)
        case _:
            return value


def _moment_text(moment: datetime) -> str:
    """As ISO 8601 in UTC, with no more digits of a second than there are."""
    text = moment.isoformat()
    head, dot, tail = text.partition(".")
    return f"{head}.{tail[:6].rstrip('0')}{tail[6:]}" if dot else head
