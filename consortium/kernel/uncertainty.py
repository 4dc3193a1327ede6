"""How uncertain a result is, from how uncertain each part is: propagation of independent errors.

An uncertainty is the half-width of the interval that holds the true value with 95 % confidence.
The rules are equations 3.1 (products) and 3.2 (sums) of the IPCC Guidelines of 2006, volume 1,
chapter 3, there called Approach 1. They hold for errors that are independent of each other and
small. Where two parts share a source of error (both sides of a comparison with the same grid
factor), they are wrong: see `sampling`.

Everything is exact but the square roots, which have ROOT_DIGITS significant digits.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import MAX_PREC, Context, Decimal

from consortium.kernel.errors import BadInput
from consortium.kernel.quantities import exact_difference, exact_sum

ROOT_DIGITS = 50

# Python's own context rounds to 28 digits, in abs() and with a minus sign too.
_EXACT = Context(prec=MAX_PREC)
_ROOTS = Context(prec=ROOT_DIGITS)


class UncertaintyInvalid(BadInput):
    """An uncertainty is a number of 0 or more: the half-width, 20 % of the value is 0.2."""

    code = "UNCERTAINTY_INVALID"


@dataclass(frozen=True, slots=True)
class Interval:
    """From the smallest to the largest value that 95 % confidence allows."""

    lower: Decimal
    upper: Decimal

    @property
    def sign_is_established(self) -> bool:
        """Whether 0 lies outside; an end at 0 does not establish a sign."""
        return self.lower > 0 or self.upper < 0


@dataclass(frozen=True, slots=True)
class Estimate:
    """A value, and the half-width of its 95 % interval in the same unit; None: not known."""

    value: Decimal
    half_width: Decimal | None

    def __post_init__(self) -> None:
        """Refuse what is no width."""
        if not self.value.is_finite():
            message = "A value is a number, not infinite and not NaN."
            raise UncertaintyInvalid(message)
        checked_uncertainty(self.half_width)

    @classmethod
    def of(cls, value: Decimal, uncertainty: Decimal | None) -> "Estimate":
        """The value with its uncertainty as a fraction of it: 100 with 0.2 is 100 ± 20."""
        width = checked_uncertainty(uncertainty)
        return cls(value, None if width is None else _times(_EXACT.abs(value), width))

    @property
    def uncertainty(self) -> Decimal | None:
        """The half-width as a fraction of the value, rounded to 50 digits; None of a value of 0.

        Of 0 no fraction can be told: there only the half-width itself says how uncertain it is.
        """
        if self.half_width is None or self.value == 0:
            return None
        return _ROOTS.divide(self.half_width, _EXACT.abs(self.value))

    @property
    def interval(self) -> Interval | None:
        """From the value less the half-width to the value and the half-width."""
        if self.half_width is None:
            return None
        upper = exact_sum((self.value, self.half_width))
        return Interval(exact_difference(self.value, self.half_width), upper)

    @property
    def sign_is_established(self) -> bool | None:
        """Whether the interval leaves out 0; None where the uncertainty is not known."""
        return None if self.interval is None else self.interval.sign_is_established

    def negated(self) -> "Estimate":
        """The same, taken away instead of added."""
        return Estimate(_EXACT.minus(self.value), self.half_width)

    def times(self, exact: Decimal) -> "Estimate":
        """The same so many times, where the number itself has no error, such as units sold."""
        width = None if self.half_width is None else _times(self.half_width, _EXACT.abs(exact))
        return Estimate(_times(self.value, exact), width)


def checked_uncertainty(given: Decimal | None) -> Decimal | None:
    """The uncertainty, if it is one. Raises UncertaintyInvalid."""
    if given is not None and not (given.is_finite() and given >= 0):
        raise UncertaintyInvalid
    return given


def estimated_sum(parts: Iterable[Estimate]) -> Estimate:
    """The sum of values with independent errors; 0 ± 0 of none.

    The half-width is sqrt(sum of (x_i u_i)^2), also where the values add up to 0. It is not known
    where that of one part is not.
    """
    known = list(parts)
    widths = [part.half_width for part in known]
    return Estimate(exact_sum(part.value for part in known), _root_of_squares(widths))


def estimated_difference(minuend: Estimate, subtrahend: Estimate) -> Estimate:
    """The first less the second, whose errors are independent."""
    return estimated_sum((minuend, subtrahend.negated()))


def estimated_product(factors: Sequence[Estimate]) -> Estimate:
    """The product of values with independent errors; 1 ± 0 of none.

    As a fraction of the product its half-width is sqrt(sum of u_i^2). That is computed as
    sqrt(sum of (w_i times the other values)^2), which also holds where a value is 0.
    """
    values = [factor.value for factor in factors]
    widths = [
        None
        if factor.half_width is None
        else _times(factor.half_width, _product(values[:at] + values[at + 1 :]))
        for at, factor in enumerate(factors)
    ]
    return Estimate(_product(values), _root_of_squares(widths))


def _root_of_squares(widths: Sequence[Decimal | None]) -> Decimal | None:
    """The root, to ROOT_DIGITS digits, half to even; to the last digit where it is one width."""
    known = [_EXACT.abs(width) for width in widths if width is not None]
    if len(known) < len(widths):
        return None
    wide = [width for width in known if width]
    if len(wide) < 2:
        return wide[0] if wide else Decimal(0)
    return _ROOTS.sqrt(exact_sum(_times(width, width) for width in wide))


def _product(values: Sequence[Decimal]) -> Decimal:
    product = Decimal(1)
    for value in values:
        product = _times(product, value)
    return product


def _times(one: Decimal, other: Decimal) -> Decimal:
    return _EXACT.multiply(one, other)
