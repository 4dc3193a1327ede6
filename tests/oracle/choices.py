"""Where random operations get their choices from: Hypothesis (which shrinks them) or a seed."""

from collections.abc import Sequence
from random import Random
from typing import Any, Protocol, TypeVar

from hypothesis import strategies as st

T = TypeVar("T")


class Chooser(Protocol):
    """Makes choices; the first and the smallest are the simplest."""

    def number(self, low: int, high: int) -> int:
        """A number from `low` to `high`."""

    def one_of(self, options: Sequence[T]) -> T:
        """One of the options."""

    def chance(self, percent: int) -> bool:
        """True in about that many of a hundred cases."""


class Seeded:
    """Choices of a seed."""

    def __init__(self, seed: int) -> None:
        self._random = Random(seed)  # noqa: S311

    def number(self, low: int, high: int) -> int:
        """A number from `low` to `high`."""
        return self._random.randint(low, high)

    def one_of(self, options: Sequence[T]) -> T:
        """One of the options."""
        return self._random.choice(options)

    def chance(self, percent: int) -> bool:
        """True in about that many of a hundred cases."""
        return self._random.randrange(100) < percent


class Drawn:
    """Choices that Hypothesis draws."""

    def __init__(self, draw: Any) -> None:
        self._draw = draw

    def number(self, low: int, high: int) -> int:
        """A number from `low` to `high`."""
        found: int = self._draw(st.integers(low, high))
        return found

    def one_of(self, options: Sequence[T]) -> T:
        """One of the options."""
        return options[self.number(0, len(options) - 1)]

    def chance(self, percent: int) -> bool:
        """True in about that many of a hundred cases; no comes first."""
        return self.number(0, 99) >= 100 - percent
