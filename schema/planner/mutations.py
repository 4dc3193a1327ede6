# pyright: basic
# graphql-core leaves type arguments open, which the strict mode counts as unknown.
"""Mutations: each root field is an action and a statement that reads its payload, in order."""

from collections.abc import Awaitable, Callable, Mapping
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from typing import Any, NamedTuple

import orjson
from graphql import GraphQLSchema

from consortium.catalogue import NODES
from consortium.kernel.errors import DomainError
from consortium.kernel.principal import Rights
from consortium.query.compiler import compile_row
from consortium.query.pick import Args, Inputs, Pick, values_of
from consortium.query.statement import Statement
from schema.errors import RequestRefused, plain
from schema.limits import CHANGE, DEFAULTS, NOTHING, Cost, Limits, cost_of
from schema.mutations import REFUSAL, Does, does_of, refusal, result_of
from schema.planner.documents import Operation
from schema.planner.selections import Selector


class Told(NamedTuple):
    """A field of a result around a row: the row itself, or what the action alone knows.

    That is a value, or a list of objects of which `picks` are told.
    """

    key: str
    name: str
    typename: str
    row: Statement | None = None
    picks: tuple[Pick, ...] = ()


@dataclass(frozen=True, slots=True)
class Step:
    """One root field: what it does, what is read of the result, what is told of a refusal."""

    key: str
    does: Does
    args: Args
    # Where the result is an object around the row, its fields.
    payload: Statement | tuple[Told, ...]
    refused: tuple[Pick, ...]


@dataclass(frozen=True, slots=True)
class Steps:
    """The root fields in their order; a text stands for itself (`__typename`)."""

    steps: tuple[Step | tuple[str, str], ...]
    cost: Cost = NOTHING


class Writing(NamedTuple):
    """What mutations need of the server: the database for actions, and words for failures."""

    active: Callable[[], AbstractContextManager[None]] = nullcontext
    told: Callable[[Exception], list[dict[str, Any]]] | None = None


Reads = Callable[[Statement, Inputs], Awaitable[bytes]]


def compile_steps(
    schema: GraphQLSchema,
    operation: Operation,
    variables: Mapping[str, Any],
    rights: Rights,
    limits: Limits = DEFAULTS,
) -> Steps:
    """Plan every field of the mutation, before any of them is run."""
    root = schema.mutation_type
    assert root is not None
    selector = Selector(schema, operation.fragments, variables, limits)
    fields = selector.fields(root, [operation.node.selection_set])
    found: list[Step | tuple[str, str]] = []
    cost = NOTHING
    for key, nodes in fields.items():
        pick = selector.pick(root, key, nodes, ())
        if pick.name == "__typename":
            found.append((key, pick.typename))
            continue
        field = root.fields[nodes[0].name.value]
        does, result = does_of(field), result_of(schema, field)
        assert does is not None  # checked when the schema was bound
        payload = _payload(does, pick.by_type[result.name], rights)
        cost = cost.plus(cost_of([pick])).plus(Cost(CHANGE))
        found.append(Step(key, does, pick.args, payload, pick.by_type[REFUSAL]))
    return Steps(tuple(found), cost)


def _payload(does: Does, picks: tuple[Pick, ...], rights: Rights) -> Statement | tuple[Told, ...]:
    if does.around is None:
        return compile_row(does.source, picks, rights, NODES)
    return tuple(
        Told(
            pick.key, pick.name, pick.typename, compile_row(does.source, pick.picks, rights, NODES)
        )
        if pick.name == does.around
        else Told(pick.key, pick.name, pick.typename, picks=pick.picks)
        for pick in picks
    )


def commands(steps: Steps, inputs: Inputs) -> list[Any]:
    """The input of every step, read before any of them is run; RequestRefused where one cannot be.

    A step that stands for itself has none.
    """
    try:
        return [
            values_of(one.args["input"], inputs) if isinstance(one, Step) else None
            for one in steps.steps
        ]
    except DomainError as error:
        raise RequestRefused([plain(error.code, error.message)]) from error


async def run_steps(steps: Steps, inputs: Inputs, reads: Reads, writing: Writing) -> bytes:
    """The JSON of the response: one field after the other (GraphQL, section 6.2.2).

    Each is a transaction of its own, so what is done stays done when a later one fails.
    """
    parts: list[bytes] = []
    errors: list[dict[str, Any]] = []
    for one, given in zip(steps.steps, commands(steps, inputs), strict=True):
        if isinstance(one, Step):
            key, value = one.key, await _guarded(one, given, inputs, reads, writing, errors)
        else:
            key, value = one[0], orjson.dumps(one[1])
        parts.append(orjson.dumps(key) + b":" + value)
    told = b',"errors":' + orjson.dumps(errors) if errors else b""
    return b'{"data":{' + b",".join(parts) + b"}" + told + b"}"


async def _guarded(
    step: Step,
    given: Any,
    inputs: Inputs,
    reads: Reads,
    writing: Writing,
    errors: list[dict[str, Any]],
) -> bytes:
    """The field's value; null, with an error at its place, where something else went wrong."""
    try:
        return await _done(step, given, inputs, reads, writing)
    except Exception as error:
        if writing.told is None:
            raise
        errors += [{**one, "path": [step.key]} for one in writing.told(error)]
        return b"null"


async def _done(step: Step, given: Any, inputs: Inputs, reads: Reads, writing: Writing) -> bytes:
    try:
        with writing.active():
            command = step.does.commanded(given)
            done = await step.does.action(inputs.principal, command, inputs.today)
    except DomainError as error:
        told = refusal(error)
        shown = {
            one.key: REFUSAL if one.name == "__typename" else told[one.name] for one in step.refused
        }
        return orjson.dumps(shown)
    if isinstance(step.payload, Statement):
        return await reads(step.payload, inputs._replace(row=done))
    return await _around(step.payload, done, inputs._replace(row=done.key), reads)


async def _around(payload: tuple[Told, ...], done: Any, inputs: Inputs, reads: Reads) -> bytes:
    """The JSON of an object around a row."""
    parts: list[bytes] = []
    for one in payload:
        if one.row is not None:
            value = await reads(one.row, inputs)
        elif one.name == "__typename":
            value = orjson.dumps(one.typename)
        else:
            value = orjson.dumps(_known(getattr(done, one.name), one.picks))
        parts.append(orjson.dumps(one.key) + b":" + value)
    return b"{" + b",".join(parts) + b"}"


def _known(value: Any, picks: tuple[Pick, ...]) -> Any:
    """A value as it is; of objects in a list, the fields that are picked."""
    if not picks:
        return value
    return [
        {
            pick.key: pick.typename if pick.name == "__typename" else getattr(one, pick.name)
            for pick in picks
        }
        for one in value
    ]
