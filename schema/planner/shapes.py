# pyright: basic
# graphql-core leaves type arguments open, which the strict mode counts as unknown.
"""The shape of variables: what of them decides the statement, as a key that can be compared.

Which filters, orderings and groupings are there; null or left out; members of enums, booleans and
page sizes themselves. Never other values: those are bound.
"""

from collections.abc import Iterable, Mapping
from enum import Enum
from typing import Any

from graphql import (
    DirectiveNode,
    FieldNode,
    FragmentDefinitionNode,
    Node,
    OperationDefinitionNode,
    VariableNode,
    Visitor,
    visit,
)

# Arguments that stand in the statement themselves.
PAGE_ARGUMENTS = frozenset({"first", "last"})


def structural_variables(
    operation: OperationDefinitionNode, fragments: Mapping[str, FragmentDefinitionNode]
) -> frozenset[str]:
    """The variables that size a page or decide on a field."""
    finder = _Finder()
    for node in (operation, *fragments.values()):
        visit(node, finder)
    return frozenset(finder.found)


class _Finder(Visitor):
    def __init__(self) -> None:
        super().__init__()
        self.found: set[str] = set()

    def enter_field(self, node: FieldNode, *_: Any) -> None:
        self._add(one.value for one in node.arguments or () if one.name.value in PAGE_ARGUMENTS)

    def enter_directive(self, node: DirectiveNode, *_: Any) -> None:
        self._add(one.value for one in node.arguments or ())

    def _add(self, values: Iterable[Node]) -> None:
        self.found.update(one.name.value for one in values if isinstance(one, VariableNode))


# Most values; looked at first, since they are nothing that a statement depends on.
_PLAIN = frozenset({str, int, float})


def shape(variables: Mapping[str, Any], structural: frozenset[str]) -> Any:
    """The shape of all variables together."""
    return tuple(
        (name, value if name in structural else _shape(value))
        for name, value in sorted(variables.items())
    )


def _shape(value: Any) -> Any:
    if type(value) in _PLAIN:
        return "value"
    match value:
        case None | bool() | Enum():
            return value
        case dict():
            return tuple((key, _shape(one)) for key, one in sorted(value.items()))
        case list():
            return _list_shape(value)
        case _:
            return "value"


def _list_shape(values: list[Any]) -> Any:
    """A list of scalars is one bound array, however long."""
    shapes = [_shape(value) for value in values]
    if all(one == "value" for one in shapes):
        return "values"
    return ("list", *shapes)
