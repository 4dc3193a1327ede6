"""A compiled statement: its text, and how each of its parameters is read from the inputs."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from consortium.query.pick import Computation, Inputs

# No literal of a statement holds a dollar sign: they are names that GraphQL's grammar admits.
_PARAMETER = re.compile(r"\$([0-9]+)")


@dataclass(frozen=True, slots=True)
class Statement:
    """One SQL statement that answers with one JSON object."""

    sql: str
    slots: tuple[Callable[[Inputs], Any], ...]
    # To be run in its place when its answer is null: what it relies on does not hold.
    otherwise: "Statement | None" = None
    # What is computed before it runs; the same for `otherwise`.
    computations: tuple[Computation, ...] = ()

    def values(self, inputs: Inputs) -> list[Any]:
        """The parameters, in order; a value that cannot be used raises a DomainError."""
        return [slot(inputs) for slot in self.slots]


def statement_of(sql: str, slots: Sequence[Callable[[Inputs], Any]]) -> Statement:
    """A statement without the parameters whose SQL was not used; PostgreSQL refuses spare ones."""
    used = sorted({int(number) for number in _PARAMETER.findall(sql)})
    if len(used) == len(slots):
        return Statement(sql, tuple(slots))
    places = {number: place for place, number in enumerate(used, start=1)}
    renumbered = _PARAMETER.sub(lambda found: f"${places[int(found[1])]}", sql)
    return Statement(renumbered, tuple(slots[number - 1] for number in used))
