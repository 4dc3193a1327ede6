"""What is asked of a source: a tree of picks, with arguments whose values are bound at the end."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any, NamedTuple, cast

from consortium.kernel.principal import Principal


class Inputs(NamedTuple):
    """What differs between two runs of one statement."""

    variables: Mapping[str, Any]
    principal: Principal
    today: date
    # The row that a mutation changed, whose payload is read.
    row: int | None = None
    # The JSON of each of the statement's computations, in their order.
    computed: tuple[str | None, ...] = ()
    # Who is told, all with the same rights, and of which one row, where it is one of each; else of
    # which rows, all of them.
    told: "tuple[tuple[Principal, int | None], ...]" = ()
    rows: tuple[int, ...] = ()


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
    # Whether it is a list that is no page.
    listed: bool = False


class Computation(NamedTuple):
    """What is to be computed before a statement runs.

    `parts` are the fields that are asked for, and theirs as `field.below`.
    """

    name: str
    args: Args
    parts: frozenset[str]

    def given(self, inputs: Inputs) -> Any:
        """The arguments with their values; those that are null are left out."""
        return values_of(self.args, inputs)


def values_of(value: Any, inputs: Inputs) -> Any:
    """An argument with the values of its parameters, without what is null."""
    match value:
        case Bind():
            return value.get(inputs)
        case Mapping():
            pairs = cast("Mapping[str, Any]", value).items()
            items = ((name, values_of(one, inputs)) for name, one in pairs)
            return {name: one for name, one in items if one is not None}
        case list():
            return [values_of(one, inputs) for one in cast("Any", value)]
        case _:
            return value
