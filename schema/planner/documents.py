# pyright: basic
# graphql-core leaves type arguments open, which the strict mode counts as unknown.
"""Documents: parsed and validated once, then kept under their text, within a bound of bytes."""

from collections import OrderedDict
from dataclasses import dataclass, field
from typing import Any

from graphql import (
    DocumentNode,
    FragmentDefinitionNode,
    GraphQLError,
    GraphQLNonNull,
    GraphQLScalarType,
    GraphQLSchema,
    GraphQLSyntaxError,
    OperationDefinitionNode,
    OperationType,
    is_leaf_type,
    parse,
    type_from_ast,
    validate,
)
from graphql.validation.rules import overlapping_fields_can_be_merged

from schema.errors import (
    OPERATION_NOT_FOUND,
    PARSE_FAILED,
    VALIDATION_FAILED,
    RequestRefused,
    plain,
    refused,
)
from schema.limits import (
    DEFAULTS,
    Limits,
    OperationTooLarge,
    QueryTooLong,
    TokensTooMany,
)
from schema.planner.bounds import check_document
from schema.planner.shapes import structural_variables

_ERRORS_MAX = 20
# Fields under one key are compared with each other: so many times two, and no document that is
# meant well comes near. graphql-core reads it from there when a validation begins.
overlapping_fields_can_be_merged.MAX_COMPLEXITY_BUDGET = 20_000
# What a message repeats of what was sent.
_REPEATED_MAX = 200
# How graphql-core tells that a document is over a limit.
_OVER = "contains more than"


@dataclass(slots=True)
class Operation:
    """One operation of a document, ready to be planned again and again."""

    node: OperationDefinitionNode
    fragments: dict[str, FragmentDefinitionNode]
    # Variables whose very value decides the statement, not only their shape.
    structural: frozenset[str]
    # Variables with their types, where all are scalars or enums: the common and cheap case.
    leaves: tuple[tuple[str, Any], ...] | None = None
    # Whether the leaves, all given, never change the statement.
    fixed: bool = False
    plans: OrderedDict[Any, Any] = field(default_factory=OrderedDict[Any, Any])


@dataclass(slots=True)
class Document:
    """A valid document."""

    operations: dict[str, Operation]

    def operation(self, name: str | None) -> Operation:
        """The operation of that name, or the only one."""
        if name is None and len(self.operations) == 1:
            return next(iter(self.operations.values()))
        found = self.operations.get(name or "")
        if found is None:
            wanted = f"named {name[:_REPEATED_MAX]!r} " if name else ""
            given = ", ".join(repr(one) for one in self.operations if one) or "none with a name"
            given = given[:_REPEATED_MAX]
            message = f"There is no one operation {wanted}in the document; it holds {given}."
            raise RequestRefused([plain(OPERATION_NOT_FOUND, message)])
        return found


def read_document(schema: GraphQLSchema, text: str, limits: Limits = DEFAULTS) -> Document:
    """Parse and validate; RequestRefused tells what is wrong and where."""
    try:
        node = _parsed(text, limits)
        check_document(node, limits)
    except OperationTooLarge as error:
        raise RequestRefused([plain(error.code, error.message)]) from None
    errors = _validation_errors(schema, node)
    if errors:
        raise RequestRefused([refused(error, VALIDATION_FAILED) for error in errors])
    return Document(_operations(schema, node))


def _parsed(text: str, limits: Limits) -> DocumentNode:
    if len(text) > limits.query_characters:
        raise QueryTooLong(f"A document may hold {limits.query_characters} characters.")
    try:
        return parse(text, max_lexical_tokens=limits.tokens, max_comments=limits.tokens)
    except GraphQLSyntaxError as error:
        if _OVER in error.message:
            raise TokensTooMany(
                f"A document may hold {limits.tokens} words and signs, and as many comments."
            ) from None
        raise RequestRefused([refused(error, PARSE_FAILED)]) from None
    except RecursionError:
        message = "The document is nested too deeply."
        raise RequestRefused([plain(PARSE_FAILED, message)]) from None


def _validation_errors(schema: GraphQLSchema, node: DocumentNode) -> list[GraphQLError]:
    try:
        return list(validate(schema, node, max_errors=_ERRORS_MAX))
    except RecursionError:
        return [GraphQLError("The document is nested too deeply.")]


def _operations(schema: GraphQLSchema, document: DocumentNode) -> dict[str, Operation]:
    fragments = {
        node.name.value: node
        for node in document.definitions
        if isinstance(node, FragmentDefinitionNode)
    }
    return {
        node.name.value if node.name else "": _operation(schema, node, fragments)
        for node in document.definitions
        if isinstance(node, OperationDefinitionNode)
    }


def _operation(
    schema: GraphQLSchema,
    node: OperationDefinitionNode,
    fragments: dict[str, FragmentDefinitionNode],
) -> Operation:
    structural = structural_variables(node, fragments)
    leaves = _leaves(schema, node)
    fixed = leaves is not None and all(_is_bound(kind) for _, kind in leaves)
    return Operation(node, fragments, structural, leaves, fixed and not structural)


def _leaves(
    schema: GraphQLSchema, node: OperationDefinitionNode
) -> tuple[tuple[str, Any], ...] | None:
    """The variables and their types, `!` aside; None when one of them is no scalar and no enum."""
    kinds = [
        (one.variable.name.value, _nullable(type_from_ast(schema, one.type)))
        for one in node.variable_definitions or ()
    ]
    return tuple(kinds) if all(is_leaf_type(kind) for _, kind in kinds) else None


def _nullable(kind: object) -> object:
    return kind.of_type if isinstance(kind, GraphQLNonNull) else kind


def _is_bound(kind: object) -> bool:
    """Whether values of the type are parameters of the statement, and never part of it."""
    return isinstance(kind, GraphQLScalarType) and kind.name != "Boolean"


def is_mutation(operation: Operation) -> bool:
    """Whether it changes something."""
    return operation.node.operation is OperationType.MUTATION


def is_subscription(operation: Operation) -> bool:
    """Whether it asks to be told of what happens."""
    return operation.node.operation is OperationType.SUBSCRIPTION
