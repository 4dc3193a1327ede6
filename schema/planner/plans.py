# pyright: basic
# graphql-core leaves type arguments open, which the strict mode counts as unknown.
"""Plans: statements, kept under document, operation, shape of the variables and rights."""

from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from graphql import GraphQLSchema, get_variable_values

from consortium.catalogue import NODES, ROOT
from consortium.kernel.errors import DomainError
from consortium.kernel.principal import Rights
from consortium.query.compiler import compile_statement
from consortium.query.pick import Pick
from consortium.query.statement import Statement
from schema.errors import BAD_VARIABLES, OPERATION_NOT_SUPPORTED, RequestRefused, plain, refused
from schema.limits import COMPUTATION, DEFAULTS, NOTHING, Cost, Limits, cost_of
from schema.planner.documents import (
    Document,
    Operation,
    is_mutation,
    is_subscription,
    read_document,
)
from schema.planner.introspection import introspection_cost
from schema.planner.mutations import Steps, compile_steps
from schema.planner.selections import Selector
from schema.planner.shapes import shape
from schema.planner.subscriptions import Following, compile_following

_DOCUMENT_BYTES_MAX = 32 * 1024 * 1024
_SHAPES_MAX = 64
# A parsed document takes about this many times the bytes of its text; a plan twice its statement.
_DOCUMENT_WEIGHT = 60
_SHAPE_BYTES = 4096


@dataclass(frozen=True, slots=True)
class Plan:
    """How an operation is answered: by a statement, by the schema itself, or by both."""

    statement: Statement | None
    # Keys of the answer in order, with those that introspection answers.
    keys: tuple[str, ...]
    introspected: frozenset[str]
    cost: Cost = NOTHING


class Planned(NamedTuple):
    """An operation that is ready to run, and under what its plan is kept."""

    document: Document
    operation: Operation
    variables: dict[str, Any]
    shape: Any
    plan: Plan | Steps


@dataclass(slots=True)
class _Kept:
    document: Document
    weight: int


@dataclass(slots=True)
class Planner:
    """Keeps what it has planned, within a bound of bytes; the longest unused goes first.

    What is kept changes in the event loop's thread only; `planned` may run in another.
    """

    schema: GraphQLSchema
    limits: Limits = DEFAULTS
    _kept: OrderedDict[str, _Kept] = field(default_factory=OrderedDict[str, _Kept])
    _weight: int = 0

    def known(
        self, text: str, name: str | None, given: Mapping[str, Any], rights: Rights
    ) -> Planned | None:
        """What is kept for this request, without more ado; None where it has to be planned."""
        kept = self._kept.get(text)
        if kept is None:
            return None
        self._kept.move_to_end(text)
        operation = kept.document.operation(name)
        variables = self.variables(operation, given)
        key = (_shape(operation, variables), rights)
        plan = operation.plans.get(key)
        if plan is None:
            return None
        operation.plans.move_to_end(key)
        return Planned(kept.document, operation, variables, key, plan)

    def planned(
        self, text: str, name: str | None, given: Mapping[str, Any], rights: Rights
    ) -> Planned:
        """The request planned, from what is kept as far as it goes. Keeps nothing itself."""
        kept = self._kept.get(text)
        document = read_document(self.schema, text, self.limits) if kept is None else kept.document
        operation = document.operation(name)
        variables = self.variables(operation, given)
        key = (_shape(operation, variables), rights)
        plan = operation.plans.get(key) or self.compile(operation, variables, rights)
        return Planned(document, operation, variables, key, plan)

    def keep(self, text: str, planned: Planned) -> None:
        """Keep what was planned for the next request."""
        _keep(planned.operation, planned.shape, planned.plan)
        if text not in self._kept:
            self._keep_document(text, planned.document)

    def _keep_document(self, text: str, document: Document) -> None:
        weight = len(text) * _DOCUMENT_WEIGHT + _SHAPES_MAX * _SHAPE_BYTES
        self._kept[text] = _Kept(document, weight)
        self._weight += weight
        while self._weight > _DOCUMENT_BYTES_MAX and len(self._kept) > 1:
            self._weight -= self._kept.popitem(last=False)[1].weight

    def variables(self, operation: Operation, given: Mapping[str, Any]) -> dict[str, Any]:
        """The variables as the operation declares them; RequestRefused tells what is wrong."""
        definitions = operation.node.variable_definitions or ()
        if not definitions:
            return {}
        plain_values = _leaf_values(operation, given)
        if plain_values is not None:
            return plain_values
        values = get_variable_values(self.schema, definitions, dict(given), max_errors=10)
        if isinstance(values, list):
            raise RequestRefused([refused(error, BAD_VARIABLES) for error in values])
        return dict(values.coerced)

    def document(self, text: str) -> Document:
        """The document of that text, kept for the next request."""
        kept = self._kept.get(text)
        if kept is not None:
            self._kept.move_to_end(text)
            return kept.document
        document = read_document(self.schema, text, self.limits)
        self._keep_document(text, document)
        return document

    def following(
        self, operation: Operation, variables: Mapping[str, Any], rights: Rights
    ) -> Following:
        """The plan of a subscription, kept as others are."""
        # Apart from plans that are run.
        key = ("followed", _shape(operation, variables), rights)
        plan: Following | None = operation.plans.get(key)
        if plan is None:
            plan = compile_following(self.schema, operation, variables, rights)
            _keep(operation, key, plan)
        return plan

    def compile(
        self, operation: Operation, variables: Mapping[str, Any], rights: Rights
    ) -> Plan | Steps:
        """Plan anew."""
        if is_subscription(operation):
            message = "A subscription comes over WebSocket, or accepts `text/event-stream`."
            raise RequestRefused([plain(OPERATION_NOT_SUPPORTED, message)])
        if is_mutation(operation):
            return compile_steps(self.schema, operation, variables, rights, self.limits)
        selector = Selector(self.schema, operation.fragments, variables, self.limits)
        query = self.schema.query_type
        assert query is not None
        fields = selector.fields(query, [operation.node.selection_set])
        introspected = frozenset(
            key for key, nodes in fields.items() if nodes[0].name.value in {"__schema", "__type"}
        )
        picks = tuple(
            selector.pick(query, key, nodes, ())
            for key, nodes in fields.items()
            if key not in introspected
        )
        told = [node for key in introspected for node in fields[key]]
        statement = _compiled(picks, rights)
        computations = len(statement.computations) if statement else 0
        cost = cost_of(picks).plus(Cost(computations * COMPUTATION))
        cost = cost.plus(introspection_cost(told, operation.fragments))
        return Plan(statement, tuple(fields), introspected, cost)


def _keep(operation: Operation, key: Any, plan: Plan | Steps | Following) -> None:
    operation.plans[key] = plan
    operation.plans.move_to_end(key)
    if len(operation.plans) > _SHAPES_MAX:
        operation.plans.popitem(last=False)


def _leaf_values(operation: Operation, given: Mapping[str, Any]) -> dict[str, Any] | None:
    """The values where all variables are scalars or enums, all given and all right; else None."""
    if operation.leaves is None:
        return None
    values: dict[str, Any] = {}
    for name, kind in operation.leaves:
        value = given.get(name)
        if value is None:
            return None
        try:
            values[name] = kind.coerce_input_value(value)
        except Exception:  # noqa: BLE001  told by graphql-core, which coerces it again
            return None
    return values


def _shape(operation: Operation, variables: Mapping[str, Any]) -> Any:
    """The shape of the variables; None where they are all given and cannot change the statement."""
    given = len(variables) == len(operation.leaves or ()) and None not in variables.values()
    if operation.fixed and given:
        return None
    return shape(variables, operation.structural)


def _compiled(picks: tuple[Pick, ...], rights: Rights) -> Statement | None:
    if not picks:
        return None
    try:
        return compile_statement(ROOT, picks, rights, NODES)
    except DomainError as error:
        raise RequestRefused([plain(error.code, error.message)]) from error
