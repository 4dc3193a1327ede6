"""When two products may be the same."""

from collections.abc import Collection
from decimal import Decimal
from typing import Final

from consortium.kernel.text import search_words

# Of the words of two names together, so many are in both.
SIMILAR_FROM: Final = Decimal("0.5")


def name_words(name: str) -> list[str]:
    """The words of a name as they are compared: folded, each once, in alphabetical order."""
    return sorted(set(search_words(name).split()))


def similarity(one: Collection[str], other: Collection[str]) -> Decimal:
    """Which part of the words of two names is in both, from 0 to 1; 0 of no words."""
    words, others = set(one), set(other)
    together = words | others
    return Decimal(len(words & others)) / len(together) if together else Decimal(0)
