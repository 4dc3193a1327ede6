# pyright: basic
# graphql-core leaves type arguments open, which the strict mode counts as unknown.
"""That every field of the schema can be read: the types against the sources they are bound to.

A field is bound by its name. This is checked when an application is made, so that a field without
a source, or a list where the source has one row, stops the start and not a request.
"""

from collections.abc import Iterator, Mapping
from typing import Any, get_type_hints

from graphql import (
    GraphQLField,
    GraphQLInputObjectType,
    GraphQLInterfaceType,
    GraphQLNonNull,
    GraphQLObjectType,
    GraphQLSchema,
    GraphQLUnionType,
    get_named_type,
    is_list_type,
)

from consortium.query.source import (
    Asked,
    Column,
    Computed,
    Embedded,
    Field,
    Lookup,
    Many,
    One,
    Search,
    Source,
)
from schema.mutations import Does, does_of, result_of
from schema.names import snake
from schema.subscriptions import follows_of

Fields = Mapping[str, Field]


class NotBound(Exception):
    """A field of the schema has no matching field in its source."""


def check_bindings(schema: GraphQLSchema, root: Source, nodes: Mapping[str, Source]) -> None:
    """Walk every type once; NotBound names the first field that cannot be read."""
    query = schema.query_type
    assert query is not None
    seen: set[str] = set()
    waiting: list[tuple[GraphQLObjectType, Fields]] = [(query, root.fields)]
    waiting += [(_object(schema, name), source.fields) for name, source in nodes.items()]
    waiting += _results(schema)
    waiting += _followed(schema, root)
    while waiting:
        kind, fields = waiting.pop()
        if kind.name in seen:
            continue
        seen.add(kind.name)
        for name, field in kind.fields.items():
            waiting.extend(_below(schema, kind, name, field, fields))


def _results(schema: GraphQLSchema) -> Iterator[tuple[GraphQLObjectType, Fields]]:
    """What mutations answer with; each is bound to an action whose command its input fills."""
    mutation = schema.mutation_type
    for name, field in mutation.fields.items() if mutation else ():
        does = does_of(field)
        if does is None or isinstance(field.type, GraphQLNonNull):
            message = f"Mutation.{name} is bound to no action, or can never be null."
            raise NotBound(message)
        _check_command(name, field, does)
        result = result_of(schema, field)
        if does.around is not None:
            # What is beside the row comes from the action, as leaves.
            named = get_named_type(result.fields[does.around].type)
            if not isinstance(named, GraphQLObjectType):
                message = f"{result.name}.{does.around} is no row."
                raise NotBound(message)
            result = named
        yield result, does.source.fields


def _followed(schema: GraphQLSchema, root: Source) -> Iterator[tuple[GraphQLObjectType, Fields]]:
    """What subscriptions tell: nodes of their sources, and what fields of the query answer."""
    subscription = schema.subscription_type
    for name, field in subscription.fields.items() if subscription else ():
        follows = follows_of(field)
        if follows is None or not (follows.source or follows.asks in root.fields):
            message = f"Subscription.{name} follows nothing that can be read."
            raise NotBound(message)
        if follows.source is not None:
            change: Any = get_named_type(field.type)
            yield (
                _object(schema, str(get_named_type(change.fields["node"].type))),
                (follows.source.fields),
            )


def _check_command(name: str, field: GraphQLField, does: Does) -> None:
    """The input has the fields that the command takes, and every id among them its type."""
    given: Any = get_named_type(field.args["input"].type)
    wanted = set(get_type_hints(does.command))
    if {snake(one) for one in given.fields} != wanted or set(_ids(given)) != set(does.ids):
        message = f"Mutation.{name} takes an input that does not fit its command {does.command}."
        raise NotBound(message)


def _ids(given: GraphQLInputObjectType) -> Iterator[str]:
    """The names of the ids in an input, and in what it holds."""
    for name, field in given.fields.items():
        kind = get_named_type(field.type)
        if isinstance(kind, GraphQLInputObjectType):
            yield from _ids(kind)
        elif kind.name == "ID":
            yield snake(name)


def _object(schema: GraphQLSchema, name: str) -> GraphQLObjectType:
    found = schema.type_map.get(name)
    if not isinstance(found, GraphQLObjectType):
        message = f"There is no type {name} for its source."
        raise NotBound(message)
    return found


def _below(
    schema: GraphQLSchema,
    kind: GraphQLObjectType,
    name: str,
    field: GraphQLField,
    fields: Fields,
) -> Iterator[tuple[GraphQLObjectType, Fields]]:
    bound = fields.get(snake(name))
    named = get_named_type(field.type)
    if bound is None or isinstance(bound, Column) != _is_leaf(named):
        message = f"{kind.name}.{name} has no field in its source that it can be read from."
        raise NotBound(message)
    if isinstance(bound, Column) and bound.nullable and isinstance(field.type, GraphQLNonNull):
        message = f"{kind.name}.{name} is never null, and its source may be."
        raise NotBound(message)
    if isinstance(named, GraphQLObjectType) and not isinstance(bound, Search):
        yield _target(schema, named, field, bound)


def _is_leaf(named: object) -> bool:
    return not isinstance(named, (GraphQLObjectType, GraphQLInterfaceType, GraphQLUnionType))


def _target(
    schema: GraphQLSchema, named: GraphQLObjectType, field: GraphQLField, bound: Field
) -> tuple[GraphQLObjectType, Fields]:
    match bound:
        case Embedded() | Asked() | Computed():
            return named, bound.fields
        case Many():
            return _many(schema, named, field, bound)
        case One() | Lookup():
            return named, bound.target.fields
        case _:
            message = f"{named.name} is an object, and its source has none there."
            raise NotBound(message)


def _many(
    schema: GraphQLSchema, named: GraphQLObjectType, field: GraphQLField, bound: Many
) -> tuple[GraphQLObjectType, Fields]:
    if named.name.endswith("Connection"):
        return _object(schema, named.name.removesuffix("Connection")), bound.target.fields
    plain: Any = field.type.of_type if isinstance(field.type, GraphQLNonNull) else field.type
    if not is_list_type(plain):
        message = f"{named.name} is asked for as one, and its source has many."
        raise NotBound(message)
    return named, bound.target.fields
