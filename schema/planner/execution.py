# pyright: basic
# graphql-core leaves type arguments open, which the strict mode counts as unknown.
"""Running operations: plan, bind, one statement, and the bytes as PostgreSQL made them."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from types import MappingProxyType
from typing import Any, NamedTuple, Protocol

import orjson
from graphql import (
    DocumentNode,
    ExecutionResult,
    FieldNode,
    GraphQLSchema,
    OperationDefinitionNode,
    SelectionSetNode,
    execute_sync,
)

from consortium.catalogue import NODES, ROOT
from consortium.kernel.errors import DomainError
from consortium.kernel.principal import Principal
from consortium.query.pick import Computation, Inputs
from consortium.query.statement import Statement
from schema.binding import check_bindings
from schema.errors import OPERATION_NOT_SUPPORTED, RequestRefused, plain
from schema.planner.documents import Operation, is_subscription
from schema.planner.mutations import Steps, Writing, run_steps
from schema.planner.plans import Plan, Planner
from schema.planner.subscriptions import Followed, followed
from schema.root import GRAPHQL_SCHEMA


class Reader(Protocol):
    """What runs a statement: the read pool."""

    async def fetchval(self, query: str, *args: Any) -> Any:
        """The first value of the first row."""


class Computing(Protocol):
    """What computes answers before a statement runs."""

    async def answer(self, asked: Computation, inputs: Inputs) -> str | None:
        """The JSON of a computation; a DomainError tells what is wrong with what was asked."""


_NONE: Mapping[str, Any] = MappingProxyType({})


class Request(NamedTuple):
    """A GraphQL request as a door received it."""

    query: str
    variables: Mapping[str, Any] = _NONE
    operation_name: str | None = None
    # It came in a way that must change nothing, such as GET (RFC 9110, section 9.2.1).
    safe: bool = False


@dataclass(frozen=True, slots=True)
class Executor:
    """Answers requests from one pool."""

    planner: Planner
    pool: Reader
    writing: Writing
    computing: Computing | None = None

    @classmethod
    def over(
        cls, pool: Reader, writing: Writing | None = None, computing: Computing | None = None
    ) -> "Executor":
        """An executor of this project's schema, once every field of it is known to be bound."""
        check_bindings(GRAPHQL_SCHEMA, ROOT, NODES)
        return cls(Planner(GRAPHQL_SCHEMA), pool, writing or Writing(), computing)

    async def run(self, request: Request, principal: Principal, today: date) -> bytes:
        """The JSON of the response; RequestRefused where nothing was run."""
        operation, variables, plan = self._planned(request, principal)
        if isinstance(plan, Steps):
            if request.safe:
                message = "A mutation comes by POST."
                raise RequestRefused([plain("METHOD_NOT_ALLOWED", message)])
            inputs = Inputs(variables, principal, today)
            return await run_steps(plan, inputs, self._payload, self.writing)
        data = await self._data(plan.statement, Inputs(variables, principal, today))
        if plan.introspected:
            data = self._with_introspection(operation, plan, variables, data)
        return b'{"data":' + data + b"}"

    def is_subscription(self, request: Request) -> bool:
        """Whether a subscription is asked for; of what cannot be read, `run` says why."""
        try:
            document = self.planner.document(request.query)
            return is_subscription(document.operation(request.operation_name))
        except RequestRefused:
            return False

    def follow(self, request: Request, principal: Principal, today: date) -> Followed | None:
        """What a subscription follows; none where the operation is another, to be run."""
        operation = self.planner.document(request.query).operation(request.operation_name)
        if not is_subscription(operation):
            return None
        variables = self.planner.variables(operation, request.variables)
        following = self.planner.following(operation, variables, principal.rights)
        return followed(following, Inputs(variables, principal, today))

    async def _data(self, statement: Statement | None, inputs: Inputs) -> bytes:
        """What the statement answers; its other form does where what it relies on does not hold."""
        if statement is not None and statement.computations:
            inputs = await self._computed(statement.computations, inputs)
        while statement is not None:
            bound = _bound(statement, inputs)
            data: bytes | None = await self.pool.fetchval(bound.sql, *bound.values)
            if data is not None:
                return data
            statement = statement.otherwise
        return b"{}"

    async def _computed(self, asked: tuple[Computation, ...], inputs: Inputs) -> Inputs:
        """The inputs with what is computed first."""
        assert self.computing is not None  # the server gives one
        try:
            answers = [await self.computing.answer(one, inputs) for one in asked]
        except DomainError as error:
            raise RequestRefused([plain(error.code, error.message)]) from error
        return inputs._replace(computed=tuple(answers))

    async def _payload(self, statement: Statement, inputs: Inputs) -> bytes:
        """What a mutation's payload shows; null where the caller may not see the row."""
        bound = _bound(statement, inputs)
        shown: bytes | None = await self.pool.fetchval(bound.sql, *bound.values)
        return b"null" if shown is None else shown

    def prepare(self, request: Request, principal: Principal, today: date) -> "Bound | None":
        """The statement that `run` would run; none where the schema answers by itself."""
        _, variables, plan = self._planned(request, principal)
        if isinstance(plan, Steps) or plan.statement is None:
            return None
        return _bound(plan.statement, Inputs(variables, principal, today))

    def _planned(
        self, request: Request, principal: Principal
    ) -> tuple[Operation, dict[str, Any], Plan | Steps]:
        operation = self.planner.document(request.query).operation(request.operation_name)
        if is_subscription(operation):
            message = "A subscription comes over WebSocket, or accepts `text/event-stream`."
            raise RequestRefused([plain(OPERATION_NOT_SUPPORTED, message)])
        variables = self.planner.variables(operation, request.variables)
        return operation, variables, self.planner.plan(operation, variables, principal.rights)

    def _with_introspection(
        self, operation: Operation, plan: Plan, variables: Mapping[str, Any], data: bytes
    ) -> bytes:
        """The answer with what the schema tells of itself, in the order asked for."""
        told = introspect(self.planner.schema, operation, variables)
        merged = {**orjson.loads(data), **told}
        return orjson.dumps({key: merged[key] for key in plan.keys})


class Bound(NamedTuple):
    """A statement with the values of its parameters."""

    sql: str
    values: list[Any]


def _bound(statement: Statement, inputs: Inputs) -> Bound:
    try:
        return Bound(statement.sql, statement.values(inputs))
    except DomainError as error:
        raise RequestRefused([plain(error.code, error.message)]) from error


def introspect(
    schema: GraphQLSchema, operation: Operation, variables: Mapping[str, Any]
) -> dict[str, Any]:
    """The introspection fields of the operation, answered by graphql-core."""
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
