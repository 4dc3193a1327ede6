"""Units of products and of what is taken of them, and exact conversion within a dimension.

A table of our own rather than a library of units: pint's "ton" is the short ton of the United
States, its numbers are doubles or decimals of 28 digits, and most of its thousand units measure no
product. What has two meanings (ton, gallon, calorie, a year of 360, 365 or 365.25 days) is not here
under its bare name, so that it is asked for and never guessed.

Sources of the factors, all exact by definition:

* SI prefixes and units beside the SI: BIPM, The International System of Units, 9th edition (2019),
  tables 7 and 8.
* Pound, ounce, foot, inch, yard, mile, acre, gallons, barrel, short and long ton: NIST Special
  Publication 811 (2008), appendix B.8, international units (1 lb = 0.45359237 kg, 1 ft = 0.3048 m).
* British thermal unit (International Table), calorie (thermochemical): NIST SP 811, B.8.
* Tonne of oil equivalent, 41.868 GJ: IEA, Energy Statistics Manual (2005), annex 3.
"""

import re
from collections.abc import Iterator, Sequence
from decimal import MAX_PREC, Context, Decimal, Inexact
from difflib import get_close_matches
from functools import cache
from typing import Final, NamedTuple

from consortium.kernel.codes import CURRENCIES
from consortium.kernel.errors import BadInput

UNIT_LENGTH_MAX: Final = 60
# Digits of what does not end, such as 1 MJ in kWh.
DIGITS: Final = 50

_EXACT = Context(prec=MAX_PREC)
_ENDING = Context(prec=1_000, traps=[Inexact])
_ROUNDED = Context(prec=DIGITS)


class UnitUnknown(BadInput):
    """A unit is one of the list of units, such as kg, kWh, m3, tkm, pcs or EUR 2020."""

    code = "UNIT_UNKNOWN"


class UnitDoesNotFit(BadInput):
    """An amount is stated in a unit of the same dimension as the product's own unit."""

    code = "UNIT_DOES_NOT_FIT"


class Unit(NamedTuple):
    """A unit by its symbol: `factor` of the dimension's first unit make one of it."""

    symbol: str
    dimension: str
    factor: Decimal


# Dimension -> its units: symbol, factor, other names; the first is what the factors refer to.
_UNITS: Final[dict[str, Sequence[tuple[str, str, str]]]] = {
    "mass": (
        ("kg", "1", "kilogram, kilograms, kilogramme"),
        ("ug", "1e-9", "µg, μg, microgram"),
        ("mg", "1e-6", "milligram"),
        ("g", "1e-3", "gram, grams"),
        ("t", "1e3", "tonne, tonnes, metric ton, metric tons, Mg, megagram"),
        ("kt", "1e6", "kilotonne, Gg"),
        ("Mt", "1e9", "megatonne, Tg"),
        ("Gt", "1e12", "gigatonne, Pg"),
        ("lb", "0.45359237", "lbs, pound, pounds"),
        ("oz", "0.028349523125", "ounce, ounces"),
        ("short ton", "907.18474", "sh tn, US ton, US short ton"),
        ("long ton", "1016.0469088", "UK ton, imperial ton"),
    ),
    "energy": (
        ("MJ", "1", "megajoule, megajoules"),
        ("J", "1e-6", "joule, joules"),
        ("kJ", "1e-3", "kilojoule"),
        ("GJ", "1e3", "gigajoule"),
        ("TJ", "1e6", "terajoule"),
        ("PJ", "1e9", "petajoule"),
        ("EJ", "1e12", "exajoule"),
        ("Wh", "0.0036", "watt hour, watt-hour"),
        ("kWh", "3.6", "kilowatt hour, kilowatt hours, kilowatt-hour"),
        ("MWh", "3.6e3", "megawatt hour, megawatt-hour"),
        ("GWh", "3.6e6", "gigawatt hour, gigawatt-hour"),
        ("TWh", "3.6e9", "terawatt hour, terawatt-hour"),
        ("toe", "41868", "tonne of oil equivalent"),
        ("ktoe", "4.1868e7", ""),
        ("Mtoe", "4.1868e10", ""),
        ("BTU", "0.00105505585262", "Btu, BTU_IT"),
        ("MMBtu", "1055.05585262", "MMBTU, million BTU"),
        ("kcal", "0.004184", "kilocalorie"),
    ),
    "volume": (
        ("m3", "1", "m³, m^3, cubic meter, cubic metre, cubic meters, cubic metres"),
        ("cm3", "1e-6", "cm³, cm^3, ml, mL, millilitre, milliliter"),
        ("l", "1e-3", "L, litre, liter, litres, liters, dm3, dm³"),
        ("hl", "0.1", "hL, hectolitre, hectoliter"),
        ("US gal", "0.003785411784", "gal_us, US gallon, gal (US liq)"),
        ("UK gal", "0.00454609", "gal_uk, UK gallon, imperial gallon, gal (Imp)"),
        ("bbl", "0.158987294928", "barrel, barrels, oil barrel"),
        ("ft3", "0.028316846592", "ft³, cu ft, cubic foot, cubic feet"),
    ),
    # At 0 °C and 101.325 kPa (DIN 1343): an amount of gas, not a room.
    "normal volume": (("Nm3", "1", "Nm³, normal cubic meter, normal cubic metre"),),
    "area": (
        ("m2", "1", "m², m^2, square meter, square metre, square meters, square metres"),
        ("mm2", "1e-6", "mm²"),
        ("cm2", "1e-4", "cm²"),
        ("ha", "1e4", "hectare, hectares"),
        ("km2", "1e6", "km², square kilometer, square kilometre"),
        ("ft2", "0.09290304", "ft², sq ft, square foot, square feet"),
        ("acre", "4046.8564224", "acres"),
    ),
    "length": (
        ("m", "1", "meter, metre, meters, metres"),
        ("mm", "1e-3", "millimeter, millimetre"),
        ("cm", "1e-2", "centimeter, centimetre"),
        ("km", "1e3", "kilometer, kilometre, kilometers, kilometres"),
        ("in", "0.0254", "inch, inches"),
        ("ft", "0.3048", "foot, feet"),
        ("yd", "0.9144", "yard, yards"),
        ("mi", "1609.344", "mile, miles"),
        ("nmi", "1852", "nautical mile, nautical miles"),
    ),
    "time": (
        ("s", "1", "second, seconds"),
        ("min", "60", "minute, minutes"),
        ("h", "3600", "hour, hours, hr"),
        ("d", "86400", "day, days"),
    ),
    # How many days they have is not one number: years are not turned into hours.
    "years": (("a", "1", "year, years, yr"),),
    "transport of goods": (
        ("tkm", "1", "t*km, t km, ton kilometer, ton-km, tonne-kilometre, metric ton*km"),
        ("kgkm", "1e-3", "kg*km, kg km"),
        ("t*mi", "1.609344", "tonne-mile"),
        ("short ton*mi", "1.45997231821056", "short ton-mile, US ton-mile"),
    ),
    "transport of people": (
        ("pkm", "1", "p*km, person*km, passenger-km, passenger-kilometre, personkm"),
        ("p*mi", "1.609344", "passenger-mile, person*mi"),
    ),
    "transport by vehicles": (
        ("vkm", "1", "v*km, vehicle-km, vehicle-kilometre"),
        ("v*mi", "1.609344", "vehicle-mile"),
    ),
    "area for years": (
        ("m2*a", "1", "m2a, m²a, m2*year, m²*a, square meter-year"),
        ("ha*a", "1e4", "ha a, hectare-year, ha*year"),
        ("km2*a", "1e6", "km2*year"),
    ),
    "volume for years": (("m3*a", "1", "m3a, m3*year, m³*a"),),
    "mass for years": (("kg*a", "1", "kg*year"), ("t*a", "1e3", "t*year")),
    "length for years": (("m*a", "1", "my, m*year"), ("km*a", "1e3", "km*year")),
    "pieces": (
        ("pcs", "1", "piece, pieces, pc, p, unit, units, item, items, item(s), number, ea, each"),
        ("kpcs", "1e3", "thousand pieces, 1000 pieces"),
    ),
    "power": (
        ("kW", "1", "kilowatt"),
        ("W", "1e-3", "watt"),
        ("MW", "1e3", "megawatt"),
        ("GW", "1e6", "gigawatt"),
    ),
    "amount of substance": (("mol", "1", "mole, moles"), ("kmol", "1e3", "kilomole")),
    "data": (
        ("GB", "1", "gigabyte"),
        ("B", "1e-9", "byte, bytes"),
        ("kB", "1e-6", "kilobyte"),
        ("MB", "1e-3", "megabyte"),
        ("TB", "1e3", "terabyte"),
        ("PB", "1e6", "petabyte"),
    ),
    "data rate for a time": (("Mbit*s", "1", "megabit second, megabit seconds"),),
    "nights": (("night", "1", "nights, guest night, guest nights"),),
    "hours of work": (("man h", "1", "person hour, person hours, person*h, man hour"),),
}

# Money of one year is not that of another: no factor between them is anybody's definition.
_MONEY = re.compile(r"(k|m|bn)?[ .]?([a-z]{3})(?:[ _]?((?:19|20)\d\d))?", re.ASCII | re.IGNORECASE)
_MONEY_UNITS: Final = {"": Decimal(1), "k": Decimal(10) ** 3, "m": Decimal(10) ** 6}
_BILLION: Final = Decimal(10) ** 9


def unit_of(name: str) -> Unit:
    """The unit of a symbol or a name. Raises UnitUnknown, with the nearest that there are.

    Symbols mean what they do in their case (mg and Mg); other names in any case.
    """
    given = " ".join(name.split())
    if len(given) <= UNIT_LENGTH_MAX:
        found = _by_name().get(given) or _by_folded().get(given.casefold()) or _money(given)
        if found is not None:
            return found
    raise UnitUnknown(f"{UnitUnknown.__doc__} {_instead_of(given[:UNIT_LENGTH_MAX])}")


@cache
def factor(of: str, to: str) -> Decimal:
    """How many `to` one `of` is: exact where the number ends, else of 50 digits.

    Raises:
        UnitUnknown: either is none.
        UnitDoesNotFit: they measure different things.
    """
    source, target = unit_of(of), unit_of(to)
    if source.dimension != target.dimension:
        raise UnitDoesNotFit(
            f"{source.symbol} measures {source.dimension}, and {target.symbol} measures"
            f" {target.dimension}: state the amount in {_alternatives(target)}."
        )
    return _quotient(source.factor, target.factor)


def converted(amount: Decimal, of: str, to: str) -> Decimal:
    """An amount of one unit in another; exact where its digits end, else rounded once to 50.

    Raises:
        UnitUnknown, UnitDoesNotFit: as `factor`.
    """
    factor(of, to)
    source, target = unit_of(of), unit_of(to)
    if source == target:
        return amount
    return _quotient(_EXACT.multiply(amount, source.factor), target.factor)


def units() -> Iterator[Unit]:
    """All units but money, by dimension."""
    for dimension, rows in _UNITS.items():
        for symbol, held, _ in rows:
            yield Unit(symbol, dimension, Decimal(held))


def _quotient(dividend: Decimal, divisor: Decimal) -> Decimal:
    try:
        found = _ENDING.divide(dividend, divisor)
    except Inexact:
        return _ROUNDED.divide(dividend, divisor)
    return found


@cache
def _by_name() -> dict[str, Unit]:
    found: dict[str, Unit] = {}
    for one, names in zip(units(), _names(), strict=True):
        for name in (one.symbol, *names):
            assert name not in found, name  # noqa: S101  a name means one unit
            found[name] = one
    return found


def _names() -> Iterator[list[str]]:
    for rows in _UNITS.values():
        for _, _, names in rows:
            yield [name for name in names.split(", ") if name]


@cache
def _by_folded() -> dict[str, Unit]:
    """Names without their case, of those that mean one unit so."""
    found: dict[str, Unit | None] = {}
    for name, one in _by_name().items():
        key = name.casefold()
        found[key] = one if found.get(key, one) == one else None
    return {key: one for key, one in found.items() if one is not None}


def _money(given: str) -> Unit | None:
    """Money in units, thousands, millions or thousand millions of a currency, of a year if told."""
    told = _MONEY.fullmatch(given)
    if told is None or told[2].upper() not in CURRENCIES:
        return None
    size, currency, year = (told[1] or "").lower(), told[2].upper(), told[3]
    of_year = f" {year}" if year else ""
    shown = "" if not size else {"k": "k ", "m": "M ", "bn": "bn "}[size]
    held = _MONEY_UNITS.get(size, _BILLION)
    return Unit(f"{shown}{currency}{of_year}", f"money in {currency}{of_year}", held)


def _alternatives(unit: Unit) -> str:
    symbols = [one.symbol for one in units() if one.dimension == unit.dimension]
    return ", ".join(symbols) if symbols else unit.symbol


def _instead_of(given: str) -> str:
    near = get_close_matches(given, _by_name(), 3) or get_close_matches(
        given.casefold(), _by_folded(), 3
    )
    hint = f" Did you mean {', '.join(dict.fromkeys(near))}?" if near else ""
    return f"Given was “{given}”.{hint}"
