# pyright: basic
# graphql-core leaves type arguments open, which the strict mode counts as unknown.
"""Running operations: plan, bind, one statement, and the bytes as PostgreSQL made them."""

import asyncio
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import date
from types import MappingProxyType
from typing import Any, NamedTuple, Protocol

import orjson

from consortium.catalogue import NODES, ROOT
from consortium.kernel.errors import DomainError
from consortium.kernel.principal import Principal
from consortium.query.pick import Computation, Inputs
from consortium.query.statement import Statement
from schema.binding import check_bindings
from schema.errors import (
    BAD_VARIABLES,
    DOCUMENT_NOT_TRUSTED,
    EXPLAINED,
    INTROSPECTION_DENIED,
    VALIDATION_FAILED,
    RequestRefused,
    plain,
)
from schema.limits import DEFAULTS, Limits, planning_cost
from schema.planner.documents import is_subscription
from schema.planner.introspection import Introspection
from schema.planner.mutations import Steps, Writing, run_steps
from schema.planner.plans import Plan, Planned, Planner
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


class Account(Protocol):
    """Whose points an operation costs."""

    async def spend(self, points: int) -> None:
        """Take them; a DomainError tells that there are not so many."""


def _everyone(_: Principal) -> bool:
    return True


_NONE: Mapping[str, Any] = MappingProxyType({})
# Parsing, validation and planning are Python and can take a while: they never hold up the event
# loop, which the interpreter lets run in between.
_PLANNING = ThreadPoolExecutor(1, "planning")
# Variables from this size on are read there too.
_LARGE_BYTES = 16_384
# Statements that cost more than this run few at a time, so that others find a connection.
_HEAVY = 100_000
_HEAVY_AT_ONCE = 2


class Request(NamedTuple):
    """A GraphQL request as a door received it."""

    query: str
    variables: Mapping[str, Any] = _NONE
    operation_name: str | None = None
    # It came in a way that must change nothing, such as GET (RFC 9110, section 9.2.1).
    safe: bool = False
    # Of what was sent, in bytes.
    size: int = 0
    # The SHA-256 by which the document is named, instead of its text or beside it.
    sha256: str | None = None
    # Whether it is named by Apollo's protocol of automatic persisted queries.
    automatic: bool = False
    # Only what the schema tells of itself may be asked: the document is not trusted.
    introspecting: bool = False


@dataclass(frozen=True, slots=True)
class Executor:
    """Answers requests from one pool."""

    planner: Planner
    pool: Reader
    writing: Writing
    computing: Computing | None = None
    # Who may ask what the schema is, and is told of it in errors.
    may_introspect: Callable[[Principal], bool] = _everyone
    introspection: Introspection = field(default_factory=lambda: Introspection(GRAPHQL_SCHEMA))
    heavy: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(_HEAVY_AT_ONCE))

    @classmethod
    def over(
        cls,
        pool: Reader,
        writing: Writing | None = None,
        computing: Computing | None = None,
        *,
        limits: Limits = DEFAULTS,
        may_introspect: Callable[[Principal], bool] = _everyone,
    ) -> "Executor":
        """An executor of this project's schema, once every field of it is known to be bound."""
        check_bindings(GRAPHQL_SCHEMA, ROOT, NODES)
        planner = Planner(GRAPHQL_SCHEMA, limits)
        return cls(planner, pool, writing or Writing(), computing, may_introspect)

    async def run(
        self, request: Request, principal: Principal, today: date, account: Account | None = None
    ) -> bytes:
        """The JSON of the response, paid for by the account.

        Raises:
            RequestRefused: nothing was run.
            DomainError: the account has not the points.
        """
        planned = await self._planned(request, principal, account)
        plan, inputs = planned.plan, Inputs(planned.variables, principal, today)
        if isinstance(plan, Plan) and plan.introspected and not self.may_introspect(principal):
            raise RequestRefused([plain(INTROSPECTION_DENIED, EXPLAINED[INTROSPECTION_DENIED])])
        if request.introspecting:
            _check_trusted(request, introspective=isinstance(plan, Plan) and plan.statement is None)
        cost = plan.cost.at(inputs)
        if account is not None:
            await account.spend(cost)
        if isinstance(plan, Steps):
            if request.safe:
                message = "A mutation comes by POST."
                raise RequestRefused([plain("METHOD_NOT_ALLOWED", message)])
            return await run_steps(plan, inputs, self._payload, self.writing)
        if cost > _HEAVY:
            async with self.heavy:
                data = await self._data(plan.statement, inputs)
        else:
            data = await self._data(plan.statement, inputs)
        if plan.introspected:
            data = await self._with_introspection(request, planned, plan, data)
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
        try:
            operation = self.planner.document(request.query).operation(request.operation_name)
            if not is_subscription(operation):
                return None
            _check_trusted(request, introspective=False)
            variables = self.planner.variables(operation, request.variables)
            following = self.planner.following(operation, variables, principal.rights)
        except RequestRefused as error:
            raise self._told(error, principal) from None
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
        asked = request.query, request.operation_name, request.variables, principal.rights
        planned = self.planner.planned(*asked)
        if isinstance(planned.plan, Steps) or planned.plan.statement is None:
            return None
        return _bound(planned.plan.statement, Inputs(planned.variables, principal, today))

    async def _planned(
        self, request: Request, principal: Principal, account: Account | None
    ) -> Planned:
        """The operation, from what is kept, or planned beside the event loop."""
        asked = request.query, request.operation_name, request.variables, principal.rights
        try:
            if request.size < _LARGE_BYTES:
                known = self.planner.known(*asked)
                if known is not None:
                    return known
            if account is not None:
                await account.spend(planning_cost(request.query))
            loop = asyncio.get_running_loop()
            planned = await loop.run_in_executor(_PLANNING, self.planner.planned, *asked)
        except RequestRefused as error:
            raise self._told(error, principal) from None
        self.planner.keep(request.query, planned)
        return planned

    def _told(self, error: RequestRefused, principal: Principal) -> RequestRefused:
        """The refusal as the caller may know it: without names of the schema, where need be."""
        code = error.errors[0]["extensions"]["code"]
        if code not in {VALIDATION_FAILED, BAD_VARIABLES} or self.may_introspect(principal):
            return error
        return RequestRefused([plain(code, EXPLAINED[code])])

    async def _with_introspection(
        self, request: Request, planned: Planned, plan: Plan, data: bytes
    ) -> bytes:
        """The answer with what the schema tells of itself, in the order asked for."""
        asked = request.query, planned.operation, planned.variables
        loop = asyncio.get_running_loop()
        told = await loop.run_in_executor(_PLANNING, self.introspection.told, *asked)
        merged = {**orjson.loads(data), **told}
        return orjson.dumps({key: merged[key] for key in plan.keys})


def _check_trusted(request: Request, *, introspective: bool) -> None:
    """Refuse a document that is not trusted, unless only the schema tells of itself."""
    if request.introspecting and not introspective:
        raise RequestRefused([plain(DOCUMENT_NOT_TRUSTED, EXPLAINED[DOCUMENT_NOT_TRUSTED])])


class Bound(NamedTuple):
    """A statement with the values of its parameters."""

    sql: str
    values: list[Any]


def _bound(statement: Statement, inputs: Inputs) -> Bound:
    try:
        return Bound(statement.sql, statement.values(inputs))
    except DomainError as error:
        raise RequestRefused([plain(error.code, error.message)]) from error
