# pyright: basic
# graphql-core leaves type arguments open, which the strict mode counts as unknown.
"""What the schema tells of itself: answered by graphql-core, and kept for the next who asks."""

from collections import OrderedDict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

import orjson
from graphql import (
    DocumentNode,
    ExecutionResult,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLSchema,
    OperationDefinitionNode,
    SelectionNode,
    SelectionSetNode,
    execute_sync,
)

from schema.errors import RequestRefused
from schema.limits import INTROSPECTED, Cost
from schema.planner.documents import Operation

# Tools ask all the same question; an answer takes some megabytes.
_KEPT_MAX = 4
# Values of the schema that cost a point: they are read from memory.
_VALUES = 3


@dataclass(slots=True)
class Introspection:
    """Answers the introspection fields of operations; in one thread at a time."""

    schema: GraphQLSchema
    _kept: OrderedDict[Any, dict[str, Any]] = field(
        default_factory=OrderedDict[Any, dict[str, Any]]
    )

    def told(self, text: str, operation: Operation, variables: Mapping[str, Any]) -> dict[str, Any]:
        """Their values under their keys."""
        name = operation.node.name
        key = text, name and name.value, orjson.dumps(variables, default=str)
        found = self._kept.pop(key, None)
        if found is None:
            found = _answered(self.schema, operation, variables)
        self._kept[key] = found
        if len(self._kept) > _KEPT_MAX:
            self._kept.popitem(last=False)
        return found


def _answered(
    schema: GraphQLSchema, operation: Operation, variables: Mapping[str, Any]
) -> dict[str, Any]:
    node = operation.node
    asked = [
        one
        for one in node.selection_set.selections
        if not isinstance(one, FieldNode) or one.name.value in {"__schema", "__type"}
    ]
    reduced = OperationDefinitionNode(
        operation=node.operation,
        name=node.name,
        variable_definitions=node.variable_definitions,
        directives=node.directives,
        selection_set=SelectionSetNode(selections=tuple(asked)),
    )
    document = DocumentNode(definitions=(reduced, *operation.fragments.values()))
    result = execute_sync(schema, document, variable_values=dict(variables))
    assert isinstance(result, ExecutionResult)
    if result.errors:
        raise RequestRefused([{**error.formatted} for error in result.errors])
    return dict(result.data or {})


def introspection_cost(
    nodes: Iterable[SelectionNode], fragments: Mapping[str, FragmentDefinitionNode]
) -> Cost:
    """What these fields cost, by the lists that they hold."""
    return Cost(sum(_values(node, fragments) for node in nodes) // _VALUES)


def _values(node: SelectionNode, fragments: Mapping[str, FragmentDefinitionNode]) -> int:
    if isinstance(node, FragmentSpreadNode):
        below: SelectionSetNode | None = fragments[node.name.value].selection_set
    else:
        below = getattr(node, "selection_set", None)
    values = 1 + sum(_values(one, fragments) for one in below.selections) if below else 1
    times = INTROSPECTED.get(node.name.value, 1) if isinstance(node, FieldNode) else 1
    return values * times
