# pyright: basic
# graphql-core leaves type arguments open, which the strict mode counts as unknown.
"""How much a document may ask for, found out before it is validated.

Validation and planning take time for each field, with fragments opened wherever they are spread:
a document that would take long is refused here, by counting.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from graphql import (
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    InlineFragmentNode,
    OperationDefinitionNode,
    SelectionNode,
    SelectionSetNode,
)

from schema.limits import (
    AliasesTooMany,
    DefinitionsTooMany,
    DirectivesTooMany,
    FieldsTooMany,
    Limits,
    OperationTooDeep,
    RootFieldsTooMany,
    VariablesTooMany,
)


def check_document(document: DocumentNode, limits: Limits) -> None:
    """Count what the document holds and opens to; a kind of OperationTooLarge says of what."""
    if len(document.definitions) > limits.definitions:
        raise DefinitionsTooMany(
            f"A document may hold {limits.definitions} operations and fragments."
        )
    _check_parts(document, limits)
    fragments = {
        one.name.value: one.selection_set
        for one in document.definitions
        if isinstance(one, FragmentDefinitionNode)
    }
    opened = _Opened(limits, fragments)
    for one in document.definitions:
        if isinstance(one, OperationDefinitionNode):
            _check_operation(one, limits, opened)


def _check_parts(document: DocumentNode, limits: Limits) -> None:
    aliases = directives = 0
    for definition in document.definitions:
        directives += len(getattr(definition, "directives", None) or ())
        for node in _selections(getattr(definition, "selection_set", None)):
            directives += len(node.directives or ())
            aliases += isinstance(node, FieldNode) and node.alias is not None
    if aliases > limits.aliases:
        raise AliasesTooMany(f"A document may hold {limits.aliases} aliases.")
    if directives > limits.directives:
        raise DirectivesTooMany(f"A document may hold {limits.directives} directives.")


def _selections(selection_set: SelectionSetNode | None) -> Iterator[SelectionNode]:
    """Every selection that is written below, fragments not opened."""
    waiting = [selection_set] if selection_set else []
    while waiting:
        for node in waiting.pop().selections:
            yield node
            below = getattr(node, "selection_set", None)
            if below is not None:
                waiting.append(below)


def _check_operation(operation: OperationDefinitionNode, limits: Limits, opened: "_Opened") -> None:
    if len(operation.variable_definitions or ()) > limits.variables:
        raise VariablesTooMany(f"An operation may declare {limits.variables} variables.")
    try:
        roots = opened.open([operation.selection_set], 1)
    except RecursionError:
        raise OperationTooDeep(f"An operation may be {limits.depth} fields deep.") from None
    if roots > limits.root_fields:
        raise RootFieldsTooMany(f"An operation may ask for {limits.root_fields} root fields.")


@dataclass(slots=True)
class _Opened:
    """Opens fragments as the planner does, and counts."""

    limits: Limits
    fragments: dict[str, SelectionSetNode]
    fields: int = field(default=0)

    def open(self, sets: Iterable[SelectionSetNode], depth: int) -> int:
        """Count what is asked of an object; returns under how many keys."""
        if depth > self.limits.depth:
            raise OperationTooDeep(f"An operation may be {self.limits.depth} fields deep.")
        found: dict[str, list[SelectionSetNode]] = {}
        seen: set[str] = set()
        for one in sets:
            self._collect(one, found, seen)
        for below in found.values():
            if below:
                self.open(below, depth + 1)
        return len(found)

    def _collect(
        self, given: SelectionSetNode, found: dict[str, list[SelectionSetNode]], seen: set[str]
    ) -> None:
        for node in given.selections:
            self.fields += 1
            if self.fields > self.limits.fields:
                raise FieldsTooMany(
                    f"An operation may ask for at most {self.limits.fields} fields."
                )
            match node:
                case FieldNode():
                    key = node.alias.value if node.alias else node.name.value
                    below = found.setdefault(key, [])
                    if node.selection_set is not None:
                        below.append(node.selection_set)
                case FragmentSpreadNode():
                    name = node.name.value
                    # One that is not there is told by the validation.
                    if name not in seen and name in self.fragments:
                        seen.add(name)
                        self._collect(self.fragments[name], found, seen)
                case InlineFragmentNode():
                    self._collect(node.selection_set, found, seen)
