"""What is asked of a source: a tree of picks, with arguments whose values are bound at the end."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any, NamedTuple

from consortium.kernel.principal import Principal


class Inputs(NamedTuple):
    """What differs between two runs of one statement."""

    variables: Mapping[str, Any]
    principal: Principal
    today: date
    # The row that a mutation changed, whose payload is read.
    row: int | None = None


@dataclass(frozen=True, slots=True)
class Bind:
    """A value that is read when the statement runs, so that the statement can be kept."""

    get: Callable[[Inputs], Any]


# The arguments of a field: objects and lists of objects keep their structure, since the statement
# depends on it; scalars are Binds; enum members, booleans and page sizes stand for themselves.
Args = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Pick:
    """One field asked for, under the key of the answer.

    `picks` are the fields asked of an object; `by_type` those of an interface or union, per type.
    `typename` is the answer to `__typename`.
    """

    key: str
    name: str
    args: Args = field(default_factory=dict[str, Any])
    picks: tuple["Pick", ...] = ()
    by_type: Mapping[str, tuple["Pick", ...]] = field(default_factory=dict[str, tuple["Pick", ...]])
    typename: str = ""
    connection: bool = False
