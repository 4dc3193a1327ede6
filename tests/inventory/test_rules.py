"""Whether published parts add up."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from consortium.inventory.rules import PartsCheck, PublishedScopes, check_parts, rounding

MASSES = st.integers(0, 10**12).map(Decimal)


def scopes(**given: int) -> PublishedScopes:
    """An inventory of which only some figures are stated."""
    blank = PublishedScopes(None, None, None, None, None, None)
    return blank._replace(**{name: Decimal(value) for name, value in given.items()})


def test_parts_that_equal_the_total_add_up() -> None:
    """Alibaba Group 2020: 510 000 + 3 710 000 + 5 294 000 = 9 514 000."""
    answer = check_parts(
        scopes(scope1=510000, scope2_unspecified=3710000, scope3=5294000, total=9514000)
    )

    assert answer == (PartsCheck.ADDS_UP, Decimal(0))


def test_a_difference_within_rounding_adds_up_and_is_told() -> None:
    """101 + 201 + 301 published as 600: the total may be off by 50, so 3 is no difference."""
    answer = check_parts(scopes(scope1=101, scope2_market=201, scope3=301, total=600))

    assert answer == (PartsCheck.ADDS_UP, Decimal(-3))


def test_a_greater_difference_differs() -> None:
    """The difference is the total less its parts."""
    answer = check_parts(scopes(scope1=101, scope2_market=201, scope3=301, total=711))

    assert answer == (PartsCheck.DIFFERS, Decimal(108))


@pytest.mark.parametrize("basis", ["scope2_location", "scope2_market", "scope2_unspecified"])
def test_the_total_may_have_used_any_basis_of_scope_2(basis: str) -> None:
    """Both bases are stated, and the total holds only one of them."""
    stated = {"scope2_location": 511, "scope2_market": 83, "scope2_unspecified": 7}

    answer = check_parts(scopes(scope1=1, scope3=1, total=2 + stated[basis], **stated))

    assert answer == (PartsCheck.ADDS_UP, Decimal(0))


@pytest.mark.parametrize("missing", ["scope1", "scope2_market", "scope3", "total"])
def test_nothing_is_checked_when_a_part_or_the_total_is_missing(missing: str) -> None:
    """A blank is unknown, never zero."""
    stated = {"scope1": 1, "scope2_market": 1, "scope3": 1, "total": 3}
    del stated[missing]

    assert check_parts(scopes(**stated)) == (PartsCheck.NOT_CHECKABLE, None)


def test_rounding_is_half_of_the_last_significant_digit() -> None:
    """9 514 000 may be off by 500; a zero is exact."""
    assert rounding(Decimal(9514000)) == 500
    assert rounding(Decimal("47.25")) == Decimal("0.005")
    assert rounding(Decimal(0)) == 0


@given(MASSES, MASSES, MASSES)
def test_exact_totals_always_add_up(one: Decimal, two: Decimal, three: Decimal) -> None:
    """Whatever the figures, their sum is their total."""
    published = PublishedScopes(one, None, two, None, three, one + two + three)

    assert check_parts(published) == (PartsCheck.ADDS_UP, Decimal(0))
