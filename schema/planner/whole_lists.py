# pyright: basic
# graphql-core leaves type arguments open, which the strict mode counts as unknown.
"""A query of one list, rewritten so that it can be read to its end, page by page."""

from dataclasses import dataclass
from typing import Any

from graphql import (
    ArgumentNode,
    FieldNode,
    GraphQLSchema,
    IntValueNode,
    NamedTypeNode,
    NameNode,
    OperationDefinitionNode,
    OperationType,
    SelectionSetNode,
    TypeInfo,
    TypeInfoVisitor,
    VariableDefinitionNode,
    VariableNode,
    Visitor,
    get_named_type,
    parse,
    print_ast,
    visit,
)

from consortium.bulk.rules.operations import BulkListCut, BulkQueryInvalid

PAGE = 500
# How much of a list inside is read, unless the query says otherwise.
INSIDE = 100
AFTER = "bulkAfter"
_MORE = "bulkMore"
_PAGING = frozenset({"first", "last", "after", "before"})


@dataclass(frozen=True, slots=True)
class WholeList:
    """The document of a page, with the variable `bulkAfter`, and the list's key in the answer."""

    document: str
    key: str
    has_lists: bool

    def rows(self, nodes: list[Any]) -> list[Any]:
        """The rows without what was asked of lists inside. Raises BulkListCut."""
        if self.has_lists:
            for node in nodes:
                _check_whole(node, self.key)
        return nodes


def whole_list(schema: GraphQLSchema, text: str) -> WholeList:
    """The list that a valid document asks for. Raises BulkQueryInvalid."""
    if AFTER in text or _MORE in text:
        raise BulkQueryInvalid(f"The names `{AFTER}` and `{_MORE}` are taken.")
    document = parse(text)
    root = _root([one for one in document.definitions if isinstance(one, OperationDefinitionNode)])
    inside = _Inside(TypeInfo(schema))
    visited = visit(document, TypeInfoVisitor(inside.types, inside))
    definitions = tuple(
        _paged(one) if isinstance(one, OperationDefinitionNode) else one
        for one in visited.definitions
    )
    made = type(document)(definitions=definitions)
    key = root.alias.value if root.alias else root.name.value
    return WholeList(print_ast(made), key, inside.found)


def _root(operations: list[OperationDefinitionNode]) -> FieldNode:
    """The one field that is asked for. Raises BulkQueryInvalid."""
    if len(operations) != 1 or operations[0].operation is not OperationType.QUERY:
        raise BulkQueryInvalid("Give one query: only that can be read as a list.")
    root = _only(operations[0].selection_set)
    if root is None:
        raise BulkQueryInvalid("Ask for one list, written out in the operation itself.")
    if root.directives or _PAGING & {one.name.value for one in root.arguments or ()}:
        raise BulkQueryInvalid("The list is read whole: give it no page and no directive.")
    nodes = _only(root.selection_set)
    if nodes is None or nodes.name.value != "nodes" or nodes.alias or nodes.directives:
        raise BulkQueryInvalid("Ask for the list's `nodes` alone: they become the rows.")
    return root


def _only(asked: SelectionSetNode | None) -> FieldNode | None:
    """The field, where nothing else is asked for."""
    fields = asked.selections if asked else ()
    found = fields[0] if len(fields) == 1 else None
    return found if isinstance(found, FieldNode) else None


def _paged(operation: OperationDefinitionNode) -> OperationDefinitionNode:
    root = _only(operation.selection_set)
    after = VariableNode(name=NameNode(value=AFTER))
    declared = VariableDefinitionNode(
        variable=after, type=NamedTypeNode(name=NameNode(value="String")), directives=()
    )
    page = (
        ArgumentNode(name=NameNode(value="first"), value=IntValueNode(value=str(PAGE))),
        ArgumentNode(name=NameNode(value="after"), value=after),
    )
    info = _field("pageInfo", _field("hasNextPage"), _field("endCursor"))
    assert root is not None
    assert root.selection_set is not None
    asked = SelectionSetNode(selections=(*root.selection_set.selections, info))
    field = FieldNode(
        alias=root.alias,
        name=root.name,
        arguments=(*(root.arguments or ()), *page),
        directives=(),
        selection_set=asked,
    )
    return OperationDefinitionNode(
        operation=operation.operation,
        name=operation.name,
        variable_definitions=(*(operation.variable_definitions or ()), declared),
        directives=operation.directives,
        selection_set=SelectionSetNode(selections=(field,)),
    )


def _field(name: str, *selections: FieldNode, alias: str | None = None) -> FieldNode:
    return FieldNode(
        alias=None if alias is None else NameNode(value=alias),
        name=NameNode(value=name),
        arguments=(),
        directives=(),
        selection_set=SelectionSetNode(selections=selections) if selections else None,
    )


class _Inside(Visitor):
    """Lets lists inside tell whether they have more rows than are read."""

    def __init__(self, types: TypeInfo) -> None:
        super().__init__()
        self.types = types
        self.found = False

    def leave_field(self, node: FieldNode, *_: Any) -> FieldNode | None:
        """A list inside, which is read from its beginning."""
        kind, parent = self.types.get_type(), self.types.get_parent_type()
        named = None if kind is None else get_named_type(kind)
        inside = parent is not None and parent is not self.types._schema.query_type  # noqa: SLF001
        if named is None or not named.name.endswith("Connection") or not inside:
            return None
        arguments = tuple(node.arguments or ())
        given = {one.name.value for one in arguments}
        if given & (_PAGING - {"first"}):
            raise BulkQueryInvalid(f"`{node.name.value}` is read from its beginning: give `first`.")
        self.found = True
        first = ArgumentNode(name=NameNode(value="first"), value=IntValueNode(value=str(INSIDE)))
        assert node.selection_set is not None
        more = _field("pageInfo", _field("hasNextPage"), alias=_MORE)
        return FieldNode(
            alias=node.alias,
            name=node.name,
            arguments=arguments if "first" in given else (*arguments, first),
            directives=node.directives,
            selection_set=SelectionSetNode(selections=(*node.selection_set.selections, more)),
        )


def _check_whole(value: Any, path: str) -> None:
    """Take the marks of lists out. Raises BulkListCut where one has more rows."""
    if isinstance(value, list):
        for one in value:
            _check_whole(one, path)
    elif isinstance(value, dict):
        more = value.pop(_MORE, None)
        if more is not None and more["hasNextPage"]:
            message = f"`{path}` of a row has more rows than its page: give it a larger `first`."
            raise BulkListCut(message)
        for key, inner in value.items():
            _check_whole(inner, f"{path}.{key}")
