"""Whether a sum may be told without giving away what one of its contributors contributed.

The primary rules of statistical disclosure control: a threshold of contributors, the p % rule, and
dominance (Hundepool et al., Statistical Disclosure Control, 2012, section 4.2). Contributors are
corporate groups; a zero is no contribution; magnitudes are absolute values; comparisons are strict.
"""

from collections.abc import Iterable
from decimal import Decimal
from typing import NamedTuple


class Dominance(NamedTuple):
    """So many of the largest contributors make more than `percent` of the total."""

    largest: int
    percent: Decimal


class DisclosureRules(NamedTuple):
    """What a sum must stand to be told."""

    contributors_min: int = 5
    p_percent: Decimal = Decimal(15)
    dominance: tuple[Dominance, ...] = (Dominance(2, Decimal(85)),)

    def suppress(self, contributions: Iterable[Decimal]) -> bool:
        """Whether the sum of these contributions, one for each group, is not to be told."""
        sizes = sorted((abs(one) for one in contributions if one), reverse=True)
        if not sizes or len(sizes) < self.contributors_min:
            return True
        total = sum(sizes)
        rest = total - sum(sizes[:2])
        if rest * 100 < self.p_percent * sizes[0]:
            return True
        return any(sum(sizes[: one.largest]) * 100 > one.percent * total for one in self.dominance)
