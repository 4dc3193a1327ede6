"""The rules by which a sum gives nobody away, at their edges."""

from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from consortium.kernel.disclosure import DisclosureRules, Dominance


def of(*values: int | str) -> list[Decimal]:
    return [Decimal(one) for one in values]


def test_the_worked_examples() -> None:
    """90, 5, 3, 2 is suppressed by p %; four of 25 are published where four are enough."""
    four = DisclosureRules(contributors_min=4)

    assert four.suppress(of(90, 5, 3, 2))
    assert not four.suppress(of(25, 25, 25, 25))
    assert DisclosureRules().suppress(of(25, 25, 25, 25))


def test_each_rule_at_its_edge() -> None:
    """Comparisons are strict; zeros do not count; signs do not matter."""
    assert DisclosureRules().suppress(of(1, 1, 1, 1, 0))
    assert not DisclosureRules().suppress(of(1, -1, 1, -1, 1))
    # p %: what is left is 15 % of the largest, and then less.
    only_p = DisclosureRules(3, Decimal(15), ())
    assert not only_p.suppress(of(100, 50, 10, 5))
    assert only_p.suppress(of(100, 50, 10, "4.99"))
    # Dominance: two make 85 %, and then more.
    only_two = DisclosureRules(3, Decimal(0), (Dominance(2, Decimal(85)),))
    assert not only_two.suppress(of(45, 40, 10, 5))
    assert only_two.suppress(of("45.01", 40, 10, 5))
    assert DisclosureRules(0, Decimal(0), ()).suppress([])


@given(st.lists(st.decimals(-1000, 1000, places=2), min_size=1, max_size=8))
def test_what_is_told_bounds_nobody_within_p_percent(values: list[Decimal]) -> None:
    """Whoever knows the total and the second largest errs by at least p % about the largest."""
    rules = DisclosureRules()
    if rules.suppress(values):
        return
    sizes = sorted(map(abs, values), reverse=True)
    upper = sum(sizes) - sizes[1]
    assert (upper - sizes[0]) >= sizes[0] * Decimal("0.15")
    assert len([one for one in sizes if one]) >= 5
