"""The statement while it is written: its parameters, its aliases and the caller's rights."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from itertools import count
from typing import Any

from consortium.kernel.errors import BadInput
from consortium.kernel.principal import Rights
from consortium.query.pick import Args, Bind, Computation, Inputs, Pick
from consortium.query.sqltypes import SqlType

Prepare = Callable[[Any], Any]

# PostgreSQL's functions take at most 100 arguments.
_PAIRS_MAX = 50


# What a template may say of the caller and of the day, beside the aliases. Rights are always
# today's, whatever day a question names.
_ASKED_OF_INPUTS: dict[str, tuple[Bind, SqlType]] = {
    "caller_organisation": (Bind(lambda inputs: inputs.principal.organisation_id), SqlType.BIGINT),
    "caller_account": (Bind(lambda inputs: inputs.principal.account_id), SqlType.BIGINT),
    "caller_client": (Bind(lambda inputs: inputs.principal.client_id), SqlType.BIGINT),
    "caller_permissions": (
        Bind(lambda inputs: sorted(one.value for one in inputs.principal.rights.permissions)),
        SqlType.TEXTS,
    ),
    "today": (Bind(lambda inputs: inputs.today), SqlType.DATE),
}
# Those by which callers with the same rights still differ.
OF_CALLER = ("caller_organisation", "caller_account", "caller_client")


@dataclass(slots=True)
class Writer:
    """Collects the parameters of one statement."""

    rights: Rights
    slots: list[Callable[[Inputs], Any]] = field(default_factory=list[Callable[[Inputs], Any]])
    asked: Args = field(default_factory=dict[str, Any])
    # Whether the statement may rely on what is true on most days and checked when it runs.
    assuming: bool = False
    assumptions: list[str] = field(default_factory=list[str])
    computations: list[Computation] = field(default_factory=list[Computation])
    # The FROM item that holds the callers, where the statement answers several at once, and what of
    # them it has asked for.
    callers: str | None = None
    of_callers: set[str] = field(default_factory=set[str])
    _places: dict[Any, str] = field(default_factory=dict[Any, str])
    _aliases: Iterator[int] = field(default_factory=lambda: count(1))

    def alias(self) -> str:
        """A name for one more FROM item."""
        return f"a{next(self._aliases)}"

    def bind(self, value: Bind | object, sql_type: SqlType, prepare: Prepare | None = None) -> str:
        """A parameter that holds the value, cast to its type."""
        return f"{self._slot(value, prepare, sql_type)}::{sql_type}"

    def bind_array(
        self, value: Bind | object, sql_type: SqlType, prepare: Prepare | None = None
    ) -> str:
        """A parameter that holds a list of values."""
        each = None if prepare is None else _of_each(prepare)
        return f"{self._slot(value, each, sql_type)}::{sql_type}[]"

    def computed(self, name: str, pick: Pick) -> str:
        """A parameter that holds what a computation answers to the arguments of a field."""
        at = len(self.computations)
        parts = frozenset(
            name
            for one in pick.picks
            for name in (one.name, *(f"{one.name}.{below.name}" for below in one.picks))
        )
        self.computations.append(Computation(name, pick.args, parts))
        return self.bind(Bind(lambda inputs: inputs.computed[at]), SqlType.JSONB)

    def _slot(self, value: Bind | object, prepare: Prepare | None, sql_type: SqlType) -> str:
        """The place of the parameter; one value that is used several times is bound once."""
        key = (value, prepare, sql_type) if isinstance(value, Bind) else len(self.slots)
        if key not in self._places:
            self.slots.append(_reader(value, prepare))
            self._places[key] = f"${len(self.slots)}"
        return self._places[key]

    def assume(self, condition: str) -> bool:
        """Whether the statement may be written as if the condition held."""
        if self.assuming and condition not in self.assumptions:
            self.assumptions.append(condition)
        return self.assuming

    def fill(self, template: str, t: str, u: str = "") -> str:
        """A declaration's template with its aliases, and the caller where it asks for one."""
        named = {
            name: self._of_inputs(name) for name in _ASKED_OF_INPUTS if f"{{{name}}}" in template
        }
        return template.format(t=t, u=u, **named)

    def _of_inputs(self, name: str) -> str:
        if self.callers is not None and name in OF_CALLER:
            self.of_callers.add(name)
            return f"{self.callers}.{name}"
        value, sql_type = _ASKED_OF_INPUTS[name]
        return self.bind(value, sql_type)


def _reader(value: Bind | object, prepare: Prepare | None) -> Callable[[Inputs], Any]:
    get = value.get if isinstance(value, Bind) else _constant(value)
    if prepare is None:
        return get
    return lambda inputs: prepare(get(inputs))


def _constant(value: object) -> Callable[[Inputs], Any]:
    return lambda _: value


def _of_each(prepare: Prepare) -> Prepare:
    def each(values: Any) -> list[Any]:
        return [prepare(value) for value in values]

    return each


def conjunction(conditions: list[str]) -> str:
    """All of the conditions; `true` when there are none."""
    kept = [f"({condition})" for condition in conditions if condition != "true"]
    return " AND ".join(kept) or "true"


def text(value: str) -> str:
    """A SQL literal. For names that the program chose or GraphQL's grammar admits, not for data."""
    return "'" + value.replace("'", "''") + "'"


def json_object(pairs: list[tuple[str, str]]) -> str:
    """SQL of a JSON object with these keys, in this order."""
    if not pairs:
        return "'{}'::json"
    parts = [
        "json_build_object(" + ", ".join(f"{text(key)}, {sql}" for key, sql in chunk) + ")"
        for chunk in (pairs[at : at + _PAIRS_MAX] for at in range(0, len(pairs), _PAIRS_MAX))
    ]
    if len(parts) == 1:
        return parts[0]
    # Objects are joined as text, since `json`, unlike `jsonb`, keeps order but has no `||`.
    inner = " || ',' || ".join(f"left(substr({part}::text, 2), -1)" for part in parts)
    return f"('{{' || {inner} || '}}')::json"


def exactly_one(args: Args, names: tuple[str, ...]) -> str:
    """The name of the only argument given; BadInput otherwise."""
    given = [name for name in names if args.get(name) is not None]
    if len(given) != 1:
        message = f"Give exactly one of {', '.join(names)}."
        raise BadInput(message)
    return given[0]
