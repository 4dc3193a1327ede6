"""How errors of parts become the error of a whole."""

from decimal import Decimal, localcontext
from fractions import Fraction
from math import isqrt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from consortium.kernel.uncertainty import (
    Estimate,
    Interval,
    UncertaintyInvalid,
    estimated_difference,
    estimated_product,
    estimated_sum,
)

values = st.decimals(-(10**9), 10**9, places=6)
fractions = st.decimals(0, 2, places=4)
estimates = st.builds(Estimate.of, values, fractions)

# Activity data, emission factor, both combined, in per cent: the table of the United Kingdom's
# inventory in IPCC, "Good Practice Guidance and Uncertainty Management in National Greenhouse Gas
# Inventories", 2000, chapter 6, table 6.3 (recalled).
COMBINED = [
    ("coal", "1.2", "6", "6.1"),
    ("oil", "2", "2", "2.8"),
    ("natural gas", "2.4", "1", "2.6"),
    ("other fuels", "7", "20", "21.2"),
    ("cement", "1", "2.2", "2.4"),
]


def of(value: str, uncertainty: str | None) -> Estimate:
    return Estimate.of(Decimal(value), None if uncertainty is None else Decimal(uncertainty))


def root(square: Fraction) -> Decimal:
    """The root to 80 digits, in another way: by integers alone."""
    scale = 10**80
    with localcontext(prec=200):
        return Decimal(isqrt(square.numerator * scale**2 // square.denominator)) / scale


def close(one: Decimal | None, other: Decimal | None) -> bool:
    """Whether two numbers agree in 45 digits of the larger."""
    if one is None or other is None:
        return one is other
    with localcontext(prec=120):
        return abs(one - other) <= Decimal("1e-45") * max(abs(one), abs(other), Decimal(1))


@pytest.mark.parametrize(("name", "activity", "factor", "combined"), COMBINED)
def test_a_product_adds_fractions_by_squares(
    name: str, activity: str, factor: str, combined: str
) -> None:
    """Published combinations of activity data and factors come out, to the digit printed."""
    per_cent = Decimal("0.01")
    product = estimated_product(
        [
            Estimate.of(Decimal(123), Decimal(activity) * per_cent),
            Estimate.of(Decimal(45), Decimal(factor) * per_cent),
        ]
    )

    assert product.value == 123 * 45, name
    assert product.uncertainty is not None
    assert round(product.uncertainty * 100, 1) == Decimal(combined)


def test_a_sum_adds_widths_by_squares() -> None:
    """100 ± 3 and 50 ± 4 are 150 ± 5."""
    total = estimated_sum([of("100", "0.03"), of("50", "0.08")])

    assert total == Estimate(Decimal(150), Decimal(5))
    assert total.interval == Interval(Decimal(145), Decimal(155))


def test_a_difference_has_the_width_of_the_sum() -> None:
    """500 ± 30 less 400 ± 40 is 100 ± 50: its sign is established."""
    avoided = estimated_difference(of("500", "0.06"), of("400", "0.1"))

    assert avoided == Estimate(Decimal(100), Decimal(50))
    assert avoided.uncertainty == Decimal("0.5")
    assert avoided.sign_is_established is True


@pytest.mark.parametrize(
    ("value", "width", "established"),
    [
        ("20", "26", False),
        ("20", "20", False),
        ("20", "19.999", True),
        ("-20", "26", False),
        ("-20", "20", False),
        ("-20", "1", True),
        ("0", "0", False),
        ("0", "5", False),
    ],
)
def test_a_sign_is_established_where_the_interval_leaves_out_zero(
    value: str, width: str, established: bool
) -> None:
    """An end at 0 does not establish it, and a negative effect is as established as any."""
    assert Estimate(Decimal(value), Decimal(width)).sign_is_established is established


def test_of_a_sum_of_zero_only_the_width_is_told() -> None:
    """100 ± 3 less 100 ± 4 is 0 ± 5, of which no fraction can be told."""
    nothing = estimated_difference(of("100", "0.03"), of("100", "0.04"))

    assert nothing == Estimate(Decimal(0), Decimal(5))
    assert nothing.uncertainty is None
    assert nothing.sign_is_established is False


def test_a_product_with_zero_keeps_the_width() -> None:
    """0 ± 5 times 3 ± 1 is 0 ± 15: the error of the 3 does not matter, that of the 0 does."""
    product = estimated_product([Estimate(Decimal(0), Decimal(5)), of("3", "0.25")])

    assert product == Estimate(Decimal(0), Decimal(15))


@pytest.mark.parametrize("combine", [estimated_sum, estimated_product])
def test_what_is_unknown_stays_unknown(combine) -> None:  # type: ignore[no-untyped-def]
    """An unknown uncertainty of one part is not 0, but makes that of the whole unknown."""
    whole = combine([of("100", "0.1"), of("7", None)])

    assert whole.half_width is None
    assert whole.uncertainty is None
    assert whole.interval is None
    assert whole.sign_is_established is None


@pytest.mark.parametrize("wrong", ["-0.1", "NaN", "Infinity", "sNaN"])
def test_a_width_below_zero_is_refused(wrong: str) -> None:
    """What is no half-width is refused, whichever way it is given."""
    with pytest.raises(UncertaintyInvalid):
        Estimate.of(Decimal(1), Decimal(wrong))
    with pytest.raises(UncertaintyInvalid):
        Estimate(Decimal(1), Decimal(wrong))


def test_values_are_numbers() -> None:
    """A value that is infinite has no interval."""
    with pytest.raises(UncertaintyInvalid):
        Estimate(Decimal("Infinity"), Decimal(1))


def test_nothing_is_rounded_but_roots() -> None:
    """40 digits stay 40 digits, in values and in widths that are alone."""
    long = "1234567890123456789012345678901234567890.5"
    kept = estimated_sum([of(long, "0.2"), of("1", "0")]).negated().times(Decimal(3))

    assert kept.value == Decimal("-3703703670370370367037037036703703703674.5")
    assert kept.half_width == Decimal("740740734074074073407407407340740740734.3")


def test_a_sum_of_nothing_is_exactly_zero() -> None:
    """An empty sum is 0 ± 0, an empty product 1 ± 0."""
    assert estimated_sum([]) == Estimate(Decimal(0), Decimal(0))
    assert estimated_product([]) == Estimate(Decimal(1), Decimal(0))


@given(st.lists(estimates, max_size=6), st.randoms())
def test_the_order_of_parts_does_not_matter(parts: list[Estimate], random) -> None:  # type: ignore[no-untyped-def]
    """Shuffled, the sum is the same to the last digit."""
    shuffled = list(parts)
    random.shuffle(shuffled)

    assert estimated_sum(shuffled) == estimated_sum(parts)
    assert estimated_product(shuffled) == estimated_product(parts)


@given(st.lists(estimates, max_size=6), st.decimals(-1000, 1000, places=3))
def test_scaled_parts_make_a_scaled_sum(parts: list[Estimate], by: Decimal) -> None:
    """So many units of everything are so many units of the whole."""
    one = estimated_sum(part.times(by) for part in parts)
    other = estimated_sum(parts).times(by)

    assert one.value == other.value
    assert close(one.half_width, other.half_width)


@given(st.lists(estimates, max_size=8))
def test_sums_equal_a_slow_reference(parts: list[Estimate]) -> None:
    """The sum by fractions and integer roots is the same."""
    total = estimated_sum(parts)
    widths = [Fraction(part.half_width or 0) for part in parts]

    assert Fraction(total.value) == sum((Fraction(part.value) for part in parts), Fraction(0))
    assert close(total.half_width, root(sum((one * one for one in widths), Fraction(0))))


@given(st.lists(st.builds(Estimate.of, values.filter(bool), fractions), min_size=1, max_size=4))
def test_products_equal_a_slow_reference(factors: list[Estimate]) -> None:
    """As a fraction, the error of a product is the root of the squares of fractions."""
    product = estimated_product(factors)
    squares = sum((Fraction(one.uncertainty or 0) ** 2 for one in factors), Fraction(0))

    assert close(product.uncertainty, root(squares))


@given(estimates, estimates)
def test_a_difference_is_as_uncertain_as_the_sum(one: Estimate, other: Estimate) -> None:
    """Independent errors do not cancel."""
    less, more = estimated_difference(one, other), estimated_sum([one, other])

    assert less.half_width == more.half_width
