"""How specific data is: a sum is as specific as the least specific of what it is made of."""

from collections.abc import Iterable

from consortium.effects.rules.vocabulary import Specificity

_ORDER = list(Specificity)


def lowest(all_of: Iterable[Specificity]) -> Specificity:
    """The least specific of one or more."""
    return max(all_of, key=_ORDER.index)
