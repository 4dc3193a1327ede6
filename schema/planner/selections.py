# pyright: basic
# graphql-core leaves type arguments open, which the strict mode counts as unknown.
"""From selection sets to picks: fragments opened, aliases merged, directives decided.

The walk knows GraphQL only. That a picked field is one of its source's is checked once, when the
schema is bound (`schema.binding`).
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from graphql import (
    DirectiveNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLInterfaceType,
    GraphQLObjectType,
    GraphQLOutputType,
    GraphQLSchema,
    GraphQLUnionType,
    InlineFragmentNode,
    SelectionSetNode,
    ValueNode,
    VariableNode,
    get_named_type,
    get_nullable_type,
    is_list_type,
)

from consortium.kernel.errors import DomainError
from consortium.query.pick import Pick
from schema.errors import located
from schema.limits import DEFAULTS, FieldsTooMany, Limits, OperationTooDeep
from schema.names import snake
from schema.planner.arguments import arguments

Abstract = GraphQLInterfaceType | GraphQLUnionType


@dataclass(slots=True)
class Selector:
    """Walks one operation with one set of variables."""

    schema: GraphQLSchema
    fragments: Mapping[str, FragmentDefinitionNode]
    variables: Mapping[str, Any]
    limits: Limits = DEFAULTS
    _picked: int = field(default=0)

    def fields(
        self, parent: GraphQLObjectType, sets: Iterable[SelectionSetNode]
    ) -> dict[str, list[FieldNode]]:
        """The fields asked of an object type, under their keys in the answer, in order."""
        found: dict[str, list[FieldNode]] = {}
        for selection_set in sets:
            self._collect(parent, selection_set, found, set())
        return found

    def _collect(
        self,
        parent: GraphQLObjectType,
        selection_set: SelectionSetNode,
        found: dict[str, list[FieldNode]],
        opened: set[str],
    ) -> None:
        for node in selection_set.selections:
            if not self._included(node.directives):
                continue
            match node:
                case FieldNode():
                    key = node.alias.value if node.alias else node.name.value
                    found.setdefault(key, []).append(node)
                case InlineFragmentNode():
                    if self._applies(node, parent):
                        self._collect(parent, node.selection_set, found, opened)
                case FragmentSpreadNode():
                    self._spread(node, parent, found, opened)

    def _spread(
        self,
        node: FragmentSpreadNode,
        parent: GraphQLObjectType,
        found: dict[str, list[FieldNode]],
        opened: set[str],
    ) -> None:
        name = node.name.value
        if name in opened:
            return
        opened.add(name)
        fragment = self.fragments[name]
        if self._applies(fragment, parent):
            self._collect(parent, fragment.selection_set, found, opened)

    def _applies(
        self, node: InlineFragmentNode | FragmentDefinitionNode, parent: GraphQLObjectType
    ) -> bool:
        condition = node.type_condition
        if condition is None or condition.name.value == parent.name:
            return True
        kind = self.schema.type_map[condition.name.value]
        return isinstance(kind, Abstract) and self.schema.is_sub_type(kind, parent)

    def _included(self, directives: Iterable[DirectiveNode] | None) -> bool:
        for directive in directives or ():
            if directive.name.value not in {"skip", "include"}:
                continue
            given = [self._boolean(one.value) for one in directive.arguments or ()]
            if given[0] is (directive.name.value == "skip"):
                return False
        return True

    def _boolean(self, node: ValueNode) -> bool:
        if isinstance(node, VariableNode):
            return bool(self.variables.get(node.name.value))
        return bool(getattr(node, "value", False))

    def picks(
        self,
        parent: GraphQLObjectType,
        sets: Iterable[SelectionSetNode],
        path: tuple[str, ...] = (),
    ) -> tuple[Pick, ...]:
        """The picks of an object type."""
        return tuple(
            self.pick(parent, key, nodes, path) for key, nodes in self.fields(parent, sets).items()
        )

    def pick(
        self, parent: GraphQLObjectType, key: str, nodes: list[FieldNode], path: tuple[str, ...]
    ) -> Pick:
        """One field, with all that is asked below it."""
        node, here = nodes[0], (*path, key)
        try:
            self._spend(len(here))
            if node.name.value == "__typename":
                return Pick(key, "__typename", typename=parent.name)
            declared = parent.fields[node.name.value]
            given = {one.name.value: one.value for one in node.arguments or ()}
            args = arguments(declared.args, given, self.variables)
        except DomainError as error:
            raise located(error, node, list(here)) from error
        sets = [one.selection_set for one in nodes if one.selection_set]
        return self._with_children(key, snake(node.name.value), args, declared.type, sets, here)

    def _with_children(
        self,
        key: str,
        name: str,
        args: Mapping[str, Any],
        kind: GraphQLOutputType,
        sets: list[SelectionSetNode],
        path: tuple[str, ...],
    ) -> Pick:
        named, listed = get_named_type(kind), is_list_type(get_nullable_type(kind))
        if isinstance(named, Abstract):
            by_type = {
                one.name: self.picks(one, sets, path)
                for one in self.schema.get_possible_types(named)
            }
            return Pick(key, name, args, by_type=by_type, listed=listed)
        if isinstance(named, GraphQLObjectType):
            connection = named.name.endswith("Connection")
            below = self.picks(named, sets, path)
            return Pick(key, name, args, below, connection=connection, listed=listed)
        return Pick(key, name, args)

    def _spend(self, depth: int) -> None:
        """Bound what one operation may ask for, before it is compiled."""
        self._picked += 1
        if self._picked > self.limits.fields:
            message = f"An operation may ask for at most {self.limits.fields} fields."
            raise FieldsTooMany(message)
        if depth > self.limits.depth:
            raise OperationTooDeep(f"An operation may be {self.limits.depth} fields deep.")
