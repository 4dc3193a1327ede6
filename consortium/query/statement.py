"""A compiled statement: its text, and how each of its parameters is read from the inputs."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from consortium.query.pick import Inputs


@dataclass(frozen=True, slots=True)
class Statement:
    """One SQL statement that answers with one JSON object."""

    sql: str
    slots: tuple[Callable[[Inputs], Any], ...]

    def values(self, inputs: Inputs) -> list[Any]:
        """The parameters, in order; a value that cannot be used raises a DomainError."""
        return [slot(inputs) for slot in self.slots]
