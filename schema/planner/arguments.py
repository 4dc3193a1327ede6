# pyright: basic
# graphql-core leaves type arguments open, which the strict mode counts as unknown.
"""Arguments: from the document and the variables to what `consortium.query` takes.

Input objects and lists of them keep their structure; enum members, booleans and page sizes stand
for themselves; any other scalar becomes a `Bind`, read when the statement runs.
"""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from enum import Enum
from typing import Any

from graphql import (
    GraphQLArgument,
    GraphQLEnumType,
    GraphQLInputField,
    GraphQLInputObjectType,
    GraphQLInputType,
    GraphQLList,
    GraphQLNonNull,
    GraphQLScalarType,
    ListValueNode,
    NullValueNode,
    ObjectValueNode,
    Undefined,
    ValueNode,
    VariableNode,
)

from consortium.kernel.errors import BadInput
from consortium.kernel.ids import GlobalId
from consortium.query.pick import Bind, Inputs
from schema.limits import ListTooLong
from schema.names import snake
from schema.planner.shapes import PAGE_ARGUMENTS

Getter = Callable[[Inputs], Any]

LIST_MAX = 1000


def arguments(
    declared: Mapping[str, GraphQLArgument],
    given: Mapping[str, ValueNode],
    variables: Mapping[str, Any],
) -> dict[str, Any]:
    """The arguments of a field; those left out have their default or are not there."""
    reader = _Reader(variables)
    return reader.fields(declared, given)


class _Reader:
    """Reads values for one plan, with the variables that it is made for."""

    def __init__(self, variables: Mapping[str, Any]) -> None:
        self.variables = variables

    def fields(
        self,
        declared: Mapping[str, GraphQLArgument] | Mapping[str, GraphQLInputField],
        given: Mapping[str, ValueNode],
    ) -> dict[str, Any]:
        found: dict[str, Any] = {}
        for name, field in declared.items():
            node = given.get(name)
            structural = name in PAGE_ARGUMENTS
            if node is not None and not self._left_out(node):
                found[snake(name)] = self._value(field.type, node, structural=structural)
            elif field.default_value is not Undefined:
                found[snake(name)] = _default(field.default_value)
        return found

    def _left_out(self, node: ValueNode) -> bool:
        return isinstance(node, VariableNode) and node.name.value not in self.variables

    def _value(self, kind: GraphQLInputType, node: ValueNode, *, structural: bool = False) -> Any:
        if isinstance(kind, GraphQLNonNull):
            return self._value(kind.of_type, node, structural=structural)
        match node:
            case NullValueNode():
                return None
            case VariableNode():
                name = node.name.value
                value = self.variables.get(name)
                if structural:
                    return value
                return _from_variable(kind, value, lambda inputs: inputs.variables[name])
            case _:
                return self._literal(kind, node, structural=structural)

    def _literal(self, kind: GraphQLInputType, node: ValueNode, *, structural: bool) -> Any:
        if isinstance(kind, GraphQLList):
            nodes = _bounded(list(node.values)) if isinstance(node, ListValueNode) else [node]
            return _list([self._value(kind.of_type, one) for one in nodes])
        if isinstance(kind, GraphQLInputObjectType):
            assert isinstance(node, ObjectValueNode)  # validated
            given = {one.name.value: one.value for one in node.fields}
            return self.fields(kind.fields, given)
        assert isinstance(kind, (GraphQLEnumType, GraphQLScalarType))
        value = kind.parse_literal(node)
        if structural:
            return value
        return _leaf(kind, value, lambda _: value)


def _from_variable(kind: GraphQLInputType, value: Any, get: Getter) -> Any:
    """The value of a variable, or of a part of one that `get` finds."""
    if isinstance(kind, GraphQLNonNull):
        return _from_variable(kind.of_type, value, get)
    if value is None:
        return None
    if isinstance(kind, GraphQLList):
        return _list_variable(kind.of_type, value, get)
    if isinstance(kind, GraphQLInputObjectType):
        return {
            snake(name): _from_variable(field.type, value[name], _item(get, name))
            for name, field in kind.fields.items()
            if name in value
        }
    assert isinstance(kind, (GraphQLEnumType, GraphQLScalarType))
    return _leaf(kind, value, get)


def _list_variable(kind: GraphQLInputType, value: Any, get: Getter) -> Any:
    if not isinstance(value, list):
        return _list([_from_variable(kind, value, get)])
    _bounded(value)
    items = [_from_variable(kind, one, _item(get, at)) for at, one in enumerate(value)]
    if items and all(isinstance(one, Bind) for one in items):
        # A list of scalars may have another length the next time.
        return Bind(lambda inputs: _scalars(kind, get(inputs)))
    return _list(items)


def _scalars(kind: GraphQLInputType, values: list[Any]) -> list[Any]:
    read = _reader_of(kind)
    return [read(value) for value in _bounded(values)]


def _bounded(values: list[Any]) -> list[Any]:
    """The values. Raises ListTooLong."""
    if len(values) > LIST_MAX:
        raise ListTooLong(f"A list holds at most {LIST_MAX} values.")
    return values


def _list(items: list[Any]) -> Any:
    """One bound array of scalars, or a list that keeps its structure."""
    if items and all(isinstance(one, Bind) for one in items):
        return Bind(lambda inputs: [one.get(inputs) for one in items])
    return items


def _item(get: Getter, key: str | int) -> Getter:
    return lambda inputs: get(inputs)[key]


def _leaf(kind: GraphQLEnumType | GraphQLScalarType, value: Any, get: Getter) -> Any:
    if isinstance(kind, GraphQLEnumType) or isinstance(value, bool):
        return _default(value)
    read = _reader_of(kind)
    read(value)
    return Bind(lambda inputs: read(get(inputs)))


def _reader_of(kind: GraphQLInputType) -> Callable[[Any], Any]:
    """What makes of a scalar's value what the statement takes."""
    named = kind.of_type if isinstance(kind, GraphQLNonNull) else kind
    is_id = isinstance(named, GraphQLScalarType) and named.name == "ID"
    return _read_id if is_id else _usable


def _read_id(value: Any) -> GlobalId:
    return GlobalId.parse(str(value))


def _usable(value: Any) -> Any:
    """A scalar as PostgreSQL can take it: without NUL, and a moment in UTC, which is assumed."""
    if isinstance(value, str) and "\0" in value:
        message = "A text may not contain the character NUL."
        raise BadInput(message)
    if isinstance(value, datetime):
        try:
            return value.replace(tzinfo=value.tzinfo or UTC).astimezone(UTC)
        except OverflowError:
            message = "A moment lies in the years 1 to 9999, in UTC."
            raise BadInput(message) from None
    return value


def _default(value: Any) -> Any:
    if isinstance(value, list):
        return [_default(one) for one in value]
    return value.value if isinstance(value, Enum) else value
