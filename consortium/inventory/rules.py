"""Whether the published parts of an inventory add up to its published total."""

from decimal import Decimal
from enum import StrEnum
from typing import NamedTuple

from consortium.kernel.quantities import exact_difference, exact_sum


class PartsCheck(StrEnum):
    """ADDS_UP within rounding, DIFFERS by more; NOT_CHECKABLE: a part or the total is missing."""

    ADDS_UP = "ADDS_UP"
    DIFFERS = "DIFFERS"
    NOT_CHECKABLE = "NOT_CHECKABLE"


class PublishedScopes(NamedTuple):
    """The figures of one inventory in kg CO2e; None is not stated, which is never zero."""

    scope1: Decimal | None
    scope2_location: Decimal | None
    scope2_market: Decimal | None
    scope2_unspecified: Decimal | None
    scope3: Decimal | None
    total: Decimal | None


class PartsAnswer(NamedTuple):
    """The outcome, and the total less its parts (kg CO2e) where that can be known."""

    outcome: PartsCheck
    difference: Decimal | None


def check_parts(published: PublishedScopes) -> PartsAnswer:
    """Compare the total with scope 1 + scope 2 + scope 3.

    The total may have used any one basis of scope 2 that is stated: the one that comes nearest
    is taken. A difference within the rounding of the published figures adds up: each figure may
    be off by half a unit of its last significant digit (9 514 000 may be off by 500).
    """
    scope1, location, market, unspecified, scope3, total = published
    bases = [basis for basis in (location, market, unspecified) if basis is not None]
    if scope1 is None or scope3 is None or total is None or not bases:
        return PartsAnswer(PartsCheck.NOT_CHECKABLE, None)
    difference, basis = min(
        ((exact_difference(total, exact_sum([scope1, one, scope3])), one) for one in bases),
        key=lambda pair: pair[0].copy_abs(),
    )
    tolerance = sum(map(rounding, (scope1, basis, scope3, total)), Decimal(0))
    adds_up = difference.copy_abs() <= tolerance
    return PartsAnswer(PartsCheck.ADDS_UP if adds_up else PartsCheck.DIFFERS, difference)


def rounding(figure: Decimal) -> Decimal:
    """Half a unit of the last digit of a figure that is not zero; a zero is taken as exact."""
    if figure == 0:
        return Decimal(0)
    exponent = int(figure.normalize().as_tuple().exponent)
    return Decimal(1).scaleb(exponent) / 2
