"""What a published figure says: a value, a range, a minimum. All masses in kg CO2e."""

from collections.abc import Iterable
from decimal import Decimal
from typing import NamedTuple

from consortium.avoided.rules.vocabulary import Bound
from consortium.kernel.quantities import exact_difference, exact_sum

AT_LEAST_WORDS = ("minimum", "more than", "over", "at least", "or more")
AT_MOST_WORDS = ("maximum", "less than", "up to", "at most", "or less")
APPROXIMATE_WORDS = ("approx.", "approximately", "about", "estimated", "nearly")


def bound_of(qualifier: str) -> Bound | None:
    """The bound that a qualifier states; None when its words are not known."""
    words = " ".join(qualifier.casefold().split())
    if not words:
        return Bound.EXACT
    if words in AT_LEAST_WORDS:
        return Bound.AT_LEAST
    if words in AT_MOST_WORDS:
        return Bound.AT_MOST
    return Bound.APPROXIMATE if words in APPROXIMATE_WORDS else None


class Quantity(NamedTuple):
    """A figure with its range: `low` and `high` are None where nothing bounds it on that side."""

    value: Decimal | None
    low: Decimal | None
    high: Decimal | None
    bound: Bound = Bound.EXACT


NO_QUANTITY = Quantity(None, None, None)


def resolved(stated: Quantity) -> Quantity:
    """The range that a stated figure means.

    A stated range stands as it is. A value alone is its own range, open above when it is a
    minimum ("more than"), open below when it is a maximum.
    """
    value, low, high, bound = stated
    if value is None or low is not None or high is not None:
        return stated
    if bound is Bound.AT_LEAST:
        return Quantity(value, value, None, bound)
    if bound is Bound.AT_MOST:
        return Quantity(value, None, value, bound)
    return Quantity(value, value, value, bound)


def remainder(total: Quantity, parts: Iterable[Quantity]) -> Quantity | None:
    """What a total leaves when its parts are taken out, with its range; it may be negative.

    None when the total or a part has no value: what is left is then unknown.
    """
    listed = list(parts)
    values = [part.value for part in listed if part.value is not None]
    if total.value is None or len(values) < len(listed):
        return None
    low = _difference(total.low, [part.high for part in listed])
    high = _difference(total.high, [part.low for part in listed])
    value = exact_difference(total.value, exact_sum(values))
    return Quantity(value, low, high, _bound_of_remainder(low, high, [total, *listed]))


def _difference(minuend: Decimal | None, subtrahends: list[Decimal | None]) -> Decimal | None:
    known = [one for one in subtrahends if one is not None]
    if minuend is None or len(known) < len(subtrahends):
        return None
    return exact_difference(minuend, exact_sum(known))


def _bound_of_remainder(
    low: Decimal | None, high: Decimal | None, terms: Iterable[Quantity]
) -> Bound:
    if low is not None and high is not None:
        exact = all(term.bound is Bound.EXACT for term in terms)
        return Bound.EXACT if exact else Bound.APPROXIMATE
    if low is not None:
        return Bound.AT_LEAST
    return Bound.APPROXIMATE if high is None else Bound.AT_MOST
